//! A story before it is in the log: words as a person or Conductor gives them, and their limits.
//!
//! A draft names the criteria it keeps by their ids and leaves new ones without; the aggregate gives those their
//! numbers, so that no number is ever a model's. What is written is the outline for the event and one text with the
//! words, salted. All input is hostile: lists and lengths are bounded here, and nowhere else.

use std::collections::BTreeSet;

use crate::ids::ProposalId;
use crate::story::content::{
    Complexity, CriterionId, CriterionOutline, CriterionWords, StoryBody, StoryOutline, StoryType,
};
use crate::text::Text;

/// Longest title, in characters.
pub const MAX_TITLE: usize = 160;
/// Most acceptance criteria of one story.
pub const MAX_CRITERIA: usize = 40;
/// Longest part of a criterion, in bytes of UTF-8 (4 KiB).
pub const MAX_CRITERION_BYTES: usize = 4 * 1024;
/// Longest narrative and longest reason, in bytes of UTF-8 (8 KiB).
pub const MAX_WORDS_BYTES: usize = 8 * 1024;
/// Most ids in one list of a story.
pub const MAX_REFERENCES: usize = 100;
/// Longest id of a requirement or decision, in bytes.
pub const MAX_REFERENCE_BYTES: usize = 64;

/// What a story is to say. It depends on proposals while in review, on stories in the backlog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryDraft<D = ProposalId> {
    /// Its title, one line.
    pub title: String,
    /// What kind of work it is.
    pub story_type: StoryType,
    /// How much work, once somebody said so.
    pub complexity: Option<Complexity>,
    /// *As a … I want … so that …*
    pub narrative: String,
    /// Why it is as much work as it is.
    pub complexity_reason: String,
    /// Its acceptance criteria, in order.
    pub criteria: Vec<CriterionDraft>,
    /// The requirements it is for.
    pub requirement_ids: Vec<String>,
    /// The architecture's decisions it follows.
    pub decision_ids: Vec<String>,
    /// What must be done before it.
    pub depends_on: Vec<D>,
}

/// One criterion of a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CriterionDraft {
    /// The criterion that it is; `None` for a new one.
    pub id: Option<CriterionId>,
    /// What holds before.
    pub given: String,
    /// What happens.
    pub when: String,
    /// What must hold then.
    pub then: String,
    /// The requirements and criteria of the artefact that it comes from.
    pub traces_to: Vec<String>,
}

/// Why a draft is no story.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The title is empty, too long, or more than a line.
    #[error("the title must have 1 to {MAX_TITLE} characters on one line")]
    BadTitle,
    /// The narrative is too long.
    #[error("the narrative is over {MAX_WORDS_BYTES} bytes; shorten it")]
    NarrativeTooLong,
    /// The reason of the complexity is too long.
    #[error("the reason of the complexity is over {MAX_WORDS_BYTES} bytes; shorten it")]
    ReasonTooLong,
    /// There are too many criteria.
    #[error("a story has at most {MAX_CRITERIA} acceptance criteria; split it")]
    TooManyCriteria,
    /// A criterion says nothing.
    #[error("acceptance criterion {} says nothing; fill it in or leave it out", .0 + 1)]
    EmptyCriterion(usize),
    /// A criterion is too long.
    #[error("a part of acceptance criterion {} is over {MAX_CRITERION_BYTES} bytes; shorten it", .0 + 1)]
    CriterionTooLong(usize),
    /// A list of ids is too long, or an id is none.
    #[error(
        "ids of requirements and decisions are one word of at most {MAX_REFERENCE_BYTES} bytes, {MAX_REFERENCES} in a list"
    )]
    BadReference,
    /// A text holds what can't be kept.
    #[error("a text holds a NUL character; remove it")]
    Unstorable,
    /// A criterion is not the story's.
    #[error("{0} is no acceptance criterion of this story; leave the id out for a new one")]
    UnknownCriterion(CriterionId),
    /// A criterion is there twice.
    #[error("{0} is named twice")]
    CriterionTwice(CriterionId),
}

impl<D: Clone> StoryDraft<D> {
    /// What a story says now, as a draft to be changed.
    pub fn of(outline: &StoryOutline, body: &StoryBody, depends_on: Vec<D>) -> Self {
        let criterion = |criterion: &CriterionOutline| {
            let words = body.criteria.iter().find(|words| words.id == criterion.id);
            let part = |part: fn(&CriterionWords) -> &String| words.map(part).cloned().unwrap_or_default();
            CriterionDraft {
                id: Some(criterion.id),
                given: part(|words| &words.given),
                when: part(|words| &words.when),
                then: part(|words| &words.then),
                traces_to: criterion.traces_to.clone(),
            }
        };
        Self {
            title: outline.title.clone(),
            story_type: outline.story_type,
            complexity: outline.complexity,
            narrative: body.narrative.clone(),
            complexity_reason: body.complexity_reason.clone(),
            criteria: outline.criteria.iter().map(criterion).collect(),
            requirement_ids: outline.requirement_ids.clone(),
            decision_ids: outline.decision_ids.clone(),
            depends_on,
        }
    }

    /// Takes ids of criteria away that are not among the known ones, or named before: a model's are no order.
    #[must_use]
    pub fn forgetting_ids_but(mut self, known: &BTreeSet<CriterionId>) -> Self {
        let mut free = known.clone();
        for criterion in &mut self.criteria {
            criterion.id = criterion.id.filter(|id| free.remove(id));
        }
        self
    }

    /// Whether it can be a story at all, whatever ids it names.
    pub fn check(&self) -> Result<(), DraftError> {
        checked_title(&self.title)?;
        if self.narrative.len() > MAX_WORDS_BYTES {
            return Err(DraftError::NarrativeTooLong);
        }
        if self.complexity_reason.len() > MAX_WORDS_BYTES {
            return Err(DraftError::ReasonTooLong);
        }
        if self.criteria.len() > MAX_CRITERIA {
            return Err(DraftError::TooManyCriteria);
        }
        if self.narrative.contains('\0') || self.complexity_reason.contains('\0') {
            return Err(DraftError::Unstorable);
        }
        self.criteria.iter().enumerate().try_for_each(|(place, criterion)| criterion.check(place))?;
        are_references(&self.requirement_ids)?;
        are_references(&self.decision_ids)?;
        if self.depends_on.len() > MAX_REFERENCES { Err(DraftError::BadReference) } else { Ok(()) }
    }

    /// Whether the criteria that it keeps are among the known ones, each once.
    pub(crate) fn keeps_only(&self, known: &BTreeSet<CriterionId>) -> Result<(), DraftError> {
        let mut seen = BTreeSet::new();
        for id in self.criteria.iter().filter_map(|criterion| criterion.id) {
            if !known.contains(&id) {
                return Err(DraftError::UnknownCriterion(id));
            }
            if !seen.insert(id) {
                return Err(DraftError::CriterionTwice(id));
            }
        }
        Ok(())
    }

    /// The checked draft as outline and words; new criteria take the next numbers.
    pub(crate) fn write(&self, next: &mut NextCriterion, salt: [u8; 16]) -> Result<(StoryOutline, Text), DraftError> {
        self.check()?;
        let mut criteria = Vec::with_capacity(self.criteria.len());
        let mut words = Vec::with_capacity(self.criteria.len());
        for draft in &self.criteria {
            let id = draft.id.unwrap_or_else(|| next.take());
            criteria.push(CriterionOutline { id, traces_to: draft.traces_to.clone() });
            words.push(CriterionWords {
                id,
                given: draft.given.clone(),
                when: draft.when.clone(),
                then: draft.then.clone(),
            });
        }
        let body = StoryBody {
            narrative: self.narrative.clone(),
            complexity_reason: self.complexity_reason.clone(),
            criteria: words,
        }
        .to_text(salt);
        let outline = StoryOutline {
            title: checked_title(&self.title)?,
            story_type: self.story_type,
            complexity: self.complexity,
            criteria,
            requirement_ids: self.requirement_ids.clone(),
            decision_ids: self.decision_ids.clone(),
            body: body.reference(),
        };
        Ok((outline, body))
    }
}

impl CriterionDraft {
    /// A criterion that is there already, with its words.
    pub(crate) fn kept(outline: &CriterionOutline, words: &CriterionWords) -> Self {
        Self {
            id: Some(outline.id),
            given: words.given.clone(),
            when: words.when.clone(),
            then: words.then.clone(),
            traces_to: outline.traces_to.clone(),
        }
    }

    fn check(&self, place: usize) -> Result<(), DraftError> {
        let parts = [&self.given, &self.when, &self.then];
        if parts.iter().all(|part| part.trim().is_empty()) {
            return Err(DraftError::EmptyCriterion(place));
        }
        if parts.iter().any(|part| part.len() > MAX_CRITERION_BYTES) {
            return Err(DraftError::CriterionTooLong(place));
        }
        if parts.iter().any(|part| part.contains('\0')) {
            return Err(DraftError::Unstorable);
        }
        are_references(&self.traces_to)
    }
}

/// The number that the next new criterion takes; a number is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NextCriterion(pub(crate) u32);

impl NextCriterion {
    pub(crate) fn take(&mut self) -> CriterionId {
        let id = CriterionId(self.0);
        self.0 = self.0.saturating_add(1);
        id
    }
}

/// The number after every criterion of an outline, if that is more than what was known.
pub(crate) fn next_after(known: u32, outline: &StoryOutline) -> u32 {
    outline.criteria.iter().map(|criterion| criterion.id.0.saturating_add(1)).fold(known, u32::max)
}

/// The ids of an outline's criteria.
pub(crate) fn criteria_of(outline: &StoryOutline) -> BTreeSet<CriterionId> {
    outline.criteria.iter().map(|criterion| criterion.id).collect()
}

fn checked_title(title: &str) -> Result<String, DraftError> {
    let title = title.trim();
    let fits = !title.is_empty() && title.chars().count() <= MAX_TITLE && !title.chars().any(char::is_control);
    if fits { Ok(title.to_owned()) } else { Err(DraftError::BadTitle) }
}

fn are_references(references: &[String]) -> Result<(), DraftError> {
    let is_one = |reference: &String| {
        !reference.is_empty()
            && reference.len() <= MAX_REFERENCE_BYTES
            && !reference.chars().any(|c| c.is_control() || c.is_whitespace())
    };
    if references.len() <= MAX_REFERENCES && references.iter().all(is_one) {
        Ok(())
    } else {
        Err(DraftError::BadReference)
    }
}
