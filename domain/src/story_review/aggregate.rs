//! Routes each command to the function that decides it.
//!
//! Deciding reads only the review's own state and the command. Whether the phase's stories stage is open is the
//! phase's to say (`OpenedPhase::permits`); the append holds that answer by a fence.

use crate::Decided;
use crate::actor::Person;
use crate::ids::ProposalId;
use crate::phase::artefact::BasedOn;
use crate::role::{Capability, Role, acting_role, roles_with};
use crate::story_review::commands::StoryReviewCommand;
use crate::story_review::errors::StoryReviewError;
use crate::story_review::state::{Generation, Proposal, StoryReview};
use crate::story_review::{Standing, StoryReviewEvent, deciding, generating, merging, splitting, undoing};

/// What a review decides, or why not.
pub(super) type Decision = Result<Decided<StoryReviewEvent>, StoryReviewError>;

impl StoryReview {
    /// Given this review, when this command: the events with the texts they name, or why not.
    pub fn decide(&self, command: &StoryReviewCommand) -> Decision {
        match command {
            StoryReviewCommand::StartGeneration(command) => generating::start(self, command),
            StoryReviewCommand::AskGeneration(command) => generating::ask(self, command),
            StoryReviewCommand::RequestStop(command) => generating::request_stop(self, command),
            StoryReviewCommand::AddProposals(command) => generating::add_proposals(self, command),
            StoryReviewCommand::CompleteGeneration(command) => generating::complete(self, command),
            StoryReviewCommand::StopGeneration(command) => generating::stop(self, command),
            StoryReviewCommand::FailGeneration(command) => generating::fail(self, command),
            StoryReviewCommand::EditProposal(command) => deciding::edit(self, command),
            StoryReviewCommand::RejectProposal(command) => deciding::reject(self, command),
            StoryReviewCommand::RestoreProposal(command) => deciding::restore(self, command),
            StoryReviewCommand::ApproveProposals(command) => deciding::approve(self, command),
            StoryReviewCommand::SplitProposal(command) => splitting::split(self, command),
            StoryReviewCommand::MergeProposals(command) => merging::merge(self, command),
            StoryReviewCommand::UndoReviewStep(command) => undoing::undo(self, command),
        }
    }

    /// The proposal of an id.
    pub fn proposal(&self, id: ProposalId) -> Result<&Proposal, StoryReviewError> {
        self.proposals.get(&id).ok_or(StoryReviewError::ProposalUnknown(id))
    }

    /// The latest generation, once there was one.
    pub fn latest_generation(&self) -> Option<&Generation> {
        self.generations.last()
    }

    /// How many proposals are proposed, approved or rejected.
    pub fn live(&self) -> usize {
        self.proposals.values().filter(|proposal| proposal.standing.is_live()).count()
    }

    /// How many proposals await a decision; refused while Conductor may add to them.
    pub fn undecided(&self) -> Result<u32, StoryReviewError> {
        self.nothing_runs()?;
        let undecided = self.proposals.values().filter(|proposal| proposal.standing == Standing::Proposed).count();
        Ok(u32::try_from(undecided).unwrap_or(u32::MAX))
    }

    /// What each generation was made from that has a proposal in the backlog.
    pub fn in_backlog(&self) -> Vec<Vec<BasedOn>> {
        let has_approved = |generation: &&Generation| {
            let mut approved = self.proposals.values().filter(|proposal| proposal.standing == Standing::Approved);
            approved.any(|proposal| proposal.generation_id == generation.generation_id)
        };
        self.generations.iter().filter(has_approved).map(|generation| generation.based_on.clone()).collect()
    }

    pub(super) fn nothing_runs(&self) -> Result<(), StoryReviewError> {
        match self.latest_generation() {
            Some(latest) if latest.progress.is_running() => {
                Err(StoryReviewError::GenerationRunning(latest.generation_id))
            }
            _ => Ok(()),
        }
    }

    /// The proposal, if it awaits a decision.
    pub(super) fn undecided_proposal(&self, id: ProposalId) -> Result<&Proposal, StoryReviewError> {
        let proposal = self.proposal(id)?;
        match proposal.standing {
            Standing::Proposed => Ok(proposal),
            standing => Err(StoryReviewError::ProposalDecided { proposal_id: id, standing }),
        }
    }

    pub(super) fn free(&self, id: ProposalId) -> Result<(), StoryReviewError> {
        if self.proposals.contains_key(&id) { Err(StoryReviewError::IdTaken(id)) } else { Ok(()) }
    }
}

impl Standing {
    /// Whether a proposal of this standing counts: it awaits a decision, or a person gave one.
    pub fn is_live(self) -> bool {
        match self {
            Standing::Proposed | Standing::Approved | Standing::Rejected => true,
            Standing::Split | Standing::Merged | Standing::Superseded | Standing::Withdrawn => false,
        }
    }
}

/// The role in which a person reviews stories, or which roles could.
pub(super) fn require(by: &Person) -> Result<Role, StoryReviewError> {
    let capability = Capability::ReviewStories;
    acting_role(&by.roles, capability).ok_or_else(|| StoryReviewError::RoleRequired(roles_with(capability).to_vec()))
}

crate::aggregate!(
    StoryReview,
    "story_review",
    StoryReviewCommand,
    StoryReviewEvent,
    StoryReviewError,
    |review, event| review.fold(event)
);
