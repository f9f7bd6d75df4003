//! What a proposal or a story says: its outline, with the words that stand beside the log.

use std::collections::{BTreeSet, HashMap};

use konductro_domain::story::content::{CriterionWords, StoryBody, StoryOutline};
use konductro_domain::text::Hash;
use serde::Serialize;
use utoipa::ToSchema;

use super::sentences::ERASED;
use super::words::StoryType;

/// What a story says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoryWords {
    /// Its title.
    pub title: String,
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub story_type: StoryType,
    /// As a … I want … so that …
    pub narrative: String,
    /// Its acceptance criteria, in order.
    pub acceptance_criteria: Vec<AcceptanceCriterion>,
    /// How much work it is: 1, 2, 3, 5, 8 or 13; null while nobody said so.
    pub complexity: Option<u8>,
    /// Why it is as much work as it is.
    pub complexity_reason: String,
    /// The requirements it is for.
    pub requirement_ids: Vec<String>,
    /// The architecture's decisions it follows.
    pub decision_ids: Vec<String>,
}

/// One acceptance criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AcceptanceCriterion {
    /// Its id, such as `AC-3`.
    pub id: String,
    /// What holds before.
    pub given: String,
    /// What happens.
    pub when: String,
    /// What must hold then.
    pub then: String,
    /// The requirements and criteria that it comes from.
    pub traces_to: Vec<String>,
    /// The part of `traces_to` that leads nowhere.
    pub dangling: Vec<String>,
}

/// The ids that a trace can lead to; where nothing is known of them, every trace counts.
#[derive(Debug, Clone, Default)]
pub(super) struct References(pub(super) Option<BTreeSet<String>>);

impl References {
    /// Whether a trace leads nowhere.
    pub(super) fn is_dangling(&self, reference: &str) -> bool {
        self.0.as_ref().is_some_and(|known| !known.contains(reference))
    }
}

/// Texts by their hashes; what is missing was erased.
pub(super) type Texts = HashMap<Hash, String>;

impl StoryWords {
    /// An outline with its words.
    pub(super) fn shown(outline: &StoryOutline, texts: &Texts, references: &References) -> Self {
        let body = texts.get(&outline.body.hash).and_then(|text| StoryBody::read(text).ok());
        let erased = body.is_none();
        let body = body.unwrap_or_default();
        let criterion = |criterion: &konductro_domain::story::content::CriterionOutline| {
            let words = body.criteria.iter().find(|words| words.id == criterion.id);
            let part = |part: fn(&CriterionWords) -> &String| words.map(part).cloned().unwrap_or_default();
            let dangling = criterion.traces_to.iter().filter(|reference| references.is_dangling(reference));
            AcceptanceCriterion {
                id: criterion.id.to_string(),
                given: part(|words| &words.given),
                when: part(|words| &words.when),
                then: part(|words| &words.then),
                dangling: dangling.cloned().collect(),
                traces_to: criterion.traces_to.clone(),
            }
        };
        Self {
            title: outline.title.clone(),
            story_type: outline.story_type.into(),
            acceptance_criteria: outline.criteria.iter().map(criterion).collect(),
            narrative: if erased { ERASED.to_owned() } else { body.narrative.clone() },
            complexity: outline.complexity.map(|complexity| complexity.points()),
            complexity_reason: body.complexity_reason.clone(),
            requirement_ids: outline.requirement_ids.clone(),
            decision_ids: outline.decision_ids.clone(),
        }
    }
}
