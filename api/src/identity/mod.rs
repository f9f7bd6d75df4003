//! People and their credentials: users, passwords, sessions, first-run set-up.
//!
//! All of it is in plain tables, because it is personal or secret; what happened to whose credential is
//! recorded in the log as well, by ids only, and before it takes effect: a change that could not be
//! recorded is not made.

#![allow(dead_code, reason = "users and sign-in land with the commands that record them")]

mod error;
mod people;
mod sessions;

use sqlx::PgPool;
use tokio::sync::broadcast;

pub use error::IdentityError;
pub use people::{Person, people, person};
pub use sessions::{Authenticated, LONGEST, OpenedSession, SessionEnd};

/// The room of identity: one for the process.
#[derive(Clone)]
pub struct Identity {
    pool: PgPool,
    session_ends: broadcast::Sender<SessionEnd>,
}
