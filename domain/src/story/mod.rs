//! A story of the backlog: from an approved proposal or from one sentence, refined, enriched, closed.

pub mod content;
mod events;

pub use events::{StoryEvent, StorySource};
