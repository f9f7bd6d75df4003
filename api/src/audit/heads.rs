//! Signed heads of the log, as they were stored.

use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, Row};
use time::OffsetDateTime;
use tlog_tiles::Hash;

use super::tree;

/// A head: what the log was when it had this many events.
#[derive(Debug, Clone)]
pub struct Head {
    /// How many events.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
    /// The C2SP checkpoint, with its signature.
    pub note: String,
    /// When it was signed.
    pub signed_at: OffsetDateTime,
}

const COLUMNS: &str = "SELECT size, root_hash, note, signed_at FROM log_heads";

/// The latest head; `None` until the first was signed.
pub async fn latest(executor: impl PgExecutor<'_>) -> Result<Option<Head>, sqlx::Error> {
    let statement = format!("{COLUMNS} ORDER BY size DESC LIMIT 1");
    sqlx::query(&statement).fetch_optional(executor).await?.as_ref().map(read).transpose()
}

/// The head of exactly this size, where one was signed.
pub async fn of_size(executor: impl PgExecutor<'_>, size: u64) -> Result<Option<Head>, sqlx::Error> {
    let Ok(size) = i64::try_from(size) else { return Ok(None) };
    let statement = format!("{COLUMNS} WHERE size = $1");
    sqlx::query(&statement).bind(size).fetch_optional(executor).await?.as_ref().map(read).transpose()
}

fn read(row: &PgRow) -> Result<Head, sqlx::Error> {
    Ok(Head {
        size: row.try_get::<i64, _>("size")?.unsigned_abs(),
        root: tree::hash("root_hash", row.try_get("root_hash")?)?,
        note: row.try_get("note")?,
        signed_at: row.try_get("signed_at")?,
    })
}
