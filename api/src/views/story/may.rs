//! What a reader may do with a story now.

use konductro_domain::actor::Person;
use konductro_domain::role::{Capability, may};
use konductro_projections::backlog::{EnrichmentState, RefinementState, StoryDetails, StoryRow};
use serde::Serialize;
use utoipa::ToSchema;

/// Who reads a story.
#[derive(Debug, Clone, Copy)]
pub struct StoryReader<'a> {
    /// The reader, with the roles held in the project.
    pub person: &'a Person,
}

/// Something to do with a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoryVerb {
    /// Change it by hand.
    Edit,
    /// Have Conductor refine it.
    Refine,
    /// Take the refinement over.
    AcceptRefinement,
    /// Refuse the refinement.
    RefuseRefinement,
    /// Have Conductor enrich it.
    Enrich,
    /// Close it.
    Close,
}

/// The verbs of a story for a reader; a closed one has none.
pub(super) fn of(reader: StoryReader<'_>, row: &StoryRow, details: &StoryDetails) -> Vec<StoryVerb> {
    if details.closing.is_some() || !may(&reader.person.roles, Capability::ReviewStories) {
        return Vec::new();
    }
    let proposed = row.refinement_state == RefinementState::Proposed;
    let refining = matches!(row.refinement_state, RefinementState::Queued | RefinementState::Running);
    let enriching = matches!(row.enrichment_state, EnrichmentState::Queued | EnrichmentState::Running);
    let verbs = [
        (StoryVerb::Edit, true),
        (StoryVerb::Refine, !refining),
        (StoryVerb::AcceptRefinement, proposed),
        (StoryVerb::RefuseRefinement, proposed),
        (StoryVerb::Enrich, !enriching),
        (StoryVerb::Close, true),
    ];
    verbs.into_iter().filter_map(|(verb, may)| may.then_some(verb)).collect()
}
