//! Entering the review of a phase's stories: everything that people do there goes through here.
//!
//! A command relies on the membership and on the stories stage being open; the append checks both. Words that a
//! decision needs are read with the state that names them, and the decision refuses others.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use konductro_domain::ids::{PhaseId, ProposalId};
use konductro_domain::phase::Verb;
use konductro_domain::stage::Stage;
use konductro_domain::story::content::StoryBody;
use konductro_domain::story_review::{StoryReview, StoryReviewCommand, StoryReviewError, StoryReviewEvent, WordsRead};
use konductro_domain::text::TextRef;
use konductro_projections::event_log;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::access::{InPhase, Told as _};
use super::phases::place_of;
use crate::commands::Executed;
use crate::http::freshness::wait_for;
use crate::http::{Caller, RequestContext, written};
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::views::{self, Proposal};

/// Some proposals.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Proposals {
    /// The proposals, in the order of the table.
    items: Vec<Proposal>,
}

/// The caller in the review of a phase.
pub(super) struct InReview {
    /// The phase.
    pub(super) phase: InPhase,
    /// The review as the log has it now.
    pub(super) review: StoryReview,
    /// Its stream's sequence.
    pub(super) version: i64,
}

impl InReview {
    /// Enters to read.
    pub(super) async fn read(state: &AppState, phase: InPhase) -> Result<Self, Problem> {
        let loaded = state.commands.load::<StoryReview>(&phase.phase_id.to_string()).await?;
        Ok(Self { phase, review: loaded.state, version: loaded.version })
    }

    /// Enters to do something; refused where the stage or the caller's roles do not let it.
    async fn enter(state: &AppState, caller: &Caller, phase_id: PhaseId, verb: Verb) -> Result<Self, Problem> {
        let phase = InPhase::enter_stage(state, caller, phase_id, Stage::Stories).await?;
        phase.phase.permits(verb, Stage::Stories, phase.person())?;
        Self::read(state, phase).await
    }

    /// Looks again after something was done.
    pub(super) async fn after_acting(state: &AppState, caller: &Caller, phase_id: PhaseId) -> Result<Self, Problem> {
        Self::read(state, InPhase::after_acting(state, caller, phase_id).await?).await
    }

    /// The words of a proposal as it is now.
    pub(super) async fn words(&self, state: &AppState, proposal: ProposalId) -> Result<WordsRead, Problem> {
        let text = self.review.proposal(proposal)?.content.outline.body;
        Ok(WordsRead { text, body: body_of(state, text).await? })
    }
}

/// Stored words.
pub(super) async fn body_of(state: &AppState, text: TextRef) -> Result<StoryBody, Problem> {
    let stored = event_log::text(&mut *state.pool.acquire().await?, &text.hash).await?;
    let erased = || Problem::new(Code::Conflict, "Its words were erased; write a new story instead.");
    StoryBody::read(&stored.ok_or_else(erased)?)
        .map_err(|error| Problem::unavailable("read the words of a story", &error))
}

/// Executes a review command; it is made anew whenever what it relies on has moved.
pub(super) async fn decide(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    phase_id: PhaseId,
    verb: Verb,
    command: impl AsyncFn(&InReview) -> Result<StoryReviewCommand, Problem>,
) -> Result<Executed<StoryReviewEvent>, Problem> {
    let prepare = async || {
        let review = InReview::enter(state, caller, phase_id, verb).await?;
        let envelope =
            review.phase.envelope(context, verb.capability(Stage::Stories)).with_result(context, Value::Null);
        Ok((command(&review).await?, envelope))
    };
    state.commands.execute_with::<StoryReview, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await
}

/// The proposals as they are now.
pub(super) async fn shown(
    state: &AppState,
    caller: &Caller,
    phase_id: PhaseId,
    ids: &[ProposalId],
) -> Result<Vec<Proposal>, Problem> {
    let InReview { phase, review, .. } = InReview::after_acting(state, caller, phase_id).await?;
    Ok(views::proposal::proposals(&state.pool, phase.reader(), &review, ids).await?)
}

/// Answers with one proposal as it is now.
pub(super) async fn answer_one(
    state: &AppState,
    caller: &Caller,
    phase_id: PhaseId,
    proposal_id: ProposalId,
    done: Executed<StoryReviewEvent>,
) -> Result<HttpResponse, Problem> {
    wait_for(state, &done).await?;
    let found = shown(state, caller, phase_id, &[proposal_id]).await?.into_iter().next();
    let proposal = found.ok_or(StoryReviewError::ProposalUnknown(proposal_id))?;
    Ok(written(StatusCode::OK, &proposal, Some(proposal.version.into()), None, place_of(&done)))
}

/// Answers with some proposals as they are now.
pub(super) async fn answer_all(
    state: &AppState,
    caller: &Caller,
    phase_id: PhaseId,
    ids: &[ProposalId],
    done: &Executed<StoryReviewEvent>,
) -> Result<HttpResponse, Problem> {
    wait_for(state, done).await?;
    let answer = Proposals { items: shown(state, caller, phase_id, ids).await? };
    Ok(written(StatusCode::OK, &answer, None, None, place_of(done)))
}
