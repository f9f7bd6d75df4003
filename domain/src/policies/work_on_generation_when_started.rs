//! When a person has Conductor propose stories, Conductor works on them.

use crate::policies::Reaction;
use crate::story_review::StoryReviewEvent;

pub(super) fn react(event: &StoryReviewEvent) -> Vec<Reaction> {
    let StoryReviewEvent::GenerationStarted { generation_id, project_id, phase_id, .. } = event else {
        return Vec::new();
    };
    vec![Reaction::WorkOnGeneration { project_id: *project_id, phase_id: *phase_id, generation_id: *generation_id }]
}
