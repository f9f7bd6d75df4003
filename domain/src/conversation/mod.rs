//! The conversation of one stage: messages, turns and replies.

mod aggregate;
mod events;
#[cfg(test)]
mod tests;

pub use aggregate::{
    Conversation, ConversationCommand, ConversationError, MAX_MESSAGE_BYTES, Replied, Reply, Turn, TurnProgress,
};
pub use events::{ConversationEvent, ReplyFailure, Substance, WrittenDocument};

use crate::ids::PhaseId;
use crate::stage::Stage;

/// The stream of a stage's conversation: `phase:stage`.
pub fn conversation_stream(phase_id: PhaseId, stage: Stage) -> String {
    format!("{phase_id}:{stage}")
}
