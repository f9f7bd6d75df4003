//! What has arrived of a reply, kept aside every second or 2 KB, so that a crash loses at most that much of it.
//!
//! Pieces are only ever added, so that a long reply does not cost more with every piece. Losing a checkpoint loses
//! nothing while the process lives: the turn itself never waits for one.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use konductro_domain::ids::TurnId;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::lock;
use super::turn_state::Attempt;

const EVERY: Duration = Duration::from_secs(1);
const EVERY_BYTES: usize = 2 * 1024;

/// Takes what arrives, and has it written down by a task of its own.
#[derive(Debug)]
pub(super) struct Checkpointer {
    pending: Arc<Pending>,
    writer: AbortHandle,
}

#[derive(Debug, Default)]
struct Pending {
    text: Mutex<String>,
    arrived: Notify,
    enough: Notify,
}

impl Checkpointer {
    pub(super) fn start(pool: PgPool, of: Attempt) -> Self {
        let pending = Arc::new(Pending::default());
        let writer = tokio::spawn(write(pool, of, Arc::clone(&pending))).abort_handle();
        Self { pending, writer }
    }

    /// Takes a piece of the reply.
    pub(super) fn take(&self, text: &str) {
        let mut pending = lock(&self.pending.text);
        pending.push_str(text);
        if pending.len() >= EVERY_BYTES {
            self.pending.enough.notify_one();
        }
        self.pending.arrived.notify_one();
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.writer.abort();
    }
}

async fn write(pool: PgPool, of: Attempt, pending: Arc<Pending>) {
    for piece in 0_i32.. {
        pending.arrived.notified().await;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = pending.enough.notified() => {}
        }
        let text = std::mem::take(&mut *lock(&pending.text));
        if text.is_empty() {
            continue;
        }
        while let Err(error) = insert(&pool, of, piece, &text).await {
            tracing::warn!(turn = %of.turn_id, %error, "a reply's checkpoint could not be written; trying again");
            tokio::time::sleep(EVERY).await;
        }
    }
}

async fn insert(pool: &PgPool, of: Attempt, piece: i32, text: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO turn_checkpoints (turn_id, attempt, piece, text) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(of.turn_id.0)
    .bind(i64::from(of.attempt))
    .bind(piece)
    .bind(text)
    .execute(pool)
    .await?;
    Ok(())
}

/// What was kept of an attempt whose holder died.
pub(super) async fn kept(pool: &PgPool, of: Attempt) -> Result<String, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT coalesce(string_agg(text, '' ORDER BY piece), '') FROM turn_checkpoints
          WHERE turn_id = $1 AND attempt = $2",
    )
    .bind(of.turn_id.0)
    .bind(i64::from(of.attempt))
    .fetch_one(pool)
    .await
}

/// Forgets a turn's checkpoints: its reply has ended.
pub(super) async fn forget(pool: &PgPool, turn: TurnId) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM turn_checkpoints WHERE turn_id = $1").bind(turn.0).execute(pool).await?;
    Ok(())
}
