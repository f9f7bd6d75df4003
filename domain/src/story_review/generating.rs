//! Conductor proposes: one generation at a time, whatever came stays, nothing that a person touched is replaced.
//!
//! A story that is there already is not proposed again. A fresh generation is held only against what will stay once
//! it is complete; one that goes on, against everything that is live.

use crate::Decided;
use crate::ids::{GenerationId, ProposalId};
use crate::story::content::{CriterionOutline, ProposalContent, StoryOutline};
use crate::story::draft::NextCriterion;
use crate::story_review::aggregate::{Decision, require};
use crate::story_review::commands::{
    AddProposals, AskGeneration, CompleteGeneration, FailGeneration, ProposedStory, RequestStop, StartGeneration,
    StopGeneration,
};
use crate::story_review::errors::{MAX_LIVE_PROPOSALS, StoryReviewError};
use crate::story_review::state::{Generation, GenerationProgress, Proposal, StoryReview};
use crate::story_review::{GenerationMode, Standing, StoryReviewEvent};
use crate::text::Text;

pub(super) fn start(review: &StoryReview, command: &StartGeneration) -> Decision {
    require(&command.by)?;
    review.nothing_runs()?;
    Ok(Decided::event(StoryReviewEvent::GenerationStarted {
        generation_id: command.generation_id,
        project_id: command.project_id,
        phase_id: command.phase_id,
        requested_by: command.by.user_id,
        mode: command.mode,
        based_on: command.based_on.clone(),
        scoping_turn: command.scoping_turn,
    }))
}

pub(super) fn ask(review: &StoryReview, command: &AskGeneration) -> Decision {
    match running(review, command.generation_id)?.progress {
        GenerationProgress::Queued => Ok(Decided::event(StoryReviewEvent::GenerationAsked {
            generation_id: command.generation_id,
            generated_by: command.generated_by.clone(),
            prompt: command.prompt.clone(),
        })),
        _ => Ok(Decided::nothing()),
    }
}

pub(super) fn request_stop(review: &StoryReview, command: &RequestStop) -> Decision {
    require(&command.by)?;
    let generation_id = command.generation_id;
    match running(review, generation_id)?.progress {
        GenerationProgress::Stopping => Ok(Decided::nothing()),
        _ => Ok(Decided::event(StoryReviewEvent::GenerationStopRequested { generation_id })),
    }
}

pub(super) fn add_proposals(review: &StoryReview, command: &AddProposals) -> Decision {
    let generation = running(review, command.generation_id)?;
    let mut known: Vec<Likeness> = review
        .proposals
        .values()
        .filter(|proposal| stays(generation, proposal))
        .map(|proposal| Likeness::of(&proposal.content.outline))
        .collect();
    let mut room = MAX_LIVE_PROPOSALS.saturating_sub(review.live());
    let mut next = NextCriterion(review.next_criterion);
    let mut added: Vec<(ProposalId, StoryReviewEvent, Text)> = Vec::new();
    for proposed in &command.proposals {
        let id = proposed.proposal_id;
        if review.proposals.contains_key(&id) || added.iter().any(|(there, ..)| *there == id) {
            continue;
        }
        let (content, body) = written(proposed, &mut next, command.salt)?;
        let likeness = Likeness::of(&content.outline);
        if known.contains(&likeness) {
            continue;
        }
        room = room.checked_sub(1).ok_or(StoryReviewError::TooManyProposals)?;
        known.push(likeness);
        let (generation_id, ordinal) = (command.generation_id, proposed.ordinal);
        added.push((id, StoryReviewEvent::ProposalAdded { proposal_id: id, generation_id, ordinal, content }, body));
    }
    let (events, texts): (Vec<_>, Vec<_>) = added.into_iter().map(|(_, event, body)| (event, body)).unzip();
    Ok(Decided { events, texts })
}

fn written(
    proposed: &ProposedStory,
    next: &mut NextCriterion,
    salt: [u8; 16],
) -> Result<(ProposalContent, Text), StoryReviewError> {
    let mut draft = proposed.draft.clone();
    draft.criteria.iter_mut().for_each(|criterion| criterion.id = None);
    let (outline, body) = draft.write(next, salt)?;
    let mut depends_on = draft.depends_on;
    depends_on.retain(|other| *other != proposed.proposal_id);
    Ok((ProposalContent { outline, depends_on }, body))
}

/// Whether a proposal is there also once this generation is complete.
fn stays(generation: &Generation, proposal: &Proposal) -> bool {
    proposal.standing.is_live() && !is_superseded_by(generation, proposal)
}

/// Whether completing the generation takes a proposal's place: of an earlier one, undecided, touched by nobody.
fn is_superseded_by(generation: &Generation, proposal: &Proposal) -> bool {
    generation.mode == GenerationMode::Fresh
        && proposal.standing == Standing::Proposed
        && proposal.generation_id != generation.generation_id
        && proposal.touched_by.is_empty()
}

/// By what two stories are the same: the title but for case and spacing, and the criteria's traces.
#[derive(PartialEq)]
struct Likeness {
    title: String,
    traces: Vec<Vec<String>>,
}

impl Likeness {
    fn of(outline: &StoryOutline) -> Self {
        let words: Vec<_> = outline
            .title
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let traces = |criterion: &CriterionOutline| criterion.traces_to.clone();
        // A title of signs alone is compared as it is.
        let title = if words.is_empty() { outline.title.clone() } else { words.join(" ") };
        Self { title, traces: outline.criteria.iter().map(traces).collect() }
    }
}

pub(super) fn complete(review: &StoryReview, command: &CompleteGeneration) -> Decision {
    let generation = running(review, command.generation_id)?;
    let mut events = vec![StoryReviewEvent::GenerationCompleted {
        generation_id: command.generation_id,
        unusable: command.unusable.clone(),
        generated_by: command.generated_by.clone(),
        model_returned: command.model_returned.clone(),
        usage: command.usage,
    }];
    // Nothing takes the place of something.
    if generation.proposed > 0 {
        let superseded = review.proposals.iter().filter(|(_, proposal)| is_superseded_by(generation, proposal));
        events.extend(superseded.map(|(id, _)| StoryReviewEvent::ProposalSuperseded {
            proposal_id: *id,
            by_generation: command.generation_id,
        }));
    }
    Ok(events.into())
}

pub(super) fn stop(review: &StoryReview, command: &StopGeneration) -> Decision {
    running(review, command.generation_id)?;
    Ok(Decided::event(StoryReviewEvent::GenerationStopped {
        generation_id: command.generation_id,
        unusable: command.unusable.clone(),
        generated_by: command.generated_by.clone(),
        usage: command.usage,
    }))
}

pub(super) fn fail(review: &StoryReview, command: &FailGeneration) -> Decision {
    running(review, command.generation_id)?;
    Ok(Decided::event(StoryReviewEvent::GenerationFailed {
        generation_id: command.generation_id,
        reason: command.reason.clone(),
        unusable: command.unusable.clone(),
        generated_by: command.generated_by.clone(),
        usage: command.usage,
    }))
}

/// The generation, if it is the latest and still to end.
fn running(review: &StoryReview, id: GenerationId) -> Result<&Generation, StoryReviewError> {
    let latest = review.latest_generation().filter(|latest| latest.generation_id == id && latest.progress.is_running());
    latest.ok_or(StoryReviewError::GenerationNotRunning)
}
