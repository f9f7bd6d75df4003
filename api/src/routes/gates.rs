//! Decisions at a gate: approve, withdraw, reaffirm, reopen, restart a review.
//!
//! "What happens when the SDM approves requirements?" starts here, at [`approve_artefact`].

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, post, web};
use konductro_domain::artefact::check::FindingId;
use konductro_domain::artefact::open_points::open_points;
use konductro_domain::artefact::reference::Reference;
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::{
    ApproveArtefact, OpenPoints, Phase, PhaseCommand, ReopenStage, RestartReview, Verb, Waiver, WithdrawApproval,
};
use konductro_domain::stage::Stage;
use konductro_domain::story_review::StoryReview;
use konductro_domain::text::{Hash, Text};
use konductro_projections::event_log;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{InPhase, Told as _};
use super::phases::answer_phase;
use super::staged::StageInPath;
use crate::commands::{Envelope, FenceCheck, FenceScope};
use crate::http::{Caller, InPath, Json, RequestContext};
use crate::problem::{Code, Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(approve_artefact)
        .service(withdraw_approval)
        .service(reaffirm_artefact)
        .service(reopen_stage)
        .service(restart_review);
}

/// Longest reason or note, in bytes of UTF-8 (16 KiB).
const MAX_REASON_BYTES: usize = 16 * 1024;

/// An approval of exactly what was shown.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApproval {
    /// The version shown.
    version: u32,
    /// The SHA-256 of the text shown, in hex.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    content_hash: Hash,
    /// The hash of what it was shown to stand on, in hex.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    upstream_hash: Hash,
    /// The stage's cycle shown.
    cycle: u32,
    /// A note for the record.
    #[serde(default)]
    note: Option<String>,
    /// Blocking findings that may stand, each with a reason that is kept with the approval.
    #[serde(default)]
    #[schema(max_items = 700)]
    waivers: Vec<NewWaiver>,
    /// The assumptions and open questions of the text shown that were acknowledged, one by one. When it is sent it must
    /// hold all of them; when it is left out, the record says that they were not.
    #[serde(default)]
    acknowledged: Option<Vec<String>>,
}

/// Why a blocking finding may stand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWaiver {
    /// The finding, as the artefact's findings name it.
    #[schema(value_type = String)]
    finding_id: FindingId,
    /// Why it may stand.
    reason: String,
}

/// Why something is decided.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Kept with the decision.
    pub(super) reason: String,
}

/// Approve exactly the version that was shown.
///
/// Version, content hash, upstream hash and cycle must be what is there now; otherwise 409
/// `approval-outdated` says what is. A blocking finding stops it (409 `findings-block`) unless it is waived.
/// Needs a role of the project's approval policy and a browser session.
#[utoipa::path(operation_id = "approveArtefact", tag = "gates", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)),
    request_body = NewApproval, responses(
    (status = 201, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/approvals")]
async fn approve_artefact(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
    body: Json<NewApproval>,
) -> Result<HttpResponse, Problem> {
    confirm(&state, &caller, &context, path.0, Verb::ApproveArtefact, body.0, PhaseCommand::ApproveArtefact).await
}

/// Take back my approval, while nothing was approved on it.
#[utoipa::path(operation_id = "withdrawApproval", tag = "gates", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[delete("/phases/{phase_id}/artefacts/{stage}/approvals/mine")]
async fn withdraw_approval(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage)) = path.0;
    let prepare = async || {
        // The fence first, then the review that it guards: a proposal that is approved meanwhile is not overlooked.
        let scope = FenceScope::Review(phase_id);
        let epoch = state.commands.fence(&scope).await?.epoch;
        let phase = InPhase::enter(&state, &caller, phase_id).await?;
        phase.has(stage)?;
        let review = state.commands.load::<StoryReview>(&phase_id.to_string()).await?.state;
        let (by, in_backlog) = (phase.person().clone(), review.in_backlog());
        let envelope = phase.envelope(&context, Verb::WithdrawApproval.capability(stage));
        let fences = envelope.fences.iter().copied().chain([FenceCheck { scope, epoch }]).collect();
        let envelope = Envelope { fences, ..envelope }.with_result(&context, json!({}));
        Ok((PhaseCommand::WithdrawApproval(WithdrawApproval { by, stage, in_backlog }), envelope))
    };
    let done =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    answer_phase(&state, &caller, phase_id, StatusCode::OK, done).await
}

/// Confirm a stale artefact as it is, on what it stands on now.
#[utoipa::path(operation_id = "reaffirmArtefact", tag = "gates", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)),
    request_body = NewApproval, responses(
    (status = 201, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/reaffirm")]
async fn reaffirm_artefact(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
    body: Json<NewApproval>,
) -> Result<HttpResponse, Problem> {
    confirm(&state, &caller, &context, path.0, Verb::ReaffirmArtefact, body.0, PhaseCommand::ReaffirmArtefact).await
}

/// Approves or reaffirms exactly what was shown.
async fn confirm(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    place: (PhaseId, StageInPath),
    verb: Verb,
    approval: NewApproval,
    command_of: impl Fn(ApproveArtefact) -> PhaseCommand,
) -> Result<HttpResponse, Problem> {
    let note = approval.note.clone().map(|note| checked("/note", note)).transpose()?.map(salted);
    let acknowledged = approval.acknowledged()?;
    let waivers: Vec<Waiver> = approval.waivers.iter().map(NewWaiver::waiver).collect();
    let command = async |phase: &InPhase, stage| {
        let findings = state.checker.at_gate(phase.phase_id, &phase.phase, stage).await?.to_vec();
        let open_points =
            OpenPoints { stated: stated(state, &approval.content_hash).await?, acknowledged: acknowledged.clone() };
        let shown = ApproveArtefact { findings, waivers: waivers.clone(), ..approval.by(phase, stage, open_points) };
        Ok(command_of(ApproveArtefact { note: note.clone(), ..shown }))
    };
    let texts: Vec<Text> = note.iter().chain(waivers.iter().map(|waiver| &waiver.reason)).cloned().collect();
    decide(state, caller, context, place, verb, texts, StatusCode::CREATED, command).await
}

impl NewApproval {
    /// The ids that were acknowledged.
    fn acknowledged(&self) -> Result<Option<Vec<Reference>>, Problem> {
        let Some(ids) = &self.acknowledged else { return Ok(None) };
        let read = |(index, id): (usize, &String)| {
            id.parse::<Reference>()
                .map_err(|error| Problem::invalid(format!("/acknowledged/{index}"), error.to_string()))
        };
        ids.iter().enumerate().map(read).collect::<Result<_, _>>().map(Some)
    }

    /// The approval as it names itself.
    fn by(&self, phase: &InPhase, stage: Stage, open_points: OpenPoints) -> ApproveArtefact {
        ApproveArtefact {
            by: phase.person().clone(),
            stage,
            version: self.version,
            content_hash: self.content_hash,
            upstream_hash: self.upstream_hash,
            cycle: self.cycle,
            note: None,
            findings: Vec::new(),
            waivers: Vec::new(),
            open_points,
        }
    }
}

impl NewWaiver {
    fn waiver(&self) -> Waiver {
        Waiver { finding_id: self.finding_id.clone(), reason: salted(self.reason.clone()) }
    }
}

/// What the text that an approval names leaves open. A text never changes under its hash, so this holds whatever
/// happens meanwhile; whether it is the text in review is for the decision to say.
async fn stated(state: &AppState, content_hash: &Hash) -> Result<Vec<Reference>, Problem> {
    let text = event_log::text(&mut *state.pool.acquire().await?, content_hash).await?;
    let Some(markdown) = text else { return Ok(Vec::new()) };
    let read = web::block(move || open_points(&markdown).into_iter().map(|point| point.id).collect()).await;
    read.map_err(|error| Problem::unavailable("read what a version leaves open", &error))
}

/// Open an approved stage again; everything that stands on it becomes stale.
#[utoipa::path(operation_id = "reopenStage", tag = "gates", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)),
    request_body = Reason, responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/stages/{stage}/reopen")]
async fn reopen_stage(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let reason = salted(checked("/reason", body.0.reason)?);
    let command = async |phase: &InPhase, stage| {
        let approval_policy = phase.project.clone().approval_policy(&state.commands).await?;
        let by = phase.person().clone();
        Ok(PhaseCommand::ReopenStage(ReopenStage { by, stage, reason: reason.clone(), approval_policy }))
    };
    let text = vec![reason.clone()];
    decide(&state, &caller, &context, path.0, Verb::ReopenStage, text, StatusCode::OK, command).await
}

/// Let the review take the project's approval policy of now; approvals under the old one count no more.
#[utoipa::path(operation_id = "restartReview", tag = "gates", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/restart-review")]
async fn restart_review(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let prepare = async || {
        let (phase_id, StageInPath(stage)) = path.0;
        let mut phase = InPhase::enter(&state, &caller, phase_id).await?;
        phase.has(stage)?;
        // Asked of the phase itself: the append then checks that the policy is still this one.
        let approval_policy = phase.project.approval_policy(&state.commands).await?;
        let command = RestartReview { by: phase.person().clone(), stage, approval_policy };
        let envelope = phase.envelope(&context, Verb::RestartReview.capability(stage));
        Ok((PhaseCommand::RestartReview(command), envelope.with_result(&context, json!({}))))
    };
    let phase_id = path.0.0;
    let done =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    answer_phase(&state, &caller, phase_id, StatusCode::OK, done).await
}

/// Executes a decision at a gate, and answers with the phase as it is then.
#[expect(clippy::too_many_arguments, reason = "one call for all verbs of a gate; each argument differs between them")]
async fn decide(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    (phase_id, StageInPath(stage)): (PhaseId, StageInPath),
    verb: Verb,
    texts: Vec<Text>,
    status: StatusCode,
    command: impl AsyncFn(&InPhase, Stage) -> Result<PhaseCommand, Problem>,
) -> Result<HttpResponse, Problem> {
    let prepare = async || {
        let phase = InPhase::enter(state, caller, phase_id).await?;
        phase.has(stage)?;
        let envelope =
            phase.envelope(context, verb.capability(stage)).with_texts(texts.clone()).with_result(context, json!({}));
        Ok((command(&phase, stage).await?, envelope))
    };
    let done =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    answer_phase(state, caller, phase_id, status, done).await
}

pub(super) fn checked(pointer: &str, text: String) -> Result<String, Problem> {
    if text.len() > MAX_REASON_BYTES {
        return Err(Problem::new(
            Code::PayloadTooLarge,
            format!("{pointer} is over {MAX_REASON_BYTES} bytes; shorten it."),
        ));
    }
    Ok(text)
}
