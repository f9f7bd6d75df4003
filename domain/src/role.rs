//! Roles in a project, and who may do what (product, section 2).
//!
//! The matrix is one exhaustive `match`, so that a new capability without a row does not compile.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::stage::Stage;

/// What a person is in a project; a person may hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Software delivery manager: plans, approves, runs the project.
    Sdm,
    /// Approves technical analysis and architecture, and converses there.
    Architect,
    /// Submits the technical analysis from the IDE.
    Developer,
    /// Reads, replays and verifies; changes nothing.
    Auditor,
}

impl Role {
    /// Every role, in the order of the matrix.
    pub const ALL: [Role; 4] = [Role::Sdm, Role::Architect, Role::Developer, Role::Auditor];

    /// The role's name for people.
    pub fn title(self) -> &'static str {
        match self {
            Role::Sdm => "SDM",
            Role::Architect => "Architect",
            Role::Developer => "Developer",
            Role::Auditor => "Auditor",
        }
    }
}

/// The roles that one person holds in one project.
pub type Roles = BTreeSet<Role>;

/// What a person may want to do in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// Read everything of the project.
    Read,
    /// Open, rename, promote, cancel phases.
    ManagePhases,
    /// Write to Conductor in a stage.
    Converse(Stage),
    /// Submit a technical analysis.
    SubmitTechnicalAnalysis,
    /// Edit a stage's artefact by hand.
    EditArtefact(Stage),
    /// Approve, request changes, reopen at a stage's gate.
    DecideAtGate(Stage),
    /// Generate and review stories, ad-hoc stories.
    ReviewStories,
    /// Open and answer threads beside an artefact.
    Discuss,
    /// Raise a finding against an approved artefact.
    RaiseFinding,
    /// Replay, export and verify history.
    Audit,
    /// Members, roles, approval policy, webhooks, name and context.
    ManageProject,
}

/// The roles that have a capability, in the order of the matrix.
pub fn roles_with(capability: Capability) -> &'static [Role] {
    use Role::{Architect, Auditor, Developer, Sdm};
    match capability {
        Capability::Read => &[Sdm, Architect, Developer, Auditor],
        Capability::ManagePhases | Capability::ReviewStories | Capability::ManageProject => &[Sdm],
        Capability::SubmitTechnicalAnalysis => &[Architect, Developer],
        Capability::Converse(stage) => match stage {
            Stage::Requirements | Stage::Scoping | Stage::Stories => &[Sdm],
            Stage::Architecture => &[Sdm, Architect],
            Stage::TechnicalAnalysis => &[Architect, Developer],
        },
        Capability::EditArtefact(stage) | Capability::DecideAtGate(stage) => match stage {
            Stage::Requirements | Stage::Scoping | Stage::Stories => &[Sdm],
            Stage::TechnicalAnalysis | Stage::Architecture => &[Sdm, Architect],
        },
        Capability::RaiseFinding | Capability::Discuss => &[Sdm, Architect, Developer],
        Capability::Audit => &[Sdm, Architect, Auditor],
    }
}

/// Whether one of these roles has the capability.
pub fn may(roles: &Roles, capability: Capability) -> bool {
    acting_role(roles, capability).is_some()
}

/// The role in which somebody with these roles acts: the first of the matrix that has the capability.
pub fn acting_role(roles: &Roles, capability: Capability) -> Option<Role> {
    roles_with(capability).iter().copied().find(|role| roles.contains(role))
}

/// "SDM or Architect": roles for a sentence.
pub fn spoken(roles: &[Role]) -> String {
    match roles {
        [] => "nobody".to_owned(),
        [one] => one.title().to_owned(),
        [init @ .., last] => {
            let init: Vec<_> = init.iter().map(|role| role.title()).collect();
            format!("{} or {}", init.join(", "), last.title())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_can_change_nothing() {
        let roles = Roles::from([Role::Auditor]);
        for stage in Stage::ALL {
            assert!(!may(&roles, Capability::Converse(stage)));
            assert!(!may(&roles, Capability::EditArtefact(stage)));
            assert!(!may(&roles, Capability::DecideAtGate(stage)));
        }
        for capability in [
            Capability::ManagePhases,
            Capability::SubmitTechnicalAnalysis,
            Capability::ReviewStories,
            Capability::Discuss,
            Capability::RaiseFinding,
            Capability::ManageProject,
        ] {
            assert!(!may(&roles, capability));
        }
        assert!(may(&roles, Capability::Read) && may(&roles, Capability::Audit));
    }

    #[test]
    fn an_sdm_converses_everywhere_but_in_the_technical_analysis() {
        let roles = Roles::from([Role::Sdm]);
        let stages: Vec<_> = Stage::ALL.into_iter().filter(|stage| may(&roles, Capability::Converse(*stage))).collect();
        assert_eq!(stages, [Stage::Requirements, Stage::Architecture, Stage::Stories, Stage::Scoping]);
    }

    #[test]
    fn the_acting_role_is_the_first_of_the_matrix() {
        let both = Roles::from([Role::Architect, Role::Sdm]);
        assert_eq!(acting_role(&both, Capability::DecideAtGate(Stage::Architecture)), Some(Role::Sdm));
    }

    #[test]
    fn roles_read_as_a_sentence() {
        assert_eq!(spoken(&[Role::Sdm]), "SDM");
        assert_eq!(spoken(&[Role::Sdm, Role::Architect]), "SDM or Architect");
    }
}
