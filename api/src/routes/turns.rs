//! What can be done with a turn that has ended: say its message differently, have its reply go on where it broke off, take
//! its words for a document.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use konductro_domain::conversation::{
    Conversation, ConversationCommand, NewMessage, WrittenDocument, conversation_stream,
};
use konductro_domain::ids::{MessageId, PhaseId, TurnId};
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::phase::{MAX_TITLE, Verb};
use konductro_domain::role::Capability;
use konductro_domain::text::Text;
use konductro_projections::conversation_view::{self, TurnWithTexts};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InPhase, Told as _};
use super::conversations::{MessageTaken, NewMessage as EditedMessage, TurnTaken, converse, turn_job};
use super::phases::place_of;
use super::staged::StageInPath;
use crate::conductor::extract::{plain_document, substance_of};
use crate::http::{Caller, InPath, Json, RequestContext, written};
use crate::problem::{Code, Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(edit_message).service(continue_turn).service(extract_document);
}

type InTurn = (PhaseId, StageInPath, TurnId);

/// Say one's own last message differently: another turn takes the place of this one, which stays in the history and is
/// not told to Conductor any more. Documents that it saved stay versions.
#[utoipa::path(operation_id = "editMessage", tag = "conversations",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("turn_id" = Uuid, Path)),
    request_body = EditedMessage, responses(
    (status = 202, body = MessageTaken),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/stages/{stage}/turns/{turn_id}/edit")]
async fn edit_message(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<InTurn>,
    body: Json<EditedMessage>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), turn_id) = path.0;
    let taken = MessageTaken { message_id: MessageId(Uuid::now_v7()), turn_id: TurnId(Uuid::now_v7()), queued: false };
    let text = salted(body.0.text);
    let prepare = async || -> Result<_, Problem> {
        let phase = InPhase::enter_stage(&state, &caller, phase_id, stage).await?;
        phase.phase.permits(Verb::PostMessage, stage, phase.person())?;
        let message = NewMessage {
            project_id: phase.project.project_id,
            phase_id,
            stage,
            message_id: taken.message_id,
            turn_id: taken.turn_id,
            author: caller.user_id,
            text: text.clone(),
        };
        let mut envelope = phase
            .envelope(&context, Capability::Converse(stage))
            .with_texts([text.clone()])
            .with_result(&context, json!(taken));
        envelope.jobs = vec![turn_job(&phase, stage, taken.turn_id, 1)];
        Ok((ConversationCommand::EditMessage { turn_id, message }, envelope))
    };
    let stream = conversation_stream(phase_id, stage);
    let done = state.commands.execute_with::<Conversation, Problem, _, _>(&stream, context.repeated(), prepare).await?;
    let taken: MessageTaken = serde_json::from_value(done.result.clone()).unwrap_or(taken);
    Ok(written(StatusCode::ACCEPTED, &taken, None, None, place_of(&done)))
}

/// Ask for the rest of a reply that was cut, stopped or interrupted: it goes on where it ended, and is one reply in the end.
#[utoipa::path(operation_id = "continueTurn", tag = "conversations",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("turn_id" = Uuid, Path)), responses(
    (status = 202, body = TurnTaken),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/stages/{stage}/turns/{turn_id}/continue")]
async fn continue_turn(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<InTurn>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), turn_id) = path.0;
    let conversation = state.commands.load::<Conversation>(&conversation_stream(phase_id, stage)).await?.state;
    let attempt = conversation.turn.map_or(1, |turn| turn.attempt + 1);
    let command = |phase: &InPhase| {
        phase.phase.permits(Verb::PostMessage, stage, phase.person())?;
        Ok((ConversationCommand::ContinueTurn { turn_id }, vec![turn_job(phase, stage, turn_id, attempt)]))
    };
    let done = converse(&state, &caller, &context, phase_id, stage, turn_id, command).await?;
    Ok(written(StatusCode::ACCEPTED, &TurnTaken { turn_id }, None, None, place_of(&done)))
}

/// How a document that is taken from a reply is called.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extraction {
    /// Its title; the first heading where there is none.
    title: Option<String>,
}

/// Take the document out of a reply that holds it in plain words: it becomes a version, as if it had been tagged.
#[utoipa::path(operation_id = "extractDocument", tag = "conversations",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("turn_id" = Uuid, Path)),
    request_body = Extraction, responses(
    (status = 202, body = TurnTaken),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/stages/{stage}/turns/{turn_id}/extract")]
async fn extract_document(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<InTurn>,
    body: Json<Extraction>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), turn_id) = path.0;
    let phase = InPhase::enter(&state, &caller, phase_id).await?;
    phase.has(stage)?;
    phase.phase.permits(Verb::AddArtefactVersion, stage, phase.person())?;
    let turn = conversation_view::turn(&state.pool, turn_id).await?;
    let turn = turn.filter(|turn| (turn.row.phase_id, turn.row.stage) == (phase_id, stage));
    let turn = turn.ok_or_else(|| Problem::not_found("turn"))?;
    let (document, text) = document_in(&turn, body.0.title)?;
    let prepare = async || -> Result<_, Problem> {
        let phase = InPhase::enter_stage(&state, &caller, phase_id, stage).await?;
        phase.phase.permits(Verb::AddArtefactVersion, stage, phase.person())?;
        let generated_by = turn.row.generated_by.clone().ok_or_else(no_document)?;
        let command = ConversationCommand::ExtractDocument {
            turn_id,
            asked_by: turn.row.author,
            document: document.clone(),
            generated_by,
        };
        let envelope = phase
            .envelope(&context, Verb::AddArtefactVersion.capability(stage))
            .with_texts([text.clone()])
            .with_result(&context, json!({ "turn_id": turn_id }));
        Ok((command, envelope))
    };
    let stream = conversation_stream(phase_id, stage);
    let done = state.commands.execute_with::<Conversation, Problem, _, _>(&stream, context.repeated(), prepare).await?;
    Ok(written(StatusCode::ACCEPTED, &TurnTaken { turn_id }, None, None, place_of(&done)))
}

/// The document in a reply's plain words, and its text.
fn document_in(turn: &TurnWithTexts, title: Option<String>) -> Result<(WrittenDocument, Text), Problem> {
    let title = title.map(|title| title.trim().to_owned());
    if title.as_ref().is_some_and(|title| title.is_empty() || title.chars().count() > MAX_TITLE) {
        return Err(Problem::invalid("/title", format!("A title has 1 to {MAX_TITLE} characters.")));
    }
    if turn.row.state.is_live() {
        return Err(Problem::new(Code::TurnRunning, "Conductor is still writing this reply; wait for its end."));
    }
    let stage = turn.row.stage;
    let found = turn.reply.as_deref().and_then(|reply| plain_document(reply, stage)).ok_or_else(no_document)?;
    let text = Text::plain(found.markdown);
    let content = text.reference();
    if turn.row.documents.iter().any(|known| known.content.hash == content.hash) {
        let told = "The document of this reply was taken already; it stands beside the reply.";
        return Err(Problem::new(Code::NoDocument, told));
    }
    let document = WrittenDocument {
        ordinal: u32::try_from(turn.row.documents.len()).unwrap_or(u32::MAX),
        stage,
        title: title.unwrap_or(found.title),
        content,
        completeness: Completeness::Complete,
        substance: substance_of(text.body()),
        answers: Vec::new(),
    };
    Ok((document, text))
}

fn no_document() -> Problem {
    let told = "Nothing in this reply looks like a document: one begins with a heading. Ask Conductor to write it, or save a version by hand.";
    Problem::new(Code::NoDocument, told)
}
