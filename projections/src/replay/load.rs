//! Reads the events of a phase, page by page: while one page is understood, the next is on its way.

use std::collections::HashMap;

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, TurnId};
use konductro_domain::stage::Stage;
use sqlx::postgres::PgRow;
use sqlx::types::Uuid;
use sqlx::{PgConnection, PgPool, Row};

use super::{PlannedTurns, ReplayError, Said, Step, Timeline, TurnsAt};
use crate::event_log::{self, Unreadable};

/// Events of one page.
const PAGE: i64 = 4_000;

/// An event as it is taken over.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) step: Step,
    /// The turn of something that was said.
    pub(crate) turn: Option<TurnId>,
}

/// Which events are the phase's is looked up in `history`; what they say is read from the events themselves. Of what was
/// said, only the turn.
const EVENTS: &str = "
SELECT h.position, e.*
  FROM (SELECT position, aggregate_type, aggregate_id, sequence
          FROM history WHERE phase_id = $1 AND position > $2 ORDER BY position LIMIT $3) h
 CROSS JOIN LATERAL (
        SELECT event_id, aggregate_type, aggregate_id, sequence, recorded_at,
               CASE WHEN aggregate_type = 'conversation' THEN (payload ->> 'turn_id')::uuid END AS turn_id,
               CASE WHEN aggregate_type <> 'conversation' THEN payload::text END AS payload,
               CASE WHEN aggregate_type <> 'conversation' THEN metadata::text END AS metadata
          FROM events e
         WHERE e.aggregate_type = h.aggregate_type AND e.aggregate_id = h.aggregate_id AND e.sequence = h.sequence
         LIMIT 1) e
 ORDER BY h.position";

pub(super) async fn events(timeline: &mut Timeline, pool: &PgPool) -> Result<(), ReplayError> {
    let mut connection = pool.acquire().await?;
    let mut rows = page(&mut connection, timeline, timeline.last_position()).await?;
    while let Some(last) = rows.last() {
        let last: i64 = last.try_get("position")?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|read| read == PAGE);
        let read = tokio::task::spawn_blocking(move || rows.iter().map(understood).collect::<Result<Vec<_>, _>>());
        rows = if is_full { page(&mut connection, timeline, last).await? } else { Vec::new() };
        let events = read.await.map_err(|error| ReplayError::Interrupted(error.to_string()))??;
        timeline.extend(events)?;
    }
    Ok(())
}

async fn page(connection: &mut PgConnection, timeline: &Timeline, after: i64) -> Result<Vec<PgRow>, sqlx::Error> {
    sqlx::query(EVENTS).bind(timeline.phase.0).bind(after).bind(PAGE).fetch_all(connection).await
}

fn understood(row: &PgRow) -> Result<Read, ReplayError> {
    let turn: Option<Uuid> = row.try_get("turn_id")?;
    let stage: Option<Stage> = match turn {
        Some(_) => row.try_get::<&str, _>("aggregate_id")?.split_once(':').and_then(|(_, stage)| stage.parse().ok()),
        None => None,
    };
    Ok(match (turn, stage) {
        (Some(turn), Some(stage)) => {
            let said = Said { position: row.try_get("position")?, stage, sequence: row.try_get("sequence")? };
            Read { step: Step::Said(said), turn: Some(TurnId(turn)) }
        }
        _ => Read { step: Step::Whole(Box::new(whole(row)?)), turn: None },
    })
}

fn whole(row: &PgRow) -> Result<Recorded<Event>, ReplayError> {
    let position: i64 = row.try_get("position")?;
    event_log::read(row)?.map_err(|reason| ReplayError::Unreadable { position, reason })
}

/// What was said, by where it stands.
const SAID: &str = "
SELECT said.position, e.*
  FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS said(position, stream, sequence)
 CROSS JOIN LATERAL (
        SELECT event_id, aggregate_type, aggregate_id, sequence, recorded_at,
               payload::text AS payload, metadata::text AS metadata
          FROM events e
         WHERE e.aggregate_type = 'conversation' AND e.aggregate_id = said.stream AND e.sequence = said.sequence
         LIMIT 1) e";

async fn said(pool: &PgPool, phase: PhaseId, wanted: &[Said]) -> Result<HashMap<i64, Recorded<Event>>, ReplayError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(SAID)
        .bind(wanted.iter().map(|said| said.position).collect::<Vec<_>>())
        .bind(wanted.iter().map(|said| format!("{phase}:{}", said.stage)).collect::<Vec<_>>())
        .bind(wanted.iter().map(|said| said.sequence).collect::<Vec<_>>())
        .fetch_all(pool)
        .await?;
    let recorded = |row: &PgRow| whole(row).map(|recorded| (recorded.position, recorded));
    rows.iter().map(recorded).collect()
}

/// An event, whole.
pub async fn event(pool: &PgPool, phase: PhaseId, step: &Step) -> Result<Recorded<Event>, ReplayError> {
    match step {
        Step::Whole(recorded) => Ok(recorded.as_ref().clone()),
        Step::Said(at) => {
            let found = said(pool, phase, &[*at]).await?.remove(&at.position);
            found.ok_or_else(|| ReplayError::Log(sqlx::Error::RowNotFound.into()))
        }
    }
}

/// Turns as they were planned, with what was said in them.
pub async fn turns(pool: &PgPool, phase: PhaseId, planned: &[PlannedTurns]) -> Result<Vec<TurnsAt>, ReplayError> {
    let wanted: Vec<Said> = planned.iter().flat_map(PlannedTurns::said).collect();
    let said = said(pool, phase, &wanted).await?;
    planned.iter().map(|planned| planned.fold(&said)).collect()
}

/// Who is a member in which roles is told by the project's own stream.
const MEMBERS: &str = "
SELECT l.position, e.payload::text AS payload
  FROM (SELECT sequence, payload FROM events
         WHERE aggregate_type = 'project' AND aggregate_id = $1
           AND event_type IN ('MemberRolesSet', 'MemberRemoved')) e
 CROSS JOIN LATERAL (
        SELECT position FROM log
         WHERE aggregate_type = 'project' AND aggregate_id = $1 AND sequence = e.sequence
         LIMIT 1) l
 WHERE l.position > $2
 ORDER BY l.position";

pub(super) async fn members(timeline: &mut Timeline, pool: &PgPool) -> Result<(), ReplayError> {
    let project = timeline.project.to_string();
    let rows = sqlx::query(MEMBERS).bind(project).bind(timeline.roles_up_to).fetch_all(pool).await?;
    for row in rows {
        let position: i64 = row.try_get("position")?;
        let event = Event::read("project", row.try_get("payload")?)
            .map_err(|reason| ReplayError::Unreadable { position, reason: Unreadable::Event(reason) })?;
        if let Event::Project(event) = event {
            timeline.extend_roles(position, &event);
        }
    }
    Ok(())
}
