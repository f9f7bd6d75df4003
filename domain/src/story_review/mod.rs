//! The review of a phase's stories: one stream a phase, so that split, merge and undo are atomic.

mod events;

pub use events::{
    GenerationMode, Lineage, NewProposal, RestoredProposal, ReviewStep, Standing, StoryReviewEvent, UnusableElement,
};
