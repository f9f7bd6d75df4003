//! One run of Conductor that proposes stories, from the request to its end.

use konductro_domain::conductor::{GeneratedBy, Usage};
use konductro_domain::conversation::ReplyFailure;
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{GenerationId, PhaseId, TurnId, UserId};
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::story_review::{GenerationMode, StoryReviewEvent, UnusableElement};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GenerationRow {
    /// The generation.
    pub generation_id: GenerationId,
    /// Its phase.
    pub phase_id: PhaseId,
    /// Where in the log it was started, which is the order of generations.
    pub position: i64,
    /// Who asked.
    pub requested_by: UserId,
    /// Whether it begins anew or goes on.
    pub mode: GenerationMode,
    /// The artefact versions that it is made from.
    pub based_on: Vec<BasedOn>,
    /// The last turn of the scoping conversation, where it is made from one.
    pub scoping_turn: Option<TurnId>,
    /// Where it stands.
    pub state: GenerationState,
    /// How many stories it has proposed.
    pub proposed: u32,
    /// What it wrote that was no story, and why.
    pub unusable: Vec<UnusableElement>,
    /// Why it broke off.
    pub failure: Option<ReplyFailure>,
    /// Who generates, once that is known.
    pub generated_by: Option<GeneratedBy>,
    /// The model that the endpoint says it used.
    pub model_returned: Option<String>,
    /// What it consumed, once it ended.
    pub usage: Option<Usage>,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
}

/// Where a generation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenerationState {
    /// Conductor has not begun.
    Queued,
    /// Conductor proposes.
    Running,
    /// Somebody asked to stop it.
    Stopping,
    /// It has proposed all it would.
    Completed,
    /// It was stopped; what had come stays.
    Stopped,
    /// It broke off; what had come stays, and it can go on.
    Failed,
}

impl GenerationRow {
    /// The row that a start makes.
    pub(super) fn started(recorded: &Recorded<Event>, event: &StoryReviewEvent) -> Option<Self> {
        let StoryReviewEvent::GenerationStarted {
            generation_id,
            phase_id,
            requested_by,
            mode,
            based_on,
            scoping_turn,
            ..
        } = event
        else {
            return None;
        };
        Some(Self {
            generation_id: *generation_id,
            phase_id: *phase_id,
            position: recorded.position,
            requested_by: *requested_by,
            mode: *mode,
            based_on: based_on.clone(),
            scoping_turn: *scoping_turn,
            state: GenerationState::Queued,
            proposed: 0,
            unusable: Vec::new(),
            failure: None,
            generated_by: None,
            model_returned: None,
            usage: None,
            started_at: recorded.at,
            ended_at: None,
        })
    }

    /// Takes over an event that names this generation.
    pub(super) fn apply(&mut self, recorded: &Recorded<Event>, event: &StoryReviewEvent) {
        match event {
            StoryReviewEvent::GenerationAsked { generated_by, .. } => {
                self.generated_by = Some(generated_by.clone());
                if self.state == GenerationState::Queued {
                    self.state = GenerationState::Running;
                }
            }
            StoryReviewEvent::GenerationStopRequested { .. } => self.state = GenerationState::Stopping,
            StoryReviewEvent::ProposalAdded { .. } => self.proposed += 1,
            StoryReviewEvent::GenerationCompleted { unusable, generated_by, model_returned, usage, .. } => {
                self.end(recorded, GenerationState::Completed, unusable, generated_by, usage);
                self.model_returned.clone_from(model_returned);
            }
            StoryReviewEvent::GenerationStopped { unusable, generated_by, usage, .. } => {
                self.end(recorded, GenerationState::Stopped, unusable, generated_by, usage);
            }
            StoryReviewEvent::GenerationFailed { reason, unusable, generated_by, usage, .. } => {
                self.end(recorded, GenerationState::Failed, unusable, generated_by, usage);
                self.failure = Some(reason.clone());
            }
            _ => {}
        }
    }

    fn end(
        &mut self,
        recorded: &Recorded<Event>,
        state: GenerationState,
        unusable: &[UnusableElement],
        generated_by: &GeneratedBy,
        usage: &Usage,
    ) {
        self.state = state;
        self.unusable = unusable.to_vec();
        self.generated_by = Some(generated_by.clone());
        self.usage = Some(*usage);
        self.ended_at = Some(recorded.at);
    }
}
