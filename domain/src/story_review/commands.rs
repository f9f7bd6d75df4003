//! What people and Conductor's worker can ask of a story review. Ids, salts, texts and the acting person come in
//! from outside; words that are there already come in as they were read, with the text they were read from.

use std::collections::BTreeMap;

use crate::actor::Person;
use crate::conductor::{GeneratedBy, PromptManifest, Usage};
use crate::conversation::ReplyFailure;
use crate::ids::{GenerationId, PhaseId, ProjectId, ProposalId, TurnId};
use crate::phase::artefact::BasedOn;
use crate::story::content::{Complexity, CriterionId, StoryBody, StoryType};
use crate::story::draft::{CriterionDraft, StoryDraft};
use crate::story_review::{GenerationMode, UnusableElement};
use crate::text::{Text, TextRef};

/// A command to a story review.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's struct says it")]
pub enum StoryReviewCommand {
    StartGeneration(StartGeneration),
    AskGeneration(AskGeneration),
    RequestStop(RequestStop),
    AddProposals(AddProposals),
    CompleteGeneration(CompleteGeneration),
    StopGeneration(StopGeneration),
    FailGeneration(FailGeneration),
    EditProposal(EditProposal),
    SplitProposal(SplitProposal),
    MergeProposals(MergeProposals),
    RejectProposal(RejectProposal),
    RestoreProposal(RestoreProposal),
    ApproveProposals(ApproveProposals),
    UndoReviewStep(UndoReviewStep),
}

/// Have Conductor propose stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartGeneration {
    /// Who.
    pub by: Person,
    /// The new generation's id.
    pub generation_id: GenerationId,
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// Whether it begins anew or goes on.
    pub mode: GenerationMode,
    /// What it is made from (`OpenedPhase::story_sources`).
    pub based_on: Vec<BasedOn>,
    /// The last turn of the scoping conversation, where it is made from one.
    pub scoping_turn: Option<TurnId>,
}

/// Record what Conductor is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskGeneration {
    /// The generation.
    pub generation_id: GenerationId,
    /// Who generates.
    pub generated_by: GeneratedBy,
    /// Everything that is given.
    pub prompt: PromptManifest,
}

/// Ask Conductor to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestStop {
    /// Who.
    pub by: Person,
    /// The generation.
    pub generation_id: GenerationId,
}

/// Put proposed stories into the review. One that is there already is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddProposals {
    /// The generation.
    pub generation_id: GenerationId,
    /// The stories, in the order they came.
    pub proposals: Vec<ProposedStory>,
    /// Salt of their words.
    pub salt: [u8; 16],
}

/// A story that Conductor proposes. Ids of criteria are none: the review gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedStory {
    /// Its id (`ProposalId::in_generation`).
    pub proposal_id: ProposalId,
    /// Its place in what the generation wrote, from 0.
    pub ordinal: u32,
    /// What it says.
    pub draft: StoryDraft,
}

/// Record that all stories have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompleteGeneration {
    /// The generation.
    pub generation_id: GenerationId,
    /// What was no story, and why.
    pub unusable: Vec<UnusableElement>,
    /// Who generated.
    pub generated_by: GeneratedBy,
    /// The model that the endpoint names.
    pub model_returned: Option<String>,
    /// What it consumed.
    pub usage: Usage,
}

/// Record that it was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopGeneration {
    /// The generation.
    pub generation_id: GenerationId,
    /// What was no story, and why.
    pub unusable: Vec<UnusableElement>,
    /// Who generated.
    pub generated_by: GeneratedBy,
    /// What it consumed.
    pub usage: Usage,
}

/// Record that it broke off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailGeneration {
    /// The generation.
    pub generation_id: GenerationId,
    /// Why.
    pub reason: ReplyFailure,
    /// What was no story, and why.
    pub unusable: Vec<UnusableElement>,
    /// Who was to generate.
    pub generated_by: GeneratedBy,
    /// What it consumed.
    pub usage: Usage,
}

/// Change what a proposal says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditProposal {
    /// Who.
    pub by: Person,
    /// The proposal.
    pub proposal_id: ProposalId,
    /// The version that was changed; whoever merges a part into what is there names what they merged into.
    pub expected_version: Option<u32>,
    /// All that it is to say (`StoryDraft::of` gives what it says now).
    pub draft: StoryDraft,
    /// Salt of the words.
    pub salt: [u8; 16],
}

/// Words that are there already, as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordsRead {
    /// The text they were read from: the proposal's `content.outline.body`.
    pub text: TextRef,
    /// The words.
    pub body: StoryBody,
}

/// Split a proposal; each of its criteria goes to exactly one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitProposal {
    /// Who.
    pub by: Person,
    /// The proposal.
    pub proposal_id: ProposalId,
    /// Its words.
    pub words: WordsRead,
    /// The parts, 2 to 12.
    pub into: Vec<SplitPart>,
    /// Salt of the parts' words.
    pub salt: [u8; 16],
}

/// One part of a split. What it leaves open it takes from the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitPart {
    /// The part's new id.
    pub proposal_id: ProposalId,
    /// Its title.
    pub title: String,
    /// Its narrative, where it gets its own.
    pub narrative: Option<String>,
    /// Its type, where it gets its own.
    pub story_type: Option<StoryType>,
    /// How much work it is; that of the whole says nothing about a part.
    pub complexity: Option<Complexity>,
    /// Its criteria, in order.
    pub criteria: Vec<PartCriterion>,
}

/// A criterion of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartCriterion {
    /// One of the whole.
    Kept(CriterionId),
    /// A new one; it carries no id.
    New(CriterionDraft),
}

/// Merge proposals into a new one, with all their criteria.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeProposals {
    /// Who.
    pub by: Person,
    /// The proposals, 2 to 12, in the order in which their criteria are to stand.
    pub proposal_ids: Vec<ProposalId>,
    /// The words of each.
    pub words: BTreeMap<ProposalId, WordsRead>,
    /// The new proposal's id.
    pub into: ProposalId,
    /// Its title; that of the first where none is given.
    pub title: Option<String>,
    /// Its narrative; all of them, one after the other, where none is given.
    pub narrative: Option<String>,
    /// Salt of the words.
    pub salt: [u8; 16],
}

/// Reject a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectProposal {
    /// Who.
    pub by: Person,
    /// The proposal.
    pub proposal_id: ProposalId,
    /// Why.
    pub reason: Text,
}

/// Take a rejected or superseded proposal back into the review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreProposal {
    /// Who.
    pub by: Person,
    /// The proposal.
    pub proposal_id: ProposalId,
}

/// Let proposals into the backlog: all of them or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproveProposals {
    /// Who.
    pub by: Person,
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The proposals, each with the version that was shown.
    pub proposals: Vec<(ProposalId, Option<u32>)>,
}

/// Take the last step back; again, the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoReviewStep {
    /// Who.
    pub by: Person,
}
