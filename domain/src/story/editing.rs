//! Changing a story by hand, and closing it.

use crate::Decided;
use crate::ids::StoryId;
use crate::story::StoryEvent;
use crate::story::aggregate::Decision;
use crate::story::commands::{CloseStory, EditStory};
use crate::story::content::StoryContent;
use crate::story::draft::{NextCriterion, StoryDraft, criteria_of};
use crate::story::errors::{MAX_REASON_BYTES, StoryError};
use crate::story::state::CreatedStory;
use crate::text::Text;

pub(super) fn edit(story: &CreatedStory, command: &EditStory) -> Decision {
    story.permits(&command.by)?;
    command.draft.keeps_only(&criteria_of(&story.content.outline))?;
    let (content, body) = written(story, &command.draft, command.salt)?;
    Ok(Decided::event(StoryEvent::StoryEdited { edited_by: command.by.user_id, content }).with([body]))
}

/// A draft as the story's content; new criteria take the story's next numbers.
pub(super) fn written(
    story: &CreatedStory,
    draft: &StoryDraft<StoryId>,
    salt: [u8; 16],
) -> Result<(StoryContent, Text), StoryError> {
    let (outline, body) = draft.write(&mut NextCriterion(story.next_criterion), salt)?;
    let mut depends_on: Vec<StoryId> = Vec::with_capacity(draft.depends_on.len());
    for other in &draft.depends_on {
        if *other == story.story_id {
            return Err(StoryError::DependsOnItself);
        }
        if !depends_on.contains(other) {
            depends_on.push(*other);
        }
    }
    Ok((StoryContent { outline, depends_on }, body))
}

pub(super) fn close(story: &CreatedStory, command: &CloseStory) -> Decision {
    story.permits(&command.by)?;
    if command.reason.body().trim().is_empty() {
        return Err(StoryError::ReasonMissing);
    }
    let reason = checked_reason(&command.reason)?;
    let closed = StoryEvent::StoryClosed { closed_by: command.by.user_id, reason: reason.reference() };
    Ok(Decided::event(closed).with([reason.clone()]))
}

pub(super) fn checked_reason(reason: &Text) -> Result<&Text, StoryError> {
    if reason.body().len() > MAX_REASON_BYTES { Err(StoryError::ReasonTooLong) } else { Ok(reason) }
}
