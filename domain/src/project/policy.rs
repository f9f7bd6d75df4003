//! The approval policy of a project (rule 9): who approves what, and how many.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::role::{Capability, Role, roles_with};
use crate::stage::Stage;

/// A project's approval policy, versioned as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalPolicy {
    /// Counts the policy's versions, from 1.
    pub version: u32,
    /// One for each stage with an approval gate.
    pub stages: Vec<StagePolicy>,
}

/// How one stage's artefact is approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagePolicy {
    /// The stage.
    pub stage: Stage,
    /// The roles that may approve.
    pub roles: BTreeSet<Role>,
    /// How many different people must.
    pub required_approvals: u32,
    /// Whether an author of the version may be one of them.
    pub authors: AuthorRule,
}

/// Whether an author may approve what they wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorRule {
    /// An author may approve.
    MayApprove,
    /// Four eyes: an author may not.
    MayNotApprove,
}

impl Default for ApprovalPolicy {
    /// Requirements by the SDM; technical analysis and architecture by SDM or architect; one person each.
    fn default() -> Self {
        let stages = [Stage::Requirements, Stage::TechnicalAnalysis, Stage::Architecture]
            .into_iter()
            .map(|stage| StagePolicy {
                stage,
                roles: roles_with(Capability::DecideAtGate(stage)).iter().copied().collect(),
                required_approvals: 1,
                authors: AuthorRule::MayApprove,
            })
            .collect();
        Self { version: 1, stages }
    }
}

impl ApprovalPolicy {
    /// The part for one stage, where it has an approval gate.
    pub fn stage(&self, stage: Stage) -> Option<&StagePolicy> {
        self.stages.iter().find(|policy| policy.stage == stage)
    }
}
