//! When a refinement is asked for, with a one-off story or later, Conductor works on it.

use crate::event::{Event, Recorded};
use crate::policies::Reaction;
use crate::story::StoryEvent;

pub(super) fn react(recorded: &Recorded<Event>, event: &StoryEvent) -> Vec<Reaction> {
    let StoryEvent::RefinementRequested { attempt, .. } = event else { return Vec::new() };
    let reaction = super::story_of(recorded).map(|(project_id, phase_id, story_id)| Reaction::WorkOnRefinement {
        project_id,
        phase_id,
        story_id,
        attempt: *attempt,
    });
    reaction.into_iter().collect()
}
