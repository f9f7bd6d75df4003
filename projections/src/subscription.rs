//! The runner that folds the log into read models, page by page.
//!
//! Rows and checkpoint move in one transaction (with `synchronous_commit = off`: both are derived, and
//! they travel together). Several replicas may run it: the checkpoint's row lock lets one fold at a
//! time, and the others only announce. An event that can't be folded stops this runner, never another.

use std::future::Future;
use std::pin::Pin;

use konductro_domain::event::{Event, Recorded};
use sqlx::PgConnection;

/// What `ReadModel::project` gives back.
pub type Folding<'a> = Pin<Box<dyn Future<Output = Result<(), ProjectionError>> + Send + 'a>>;

/// One read model: its tables, and how an event changes them.
///
/// `project: |tx, event| Box::pin(phase_board::project(tx, event))`
#[derive(Clone, Copy)]
pub struct ReadModel {
    /// Its name in logs and metrics.
    pub name: &'static str,
    /// The tables that it alone writes, and that a rebuild makes anew.
    pub tables: &'static [&'static str],
    /// Folds one event; must give the same rows live and in a rebuild.
    pub project: for<'a> fn(&'a mut PgConnection, &'a Recorded<Event>) -> Folding<'a>,
}

/// Why an event could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The database refused or went away.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The event contradicts what was folded before it.
    #[error("the event does not fit what was folded before it: {0}")]
    Contradiction(String),
}
