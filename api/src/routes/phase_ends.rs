//! What happens to a whole phase: it is promoted, given up or completed.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::{CancelPhase, CompletePhase, Phase, PhaseCommand, PromotePhase};
use konductro_domain::role::Capability;
use konductro_domain::story_review::StoryReview;
use konductro_domain::text::Text;
use serde_json::Value;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{InPhase, Told as _};
use super::gates::Reason;
use super::phases::answer_phase;
use crate::commands::{Envelope, FenceCheck, FenceScope};
use crate::http::{Caller, InPath, Json, RequestContext};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(promote_phase).service(cancel_phase).service(complete_phase);
}

/// Make a light phase a full one; its conversation and note become context of the requirements.
#[utoipa::path(operation_id = "promotePhase", tag = "phases", params(("phase_id" = Uuid, Path)), responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/promote")]
async fn promote_phase(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
) -> Result<HttpResponse, Problem> {
    let command = async |phase: &InPhase| {
        let by = phase.person().clone();
        Ok((PhaseCommand::PromotePhase(PromotePhase { by }), None))
    };
    decide(&state, &caller, &context, path.0, None, command).await
}

/// Give a phase up, with a reason; everything of it stays readable.
#[utoipa::path(operation_id = "cancelPhase", tag = "phases", params(("phase_id" = Uuid, Path)), request_body = Reason, responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/cancel")]
async fn cancel_phase(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let reason = salted(body.0.reason);
    let command = async |phase: &InPhase| {
        let by = phase.person().clone();
        Ok((PhaseCommand::CancelPhase(CancelPhase { by, reason: reason.clone() }), None))
    };
    decide(&state, &caller, &context, path.0, Some(reason.clone()), command).await
}

/// Declare a phase complete, once no proposal is undecided. Needs a browser session.
#[utoipa::path(operation_id = "completePhase", tag = "phases", params(("phase_id" = Uuid, Path)), responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/complete")]
async fn complete_phase(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
) -> Result<HttpResponse, Problem> {
    let command = async |phase: &InPhase| {
        // The fence first, then the review that it guards: a proposal that comes meanwhile is not overlooked.
        let scope = FenceScope::Review(phase.phase_id);
        let epoch = state.commands.fence(&scope).await?.epoch;
        let review = state.commands.load::<StoryReview>(&phase.phase_id.to_string()).await?.state;
        let (by, undecided) = (phase.person().clone(), review.undecided()?);
        Ok((PhaseCommand::CompletePhase(CompletePhase { by, undecided }), Some(FenceCheck { scope, epoch })))
    };
    decide(&state, &caller, &context, path.0, None, command).await
}

async fn decide(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    phase_id: PhaseId,
    text: Option<Text>,
    command: impl AsyncFn(&InPhase) -> Result<(PhaseCommand, Option<FenceCheck>), Problem>,
) -> Result<HttpResponse, Problem> {
    let prepare = async || {
        let phase = InPhase::enter(state, caller, phase_id).await?;
        let (command, fence) = command(&phase).await?;
        let envelope = phase.envelope(context, Capability::ManagePhases);
        let fences = envelope.fences.iter().copied().chain(fence).collect();
        let envelope = Envelope { fences, ..envelope }.with_texts(text.clone()).with_result(context, Value::Null);
        Ok((command, envelope))
    };
    let done = state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), prepare).await?;
    answer_phase(state, caller, phase_id, StatusCode::OK, done).await
}
