//! Why a conversation refuses.

use crate::conversation::MAX_MESSAGE_BYTES;
use crate::ids::{MessageId, TurnId};

/// Why a conversation refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConversationError {
    /// A message is empty.
    #[error("the message is empty; write what Conductor should know or do")]
    EmptyMessage,
    /// A message is too long.
    #[error(
        "the message has {bytes} bytes, and {MAX_MESSAGE_BYTES} are the limit; shorten it, or put long text into the project context"
    )]
    MessageTooLong {
        /// Its length.
        bytes: usize,
    },
    /// Conductor is still replying.
    #[error("Conductor is still replying; wait for the reply, or stop it, then write again")]
    TurnRunning(TurnId),
    /// A message waits already.
    #[error("a message waits already for this reply to end, and only one can; wait until it is sent, or take it back")]
    MessageWaits(MessageId),
    /// Nothing runs that a message could wait for.
    #[error("Conductor is not replying; the message need not wait")]
    NothingToWaitFor,
    /// No message waits.
    #[error("no message is waiting; it was sent or taken back meanwhile")]
    NothingWaits,
    /// It is somebody else's message, which only they or an SDM can take back.
    #[error("only whoever wrote the message, or an SDM, can take it back")]
    NotYoursToCancel,
    /// It is somebody else's message, which only they can say differently.
    #[error("only whoever wrote the message can change it; write another one instead")]
    NotYoursToEdit,
    /// There is no such turn.
    #[error("there is no such turn, or a newer one has begun")]
    UnknownTurn,
    /// The turn has ended.
    #[error("this reply has ended already; there is nothing to stop")]
    TurnNotRunning,
    /// The turn can't be tried again.
    #[error("this reply can't be tried again: only a failed or stopped one can")]
    TurnNotRetryable,
    /// The reply did not break off, or nothing had come.
    #[error("this reply can't be continued: only one that broke off after its first words can")]
    TurnNotContinuable,
}
