//! Approving, reaffirming and withdrawing: always bound to exactly what was shown (rules 2, 3, 7 and 10).

use std::collections::BTreeSet;

use crate::phase::acknowledging::acknowledge;
use crate::phase::artefact::Completeness;
use crate::phase::commands::{ApproveArtefact, WithdrawApproval};
use crate::phase::errors::{Current, PhaseError};
use crate::phase::gate::GateState;
use crate::phase::state::{OpenedPhase, VersionRecord};
use crate::phase::verbs::Verb;
use crate::phase::waiving::open_findings;
use crate::phase::{ApprovalBasis, PhaseEvent};

pub(super) fn approve_artefact(phase: &OpenedPhase, command: &ApproveArtefact) -> Result<Vec<PhaseEvent>, PhaseError> {
    if is_repeat(phase, command) {
        return Ok(Vec::new());
    }
    give_approval(phase, command, Verb::ApproveArtefact, ApprovalBasis::Review)
}

pub(super) fn reaffirm_artefact(phase: &OpenedPhase, command: &ApproveArtefact) -> Result<Vec<PhaseEvent>, PhaseError> {
    if is_repeat(phase, command) {
        return Ok(Vec::new());
    }
    give_approval(phase, command, Verb::ReaffirmArtefact, ApprovalBasis::Reaffirmation)
}

fn give_approval(
    phase: &OpenedPhase,
    command: &ApproveArtefact,
    verb: Verb,
    basis: ApprovalBasis,
) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, by) = (command.stage, &command.by);
    let role = phase.permits(verb, stage, by)?;
    let record = phase.stage(stage)?;
    let latest = record.latest.as_ref().ok_or(PhaseError::NothingInReview(stage))?;
    names_what_is_there(phase, command, latest)?;
    if latest.completeness == Completeness::Incomplete {
        return Err(PhaseError::Incomplete(latest.version));
    }
    let own_requests = record.clearable_requests(by.user_id)?;
    let open_findings = open_findings(&command.findings, &command.waivers)?;
    let acknowledged = acknowledge(command)?;
    let mut events = vec![PhaseEvent::ApprovalGiven {
        approver: by.user_id,
        stage,
        version: command.version,
        content_hash: command.content_hash,
        upstream_hash: command.upstream_hash,
        cycle: command.cycle,
        basis,
        role,
        policy_version: record.policy.version,
        open_findings,
        note: command.note.as_ref().map(|note| note.reference()),
    }];
    events.extend(acknowledged);
    events.extend(
        own_requests.into_iter().map(|change_request_id| PhaseEvent::ChangeRequestCleared { change_request_id, stage }),
    );
    // Somebody who approves again, to clear their own request, is still one person.
    let mut approved_by: BTreeSet<_> = phase.counting_approvals(stage).into_iter().collect();
    approved_by.insert(by.user_id);
    if approved_by.len() >= phase.required_approvals(stage) {
        events.push(PhaseEvent::ArtefactApproved {
            stage,
            version: command.version,
            content_hash: command.content_hash,
            upstream_hash: command.upstream_hash,
            cycle: command.cycle,
            approved_by: approved_by.into_iter().collect(),
        });
    }
    Ok(events)
}

/// The same person approving exactly the same again changes nothing, unless they asked for changes meanwhile: then it
/// says that they are content.
fn is_repeat(phase: &OpenedPhase, command: &ApproveArtefact) -> bool {
    let Some(record) = phase.stages.get(&command.stage) else { return false };
    let same = record
        .latest
        .as_ref()
        .is_some_and(|latest| latest.version == command.version && latest.content.hash == command.content_hash)
        && record.cycle == command.cycle
        && phase.upstream_hash(command.stage) == command.upstream_hash;
    let is_content = record.change_requests.values().all(|request| request.requested_by != command.by.user_id);
    same && is_content
        && phase.live().is_ok()
        && command.by.credential.is_interactive()
        && phase.counting_approvals(command.stage).contains(&command.by.user_id)
}

fn names_what_is_there(
    phase: &OpenedPhase,
    command: &ApproveArtefact,
    latest: &VersionRecord,
) -> Result<(), PhaseError> {
    let named = Current {
        version: command.version,
        content_hash: command.content_hash,
        upstream_hash: command.upstream_hash,
        cycle: command.cycle,
    };
    let current = phase.current(command.stage, latest);
    if named == current { Ok(()) } else { Err(PhaseError::ApprovalOutdated(current)) }
}

pub(super) fn withdraw_approval(
    phase: &OpenedPhase,
    command: &WithdrawApproval,
) -> Result<Vec<PhaseEvent>, PhaseError> {
    let stage = command.stage;
    phase.permits(Verb::WithdrawApproval, stage, &command.by)?;
    let record = phase.stage(stage)?;
    let given = record.approvals.get(&command.by.user_id).ok_or(PhaseError::NoApprovalToWithdraw)?;
    let (version, cycle) = (given.version, given.cycle);
    phase.bears_nothing_in_backlog(stage, &command.in_backlog)?;
    let mut events = vec![PhaseEvent::ApprovalWithdrawn { approver: command.by.user_id, stage, version, cycle }];
    let left = phase.counting_approvals(stage).into_iter().filter(|approver| *approver != command.by.user_id).count();
    if phase.gate(stage).state() == GateState::Approved && left < phase.required_approvals(stage) {
        events.push(PhaseEvent::StageReturnedToReview { stage, version, cycle });
    }
    Ok(events)
}
