//! Receipts: a command given twice with the same key takes effect once.
//!
//! A receipt commits with the command's events, also where there are none, so that a repeat finds it
//! exactly when the first call took effect. It is scoped by who asked and for what.

use konductro_domain::text::Hash;
use serde_json::Value;
use sqlx::{PgExecutor, Row};

/// What a caller gives so that a repeat is recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// Who asked for what: actor, method and path.
    pub scope: String,
    /// The caller's key.
    pub key: String,
    /// The hash of what was asked, so that another request under the same key is refused.
    pub fingerprint: Hash,
    /// What a repeat needs that events do not say, such as new ids.
    pub result: Value,
}

/// A receipt that is on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The hash of what was asked the first time.
    pub fingerprint: Hash,
    /// What the first call was to give back.
    pub result: Value,
    /// The stream it was given to, where it was given to one and not to plain tables: a repeat that would make
    /// something comes with another new id.
    pub stream_id: Option<String>,
    /// The sequences of the events it appended, where it appended any.
    pub sequences: Option<(i64, i64)>,
    /// The whole first answer over HTTP, where it was kept.
    pub answer: Option<Value>,
}

/// Finds a receipt.
pub async fn find(executor: impl PgExecutor<'_>, scope: &str, key: &str) -> Result<Option<Stored>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT fingerprint, result, aggregate_id, first_sequence, last_sequence, answer FROM receipts WHERE scope = $1 AND key = $2",
    )
    .bind(scope)
    .bind(key)
    .fetch_optional(executor)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Stored {
        fingerprint: hash("fingerprint", row.try_get("fingerprint")?)?,
        result: row.try_get("result")?,
        stream_id: row.try_get("aggregate_id")?,
        sequences: Option::zip(row.try_get("first_sequence")?, row.try_get("last_sequence")?),
        answer: row.try_get("answer")?,
    }))
}

/// Writes a receipt for a change of plain tables, in that change's transaction. A key that is there
/// already is a unique violation of `receipts_key`.
pub async fn insert(executor: impl PgExecutor<'_>, receipt: &Receipt) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO receipts (scope, key, fingerprint, result) VALUES ($1, $2, $3, $4)")
        .bind(&receipt.scope)
        .bind(&receipt.key)
        .bind(receipt.fingerprint.bytes().as_slice())
        .bind(&receipt.result)
        .execute(executor)
        .await?;
    Ok(())
}

/// Reads a hash column.
pub(crate) fn hash(column: &str, bytes: &[u8]) -> Result<Hash, sqlx::Error> {
    let bytes: [u8; 32] = bytes
        .try_into()
        .map_err(|source| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(source) })?;
    Ok(Hash::from(bytes))
}
