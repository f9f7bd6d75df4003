//! Words of the domain as the OpenAPI document shows them: the domain itself knows no OpenAPI.
//!
//! Only for `#[schema(value_type = …)]`; a test holds that they are the domain's own words.

use serde::Serialize;
use utoipa::ToSchema;

/// What a person is in a project.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Role)]
pub enum RoleName {
    /// Plans, approves, runs the project.
    Sdm,
    /// Approves technical analysis and architecture.
    Architect,
    /// Submits the technical analysis.
    Developer,
    /// Reads and verifies.
    Auditor,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use konductro_domain::role::Role;

    use super::*;

    fn word(value: impl Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn the_words_are_the_domains() {
        let roles = [RoleName::Sdm, RoleName::Architect, RoleName::Developer, RoleName::Auditor];
        assert_eq!(roles.map(word), Role::ALL.map(word));
    }
}
