//! Submissions that are kept beside an approved analysis: read them, and adopt one as the next version.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use konductro_domain::ids::{KeptSubmissionId, PhaseId};
use konductro_domain::phase::{AdoptSubmission, Phase, PhaseCommand, Verb};
use konductro_domain::stage::Stage;
use konductro_projections::kept_submissions;
use serde_json::json;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{InPhase, Told as _};
use super::artefacts::enter;
use super::gates::{Reason, checked};
use super::phases::answer_phase;
use super::staged::StageInPath;
use crate::http::{Caller, InPath, Json, Page, RequestContext, Written, read, written};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(list_kept_submissions).service(get_kept_submission).service(adopt_submission);
}

/// List the submissions that are kept beside an approved artefact, newest first, without their texts.
#[utoipa::path(operation_id = "listKeptSubmissions", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = Page<views::KeptSubmission>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/kept-submissions")]
async fn list_kept_submissions(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    let items = views::submission::of_stage(&state.pool, (phase.phase_id, &phase.phase), stage).await?;
    Ok(read(&Page { items, next_cursor: None }, None))
}

/// Read one kept submission, whatever became of it.
#[utoipa::path(operation_id = "getKeptSubmission", tag = "artefacts", security(("bearerAuth" = ["read"])),
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("submission_id" = Uuid, Path)), responses(
    (status = 200, body = views::KeptDocument),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/kept-submissions/{submission_id}")]
async fn get_kept_submission(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath, KeptSubmissionId)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, stage, submission_id) = path.0;
    let (phase, stage) = enter(&state, &caller, (phase_id, stage)).await?;
    let document = document(&state, &phase, submission_id).await?.filter(|found| found.about.stage == stage.into());
    Ok(read(&document.ok_or_else(|| Problem::not_found("submission"))?, None))
}

/// Make a kept submission the next version; an approved stage is opened again for it, with the reason.
#[utoipa::path(operation_id = "adoptSubmission", tag = "gates",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("submission_id" = Uuid, Path)),
    request_body = Reason, responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/kept-submissions/{submission_id}/adopt")]
async fn adopt_submission(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath, KeptSubmissionId)>,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), submission_id) = path.0;
    let reason = salted(checked("/reason", body.0.reason)?);
    let prepare = async || {
        let mut phase = InPhase::enter(&state, &caller, phase_id).await?;
        phase.has(stage)?;
        let approval_policy = phase.project.approval_policy(&state.commands).await?;
        let command = AdoptSubmission {
            by: phase.person().clone(),
            stage,
            submission_id,
            reason: reason.clone(),
            approval_policy,
        };
        let envelope = phase.envelope(&context, Verb::AdoptSubmission.capability(stage)).with_texts([reason.clone()]);
        Ok((PhaseCommand::AdoptSubmission(command), envelope.with_result(&context, json!({}))))
    };
    let done =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    answer_phase(&state, &caller, phase_id, StatusCode::OK, done).await
}

async fn document(
    state: &AppState,
    phase: &InPhase,
    submission_id: KeptSubmissionId,
) -> Result<Option<views::KeptDocument>, Problem> {
    let found = kept_submissions::submission(&state.pool, submission_id).await?;
    let Some(found) = found.filter(|found| found.row.phase_id == phase.phase_id) else { return Ok(None) };
    Ok(Some(views::submission::document(&state.pool, &phase.phase, found).await?))
}

/// The answer to a submission that could not become a version.
pub(super) async fn kept_as_draft(
    state: &AppState,
    phase: &InPhase,
    submission_id: KeptSubmissionId,
    place: Written,
) -> Result<HttpResponse, Problem> {
    let found = document(state, phase, submission_id).await?;
    let kept_as_draft = found.ok_or_else(|| Problem::not_found("submission"))?.about;
    let stage = Stage::TechnicalAnalysis;
    let location = format!("/api/v1/phases/{}/artefacts/{stage}/kept-submissions/{submission_id}", phase.phase_id);
    let body = views::KeptAsDraft { kept_as_draft };
    Ok(written(StatusCode::ACCEPTED, &body, None, Some(&location), place))
}
