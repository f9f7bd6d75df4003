//! One stage of a phase, as a line of the board shows it: its state, and who did what, when.
//!
//! The state comes from the domain's own gate; only people and times, which the gate does not need, are
//! followed here.

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{ChangeRequestId, PhaseId, UserId};
use konductro_domain::phase::artefact::Origin;
use konductro_domain::phase::{GateState, OpenedPhase, PhaseEvent};
use konductro_domain::stage::Stage;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A stage of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRow {
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// Its place among the phase's stages, from 0.
    pub ordinal: u32,
    /// Its state.
    pub state: GateState,
    /// Its cycle, from 1; each reopening begins another.
    pub cycle: u32,
    /// The latest version.
    pub latest_version: Option<u32>,
    /// The version whose approval stands, or stood before it became stale.
    pub approved_version: Option<u32>,
    /// How many change requests are open.
    pub open_change_requests: u32,
    /// Since when it is in this state with this version: the time in gate.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// Who did what, when.
    pub evidence: Evidence,
}

/// Who did what at a gate, and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// How the latest version came.
    pub written: Option<Written>,
    /// Approvals given since.
    pub approvals: Vec<Opinion>,
    /// Change requests that are open.
    pub change_requests: Vec<Opinion>,
    /// The approval that stands, or stood last.
    pub approved: Option<Approved>,
}

/// How a version came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// From where.
    pub origin: Origin,
    /// Its authors.
    pub authors: Vec<UserId>,
}

/// What one person thinks of a version, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Who.
    pub user_id: UserId,
    /// Of which version.
    pub version: u32,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The change request, where it is one.
    pub change_request_id: Option<ChangeRequestId>,
}

/// Whose approvals met the policy, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Of which version.
    pub version: u32,
    /// Whose.
    pub by: Vec<UserId>,
}

impl StageRow {
    /// A stage that nothing happened in yet.
    pub(super) fn new(phase_id: PhaseId, ordinal: u32, stage: Stage, since: OffsetDateTime) -> Self {
        Self {
            phase_id,
            stage,
            ordinal,
            state: GateState::Locked,
            cycle: 1,
            latest_version: None,
            approved_version: None,
            open_change_requests: 0,
            since,
            evidence: Evidence::default(),
        }
    }

    /// Takes over what the phase knows of the stage, as of an event.
    pub(super) fn settle(&mut self, phase: &OpenedPhase, at: OffsetDateTime) {
        let before = (self.state, self.cycle, self.latest_version);
        self.state = phase.gate(self.stage).state();
        if let Some(record) = phase.stages.get(&self.stage) {
            self.cycle = record.cycle;
            self.latest_version = record.latest.as_ref().map(|latest| latest.version);
            self.approved_version = record.approved.as_ref().map(|approved| approved.version);
            self.open_change_requests = u32::try_from(record.change_requests.len()).unwrap_or(u32::MAX);
        }
        if before != (self.state, self.cycle, self.latest_version) {
            self.since = at;
        }
    }
}

/// Notes people and time of an event of a gate.
pub(super) fn note(stages: &mut [StageRow], recorded: &Recorded<Event>, event: &PhaseEvent) {
    let at = recorded.at;
    let mut evidence_of = |stage: &Stage, change: &dyn Fn(&mut Evidence)| {
        if let Some(row) = stages.iter_mut().find(|row| row.stage == *stage) {
            change(&mut row.evidence);
        }
    };
    match event {
        PhaseEvent::ArtefactVersionAdded { stage, origin, authors, .. } => evidence_of(stage, &|evidence| {
            evidence.written = Some(Written { at, origin: *origin, authors: authors.clone() });
            evidence.approvals.clear();
        }),
        PhaseEvent::ApprovalGiven { stage, version, approver, .. } => evidence_of(stage, &|evidence| {
            evidence.approvals.retain(|given| given.user_id != *approver);
            evidence.approvals.push(Opinion { user_id: *approver, version: *version, at, change_request_id: None });
        }),
        PhaseEvent::ApprovalWithdrawn { stage, approver, .. } => {
            evidence_of(stage, &|evidence| evidence.approvals.retain(|given| given.user_id != *approver));
        }
        PhaseEvent::ArtefactApproved { stage, version, approved_by, .. } => evidence_of(stage, &|evidence| {
            evidence.approved = Some(Approved { at, version: *version, by: approved_by.clone() });
        }),
        PhaseEvent::ChangesRequested { stage, change_request_id, version, requested_by, .. } => {
            let (user_id, change_request_id) = (*requested_by, Some(*change_request_id));
            evidence_of(stage, &|evidence| {
                evidence.change_requests.push(Opinion { user_id, version: *version, at, change_request_id });
            });
        }
        PhaseEvent::ChangeRequestWithdrawn { stage, change_request_id }
        | PhaseEvent::ChangeRequestDismissed { stage, change_request_id, .. }
        | PhaseEvent::ChangeRequestCleared { stage, change_request_id } => evidence_of(stage, &|evidence| {
            evidence.change_requests.retain(|request| request.change_request_id != Some(*change_request_id));
        }),
        PhaseEvent::StageReopened { stage, .. }
        | PhaseEvent::StageBecameStale { stage, .. }
        | PhaseEvent::ReviewRestarted { stage, .. } => evidence_of(stage, &|evidence| evidence.approvals.clear()),
        PhaseEvent::FirstReplyReceived { .. }
        | PhaseEvent::OpenPointsAcknowledged { .. }
        | PhaseEvent::StageUnlocked { .. }
        | PhaseEvent::StageLocked { .. }
        | PhaseEvent::DocumentSetAside { .. }
        | PhaseEvent::ChangeRequestPlaced { .. }
        | PhaseEvent::ChangeRequestAnswered { .. }
        | PhaseEvent::ActedOnBehalf { .. }
        | PhaseEvent::ThreadOpened { .. }
        | PhaseEvent::ThreadReplied { .. }
        | PhaseEvent::ThreadResolved { .. }
        | PhaseEvent::ThreadReopened { .. }
        | PhaseEvent::SubmissionKept { .. }
        | PhaseEvent::SubmissionAdopted { .. }
        | PhaseEvent::FindingRaised { .. }
        | PhaseEvent::FindingAccepted { .. }
        | PhaseEvent::FindingDeclined { .. }
        | PhaseEvent::DriftReported { .. }
        | PhaseEvent::StageReturnedToReview { .. }
        | PhaseEvent::PhaseOpened { .. }
        | PhaseEvent::PhaseRenamed { .. }
        | PhaseEvent::PhaseCancelled { .. }
        | PhaseEvent::PhasePromoted { .. }
        | PhaseEvent::PhaseCompleted {}
        | PhaseEvent::PhaseBecameReady {}
        | PhaseEvent::PhaseCeasedToBeReady { .. } => {}
    }
}
