//! One stage of a phase: what its gate's events add up to.

use std::collections::BTreeSet;

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{ChangeRequestId, PhaseId, UserId};
use konductro_domain::phase::PhaseEvent;
use konductro_domain::phase::artefact::{Completeness, Origin};
use konductro_domain::project::policy::{AuthorRule, StagePolicy};
use konductro_domain::role::{Capability, Role, roles_with};
use konductro_domain::stage::{GateKind, Stage};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::WaitsFor;

/// The state of a stage (product, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// Something it waits for is not approved.
    Locked,
    /// It has no version yet.
    Open,
    /// The latest version awaits a decision.
    InReview,
    /// Somebody wants changes.
    ChangesRequested,
    /// The latest version is approved.
    Approved,
    /// It was approved, but what it stands on has changed.
    Stale,
}

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
    pub state: StageState,
    /// Its cycle, from 1; each reopening begins another.
    pub cycle: u32,
    /// The latest version.
    pub latest_version: Option<u32>,
    /// The version that was approved last, whether or not it still is.
    pub approved_version: Option<u32>,
    /// How many change requests are open.
    pub open_change_requests: u32,
    /// What the state is made of.
    pub facts: StageFacts,
}

/// What a stage's state is made of: who did what, when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageFacts {
    /// What holds the stage shut, or where it stands when nothing does.
    pub standing: Standing,
    /// The latest version.
    pub latest: Option<Latest>,
    /// Approvals of the latest version that count.
    pub approvals: Vec<Opinion>,
    /// Who wants changes.
    pub change_requests: Vec<Opinion>,
    /// Since when the artefact is approved; kept while it is stale.
    #[serde(with = "time::serde::rfc3339::option")]
    pub approved_at: Option<OffsetDateTime>,
    /// Whose approvals made it so.
    pub approved_by: Vec<UserId>,
}

/// Where a stage stands, apart from its versions and change requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Standing {
    /// It waits for earlier stages.
    #[default]
    Locked,
    /// People work on it.
    Unlocked,
    /// Its artefact is approved.
    Approved,
    /// Its artefact was approved, and `cause` was opened again since.
    Stale {
        /// The stage that was opened again.
        cause: Stage,
    },
}

/// The latest version of a stage's artefact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Where it came from.
    pub origin: Origin,
    /// Whether all of it arrived.
    pub completeness: Completeness,
    /// Its authors.
    pub authors: Vec<UserId>,
    /// How it is approved.
    pub policy: Option<StagePolicy>,
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

/// Who can move a stage on.
pub(super) struct Waiting {
    pub(super) stage: Stage,
    pub(super) what: WaitsFor,
    pub(super) roles: BTreeSet<Role>,
    pub(super) except: BTreeSet<UserId>,
}

impl StageRow {
    pub(super) fn new(phase_id: PhaseId, ordinal: u32, stage: Stage, locked: bool) -> Self {
        let standing = if locked { Standing::Locked } else { Standing::Unlocked };
        let facts = StageFacts { standing, ..StageFacts::default() };
        let state = if locked { StageState::Locked } else { StageState::Open };
        Self {
            phase_id,
            stage,
            ordinal,
            state,
            cycle: 1,
            latest_version: None,
            approved_version: None,
            open_change_requests: 0,
            facts,
        }
    }

    /// Who can move this stage on; nobody when it is approved or shut, or has no approval gate.
    pub(super) fn waits(&self) -> Option<Waiting> {
        if self.stage.gate_kind() != GateKind::Approval {
            return None;
        }
        let writers = || roles_with(Capability::Converse(self.stage)).iter().copied().collect();
        let latest = self.facts.latest.as_ref();
        let incomplete = latest.is_some_and(|latest| latest.completeness == Completeness::Incomplete);
        let (what, roles, except) = match self.state {
            StageState::Locked | StageState::Approved => return None,
            StageState::Open => (WaitsFor::Version, writers(), BTreeSet::new()),
            StageState::ChangesRequested => (WaitsFor::Revision, writers(), BTreeSet::new()),
            StageState::InReview if incomplete => (WaitsFor::Revision, writers(), BTreeSet::new()),
            StageState::InReview => (WaitsFor::Approval, self.approvers(), self.not_approvers()),
            StageState::Stale => (WaitsFor::Reaffirmation, self.approvers(), self.not_approvers()),
        };
        Some(Waiting { stage: self.stage, what, roles, except })
    }

    fn approvers(&self) -> BTreeSet<Role> {
        match self.facts.latest.as_ref().and_then(|latest| latest.policy.as_ref()) {
            Some(policy) => policy.roles.clone(),
            None => roles_with(Capability::DecideAtGate(self.stage)).iter().copied().collect(),
        }
    }

    fn not_approvers(&self) -> BTreeSet<UserId> {
        let mut except: BTreeSet<_> = self.facts.approvals.iter().map(|given| given.user_id).collect();
        if let Some(latest) = &self.facts.latest
            && latest.policy.as_ref().is_some_and(|policy| policy.authors == AuthorRule::MayNotApprove)
        {
            except.extend(&latest.authors);
        }
        except
    }

    fn settle(&mut self) {
        self.open_change_requests = u32::try_from(self.facts.change_requests.len()).unwrap_or(u32::MAX);
        self.state = match self.facts.standing {
            Standing::Locked => StageState::Locked,
            Standing::Approved => StageState::Approved,
            Standing::Stale { .. } => StageState::Stale,
            Standing::Unlocked if self.facts.latest.is_none() => StageState::Open,
            Standing::Unlocked if self.open_change_requests > 0 => StageState::ChangesRequested,
            Standing::Unlocked => StageState::InReview,
        };
    }
}

/// Folds an event of a gate into its stage; events of the phase itself change no stage.
pub(super) fn apply(stages: &mut [StageRow], recorded: &Recorded<Event>, event: &PhaseEvent) {
    if let Some(row) = stage_of(event).and_then(|stage| stages.iter_mut().find(|row| row.stage == stage)) {
        change(row, recorded, event);
        row.settle();
    }
}

fn stage_of(event: &PhaseEvent) -> Option<Stage> {
    match event {
        PhaseEvent::StageUnlocked { stage }
        | PhaseEvent::StageLocked { stage, .. }
        | PhaseEvent::ArtefactVersionAdded { stage, .. }
        | PhaseEvent::DocumentSetAside { stage, .. }
        | PhaseEvent::ApprovalGiven { stage, .. }
        | PhaseEvent::ArtefactApproved { stage, .. }
        | PhaseEvent::ApprovalWithdrawn { stage, .. }
        | PhaseEvent::StageReturnedToReview { stage, .. }
        | PhaseEvent::ChangesRequested { stage, .. }
        | PhaseEvent::ChangeRequestWithdrawn { stage, .. }
        | PhaseEvent::ChangeRequestDismissed { stage, .. }
        | PhaseEvent::ChangeRequestCleared { stage, .. }
        | PhaseEvent::StageReopened { stage, .. }
        | PhaseEvent::StageBecameStale { stage, .. }
        | PhaseEvent::ReviewRestarted { stage, .. } => Some(*stage),
        PhaseEvent::PhaseOpened { .. }
        | PhaseEvent::PhaseRenamed { .. }
        | PhaseEvent::PhaseCancelled { .. }
        | PhaseEvent::PhasePromoted { .. }
        | PhaseEvent::PhaseCompleted {}
        | PhaseEvent::PhaseBecameReady {}
        | PhaseEvent::PhaseCeasedToBeReady { .. } => None,
    }
}

fn change(row: &mut StageRow, recorded: &Recorded<Event>, event: &PhaseEvent) {
    let facts = &mut row.facts;
    let opinion = |version, change_request_id| {
        recorded.actor.user_id().map(|user_id| Opinion { user_id, version, at: recorded.at, change_request_id })
    };
    match event {
        PhaseEvent::StageUnlocked { .. } if facts.standing == Standing::Locked => facts.standing = Standing::Unlocked,
        PhaseEvent::StageLocked { .. } => facts.standing = Standing::Locked,
        PhaseEvent::ArtefactVersionAdded {
            stage, version, cycle, origin, completeness, authors, approval_policy, ..
        } => {
            row.latest_version = Some(*version);
            row.cycle = *cycle;
            facts.standing = Standing::Unlocked;
            facts.approvals.clear();
            facts.latest = Some(Latest {
                at: recorded.at,
                origin: *origin,
                completeness: *completeness,
                authors: authors.clone(),
                policy: approval_policy.stage(*stage).cloned(),
            });
        }
        PhaseEvent::ApprovalGiven { version, .. } => {
            facts.approvals.retain(|given| Some(given.user_id) != recorded.actor.user_id());
            facts.approvals.extend(opinion(*version, None));
        }
        PhaseEvent::ArtefactApproved { version, approved_by, .. } => {
            row.approved_version = Some(*version);
            facts.standing = Standing::Approved;
            facts.approved_at = Some(recorded.at);
            facts.approved_by.clone_from(approved_by);
        }
        PhaseEvent::ApprovalWithdrawn { .. } => {
            facts.approvals.retain(|given| Some(given.user_id) != recorded.actor.user_id());
        }
        PhaseEvent::StageReturnedToReview { .. } => facts.standing = Standing::Unlocked,
        PhaseEvent::ChangesRequested { change_request_id, version, .. } => {
            facts.change_requests.extend(opinion(*version, Some(*change_request_id)));
        }
        PhaseEvent::ChangeRequestWithdrawn { change_request_id, .. }
        | PhaseEvent::ChangeRequestDismissed { change_request_id, .. }
        | PhaseEvent::ChangeRequestCleared { change_request_id, .. } => {
            facts.change_requests.retain(|request| request.change_request_id != Some(*change_request_id));
        }
        PhaseEvent::StageReopened { cycle, .. } => {
            row.cycle = *cycle;
            facts.standing = Standing::Unlocked;
            facts.approvals.clear();
        }
        PhaseEvent::StageBecameStale { cause, .. } => {
            facts.standing = Standing::Stale { cause: *cause };
            facts.approvals.clear();
        }
        PhaseEvent::ReviewRestarted { stage, approval_policy, .. } => {
            if let Some(latest) = &mut facts.latest {
                latest.policy = approval_policy.stage(*stage).cloned();
            }
        }
        _ => {}
    }
}
