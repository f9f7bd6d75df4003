//! The sealed log, read by position: what every subscription, feed and replay goes through.
//!
//! Positions are gap-free from 1. A page that has a gap is an alarm, not something to skip: whoever
//! reads on past it would lose an event for ever.

use std::collections::{BTreeMap, HashMap};

use konductro_domain::event::{Event, Recorded, Stream, UnreadableEvent};
use konductro_domain::ids::{EventId, ProjectId, UserId};
use konductro_domain::text::Hash;
use sqlx::{PgConnection, Row, postgres::PgRow};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::metadata::{Metadata, UnreadableMetadata};

/// Why the log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EventLogError {
    /// The database refused or went away.
    #[error("the log can't be read now: {0}")]
    Database(#[from] sqlx::Error),
    /// A position is missing.
    #[error("the log jumps from position {after} to {found}; stop writing and verify the log")]
    Gap {
        /// The last position before the gap.
        after: i64,
        /// The next that is there.
        found: i64,
    },
}

/// Why one event of the log can't be understood.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Its payload.
    #[error(transparent)]
    Event(#[from] UnreadableEvent),
    /// Its metadata.
    #[error(transparent)]
    Metadata(#[from] UnreadableMetadata),
    /// Its metadata is no flat map of strings.
    #[error("the event's metadata is no flat map of strings: {0}")]
    MetadataShape(serde_json::Error),
}

/// A stretch of the log; where an event can't be read, the page ends before it and says so.
#[derive(Debug)]
pub struct Page {
    /// The readable events, in order.
    pub events: Vec<Recorded<Event>>,
    /// The position and the reason of the first that is not readable.
    pub poison: Option<(i64, Unreadable)>,
}

/// Each event is looked up by its own key, `LIMIT 1`: a plain join invites a planner without statistics (a young
/// database, or one just restored) to read all of `events` for every page.
const PAGE: &str = "
SELECT l.position, e.*
  FROM (SELECT position, aggregate_type, aggregate_id, sequence
          FROM log WHERE position > $1 ORDER BY position LIMIT $2) l
 CROSS JOIN LATERAL (
        SELECT event_id, aggregate_type, aggregate_id, sequence, recorded_at,
               payload::text AS payload, metadata::text AS metadata
          FROM events e
         WHERE e.aggregate_type = l.aggregate_type AND e.aggregate_id = l.aggregate_id AND e.sequence = l.sequence
         LIMIT 1) e
 ORDER BY l.position";

/// The next events after a position.
pub async fn page(connection: &mut PgConnection, after: i64, limit: i64) -> Result<Page, EventLogError> {
    let rows = sqlx::query(PAGE).bind(after).bind(limit).fetch_all(connection).await?;
    let mut events = Vec::with_capacity(rows.len());
    for (expected, row) in (after + 1..).zip(&rows) {
        let position: i64 = row.try_get("position")?;
        if position != expected {
            return Err(EventLogError::Gap { after: expected - 1, found: position });
        }
        match read(row)? {
            Ok(event) => events.push(event),
            Err(reason) => return Ok(Page { events, poison: Some((position, reason)) }),
        }
    }
    Ok(Page { events, poison: None })
}

pub(crate) fn read(row: &PgRow) -> Result<Result<Recorded<Event>, Unreadable>, sqlx::Error> {
    let stream = Stream { aggregate_type: row.try_get("aggregate_type")?, aggregate_id: row.try_get("aggregate_id")? };
    let payload: &str = row.try_get("payload")?;
    let metadata: &str = row.try_get("metadata")?;
    let position: i64 = row.try_get("position")?;
    let event_id = EventId(row.try_get::<Uuid, _>("event_id")?);
    let sequence: i64 = row.try_get("sequence")?;
    let at: OffsetDateTime = row.try_get("recorded_at")?;
    Ok(understand(&stream.aggregate_type, payload, metadata).map(|(event, metadata)| Recorded {
        position,
        event_id,
        stream,
        sequence,
        at,
        actor: metadata.actor,
        role: metadata.role,
        credential: metadata.credential,
        causation: metadata.causation,
        correlation: metadata.correlation,
        project_id: metadata.project_id,
        phase_id: metadata.phase_id,
        event,
    }))
}

fn understand(aggregate_type: &str, payload: &str, metadata: &str) -> Result<(Event, Metadata), Unreadable> {
    let event = Event::read(aggregate_type, payload)?;
    let map: BTreeMap<String, String> = serde_json::from_str(metadata).map_err(Unreadable::MetadataShape)?;
    Ok((event, Metadata::from_map(&map)?))
}

/// The last position; 0 while the log is empty.
pub async fn head(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT coalesce(max(position), 0) FROM log").fetch_one(connection).await
}

/// The position of one event, once it is sealed.
pub async fn position_of(connection: &mut PgConnection, event_id: EventId) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT l.position
           FROM events e JOIN log l USING (aggregate_type, aggregate_id, sequence)
          WHERE e.event_id = $1",
    )
    .bind(event_id.0)
    .fetch_optional(connection)
    .await
}

/// A stored text by its hash; `None` when there is none or when it was erased.
pub async fn text(connection: &mut PgConnection, hash: &Hash) -> Result<Option<String>, sqlx::Error> {
    let body: Option<Option<String>> = sqlx::query_scalar("SELECT body FROM texts WHERE hash = $1")
        .bind(hash.bytes().as_slice())
        .fetch_optional(connection)
        .await?;
    Ok(body.flatten())
}

/// Several stored texts at once; what is unknown or erased is absent.
pub async fn texts(connection: &mut PgConnection, hashes: &[Hash]) -> Result<HashMap<Hash, String>, sqlx::Error> {
    let wanted: Vec<&[u8]> = hashes.iter().map(|hash| hash.bytes().as_slice()).collect();
    let rows = sqlx::query("SELECT hash, body FROM texts WHERE hash = ANY($1) AND body IS NOT NULL")
        .bind(wanted)
        .fetch_all(connection)
        .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let hash: &[u8] = row.try_get("hash")?;
        let hash: [u8; 32] = hash
            .try_into()
            .map_err(|source| sqlx::Error::ColumnDecode { index: "hash".to_owned(), source: Box::new(source) })?;
        found.insert(Hash::from(hash), row.try_get("body")?);
    }
    Ok(found)
}

/// Everybody who wrote to Conductor in a conversation up to an event of it: all of it led to what Conductor then wrote
/// (rule 8), whoever asked for the document in the end.
pub async fn speakers_of(
    connection: &mut PgConnection,
    conversation: &Stream,
    up_to: i64,
) -> Result<Vec<UserId>, sqlx::Error> {
    let speakers: Vec<Uuid> = sqlx::query_scalar(
        "SELECT DISTINCT (e.payload->>'author')::uuid AS speaker
           FROM events e
          WHERE e.aggregate_type = $1 AND e.aggregate_id = $2 AND e.sequence <= $3 AND e.event_type = 'MessagePosted'
          ORDER BY 1",
    )
    .bind(&conversation.aggregate_type)
    .bind(&conversation.aggregate_id)
    .bind(up_to)
    .fetch_all(connection)
    .await?;
    Ok(speakers.into_iter().map(UserId).collect())
}

/// Everybody who wrote exactly this text before, anywhere in the project (rule 8: authorship can't be shed by giving
/// the same text again): the authors of a version that holds it, and whose message led Conductor to write it where it
/// was set aside. Read from the events themselves, so it is never late.
pub async fn authors_of(
    connection: &mut PgConnection,
    project_id: ProjectId,
    content: &Hash,
) -> Result<Vec<UserId>, sqlx::Error> {
    let authors: Vec<Uuid> = sqlx::query_scalar(
        "SELECT json_array_elements_text(e.payload->'authors')::uuid AS author
           FROM events e
          WHERE e.aggregate_type = 'phase' AND e.event_type IN ('ArtefactVersionAdded', 'SubmissionKept')
            AND e.payload->'content'->>'hash' = $2 AND e.metadata->>'project' = $1
          UNION
         SELECT (reply.payload->>'asked_by')::uuid
           FROM events aside
           JOIN events reply ON reply.aggregate_type = 'conversation'
            AND reply.aggregate_id = aside.aggregate_id || ':' || (aside.payload->>'stage')
            AND reply.payload->>'turn_id' = aside.payload->>'turn_id' AND reply.payload->>'asked_by' IS NOT NULL
          WHERE aside.aggregate_type = 'phase' AND aside.event_type = 'DocumentSetAside'
            AND aside.payload->'content'->>'hash' = $2 AND aside.metadata->>'project' = $1
          ORDER BY 1",
    )
    .bind(project_id.to_string())
    .bind(content.to_string())
    .fetch_all(connection)
    .await?;
    Ok(authors.into_iter().map(UserId).collect())
}
