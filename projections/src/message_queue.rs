//! Messages that wait for a reply to end, and what became of those that waited.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::conversation::{ConversationEvent, QueueReturn};
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{MessageId, PhaseId, TurnId, UserId};
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use sqlx::types::{Json, Uuid};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, rows, streams};

/// The tables of this read model.
pub const TABLES: &[&str] = &["conversation_queue"];

/// Where a message that waited stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueState {
    /// It waits.
    Waiting,
    /// It was sent.
    Sent,
    /// It was taken back.
    Cancelled,
    /// Its author has it back, unsent.
    Returned,
}

/// A message that waits, or waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRow {
    /// The message.
    pub message_id: MessageId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// The turn that it will begin.
    pub turn_id: TurnId,
    /// Who wrote it.
    pub author: UserId,
    /// What was written.
    pub message_hash: Hash,
    /// Where it stands in the log.
    pub position: i64,
    /// When it was written.
    #[serde(with = "time::serde::rfc3339")]
    pub queued_at: OffsetDateTime,
    /// Where it stands.
    pub state: QueueState,
    /// Why it was given back.
    pub reason: Option<QueueReturn>,
}

const STORE: &str = "insert into conversation_queue \
    select * from jsonb_populate_recordset(null::conversation_queue, $rows) \
    on conflict (message_id) do update set state = excluded.state, reason = excluded.reason";

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let messages: BTreeSet<Uuid> = page.iter().filter_map(|event| message_of(&event.event)).map(|id| id.0).collect();
    let mut writes = Writes::default();
    if messages.is_empty() {
        return Ok(writes);
    }
    let keys: Vec<Uuid> = messages.into_iter().collect();
    let loaded: Vec<QueueRow> =
        rows::load(tx, "select to_jsonb(q) from conversation_queue q where message_id = any($1)", &keys).await?;
    let mut queue: BTreeMap<MessageId, QueueRow> = loaded.into_iter().map(|row| (row.message_id, row)).collect();
    for recorded in page {
        if let Event::Conversation(event) = &recorded.event {
            apply(&mut queue, recorded, event)?;
        }
    }
    writes.add(STORE, &queue.into_values().collect::<Vec<_>>())?;
    Ok(writes)
}

fn message_of(event: &Event) -> Option<MessageId> {
    match event {
        Event::Conversation(
            ConversationEvent::MessagePosted { message_id, .. }
            | ConversationEvent::MessageQueued { message_id, .. }
            | ConversationEvent::QueuedMessageCancelled { message_id, .. }
            | ConversationEvent::QueuedMessageReturned { message_id, .. },
        ) => Some(*message_id),
        _ => None,
    }
}

fn apply(
    queue: &mut BTreeMap<MessageId, QueueRow>,
    recorded: &Recorded<Event>,
    event: &ConversationEvent,
) -> Result<(), ProjectionError> {
    let (message_id, state, reason) = match event {
        ConversationEvent::MessageQueued { message_id, turn_id, author, text, .. } => {
            let (phase_id, stage) = streams::conversation_of(&recorded.stream)?;
            let row = QueueRow {
                message_id: *message_id,
                phase_id,
                stage,
                turn_id: *turn_id,
                author: *author,
                message_hash: text.hash,
                position: recorded.position,
                queued_at: recorded.at,
                state: QueueState::Waiting,
                reason: None,
            };
            queue.insert(*message_id, row);
            return Ok(());
        }
        // Most messages never waited, and have no row.
        ConversationEvent::MessagePosted { message_id, .. } => (message_id, QueueState::Sent, None),
        ConversationEvent::QueuedMessageCancelled { message_id, .. } => (message_id, QueueState::Cancelled, None),
        ConversationEvent::QueuedMessageReturned { message_id, reason, .. } => {
            (message_id, QueueState::Returned, Some(*reason))
        }
        _ => return Ok(()),
    };
    if let Some(row) = queue.get_mut(message_id) {
        (row.state, row.reason) = (state, reason);
    }
    Ok(())
}

/// A message that waits or was given back, with its words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct QueuedWithText {
    /// The message.
    #[serde(flatten)]
    pub row: QueueRow,
    /// What was written; `None` once it was erased.
    pub text: Option<String>,
}

/// What waits in a conversation, and what this person has back from it and did not write again since.
pub async fn of_conversation(
    pool: &PgPool,
    phase: PhaseId,
    stage: Stage,
    reader: UserId,
) -> Result<Vec<QueuedWithText>, ProjectionError> {
    let rows: Vec<Json<QueuedWithText>> = sqlx::query_scalar(
        "select to_jsonb(q) || jsonb_build_object('text', m.body) \
         from conversation_queue q left join texts m on m.hash = decode(q.message_hash, 'hex') \
         where q.phase_id = $1 and q.stage = $2 and (q.state = 'waiting' or (q.state = 'returned' and q.author = $3 \
           and not exists (select from conversation_queue later where later.phase_id = q.phase_id \
             and later.stage = q.stage and later.author = q.author and later.position > q.position) \
           and not exists (select from conversation_turns later where later.phase_id = q.phase_id \
             and later.stage = q.stage and later.author = q.author and later.position > q.position))) \
         order by q.position",
    )
    .bind(phase.0)
    .bind(stage.as_str())
    .bind(reader.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}
