//! Decisions in a story review that are not yet final: edit, reject, restore, and taking a step back.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, patch, post, web};
use konductro_domain::ids::{PhaseId, ProposalId};
use konductro_domain::phase::Verb;
use konductro_domain::story::draft::StoryDraft;
use konductro_domain::story_review::{
    EditProposal, RejectProposal, RestoreProposal, StoryReviewCommand, StoryReviewError, StoryReviewEvent,
    UndoReviewStep,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::drafts::StoryChange;
use super::gates::Reason;
use super::in_review::{InReview, answer_one, decide, shown};
use super::phases::place_of;
use crate::http::{Caller, InPath, Json, RequestContext, written};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views::{self, Proposal};

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(undo_review_step).service(edit_proposal).service(reject_proposal).service(restore_proposal);
}

/// A step that was taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepUndone {
    /// What kind of step it was.
    step: views::ReviewStep,
    /// The proposals as they are again.
    items: Vec<Proposal>,
}

/// Change a proposal. Send If-Match so that nothing that others changed is overwritten.
#[utoipa::path(operation_id = "editProposal", tag = "stories",
    params(("phase_id" = Uuid, Path), ("proposal_id" = Uuid, Path), ("If-Match" = Option<String>, Header)),
    request_body = StoryChange, responses(
    (status = 200, body = Proposal),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[patch("/phases/{phase_id}/proposals/{proposal_id}")]
async fn edit_proposal(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, ProposalId)>,
    body: Json<StoryChange>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, proposal_id) = path.0;
    // A number that no version can have matches none.
    let seen = context.if_match.version().map(|version| u32::try_from(version).unwrap_or(0));
    let command = async |review: &InReview| {
        let words = review.words(&state, proposal_id).await?;
        let proposal = review.review.proposal(proposal_id)?;
        let draft = StoryDraft::of(&proposal.content.outline, &words.body, proposal.content.depends_on.clone());
        Ok(StoryReviewCommand::EditProposal(EditProposal {
            by: review.phase.person().clone(),
            proposal_id,
            expected_version: Some(seen.unwrap_or(proposal.version)),
            draft: body.0.over(draft)?,
            salt: rand::random(),
        }))
    };
    let done = decide(&state, &caller, &context, phase_id, Verb::ReviewStories, command).await?;
    answer_one(&state, &caller, phase_id, proposal_id, done).await
}

/// Reject a proposal, with a reason.
#[utoipa::path(operation_id = "rejectProposal", tag = "stories",
    params(("phase_id" = Uuid, Path), ("proposal_id" = Uuid, Path)), request_body = Reason, responses(
    (status = 200, body = Proposal),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/{proposal_id}/reject")]
async fn reject_proposal(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, ProposalId)>,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, proposal_id) = path.0;
    let reason = salted(body.0.reason);
    let command = async |review: &InReview| {
        let by = review.phase.person().clone();
        Ok(StoryReviewCommand::RejectProposal(RejectProposal { by, proposal_id, reason: reason.clone() }))
    };
    let done = decide(&state, &caller, &context, phase_id, Verb::ReviewStories, command).await?;
    answer_one(&state, &caller, phase_id, proposal_id, done).await
}

/// Take a rejected or superseded proposal back into the review.
#[utoipa::path(operation_id = "restoreProposal", tag = "stories",
    params(("phase_id" = Uuid, Path), ("proposal_id" = Uuid, Path)), responses(
    (status = 200, body = Proposal),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/{proposal_id}/restore")]
async fn restore_proposal(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, ProposalId)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, proposal_id) = path.0;
    let command = async |review: &InReview| {
        let by = review.phase.person().clone();
        Ok(StoryReviewCommand::RestoreProposal(RestoreProposal { by, proposal_id }))
    };
    let done = decide(&state, &caller, &context, phase_id, Verb::ReviewStories, command).await?;
    answer_one(&state, &caller, phase_id, proposal_id, done).await
}

/// Take the last step back; again, the one before it.
#[utoipa::path(operation_id = "undoReviewStep", tag = "stories", params(("phase_id" = Uuid, Path)), responses(
    (status = 200, body = StepUndone),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/undo")]
async fn undo_review_step(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
) -> Result<HttpResponse, Problem> {
    let command = async |review: &InReview| {
        Ok(StoryReviewCommand::UndoReviewStep(UndoReviewStep { by: review.phase.person().clone() }))
    };
    let done = decide(&state, &caller, &context, path.0, Verb::ReviewStories, command).await?;
    let undone = done.events.iter().find_map(|event| match event {
        StoryReviewEvent::ReviewStepUndone { step, restored, .. } => Some((*step, restored)),
        _ => None,
    });
    let Some((step, restored)) = undone else {
        return Err(StoryReviewError::NothingToUndo.into());
    };
    let ids: Vec<ProposalId> = restored.iter().map(|proposal| proposal.proposal_id).collect();
    let items = shown(&state, &caller, path.0, &ids).await?;
    let answer = StepUndone { step: step.into(), items };
    Ok(written(StatusCode::OK, &answer, None, None, place_of(&done)))
}
