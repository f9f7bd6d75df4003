//! What a story says, whether it is still a proposal or in the backlog already.
//!
//! An event holds the outline: title, kind, size, which criteria there are and what they trace to. The words
//! (narrative, reasons, Given/When/Then) are one text beside the log, so that loads stay small and words can be
//! erased. A criterion keeps its id wherever it goes: splitting, merging and undoing move it, nothing renumbers it.

use serde::{Deserialize, Serialize};

use crate::artefact::reference::{Prefix, Reference};
use crate::ids::{ProposalId, StoryId};
use crate::text::{Text, TextRef};

/// What kind of work a story is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryType {
    /// Something that a user gets.
    #[default]
    Feature,
    /// Something that other stories need.
    Enabler,
    /// Something that works differently than it should.
    Bug,
    /// A question to be answered within a bounded time.
    Spike,
}

impl StoryType {
    /// Every type.
    pub const ALL: [StoryType; 4] = [StoryType::Feature, StoryType::Enabler, StoryType::Bug, StoryType::Spike];

    /// The name in addresses and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            StoryType::Feature => "feature",
            StoryType::Enabler => "enabler",
            StoryType::Bug => "bug",
            StoryType::Spike => "spike",
        }
    }
}

/// How much work a story is: 1, 2, 3, 5, 8 or 13.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Complexity(u8);

/// The number is none of the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("complexity is one of 1, 2, 3, 5, 8 and 13")]
pub struct NotOnTheScale;

impl Complexity {
    /// The scale.
    pub const SCALE: [u8; 6] = [1, 2, 3, 5, 8, 13];

    /// The number.
    pub fn points(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Complexity {
    type Error = NotOnTheScale;
    fn try_from(points: u8) -> Result<Self, Self::Error> {
        if Self::SCALE.contains(&points) { Ok(Self(points)) } else { Err(NotOnTheScale) }
    }
}

impl From<Complexity> for u8 {
    fn from(complexity: Complexity) -> Self {
        complexity.0
    }
}

/// `AC-n`: an acceptance criterion. In a review the number is taken once in the phase, and never again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CriterionId(pub u32);

/// The text is no criterion's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an acceptance criterion's id looks like AC-3")]
pub struct NoCriterionId;

impl std::fmt::Display for CriterionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AC-{}", self.0)
    }
}

impl std::str::FromStr for CriterionId {
    type Err = NoCriterionId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match Reference::leading(text) {
            Some((Reference { prefix: Prefix::Ac, number, part: None }, "")) => Ok(Self(number)),
            _ => Err(NoCriterionId),
        }
    }
}

impl TryFrom<String> for CriterionId {
    type Error = NoCriterionId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CriterionId> for String {
    fn from(id: CriterionId) -> Self {
        id.to_string()
    }
}

/// A criterion without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionOutline {
    /// The criterion.
    pub id: CriterionId,
    /// The requirements and criteria of the artefact that it comes from, such as `R-3.2`.
    pub traces_to: Vec<String>,
}

/// A story without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryOutline {
    /// Its title, one line.
    pub title: String,
    /// What kind of work it is.
    pub story_type: StoryType,
    /// How much work, once somebody said so.
    pub complexity: Option<Complexity>,
    /// Its acceptance criteria, in order.
    pub criteria: Vec<CriterionOutline>,
    /// The requirements it is for, such as `R-3` and `N-1`.
    pub requirement_ids: Vec<String>,
    /// The architecture's decisions it follows, such as `AD-2`.
    pub decision_ids: Vec<String>,
    /// Its words: a [`StoryBody`] as JSON.
    pub body: TextRef,
}

/// What a proposal says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalContent {
    /// The story.
    pub outline: StoryOutline,
    /// The proposals that must be done before it.
    pub depends_on: Vec<ProposalId>,
}

/// What a story of the backlog says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryContent {
    /// The story.
    pub outline: StoryOutline,
    /// The stories that must be done before it.
    pub depends_on: Vec<StoryId>,
}

/// The words of a story.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryBody {
    /// *As a … I want … so that …*
    pub narrative: String,
    /// Why it is as much work as it is.
    pub complexity_reason: String,
    /// The words of each criterion of the outline.
    pub criteria: Vec<CriterionWords>,
}

/// The words of one criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionWords {
    /// The criterion.
    pub id: CriterionId,
    /// What holds before.
    pub given: String,
    /// What happens.
    pub when: String,
    /// What must hold then.
    pub then: String,
}

impl StoryBody {
    /// The words as a text to be stored.
    pub fn to_text(&self, salt: [u8; 16]) -> Text {
        // A struct of strings and numbers always serialises; an empty text would be refused as unreadable.
        Text::salted(serde_json::to_string(self).unwrap_or_default(), salt)
    }

    /// Reads stored words.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}
