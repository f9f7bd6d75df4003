//! The scoping conversation of a light phase: Conductor's first reply passes it, and promoting the phase makes it
//! the context of the requirements (rules 11 and 12). Nothing of it is lost; only its writing ends.

use crate::phase::PhaseEvent;
use crate::phase::commands::{PromotePhase, RecordFirstReply};
use crate::phase::errors::PhaseError;
use crate::phase::plan::PhaseKind;
use crate::phase::state::OpenedPhase;
use crate::phase::verbs::PhaseVerb;
use crate::stage::GateKind;

/// Every later reply, and a reply of what is over, changes nothing.
pub(super) fn record_first_reply(phase: &OpenedPhase, command: &RecordFirstReply) -> Vec<PhaseEvent> {
    let (stage, turn_id) = (command.stage, command.turn_id);
    let waits = stage.gate_kind() == GateKind::FirstReply
        && phase.live().is_ok()
        && phase.kind.has(stage)
        && phase.stages.get(&stage).is_some_and(|record| record.first_reply.is_none());
    if waits { vec![PhaseEvent::FirstReplyReceived { stage, turn_id }] } else { Vec::new() }
}

pub(super) fn promote_phase(phase: &OpenedPhase, command: &PromotePhase) -> Result<Vec<PhaseEvent>, PhaseError> {
    phase.permits_for_phase(PhaseVerb::Promote, &command.by)?;
    Ok(vec![PhaseEvent::PhasePromoted { kind: PhaseKind::Full }])
}
