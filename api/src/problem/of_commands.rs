//! Commands that did not take effect, as problems.

use konductro_domain::workspace::WorkspaceError;

use super::{Code, Problem};
use crate::commands::{Claim, CommandError};

impl<E: std::error::Error + Into<Problem>> From<CommandError<E>> for Problem {
    fn from(error: CommandError<E>) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::VersionChanged { current } => Problem::new(
                Code::VersionChanged,
                "Somebody changed this since you read it; read it again, then decide whether your change still fits.",
            )
            .with("current_version", current),
            CommandError::Fenced(_) | CommandError::Busy => {
                Problem::new(Code::Conflict, "Others changed this at the same moment, again and again; try once more.")
                    .retry_after(1)
            }
            CommandError::Taken(claim) => taken(&claim),
            CommandError::KeyReused => crate::http::idempotency::key_reused(),
            CommandError::StillRunning => crate::http::idempotency::still_running(),
            CommandError::Unstorable => Problem::invalid("", "A text holds the character U+0000; remove it."),
            CommandError::OutcomeUnknown => outcome_unknown(),
            CommandError::Interrupted(cause) => {
                tracing::error!(%cause, "a command was interrupted");
                outcome_unknown()
            }
            CommandError::Unavailable(cause) => Problem::unavailable("reach the database", &cause),
            CommandError::Unreadable(cause) => Problem::unavailable("read a stream of the log", &cause),
            CommandError::Database(cause) => Problem::unavailable("append to the log", &cause),
        }
    }
}

fn taken(claim: &Claim) -> Problem {
    match claim {
        Claim::ProjectKey(key) => {
            Problem::new(Code::ProjectKeyTaken, format!("The key {key} is taken; choose another.")).with("key", key)
        }
        Claim::PhaseNumber(..) | Claim::StoryNumber(..) => {
            Problem::new(Code::Conflict, "Another phase took this number at the same moment; try once more.")
                .retry_after(1)
        }
    }
}

fn outcome_unknown() -> Problem {
    Problem::new(
        Code::OutcomeUnknown,
        "The database went away before it answered, so it may or may not be done; repeat the request with the same Idempotency-Key.",
    )
    .retry_after(1)
}

impl From<WorkspaceError> for Problem {
    fn from(error: WorkspaceError) -> Self {
        match error {}
    }
}
