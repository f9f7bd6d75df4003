//! What happens in the review of a phase's stories: Conductor proposes, the SDM decides.

use serde::{Deserialize, Serialize};

use crate::conductor::{GeneratedBy, PromptManifest, Usage};
use crate::conversation::ReplyFailure;
use crate::event_enum;
use crate::ids::{GenerationId, PhaseId, ProjectId, ProposalId, StoryId, TurnId, UserId};
use crate::phase::artefact::BasedOn;
use crate::role::Role;
use crate::story::content::ProposalContent;
use crate::text::TextRef;

event_enum! {
    /// What happens in the review of a phase's stories.
    StoryReviewEvent {
        /// A person had Conductor propose stories.
        GenerationStarted {
            /// The generation.
            generation_id: GenerationId,
            /// The project.
            project_id: ProjectId,
            /// The phase.
            phase_id: PhaseId,
            /// Who asked.
            requested_by: UserId,
            /// Whether it begins anew or goes on after one that broke off.
            mode: GenerationMode,
            /// The artefact versions it is made from: the approved ones; the scoping note of a light phase.
            based_on: Vec<BasedOn>,
            /// The last turn of the scoping conversation, where it is made from one.
            scoping_turn: Option<TurnId>,
        },
        /// Conductor was asked; what it was given is on record.
        GenerationAsked {
            /// The generation.
            generation_id: GenerationId,
            /// Who generates.
            generated_by: GeneratedBy,
            /// Everything that was given.
            prompt: PromptManifest,
        },
        /// A person asked to stop it.
        GenerationStopRequested {
            /// The generation.
            generation_id: GenerationId,
        },
        /// Conductor proposed a story.
        ProposalAdded {
            /// The proposal.
            proposal_id: ProposalId,
            /// The generation.
            generation_id: GenerationId,
            /// Its place in what the generation wrote, from 0.
            ordinal: u32,
            /// What it says.
            content: ProposalContent,
        },
        /// Conductor has proposed all it would.
        GenerationCompleted {
            /// The generation.
            generation_id: GenerationId,
            /// What it wrote that was no story, and why.
            unusable: Vec<UnusableElement>,
            /// Who generated.
            generated_by: GeneratedBy,
            /// The model that the endpoint says it used.
            model_returned: Option<String>,
            /// What it consumed.
            usage: Usage,
        },
        /// The generation was stopped; what had come stays.
        GenerationStopped {
            /// The generation.
            generation_id: GenerationId,
            /// What it wrote that was no story, and why.
            unusable: Vec<UnusableElement>,
            /// Who generated.
            generated_by: GeneratedBy,
            /// What it consumed.
            usage: Usage,
        },
        /// The generation broke off; what had come stays, and it can go on.
        GenerationFailed {
            /// The generation.
            generation_id: GenerationId,
            /// Why.
            reason: ReplyFailure,
            /// What it wrote that was no story, and why.
            unusable: Vec<UnusableElement>,
            /// Who was to generate.
            generated_by: GeneratedBy,
            /// What it consumed.
            usage: Usage,
        },
        /// A newer generation took the place of a proposal that nobody had touched.
        ProposalSuperseded {
            /// The proposal.
            proposal_id: ProposalId,
            /// The newer generation.
            by_generation: GenerationId,
        },
        /// A person changed a proposal.
        ProposalEdited {
            /// The proposal.
            proposal_id: ProposalId,
            /// Its version from now on.
            version: u32,
            /// Who.
            edited_by: UserId,
            /// What it says from now on.
            content: ProposalContent,
        },
        /// A person split a proposal; its criteria went to the parts, each to exactly one.
        ProposalSplit {
            /// The proposal that is no more.
            proposal_id: ProposalId,
            /// Who.
            split_by: UserId,
            /// The parts.
            into: Vec<NewProposal>,
        },
        /// A person merged proposals; all their criteria went into one.
        ProposalsMerged {
            /// The proposals that are no more.
            proposal_ids: Vec<ProposalId>,
            /// Who.
            merged_by: UserId,
            /// What they became.
            into: NewProposal,
        },
        /// A person rejected a proposal.
        ProposalRejected {
            /// The proposal.
            proposal_id: ProposalId,
            /// Who.
            rejected_by: UserId,
            /// Why.
            reason: TextRef,
        },
        /// A person took a rejected or superseded proposal back into the review.
        ProposalRestored {
            /// The proposal.
            proposal_id: ProposalId,
            /// Who.
            restored_by: UserId,
        },
        /// The SDM approved an exact version of a proposal: it becomes a story.
        ProposalApproved {
            /// The proposal.
            proposal_id: ProposalId,
            /// The version that was shown.
            version: u32,
            /// Who.
            approved_by: UserId,
            /// The role in which it was approved.
            role: Role,
            /// The project.
            project_id: ProjectId,
            /// The phase.
            phase_id: PhaseId,
            /// The story that it becomes.
            story_id: StoryId,
            /// The generation that its oldest ancestor came from.
            generation_id: GenerationId,
            /// What it was split from or merged of.
            lineage: Lineage,
            /// The artefact versions that it was generated from.
            based_on: Vec<BasedOn>,
            /// What it says.
            content: ProposalContent,
        },
        /// A person took the last review step back.
        ReviewStepUndone {
            /// Who.
            undone_by: UserId,
            /// What kind of step it was.
            step: ReviewStep,
            /// The proposals as they are again.
            restored: Vec<RestoredProposal>,
            /// The proposals that are no more, since the step had made them.
            withdrawn: Vec<ProposalId>,
        },
    }
}

/// Whether a generation begins anew or goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenerationMode {
    /// Once complete it takes the place of earlier proposals that nobody touched.
    Fresh,
    /// It proposes what an earlier one that broke off did not come to; everything that is there stays.
    Continue,
}

/// Something that a model wrote where a story was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusableElement {
    /// Its place in what was written, from 0.
    pub ordinal: u32,
    /// Why it is no story; never the model's own words.
    pub reason: String,
}

/// A proposal that a split or merge made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewProposal {
    /// Its id.
    pub proposal_id: ProposalId,
    /// What it says.
    pub content: ProposalContent,
}

/// What a proposal was split from or merged of; nothing of both for one that Conductor wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    /// The proposal that it is a part of.
    pub split_from: Option<ProposalId>,
    /// The proposals that it was merged of.
    pub merged_from: Vec<ProposalId>,
}

/// A step of a review that can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewStep {
    /// An edit.
    Edit,
    /// A split.
    Split,
    /// A merge.
    Merge,
    /// A rejection.
    Reject,
    /// A restoration.
    Restore,
}

/// A proposal as an undone step left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredProposal {
    /// The proposal.
    pub proposal_id: ProposalId,
    /// Its version: a new number, so that nobody decides on what they did not see.
    pub version: u32,
    /// Whether it awaits a decision again, or is out again.
    pub standing: Standing,
    /// What it says.
    pub content: ProposalContent,
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It awaits a decision.
    Proposed,
    /// It is a story.
    Approved,
    /// It was rejected.
    Rejected,
    /// It was split into others.
    Split,
    /// It went into another.
    Merged,
    /// A newer generation took its place.
    Superseded,
    /// An undone step had made it.
    Withdrawn,
}
