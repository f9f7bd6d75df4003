//! Sending back and opening again: change requests and reopening (rules 5 and 7).

use crate::phase::PhaseEvent;
use crate::phase::commands::{DismissChangeRequest, ReopenStage, RequestChanges, WithdrawChangeRequest};
use crate::phase::errors::PhaseError;
use crate::phase::state::OpenedPhase;
use crate::phase::verbs::Verb;
use crate::role::{Capability, may};
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
    Ok(vec![PhaseEvent::ChangesRequested {
        change_request_id: command.change_request_id,
        stage,
        version: command.version,
        requested_by: command.by.user_id,
        reason,
        role,
    }])
}

pub(super) fn withdraw_change_request(
    phase: &OpenedPhase,
    command: &WithdrawChangeRequest,
) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, change_request_id) = (command.stage, command.change_request_id);
    let request = phase.stage(stage)?.change_requests.get(&change_request_id);
    phase.permits(Verb::WithdrawChangeRequest, stage, &command.by)?;
    match request {
        None => Err(PhaseError::NoSuchChangeRequest),
        Some(request) if request.requested_by != command.by.user_id => Err(PhaseError::NotTheRequester),
        Some(_) => Ok(vec![PhaseEvent::ChangeRequestWithdrawn { change_request_id, stage }]),
    }
}

pub(super) fn dismiss_change_request(
    phase: &OpenedPhase,
    command: &DismissChangeRequest,
) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, change_request_id) = (command.stage, command.change_request_id);
    phase.permits(Verb::DismissChangeRequest, stage, &command.by)?;
    let reason = given_reason(&command.reason)?;
    let record = phase.stage(stage)?;
    if !record.change_requests.contains_key(&change_request_id) {
        return Err(PhaseError::NoSuchChangeRequest);
    }
    // While the requester could still clear it, only an SDM who did not write the version may set it aside.
    let requester_can_clear = may(&command.requester_roles, Capability::DecideAtGate(stage));
    let is_author = record.latest.as_ref().is_some_and(|latest| latest.authors.contains(&command.by.user_id));
    if requester_can_clear && is_author {
        return Err(PhaseError::AuthorMayNotDismiss);
    }
    Ok(vec![PhaseEvent::ChangeRequestDismissed { change_request_id, stage, reason }])
}

pub(super) fn reopen_stage(phase: &OpenedPhase, command: &ReopenStage) -> Result<Vec<PhaseEvent>, PhaseError> {
    let stage = command.stage;
    phase.permits(Verb::ReopenStage, stage, &command.by)?;
    let reason = given_reason(&command.reason)?;
    let cycle = phase.stage(stage)?.cycle + 1;
    Ok(vec![PhaseEvent::StageReopened { stage, cycle, reason, approval_policy: command.approval_policy.clone() }])
}

fn given_reason(reason: &Text) -> Result<TextRef, PhaseError> {
    if reason.body().trim().is_empty() { Err(PhaseError::ReasonMissing) } else { Ok(reason.reference()) }
}
