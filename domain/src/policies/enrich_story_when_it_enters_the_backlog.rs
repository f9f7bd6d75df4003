//! When an approved proposal has become a story, or a person accepted a one-off story's refinement, Conductor
//! enriches it. A one-off story as first written is not worth it yet.

use crate::event::{Event, Recorded};
use crate::ids::UserId;
use crate::policies::Reaction;
use crate::story::{StoryEvent, StorySource};

pub(super) fn react(recorded: &Recorded<Event>, event: &StoryEvent) -> Vec<Reaction> {
    match event {
        StoryEvent::StoryCreated { created_by, source: StorySource::Proposal { .. }, .. } => {
            request(recorded, *created_by)
        }
        StoryEvent::RefinementAccepted { accepted_by, .. } => request(recorded, *accepted_by),
        _ => Vec::new(),
    }
}

fn request(recorded: &Recorded<Event>, requested_by: UserId) -> Vec<Reaction> {
    let reaction = super::story_of(recorded).map(|(project_id, phase_id, story_id)| Reaction::RequestEnrichment {
        project_id,
        phase_id,
        story_id,
        requested_by,
    });
    reaction.into_iter().collect()
}
