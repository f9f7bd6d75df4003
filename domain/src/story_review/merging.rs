//! Merging: all criteria of all proposals go into one, in order, with the numbers they have.

use crate::Decided;
use crate::ids::ProposalId;
use crate::story::content::{Complexity, ProposalContent};
use crate::story::draft::{NextCriterion, StoryDraft};
use crate::story_review::aggregate::{Decision, require};
use crate::story_review::commands::{MergeProposals, WordsRead};
use crate::story_review::errors::{MERGED_PROPOSALS, StoryReviewError};
use crate::story_review::splitting::criteria_with_words;
use crate::story_review::state::{Proposal, StoryReview};
use crate::story_review::{NewProposal, StoryReviewEvent};

pub(super) fn merge(review: &StoryReview, command: &MergeProposals) -> Decision {
    require(&command.by)?;
    let ids = &command.proposal_ids;
    if !MERGED_PROPOSALS.contains(&ids.len()) || unique(ids).len() != ids.len() {
        return Err(StoryReviewError::BadMerge);
    }
    review.free(command.into)?;
    let mut sources = Vec::with_capacity(ids.len());
    for id in ids {
        let proposal = review.undecided_proposal(*id)?;
        let current_version = proposal.version;
        let read =
            command.words.get(id).ok_or(StoryReviewError::ProposalChanged { proposal_id: *id, current_version })?;
        sources.push((*id, proposal, read));
    }
    let draft = merged(command, &sources)?;
    let (outline, body) = draft.write(&mut NextCriterion(review.next_criterion), command.salt)?;
    let content = ProposalContent { outline, depends_on: draft.depends_on };
    let into = NewProposal { proposal_id: command.into, content };
    let merged = StoryReviewEvent::ProposalsMerged { proposal_ids: ids.clone(), merged_by: command.by.user_id, into };
    Ok(Decided::event(merged).with([body]))
}

type Source<'a> = (ProposalId, &'a Proposal, &'a WordsRead);

fn merged(command: &MergeProposals, sources: &[Source<'_>]) -> Result<StoryDraft, StoryReviewError> {
    let outlines = || sources.iter().map(|(_, proposal, _)| &proposal.content.outline);
    let joined = |part: fn(&WordsRead) -> &str| {
        let parts: Vec<_> =
            sources.iter().map(|(.., read)| part(read).trim()).filter(|part| !part.is_empty()).collect();
        unique(&parts).join("\n\n")
    };
    let mut criteria = Vec::new();
    for (id, proposal, read) in sources {
        let mut words = criteria_with_words(*id, proposal, read)?;
        criteria.extend(proposal.content.outline.criteria.iter().filter_map(|criterion| words.remove(&criterion.id)));
    }
    let depends_on: Vec<_> = sources.iter().flat_map(|(_, proposal, _)| proposal.content.depends_on.clone()).collect();
    let outside = |other: &ProposalId| !command.proposal_ids.contains(other) && *other != command.into;
    let first = outlines().next().ok_or(StoryReviewError::BadMerge)?;
    Ok(StoryDraft {
        title: command.title.clone().unwrap_or_else(|| first.title.clone()),
        story_type: first.story_type,
        complexity: sum(outlines().map(|outline| outline.complexity)),
        narrative: command.narrative.clone().unwrap_or_else(|| joined(|read| &read.body.narrative)),
        complexity_reason: joined(|read| &read.body.complexity_reason),
        criteria,
        requirement_ids: unique(&outlines().flat_map(|outline| outline.requirement_ids.clone()).collect::<Vec<_>>()),
        decision_ids: unique(&outlines().flat_map(|outline| outline.decision_ids.clone()).collect::<Vec<_>>()),
        depends_on: unique(&depends_on).into_iter().filter(outside).collect(),
    })
}

/// As much work as all of them: the next number of the scale, or its last; unknown if one is.
fn sum(parts: impl Iterator<Item = Option<Complexity>>) -> Option<Complexity> {
    let points = parts.map(|part| part.map(|part| u32::from(part.points()))).sum::<Option<u32>>()?;
    let step = Complexity::SCALE.into_iter().find(|step| u32::from(*step) >= points).unwrap_or(13);
    Complexity::try_from(step).ok()
}

fn unique<T: Clone + PartialEq>(all: &[T]) -> Vec<T> {
    let mut kept: Vec<T> = Vec::with_capacity(all.len());
    for one in all {
        if !kept.contains(one) {
            kept.push(one.clone());
        }
    }
    kept
}
