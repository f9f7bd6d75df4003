//! What a story remembers: what it says without its words, and how far refinement and enrichment are.

use serde::{Deserialize, Serialize};

use crate::ids::{PhaseId, ProjectId, StoryId, UserId};
use crate::story::content::StoryContent;
use crate::story::draft::next_after;
use crate::story::{StoryEvent, StorySource};

/// A story: not created yet, or with all that follows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Story {
    /// No event yet.
    #[default]
    NotCreated,
    /// The rest of its life.
    Created(Box<CreatedStory>),
}

/// A story of the backlog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedStory {
    /// Its id.
    pub story_id: StoryId,
    /// Its project.
    pub project_id: ProjectId,
    /// Its phase.
    pub phase_id: PhaseId,
    /// Its number in the project.
    pub number: u32,
    /// Who let it in.
    pub created_by: UserId,
    /// Where it came from.
    pub source: StorySource,
    /// Whether it is still to be done.
    pub status: StoryStatus,
    /// What it says.
    pub content: StoryContent,
    /// The number that the next new criterion takes.
    pub next_criterion: u32,
    /// How far its refinement is.
    pub refinement: Refinement,
    /// How far its enrichment is.
    pub enrichment: Enrichment,
}

/// Whether a story is still to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryStatus {
    /// It is.
    Open,
    /// It is done with.
    Closed,
}

impl StoryStatus {
    /// The name in addresses and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            StoryStatus::Open => "open",
            StoryStatus::Closed => "closed",
        }
    }
}

/// Conductor's refinement of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refinement {
    /// The latest attempt; 0 before the first.
    pub attempt: u32,
    /// How far it is.
    pub progress: RefinementProgress,
}

/// How far a refinement is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefinementProgress {
    /// Nobody asked for one.
    None,
    /// Waiting for Conductor.
    Queued,
    /// Conductor writes.
    Running,
    /// It awaits a person's decision.
    Proposed(StoryContent),
    /// A person took it over.
    Accepted,
    /// A person refused it.
    Refused,
    /// There is none.
    Failed,
}

/// Conductor's enrichment of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrichment {
    /// The latest attempt; 0 before the first.
    pub attempt: u32,
    /// How far it is.
    pub progress: EnrichmentProgress,
}

/// How far an enrichment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrichmentProgress {
    /// Nobody asked for one.
    None,
    /// Waiting for Conductor.
    Queued,
    /// Conductor writes.
    Running,
    /// The story is enriched.
    Done,
    /// It failed.
    Failed,
}

impl Story {
    /// Folds one event.
    pub fn fold(&mut self, event: StoryEvent) {
        if let StoryEvent::StoryCreated { story_id, project_id, phase_id, number, created_by, source, content } = event
        {
            *self = Story::Created(Box::new(CreatedStory {
                story_id,
                project_id,
                phase_id,
                number,
                created_by,
                source,
                status: StoryStatus::Open,
                next_criterion: next_after(1, &content.outline),
                content,
                refinement: Refinement { attempt: 0, progress: RefinementProgress::None },
                enrichment: Enrichment { attempt: 0, progress: EnrichmentProgress::None },
            }));
        } else if let Story::Created(story) = self {
            story.fold(event);
        }
    }
}

impl CreatedStory {
    fn fold(&mut self, event: StoryEvent) {
        match event {
            StoryEvent::StoryCreated { .. } => {}
            StoryEvent::StoryEdited { content, .. } => self.says(content),
            StoryEvent::RefinementRequested { attempt, .. } => {
                self.refinement = Refinement { attempt, progress: RefinementProgress::Queued };
            }
            StoryEvent::RefinementAsked { .. } => self.refinement.progress = RefinementProgress::Running,
            StoryEvent::RefinementProposed { content, .. } => {
                self.next_criterion = next_after(self.next_criterion, &content.outline);
                self.refinement.progress = RefinementProgress::Proposed(content);
            }
            StoryEvent::RefinementFailed { .. } => self.refinement.progress = RefinementProgress::Failed,
            StoryEvent::RefinementAccepted { content, .. } => {
                self.refinement.progress = RefinementProgress::Accepted;
                self.says(content);
            }
            StoryEvent::RefinementRefused { .. } => self.refinement.progress = RefinementProgress::Refused,
            StoryEvent::EnrichmentRequested { attempt, .. } => {
                self.enrichment = Enrichment { attempt, progress: EnrichmentProgress::Queued };
            }
            StoryEvent::EnrichmentAsked { .. } => self.enrichment.progress = EnrichmentProgress::Running,
            StoryEvent::StoryEnriched { .. } => self.enrichment.progress = EnrichmentProgress::Done,
            StoryEvent::EnrichmentFailed { .. } => self.enrichment.progress = EnrichmentProgress::Failed,
            StoryEvent::StoryClosed { .. } => self.status = StoryStatus::Closed,
        }
    }

    fn says(&mut self, content: StoryContent) {
        self.next_criterion = next_after(self.next_criterion, &content.outline);
        self.content = content;
    }
}
