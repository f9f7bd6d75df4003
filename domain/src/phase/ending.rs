//! The two ends of a phase: given up with a reason, or complete once no proposal is undecided.

use crate::phase::PhaseEvent;
use crate::phase::commands::{CancelPhase, CompletePhase};
use crate::phase::errors::{MAX_REASON_BYTES, PhaseError};
use crate::phase::state::OpenedPhase;
use crate::phase::verbs::PhaseVerb;

pub(super) fn cancel_phase(phase: &OpenedPhase, command: &CancelPhase) -> Result<Vec<PhaseEvent>, PhaseError> {
    phase.permits_for_phase(PhaseVerb::Cancel, &command.by)?;
    if command.reason.body().trim().is_empty() {
        return Err(PhaseError::ReasonMissing);
    }
    if command.reason.body().len() > MAX_REASON_BYTES {
        return Err(PhaseError::ReasonTooLong);
    }
    Ok(vec![PhaseEvent::PhaseCancelled { reason: command.reason.reference() }])
}

pub(super) fn complete_phase(phase: &OpenedPhase, command: &CompletePhase) -> Result<Vec<PhaseEvent>, PhaseError> {
    phase.permits_for_phase(PhaseVerb::Complete, &command.by)?;
    match command.undecided {
        0 => Ok(vec![PhaseEvent::PhaseCompleted {}]),
        undecided => Err(PhaseError::ProposalsUndecided(undecided)),
    }
}
