//! How far each subscription has come in the log.

use sqlx::{PgConnection, PgExecutor};

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
         ON CONFLICT (name) DO UPDATE SET position = excluded.position, updated_at = now()",
    )
    .bind(name)
    .bind(position)
    .execute(executor)
    .await?;
    Ok(())
}
