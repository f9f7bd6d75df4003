//! A story's slim row: everything that lists filter, sort and page by.

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, ProjectId, ProposalId, StoryId};
use konductro_domain::story::content::{StoryOutline, StoryType};
use konductro_domain::story::{StoryEvent, StorySource, StoryStatus};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::basis::Basis;
use super::details::{EnrichmentState, RefinementState, StoryDetails};

/// A story as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryRow {
    /// The story.
    pub story_id: StoryId,
    /// Its project.
    pub project_id: ProjectId,
    /// Its phase.
    pub phase_id: PhaseId,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its title in lower case, to sort by.
    pub title_key: String,
    /// What the text filter looks through, in lower case.
    search: String,
    /// What kind of work it is.
    pub story_type: StoryType,
    /// How much work it is; 0 where nobody said so yet.
    pub complexity: u8,
    /// Whether it is open.
    pub status: StoryStatus,
    /// Whether it has an enrichment.
    pub enriched: bool,
    /// Where its refinement stands.
    pub refinement_state: RefinementState,
    /// Where its enrichment stands.
    pub enrichment_state: EnrichmentState,
    /// The requirements it is for.
    pub requirement_ids: Vec<String>,
    /// What it was made from; `None` for a one-off story.
    pub basis: Option<String>,
    /// The proposal that it was.
    pub proposal_id: Option<ProposalId>,
    /// When it entered the backlog.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// The last sequence of its stream.
    pub version: i64,
}

impl StoryRow {
    /// The row of a story that enters the backlog, and what it was made from.
    pub(super) fn created(recorded: &Recorded<Event>, event: &StoryEvent) -> Option<(Self, Option<Basis>)> {
        let StoryEvent::StoryCreated { story_id, project_id, phase_id, number, source, content, .. } = event else {
            return None;
        };
        let (basis, proposal_id) = match source {
            StorySource::Proposal { proposal_id, based_on, .. } => {
                (Basis::of(*project_id, *phase_id, based_on), Some(*proposal_id))
            }
            StorySource::AdHoc { .. } => (None, None),
        };
        let row = Self {
            story_id: *story_id,
            project_id: *project_id,
            phase_id: *phase_id,
            number: *number,
            title: content.outline.title.clone(),
            title_key: String::new(),
            search: String::new(),
            story_type: content.outline.story_type,
            complexity: 0,
            status: StoryStatus::Open,
            enriched: false,
            refinement_state: RefinementState::None,
            enrichment_state: EnrichmentState::None,
            requirement_ids: Vec::new(),
            basis: basis.as_ref().map(|basis| basis.basis.clone()),
            proposal_id,
            created_at: recorded.at,
            updated_at: recorded.at,
            version: recorded.sequence,
        };
        Some((row, basis))
    }

    /// Takes over what the story's details say now.
    pub(super) fn settle(&mut self, recorded: &Recorded<Event>, details: &StoryDetails) {
        self.say(&details.content.outline);
        self.status = if details.closing.is_some() { StoryStatus::Closed } else { StoryStatus::Open };
        self.refinement_state = details.refinement.state;
        self.enrichment_state = details.enrichment.state;
        self.enriched = details.enrichment.enrichment_hash.is_some();
        self.updated_at = recorded.at;
        self.version = recorded.sequence;
    }

    fn say(&mut self, outline: &StoryOutline) {
        self.title.clone_from(&outline.title);
        self.title_key = outline.title.to_lowercase();
        self.story_type = outline.story_type;
        self.complexity = outline.complexity.map_or(0, |complexity| complexity.points());
        self.requirement_ids.clone_from(&outline.requirement_ids);
        let words = outline.requirement_ids.iter().chain(&outline.decision_ids);
        self.search = words.fold(self.title_key.clone(), |mut text, word| {
            text.push(' ');
            text.push_str(&word.to_lowercase());
            text
        });
    }
}
