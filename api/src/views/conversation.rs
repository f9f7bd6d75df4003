//! The conversation of a stage as the API shows it: messages, replies, and what Conductor was given.

use konductro_domain::conductor::{ModelFailureKind, Usage as DomainUsage};
use konductro_domain::conversation::ReplyFailure;
use konductro_domain::ids::{PhaseId, TurnId};
use konductro_domain::phase::SetAsideReason;
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::stage::Stage as DomainStage;
use konductro_projections::ProjectionError;
use konductro_projections::conversation_view::{
    self as rows, DocumentOutcome, DocumentRow, GivenBlock, PromptGiven, TurnWithTexts,
};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::People;
use super::sentences::ERASED;
use super::words::{Adapter, GeneratedBy, Stage, TurnState};
use crate::conductor::extract::{self, PartKind};
use crate::conductor::prompt::RenderedPrompt;
use crate::http::{Page, Paging};

/// A page of a conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Messages {
    /// The messages, oldest first.
    pub items: Vec<Message>,
    /// Asks for older messages; null at the beginning.
    pub next_cursor: Option<String>,
    /// The turn that is still to end.
    pub live_turn: Option<LiveTurn>,
}

/// The turn that is still to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct LiveTurn {
    /// The turn.
    pub turn_id: Uuid,
    /// Queued, streaming or stopping.
    pub state: TurnState,
    /// Which attempt, from 1.
    pub attempt: u32,
}

/// A person's message, or Conductor's reply.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Message {
    /// The message; a reply's is its turn.
    pub id: Uuid,
    /// The turn.
    pub turn_id: Uuid,
    /// Who wrote it.
    pub author: Author,
    /// What was written; of a reply, as it came, document tags included.
    pub text: String,
    /// A reply's text, split for display; documents are shown beside the chat.
    pub parts: Vec<Part>,
    /// Where it stands.
    pub state: MessageState,
    /// When it was written; of a reply, when it ended or began.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Which attempt a reply is, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// Why a reply is not whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What a reply consumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The documents in a reply, and what became of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<Vec<Document>>,
    /// Who generated a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated_by: Option<GeneratedBy>,
    /// Quick answers to what a reply asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestions: Option<Vec<String>>,
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Author {
    /// A person.
    Person {
        /// Who.
        user_id: Uuid,
        /// The name.
        name: String,
    },
    /// Conductor.
    Conductor {},
}

/// A stretch of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    /// Chat.
    Text {
        /// What was written.
        text: String,
    },
    /// A document, whose text is in its version.
    Document {
        /// Its place among the reply's documents, from 0.
        index: usize,
        /// Its title.
        title: String,
    },
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// A person's message: it is there.
    Sent,
    /// Conductor writes, or is about to.
    Streaming,
    /// The reply is whole.
    Completed,
    /// It was stopped; what had arrived stays.
    Stopped,
    /// The model failed.
    Failed,
    /// It broke off.
    Interrupted,
}

/// Why a reply is not whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Failure {
    /// What kind of failure: a kind of the model's, or `server_stopped`.
    pub kind: String,
    /// A sentence for people.
    pub detail: String,
    /// Whether trying again as it is may help.
    pub retryable: bool,
}

/// What a reply consumed; null is "not reported".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub prompt_tokens: Option<u64>,
    /// Prompt tokens read from the provider's cache.
    pub cached_tokens: Option<u64>,
    /// Tokens of the reply.
    pub completion_tokens: Option<u64>,
    /// Tokens spent on reasoning.
    pub reasoning_tokens: Option<u64>,
    /// Cost in millionths of the price table's currency.
    pub cost_micros: Option<u64>,
    /// Milliseconds to the first token.
    pub ttft_ms: Option<u64>,
    /// Milliseconds to the end.
    pub duration_ms: Option<u64>,
}

/// A document in a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// The stage it is for.
    pub stage: Stage,
    /// The version it became.
    pub version: Option<u32>,
    /// The hash of its text.
    pub content_hash: String,
    /// What became of it.
    pub state: DocumentState,
    /// Why it was set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// It is about to become a version.
    Pending,
    /// It is a version.
    Saved,
    /// It was not made a version; `reason` says why.
    SetAside,
    /// It broke off.
    Incomplete,
}

/// What Conductor would be given with the next message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NextContext {
    /// The blocks, in the order they would be sent.
    pub blocks: Vec<ContextBlock>,
    /// Estimated tokens of all of them.
    pub tokens: u64,
}

/// What Conductor was given for a reply.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TurnContext {
    /// The turn.
    pub turn_id: Uuid,
    /// Which attempt at the turn.
    pub attempt: u32,
    /// The model asked for.
    pub model: String,
    /// The adapter.
    pub adapter: Adapter,
    /// Everything that was given, in the order it was sent.
    pub blocks: Vec<ContextBlock>,
    /// How it was sent.
    pub parameters: Parameters,
}

/// How a prompt was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Parameters {
    /// The cache profile of the endpoint.
    pub cache_profile: String,
}

/// One block of what Conductor was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContextBlock {
    /// What it is: core, project, artefact, stage, history or message.
    pub kind: String,
    /// Whose message it was in: system, user or assistant.
    pub role: String,
    /// Where it came from.
    pub source: String,
    /// The artefact's or context's version.
    pub version: Option<u32>,
    /// Its length in bytes.
    pub bytes: u32,
    /// Its estimated tokens.
    pub tokens: u32,
    /// The hash of its text.
    pub hash: String,
    /// Its exact text.
    pub text: String,
}

/// A page of a conversation: its newest messages, or those before a cursor. A page holds whole turns.
pub async fn messages(
    pool: &PgPool,
    phase: PhaseId,
    stage: DomainStage,
    paging: Paging<i64>,
) -> Result<Messages, ProjectionError> {
    let turns = (paging.limit + 1) / 2;
    let mut page = rows::page_of(pool, phase, stage, paging.after, turns + 1).await?;
    page.reverse();
    let page = Page::cut(page, turns, |turn| turn.row.position);
    let people = People::named(pool, page.items.iter().map(|turn| turn.row.author)).await?;
    let live = rows::live_turn(pool, phase, stage).await?;
    Ok(Messages {
        items: page.items.into_iter().rev().flat_map(|turn| both(turn, &people)).collect(),
        next_cursor: page.next_cursor,
        live_turn: live.map(|live| LiveTurn {
            turn_id: live.turn_id.0,
            state: live.state.into(),
            attempt: live.attempt,
        }),
    })
}

/// A turn is a person's message and, right after it, Conductor's reply.
pub(super) fn both(turn: TurnWithTexts, people: &People) -> [Message; 2] {
    let row = &turn.row;
    let text = turn.message.clone().unwrap_or_else(|| ERASED.to_owned());
    let message = Message {
        id: row.message_id.0,
        turn_id: row.turn_id.0,
        author: Author::Person { user_id: row.author.0, name: people.name(row.author).to_owned() },
        parts: vec![Part::Text { text: text.clone() }],
        text,
        state: MessageState::Sent,
        at: row.posted_at,
        attempt: None,
        failure: None,
        usage: None,
        documents: None,
        generated_by: None,
        suggestions: None,
    };
    [message, reply(turn)]
}

fn reply(turn: TurnWithTexts) -> Message {
    let row = turn.row;
    let erased = row.reply_hash.filter(|_| turn.reply.is_none()).map(|_| ERASED.to_owned());
    let text = turn.reply.or(erased).unwrap_or_default();
    Message {
        id: row.turn_id.0,
        turn_id: row.turn_id.0,
        author: Author::Conductor {},
        parts: parts(&text, row.stage),
        text,
        state: state(row.state),
        at: row.ended_at.or(row.started_at).unwrap_or(row.posted_at),
        attempt: Some(row.attempt),
        failure: row.failure.as_ref().map(Failure::from),
        usage: row.usage.map(Usage::from),
        documents: Some(row.documents.iter().map(document).collect()),
        generated_by: row.generated_by.map(GeneratedBy::from),
        suggestions: Some(row.suggestions),
    }
}

fn parts(reply: &str, stage: DomainStage) -> Vec<Part> {
    let mut documents = 0..;
    let part = |part: extract::Part| match part.kind {
        PartKind::Text => Some(Part::Text { text: part.text }),
        PartKind::Document { title, .. } => Some(Part::Document { index: documents.next()?, title }),
    };
    extract::split(reply, stage).into_iter().filter_map(part).collect()
}

fn state(state: rows::TurnState) -> MessageState {
    match state {
        rows::TurnState::Queued | rows::TurnState::Streaming | rows::TurnState::Stopping => MessageState::Streaming,
        rows::TurnState::Completed => MessageState::Completed,
        rows::TurnState::Stopped => MessageState::Stopped,
        rows::TurnState::Failed => MessageState::Failed,
        rows::TurnState::Interrupted => MessageState::Interrupted,
    }
}

impl From<&ReplyFailure> for Failure {
    fn from(reason: &ReplyFailure) -> Self {
        match reason {
            ReplyFailure::Model { failure, detail, .. } => {
                Self { kind: word(failure), detail: detail.clone(), retryable: is_retryable(*failure) }
            }
            ReplyFailure::ServerStopped => Self {
                kind: "server_stopped".to_owned(),
                detail: "The server stopped while Conductor wrote; what had arrived is kept.".to_owned(),
                retryable: true,
            },
        }
    }
}

fn is_retryable(failure: ModelFailureKind) -> bool {
    match failure {
        ModelFailureKind::Unreachable
        | ModelFailureKind::RateLimited
        | ModelFailureKind::ServerError
        | ModelFailureKind::TimedOut
        | ModelFailureKind::Interrupted
        | ModelFailureKind::Undecodable
        | ModelFailureKind::TooLarge => true,
        ModelFailureKind::Unauthorised | ModelFailureKind::Rejected | ModelFailureKind::Blocked => false,
    }
}

/// The domain's own name of a word.
pub(super) fn word(word: &impl Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

impl From<DomainUsage> for Usage {
    fn from(usage: DomainUsage) -> Self {
        Self {
            prompt_tokens: usage.prompt_tokens,
            cached_tokens: usage.cached_tokens,
            completion_tokens: usage.completion_tokens,
            reasoning_tokens: usage.reasoning_tokens,
            cost_micros: usage.cost_micros,
            ttft_ms: usage.ttft_ms,
            duration_ms: usage.duration_ms,
        }
    }
}

fn document(row: &DocumentRow) -> Document {
    let incomplete = row.completeness == Completeness::Incomplete;
    let (state, version, reason) = match row.outcome {
        Some(DocumentOutcome::Saved { version }) if incomplete => (DocumentState::Incomplete, Some(version), None),
        Some(DocumentOutcome::Saved { version }) => (DocumentState::Saved, Some(version), None),
        Some(DocumentOutcome::SetAside { reason }) => (DocumentState::SetAside, None, Some(set_aside(reason))),
        None if incomplete => (DocumentState::Incomplete, None, None),
        None => (DocumentState::Pending, None, None),
    };
    Document {
        title: row.title.clone(),
        stage: row.stage.into(),
        version,
        content_hash: row.content.hash.to_string(),
        state,
        reason: reason.map(str::to_owned),
    }
}

pub(super) fn set_aside(reason: SetAsideReason) -> &'static str {
    match reason {
        SetAsideReason::StageApproved => "The stage is approved; reopen it first, with a reason.",
        SetAsideReason::StageLocked => "The stage is locked.",
        SetAsideReason::PhaseClosed => "The phase is over.",
        SetAsideReason::Unchanged => "The text is the latest version's already.",
        SetAsideReason::Placeholder => "The document leaves parts out (\"rest unchanged\"); ask for all of it.",
        SetAsideReason::Unusable => "The document is empty or over the limit.",
    }
}

/// What Conductor was given for the latest attempt at a turn; `None` when it was not asked yet.
pub async fn turn_context(
    pool: &PgPool,
    phase: PhaseId,
    stage: DomainStage,
    turn: TurnId,
) -> Result<Option<TurnContext>, ProjectionError> {
    Ok(rows::prompt_of(pool, phase, stage, turn).await?.map(context))
}

fn context(given: PromptGiven) -> TurnContext {
    TurnContext {
        turn_id: given.turn_id.0,
        attempt: given.attempt,
        model: given.generated_by.model,
        adapter: given.generated_by.adapter.into(),
        blocks: given.blocks.into_iter().map(block).collect(),
        parameters: Parameters { cache_profile: given.cache_profile },
    }
}

/// What Conductor would be given with a message that is not sent yet.
pub fn next_context(rendered: &RenderedPrompt) -> NextContext {
    let (manifest, texts) = rendered.manifest("");
    let blocks: Vec<_> = manifest
        .blocks
        .into_iter()
        .zip(texts)
        .map(|(shown, text)| block(GivenBlock { block: shown, text: Some(text.body().to_owned()) }))
        .collect();
    NextContext { tokens: blocks.iter().map(|block| u64::from(block.tokens)).sum(), blocks }
}

fn block(given: GivenBlock) -> ContextBlock {
    let block = given.block;
    ContextBlock {
        kind: word(&block.kind),
        role: word(&block.role),
        source: block.source,
        version: block.version,
        bytes: block.text.bytes,
        tokens: block.tokens,
        hash: block.text.hash.to_string(),
        text: given.text.unwrap_or_else(|| ERASED.to_owned()),
    }
}
