//! Every refusal of a story review: one variant each, a sentence that says what to do next.

use crate::ids::{GenerationId, ProposalId};
use crate::role::{Role, spoken};
use crate::story::content::CriterionId;
use crate::story::draft::DraftError;
use crate::story_review::Standing;

/// Most proposals of one phase that are proposed, approved or rejected.
pub const MAX_LIVE_PROPOSALS: usize = 1_000;
/// Into how many parts a proposal can be split at once.
pub const SPLIT_PARTS: std::ops::RangeInclusive<usize> = 2..=12;
/// How many proposals can be merged at once.
pub const MERGED_PROPOSALS: std::ops::RangeInclusive<usize> = 2..=12;
/// Longest reason of a rejection, in bytes of UTF-8 (8 KiB).
pub const MAX_REASON_BYTES: usize = 8 * 1024;

fn named(criteria: &[CriterionId]) -> String {
    criteria.iter().map(CriterionId::to_string).collect::<Vec<_>>().join(", ")
}

/// Why a review refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoryReviewError {
    /// The person does not hold a role that may do this.
    #[error("this needs the role {} in the project", spoken(.0))]
    RoleRequired(Vec<Role>),
    /// Only an interactive session may do this (rule 4).
    #[error("only a person in a browser session can do this; sign in to the web app")]
    InteractiveOnly,
    /// Conductor is proposing stories.
    #[error("Conductor is proposing stories; wait until it is done, or stop it")]
    GenerationRunning(GenerationId),
    /// There is no such generation, or it has ended.
    #[error("this generation does not run, or has ended already")]
    GenerationNotRunning,
    /// There is no such proposal.
    #[error("there is no proposal {0} in this phase")]
    ProposalUnknown(ProposalId),
    /// The proposal does not await a decision.
    #[error("the proposal {proposal_id} {}", .standing.spoken())]
    ProposalDecided {
        /// The proposal.
        proposal_id: ProposalId,
        /// Where it stands.
        standing: Standing,
    },
    /// The proposal was changed since it was read.
    #[error(
        "the proposal {proposal_id} has changed and is at version {current_version} now; look at it, then decide again"
    )]
    ProposalChanged {
        /// The proposal.
        proposal_id: ProposalId,
        /// The version it is at.
        current_version: u32,
    },
    /// A split leaves criteria out, or gives one to several parts.
    #[error("{}", undistributed(missing, doubled))]
    CriteriaNotDistributed {
        /// The criteria that no part has.
        missing: Vec<CriterionId>,
        /// The criteria that more than one part has.
        doubled: Vec<CriterionId>,
    },
    /// What a story is to say can't be.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The review is full.
    #[error("a phase has at most {MAX_LIVE_PROPOSALS} proposals; approve or merge some, or open another phase")]
    TooManyProposals,
    /// A split needs two parts or more.
    #[error("a proposal is split into 2 to 12 parts")]
    BadSplit,
    /// A merge needs two different proposals or more.
    #[error("2 to 12 different proposals can be merged")]
    BadMerge,
    /// A new proposal's id is taken.
    #[error("a proposal of the id {0} is there already; use a new id")]
    IdTaken(ProposalId),
    /// A proposal can't wait for itself.
    #[error("a proposal can't depend on itself; name another, or none")]
    DependsOnItself,
    /// There is nothing that could be taken back.
    #[error("there is no step that could be taken back: nothing was done yet, or its proposals are approved")]
    NothingToUndo,
    /// A reason is missing.
    #[error("say why: the reason is kept with the decision")]
    ReasonMissing,
    /// A reason is too long.
    #[error("the reason is over {MAX_REASON_BYTES} bytes; shorten it")]
    ReasonTooLong,
}

fn undistributed(missing: &[CriterionId], doubled: &[CriterionId]) -> String {
    let mut sentence = "each acceptance criterion goes to exactly one part".to_owned();
    if !missing.is_empty() {
        sentence.push_str(&format!("; no part has {}", named(missing)));
    }
    if !doubled.is_empty() {
        sentence.push_str(&format!("; more than one part has {}", named(doubled)));
    }
    sentence
}

impl Standing {
    /// What a proposal of this standing is, as the end of a sentence.
    pub fn spoken(self) -> &'static str {
        match self {
            Standing::Proposed => "awaits a decision",
            Standing::Approved => "is approved and in the backlog; change the story there",
            Standing::Rejected => "was rejected; restore it first",
            Standing::Split => "was split; decide on its parts",
            Standing::Merged => "was merged into another; decide on that one",
            Standing::Superseded => "was superseded by a newer generation; restore it first",
            Standing::Withdrawn => "is no more, since the step that made it was undone",
        }
    }
}
