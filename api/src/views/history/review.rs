//! What happened in the review of a phase's stories, one sentence for each event.

use konductro_domain::story_review::{GenerationMode, ReviewStep, StoryReviewEvent};

pub(super) fn sentence(event: &StoryReviewEvent, who: &str) -> String {
    match event {
        StoryReviewEvent::GenerationStarted { mode: GenerationMode::Fresh, .. } => {
            format!("{who} had Conductor propose stories.")
        }
        StoryReviewEvent::GenerationStarted { mode: GenerationMode::Continue, .. } => {
            format!("{who} had Conductor go on proposing stories.")
        }
        StoryReviewEvent::GenerationAsked { generated_by, .. } => {
            format!("Conductor began to propose stories ({}).", generated_by.model)
        }
        StoryReviewEvent::GenerationStopRequested { .. } => format!("{who} asked to stop proposing stories."),
        StoryReviewEvent::ProposalAdded { content, .. } => {
            format!("Conductor proposed the story “{}”.", content.outline.title)
        }
        StoryReviewEvent::GenerationCompleted { unusable, .. } => match unusable.len() {
            0 => "Conductor has proposed all its stories.".to_owned(),
            1 => "Conductor has proposed all its stories; one thing it wrote was no story.".to_owned(),
            more => format!("Conductor has proposed all its stories; {more} things it wrote were no stories."),
        },
        StoryReviewEvent::GenerationStopped { .. } => {
            "Proposing stories was stopped; what had come is kept.".to_owned()
        }
        StoryReviewEvent::GenerationFailed { .. } => "Proposing stories broke off; what had come is kept.".to_owned(),
        StoryReviewEvent::ProposalSuperseded { .. } => {
            "A newer generation took the place of a proposal that nobody had touched.".to_owned()
        }
        StoryReviewEvent::ProposalEdited { version, content, .. } => {
            format!("{who} edited the proposal “{}”; it is at version {version}.", content.outline.title)
        }
        StoryReviewEvent::ProposalSplit { into, .. } => {
            let titles: Vec<_> = into.iter().map(|part| format!("“{}”", part.content.outline.title)).collect();
            format!("{who} split a proposal into {}.", titles.join(", "))
        }
        StoryReviewEvent::ProposalsMerged { proposal_ids, into, .. } => {
            format!("{who} merged {} proposals into “{}”.", proposal_ids.len(), into.content.outline.title)
        }
        StoryReviewEvent::ProposalRejected { .. } => format!("{who} rejected a proposal."),
        StoryReviewEvent::ProposalRestored { .. } => format!("{who} took a proposal back into the review."),
        StoryReviewEvent::ProposalApproved { version, content, .. } => {
            format!("{who} approved the proposal “{}” at version {version} into the backlog.", content.outline.title)
        }
        StoryReviewEvent::ReviewStepUndone { step, .. } => format!("{who} undid {}.", undone(*step)),
    }
}

fn undone(step: ReviewStep) -> &'static str {
    match step {
        ReviewStep::Edit => "an edit",
        ReviewStep::Split => "a split",
        ReviewStep::Merge => "a merge",
        ReviewStep::Reject => "a rejection",
        ReviewStep::Restore => "a restoration",
    }
}
