//! When a reply has ended, however it ended, the message that waited for it is sent, or given back to its author where
//! the stage does not take it any more.

use crate::conversation::ConversationEvent;
use crate::event::{Event, Recorded};
use crate::policies::Reaction;

pub(super) fn react(recorded: &Recorded<Event>, event: &ConversationEvent) -> Vec<Reaction> {
    let (ConversationEvent::ReplyCompleted { .. }
    | ConversationEvent::ReplyStopped { .. }
    | ConversationEvent::ReplyFailed { .. }) = event
    else {
        return Vec::new();
    };
    match (recorded.project_id, recorded.phase_id, super::stage_of(recorded)) {
        (Some(project_id), Some(phase_id), Some(stage)) => {
            vec![Reaction::SendQueuedMessage { project_id, phase_id, stage }]
        }
        _ => Vec::new(),
    }
}
