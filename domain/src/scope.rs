//! What an API token may do in its project. None of them decides anything: no such scope exists (rule 4).

use serde::{Deserialize, Serialize};

/// One thing that a token may be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// Read everything of the project.
    #[serde(rename = "read")]
    Read,
    /// Have a technical analysis checked, submit it, and report drift.
    #[serde(rename = "analysis:write")]
    AnalysisWrite,
    /// Raise findings against approved artefacts.
    #[serde(rename = "findings:write")]
    FindingsWrite,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 3] = [Scope::Read, Scope::AnalysisWrite, Scope::FindingsWrite];

    /// The scope's name, as everybody writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::AnalysisWrite => "analysis:write",
            Scope::FindingsWrite => "findings:write",
        }
    }

    /// The scope of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_scope_has_one_name_everywhere() {
        for scope in Scope::ALL {
            assert_eq!(Scope::named(scope.as_str()), Some(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        assert_eq!(Scope::named("approve"), None);
    }
}
