//! Rows are read as JSON, as they are written.
//!
//! A page of events touches few rows; they are read in one round trip, folded in memory by plain functions,
//! and written back together (see `fold`). JSON lets a row be made of the domain's own types (ids, stages,
//! roles) without teaching each of them PostgreSQL's.

use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use sqlx::types::{Json, Uuid};

use crate::ProjectionError;

/// Reads the rows of some keys; the statement selects one `json` or `jsonb` and takes the keys as `$1`.
pub(crate) async fn load<R>(tx: &mut PgConnection, statement: &str, keys: &[Uuid]) -> Result<Vec<R>, ProjectionError>
where
    R: DeserializeOwned + Send + Unpin + 'static,
{
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Json<R>> = sqlx::query_scalar(statement).bind(keys).fetch_all(tx).await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}
