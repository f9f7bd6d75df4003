//! A message that waits for a reply to end, and one that its author has back unsent.

use konductro_domain::actor;
use konductro_domain::conversation::may_cancel;
use konductro_projections::message_queue::{QueueState, QueuedWithText};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::history::conversation::why_returned;
use super::people::{People, Person};
use super::sentences::ERASED;

/// A message that waits for the reply to end, or waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WaitingMessage {
    /// The message.
    pub id: Uuid,
    /// Who wrote it.
    pub author: Person,
    /// What was written.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether the reader may take it back.
    pub may_cancel: bool,
    /// Why it could not be sent, where it could not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The message that waits, and the reader's own that was given back.
pub(super) fn shown(
    waiting: &[QueuedWithText],
    reader: &actor::Person,
    people: &People,
) -> (Option<WaitingMessage>, Option<WaitingMessage>) {
    let last = |state| waiting.iter().rev().find(|it| it.row.state == state).map(|it| message(it, reader, people));
    (last(QueueState::Waiting), last(QueueState::Returned))
}

fn message(waiting: &QueuedWithText, reader: &actor::Person, people: &People) -> WaitingMessage {
    let row = &waiting.row;
    WaitingMessage {
        id: row.message_id.0,
        author: people.person(row.author),
        text: waiting.text.clone().unwrap_or_else(|| ERASED.to_owned()),
        at: row.queued_at,
        may_cancel: row.state == QueueState::Waiting && may_cancel(row.author, reader),
        reason: row.reason.map(|reason| format!("It was not sent: {}.", why_returned(reason))),
    }
}
