//! What a story's own page shows: what it says, where it came from, its refinement and its enrichment.

use konductro_domain::conductor::GeneratedBy;
use konductro_domain::conversation::ReplyFailure;
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{StoryId, UserId};
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::story::content::StoryContent;
use konductro_domain::story::{StoryEvent, StorySource};
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::review_table::Trail;

/// The details of a story, without words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryDetails {
    /// The story.
    pub story_id: StoryId,
    /// What it says.
    pub content: StoryContent,
    /// Where it came from.
    pub source: StorySource,
    /// Who let it in.
    pub created_by: UserId,
    /// Its refinement.
    pub refinement: Refinement,
    /// Its enrichment.
    pub enrichment: Enrichment,
    /// How it was closed.
    pub closing: Option<Closing>,
    /// What was done with it, in order.
    pub trail: Vec<Trail<StoryStep>>,
}

/// The latest refinement of a story.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refinement {
    /// Where it stands.
    pub state: RefinementState,
    /// Which attempt; 0 before the first.
    pub attempt: u32,
    /// Why it failed.
    pub failure: Option<ReplyFailure>,
    /// How the story could read, or reads since that was accepted.
    pub proposed: Option<StoryContent>,
    /// How the story reads without it.
    pub before: Option<StoryContent>,
    /// The text of what Conductor could not know: a JSON array of questions.
    pub questions_hash: Option<Hash>,
    /// Who generated it.
    pub generated_by: Option<GeneratedBy>,
    /// The text of why it was refused.
    pub refusal_hash: Option<Hash>,
}

/// Where a refinement stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefinementState {
    /// Nobody asked for one.
    #[default]
    None,
    /// Conductor has not begun.
    Queued,
    /// Conductor refines.
    Running,
    /// It awaits a person's decision.
    Proposed,
    /// A person took it over.
    Accepted,
    /// A person refused it.
    Refused,
    /// There is none; the story stays as written.
    Failed,
}

/// The latest enrichment of a story.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrichment {
    /// Where it stands.
    pub state: EnrichmentState,
    /// Which attempt; 0 before the first.
    pub attempt: u32,
    /// Why the last attempt failed.
    pub failure: Option<ReplyFailure>,
    /// The text of the enrichment, as JSON; stays until a newer one takes its place.
    pub enrichment_hash: Option<Hash>,
    /// The approved versions that it was made from.
    pub based_on: Vec<BasedOn>,
    /// How many files were left out for want of evidence.
    pub files_left_out: u32,
    /// Who generated it.
    pub generated_by: Option<GeneratedBy>,
}

/// Where an enrichment stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrichmentState {
    /// Nobody asked for one.
    #[default]
    None,
    /// Conductor has not begun.
    Queued,
    /// Conductor enriches.
    Running,
    /// It is there.
    Done,
    /// It failed; it can be tried again.
    Failed,
}

/// Who closed a story, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Who.
    pub by: UserId,
    /// The text of the reason.
    pub reason_hash: Hash,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// What was done with a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryStep {
    /// It entered the backlog.
    Created,
    /// It was edited.
    Edited,
    /// Conductor proposed a refinement.
    RefinementProposed,
    /// There is no refinement.
    RefinementFailed,
    /// The refinement was accepted.
    RefinementAccepted,
    /// The refinement was refused.
    RefinementRefused,
    /// It was enriched.
    Enriched,
    /// The enrichment failed.
    EnrichmentFailed,
    /// It was closed.
    Closed,
}

impl StoryDetails {
    /// The details of a story that enters the backlog.
    pub(super) fn created(recorded: &Recorded<Event>, event: &StoryEvent) -> Option<Self> {
        let StoryEvent::StoryCreated { story_id, created_by, source, content, .. } = event else { return None };
        let mut details = Self {
            story_id: *story_id,
            content: content.clone(),
            source: source.clone(),
            created_by: *created_by,
            refinement: Refinement::default(),
            enrichment: Enrichment::default(),
            closing: None,
            trail: Vec::new(),
        };
        // A policy lets the story in; the person is whoever approved it.
        details.trail.push(Trail { at: recorded.at, by: Some(*created_by), step: StoryStep::Created });
        Some(details)
    }

    /// Takes over an event.
    pub(super) fn apply(&mut self, recorded: &Recorded<Event>, event: &StoryEvent) {
        self.trail.extend(step_of(event).map(|step| Trail { at: recorded.at, by: recorded.actor.user_id(), step }));
        match event {
            StoryEvent::StoryEdited { content, .. } => {
                if self.refinement.state == RefinementState::Proposed {
                    self.refinement.before = Some(content.clone());
                }
                self.content = content.clone();
            }
            StoryEvent::RefinementAccepted { content, .. } => {
                self.refinement.state = RefinementState::Accepted;
                self.refinement.before = Some(std::mem::replace(&mut self.content, content.clone()));
                self.refinement.proposed = Some(content.clone());
            }
            StoryEvent::RefinementRequested { .. }
            | StoryEvent::RefinementAsked { .. }
            | StoryEvent::RefinementProposed { .. }
            | StoryEvent::RefinementFailed { .. }
            | StoryEvent::RefinementRefused { .. } => self.refinement.apply(event, &self.content),
            StoryEvent::EnrichmentRequested { .. }
            | StoryEvent::EnrichmentAsked { .. }
            | StoryEvent::StoryEnriched { .. }
            | StoryEvent::EnrichmentFailed { .. } => self.enrichment.apply(event),
            StoryEvent::StoryClosed { closed_by, reason } => {
                self.closing = Some(Closing { by: *closed_by, reason_hash: reason.hash, at: recorded.at });
            }
            StoryEvent::StoryCreated { .. } => {}
        }
    }
}

impl Refinement {
    fn apply(&mut self, event: &StoryEvent, now: &StoryContent) {
        match event {
            StoryEvent::RefinementRequested { attempt, .. } => {
                *self = Self { state: RefinementState::Queued, attempt: *attempt, ..Self::default() };
            }
            StoryEvent::RefinementAsked { generated_by, .. } => {
                self.state = RefinementState::Running;
                self.generated_by = Some(generated_by.clone());
            }
            StoryEvent::RefinementProposed { content, questions, generated_by, .. } => {
                self.state = RefinementState::Proposed;
                self.proposed = Some(content.clone());
                self.before = Some(now.clone());
                self.questions_hash = Some(questions.hash);
                self.generated_by = Some(generated_by.clone());
            }
            StoryEvent::RefinementFailed { reason, generated_by, .. } => {
                self.state = RefinementState::Failed;
                self.failure = Some(reason.clone());
                self.generated_by = Some(generated_by.clone());
            }
            StoryEvent::RefinementRefused { reason, .. } => {
                self.state = RefinementState::Refused;
                self.refusal_hash = reason.map(|reason| reason.hash);
            }
            _ => {}
        }
    }
}

impl Enrichment {
    fn apply(&mut self, event: &StoryEvent) {
        match event {
            StoryEvent::EnrichmentRequested { attempt, .. } => {
                self.state = EnrichmentState::Queued;
                self.attempt = *attempt;
                self.failure = None;
            }
            StoryEvent::EnrichmentAsked { .. } => self.state = EnrichmentState::Running,
            StoryEvent::StoryEnriched { enrichment, based_on, files_left_out, generated_by, .. } => {
                self.state = EnrichmentState::Done;
                self.enrichment_hash = Some(enrichment.hash);
                self.based_on.clone_from(based_on);
                self.files_left_out = *files_left_out;
                self.generated_by = Some(generated_by.clone());
            }
            StoryEvent::EnrichmentFailed { reason, .. } => {
                self.state = EnrichmentState::Failed;
                self.failure = Some(reason.clone());
            }
            _ => {}
        }
    }
}

/// What an event adds to the trail.
fn step_of(event: &StoryEvent) -> Option<StoryStep> {
    match event {
        StoryEvent::StoryCreated { .. } => Some(StoryStep::Created),
        StoryEvent::StoryEdited { .. } => Some(StoryStep::Edited),
        StoryEvent::RefinementProposed { .. } => Some(StoryStep::RefinementProposed),
        StoryEvent::RefinementFailed { .. } => Some(StoryStep::RefinementFailed),
        StoryEvent::RefinementAccepted { .. } => Some(StoryStep::RefinementAccepted),
        StoryEvent::RefinementRefused { .. } => Some(StoryStep::RefinementRefused),
        StoryEvent::StoryEnriched { .. } => Some(StoryStep::Enriched),
        StoryEvent::EnrichmentFailed { .. } => Some(StoryStep::EnrichmentFailed),
        StoryEvent::StoryClosed { .. } => Some(StoryStep::Closed),
        StoryEvent::RefinementRequested { .. }
        | StoryEvent::RefinementAsked { .. }
        | StoryEvent::EnrichmentRequested { .. }
        | StoryEvent::EnrichmentAsked { .. } => None,
    }
}
