//! One proposal: what it says now, where it stands, what it came from and what was done with it.

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{GenerationId, PhaseId, ProposalId, StoryId, UserId};
use konductro_domain::story::content::ProposalContent;
use konductro_domain::story_review::{NewProposal, ReviewStep, Standing, StoryReviewEvent};
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A proposal, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalRow {
    /// The proposal.
    pub proposal_id: ProposalId,
    /// Its phase.
    pub phase_id: PhaseId,
    /// The generation that its oldest ancestor came from.
    pub generation_id: GenerationId,
    /// Where it is shown, compared number by number.
    pub place: Vec<i64>,
    /// Its version.
    pub version: u32,
    /// Where it stands.
    pub standing: Standing,
    /// What it says.
    pub content: ProposalContent,
    /// Everybody who edited it, the first first.
    pub edited_by: Vec<UserId>,
    /// How it was last rejected; holds only while it stands rejected.
    pub rejection: Option<Rejection>,
    /// The story that it became.
    pub story_id: Option<StoryId>,
    /// The proposal that it is a part of.
    pub split_from: Option<ProposalId>,
    /// The parts that it became.
    pub split_into: Vec<ProposalId>,
    /// The proposals that it was merged of.
    pub merged_from: Vec<ProposalId>,
    /// The proposal that it went into.
    pub merged_into: Option<ProposalId>,
    /// What was done with it, in order.
    pub trail: Vec<Trail<ProposalStep>>,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// Who rejected a proposal, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Who.
    pub by: UserId,
    /// The text of the reason.
    pub reason_hash: Hash,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Something that was done, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail<S> {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who; `None` for Conductor and the system.
    pub by: Option<UserId>,
    /// What.
    pub step: S,
}

/// What was done with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProposalStep {
    /// Conductor proposed it, or a split or merge made it.
    Made,
    /// It was edited.
    Edited,
    /// It was split.
    Split {
        /// Into how many parts.
        parts: usize,
    },
    /// It was merged with others.
    Merged {
        /// Of how many.
        sources: usize,
    },
    /// It was rejected.
    Rejected,
    /// It was taken back into the review.
    Restored,
    /// It was approved into the backlog.
    Approved,
    /// A newer generation took its place.
    Superseded,
    /// A step was taken back.
    Undone {
        /// Which.
        step: ReviewStep,
    },
}

impl ProposalRow {
    /// A proposal that awaits its first decision.
    pub(super) fn new(
        recorded: &Recorded<Event>,
        phase_id: PhaseId,
        generation_id: GenerationId,
        place: Vec<i64>,
        new: NewProposal,
    ) -> Self {
        let mut row = Self {
            proposal_id: new.proposal_id,
            phase_id,
            generation_id,
            place,
            version: 1,
            standing: Standing::Proposed,
            content: new.content,
            edited_by: Vec::new(),
            rejection: None,
            story_id: None,
            split_from: None,
            split_into: Vec::new(),
            merged_from: Vec::new(),
            merged_into: None,
            trail: Vec::new(),
            updated_at: recorded.at,
        };
        row.note(recorded, ProposalStep::Made);
        row
    }

    /// Takes over an event that concerns this proposal alone.
    pub(super) fn apply(&mut self, recorded: &Recorded<Event>, event: &StoryReviewEvent) {
        match event {
            StoryReviewEvent::ProposalEdited { version, edited_by, content, .. } => {
                self.version = *version;
                self.content = content.clone();
                if !self.edited_by.contains(edited_by) {
                    self.edited_by.push(*edited_by);
                }
                self.note(recorded, ProposalStep::Edited);
            }
            StoryReviewEvent::ProposalSuperseded { .. } => {
                self.stand(recorded, Standing::Superseded);
                self.note(recorded, ProposalStep::Superseded);
            }
            StoryReviewEvent::ProposalRejected { rejected_by, reason, .. } => {
                self.stand(recorded, Standing::Rejected);
                self.rejection = Some(Rejection { by: *rejected_by, reason_hash: reason.hash, at: recorded.at });
                self.note(recorded, ProposalStep::Rejected);
            }
            StoryReviewEvent::ProposalRestored { .. } => {
                self.stand(recorded, Standing::Proposed);
                self.note(recorded, ProposalStep::Restored);
            }
            StoryReviewEvent::ProposalApproved { story_id, content, .. } => {
                self.stand(recorded, Standing::Approved);
                self.story_id = Some(*story_id);
                self.content = content.clone();
                self.note(recorded, ProposalStep::Approved);
            }
            _ => {}
        }
    }

    /// It stands elsewhere from now on.
    pub(super) fn stand(&mut self, recorded: &Recorded<Event>, standing: Standing) {
        self.standing = standing;
        self.updated_at = recorded.at;
    }

    /// Notes what was done with it.
    pub(super) fn note(&mut self, recorded: &Recorded<Event>, step: ProposalStep) {
        self.updated_at = recorded.at;
        self.trail.push(Trail { at: recorded.at, by: recorded.actor.user_id(), step });
    }
}
