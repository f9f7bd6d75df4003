//! Threads beside artefacts, with their answers. A change request is one from the start, under the same id: this holds
//! its place and which versions say that they answer it; whether it blocks is in `artefact_versions`.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::artefact::anchor::Anchor;
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, ThreadId, UserId};
use konductro_domain::phase::PhaseEvent;
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use sqlx::types::{Json, Uuid};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, rows, streams};

/// The tables of this read model.
pub const TABLES: &[&str] = &["threads", "thread_replies"];

/// One thread, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadRow {
    /// The thread.
    pub thread_id: ThreadId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// The version it was opened beside.
    pub version: u32,
    /// The place in that version.
    pub anchor: Anchor,
    /// Who opened it.
    pub opened_by: UserId,
    /// What was said.
    pub text_hash: Hash,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it is a change request.
    pub is_change_request: bool,
    /// The versions that say they answer it, where it is one.
    pub answered_in: Vec<u32>,
    /// When it was declared settled.
    #[serde(with = "time::serde::rfc3339::option")]
    pub resolved_at: Option<OffsetDateTime>,
    /// Who did.
    pub resolved_by: Option<UserId>,
}

/// One answer, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyRow {
    /// Where it stands in the log.
    pub position: i64,
    /// The thread.
    pub thread_id: ThreadId,
    /// Who.
    pub author: UserId,
    /// What was answered.
    pub text_hash: Hash,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let events: Vec<_> = page
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::Phase(event) => Some((recorded, event)),
            Event::Workspace(_)
            | Event::Project(_)
            | Event::Conversation(_)
            | Event::StoryReview(_)
            | Event::Story(_) => None,
        })
        .collect();
    let touched: BTreeSet<Uuid> = events.iter().filter_map(|(_, event)| thread_of(event)).map(|id| id.0).collect();
    let touched: Vec<Uuid> = touched.into_iter().collect();
    let before: Vec<ThreadRow> =
        rows::load(tx, "select to_jsonb(t) from threads t where thread_id = any($1)", &touched).await?;
    let mut threads: BTreeMap<_, _> = before.into_iter().map(|row| (row.thread_id, row)).collect();
    let mut replies = Vec::new();
    for (recorded, event) in events {
        if let Some(opened) = opened(recorded, event, streams::phase_of(&recorded.stream)?) {
            threads.insert(opened.thread_id, opened);
        } else if let Some(row) = thread_of(event).and_then(|id| threads.get_mut(&id)) {
            replies.extend(note(row, recorded, event));
        }
    }
    let mut writes = Writes::default();
    writes.add(STORE_THREADS, &threads.into_values().collect::<Vec<_>>())?;
    writes.add(ADD_REPLIES, &replies)?;
    Ok(writes)
}

/// The thread that an event is about.
fn thread_of(event: &PhaseEvent) -> Option<ThreadId> {
    match event {
        PhaseEvent::ThreadOpened { thread_id, .. }
        | PhaseEvent::ThreadReplied { thread_id, .. }
        | PhaseEvent::ThreadResolved { thread_id, .. }
        | PhaseEvent::ThreadReopened { thread_id, .. } => Some(*thread_id),
        PhaseEvent::ChangesRequested { change_request_id, .. }
        | PhaseEvent::ChangeRequestPlaced { change_request_id, .. }
        | PhaseEvent::ChangeRequestAnswered { change_request_id, .. } => Some(ThreadId::of(*change_request_id)),
        _ => None,
    }
}

fn opened(recorded: &Recorded<Event>, event: &PhaseEvent, phase_id: PhaseId) -> Option<ThreadRow> {
    let (thread_id, stage, version, opened_by, anchor, text, is_change_request) = match event {
        PhaseEvent::ThreadOpened { thread_id, stage, version, opened_by, anchor, text } => {
            (*thread_id, *stage, *version, *opened_by, anchor.clone(), *text, false)
        }
        PhaseEvent::ChangesRequested { change_request_id, stage, version, requested_by, reason, .. } => {
            (ThreadId::of(*change_request_id), *stage, *version, *requested_by, Anchor::Whole, *reason, true)
        }
        _ => return None,
    };
    Some(ThreadRow {
        thread_id,
        phase_id,
        stage,
        version,
        anchor,
        opened_by,
        text_hash: text.hash,
        at: recorded.at,
        is_change_request,
        answered_in: Vec::new(),
        resolved_at: None,
        resolved_by: None,
    })
}

/// Notes an event in its thread; gives the answer, where it is one.
fn note(row: &mut ThreadRow, recorded: &Recorded<Event>, event: &PhaseEvent) -> Option<ReplyRow> {
    match event {
        PhaseEvent::ChangeRequestPlaced { anchor, .. } => row.anchor = anchor.clone(),
        PhaseEvent::ChangeRequestAnswered { version, .. } => row.answered_in.push(*version),
        PhaseEvent::ThreadResolved { resolved_by, .. } => {
            (row.resolved_at, row.resolved_by) = (Some(recorded.at), Some(*resolved_by));
        }
        PhaseEvent::ThreadReopened { .. } => (row.resolved_at, row.resolved_by) = (None, None),
        PhaseEvent::ThreadReplied { thread_id, author, text, .. } => {
            return Some(ReplyRow {
                position: recorded.position,
                thread_id: *thread_id,
                author: *author,
                text_hash: text.hash,
                at: recorded.at,
            });
        }
        _ => {}
    }
    None
}

const STORE_THREADS: &str = "insert into threads select * from jsonb_populate_recordset(null::threads, $rows) \
    on conflict (thread_id) do update set anchor = excluded.anchor, answered_in = excluded.answered_in, \
    resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by";
const ADD_REPLIES: &str = "insert into thread_replies \
    select * from jsonb_populate_recordset(null::thread_replies, $rows) on conflict (position) do nothing";

/// A thread with its words; what was erased is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ThreadWithWords {
    /// The thread.
    #[serde(flatten)]
    pub row: ThreadRow,
    /// What was said.
    pub text: Option<String>,
    /// The heading or quote that names its place.
    pub place: Option<String>,
    /// Its answers, oldest first.
    pub replies: Vec<ReplyWithWords>,
}

/// An answer with its words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReplyWithWords {
    /// The answer.
    #[serde(flatten)]
    pub row: ReplyRow,
    /// Its words; `None` once they were erased.
    pub text: Option<String>,
}

impl ThreadWithWords {
    /// The heading, id or quote that it is about; `None` for the whole text, and once the words were erased.
    pub fn place_in_words(&self) -> Option<String> {
        match &self.row.anchor {
            Anchor::Whole => None,
            Anchor::Item { id } => Some(id.clone()),
            Anchor::Section { .. } | Anchor::Quote { .. } => self.place.clone(),
        }
    }
}

/// Every thread of a phase, oldest first.
pub async fn of_phase(pool: &PgPool, phase: PhaseId) -> Result<Vec<ThreadWithWords>, ProjectionError> {
    let statement = format!("{SELECT} where t.phase_id = $1 order by t.at, t.thread_id");
    let rows: Vec<Json<ThreadWithWords>> = sqlx::query_scalar(&statement).bind(phase.0).fetch_all(pool).await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// One thread.
pub async fn thread(pool: &PgPool, thread: ThreadId) -> Result<Option<ThreadWithWords>, ProjectionError> {
    let statement = format!("{SELECT} where t.thread_id = $1");
    let row: Option<Json<ThreadWithWords>> = sqlx::query_scalar(&statement).bind(thread.0).fetch_optional(pool).await?;
    Ok(row.map(|Json(row)| row))
}

const SELECT: &str = "select to_jsonb(t) || jsonb_build_object( \
    'text', (select body from texts where hash = decode(t.text_hash, 'hex')), \
    'place', (select body from texts where hash = decode(coalesce( \
        t.anchor -> 'words' ->> 'hash', t.anchor -> 'heading' ->> 'hash'), 'hex')), \
    'replies', (select coalesce(jsonb_agg(to_jsonb(r) || jsonb_build_object('text', \
        (select body from texts where hash = decode(r.text_hash, 'hex'))) order by r.position), '[]') \
        from thread_replies r where r.thread_id = t.thread_id)) \
    from threads t";
