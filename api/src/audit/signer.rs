//! Signs the log's head, about once a second when it grew.
//!
//! Any replica may: what it computes from the same log is the same, and a lock for the transaction keeps two from doing
//! it at once. Before its first head it looks whether the stored tree is still the one that was signed last. Where it is
//! not, it stops with an alarm rather than sign another history.

use std::time::Duration;

use konductro_projections::health::{Health, RunnerState};
use konductro_projections::outage::is_outage;
use sqlx::{Connection as _, PgConnection, PgPool, Row};
use tlog_tiles::Hash;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::key::AuditKey;
use super::tree::{self, Complete, Frontier, ProofError};
use super::{heads, tree::index_of};

/// The signer's name in `Health`.
pub const NAME: &str = "head_signer";

/// Heads are at least this far apart.
const APART: Duration = Duration::from_secs(1);

/// How long to wait for a nudge before looking anyway.
const LOOK_ANYWAY: Duration = Duration::from_secs(2);

/// Events under one head, at most: a log that was never signed catches up in steps.
const BATCH: i64 = 10_000;

/// Names the lock for a transaction that signs ("kon-head" as a number).
const LOCK: i64 = 0x6b6f_6e2d_6865_6164;

/// Why no head was signed.
#[derive(Debug, thiserror::Error)]
enum SigningError {
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error("the log no longer begins with what was signed at size {0}; stop writing, keep the data, verify an export")]
    Rewritten(u64),
    #[error("the log jumps from position {after} to {found}; stop writing and verify the log")]
    Gap { after: u64, found: i64 },
    #[error("the head could not be written: {0}")]
    Note(String),
}

impl From<sqlx::Error> for SigningError {
    fn from(error: sqlx::Error) -> Self {
        Self::Proof(error.into())
    }
}

impl SigningError {
    fn is_outage(&self) -> bool {
        matches!(self, SigningError::Proof(ProofError::Database(error)) if is_outage(error))
    }
}

/// Signs heads for as long as it lives.
#[derive(Debug)]
pub struct HeadSigner {
    task: JoinHandle<()>,
}

impl HeadSigner {
    /// Starts signing.
    pub fn start(pool: PgPool, key: AuditKey, sealed: watch::Receiver<i64>, health: Health) -> Self {
        health.report(NAME, RunnerState::CatchingUp);
        Self { task: tokio::spawn(Runner { pool, key, sealed, health, frontier: None }.run()) }
    }
}

impl Drop for HeadSigner {
    fn drop(&mut self) {
        // A head that is cut off is rolled back, and signed by whoever comes next.
        self.task.abort();
    }
}

struct Runner {
    pool: PgPool,
    key: AuditKey,
    sealed: watch::Receiver<i64>,
    health: Health,
    /// The tree under the last head that was signed here.
    frontier: Option<Frontier>,
}

impl Runner {
    async fn run(mut self) {
        loop {
            let state = match self.follow().await {
                Ok(()) => RunnerState::Retrying("the connection was lost".to_owned()),
                Err(error) if error.is_outage() => RunnerState::Retrying(error.to_string()),
                Err(error) => {
                    self.health.report(NAME, RunnerState::Stopped(error.to_string()));
                    return;
                }
            };
            self.health.report(NAME, state);
            tokio::time::sleep(APART).await;
        }
    }

    /// Signs on one connection of its own until there is trouble.
    async fn follow(&mut self) -> Result<(), SigningError> {
        let mut connection = self.pool.acquire().await?.detach();
        self.frontier = None;
        loop {
            self.sealed.mark_unchanged();
            while self.sign(&mut connection).await? {}
            self.health.report(NAME, RunnerState::Running);
            tokio::time::sleep(APART).await;
            if let Ok(Err(_closed)) = tokio::time::timeout(LOOK_ANYWAY, self.sealed.changed()).await {
                tokio::time::sleep(LOOK_ANYWAY).await;
            }
        }
    }

    /// Signs the next head, where there is one to sign; whether there is more.
    async fn sign(&mut self, connection: &mut PgConnection) -> Result<bool, SigningError> {
        let mut tx = connection.begin().await?;
        let ours: bool =
            sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)").bind(LOCK).fetch_one(&mut *tx).await?;
        if !ours {
            return Ok(false);
        }
        let last = heads::latest(&mut *tx).await?;
        let mut frontier = match (self.frontier.take(), &last) {
            (_, None) => Frontier::default(),
            (Some(frontier), Some(last)) if frontier.size() == last.size => frontier,
            (_, Some(last)) => Self::as_signed(&mut tx, last).await?,
        };
        let complete = grow(&mut tx, &mut frontier).await?;
        let grown = last.as_ref().is_none_or(|last| frontier.size() > last.size);
        if grown {
            let root = frontier.root().map_err(ProofError::from)?;
            let note = self.key.sign(frontier.size(), root).map_err(SigningError::Note)?;
            store(&mut tx, &complete, frontier.size(), root, &note).await?;
            tx.commit().await?;
        }
        let more = grown && last.is_some_and(|last| frontier.size() - last.size >= BATCH.unsigned_abs());
        self.frontier = Some(frontier);
        Ok(more)
    }

    /// The stored tree under a head, which must be the tree that was signed.
    async fn as_signed(connection: &mut PgConnection, head: &heads::Head) -> Result<Frontier, SigningError> {
        let frontier = Frontier::load(connection, head.size).await?;
        match frontier.root() {
            Ok(root) if root == head.root => Ok(frontier),
            _ => Err(SigningError::Rewritten(head.size)),
        }
    }
}

/// Adds what was sealed since.
async fn grow(connection: &mut PgConnection, frontier: &mut Frontier) -> Result<Vec<Complete>, SigningError> {
    const LEAVES: &str = "SELECT position, leaf_hash FROM log WHERE position > $1 ORDER BY position LIMIT $2";
    let rows = sqlx::query(LEAVES).bind(frontier.size().cast_signed()).bind(BATCH).fetch_all(connection).await?;
    let mut complete = Vec::with_capacity(rows.len());
    for row in rows {
        let position: i64 = row.try_get("position")?;
        if index_of(position) != frontier.size() {
            return Err(SigningError::Gap { after: frontier.size(), found: position });
        }
        let leaf = tree::hash("leaf_hash", row.try_get("leaf_hash")?)?;
        complete.extend(frontier.push(leaf).map_err(ProofError::from)?);
    }
    Ok(complete)
}

async fn store(
    connection: &mut PgConnection,
    complete: &[Complete],
    size: u64,
    root: Hash,
    note: &str,
) -> Result<(), SigningError> {
    sqlx::query(
        "INSERT INTO log_tree (level, n, hash) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])",
    )
    .bind(complete.iter().map(|node| i16::from(node.level)).collect::<Vec<_>>())
    .bind(complete.iter().map(|node| node.n.cast_signed()).collect::<Vec<_>>())
    .bind(complete.iter().map(|node| node.hash.0.as_slice()).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO log_heads (size, root_hash, note) VALUES ($1, $2, $3)")
        .bind(size.cast_signed())
        .bind(root.0.as_slice())
        .bind(note)
        .execute(connection)
        .await?;
    Ok(())
}
