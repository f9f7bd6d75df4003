//! The review of a phase's stories: one stream a phase, so that split, merge and undo are atomic.
//!
//! `commands` is what can be asked, `aggregate` routes it to the function that decides, `events` is what happened,
//! `state` what is remembered of it. Nothing gets into the backlog but by an approval here.

mod aggregate;
mod commands;
mod deciding;
mod dependencies;
mod errors;
mod events;
mod generating;
mod merging;
mod splitting;
mod state;
#[cfg(test)]
mod tests;
mod undoing;

pub use commands::{
    AddProposals, ApproveProposals, AskGeneration, CompleteGeneration, EditProposal, FailGeneration, MergeProposals,
    PartCriterion, ProposedStory, RejectProposal, RequestStop, RestoreProposal, SplitPart, SplitProposal,
    StartGeneration, StopGeneration, StoryReviewCommand, UndoReviewStep, WordsRead,
};
pub use errors::{MAX_LIVE_PROPOSALS, MAX_REASON_BYTES, MERGED_PROPOSALS, SPLIT_PARTS, StoryReviewError};
pub use events::{
    GenerationMode, Lineage, NewProposal, RestoredProposal, ReviewStep, Standing, StoryReviewEvent, UnusableElement,
};
pub use state::{Before, Generation, GenerationProgress, KEPT_STEPS, Proposal, StoryReview, TakenStep};
