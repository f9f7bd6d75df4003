//! The turns of each stage's conversation: what people wrote, what Conductor replied, and what became of
//! the documents in it.
//!
//! A turn is one row from the message to the end of its last attempt. What a model was given is kept beside
//! it, one row an attempt. The text of a reply that is still being written is not here but in the live hub.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::conductor::{BlockKind, FinishKind, GeneratedBy, ModelFailureKind, PromptManifest, Usage};
use konductro_domain::conversation::{ConversationEvent, ReplyFailure, Substance, WrittenDocument};
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{MessageId, PhaseId, TurnId, UserId};
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::phase::{PhaseEvent, SetAsideReason};
use konductro_domain::stage::Stage;
use konductro_domain::text::{Hash, TextRef};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Uuid;
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, rows, streams};

mod reads;

pub use reads::{
    FinishedTurn, GivenBlock, LiveTurn, PromptGiven, TurnWithTexts, WritingTurn, finished_turns, live_turn, page_of,
    prompt_of, turn, writing_turns,
};

/// The tables of this read model.
pub const TABLES: &[&str] = &["conversation_turns", "conversation_prompts"];

/// Where a turn stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnState {
    /// Conductor has not begun.
    Queued,
    /// Conductor writes.
    Streaming,
    /// Somebody asked to stop it.
    Stopping,
    /// The reply is whole.
    Completed,
    /// It was stopped; what had arrived stays.
    Stopped,
    /// The model failed.
    Failed,
    /// It broke off: the stream, or the server.
    Interrupted,
}

impl TurnState {
    /// Whether the turn is still to end.
    pub fn is_live(self) -> bool {
        match self {
            TurnState::Queued | TurnState::Streaming | TurnState::Stopping => true,
            TurnState::Completed | TurnState::Stopped | TurnState::Failed | TurnState::Interrupted => false,
        }
    }
}

/// A person's message together with Conductor's reply to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnRow {
    /// The turn.
    pub turn_id: TurnId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// Where the message stands in the log, which is the order of turns.
    pub position: i64,
    /// The person's message.
    pub message_id: MessageId,
    /// Who wrote it.
    pub author: UserId,
    /// What was written.
    pub message_hash: Hash,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub posted_at: OffsetDateTime,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Where the turn stands.
    pub state: TurnState,
    /// Who generates, once it began.
    pub generated_by: Option<GeneratedBy>,
    /// The message as it was sent to the model, turn context included.
    pub sent_hashes: Vec<Hash>,
    /// When Conductor was asked.
    #[serde(with = "time::serde::rfc3339::option")]
    pub started_at: Option<OffsetDateTime>,
    /// The reply, or what had arrived of it.
    pub reply_hash: Option<Hash>,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// The documents in it.
    pub documents: Vec<DocumentRow>,
    /// Quick answers offered with it.
    pub suggestions: Vec<String>,
    /// How it ended, where it ended well.
    pub finish: Option<FinishKind>,
    /// Why it did not.
    pub failure: Option<ReplyFailure>,
    /// The model that the endpoint says it used.
    pub model_returned: Option<String>,
    /// What it consumed.
    pub usage: Option<Usage>,
}

/// A document in a reply, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// Its place among the reply's documents, from 0.
    pub ordinal: u32,
    /// The stage it is for.
    pub stage: Stage,
    /// Its title.
    pub title: String,
    /// Its text.
    pub content: TextRef,
    /// Whether all of it arrived.
    pub completeness: Completeness,
    /// Whether it is the document at all.
    pub substance: Substance,
    /// What became of it; `None` until then, and for ever where it broke off.
    pub outcome: Option<DocumentOutcome>,
}

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DocumentOutcome {
    /// It is a version.
    Saved {
        /// The version's number.
        version: u32,
    },
    /// It was not made a version.
    SetAside {
        /// Why.
        reason: SetAsideReason,
    },
}

/// What a model was given for one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromptRow {
    /// The turn.
    pub turn_id: TurnId,
    /// Which attempt.
    pub attempt: u32,
    /// Who generates.
    pub generated_by: GeneratedBy,
    /// Everything that was given.
    pub manifest: PromptManifest,
}

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let turns: BTreeSet<Uuid> = page.iter().filter_map(|event| turn_of(&event.event)).map(|turn| turn.0).collect();
    if turns.is_empty() {
        return Ok(Writes::default());
    }
    let keys: Vec<Uuid> = turns.into_iter().collect();
    let loaded: Vec<TurnRow> =
        rows::load(tx, "select to_jsonb(t) from conversation_turns t where turn_id = any($1)", &keys).await?;
    let mut changes =
        Changes { turns: loaded.into_iter().map(|row| (row.turn_id, row)).collect(), prompts: BTreeMap::new() };
    for recorded in page {
        match &recorded.event {
            Event::Conversation(event) => changes.apply(recorded, event)?,
            Event::Phase(event) => changes.note_outcome(event),
            Event::Workspace(_) | Event::Project(_) | Event::StoryReview(_) | Event::Story(_) => {}
        }
    }
    let mut writes = Writes::default();
    writes.add(STORE_TURNS, &changes.turns.into_values().collect::<Vec<_>>())?;
    writes.add(STORE_PROMPTS, &changes.prompts.into_values().collect::<Vec<_>>())?;
    Ok(writes)
}

const STORE_TURNS: &str = "insert into conversation_turns \
    select * from jsonb_populate_recordset(null::conversation_turns, $rows) \
    on conflict (turn_id) do update set attempt = excluded.attempt, state = excluded.state, \
    generated_by = excluded.generated_by, sent_hashes = excluded.sent_hashes, started_at = excluded.started_at, \
    reply_hash = excluded.reply_hash, ended_at = excluded.ended_at, documents = excluded.documents, \
    suggestions = excluded.suggestions, finish = excluded.finish, failure = excluded.failure, \
    model_returned = excluded.model_returned, usage = excluded.usage";
const STORE_PROMPTS: &str = "insert into conversation_prompts \
    select * from jsonb_populate_recordset(null::conversation_prompts, $rows)";

/// The turn that an event changes.
pub(crate) fn turn_of(event: &Event) -> Option<TurnId> {
    match event {
        Event::Conversation(
            ConversationEvent::MessagePosted { turn_id, .. }
            | ConversationEvent::ReplyStarted { turn_id, .. }
            | ConversationEvent::ReplyStopRequested { turn_id }
            | ConversationEvent::ReplyCompleted { turn_id, .. }
            | ConversationEvent::ReplyStopped { turn_id, .. }
            | ConversationEvent::ReplyFailed { turn_id, .. }
            | ConversationEvent::TurnRetried { turn_id, .. },
        )
        | Event::Phase(PhaseEvent::DocumentSetAside { turn_id, .. }) => Some(*turn_id),
        Event::Phase(PhaseEvent::ArtefactVersionAdded { turn_id, .. }) => *turn_id,
        Event::Phase(_) | Event::Workspace(_) | Event::Project(_) | Event::StoryReview(_) | Event::Story(_) => None,
    }
}

/// What a page adds and changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    pub(crate) turns: BTreeMap<TurnId, TurnRow>,
    prompts: BTreeMap<(TurnId, u32), PromptRow>,
}

impl Changes {
    pub(crate) fn apply(
        &mut self,
        recorded: &Recorded<Event>,
        event: &ConversationEvent,
    ) -> Result<(), ProjectionError> {
        let (phase_id, stage) = streams::conversation_of(&recorded.stream)?;
        match event {
            ConversationEvent::MessagePosted { message_id, turn_id, author, text, .. } => {
                let row = TurnRow {
                    turn_id: *turn_id,
                    phase_id,
                    stage,
                    position: recorded.position,
                    message_id: *message_id,
                    author: *author,
                    message_hash: text.hash,
                    posted_at: recorded.at,
                    attempt: 1,
                    state: TurnState::Queued,
                    generated_by: None,
                    sent_hashes: Vec::new(),
                    started_at: None,
                    reply_hash: None,
                    ended_at: None,
                    documents: Vec::new(),
                    suggestions: Vec::new(),
                    finish: None,
                    failure: None,
                    model_returned: None,
                    usage: None,
                };
                self.turns.insert(*turn_id, row);
            }
            ConversationEvent::ReplyStarted { turn_id, attempt, generated_by, prompt } => {
                let row = self.turn(recorded, *turn_id)?;
                row.state = TurnState::Streaming;
                row.attempt = *attempt;
                row.generated_by = Some(generated_by.clone());
                row.started_at = Some(recorded.at);
                row.sent_hashes = prompt
                    .blocks
                    .iter()
                    .filter(|block| block.kind == BlockKind::Message)
                    .map(|block| block.text.hash)
                    .collect();
                let prompt = PromptRow {
                    turn_id: *turn_id,
                    attempt: *attempt,
                    generated_by: generated_by.clone(),
                    manifest: prompt.clone(),
                };
                self.prompts.insert((*turn_id, *attempt), prompt);
            }
            ConversationEvent::ReplyStopRequested { turn_id } => {
                self.turn(recorded, *turn_id)?.state = TurnState::Stopping;
            }
            ConversationEvent::ReplyCompleted {
                turn_id,
                text,
                documents,
                suggestions,
                finish,
                usage,
                model_returned,
                generated_by,
                ..
            } => {
                let row = self.turn(recorded, *turn_id)?;
                row.end(recorded, TurnState::Completed, text, documents, (generated_by, usage));
                row.suggestions.clone_from(suggestions);
                row.finish = Some(*finish);
                row.model_returned.clone_from(model_returned);
            }
            ConversationEvent::ReplyStopped { turn_id, text, documents, usage, generated_by, .. } => {
                let row = self.turn(recorded, *turn_id)?;
                row.end(recorded, TurnState::Stopped, text, documents, (generated_by, usage));
            }
            ConversationEvent::ReplyFailed { turn_id, reason, text, documents, usage, generated_by, .. } => {
                let row = self.turn(recorded, *turn_id)?;
                row.end(recorded, state_after(reason), text, documents, (generated_by, usage));
                row.failure = Some(reason.clone());
            }
            ConversationEvent::TurnRetried { turn_id, attempt } => self.turn(recorded, *turn_id)?.begin_again(*attempt),
        }
        Ok(())
    }

    fn turn(&mut self, recorded: &Recorded<Event>, turn_id: TurnId) -> Result<&mut TurnRow, ProjectionError> {
        self.turns.get_mut(&turn_id).ok_or_else(|| ProjectionError::OutOfOrder {
            position: recorded.position,
            missing: format!("turn {turn_id}"),
        })
    }

    /// Notes what became of a document. An old attempt's document is gone from the row, and is left alone.
    pub(crate) fn note_outcome(&mut self, event: &PhaseEvent) {
        let (turn_id, ordinal, content, outcome) = match event {
            PhaseEvent::ArtefactVersionAdded {
                turn_id: Some(turn_id),
                ordinal: Some(ordinal),
                content,
                version,
                ..
            } => (turn_id, ordinal, content, DocumentOutcome::Saved { version: *version }),
            PhaseEvent::DocumentSetAside { turn_id, ordinal, content, reason, .. } => {
                (turn_id, ordinal, content, DocumentOutcome::SetAside { reason: *reason })
            }
            _ => return,
        };
        let documents = self.turns.get_mut(turn_id).map(|row| row.documents.as_mut_slice()).unwrap_or_default();
        for document in documents.iter_mut().filter(|it| it.ordinal == *ordinal && it.content.hash == content.hash) {
            document.outcome = Some(outcome);
        }
    }
}

fn state_after(reason: &ReplyFailure) -> TurnState {
    match reason {
        ReplyFailure::ServerStopped | ReplyFailure::Model { failure: ModelFailureKind::Interrupted, .. } => {
            TurnState::Interrupted
        }
        ReplyFailure::Model { .. } => TurnState::Failed,
    }
}

impl TurnRow {
    fn end(
        &mut self,
        recorded: &Recorded<Event>,
        state: TurnState,
        text: &TextRef,
        documents: &[WrittenDocument],
        (generated_by, usage): (&GeneratedBy, &Usage),
    ) {
        self.state = state;
        self.reply_hash = Some(text.hash);
        self.ended_at = Some(recorded.at);
        self.documents = documents.iter().map(DocumentRow::written).collect();
        self.generated_by = Some(generated_by.clone());
        self.usage = Some(*usage);
    }

    fn begin_again(&mut self, attempt: u32) {
        self.attempt = attempt;
        self.state = TurnState::Queued;
        self.generated_by = None;
        self.sent_hashes.clear();
        self.started_at = None;
        self.reply_hash = None;
        self.ended_at = None;
        self.documents.clear();
        self.suggestions.clear();
        self.finish = None;
        self.failure = None;
        self.model_returned = None;
        self.usage = None;
    }
}

impl DocumentRow {
    fn written(document: &WrittenDocument) -> Self {
        Self {
            ordinal: document.ordinal,
            stage: document.stage,
            title: document.title.clone(),
            content: document.content,
            completeness: document.completeness,
            substance: document.substance,
            outcome: None,
        }
    }
}
