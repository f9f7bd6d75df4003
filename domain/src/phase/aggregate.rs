//! Routes each command to the function that decides it.
//!
//! Deciding reads only the phase's own state and the command. An exact repeat decides nothing.

use crate::phase::commands::PhaseCommand;
use crate::phase::errors::PhaseError;
use crate::phase::state::{OpenedPhase, Phase, PhaseStatus};
use crate::phase::{
    PhaseEvent, approving, changing, ending, findings, opening, scoping, submitting, threads, versions,
};
use crate::stage::Stage;

impl Phase {
    /// Given this phase, when this command: the events, or why not.
    pub fn decide(&self, command: &PhaseCommand) -> Result<Vec<PhaseEvent>, PhaseError> {
        if let PhaseCommand::OpenPhase(command) = command {
            return opening::open_phase(self, command);
        }
        let phase = self.opened()?;
        let (stage, decided) = match command {
            PhaseCommand::OpenPhase(_) => return Err(PhaseError::AlreadyOpened),
            PhaseCommand::RenamePhase(command) => return opening::rename_phase(phase, command),
            PhaseCommand::CancelPhase(command) => return ending::cancel_phase(phase, command),
            PhaseCommand::CompletePhase(command) => return ending::complete_phase(phase, command),
            PhaseCommand::PromotePhase(command) => (Stage::Requirements, scoping::promote_phase(phase, command)?),
            PhaseCommand::RecordFirstReply(command) => (command.stage, scoping::record_first_reply(phase, command)),
            PhaseCommand::SaveDocument(command) => (command.stage, versions::save_document(phase, command)),
            PhaseCommand::AddArtefactVersion(command) => {
                (command.stage, versions::add_artefact_version(phase, command)?)
            }
            PhaseCommand::ApproveArtefact(command) => (command.stage, approving::approve_artefact(phase, command)?),
            PhaseCommand::ReaffirmArtefact(command) => (command.stage, approving::reaffirm_artefact(phase, command)?),
            PhaseCommand::WithdrawApproval(command) => (command.stage, approving::withdraw_approval(phase, command)?),
            PhaseCommand::RequestChanges(command) => (command.stage, changing::request_changes(phase, command)?),
            PhaseCommand::WithdrawChangeRequest(command) => {
                (command.stage, changing::withdraw_change_request(phase, command)?)
            }
            PhaseCommand::DismissChangeRequest(command) => {
                (command.stage, changing::dismiss_change_request(phase, command)?)
            }
            PhaseCommand::ReopenStage(command) => (command.stage, changing::reopen_stage(phase, command)?),
            PhaseCommand::RestartReview(command) => (command.stage, changing::restart_review(phase, command)?),
            PhaseCommand::AdoptSubmission(command) => (command.stage, submitting::adopt_submission(phase, command)?),
            PhaseCommand::AcceptFinding(command) => (command.stage, findings::accept_finding(phase, command)?),
            PhaseCommand::RaiseFinding(command) => return findings::raise_finding(phase, command),
            PhaseCommand::DeclineFinding(command) => return findings::decline_finding(phase, command),
            PhaseCommand::ReportDrift(command) => return submitting::report_drift(phase, command),
            PhaseCommand::OpenThread(command) => return threads::open_thread(phase, command),
            PhaseCommand::ReplyInThread(command) => return threads::reply_in_thread(phase, command),
            PhaseCommand::ResolveThread(command) => return threads::resolve_thread(phase, command),
        };
        Ok(self.with_consequences(stage, decided))
    }

    /// The phase, once it was opened.
    pub fn opened(&self) -> Result<&OpenedPhase, PhaseError> {
        match self {
            Phase::NotOpened => Err(PhaseError::Unknown),
            Phase::Opened(phase) => Ok(phase),
        }
    }
}

impl OpenedPhase {
    /// Whether anything may still change.
    pub fn live(&self) -> Result<(), PhaseError> {
        match self.status {
            PhaseStatus::Planning | PhaseStatus::Ready => Ok(()),
            PhaseStatus::Completed => Err(PhaseError::Closed("completed")),
            PhaseStatus::Cancelled => Err(PhaseError::Closed("cancelled")),
        }
    }
}

crate::aggregate!(Phase, "phase", PhaseCommand, PhaseEvent, PhaseError, |phase, event| phase.fold(event));
