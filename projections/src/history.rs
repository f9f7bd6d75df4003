//! Every event of a phase, in the order of the log: of the phase itself and of its conversations.
//!
//! What replay, the history page and an auditor step through. Rows are only ever added.

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{EventId, PhaseId, UserId};
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::workspace::WorkspaceEvent;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, streams};

/// The tables of this read model.
pub const TABLES: &[&str] = &["history"];

/// One event of a phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow {
    /// The place in the log.
    pub position: i64,
    /// The phase.
    pub phase_id: PhaseId,
    /// The event's own id.
    pub event_id: EventId,
    /// Its name.
    pub event_type: String,
    /// When it was decided.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who caused it.
    pub actor: Actor,
    /// The role acted in.
    pub role: Option<Role>,
    /// The credential of the person who acted.
    pub credential: Option<Credential>,
    /// The stream's type.
    pub aggregate_type: String,
    /// The stream's id.
    pub aggregate_id: String,
    /// The place in its stream.
    pub sequence: i64,
    /// What happened.
    pub payload: Event,
}

/// Folds a page of events.
pub async fn project(_: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut added = Vec::new();
    for event in page {
        if let Some(phase_id) = phase_of(event)? {
            added.push(HistoryRow::of(event, phase_id));
        }
    }
    let mut writes = Writes::default();
    writes.add("insert into history select * from jsonb_populate_recordset(null::history, $rows)", &added)?;
    Ok(writes)
}

fn phase_of(event: &Recorded<Event>) -> Result<Option<PhaseId>, ProjectionError> {
    match &event.event {
        Event::Phase(_) => streams::phase_of(&event.stream).map(Some),
        Event::Conversation(_) => streams::conversation_of(&event.stream).map(|(phase, _)| Some(phase)),
        // What becomes of a phase's stories is part of the phase's history.
        Event::StoryReview(_) | Event::Story(_) => Ok(event.phase_id),
        // That a text of the phase was erased.
        Event::Workspace(WorkspaceEvent::TextErased { .. }) => Ok(event.phase_id),
        Event::Workspace(_) | Event::Project(_) => Ok(None),
    }
}

impl HistoryRow {
    /// The row of an event.
    pub fn of(event: &Recorded<Event>, phase_id: PhaseId) -> Self {
        Self {
            position: event.position,
            phase_id,
            event_id: event.event_id,
            event_type: event.event.name(),
            at: event.at,
            actor: event.actor,
            role: event.role,
            credential: event.credential,
            aggregate_type: event.stream.aggregate_type.clone(),
            aggregate_id: event.stream.aggregate_id.clone(),
            sequence: event.sequence,
            payload: event.event.clone(),
        }
    }
}

/// Which of a phase's events are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only those of these names.
    pub types: Option<Vec<String>>,
    /// Only those that this person caused.
    pub person: Option<UserId>,
}

/// The events of a phase after a position, oldest first.
pub async fn of_phase(
    pool: &PgPool,
    phase: PhaseId,
    wanted: &Wanted,
    after: i64,
    limit: i64,
) -> Result<Vec<HistoryRow>, ProjectionError> {
    let rows: Vec<Json<HistoryRow>> = sqlx::query_scalar(
        "select to_jsonb(h) from history h where phase_id = $1 and position > $2 \
             and ($4::text[] is null or event_type = any($4)) and ($5::text is null or actor ->> 'user_id' = $5) \
         order by position limit $3",
    )
    .bind(phase.0)
    .bind(after)
    .bind(limit)
    .bind(&wanted.types)
    .bind(wanted.person.map(|person| person.to_string()))
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// Why a stage was last opened again; `None` when it never was, or the reason was erased.
pub async fn reason_of_reopening(
    pool: &PgPool,
    phase: PhaseId,
    stage: Stage,
) -> Result<Option<String>, ProjectionError> {
    let reason: Option<Option<String>> = sqlx::query_scalar(
        "select t.body from history h \
         left join texts t on t.hash = decode(h.payload -> 'reason' ->> 'hash', 'hex') \
         where h.phase_id = $1 and h.event_type = 'StageReopened' and h.payload ->> 'stage' = $2 \
         order by h.position desc limit 1",
    )
    .bind(phase.0)
    .bind(stage.as_str())
    .fetch_optional(pool)
    .await?;
    Ok(reason.flatten())
}
