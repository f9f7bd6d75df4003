//! When a proposal is approved it becomes a story of the backlog: the only way from the review into it.

use crate::ids::StoryId;
use crate::policies::{ApprovedProposal, Reaction};
use crate::story::content::StoryContent;
use crate::story_review::StoryReviewEvent;

pub(super) fn react(event: &StoryReviewEvent) -> Vec<Reaction> {
    let StoryReviewEvent::ProposalApproved {
        proposal_id,
        version,
        approved_by,
        project_id,
        phase_id,
        story_id,
        generation_id,
        lineage,
        based_on,
        content,
        ..
    } = event
    else {
        return Vec::new();
    };
    let depends_on = content.depends_on.iter().map(|proposal| StoryId::of(*proposal)).collect();
    vec![Reaction::CreateStory(Box::new(ApprovedProposal {
        story_id: *story_id,
        project_id: *project_id,
        phase_id: *phase_id,
        approved_by: *approved_by,
        proposal_id: *proposal_id,
        proposal_version: *version,
        generation_id: *generation_id,
        lineage: lineage.clone(),
        based_on: based_on.clone(),
        content: StoryContent { outline: content.outline.clone(), depends_on },
    }))]
}
