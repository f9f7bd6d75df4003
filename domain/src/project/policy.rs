//! The approval policy of a project (rule 9): who approves what, and how many.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::project::ProjectError;
use crate::role::{Capability, Role, roles_with};
use crate::stage::{GateKind, Stage};

/// Most different people that a policy may ask for.
pub const MAX_APPROVALS: u32 = 20;

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
        let stages = [Stage::Requirements, Stage::TechnicalAnalysis, Stage::Architecture];
        Self { version: 1, stages: stages.into_iter().map(StagePolicy::of).collect() }
    }
}

impl StagePolicy {
    /// What holds for a stage where a policy does not name it.
    pub fn of(stage: Stage) -> Self {
        Self {
            stage,
            roles: roles_with(Capability::DecideAtGate(stage)).iter().copied().collect(),
            required_approvals: 1,
            authors: AuthorRule::MayApprove,
        }
    }

    /// The roles that may approve, in the order of the matrix and never more than it gives.
    pub fn approving_roles(&self) -> Vec<Role> {
        let given = roles_with(Capability::DecideAtGate(self.stage)).iter().copied();
        given.filter(|role| self.roles.contains(role)).collect()
    }

    /// Whether this is easier to satisfy than another in any respect: fewer approvals, a role that could not approve,
    /// or an author who could not. That something else got harder does not make up for it.
    pub fn lowers(&self, other: &StagePolicy) -> bool {
        self.required_approvals < other.required_approvals
            || self.approving_roles().iter().any(|role| !other.approving_roles().contains(role))
            || (self.authors, other.authors) == (AuthorRule::MayApprove, AuthorRule::MayNotApprove)
    }

    fn checked(&self) -> Result<(), ProjectError> {
        let stage = self.stage;
        if stage.gate_kind() != GateKind::Approval {
            return Err(ProjectError::PolicyWithoutGate(stage));
        }
        if self.roles.is_empty() {
            return Err(ProjectError::PolicyWithoutRoles(stage));
        }
        let given = roles_with(Capability::DecideAtGate(stage));
        let beyond: Vec<Role> = self.roles.iter().copied().filter(|role| !given.contains(role)).collect();
        if !beyond.is_empty() {
            return Err(ProjectError::PolicyBeyondMatrix { stage, roles: beyond });
        }
        if (1..=MAX_APPROVALS).contains(&self.required_approvals) {
            Ok(())
        } else {
            Err(ProjectError::PolicyApprovals(stage))
        }
    }
}

impl ApprovalPolicy {
    /// The part for one stage, where it has an approval gate.
    pub fn stage(&self, stage: Stage) -> Option<&StagePolicy> {
        self.stages.iter().find(|policy| policy.stage == stage)
    }

    /// What holds for a stage, named or not.
    pub fn for_stage(&self, stage: Stage) -> StagePolicy {
        self.stage(stage).cloned().unwrap_or_else(|| StagePolicy::of(stage))
    }

    /// The next version, with these stages changed; `None` where nothing is different.
    pub(super) fn changed(&self, wanted: &[StagePolicy]) -> Result<Option<ApprovalPolicy>, ProjectError> {
        let mut next = self.clone();
        for (place, policy) in wanted.iter().enumerate() {
            policy.checked()?;
            if wanted.iter().take(place).any(|earlier| earlier.stage == policy.stage) {
                return Err(ProjectError::PolicyTwice(policy.stage));
            }
            match next.stages.iter_mut().find(|known| known.stage == policy.stage) {
                Some(known) => known.clone_from(policy),
                None => next.stages.push(policy.clone()),
            }
        }
        if next == *self {
            return Ok(None);
        }
        next.version = self.version.saturating_add(1);
        Ok(Some(next))
    }
}
