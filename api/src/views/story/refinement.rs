//! A story's refinement: before and after side by side, and what Conductor could not know.

use konductro_domain::story::content::StoryContent;
use konductro_projections::backlog;
use serde::Serialize;
use utoipa::ToSchema;

use crate::views::conversation::Failure;
use crate::views::story_words::{References, StoryWords, Texts};
use crate::views::words::{GeneratedBy, RefinementState};

/// The refinement of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refinement {
    /// Where it stands.
    pub state: RefinementState,
    /// Which attempt; 0 before the first.
    pub attempt: u32,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Who generated it.
    pub generated_by: Option<GeneratedBy>,
    /// How the story could read, or reads since it was accepted.
    pub proposed: Option<StoryWords>,
    /// How it reads without.
    pub before: Option<StoryWords>,
    /// What Conductor could not know.
    pub questions: Vec<String>,
    /// Why it was refused, where somebody said so.
    pub refusal: Option<String>,
}

/// The refinement of a row, with its texts.
pub(super) fn shown(row: &backlog::Refinement, texts: &Texts) -> Refinement {
    let references = References::default();
    let words = |content: &StoryContent| StoryWords::shown(&content.outline, texts, &references);
    let questions = row.questions_hash.and_then(|hash| texts.get(&hash));
    Refinement {
        state: row.state.into(),
        attempt: row.attempt,
        failure: row.failure.as_ref().map(Failure::from),
        generated_by: row.generated_by.clone().map(GeneratedBy::from),
        proposed: row.proposed.as_ref().map(words),
        before: row.before.as_ref().map(words),
        questions: questions.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        refusal: row.refusal_hash.and_then(|hash| texts.get(&hash).cloned()),
    }
}
