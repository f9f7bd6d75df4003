//! When a person writes to Conductor, or asks for another attempt or for the rest, Conductor works on the turn.

use crate::conversation::ConversationEvent;
use crate::event::{Event, Recorded};
use crate::policies::Reaction;

pub(super) fn react(recorded: &Recorded<Event>, event: &ConversationEvent) -> Vec<Reaction> {
    let (turn_id, attempt) = match event {
        ConversationEvent::MessagePosted { turn_id, .. } => (*turn_id, 1),
        ConversationEvent::TurnRetried { turn_id, attempt } | ConversationEvent::TurnContinued { turn_id, attempt } => {
            (*turn_id, *attempt)
        }
        _ => return Vec::new(),
    };
    match (recorded.project_id, recorded.phase_id, super::stage_of(recorded)) {
        (Some(project_id), Some(phase_id), Some(stage)) => {
            vec![Reaction::WorkOnTurn { project_id, phase_id, stage, turn_id, attempt }]
        }
        _ => Vec::new(),
    }
}
