//! Builds every read model anew from the log, beside the live tables, and swaps them in.
//!
//! The tables are made in a schema of their own, with the live ones' columns, indices and rights, and
//! filled by the same folding that runs live. The swap is one transaction that holds the checkpoint, so
//! readers see the old rows until they see the new ones, and nobody misses an event. Needs the owner.

use konductro_domain::event::{Event, Recorded};
use sqlx::{Connection, Executor, PgConnection, Row};

use crate::event_log::{self, EventLogError, Unreadable};
use crate::fold::{self, Unfolded};
use crate::{ProjectionError, ReadModel, checkpoint};

/// Where the new tables are built.
pub const SCHEMA: &str = "rebuild";

const PAGE: i64 = 500;

/// Why read models were not rebuilt. The live ones are as they were.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database refused or went away.
    #[error("the read models could not be rebuilt: {0}; the live ones are as they were")]
    Database(#[from] sqlx::Error),
    /// The log can't be read.
    #[error(transparent)]
    Log(#[from] EventLogError),
    /// An event can't be read.
    #[error("the event at position {position} can't be read: {reason}; the live read models are as they were")]
    Poison {
        /// Where it stands.
        position: i64,
        /// Why.
        reason: Unreadable,
    },
    /// An event can't be folded.
    #[error("{model} can't fold an event up to position {position}: {reason}; the live read models are as they were")]
    Folding {
        /// Which read model.
        model: &'static str,
        /// The last position of the page.
        position: i64,
        /// Why.
        reason: ProjectionError,
    },
}

/// Rebuilds what the subscription of this name folds, and swaps; the position it is at then.
pub async fn rebuild(owner: &mut PgConnection, name: &str, models: &[ReadModel]) -> Result<i64, RebuildError> {
    let built = beside(owner, models).await?;
    let mut tx = owner.begin().await?;
    tx.execute(format!("SET LOCAL search_path = {SCHEMA}, public").as_str()).await?;
    checkpoint::locked(&mut tx, name).await?;
    let position = fold_to_head(&mut tx, models, built).await?;
    for table in models.iter().flat_map(|model| model.tables) {
        swap(&mut tx, table).await?;
    }
    checkpoint::advance(&mut *tx, name, position).await?;
    tx.execute(format!("DROP SCHEMA {SCHEMA}").as_str()).await?;
    tx.commit().await?;
    Ok(position)
}

/// Builds the tables in their own schema and leaves them there; the position up to which they are folded.
pub async fn beside(owner: &mut PgConnection, models: &[ReadModel]) -> Result<i64, RebuildError> {
    owner.execute(format!("DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}").as_str()).await?;
    for table in models.iter().flat_map(|model| model.tables) {
        make_alike(owner, table).await?;
    }
    let mut position = 0;
    loop {
        let mut tx = owner.begin().await?;
        tx.execute(format!("SET LOCAL search_path = {SCHEMA}, public; SET LOCAL synchronous_commit = off").as_str())
            .await?;
        let Some(last) = fold_page(&mut tx, models, position).await? else { return Ok(position) };
        tx.commit().await?;
        position = last;
    }
}

/// Folds to the log's head in the transaction at hand.
async fn fold_to_head(
    connection: &mut PgConnection,
    models: &[ReadModel],
    mut position: i64,
) -> Result<i64, RebuildError> {
    while let Some(last) = fold_page(connection, models, position).await? {
        position = last;
    }
    Ok(position)
}

async fn fold_page(
    connection: &mut PgConnection,
    models: &[ReadModel],
    after: i64,
) -> Result<Option<i64>, RebuildError> {
    let page = event_log::page(connection, after, PAGE).await?;
    let Some(position) = page.events.last().map(|event: &Recorded<Event>| event.position) else {
        return match page.poison {
            Some((position, reason)) => Err(RebuildError::Poison { position, reason }),
            None => Ok(None),
        };
    };
    let failed = |Unfolded { model, reason }| RebuildError::Folding { model, position, reason };
    let writes = fold::fold(connection, models, &page.events).await.map_err(failed)?;
    writes.run(connection).await.map_err(|reason| failed(fold::unwritten(reason)))?;
    Ok(Some(position))
}

/// Makes an empty table with the live one's columns, defaults, constraints, indices and rights.
async fn make_alike(connection: &mut PgConnection, table: &str) -> Result<(), sqlx::Error> {
    connection
        .execute(format!("CREATE TABLE {SCHEMA}.\"{table}\" (LIKE public.\"{table}\" INCLUDING ALL)").as_str())
        .await?;
    let grants: Vec<String> = sqlx::query_scalar(
        "SELECT format('GRANT %s ON %I.%I TO %I', acl.privilege_type, $2::text, c.relname, r.rolname)
           FROM pg_class c, aclexplode(c.relacl) acl JOIN pg_roles r ON r.oid = acl.grantee
          WHERE c.oid = format('public.%I', $1::text)::regclass",
    )
    .bind(table)
    .bind(SCHEMA)
    .fetch_all(&mut *connection)
    .await?;
    for grant in grants {
        connection.execute(grant.as_str()).await?;
    }
    Ok(())
}

/// Puts the new table in the live one's place; its indices take over the names, which later migrations know.
async fn swap(connection: &mut PgConnection, table: &str) -> Result<(), sqlx::Error> {
    // LIKE makes indices in the order of the original's, and an index's oid grows with its making.
    let renames = sqlx::query(
        "WITH ranked AS (
             SELECT n.nspname, c.relname, row_number() OVER (PARTITION BY n.nspname ORDER BY i.indexrelid) AS rank
               FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE i.indrelid IN (format('public.%I', $1::text)::regclass, format('%I.%I', $2::text, $1::text)::regclass)
         )
         SELECT format('ALTER INDEX %I.%I RENAME TO %I', $2::text, 'swap_' || made.rank || '_' || left($1::text, 40),
                       live.relname) AS finally,
                format('ALTER INDEX %I.%I RENAME TO %I', $2::text, made.relname,
                       'swap_' || made.rank || '_' || left($1::text, 40)) AS first
           FROM ranked made JOIN ranked live USING (rank)
          WHERE made.nspname = $2 AND live.nspname = 'public'",
    )
    .bind(table)
    .bind(SCHEMA)
    .fetch_all(&mut *connection)
    .await?;
    // By way of other names, since two indices may have each other's.
    for column in ["first", "finally"] {
        for row in &renames {
            connection.execute(row.try_get::<&str, _>(column)?).await?;
        }
    }
    connection.execute(format!("DROP TABLE public.\"{table}\"").as_str()).await?;
    connection.execute(format!("ALTER TABLE {SCHEMA}.\"{table}\" SET SCHEMA public").as_str()).await?;
    Ok(())
}
