//! Threads beside an artefact: open, answer, settle. Change requests are among them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use konductro_domain::ids::{PhaseId, ThreadId};
use konductro_domain::phase::{OpenThread, Phase, PhaseCommand, PhaseEvent, ReplyInThread, ResolveThread, Verb};
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InPhase, Told as _};
use super::anchors::{NewAnchor, place_in};
use super::gates::checked;
use super::phases::place_of;
use super::staged::StageInPath;
use crate::commands::Executed;
use crate::http::freshness::wait_for;
use crate::http::{Caller, InPath, Json, Page, RequestContext, read, written};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(list_threads).service(open_thread).service(reply_in_thread).service(resolve_thread);
}

/// A new thread.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewThread {
    /// The version shown.
    version: u32,
    /// What I have to say.
    text: String,
    /// The place that it is about; left out: the whole text.
    #[serde(default)]
    anchor: Option<NewAnchor>,
}

/// An answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewThreadReply {
    /// What I have to say to it.
    text: String,
}

/// List an artefact's threads, change requests among them, in the order of their places in the latest version.
#[utoipa::path(operation_id = "listThreads", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = Page<views::Thread>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/threads")]
async fn list_threads(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage)) = path.0;
    let phase = enter(&state, &caller, phase_id, stage).await?;
    let items = views::thread::of_stage(&state.pool, phase.reader(), stage).await?;
    Ok(read(&Page { items, next_cursor: None }, None))
}

/// Say something beside a version.
#[utoipa::path(operation_id = "openThread", tag = "artefacts", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)),
    request_body = NewThread, responses(
    (status = 201, body = views::Thread),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/threads")]
async fn open_thread(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
    body: Json<NewThread>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage)) = path.0;
    let NewThread { version, text, anchor } = body.0;
    let text = salted(checked("/text", text)?);
    enter(&state, &caller, phase_id, stage).await?;
    let place = place_in(&state, (phase_id, stage), version, anchor).await?;
    let texts: Vec<Text> = [text.clone()].into_iter().chain(place.text().cloned()).collect();
    let thread_id = ThreadId(Uuid::now_v7());
    let command = |phase: &InPhase| {
        PhaseCommand::OpenThread(OpenThread {
            by: phase.person().clone(),
            thread_id,
            stage,
            version,
            place: place.clone(),
            text: text.clone(),
        })
    };
    let place = (phase_id, stage, thread_id);
    say(&state, &caller, &context, place, Verb::OpenThread, &texts, StatusCode::CREATED, command).await
}

/// Answer in a thread, or to a change request; a settled thread is open again then.
#[utoipa::path(operation_id = "replyInThread", tag = "artefacts",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("thread_id" = Uuid, Path)),
    request_body = NewThreadReply, responses(
    (status = 201, body = views::Thread),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/threads/{thread_id}/replies")]
async fn reply_in_thread(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath, ThreadId)>,
    body: Json<NewThreadReply>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), thread_id) = path.0;
    let text = salted(checked("/text", body.0.text)?);
    let command = |phase: &InPhase| {
        let (by, text) = (phase.person().clone(), text.clone());
        PhaseCommand::ReplyInThread(ReplyInThread { by, thread_id, stage, text })
    };
    let (place, texts) = ((phase_id, stage, thread_id), [text.clone()]);
    say(&state, &caller, &context, place, Verb::ReplyInThread, &texts, StatusCode::CREATED, command).await
}

/// Declare a thread settled.
#[utoipa::path(operation_id = "resolveThread", tag = "artefacts",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("thread_id" = Uuid, Path)), responses(
    (status = 200, body = views::Thread),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/threads/{thread_id}/resolve")]
async fn resolve_thread(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath, ThreadId)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), thread_id) = path.0;
    let command =
        |phase: &InPhase| PhaseCommand::ResolveThread(ResolveThread { by: phase.person().clone(), thread_id, stage });
    let place = (phase_id, stage, thread_id);
    say(&state, &caller, &context, place, Verb::ResolveThread, &[], StatusCode::OK, command).await
}

async fn enter(state: &AppState, caller: &Caller, phase_id: PhaseId, stage: Stage) -> Result<InPhase, Problem> {
    let phase = InPhase::enter(state, caller, phase_id).await?;
    phase.has(stage)?;
    if stage.has_artefact() { Ok(phase) } else { Err(Problem::not_found("artefact")) }
}

/// Executes a command of a thread, and answers with the thread as it is then.
#[expect(clippy::too_many_arguments, reason = "one call for all three verbs; each argument differs between them")]
async fn say(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    (phase_id, stage, thread_id): (PhaseId, Stage, ThreadId),
    verb: Verb,
    texts: &[Text],
    status: StatusCode,
    command: impl Fn(&InPhase) -> PhaseCommand,
) -> Result<HttpResponse, Problem> {
    let prepare = async || {
        let phase = enter(state, caller, phase_id, stage).await?;
        let envelope = phase.envelope(context, verb.capability(stage)).with_texts(texts.iter().cloned());
        Ok((command(&phase), envelope.with_result(context, json!({ "thread_id": thread_id }))))
    };
    let done: Executed<PhaseEvent> =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    wait_for(state, &done).await?;
    // A repeat finds the thread that the first request made.
    let thread_id = done.first_id("thread_id", thread_id);
    let phase = InPhase::after_acting(state, caller, phase_id).await?;
    let thread = views::thread::one(&state.pool, phase.reader(), stage, thread_id).await?;
    let thread = thread.ok_or_else(|| Problem::not_found("thread"))?;
    Ok(written(status, &thread, None, None, place_of(&done)))
}
