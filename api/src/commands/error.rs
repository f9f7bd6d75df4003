//! Why a command did not take effect.

use cqrs_es::AggregateError;
use konductro_projections::outage::is_outage;

use crate::event_store::{AppendError, Claim, FenceScope};

/// Why a command did not take effect.
#[derive(Debug, thiserror::Error)]
pub enum CommandError<E: std::error::Error> {
    /// The rules say no.
    #[error(transparent)]
    Refused(E),
    /// The caller has seen an older version of the stream.
    #[error("it changed meanwhile and is at version {current} now; read it again")]
    VersionChanged {
        /// The version it is at.
        current: i64,
    },
    /// A fact in another stream changed meanwhile, again and again.
    #[error("what this depends on changed meanwhile; try again")]
    Fenced(FenceScope),
    /// A name that only one can have is taken.
    #[error("{0} is taken; choose another")]
    Taken(Claim),
    /// The key was used for another request.
    #[error("this idempotency key was used for another request; use a new one")]
    KeyReused,
    /// The first call with this key has not ended yet.
    #[error("the first request with this idempotency key is still running; try again in a moment")]
    StillRunning,
    /// Too many others were first.
    #[error("too many changes at once; try again")]
    Busy,
    /// A text can't be stored.
    #[error("a text holds a NUL character; remove it")]
    Unstorable,
    /// The connection was lost in the commit.
    #[error("the database went away before it answered; repeat the request with the same idempotency key")]
    OutcomeUnknown,
    /// The server stops; the command may have taken effect.
    #[error("the command was interrupted: {0}; repeat it with the same idempotency key")]
    Interrupted(String),
    /// The database can't be reached now.
    #[error("the database can't be reached now: {0}; try again")]
    Unavailable(sqlx::Error),
    /// The log holds what this version can't read.
    #[error("the stream can't be read: {0}; upgrade konductro, or verify the log")]
    Unreadable(String),
    /// The database refused, which it should not.
    #[error("the database refused: {0}")]
    Database(sqlx::Error),
}

impl<E: std::error::Error> CommandError<E> {
    /// A read failed: nothing was changed.
    pub(crate) fn reading(error: sqlx::Error) -> Self {
        if is_outage(&error) { CommandError::Unavailable(error) } else { CommandError::Database(error) }
    }

    /// cqrs-es could not fold what was read.
    pub(crate) fn loading(error: AggregateError<E>) -> Self {
        match error {
            AggregateError::UserError(refusal) => CommandError::Refused(refusal),
            other => CommandError::Unreadable(other.to_string()),
        }
    }
}

/// How one attempt ended without taking effect.
pub(crate) enum Attempt<E: std::error::Error> {
    /// Somebody else was first: load and decide anew.
    Again,
    /// It is over.
    Over(CommandError<E>),
}

impl<E: std::error::Error> From<CommandError<E>> for Attempt<E> {
    fn from(error: CommandError<E>) -> Self {
        Attempt::Over(error)
    }
}

impl<E: std::error::Error> Attempt<E> {
    /// The append failed: in our own words where it was ours, in cqrs-es's otherwise.
    pub(crate) fn after(failure: Option<AppendError>, told: AggregateError<E>) -> Self {
        let Some(failure) = failure else { return Attempt::Over(CommandError::loading(told)) };
        Attempt::Over(match failure {
            // With a receipt taken meanwhile, the next attempt finds it and gives its answer.
            AppendError::Conflict | AppendError::Repeated => return Attempt::Again,
            AppendError::Fenced(scope) => CommandError::Fenced(scope),
            AppendError::Taken(claim) => CommandError::Taken(claim),
            AppendError::Unstorable => CommandError::Unstorable,
            AppendError::OutcomeUnknown(error) => {
                tracing::warn!(%error, "the connection was lost in a commit");
                CommandError::OutcomeUnknown
            }
            AppendError::Database(error) => CommandError::reading(error),
            unreadable @ (AppendError::Unreadable(_) | AppendError::Unprepared) => {
                CommandError::Unreadable(unreadable.to_string())
            }
        })
    }
}
