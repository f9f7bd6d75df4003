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
pub const FORMAT: i32 = 3;

/// Whether a stream has grown enough since its last snapshot to be worth another.
pub(crate) fn is_due(last_snapshot: i64, head: i64) -> bool {
    head - last_snapshot >= EVERY
}

/// Writes a stream's state as it is after its last event. Failing is no harm, but worth a word.
pub(crate) async fn write<A: Aggregate>(pool: &PgPool, aggregate_id: &str, state: &A, last_sequence: i64) {
    let written = match serde_json::to_value(state) {
        Ok(state) => save(pool, A::TYPE, aggregate_id, last_sequence, &state).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(reason) = written {
        tracing::warn!(aggregate_type = A::TYPE, aggregate_id, reason, "no snapshot was written");
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
