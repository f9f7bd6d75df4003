//! When an enrichment is asked for, by a policy or by a person, Conductor works on it.

use crate::event::{Event, Recorded};
use crate::policies::Reaction;
use crate::story::StoryEvent;

pub(super) fn react(recorded: &Recorded<Event>, event: &StoryEvent) -> Vec<Reaction> {
    let StoryEvent::EnrichmentRequested { attempt, .. } = event else { return Vec::new() };
    let reaction = super::story_of(recorded).map(|(project_id, phase_id, story_id)| Reaction::WorkOnEnrichment {
        project_id,
        phase_id,
        story_id,
        attempt: *attempt,
    });
    reaction.into_iter().collect()
}
