//! The repository under cqrs-es's event store: one value for each command.
//!
//! Opening it is one query that brings receipt, snapshot, the events after it and the stream's head
//! from one moment (of a stream that is known already: only the events after that); what cqrs-es asks for
//! afterwards is answered from that. `persist` is one statement, on the same connection. Plain reads that no
//! command needs are postgres-es's own.

use std::sync::{Arc, Mutex as Slot, PoisonError};

use cqrs_es::Aggregate;
use cqrs_es::persist::{PersistedEventRepository, PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
use konductro_domain::ids::EventId;
use konductro_domain::text::Text;
use konductro_projections::metadata::Metadata;
use postgres_es::PostgresEventRepository;
use serde_json::{Value, json};
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, Row};
use time::OffsetDateTime;
use tokio::sync::Mutex;

use super::fences::FenceCheck;
use super::leaf::{NO_EVENT, canonical};
use super::receipts::{self, Receipt, Stored};
use super::snapshots;
use super::statement::{Append, AppendError, Beside, Head, NewJob};

const LOAD: &str = "
SELECT s.last_sequence AS snapshot_sequence, s.payload AS snapshot,
       tail.sequences, tail.types, tail.versions, tail.payloads,
       coalesce(head.sequence, 0) AS head_sequence, head.leaf_hash AS head_hash,
       r.fingerprint, r.result, r.aggregate_id AS receipt_stream, r.first_sequence, r.last_sequence, r.answer
  FROM (VALUES (1)) AS one
  LEFT JOIN snapshots s ON s.aggregate_type = $1 AND s.aggregate_id = $2 AND s.format = $3 AND s.last_sequence > $6
  LEFT JOIN receipts r ON r.scope = $4 AND r.key = $5
  LEFT JOIN LATERAL (
        SELECT sequence, leaf_hash FROM events
         WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence DESC LIMIT 1
       ) head ON true
  LEFT JOIN LATERAL (
        SELECT array_agg(sequence ORDER BY sequence) AS sequences, array_agg(event_type ORDER BY sequence) AS types,
               array_agg(event_version ORDER BY sequence) AS versions, array_agg(payload::text ORDER BY sequence) AS payloads
          FROM events
         WHERE aggregate_type = $1 AND aggregate_id = $2 AND sequence > coalesce(s.last_sequence, $6)
       ) tail ON true";

/// What a command commits besides what it decides.
#[derive(Debug, Clone)]
pub struct Commit {
    /// One id for each event, in order.
    pub event_ids: Vec<EventId>,
    /// When it was decided.
    pub recorded_at: OffsetDateTime,
    /// Who, why, and what it belongs to.
    pub metadata: Metadata,
    /// Texts; only those that an event names are stored.
    pub texts: Vec<Text>,
    /// What the command relied on.
    pub fences: Vec<FenceCheck>,
    /// Work to be enqueued.
    pub jobs: Vec<NewJob>,
    /// The receipt, where a repeat must be recognised.
    pub receipt: Option<Receipt>,
}

/// One command's view of one stream.
#[derive(Clone)]
pub struct EventRepository {
    inner: Arc<Inner>,
}

struct Inner {
    aggregate_id: String,
    pool: PgPool,
    /// The connection that the stream was loaded on, to append on.
    connection: Mutex<Option<PoolConnection<Postgres>>>,
    plain: PostgresEventRepository,
    head: Head,
    /// The sequence after which it was loaded: 0 for a whole stream.
    after: i64,
    snapshot: Option<(i64, Value)>,
    tail: Vec<SerializedEvent>,
    stored: Option<Stored>,
    commit: Slot<Option<Commit>>,
    appended: Slot<Option<Head>>,
    failure: Slot<Option<AppendError>>,
}

impl EventRepository {
    /// Loads a stream from one moment, together with the receipt where a key is given; only what is newer
    /// than `known`, where the caller has the stream up to there.
    pub(crate) async fn open<A: Aggregate>(
        pool: &PgPool,
        aggregate_id: &str,
        receipt: Option<&Receipt>,
        known: Option<Head>,
    ) -> Result<Self, sqlx::Error> {
        let after = known.map_or(0, |known| known.sequence);
        let (connection, row) = load::<A>(pool, aggregate_id, receipt, after).await?;
        let mut opened = Self::fresh(pool, aggregate_id, head(&row)?);
        opened.after = after;
        opened.connection = Mutex::new(Some(connection));
        opened.snapshot = Option::zip(row.try_get("snapshot_sequence")?, row.try_get("snapshot")?);
        opened.tail = tail::<A>(aggregate_id, &row)?;
        opened.stored = stored(&row)?;
        Ok(Self { inner: Arc::new(opened) })
    }

    /// A stream whose head is taken for granted: nothing is read, and an append is refused if it was wrong.
    pub(crate) fn at(pool: &PgPool, aggregate_id: &str, head: Head) -> Self {
        Self { inner: Arc::new(Self::fresh(pool, aggregate_id, head)) }
    }

    fn fresh(pool: &PgPool, aggregate_id: &str, head: Head) -> Inner {
        Inner {
            aggregate_id: aggregate_id.to_owned(),
            pool: pool.clone(),
            connection: Mutex::new(None),
            plain: PostgresEventRepository::new(pool.clone()),
            head,
            after: 0,
            snapshot: None,
            tail: Vec::new(),
            stored: None,
            commit: Slot::new(None),
            appended: Slot::new(None),
            failure: Slot::new(None),
        }
    }

    /// Where the stream ended when it was loaded.
    pub(crate) fn head(&self) -> Head {
        self.inner.head
    }

    /// Where it ends now that events were appended; told once.
    pub(crate) fn appended(&self) -> Option<Head> {
        held(&self.inner.appended).take()
    }

    /// Whether what was loaded goes on from there: not where a snapshot is newer, and not where the database is
    /// older than what is known (it was restored).
    pub(crate) fn continues(&self, known: Head) -> bool {
        let head = self.inner.head;
        self.inner.snapshot.is_none() && (head == known || head.sequence > known.sequence)
    }

    /// The events after what is known, or after the snapshot.
    pub(crate) fn tail(&self) -> &[SerializedEvent] {
        &self.inner.tail
    }

    /// Says what the next `persist` commits besides the events.
    pub fn prepare(&self, commit: Commit) {
        *held(&self.inner.commit) = Some(commit);
    }

    /// The receipt that was there already.
    pub fn stored(&self) -> Option<&Stored> {
        self.inner.stored.as_ref()
    }

    /// The sequence of the snapshot that was loaded; 0 where there is none.
    pub(crate) fn snapshot_sequence(&self) -> i64 {
        self.inner.snapshot.as_ref().map_or(0, |(sequence, _)| *sequence)
    }

    /// Why `persist` failed, in our own words; told once.
    pub(crate) fn failure(&self) -> Option<AppendError> {
        held(&self.inner.failure).take()
    }

    async fn append<A: Aggregate>(&self, events: &[SerializedEvent]) -> Result<(), AppendError> {
        let Some(commit) = held(&self.inner.commit).take() else {
            return Err(AppendError::Unprepared);
        };
        let payloads =
            commit.event_ids.iter().zip(events).map(|(id, event)| {
                (id.0, event.event_type.clone(), event.event_version.clone(), event.payload.clone())
            });
        let beside = Beside {
            texts: &commit.texts,
            fences: &commit.fences,
            jobs: &commit.jobs,
            receipt: commit.receipt.as_ref(),
        };
        let stream = (A::TYPE, self.inner.aggregate_id.as_str());
        let metadata = canonical(&json!(commit.metadata.to_map()));
        let append = Append::new(stream, self.inner.head, commit.recorded_at, metadata, payloads, beside)?;
        let mut slot = self.inner.connection.lock().await;
        let connection = match slot.as_mut() {
            Some(connection) => connection,
            None => slot.insert(self.inner.pool.acquire().await.map_err(AppendError::Database)?),
        };
        append.run(connection).await?;
        *held(&self.inner.appended) = append.head();
        Ok(())
    }
}

impl PersistedEventRepository for EventRepository {
    async fn get_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.inner.plain.get_events::<A>(aggregate_id).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let wanted = i64::try_from(last_sequence).ok();
        if aggregate_id == self.inner.aggregate_id && wanted == Some(self.snapshot_sequence().max(self.inner.after)) {
            return Ok(self.inner.tail.clone());
        }
        // The snapshot could not be read: cqrs-es folds the stream from its beginning.
        self.inner.plain.get_last_events::<A>(aggregate_id, last_sequence).await
    }

    async fn get_snapshot<A: Aggregate>(
        &self,
        aggregate_id: &str,
    ) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Ok(self.inner.snapshot.as_ref().map(|(sequence, aggregate)| SerializedSnapshot {
            aggregate_id: aggregate_id.to_owned(),
            aggregate: aggregate.clone(),
            current_sequence: usize::try_from(*sequence).unwrap_or(0),
            current_snapshot: 1,
        }))
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        _snapshot: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        self.append::<A>(events).await.map_err(|failure| {
            let told = match &failure {
                AppendError::Conflict => PersistenceError::OptimisticLockError,
                other => PersistenceError::UnknownError(other.to_string().into()),
            };
            *held(&self.inner.failure) = Some(failure);
            told
        })
    }

    async fn stream_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<ReplayStream, PersistenceError> {
        self.inner.plain.stream_events::<A>(aggregate_id).await
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        self.inner.plain.stream_all_events::<A>().await
    }
}

/// A connection that was lost while it lay in the pool shows at its first use: reading again is safe.
async fn load<A: Aggregate>(
    pool: &PgPool,
    aggregate_id: &str,
    receipt: Option<&Receipt>,
    after: i64,
) -> Result<(PoolConnection<Postgres>, PgRow), sqlx::Error> {
    let mut lost = None;
    for _ in 0..3 {
        let mut connection = pool.acquire().await?;
        let loaded = sqlx::query(LOAD)
            .bind(A::TYPE)
            .bind(aggregate_id)
            .bind(snapshots::FORMAT)
            .bind(receipt.map(|receipt| receipt.scope.as_str()))
            .bind(receipt.map(|receipt| receipt.key.as_str()))
            .bind(after)
            .fetch_one(&mut *connection)
            .await;
        match loaded {
            Ok(row) => return Ok((connection, row)),
            Err(error @ sqlx::Error::Io(_)) => lost = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(lost.unwrap_or(sqlx::Error::PoolTimedOut))
}

fn head(row: &PgRow) -> Result<Head, sqlx::Error> {
    let leaf_hash: Option<&[u8]> = row.try_get("head_hash")?;
    let leaf_hash = leaf_hash.map(|bytes| receipts::hash("head_hash", bytes)).transpose()?;
    Ok(Head { sequence: row.try_get("head_sequence")?, leaf_hash: leaf_hash.map_or(NO_EVENT, |hash| *hash.bytes()) })
}

fn tail<A: Aggregate>(aggregate_id: &str, row: &PgRow) -> Result<Vec<SerializedEvent>, sqlx::Error> {
    let sequences: Option<Vec<i64>> = row.try_get("sequences")?;
    let Some(sequences) = sequences else { return Ok(Vec::new()) };
    let types: Vec<String> = row.try_get("types")?;
    let versions: Vec<String> = row.try_get("versions")?;
    let payloads: Vec<String> = row.try_get("payloads")?;
    let mut tail = Vec::with_capacity(sequences.len());
    for (((sequence, event_type), event_version), payload) in
        sequences.into_iter().zip(types).zip(versions).zip(payloads)
    {
        let payload = serde_json::from_str(&payload)
            .map_err(|source| sqlx::Error::ColumnDecode { index: "payload".to_owned(), source: Box::new(source) })?;
        tail.push(SerializedEvent {
            aggregate_id: aggregate_id.to_owned(),
            sequence: usize::try_from(sequence).unwrap_or(0),
            aggregate_type: A::TYPE.to_owned(),
            event_type,
            event_version,
            payload,
            metadata: json!({}),
        });
    }
    Ok(tail)
}

fn stored(row: &PgRow) -> Result<Option<Stored>, sqlx::Error> {
    let fingerprint: Option<&[u8]> = row.try_get("fingerprint")?;
    let Some(fingerprint) = fingerprint else { return Ok(None) };
    Ok(Some(Stored {
        fingerprint: receipts::hash("fingerprint", fingerprint)?,
        result: row.try_get("result")?,
        stream_id: row.try_get("receipt_stream")?,
        sequences: Option::zip(row.try_get("first_sequence")?, row.try_get("last_sequence")?),
        answer: row.try_get("answer")?,
    }))
}

/// Every change of a slot is one assignment, so it is whole even if a holder panicked.
fn held<T>(slot: &Slot<T>) -> std::sync::MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
