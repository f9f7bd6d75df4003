//! Taking steps back, the last first. What is approved is final: a step that has to do with it stays, and so does
//! every earlier step of the proposals that such a step has to do with.

use std::collections::BTreeSet;

use crate::Decided;
use crate::ids::ProposalId;
use crate::story_review::aggregate::{Decision, require};
use crate::story_review::commands::UndoReviewStep;
use crate::story_review::errors::StoryReviewError;
use crate::story_review::state::{StoryReview, TakenStep};
use crate::story_review::{RestoredProposal, Standing, StoryReviewEvent};

pub(super) fn undo(review: &StoryReview, command: &UndoReviewStep) -> Decision {
    require(&command.by)?;
    let taken = review.undoable().ok_or(StoryReviewError::NothingToUndo)?;
    let mut restored = Vec::with_capacity(taken.before.len());
    for (proposal_id, before) in &taken.before {
        restored.push(RestoredProposal {
            proposal_id: *proposal_id,
            version: review.proposal(*proposal_id)?.version + 1,
            standing: before.standing,
            content: before.content.clone(),
        });
    }
    Ok(Decided::event(StoryReviewEvent::ReviewStepUndone {
        undone_by: command.by.user_id,
        step: taken.step,
        restored,
        withdrawn: taken.made.iter().copied().collect(),
    }))
}

impl StoryReview {
    /// The step that would be taken back next.
    pub fn undoable(&self) -> Option<&TakenStep> {
        let mut final_ones: BTreeSet<ProposalId> = self
            .proposals
            .iter()
            .filter(|(_, proposal)| proposal.standing == Standing::Approved)
            .map(|(id, _)| *id)
            .collect();
        self.steps.iter().rev().find(|step| {
            let blocked = step.proposals().any(|id| final_ones.contains(id));
            if blocked {
                final_ones.extend(step.proposals());
            }
            !blocked
        })
    }
}
