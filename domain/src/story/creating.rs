//! The two ways into the backlog: an approved proposal, or one sentence.
//!
//! A proposal's story is created exactly once whatever is done twice. A one-off story exists at once, as it was
//! written; Conductor is asked to refine it in the same commit.

use crate::Decided;
use crate::story::aggregate::{Decision, require};
use crate::story::commands::{CreateStory, RequestStory};
use crate::story::content::{StoryContent, StoryType};
use crate::story::draft::{MAX_TITLE, NextCriterion, StoryDraft};
use crate::story::errors::{MAX_REQUEST_BYTES, StoryError};
use crate::story::state::Story;
use crate::story::{StoryEvent, StorySource};

pub(super) fn create(story: &Story, command: &CreateStory) -> Decided<StoryEvent> {
    if *story != Story::NotCreated {
        return Decided::nothing();
    }
    Decided::event(StoryEvent::StoryCreated {
        story_id: command.story_id,
        project_id: command.project_id,
        phase_id: command.phase_id,
        number: command.number,
        created_by: command.created_by,
        source: StorySource::Proposal {
            proposal_id: command.proposal_id,
            proposal_version: command.proposal_version,
            generation_id: command.generation_id,
            lineage: command.lineage.clone(),
            based_on: command.based_on.clone(),
        },
        content: command.content.clone(),
    })
}

pub(super) fn request(story: &Story, command: &RequestStory) -> Decision {
    if *story != Story::NotCreated {
        return Err(StoryError::AlreadyCreated);
    }
    require(&command.by)?;
    let request = command.request.body();
    if request.trim().is_empty() {
        return Err(StoryError::EmptyRequest);
    }
    if request.len() > MAX_REQUEST_BYTES {
        return Err(StoryError::RequestTooLong);
    }
    if request.contains('\0') {
        return Err(StoryError::Unstorable);
    }
    let draft = as_written(request);
    let (outline, body) = draft.write(&mut NextCriterion(1), command.salt)?;
    let created = StoryEvent::StoryCreated {
        story_id: command.story_id,
        project_id: command.project_id,
        phase_id: command.phase_id,
        number: command.number,
        created_by: command.by.user_id,
        source: StorySource::AdHoc { request: command.request.reference() },
        content: StoryContent { outline, depends_on: Vec::new() },
    };
    let refine = StoryEvent::RefinementRequested { attempt: 1, requested_by: command.by.user_id };
    Ok(Decided { events: vec![created, refine], texts: vec![command.request.clone(), body] })
}

/// A story that says what the request says: its first line is the title, all of it the narrative.
fn as_written(request: &str) -> StoryDraft<crate::ids::StoryId> {
    StoryDraft {
        title: title_of(request),
        story_type: StoryType::default(),
        complexity: None,
        narrative: request.trim().to_owned(),
        complexity_reason: String::new(),
        criteria: Vec::new(),
        requirement_ids: Vec::new(),
        decision_ids: Vec::new(),
        depends_on: Vec::new(),
    }
}

/// The first line with words, cut after a whole word where it is too long.
fn title_of(request: &str) -> String {
    let readable = |line: &str| line.split(|c: char| c.is_whitespace() || c.is_control()).collect::<Vec<_>>().join(" ");
    let line = request.lines().map(readable).find(|line| !line.trim().is_empty());
    // Signs that can't be shown are a request too, if a poor one.
    let line = line.map_or_else(|| "A one-off story".to_owned(), |line| line.trim().to_owned());
    if line.chars().count() <= MAX_TITLE {
        return line;
    }
    let cut: String = line.chars().take(MAX_TITLE - 1).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    let kept = if whole.chars().count() * 2 > MAX_TITLE { whole } else { cut.as_str() };
    format!("{}…", kept.trim_end())
}
