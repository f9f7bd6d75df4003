//! What a person writes of a proposal or story: the fields that change, laid over what is there.

use konductro_domain::ids::{ProposalId, StoryId};
use konductro_domain::story::content::{Complexity, CriterionId};
use konductro_domain::story::draft::{CriterionDraft, StoryDraft};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::Problem;
use crate::views::StoryType;

/// What changes of a proposal or story; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StoryChange {
    /// Its title, 1 to 160 characters on one line.
    #[serde(default)]
    title: Option<String>,
    /// What kind of work it is.
    #[serde(default, rename = "type")]
    story_type: Option<StoryType>,
    /// As a … I want … so that …
    #[serde(default)]
    narrative: Option<String>,
    /// All its acceptance criteria, in order; one without an id is new.
    #[serde(default)]
    acceptance_criteria: Option<Vec<CriterionChange>>,
    /// How much work it is: 1, 2, 3, 5, 8 or 13; null where nobody can say.
    #[serde(default, deserialize_with = "given")]
    complexity: Option<Option<u8>>,
    /// Why it is as much work as it is.
    #[serde(default)]
    complexity_reason: Option<String>,
    /// What must be done before it: proposals of a proposal, stories of a story.
    #[serde(default)]
    depends_on: Option<Vec<Uuid>>,
    /// The requirements it is for.
    #[serde(default)]
    requirement_ids: Option<Vec<String>>,
    /// The architecture's decisions it follows.
    #[serde(default)]
    decision_ids: Option<Vec<String>>,
}

/// An acceptance criterion as a person writes it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CriterionChange {
    /// The criterion that it is, such as `AC-3`; left out for a new one.
    #[serde(default)]
    id: Option<String>,
    /// What holds before.
    given: String,
    /// What happens.
    when: String,
    /// What must hold then.
    then: String,
    /// The requirements and criteria that it comes from.
    #[serde(default)]
    traces_to: Vec<String>,
}

/// Tells a field that is null from one that is left out.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u8>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Something that a draft can depend on.
pub(super) trait Dependency {
    /// By its id.
    fn of(id: Uuid) -> Self;
}

impl Dependency for ProposalId {
    fn of(id: Uuid) -> Self {
        Self(id)
    }
}

impl Dependency for StoryId {
    fn of(id: Uuid) -> Self {
        Self(id)
    }
}

impl StoryChange {
    /// Whether anything changes.
    pub(super) fn is_empty(&self) -> bool {
        let Self {
            title,
            story_type,
            narrative,
            acceptance_criteria,
            complexity,
            complexity_reason,
            depends_on,
            requirement_ids,
            decision_ids,
        } = self;
        title.is_none()
            && story_type.is_none()
            && narrative.is_none()
            && acceptance_criteria.is_none()
            && complexity.is_none()
            && complexity_reason.is_none()
            && depends_on.is_none()
            && requirement_ids.is_none()
            && decision_ids.is_none()
    }

    /// What is there, with what changes laid over it.
    pub(super) fn over<D: Dependency>(&self, mut draft: StoryDraft<D>) -> Result<StoryDraft<D>, Problem> {
        fn set<T: Clone>(field: &mut T, change: Option<&T>) {
            if let Some(change) = change {
                field.clone_from(change);
            }
        }
        set(&mut draft.title, self.title.as_ref());
        set(&mut draft.narrative, self.narrative.as_ref());
        set(&mut draft.complexity_reason, self.complexity_reason.as_ref());
        set(&mut draft.requirement_ids, self.requirement_ids.as_ref());
        set(&mut draft.decision_ids, self.decision_ids.as_ref());
        if let Some(story_type) = self.story_type {
            draft.story_type = story_type.into();
        }
        if let Some(points) = self.complexity {
            draft.complexity = points.map(|points| complexity("/complexity", points)).transpose()?;
        }
        if let Some(depends_on) = &self.depends_on {
            draft.depends_on = depends_on.iter().map(|id| D::of(*id)).collect();
        }
        if let Some(criteria) = &self.acceptance_criteria {
            let drafts = criteria.iter().enumerate();
            draft.criteria = drafts
                .map(|(place, criterion)| criterion.draft(&format!("/acceptance_criteria/{place}")))
                .collect::<Result<_, _>>()?;
        }
        Ok(draft)
    }
}

impl CriterionChange {
    /// The criterion as a draft; the pointer says where it stands in the request.
    pub(super) fn draft(&self, pointer: &str) -> Result<CriterionDraft, Problem> {
        let id = self.id.as_deref().map(|id| criterion_id(&format!("{pointer}/id"), id)).transpose()?;
        Ok(CriterionDraft {
            id,
            given: self.given.clone(),
            when: self.when.clone(),
            then: self.then.clone(),
            traces_to: self.traces_to.clone(),
        })
    }
}

/// A criterion's id of a request.
pub(super) fn criterion_id(pointer: &str, id: &str) -> Result<CriterionId, Problem> {
    id.parse().map_err(|error| Problem::invalid(pointer, format!("{error}")))
}

/// A complexity of a request.
pub(super) fn complexity(pointer: &str, points: u8) -> Result<Complexity, Problem> {
    Complexity::try_from(points).map_err(|error| Problem::invalid(pointer, error.to_string()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use konductro_domain::story::content::StoryType as DomainType;
    use serde_json::json;

    use super::*;

    fn draft() -> StoryDraft {
        StoryDraft {
            title: "Split".to_owned(),
            story_type: DomainType::Feature,
            complexity: Some(Complexity::try_from(5).unwrap()),
            narrative: "As a seller".to_owned(),
            complexity_reason: String::new(),
            criteria: Vec::new(),
            requirement_ids: vec!["R-1".to_owned()],
            decision_ids: Vec::new(),
            depends_on: Vec::new(),
        }
    }

    fn change(body: serde_json::Value) -> StoryChange {
        serde_json::from_value(body).unwrap()
    }

    #[test]
    fn what_is_left_out_stays_and_null_takes_away() {
        let changed = change(json!({"title": "Pay", "complexity": null})).over(draft()).unwrap();
        assert_eq!((changed.title.as_str(), changed.complexity), ("Pay", None));
        assert_eq!(changed.requirement_ids, ["R-1"]);
        assert_eq!(change(json!({})).over(draft()).unwrap(), draft());
        assert!(change(json!({})).is_empty() && !change(json!({"complexity": null})).is_empty());
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_pointer() {
        let criteria = json!({"acceptance_criteria": [{"id": "3", "given": "", "when": "", "then": "x"}]});
        for (body, pointer) in [(criteria, "/acceptance_criteria/0/id"), (json!({"complexity": 4}), "/complexity")] {
            let problem = change(body).over(draft()).unwrap_err();
            assert_eq!(problem.document(None, None)["errors"][0]["pointer"], pointer);
        }
    }
}
