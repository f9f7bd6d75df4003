//! An export: the log, or a project's part of it, so that somebody else can verify it without the server.
//!
//! It is NDJSON, in this order. Lines of ours have a member `konductro` that says what they are; leaf lines are the very
//! bytes that were hashed.
//!
//! 1. `audit-export`: the format, the public key line, and the project where it is one project's part;
//! 2. `checkpoint`: the signed head that everything is proven against;
//! 3. `earlier`, only where it was asked for: an earlier head, and that this one continues it;
//! 4. `declaration` and its leaf line, an `AuditExported` event: how many events and texts there have to be;
//! 5. for each event `event`, with its position and inclusion proof, then its leaf line, then each text that it names and
//!    that was not there before: a `text`, or `erased` with the position of the event that says by whom, when and why.
//!
//! First the declaration is put in the log, then a head is awaited that covers it; only then is anything written. The
//! texts are read in the snapshot in which they were counted, so an export holds what it says also under load.

mod lines;
mod part;
mod write;

pub(crate) use lines::FORMAT;
pub(crate) use part::named_texts;

use std::time::{Duration, Instant};

use konductro_domain::ids::{ProjectId, WORKSPACE_STREAM};
use konductro_domain::workspace::{RecordFacts, Workspace, WorkspaceError, WorkspaceEvent};
use konductro_projections::event_log;
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc;

use super::heads::{self, Head};
use super::tree::ProofError;
use crate::commands::{CommandError, Commands, Envelope};
use part::Counts;

/// How long to wait for a head that covers the declaration: one is signed every second.
const SIGNED_WITHIN: Duration = Duration::from_secs(15);

/// How long to wait between two looks at the heads.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Pieces that wait for a slow reader, at most.
const PIECES: usize = 8;

/// Why there is no export, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The database refused or went away.
    #[error("the log can't be read now: {0}")]
    Database(#[from] sqlx::Error),
    /// The declaration was not recorded.
    #[error(transparent)]
    Declaration(#[from] CommandError<WorkspaceError>),
    /// The tree has no proof for what was sealed.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// An event can't be read.
    #[error("the event at position {position} can't be exported: {reason}")]
    Unreadable {
        /// Where it stands.
        position: i64,
        /// Why.
        reason: String,
    },
    /// Nobody signs.
    #[error("no head of the log was signed within {} seconds; GET /readyz says what is wrong", SIGNED_WITHIN.as_secs())]
    Unsigned,
    /// The earlier head that was asked for is none.
    #[error("no head of size {0} was signed; ask for one that GET /audit/head gave")]
    NoSuchHead(u64),
    /// Whoever read it is gone.
    #[error("the reader hung up")]
    HungUp,
}

/// What is exported, and by whom.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The project whose part it is; the whole workspace's log without one.
    pub project: Option<ProjectId>,
    /// The size of an earlier head that this one has to continue.
    pub since: Option<u64>,
    /// The public key line.
    pub key: String,
    /// Who exports, in which role.
    pub envelope: Envelope,
}

/// Pieces of an export, in order; an error is the last of them.
pub type Pieces = mpsc::Receiver<Result<String, ExportError>>;

/// Declares an export, waits until that is signed, and starts to write it.
pub async fn start(pool: &PgPool, commands: &Commands, wanted: Wanted) -> Result<Pieces, ExportError> {
    let earlier = match wanted.since {
        Some(size) => Some(heads::of_size(pool, size).await?.ok_or(ExportError::NoSuchHead(size))?),
        None => None,
    };
    let mut snapshot = snapshot(pool).await?;
    let up_to = event_log::head(&mut snapshot).await?;
    let counts = part::count(&mut snapshot, wanted.project, up_to).await?;
    let position = declare(pool, commands, &wanted, up_to, counts).await?;
    let head = head_that_covers(pool, position).await?;
    let (sender, pieces) = mpsc::channel(PIECES);
    let export = write::Export { pool: pool.clone(), wanted, head, earlier, position, up_to };
    tokio::spawn(async move {
        if let Err(error) = export.write(&mut snapshot, &sender).await {
            // To nobody, where the reader is gone.
            let _ = sender.send(Err(error)).await;
        }
    });
    Ok(pieces)
}

/// A connection on which everything stays as it is now.
async fn snapshot(pool: &PgPool) -> Result<PgConnection, sqlx::Error> {
    let mut connection = pool.acquire().await?.detach();
    sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut connection).await?;
    Ok(connection)
}

/// Puts in the log what the export has to hold; the position of that.
async fn declare(
    pool: &PgPool,
    commands: &Commands,
    wanted: &Wanted,
    up_to: i64,
    counts: Counts,
) -> Result<i64, ExportError> {
    let declaration = WorkspaceEvent::AuditExported {
        project_id: wanted.project,
        up_to: up_to.unsigned_abs(),
        events: counts.events,
        texts: counts.texts,
        erased: counts.erased,
    };
    let facts = RecordFacts(vec![declaration]);
    let declared = commands.execute::<Workspace>(WORKSPACE_STREAM, facts, wanted.envelope.clone()).await?;
    if let Some(position) = declared.position {
        return Ok(position);
    }
    let event_id = declared.event_ids.last().copied().ok_or(ExportError::Unsigned)?;
    let patience = Instant::now();
    while patience.elapsed() < SIGNED_WITHIN {
        let mut connection = pool.acquire().await?;
        if let Some(position) = event_log::position_of(&mut connection, event_id).await? {
            return Ok(position);
        }
        drop(connection);
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(ExportError::Unsigned)
}

/// A signed head that has this event, once there is one.
pub(crate) async fn head_that_covers(pool: &PgPool, position: i64) -> Result<Head, ExportError> {
    let patience = Instant::now();
    while patience.elapsed() < SIGNED_WITHIN {
        match heads::latest(pool).await? {
            Some(head) if head.size >= position.unsigned_abs() => return Ok(head),
            _ => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
    Err(ExportError::Unsigned)
}
