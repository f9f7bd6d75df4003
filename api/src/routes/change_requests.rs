//! Sending a version back: request changes, take the request back, set it aside.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use konductro_domain::ids::{ChangeRequestId, PhaseId, ProjectId};
use konductro_domain::phase::{
    DismissChangeRequest, OpenChangeRequest, Phase, PhaseCommand, RequestChanges, Verb, WithdrawChangeRequest,
};
use konductro_domain::project::Project;
use konductro_domain::project::delegation::OnBehalf;
use konductro_domain::role::Roles;
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InPhase, Told as _};
use super::anchors::{NewAnchor, place_in};
use super::gates::{Reason, checked};
use super::phases::answer_phase;
use super::staged::StageInPath;
use crate::commands::{Envelope, FenceCheck, FenceScope};
use crate::http::{Caller, InPath, Json, RequestContext};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(request_changes).service(withdraw_change_request).service(dismiss_change_request);
}

/// What is to change in a version.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChangeRequest {
    /// The version shown.
    version: u32,
    /// What is to change, and why.
    reason: String,
    /// The place that it is about; left out: the whole text.
    #[serde(default)]
    anchor: Option<NewAnchor>,
}

/// Send a version back, with what is to change and where.
#[utoipa::path(operation_id = "requestChanges", tag = "gates", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)),
    request_body = NewChangeRequest, responses(
    (status = 201, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/change-requests")]
async fn request_changes(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
    body: Json<NewChangeRequest>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage)) = path.0;
    let NewChangeRequest { version, reason, anchor } = body.0;
    let reason = salted(checked("/reason", reason)?);
    // Whoever may not see the phase learns nothing of its texts.
    InPhase::enter(&state, &caller, phase_id).await?.has(stage)?;
    let place = place_in(&state, (phase_id, stage), version, anchor).await?;
    let texts: Vec<Text> = [reason.clone()].into_iter().chain(place.text().cloned()).collect();
    let change_request_id = ChangeRequestId(Uuid::now_v7());
    let command = async |phase: &InPhase| {
        let command = PhaseCommand::RequestChanges(RequestChanges {
            by: phase.person().clone(),
            change_request_id,
            stage,
            version,
            reason: reason.clone(),
            place: place.clone(),
        });
        Ok((command, Vec::new()))
    };
    let place = (phase_id, stage);
    decide(&state, &caller, &context, place, Verb::RequestChanges, &texts, StatusCode::CREATED, command).await
}

/// Take back my change request, or that of somebody who delegated their role to me.
#[utoipa::path(operation_id = "withdrawChangeRequest", tag = "gates",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("change_request_id" = Uuid, Path)), responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/change-requests/{change_request_id}/withdraw")]
async fn withdraw_change_request(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath, ChangeRequestId)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), change_request_id) = path.0;
    let command = async |phase: &InPhase| {
        let (acts_for, fences) = acts_for(&state, phase, stage, change_request_id).await?;
        let by = phase.person().clone();
        let command = WithdrawChangeRequest { by, change_request_id, stage, acts_for };
        Ok((PhaseCommand::WithdrawChangeRequest(command), fences))
    };
    let place = (phase_id, stage);
    decide(&state, &caller, &context, place, Verb::WithdrawChangeRequest, &[], StatusCode::OK, command).await
}

/// Set somebody's change request aside, with a reason.
#[utoipa::path(operation_id = "dismissChangeRequest", tag = "gates",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("change_request_id" = Uuid, Path)),
    request_body = Reason, responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/change-requests/{change_request_id}/dismiss")]
async fn dismiss_change_request(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath, ChangeRequestId)>,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), change_request_id) = path.0;
    let reason = salted(checked("/reason", body.0.reason)?);
    let command = async |phase: &InPhase| {
        let (requester_roles, fence) = requester_roles(&state, phase, stage, change_request_id).await?;
        let command = PhaseCommand::DismissChangeRequest(DismissChangeRequest {
            by: phase.person().clone(),
            change_request_id,
            stage,
            requester_roles,
            reason: reason.clone(),
        });
        Ok((command, fence.into_iter().collect()))
    };
    let (place, texts) = ((phase_id, stage), [reason.clone()]);
    decide(&state, &caller, &context, place, Verb::DismissChangeRequest, &texts, StatusCode::OK, command).await
}

fn open_request(phase: &InPhase, stage: Stage, id: ChangeRequestId) -> Option<&OpenChangeRequest> {
    phase.phase.stages.get(&stage)?.change_requests.get(&id)
}

/// The roles that whoever made the request holds now; the append checks that they still do.
async fn requester_roles(
    state: &AppState,
    phase: &InPhase,
    stage: Stage,
    change_request_id: ChangeRequestId,
) -> Result<(Roles, Option<FenceCheck>), Problem> {
    let Some(request) = open_request(phase, stage, change_request_id) else { return Ok((Roles::new(), None)) };
    let scope = FenceScope::Member(phase.project.project_id, request.requested_by);
    let fence = state.commands.fence(&scope).await?;
    let check = FenceCheck { scope, epoch: fence.epoch };
    Ok((serde_json::from_value(fence.value).unwrap_or_default(), Some(check)))
}

/// On whose behalf the person acts now, where the request is somebody else's; the append checks that it is still so.
async fn acts_for(
    state: &AppState,
    phase: &InPhase,
    stage: Stage,
    change_request_id: ChangeRequestId,
) -> Result<(Vec<OnBehalf>, Vec<FenceCheck>), Problem> {
    let person = phase.person().user_id;
    let request = open_request(phase, stage, change_request_id).filter(|request| request.requested_by != person);
    let Some(request) = request else { return Ok((Vec::new(), Vec::new())) };
    let project: ProjectId = phase.project.project_id;
    let mut fences = Vec::new();
    for scope in [FenceScope::Delegations(project), FenceScope::Member(project, request.requested_by)] {
        fences.push(FenceCheck { scope, epoch: state.commands.fence(&scope).await?.epoch });
    }
    let project = state.commands.load::<Project>(&project.to_string()).await?.state;
    Ok((project.created()?.acts_for(person, OffsetDateTime::now_utc()), fences))
}

/// Executes a decision about a change request, and answers with the phase as it is then.
#[expect(clippy::too_many_arguments, reason = "one call for all three verbs; each argument differs between them")]
async fn decide(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    (phase_id, stage): (PhaseId, Stage),
    verb: Verb,
    texts: &[Text],
    status: StatusCode,
    command: impl AsyncFn(&InPhase) -> Result<(PhaseCommand, Vec<FenceCheck>), Problem>,
) -> Result<HttpResponse, Problem> {
    let prepare = async || {
        let phase = InPhase::enter(state, caller, phase_id).await?;
        phase.has(stage)?;
        let (command, fences) = command(&phase).await?;
        let envelope = phase.envelope(context, verb.capability(stage));
        let fences = envelope.fences.iter().copied().chain(fences).collect();
        let envelope = Envelope { fences, ..envelope };
        Ok((command, envelope.with_texts(texts.iter().cloned()).with_result(context, json!({}))))
    };
    let done =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    answer_phase(state, caller, phase_id, status, done).await
}
