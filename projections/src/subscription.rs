//! The runner that folds the log into read models, page by page.
//!
//! Rows and checkpoint move in one transaction (with `synchronous_commit = off`: both are derived, and
//! they travel together). Several replicas may run it: the checkpoint's row lock lets one fold at a
//! time, and the others only announce. An event that can't be folded stops this runner, never another.

use std::future::Future;
use std::pin::Pin;

use konductro_domain::event::{Event, Recorded};
use sqlx::PgConnection;

use crate::ProjectionError;

/// What `ReadModel::project` gives back.
pub type Folding<'a> = Pin<Box<dyn Future<Output = Result<(), ProjectionError>> + Send + 'a>>;

/// One read model: its tables, and how events change them.
///
/// `project: |tx, page| Box::pin(phase_board::project(tx, page))`
#[derive(Clone, Copy)]
pub struct ReadModel {
    /// Its name in logs and metrics.
    pub name: &'static str,
    /// The tables that it alone writes, and that a rebuild makes anew.
    pub tables: &'static [&'static str],
    /// Folds a page of events, in the order of the log: a whole page, so that it costs a few statements and
    /// not a few for each event. Must give the same rows live and in a rebuild, however the log is cut
    /// into pages; so the runner finds an event that can't be folded by folding a page one by one.
    pub project: for<'a> fn(&'a mut PgConnection, &'a [Recorded<Event>]) -> Folding<'a>,
}
