//! The message that waits for a reply to end: taken back by whoever wrote it, or by an SDM.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, web};
use konductro_domain::conversation::{Conversation, ConversationCommand, ConversationEvent, conversation_stream};
use konductro_domain::ids::{MessageId, PhaseId};
use konductro_domain::role::Capability;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{InPhase, Told as _};
use super::phases::place_of;
use super::staged::StageInPath;
use crate::http::{Caller, InPath, RequestContext, written};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(cancel_queued_message);
}

/// A message was taken back; it is not sent.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageTakenBack {
    /// The message.
    #[schema(value_type = Uuid)]
    message_id: MessageId,
}

/// Take back the message that waits: its author, or an SDM.
#[utoipa::path(operation_id = "cancelQueuedMessage", tag = "conversations",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = MessageTakenBack),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[delete("/phases/{phase_id}/stages/{stage}/messages/queued")]
async fn cancel_queued_message(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage)) = path.0;
    let prepare = async || -> Result<_, Problem> {
        let phase = InPhase::enter(&state, &caller, phase_id).await?;
        phase.has(stage)?;
        let command = ConversationCommand::CancelQueuedMessage { by: phase.person().clone() };
        let envelope = phase.envelope(&context, Capability::Converse(stage)).with_result(&context, json!({}));
        Ok((command, envelope))
    };
    let stream = conversation_stream(phase_id, stage);
    let done = state.commands.execute_with::<Conversation, Problem, _, _>(&stream, context.repeated(), prepare).await?;
    let taken_back = done.events.iter().find_map(|event| match event {
        ConversationEvent::QueuedMessageCancelled { message_id, .. } => {
            Some(MessageTakenBack { message_id: *message_id })
        }
        _ => None,
    });
    let taken_back = taken_back.ok_or_else(|| Problem::not_found("queued message"))?;
    Ok(written(StatusCode::OK, &taken_back, None, None, place_of(&done)))
}
