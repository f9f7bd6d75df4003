//! One page of the log, folded into read models.
//!
//! Each model reads the rows that the page touches and says what to write; all writes of a page are one
//! statement, and live it moves the checkpoint too: if somebody else has moved that, nothing is written, so
//! that what was read needs no lock. The same code folds live and in a rebuild.

use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;

use konductro_domain::event::{Event, Recorded};
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{PgConnection, Postgres, Row};

use crate::ProjectionError;
use crate::checkpoint::{self, Checkpoint};

/// What `ReadModel::project` gives back.
pub type Folding<'a> = Pin<Box<dyn Future<Output = Result<Writes, ProjectionError>> + Send + 'a>>;

/// One read model: its tables, and how events change them.
///
/// `project: |tx, page| Box::pin(phase_board::project(tx, page))`
#[derive(Clone, Copy)]
pub struct ReadModel {
    /// Its name in logs and metrics.
    pub name: &'static str,
    /// The tables that it alone reads and writes here, and that a rebuild makes anew.
    pub tables: &'static [&'static str],
    /// Folds a page of events, in the order of the log: a whole page, so that it costs a few statements and
    /// not a few for each event. Must give the same rows live and in a rebuild, however the log is cut
    /// into pages; so the runner finds an event that can't be folded by folding a page one by one.
    pub project: for<'a> fn(&'a mut PgConnection, &'a [Recorded<Event>]) -> Folding<'a>,
}

/// What a page changes in a read model. All writes of a page see the tables as they were before it, so no two
/// of them may touch one row.
#[derive(Debug, Default)]
#[must_use = "nothing is written before they run"]
pub struct Writes(Vec<(&'static str, Value)>);

impl Writes {
    /// Adds a statement, and the rows that it takes as one `jsonb` array, `$rows`; nothing where there are none.
    pub(crate) fn add<R: Serialize>(&mut self, statement: &'static str, rows: &[R]) -> Result<(), ProjectionError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut array = serde_json::to_value(rows).map_err(|source| sqlx::Error::Encode(Box::new(source)))?;
        replace_nul(&mut array);
        self.0.push((statement, array));
        Ok(())
    }

    /// Writes all of it in one round trip, in whatever transaction there is.
    pub async fn run(self, tx: &mut PgConnection) -> Result<(), ProjectionError> {
        if !self.0.is_empty() {
            let mut statement = "with moved as (select 1)".to_owned();
            self.append_to(&mut statement, 1);
            statement.push_str(" select");
            self.bind(sqlx::query(&statement)).execute(tx).await?;
        }
        Ok(())
    }

    /// Writes all of it and moves the checkpoint, in one round trip that is a transaction of its own. Where somebody
    /// else has moved the checkpoint meanwhile nothing is written, and there is no new one.
    pub(crate) async fn run_from(
        self,
        connection: &mut PgConnection,
        name: &str,
        from: Checkpoint,
        to: i64,
    ) -> Result<Option<Checkpoint>, ProjectionError> {
        let mut statement = format!("with moved as ({})", checkpoint::MOVE);
        self.append_to(&mut statement, 5);
        statement.push_str(" select updated_at from moved");
        let query = sqlx::query(&statement).bind(name).bind(from.position).bind(from.moved_at).bind(to);
        match self.bind(query).fetch_optional(connection).await? {
            Some(row) => Ok(Some(Checkpoint { position: to, moved_at: row.try_get("updated_at")? })),
            None => Ok(None),
        }
    }

    /// Adds the writes to a statement that begins with what has `moved`: without that, they have no rows.
    fn append_to(&self, statement: &mut String, first: usize) {
        for (number, (write, _)) in (first..).zip(&self.0) {
            let write = write.replace("$rows", &format!("(select ${number}::jsonb from moved)"));
            // Writing to a string can't fail.
            let _ = write!(statement, ", write_{number} as ({write})");
        }
    }

    fn bind(self, query: Query<'_, Postgres, PgArguments>) -> Query<'_, Postgres, PgArguments> {
        self.0.into_iter().fold(query, |query, (_, rows)| query.bind(Json(rows)))
    }
}

/// A page that could not be folded.
#[derive(Debug)]
pub struct Unfolded {
    /// The read model that could not.
    pub model: &'static str,
    /// Why.
    pub reason: ProjectionError,
}

/// Folds a page into all of these read models: what is to be written.
pub async fn fold(
    connection: &mut PgConnection,
    models: &[ReadModel],
    page: &[Recorded<Event>],
) -> Result<Writes, Unfolded> {
    let mut writes = Writes::default();
    for model in models {
        let folded = (model.project)(connection, page).await;
        writes.0.extend(folded.map_err(|reason| Unfolded { model: model.name, reason })?.0);
    }
    Ok(writes)
}

/// What was folded could not be written.
pub(crate) fn unwritten(reason: ProjectionError) -> Unfolded {
    Unfolded { model: "one of the read models", reason }
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
