//! Snapshots: an aggregate as it was after some event, so that a load stays cheap as a stream grows.
//!
//! Written after the commit, off the request's path, and never needed: a lost or unreadable one only
//! costs a longer fold. A snapshot is always equal to the fold of its events; a test holds that.

use cqrs_es::Aggregate;
use serde_json::Value;
use sqlx::{PgExecutor, PgPool};

/// Events between snapshots of a stream.
pub const EVERY: i64 = 100;

/// Raise it when a fold gives another state for the same events: older snapshots are then not seen.
pub const FORMAT: i32 = 1;

/// A snapshot that is due, made of the state before the command and what the command decided.
pub(crate) struct Due<A: Aggregate> {
    before: Value,
    decided: Vec<A::Event>,
    last_sequence: i64,
}

impl<A: Aggregate> Due<A> {
    /// Whether the stream has grown enough since its last snapshot; takes what is needed to write one.
    pub(crate) fn after(
        state: &A,
        decided: &[A::Event],
        last_snapshot: i64,
        head: i64,
    ) -> Result<Option<Self>, serde_json::Error> {
        let last_sequence = head + i64::try_from(decided.len()).unwrap_or(i64::MAX);
        if last_sequence - last_snapshot < EVERY {
            return Ok(None);
        }
        Ok(Some(Self { before: serde_json::to_value(state)?, decided: decided.to_vec(), last_sequence }))
    }

    /// Folds and writes it. Failing is no harm, but worth a word.
    pub(crate) async fn write(self, pool: &PgPool, aggregate_id: &str) {
        let (decided, last_sequence) = (self.decided, self.last_sequence);
        let state = serde_json::from_value::<A>(self.before).and_then(|mut state| {
            decided.into_iter().for_each(|event| state.apply(event));
            serde_json::to_value(&state)
        });
        let written = match state {
            Ok(state) => {
                save(pool, A::TYPE, aggregate_id, last_sequence, &state).await.map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        if let Err(reason) = written {
            tracing::warn!(aggregate_type = A::TYPE, aggregate_id, reason, "no snapshot was written");
        }
    }
}

async fn save(
    executor: impl PgExecutor<'_>,
    aggregate_type: &str,
    aggregate_id: &str,
    last_sequence: i64,
    state: &Value,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO snapshots (aggregate_type, aggregate_id, last_sequence, current_snapshot, format, payload)
         VALUES ($1, $2, $3, 1, $4, $5)
         ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE
            SET last_sequence = excluded.last_sequence, current_snapshot = snapshots.current_snapshot + 1,
                format = excluded.format, payload = excluded.payload
          WHERE snapshots.last_sequence < excluded.last_sequence OR snapshots.format <> excluded.format",
    )
    .bind(aggregate_type)
    .bind(aggregate_id)
    .bind(last_sequence)
    .bind(FORMAT)
    .bind(state)
    .execute(executor)
    .await?;
    Ok(())
}
