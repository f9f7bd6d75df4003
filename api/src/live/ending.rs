//! How the end of a reply, as the log has it, is told on the socket.

use konductro_domain::conductor::ModelFailureKind;
use konductro_domain::conversation::{ConversationEvent, ReplyFailure};

use super::frames::{Failure, Outcome};
use super::room::TurnEnd;
use super::turn_state::Attempt;

/// The end that an event tells of; None where it tells of none.
pub(super) fn ending(event: &ConversationEvent, position: i64) -> Option<TurnEnd> {
    let (turn_id, attempt, outcome, usage, failure) = match event {
        ConversationEvent::ReplyCompleted { turn_id, attempt, usage, .. } => {
            (turn_id, attempt, Outcome::Completed, usage, None)
        }
        ConversationEvent::ReplyStopped { turn_id, attempt, usage, .. } => {
            (turn_id, attempt, Outcome::Stopped, usage, None)
        }
        ConversationEvent::ReplyFailed { turn_id, attempt, usage, reason, .. } => {
            let (outcome, failure) = failed(reason);
            (turn_id, attempt, outcome, usage, Some(failure))
        }
        ConversationEvent::MessagePosted { .. }
        | ConversationEvent::ReplyStarted { .. }
        | ConversationEvent::ReplyStopRequested { .. }
        | ConversationEvent::TurnRetried { .. }
        | ConversationEvent::TurnContinued { .. }
        | ConversationEvent::TurnReplaced { .. }
        | ConversationEvent::DocumentExtracted { .. }
        | ConversationEvent::MessageQueued { .. }
        | ConversationEvent::QueuedMessageCancelled { .. }
        | ConversationEvent::QueuedMessageReturned { .. } => return None,
    };
    let of = Attempt { turn_id: *turn_id, attempt: *attempt };
    Some(TurnEnd { of, outcome, usage: *usage, failure, position })
}

fn failed(reason: &ReplyFailure) -> (Outcome, Failure) {
    match reason {
        ReplyFailure::ServerStopped => {
            let detail = "the server stopped while the reply was written; what had arrived is kept".to_owned();
            (Outcome::Interrupted, Failure { kind: "server_stopped".to_owned(), detail, retryable: true })
        }
        ReplyFailure::Model { failure, detail, .. } => {
            let outcome = match failure {
                ModelFailureKind::Interrupted => Outcome::Interrupted,
                _ => Outcome::Failed,
            };
            let (kind, retryable) = kind_of(*failure);
            (outcome, Failure { kind: kind.to_owned(), detail: detail.clone(), retryable })
        }
    }
}

/// A failure's name, and whether the same message may do better when it is sent again as it is.
fn kind_of(failure: ModelFailureKind) -> (&'static str, bool) {
    match failure {
        ModelFailureKind::Unreachable => ("unreachable", true),
        ModelFailureKind::Unauthorised => ("unauthorised", false),
        ModelFailureKind::RateLimited => ("rate_limited", true),
        ModelFailureKind::Rejected => ("rejected", false),
        ModelFailureKind::ServerError => ("server_error", true),
        ModelFailureKind::TimedOut => ("timed_out", true),
        ModelFailureKind::Interrupted => ("interrupted", true),
        ModelFailureKind::Undecodable => ("undecodable", true),
        ModelFailureKind::TooLarge => ("too_large", false),
        ModelFailureKind::Blocked => ("blocked", false),
        ModelFailureKind::BudgetReached => ("budget_reached", true),
    }
}
