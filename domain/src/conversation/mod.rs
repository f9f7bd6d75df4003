//! The conversation of one stage: messages, turns and replies.

mod events;

pub use events::{ConversationEvent, ReplyFailure, Substance, WrittenDocument};
