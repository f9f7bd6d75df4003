//! Answers about stories: proposals for a phase, the refinement of one story, how one is built.
//!
//! They come as JSON from a model that may not keep to it. `elements` finds stories in a stream as they close, `drafted`
//! reads one, `proposing` runs a generation from request to end, with one turn to mend what can't be used; `refining` and
//! `enriching` do the same for one story. Ids are ours, and nothing here changes a fact.

mod asking;
mod drafted;
pub mod elements;
mod enriching;
mod mending;
mod proposing;
mod refining;
pub mod schema;
#[cfg(test)]
mod tests;

pub use drafted::{Drafted, DraftedCriterion, Unusable};
pub use enriching::{Action, Enriched, Enrichment, Evidence, PlannedFile, Slice, enrich};
pub use proposing::{Generated, MOST_STORIES, Proposed, propose};
pub use refining::{Refined, Refinement, refine};
