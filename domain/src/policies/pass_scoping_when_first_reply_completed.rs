//! When Conductor's reply in a scoping conversation is whole, the stage is passed: stories can be generated.
//! Every later reply says so again, which changes nothing.

use crate::conversation::ConversationEvent;
use crate::event::{Event, Recorded};
use crate::policies::Reaction;
use crate::stage::{GateKind, Stage};

pub(super) fn react(recorded: &Recorded<Event>, event: &ConversationEvent) -> Vec<Reaction> {
    let ConversationEvent::ReplyCompleted { turn_id, .. } = event else { return Vec::new() };
    let stage = super::stage_of(recorded).filter(|stage: &Stage| stage.gate_kind() == GateKind::FirstReply);
    match (recorded.project_id, recorded.phase_id, stage) {
        (Some(project_id), Some(phase_id), Some(stage)) => {
            vec![Reaction::RecordFirstReply { project_id, phase_id, stage, turn_id: *turn_id }]
        }
        _ => Vec::new(),
    }
}
