//! Rows travel as JSON, both ways.
//!
//! A page of events touches few rows; they are read in one round trip, folded in memory by plain
//! functions, and written back in one more. JSON lets a row be made of the domain's own types (ids, stages,
//! roles) without teaching each of them PostgreSQL's.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::{Json, Uuid};

use crate::ProjectionError;

/// Reads the rows of some keys; the statement selects one `jsonb` and takes the keys as `$1`.
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

/// Writes rows; the statement takes all of them as one `jsonb` array, `$1`.
pub(crate) async fn store<R: Serialize + Sync>(
    tx: &mut PgConnection,
    statement: &str,
    rows: &[R],
) -> Result<(), ProjectionError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut array = serde_json::to_value(rows).map_err(|source| sqlx::Error::Encode(Box::new(source)))?;
    replace_nul(&mut array);
    sqlx::query(statement).bind(Json(array)).execute(tx).await?;
    Ok(())
}

/// PostgreSQL holds no U+0000 in text or `jsonb`. The log can name one all the same, and must not stop
/// the fold by it.
fn replace_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(items) => items.iter_mut().for_each(replace_nul),
        Value::Object(members) => members.values_mut().for_each(replace_nul),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_nul_becomes_a_replacement_character_and_nothing_else_changes() {
        let mut value = json!([{ "title": "a\0b", "same": "\\u0000", "n": 1 }]);
        replace_nul(&mut value);
        assert_eq!(value, json!([{ "title": "a\u{fffd}b", "same": "\\u0000", "n": 1 }]));
    }
}
