//! A story of the backlog: from an approved proposal or from one sentence, refined, enriched, closed.
//!
//! `commands` is what can be asked, `aggregate` routes it to the function that decides, `events` is what happened,
//! `state` what is remembered of it. `content` and `draft` are what a story says, in review and in the backlog.

mod aggregate;
mod commands;
pub mod content;
mod creating;
pub mod draft;
mod editing;
mod enriching;
mod errors;
mod events;
mod refining;
mod state;
#[cfg(test)]
mod tests;

pub use commands::{
    AcceptRefinement, AskEnrichment, AskRefinement, CloseStory, CreateStory, EditStory, Enrich, EnrichmentAsker,
    FailEnrichment, FailRefinement, ProposeRefinement, RefuseRefinement, RequestEnrichment, RequestRefinement,
    RequestStory, StoryCommand,
};
pub use errors::{MAX_REASON_BYTES, MAX_REQUEST_BYTES, StoryError};
pub use events::{StoryEvent, StorySource};
pub use state::{CreatedStory, Enrichment, EnrichmentProgress, Refinement, RefinementProgress, Story, StoryStatus};
