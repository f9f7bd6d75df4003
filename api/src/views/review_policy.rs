//! The policy that a stage's review goes by: pinned when the review started, with the one of now beside it where the
//! project has changed it since.

use konductro_domain::phase::{GateState, OpenedPhase};
use konductro_domain::project::policy::ApprovalPolicy as DomainPolicy;
use konductro_domain::stage::{GateKind, Stage as DomainStage};
use serde::Serialize;
use utoipa::ToSchema;

use super::project::StagePolicy;

/// The policy of a stage's review.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReviewPolicy {
    /// The version of the project's policy.
    pub version: u32,
    /// What it says of this stage.
    #[serde(flatten)]
    pub stage: StagePolicy,
    /// What the project's policy says now, where a review runs under an older one.
    pub now: Option<PolicyOfNow>,
}

/// What restarting the review would take over.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PolicyOfNow {
    /// The version of the project's policy.
    pub version: u32,
    /// What it says of this stage.
    #[serde(flatten)]
    pub stage: StagePolicy,
    /// Whether it asks for less: then no author of what is pending may restart the review.
    pub lowers: bool,
}

/// The policy of a stage with an approval gate. Before its first review that is the one of now.
pub(super) fn of(phase: &OpenedPhase, stage: DomainStage, now: Option<&DomainPolicy>) -> Option<ReviewPolicy> {
    if stage.gate_kind() != GateKind::Approval {
        return None;
    }
    let record = phase.stages.get(&stage)?;
    let pinned = match (&record.latest, now) {
        (None, Some(now)) => now,
        _ => &record.policy,
    };
    let runs = match phase.gate(stage).state() {
        GateState::InReview | GateState::ChangesRequested | GateState::Stale => true,
        GateState::Locked | GateState::Open | GateState::Approved | GateState::Passed => false,
    };
    let newer = now.filter(|now| runs && now.version != pinned.version);
    let now = newer.map(|now| PolicyOfNow {
        version: now.version,
        lowers: now.for_stage(stage).lowers(&pinned.for_stage(stage)),
        stage: now.for_stage(stage).into(),
    });
    Some(ReviewPolicy { version: pinned.version, stage: pinned.for_stage(stage).into(), now })
}
