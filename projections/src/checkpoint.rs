//! How far each subscription has come in the log.

use sqlx::{PgConnection, PgExecutor, Row};
use time::OffsetDateTime;

/// A checkpoint as it was read: whoever moves it on leaves another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub(crate) position: i64,
    pub(crate) moved_at: OffsetDateTime,
}

/// Moves `$1` from exactly the checkpoint of `$2` and `$3` on to `$4`. The clock, and not the transaction's start:
/// two moves must not have one time.
pub(crate) const MOVE: &str = "update checkpoints set position = $4, updated_at = clock_timestamp()
      where name = $1 and position = $2 and updated_at = $3 returning updated_at";

/// The checkpoint as it is, made where there is none.
pub(crate) async fn current(connection: &mut PgConnection, name: &str) -> Result<Checkpoint, sqlx::Error> {
    let row = sqlx::query(
        "INSERT INTO checkpoints (name, position) VALUES ($1, 0)
         ON CONFLICT (name) DO UPDATE SET position = checkpoints.position RETURNING position, updated_at",
    )
    .bind(name)
    .fetch_one(connection)
    .await?;
    Ok(Checkpoint { position: row.try_get("position")?, moved_at: row.try_get("updated_at")? })
}

/// The checkpoint's position, locked until the transaction ends: only one at a time moves on from it.
pub async fn locked(connection: &mut PgConnection, name: &str) -> Result<i64, sqlx::Error> {
    const LOCK: &str = "SELECT position FROM checkpoints WHERE name = $1 FOR UPDATE";
    if let Some(position) = sqlx::query_scalar(LOCK).bind(name).fetch_optional(&mut *connection).await? {
        return Ok(position);
    }
    sqlx::query("INSERT INTO checkpoints (name, position) VALUES ($1, 0) ON CONFLICT DO NOTHING")
        .bind(name)
        .execute(&mut *connection)
        .await?;
    sqlx::query_scalar(LOCK).bind(name).fetch_one(connection).await
}

/// The checkpoint's position, just to know.
pub async fn read(executor: impl PgExecutor<'_>, name: &str) -> Result<i64, sqlx::Error> {
    let position = sqlx::query_scalar("SELECT position FROM checkpoints WHERE name = $1")
        .bind(name)
        .fetch_optional(executor)
        .await?;
    Ok(position.unwrap_or(0))
}

/// Moves it.
pub async fn advance(executor: impl PgExecutor<'_>, name: &str, position: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO checkpoints (name, position) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET position = excluded.position, updated_at = clock_timestamp()",
    )
    .bind(name)
    .bind(position)
    .execute(executor)
    .await?;
    Ok(())
}
