//! Refinement: Conductor proposes how a story could read, and nothing changes until a person accepts.
//!
//! Attempts are counted; what an older attempt says comes too late. A refinement that fails, or that a person
//! refuses, leaves the story as written.

use crate::Decided;
use crate::ids::StoryId;
use crate::story::StoryEvent;
use crate::story::aggregate::Decision;
use crate::story::commands::{
    AcceptRefinement, AskRefinement, FailRefinement, ProposeRefinement, RefuseRefinement, RequestRefinement,
};
use crate::story::content::StoryContent;
use crate::story::draft::criteria_of;
use crate::story::editing::{checked_reason, written};
use crate::story::errors::StoryError;
use crate::story::state::{CreatedStory, RefinementProgress};

pub(super) fn request(story: &CreatedStory, command: &RequestRefinement) -> Decision {
    story.permits(&command.by)?;
    match story.refinement.progress {
        RefinementProgress::Queued | RefinementProgress::Running => Err(StoryError::AlreadyRunning),
        RefinementProgress::None
        | RefinementProgress::Proposed(_)
        | RefinementProgress::Accepted
        | RefinementProgress::Refused
        | RefinementProgress::Failed => Ok(Decided::event(StoryEvent::RefinementRequested {
            attempt: story.refinement.attempt + 1,
            requested_by: command.by.user_id,
        })),
    }
}

pub(super) fn ask(story: &CreatedStory, command: &AskRefinement) -> Decision {
    under_way(story, command.attempt)?;
    if story.refinement.progress == RefinementProgress::Running {
        return Ok(Decided::nothing());
    }
    Ok(Decided::event(StoryEvent::RefinementAsked {
        attempt: command.attempt,
        generated_by: command.generated_by.clone(),
        prompt: command.prompt.clone(),
    }))
}

pub(super) fn propose(story: &CreatedStory, command: &ProposeRefinement) -> Decision {
    under_way(story, command.attempt)?;
    let mut draft = command.draft.clone().forgetting_ids_but(&criteria_of(&story.content.outline));
    draft.depends_on.retain(|other: &StoryId| *other != story.story_id);
    let (content, body) = written(story, &draft, command.salt)?;
    let proposed = StoryEvent::RefinementProposed {
        attempt: command.attempt,
        content,
        questions: command.questions.reference(),
        generated_by: command.generated_by.clone(),
        model_returned: command.model_returned.clone(),
        usage: command.usage,
    };
    Ok(Decided::event(proposed).with([body, command.questions.clone()]))
}

pub(super) fn fail(story: &CreatedStory, command: &FailRefinement) -> Decision {
    under_way(story, command.attempt)?;
    Ok(Decided::event(StoryEvent::RefinementFailed {
        attempt: command.attempt,
        reason: command.reason.clone(),
        generated_by: command.generated_by.clone(),
        usage: command.usage,
    }))
}

pub(super) fn accept(story: &CreatedStory, command: &AcceptRefinement) -> Decision {
    story.permits(&command.by)?;
    let proposed = proposed(story, command.attempt)?;
    let (attempt, accepted_by) = (command.attempt, command.by.user_id);
    let Some(draft) = &command.draft else {
        let content = proposed.clone();
        return Ok(Decided::event(StoryEvent::RefinementAccepted { attempt, accepted_by, content }));
    };
    let mut known = criteria_of(&proposed.outline);
    known.extend(criteria_of(&story.content.outline));
    draft.keeps_only(&known)?;
    let (content, body) = written(story, draft, command.salt)?;
    Ok(Decided::event(StoryEvent::RefinementAccepted { attempt, accepted_by, content }).with([body]))
}

pub(super) fn refuse(story: &CreatedStory, command: &RefuseRefinement) -> Decision {
    story.permits(&command.by)?;
    proposed(story, command.attempt)?;
    let reason = command.reason.as_ref().filter(|reason| !reason.body().trim().is_empty());
    let reason = reason.map(checked_reason).transpose()?;
    let refused = StoryEvent::RefinementRefused {
        attempt: command.attempt,
        refused_by: command.by.user_id,
        reason: reason.map(|reason| reason.reference()),
    };
    Ok(Decided::event(refused).with(reason.cloned()))
}

/// The refinement of this attempt, if it awaits a decision.
fn proposed(story: &CreatedStory, attempt: u32) -> Result<&StoryContent, StoryError> {
    match &story.refinement.progress {
        RefinementProgress::Proposed(content) if story.refinement.attempt == attempt => Ok(content),
        _ => Err(StoryError::RefinementNotOpen),
    }
}

/// Whether Conductor's work on this attempt is still wanted.
fn under_way(story: &CreatedStory, attempt: u32) -> Result<(), StoryError> {
    story.open()?;
    match story.refinement.progress {
        RefinementProgress::Queued | RefinementProgress::Running if story.refinement.attempt == attempt => Ok(()),
        _ => Err(StoryError::NotRunning),
    }
}
