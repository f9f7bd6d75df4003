//! Splitting: every criterion of the whole goes to exactly one part, none is lost and none is doubled.

use std::collections::{BTreeMap, BTreeSet};

use crate::Decided;
use crate::ids::ProposalId;
use crate::story::content::{CriterionId, CriterionOutline, CriterionWords, ProposalContent, StoryBody};
use crate::story::draft::{CriterionDraft, DraftError, NextCriterion, StoryDraft};
use crate::story_review::aggregate::{Decision, require};
use crate::story_review::commands::{PartCriterion, SplitPart, SplitProposal, WordsRead};
use crate::story_review::errors::{MAX_LIVE_PROPOSALS, SPLIT_PARTS, StoryReviewError};
use crate::story_review::state::{Proposal, StoryReview};
use crate::story_review::{NewProposal, StoryReviewEvent};

pub(super) fn split(review: &StoryReview, command: &SplitProposal) -> Decision {
    require(&command.by)?;
    let whole = review.undecided_proposal(command.proposal_id)?;
    if !SPLIT_PARTS.contains(&command.into.len()) {
        return Err(StoryReviewError::BadSplit);
    }
    if review.live() + command.into.len() > MAX_LIVE_PROPOSALS + 1 {
        return Err(StoryReviewError::TooManyProposals);
    }
    ids_are_free(review, &command.into)?;
    let criteria = criteria_with_words(command.proposal_id, whole, &command.words)?;
    are_distributed(&criteria, &command.into)?;
    let mut next = NextCriterion(review.next_criterion);
    let (mut into, mut texts) = (Vec::new(), Vec::new());
    for part in &command.into {
        let draft = part_of(whole, &command.words.body, part, &criteria, &command.into);
        let (outline, body) = draft.write(&mut next, command.salt)?;
        let content = ProposalContent { outline, depends_on: whole.content.depends_on.clone() };
        into.push(NewProposal { proposal_id: part.proposal_id, content });
        texts.push(body);
    }
    let (proposal_id, split_by) = (command.proposal_id, command.by.user_id);
    Ok(Decided::event(StoryReviewEvent::ProposalSplit { proposal_id, split_by, into }).with(texts))
}

fn ids_are_free(review: &StoryReview, parts: &[SplitPart]) -> Result<(), StoryReviewError> {
    let mut seen = BTreeSet::new();
    for part in parts {
        review.free(part.proposal_id)?;
        if !seen.insert(part.proposal_id) {
            return Err(StoryReviewError::IdTaken(part.proposal_id));
        }
    }
    Ok(())
}

/// A proposal's criteria with their words, if the words are the ones that it has now.
pub(super) fn criteria_with_words(
    id: ProposalId,
    proposal: &Proposal,
    read: &WordsRead,
) -> Result<BTreeMap<CriterionId, CriterionDraft>, StoryReviewError> {
    let changed = StoryReviewError::ProposalChanged { proposal_id: id, current_version: proposal.version };
    let outline = &proposal.content.outline;
    if read.text != outline.body || read.body.criteria.len() != outline.criteria.len() {
        return Err(changed);
    }
    let words_of = |criterion: &CriterionOutline| {
        let words: Option<&CriterionWords> = read.body.criteria.iter().find(|words| words.id == criterion.id);
        words.map(|words| (criterion.id, CriterionDraft::kept(criterion, words)))
    };
    outline.criteria.iter().map(words_of).collect::<Option<_>>().ok_or(changed)
}

fn are_distributed(
    criteria: &BTreeMap<CriterionId, CriterionDraft>,
    parts: &[SplitPart],
) -> Result<(), StoryReviewError> {
    let (mut given, mut doubled) = (BTreeSet::new(), BTreeSet::new());
    for id in parts.iter().flat_map(kept) {
        if !criteria.contains_key(&id) {
            return Err(DraftError::UnknownCriterion(id).into());
        }
        if !given.insert(id) {
            doubled.insert(id);
        }
    }
    let missing: Vec<_> = criteria.keys().filter(|id| !given.contains(id)).copied().collect();
    if missing.is_empty() && doubled.is_empty() {
        return Ok(());
    }
    Err(StoryReviewError::CriteriaNotDistributed { missing, doubled: doubled.into_iter().collect() })
}

fn kept(part: &SplitPart) -> impl Iterator<Item = CriterionId> {
    part.criteria.iter().filter_map(|criterion| match criterion {
        PartCriterion::Kept(id) => Some(*id),
        PartCriterion::New(_) => None,
    })
}

/// What a part says: its own where it has its own, that of the whole otherwise.
fn part_of(
    whole: &Proposal,
    body: &StoryBody,
    part: &SplitPart,
    criteria: &BTreeMap<CriterionId, CriterionDraft>,
    parts: &[SplitPart],
) -> StoryDraft {
    let outline = &whole.content.outline;
    let criteria_of = |part: &SplitPart| -> Vec<CriterionDraft> {
        let draft = |criterion: &PartCriterion| match criterion {
            PartCriterion::Kept(id) => criteria.get(id).cloned(),
            PartCriterion::New(draft) => Some(CriterionDraft { id: None, ..draft.clone() }),
        };
        part.criteria.iter().filter_map(draft).collect()
    };
    let own = criteria_of(part);
    let all: Vec<_> = parts.iter().flat_map(criteria_of).collect();
    // A part is for the requirements that its criteria trace to; what no part traces to, all are for.
    let is_for = |requirement: &&String| traces(&own, requirement) || !traces(&all, requirement);
    StoryDraft {
        title: part.title.clone(),
        story_type: part.story_type.unwrap_or(outline.story_type),
        complexity: part.complexity,
        narrative: part.narrative.clone().unwrap_or_else(|| body.narrative.clone()),
        complexity_reason: String::new(),
        requirement_ids: outline.requirement_ids.iter().filter(is_for).cloned().collect(),
        decision_ids: outline.decision_ids.clone(),
        depends_on: whole.content.depends_on.clone(),
        criteria: own,
    }
}

/// Whether some criterion traces to a requirement, or to a criterion of it.
fn traces(criteria: &[CriterionDraft], requirement: &str) -> bool {
    criteria.iter().flat_map(|criterion| &criterion.traces_to).any(|reference| {
        let rest = reference.strip_prefix(requirement);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}
