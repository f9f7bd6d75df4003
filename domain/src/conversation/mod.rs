//! The conversation of one stage: messages, turns and replies.

mod aggregate;
mod commands;
mod errors;
mod events;
mod queue;
mod replying;
#[cfg(test)]
mod tests;

pub use aggregate::{Conversation, MAX_MESSAGE_BYTES, Replied, Turn, TurnProgress};
pub use commands::{ConversationCommand, NewMessage, Reply};
pub use errors::ConversationError;
pub use events::{ConversationEvent, QueueReturn, ReplyFailure, Substance, WrittenDocument};
pub use queue::{QueuedMessage, may_cancel};

use crate::ids::PhaseId;
use crate::stage::Stage;

/// The stream of a stage's conversation: `phase:stage`.
pub fn conversation_stream(phase_id: PhaseId, stage: Stage) -> String {
    format!("{phase_id}:{stage}")
}
