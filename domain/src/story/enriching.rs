//! Enrichment: each story on its own, attempt by attempt. A failure is on record and can be tried again.

use crate::Decided;
use crate::ids::UserId;
use crate::story::StoryEvent;
use crate::story::aggregate::Decision;
use crate::story::commands::{AskEnrichment, Enrich, EnrichmentAsker, FailEnrichment, RequestEnrichment};
use crate::story::errors::StoryError;
use crate::story::state::{CreatedStory, EnrichmentProgress, StoryStatus};

pub(super) fn request(story: &CreatedStory, command: &RequestEnrichment) -> Decision {
    match &command.by {
        EnrichmentAsker::Person(person) => {
            story.permits(person)?;
            match story.enrichment.progress {
                EnrichmentProgress::Queued | EnrichmentProgress::Running => Err(StoryError::AlreadyRunning),
                EnrichmentProgress::None | EnrichmentProgress::Done | EnrichmentProgress::Failed => {
                    Ok(requested(story, person.user_id))
                }
            }
        }
        // What is queued reads the story as it will be; what runs has read it as it was.
        EnrichmentAsker::Policy(requested_by) => match (story.status, story.enrichment.progress) {
            (StoryStatus::Closed, _) | (StoryStatus::Open, EnrichmentProgress::Queued) => Ok(Decided::nothing()),
            (StoryStatus::Open, _) => Ok(requested(story, *requested_by)),
        },
    }
}

fn requested(story: &CreatedStory, requested_by: UserId) -> Decided<StoryEvent> {
    Decided::event(StoryEvent::EnrichmentRequested { attempt: story.enrichment.attempt + 1, requested_by })
}

pub(super) fn ask(story: &CreatedStory, command: &AskEnrichment) -> Decision {
    under_way(story, command.attempt)?;
    if story.enrichment.progress == EnrichmentProgress::Running {
        return Ok(Decided::nothing());
    }
    Ok(Decided::event(StoryEvent::EnrichmentAsked {
        attempt: command.attempt,
        generated_by: command.generated_by.clone(),
        prompt: command.prompt.clone(),
    }))
}

pub(super) fn enrich(story: &CreatedStory, command: &Enrich) -> Decision {
    under_way(story, command.attempt)?;
    let enriched = StoryEvent::StoryEnriched {
        attempt: command.attempt,
        enrichment: command.enrichment.reference(),
        based_on: command.based_on.clone(),
        files_left_out: command.files_left_out,
        generated_by: command.generated_by.clone(),
        model_returned: command.model_returned.clone(),
        usage: command.usage,
    };
    Ok(Decided::event(enriched).with([command.enrichment.clone()]))
}

pub(super) fn fail(story: &CreatedStory, command: &FailEnrichment) -> Decision {
    under_way(story, command.attempt)?;
    Ok(Decided::event(StoryEvent::EnrichmentFailed {
        attempt: command.attempt,
        reason: command.reason.clone(),
        generated_by: command.generated_by.clone(),
        usage: command.usage,
    }))
}

/// Whether Conductor's work on this attempt is still wanted.
fn under_way(story: &CreatedStory, attempt: u32) -> Result<(), StoryError> {
    story.open()?;
    match story.enrichment.progress {
        EnrichmentProgress::Queued | EnrichmentProgress::Running if story.enrichment.attempt == attempt => Ok(()),
        _ => Err(StoryError::NotRunning),
    }
}
