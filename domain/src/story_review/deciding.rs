//! What a person decides of a proposal: other words, out, back in, or into the backlog.
//!
//! An approval names the exact version that was shown, and several are given together or not at all.

use crate::Decided;
use crate::actor::Person;
use crate::ids::{ProposalId, StoryId};
use crate::role::Role;
use crate::story::content::ProposalContent;
use crate::story::draft::{NextCriterion, criteria_of};
use crate::story_review::aggregate::{Decision, require};
use crate::story_review::commands::{ApproveProposals, EditProposal, RejectProposal, RestoreProposal};
use crate::story_review::errors::{MAX_LIVE_PROPOSALS, MAX_REASON_BYTES, StoryReviewError};
use crate::story_review::state::{Proposal, StoryReview};
use crate::story_review::{Standing, StoryReviewEvent};

pub(super) fn edit(review: &StoryReview, command: &EditProposal) -> Decision {
    require(&command.by)?;
    let id = command.proposal_id;
    let proposal = review.undecided_proposal(id)?;
    is_version(id, proposal, command.expected_version)?;
    command.draft.keeps_only(&criteria_of(&proposal.content.outline))?;
    let depends_on = depends_on(review, id, &command.draft.depends_on)?;
    let (outline, body) = command.draft.write(&mut NextCriterion(review.next_criterion), command.salt)?;
    let content = ProposalContent { outline, depends_on };
    if content == proposal.content {
        return Ok(Decided::nothing());
    }
    let (version, edited_by) = (proposal.version + 1, command.by.user_id);
    let edited = StoryReviewEvent::ProposalEdited { proposal_id: id, version, edited_by, content };
    Ok(Decided::event(edited).with([body]))
}

fn depends_on(
    review: &StoryReview,
    id: ProposalId,
    wanted: &[ProposalId],
) -> Result<Vec<ProposalId>, StoryReviewError> {
    let mut kept = Vec::with_capacity(wanted.len());
    for other in wanted {
        review.proposal(*other)?;
        if *other == id {
            return Err(StoryReviewError::DependsOnItself);
        }
        if !kept.contains(other) {
            kept.push(*other);
        }
    }
    Ok(kept)
}

fn is_version(id: ProposalId, proposal: &Proposal, expected: Option<u32>) -> Result<(), StoryReviewError> {
    match expected {
        Some(expected) if expected != proposal.version => {
            Err(StoryReviewError::ProposalChanged { proposal_id: id, current_version: proposal.version })
        }
        _ => Ok(()),
    }
}

pub(super) fn reject(review: &StoryReview, command: &RejectProposal) -> Decision {
    require(&command.by)?;
    let proposal_id = command.proposal_id;
    review.undecided_proposal(proposal_id)?;
    if command.reason.body().trim().is_empty() {
        return Err(StoryReviewError::ReasonMissing);
    }
    if command.reason.body().len() > MAX_REASON_BYTES {
        return Err(StoryReviewError::ReasonTooLong);
    }
    let (rejected_by, reason) = (command.by.user_id, command.reason.reference());
    let rejected = StoryReviewEvent::ProposalRejected { proposal_id, rejected_by, reason };
    Ok(Decided::event(rejected).with([command.reason.clone()]))
}

pub(super) fn restore(review: &StoryReview, command: &RestoreProposal) -> Decision {
    require(&command.by)?;
    let proposal_id = command.proposal_id;
    match review.proposal(proposal_id)?.standing {
        Standing::Proposed => Ok(Decided::nothing()),
        Standing::Superseded if review.live() >= MAX_LIVE_PROPOSALS => Err(StoryReviewError::TooManyProposals),
        Standing::Rejected | Standing::Superseded => {
            let restored_by = command.by.user_id;
            Ok(Decided::event(StoryReviewEvent::ProposalRestored { proposal_id, restored_by }))
        }
        standing @ (Standing::Approved | Standing::Split | Standing::Merged | Standing::Withdrawn) => {
            Err(StoryReviewError::ProposalDecided { proposal_id, standing })
        }
    }
}

pub(super) fn approve(review: &StoryReview, command: &ApproveProposals) -> Decision {
    let role = require(&command.by)?;
    interactive(&command.by)?;
    let mut events = Vec::with_capacity(command.proposals.len());
    let mut seen = std::collections::BTreeSet::new();
    for (id, shown) in &command.proposals {
        let proposal = review.proposal(*id)?;
        if !seen.insert(*id) || (proposal.standing == Standing::Approved && shown.is_none_or(|v| v == proposal.version))
        {
            continue;
        }
        review.undecided_proposal(*id)?;
        is_version(*id, proposal, *shown)?;
        events.push(approved(review, command, role, *id, proposal));
    }
    Ok(events.into())
}

fn approved(
    review: &StoryReview,
    command: &ApproveProposals,
    role: Role,
    proposal_id: ProposalId,
    proposal: &Proposal,
) -> StoryReviewEvent {
    let generation = review.generations.iter().find(|generation| generation.generation_id == proposal.generation_id);
    let content =
        ProposalContent { outline: proposal.content.outline.clone(), depends_on: review.dependencies(proposal_id) };
    StoryReviewEvent::ProposalApproved {
        proposal_id,
        version: proposal.version,
        approved_by: command.by.user_id,
        role,
        project_id: command.project_id,
        phase_id: command.phase_id,
        story_id: StoryId::of(proposal_id),
        generation_id: proposal.generation_id,
        lineage: proposal.lineage.clone(),
        based_on: generation.map(|generation| generation.based_on.clone()).unwrap_or_default(),
        content,
    }
}

fn interactive(by: &Person) -> Result<(), StoryReviewError> {
    if by.credential.is_interactive() { Ok(()) } else { Err(StoryReviewError::InteractiveOnly) }
}
