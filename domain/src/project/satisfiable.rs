//! Whether a policy can be satisfied by the people of today (rule 9): a warning, never a refusal, since people come
//! and go.

use std::collections::BTreeMap;

use crate::ids::UserId;
use crate::project::policy::{ApprovalPolicy, AuthorRule, StagePolicy};
use crate::role::{Capability, Role, Roles, may, spoken};
use crate::stage::Stage;

/// A stage that nobody could get approved today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsatisfiable {
    /// The stage.
    pub stage: Stage,
    /// The roles that may approve it.
    pub roles: Vec<Role>,
    /// How many different people must.
    pub required: u32,
    /// How many could, at best.
    pub able: u32,
    /// Whether whoever writes it is left out.
    pub four_eyes: bool,
}

impl std::fmt::Display for Unsatisfiable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let approvals = match self.required {
            1 => "1 approval".to_owned(),
            more => format!("{more} approvals"),
        };
        let people = match self.able {
            0 => "nobody".to_owned(),
            1 => "only 1 person".to_owned(),
            more => format!("only {more} people"),
        };
        let who = spoken(&self.roles);
        let aside = if self.four_eyes { " once whoever writes it is left out" } else { "" };
        write!(f, "{} needs {approvals} by {who}, and {people} could give one today{aside}", self.stage.title())
    }
}

/// The stages that nobody could get approved with these members: counting different people, and under four eyes
/// without whoever wrote it.
pub fn unsatisfiable(policy: &ApprovalPolicy, members: &BTreeMap<UserId, Roles>) -> Vec<Unsatisfiable> {
    policy.stages.iter().filter_map(|stage| shortage(stage, members)).collect()
}

fn shortage(policy: &StagePolicy, members: &BTreeMap<UserId, Roles>) -> Option<Unsatisfiable> {
    let stage = policy.stage;
    let approves = |roles: &Roles| policy.approving_roles().iter().any(|role| roles.contains(role));
    let holders = members.values().filter(|roles| approves(roles)).count();
    let four_eyes = policy.authors == AuthorRule::MayNotApprove;
    // At best somebody writes it who could not approve it anyway; where there is nobody like that, one voice is lost.
    let written_aside = members.values().any(|roles| writes(roles, stage) && !approves(roles));
    let able = if four_eyes && !written_aside { holders.saturating_sub(1) } else { holders };
    let able = u32::try_from(able).unwrap_or(u32::MAX);
    let roles = policy.approving_roles();
    (able < policy.required_approvals).then_some(Unsatisfiable {
        stage,
        roles,
        required: policy.required_approvals,
        able,
        four_eyes,
    })
}

/// Whether somebody with these roles can be the author of a stage's artefact.
fn writes(roles: &Roles, stage: Stage) -> bool {
    may(roles, Capability::EditArtefact(stage))
        || may(roles, Capability::Converse(stage))
        || (stage == Stage::TechnicalAnalysis && may(roles, Capability::SubmitTechnicalAnalysis))
}
