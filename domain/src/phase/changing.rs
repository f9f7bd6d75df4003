//! Sending back and opening again: change requests, reopening, restarting a review (rules 5, 7 and 9).

use crate::actor::Person;
use crate::artefact::anchor::Anchor;
use crate::ids::{ChangeRequestId, UserId};
use crate::phase::PhaseEvent;
use crate::phase::commands::{DismissChangeRequest, ReopenStage, RequestChanges, RestartReview, WithdrawChangeRequest};
use crate::phase::errors::PhaseError;
use crate::phase::state::{OpenedPhase, StageRecord};
use crate::phase::verbs::Verb;
use crate::project::delegation::OnBehalf;
use crate::role::{Capability, Roles, may, roles_with};
use crate::stage::Stage;
use crate::text::{Text, TextRef};

pub(super) fn request_changes(phase: &OpenedPhase, command: &RequestChanges) -> Result<Vec<PhaseEvent>, PhaseError> {
    let stage = command.stage;
    let role = phase.permits(Verb::RequestChanges, stage, &command.by)?;
    let reason = given_reason(&command.reason)?;
    let record = phase.stage(stage)?;
    if record.change_requests.contains_key(&command.change_request_id) {
        return Ok(Vec::new());
    }
    let latest = record.latest.as_ref().ok_or(PhaseError::NothingInReview(stage))?;
    if latest.version != command.version {
        return Err(PhaseError::VersionOutdated(latest.version));
    }
    let change_request_id = command.change_request_id;
    let mut events = vec![PhaseEvent::ChangesRequested {
        change_request_id,
        stage,
        version: command.version,
        requested_by: command.by.user_id,
        reason,
        role,
    }];
    match command.place.anchor() {
        Anchor::Whole => {}
        anchor => events.push(PhaseEvent::ChangeRequestPlaced { change_request_id, stage, anchor }),
    }
    Ok(events)
}

pub(super) fn withdraw_change_request(
    phase: &OpenedPhase,
    command: &WithdrawChangeRequest,
) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, change_request_id, by) = (command.stage, command.change_request_id, &command.by);
    let on_behalf = phase.may_withdraw_request(stage, change_request_id, by, &command.acts_for)?;
    let acted = on_behalf.map(|on_behalf| PhaseEvent::ActedOnBehalf {
        delegator: on_behalf.delegator,
        delegate: by.user_id,
        delegation_id: on_behalf.delegation_id,
        stage,
        role: on_behalf.role,
    });
    let withdrawn = PhaseEvent::ChangeRequestWithdrawn { change_request_id, stage };
    Ok(acted.into_iter().chain([withdrawn]).collect())
}

pub(super) fn dismiss_change_request(
    phase: &OpenedPhase,
    command: &DismissChangeRequest,
) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, change_request_id) = (command.stage, command.change_request_id);
    phase.permits(Verb::DismissChangeRequest, stage, &command.by)?;
    let reason = given_reason(&command.reason)?;
    phase.may_dismiss_request(stage, change_request_id, &command.by, &command.requester_roles)?;
    Ok(vec![PhaseEvent::ChangeRequestDismissed { change_request_id, stage, reason }])
}

impl OpenedPhase {
    /// Whether a person may take back a change request now, and if not in their own name then on whose behalf.
    pub fn may_withdraw_request(
        &self,
        stage: Stage,
        id: ChangeRequestId,
        by: &Person,
        acts_for: &[OnBehalf],
    ) -> Result<Option<OnBehalf>, PhaseError> {
        self.admits(Verb::WithdrawChangeRequest, stage, by)?;
        let record = self.stage(stage)?;
        let request = record.change_requests.get(&id).ok_or(PhaseError::NoSuchChangeRequest)?;
        if request.requested_by == by.user_id {
            return Ok(None);
        }
        let decides = |role| roles_with(Capability::DecideAtGate(stage)).contains(role);
        let on_behalf = acts_for.iter().find(|it| it.delegator == request.requested_by && decides(&it.role));
        let on_behalf = on_behalf.ok_or(PhaseError::NotTheRequester)?;
        // Whoever looks after somebody's requests does not do so where their own text is what is complained of.
        if record.is_author(by.user_id) {
            return Err(PhaseError::AuthorMayNotClear);
        }
        Ok(Some(*on_behalf))
    }

    /// Whether a person may set a change request aside now. While the requester could still clear it, only an SDM who
    /// did not write what is pending may.
    pub fn may_dismiss_request(
        &self,
        stage: Stage,
        id: ChangeRequestId,
        by: &Person,
        requester_roles: &Roles,
    ) -> Result<(), PhaseError> {
        self.permits(Verb::DismissChangeRequest, stage, by)?;
        let record = self.stage(stage)?;
        if !record.change_requests.contains_key(&id) {
            return Err(PhaseError::NoSuchChangeRequest);
        }
        let requester_can_clear = may(requester_roles, Capability::DecideAtGate(stage));
        if requester_can_clear && record.is_author(by.user_id) {
            return Err(PhaseError::AuthorMayNotDismiss);
        }
        Ok(())
    }
}

pub(super) fn reopen_stage(phase: &OpenedPhase, command: &ReopenStage) -> Result<Vec<PhaseEvent>, PhaseError> {
    let stage = command.stage;
    phase.permits(Verb::ReopenStage, stage, &command.by)?;
    let reason = given_reason(&command.reason)?;
    let cycle = phase.stage(stage)?.cycle + 1;
    Ok(vec![PhaseEvent::StageReopened { stage, cycle, reason, approval_policy: command.approval_policy.clone() }])
}

/// A running review goes on under the policy of now; what was approved under the old one counts no more.
pub(super) fn restart_review(phase: &OpenedPhase, command: &RestartReview) -> Result<Vec<PhaseEvent>, PhaseError> {
    let stage = command.stage;
    phase.permits(Verb::RestartReview, stage, &command.by)?;
    let record = phase.stage(stage)?;
    let latest = record.latest.as_ref().ok_or(PhaseError::NothingInReview(stage))?;
    let (now, pinned) = (&command.approval_policy, &record.policy);
    if now.version == pinned.version {
        return Ok(Vec::new());
    }
    // Nobody makes it easier to approve what they wrote themselves.
    if now.for_stage(stage).lowers(&pinned.for_stage(stage)) && record.is_author(command.by.user_id) {
        return Err(PhaseError::AuthorMayNotLower(latest.version));
    }
    Ok(vec![PhaseEvent::ReviewRestarted { stage, version: latest.version, approval_policy: now.clone() }])
}

impl StageRecord {
    /// Whether somebody is an author of what is pending: of the latest version, or of anything since the last approved
    /// one (rule 8).
    pub fn is_author(&self, user: UserId) -> bool {
        self.latest.as_ref().is_some_and(|latest| latest.authors.contains(&user))
            || self.authors_since_approval.contains(&user)
    }

    /// One's own open requests are cleared by approving; anybody else's block (rule 5).
    pub(super) fn clearable_requests(&self, approver: UserId) -> Result<Vec<ChangeRequestId>, PhaseError> {
        let requesters = self.change_requests.values().map(|request| request.requested_by);
        let others: Vec<_> = requesters.filter(|requester| *requester != approver).collect();
        if others.is_empty() {
            Ok(self.change_requests.keys().copied().collect())
        } else {
            Err(PhaseError::ChangesOpen(others))
        }
    }
}

fn given_reason(reason: &Text) -> Result<TextRef, PhaseError> {
    if reason.body().trim().is_empty() { Err(PhaseError::ReasonMissing) } else { Ok(reason.reference()) }
}
