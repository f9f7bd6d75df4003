//! What can be asked of a conversation.

use crate::actor::Person;
use crate::conductor::{FinishKind, GeneratedBy, PromptManifest, Usage};
use crate::conversation::{QueueReturn, ReplyFailure, WrittenDocument};
use crate::ids::{MessageId, PhaseId, ProjectId, TurnId, UserId};
use crate::stage::Stage;
use crate::text::Text;

/// A command to a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationCommand {
    /// Write to Conductor.
    PostMessage {
        /// The message.
        message: NewMessage,
    },
    /// Write to Conductor while it replies: the message waits for the reply to end.
    QueueMessage {
        /// The message.
        message: NewMessage,
        /// The version that is approved at the stage, where one is.
        approved_version: Option<u32>,
    },
    /// Send the message that waits.
    SendQueuedMessage {
        /// Which: another one is not meant.
        message_id: MessageId,
    },
    /// Give the message that waits back to its author, unsent.
    ReturnQueuedMessage {
        /// Which: another one is not meant.
        message_id: MessageId,
        /// Why.
        reason: QueueReturn,
    },
    /// Take the message that waits back.
    CancelQueuedMessage {
        /// Who.
        by: Person,
    },
    /// Say it differently: the turn is replaced by one with another message.
    EditMessage {
        /// The turn that is replaced.
        turn_id: TurnId,
        /// The message that takes its place.
        message: NewMessage,
    },
    /// Record what Conductor is given.
    StartReply {
        /// The turn.
        turn_id: TurnId,
        /// The attempt.
        attempt: u32,
        /// Who generates.
        generated_by: GeneratedBy,
        /// Everything that is given.
        prompt: PromptManifest,
    },
    /// Ask to stop the reply.
    RequestStop {
        /// The turn.
        turn_id: TurnId,
    },
    /// Record a whole reply.
    CompleteReply {
        /// What was written, and by what.
        reply: Reply,
        /// Quick answers.
        suggestions: Vec<String>,
        /// How it ended.
        finish: FinishKind,
        /// The model that the endpoint names.
        model_returned: Option<String>,
    },
    /// Record a stopped reply.
    StopReply {
        /// What had arrived.
        reply: Reply,
    },
    /// Record a failed reply.
    FailReply {
        /// What had arrived.
        reply: Reply,
        /// Why.
        reason: ReplyFailure,
    },
    /// Ask for another attempt.
    RetryTurn {
        /// The turn.
        turn_id: TurnId,
    },
    /// Ask for the rest of a reply that broke off.
    ContinueTurn {
        /// The turn.
        turn_id: TurnId,
    },
    /// Take a reply's plain words for a document.
    ExtractDocument {
        /// The turn.
        turn_id: TurnId,
        /// Whose message the reply answers.
        asked_by: UserId,
        /// The document.
        document: WrittenDocument,
        /// Who generated the reply.
        generated_by: GeneratedBy,
    },
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// The message.
    pub message_id: MessageId,
    /// Its turn.
    pub turn_id: TurnId,
    /// Who writes.
    pub author: UserId,
    /// What.
    pub text: Text,
}

/// What had arrived of a reply when it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The turn.
    pub turn_id: TurnId,
    /// The attempt.
    pub attempt: u32,
    /// The text, document tags included.
    pub text: Text,
    /// The documents in it.
    pub documents: Vec<WrittenDocument>,
    /// Who generated it.
    pub generated_by: GeneratedBy,
    /// What it consumed.
    pub usage: Usage,
}
