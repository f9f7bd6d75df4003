//! Conversations: messages to Conductor, and what is done with its replies. The replies themselves stream
//! over the WebSocket.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use konductro_domain::conversation::{Conversation, ConversationCommand, ConversationEvent, conversation_stream};
use konductro_domain::ids::{MessageId, PhaseId, TurnId};
use konductro_domain::phase::Verb;
use konductro_domain::role::Capability;
use konductro_domain::stage::Stage;
use serde::{Deserialize, Serialize};
use serde_json::json;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InPhase, Told as _};
use super::offered_message::OfferedMessage;
use super::phases::place_of;
use super::staged::StageInPath;
use crate::commands::Executed;
use crate::event_store::NewJob;
use crate::http::page::PageQuery;
use crate::http::{Caller, InPath, Json, Paging, Query, RequestContext, read, written};
use crate::live::frames::Topic;
use crate::live::{self, Hub, Said, Sources};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_messages)
        .service(post_message)
        .service(stop_turn)
        .service(retry_turn)
        .service(get_turn_context)
        .service(get_next_context);
}

/// A message to Conductor.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMessage {
    /// What Conductor should know or do, up to 32 KiB.
    #[schema(example = "Sellers must get their share within a day.")]
    pub(super) text: String,
}

/// A message was taken; the reply streams over the WebSocket.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageTaken {
    /// The message.
    #[schema(value_type = Uuid)]
    pub(super) message_id: MessageId,
    /// Its turn, which the reply has too.
    #[schema(value_type = Uuid)]
    pub(super) turn_id: TurnId,
    /// Whether it waits for the reply that is being written; it is sent by itself when that has ended.
    #[serde(default)]
    pub(super) queued: bool,
}

/// Something was asked of a turn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TurnTaken {
    /// The turn.
    #[schema(value_type = Uuid)]
    pub(super) turn_id: TurnId,
}

type Place = (PhaseId, StageInPath);

/// Read the conversation: its newest messages, oldest first; the cursor leads to older ones.
#[utoipa::path(operation_id = "listMessages", tag = "conversations", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), PageQuery), responses(
    (status = 200, body = views::Messages),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/stages/{stage}/messages")]
async fn list_messages(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<Place>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage)) = path.0;
    let paging = Paging::read(query.0.limit, query.0.cursor.as_deref())?;
    let phase = InPhase::enter(&state, &caller, phase_id).await?;
    phase.has(stage)?;
    let messages = views::conversation::messages(&state.pool, phase_id, stage, phase.person(), paging).await?;
    Ok(read(&messages, None))
}

/// Write to Conductor; the reply streams over the WebSocket. While Conductor replies, one message can wait: it is sent by
/// itself when the reply has ended, and given back to its author where the stage does not take it any more then.
#[utoipa::path(operation_id = "postMessage", tag = "conversations", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)),
    request_body = NewMessage, responses(
    (status = 202, body = MessageTaken),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/stages/{stage}/messages")]
async fn post_message(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<Place>,
    body: Json<NewMessage>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage)) = path.0;
    let (message_id, turn_id) = (MessageId(Uuid::now_v7()), TurnId(Uuid::now_v7()));
    let offered = OfferedMessage { phase_id, stage, message_id, turn_id, text: salted(body.0.text) };
    let done = offered.offer(&state, &caller, &context).await?;
    // A repeat gets the ids that the first request was given.
    let first = serde_json::from_value(done.result.clone());
    let taken: MessageTaken = first.unwrap_or(MessageTaken { message_id, turn_id, queued: false });
    Ok(written(StatusCode::ACCEPTED, &taken, None, None, place_of(&done)))
}

/// Stop a reply; what had arrived stays.
#[utoipa::path(operation_id = "stopTurn", tag = "conversations",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("turn_id" = Uuid, Path)), responses(
    (status = 202, body = TurnTaken),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/stages/{stage}/turns/{turn_id}/stop")]
async fn stop_turn(
    state: web::Data<AppState>,
    hub: web::Data<Hub>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath, TurnId)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), turn_id) = path.0;
    let command = |_: &InPhase| Ok((ConversationCommand::RequestStop { turn_id }, Vec::new()));
    let done = converse(&state, &caller, &context, phase_id, stage, turn_id, command).await?;
    hub.ask_to_stop(Topic::Conversation(phase_id, stage), turn_id);
    Ok(written(StatusCode::ACCEPTED, &TurnTaken { turn_id }, None, None, place_of(&done)))
}

/// Ask for another attempt at a failed or stopped reply.
#[utoipa::path(operation_id = "retryTurn", tag = "conversations",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("turn_id" = Uuid, Path)), responses(
    (status = 202, body = TurnTaken),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/stages/{stage}/turns/{turn_id}/retry")]
async fn retry_turn(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath, TurnId)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), turn_id) = path.0;
    let attempt = state
        .commands
        .load::<Conversation>(&conversation_stream(phase_id, stage))
        .await?
        .state
        .turn
        .map_or(1, |turn| turn.attempt + 1);
    let command = |phase: &InPhase| {
        phase.phase.permits(Verb::PostMessage, stage, phase.person())?;
        Ok((ConversationCommand::RetryTurn { turn_id }, vec![turn_job(phase, stage, turn_id, attempt)]))
    };
    let done = converse(&state, &caller, &context, phase_id, stage, turn_id, command).await?;
    Ok(written(StatusCode::ACCEPTED, &TurnTaken { turn_id }, None, None, place_of(&done)))
}

/// Read what Conductor was given for a reply.
#[utoipa::path(operation_id = "getTurnContext", tag = "conversations", security(("bearerAuth" = ["read"])),
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("turn_id" = Uuid, Path)), responses(
    (status = 200, body = views::TurnContext),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/stages/{stage}/turns/{turn_id}/context")]
async fn get_turn_context(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath, TurnId)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), turn_id) = path.0;
    InPhase::enter(&state, &caller, phase_id).await?.has(stage)?;
    let given = views::conversation::turn_context(&state.pool, phase_id, stage, turn_id).await?;
    Ok(read(&given.ok_or_else(|| Problem::not_found("turn"))?, None))
}

/// A message that is not sent yet.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NextContextQuery {
    /// The words of the message, as far as they are written; none by default.
    #[serde(default)]
    #[param(max_length = 4096)]
    text: String,
}

/// Longest text of a message that a preview is asked with, in bytes: it travels in the address.
const MAX_PREVIEWED_BYTES: usize = 4096;

/// Read what Conductor would be given with my next message. Nothing is sent or recorded.
#[utoipa::path(operation_id = "getNextContext", tag = "conversations", security(("bearerAuth" = ["read"])),
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), NextContextQuery), responses(
    (status = 200, body = views::NextContext),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/stages/{stage}/context")]
async fn get_next_context(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<Place>,
    query: Query<NextContextQuery>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage)) = path.0;
    let phase = InPhase::enter(&state, &caller, phase_id).await?;
    phase.has(stage)?;
    phase.phase.permits(Verb::PostMessage, stage, phase.person())?;
    if query.0.text.len() > MAX_PREVIEWED_BYTES {
        return Err(Problem::invalid("?text", format!("may have at most {MAX_PREVIEWED_BYTES} bytes")));
    }
    let place = live::Place { project_id: phase.project.project_id, phase_id, stage };
    let said = Said { message: query.0.text, by: caller.user_id, on: OffsetDateTime::now_utc().date() };
    let rendered = Sources::of(&state).preview(&place, said).await?;
    Ok(read(&views::conversation::next_context(&rendered), None))
}

pub(super) fn turn_job(phase: &InPhase, stage: Stage, turn_id: TurnId, attempt: u32) -> NewJob {
    NewJob::turn(phase.project.project_id, phase.phase_id, stage, turn_id, attempt)
}

/// Executes a command on a turn of somebody who may converse in the stage.
pub(super) async fn converse(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    phase_id: PhaseId,
    stage: Stage,
    turn_id: TurnId,
    command: impl Fn(&InPhase) -> Result<(ConversationCommand, Vec<NewJob>), Problem>,
) -> Result<Executed<ConversationEvent>, Problem> {
    let prepare = async || {
        let phase = InPhase::enter_stage(state, caller, phase_id, stage).await?;
        phase.project.require(Capability::Converse(stage))?;
        let (command, jobs) = command(&phase)?;
        let mut envelope =
            phase.envelope(context, Capability::Converse(stage)).with_result(context, json!({ "turn_id": turn_id }));
        envelope.jobs = jobs;
        Ok((command, envelope))
    };
    let stream = conversation_stream(phase_id, stage);
    state.commands.execute_with::<Conversation, Problem, _, _>(&stream, context.repeated(), prepare).await
}
