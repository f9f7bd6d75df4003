//! What happens in the conversation of one stage.

use serde::{Deserialize, Serialize};

use crate::conductor::{FinishKind, GeneratedBy, ModelFailureKind, PromptManifest, Usage};
use crate::event_enum;
use crate::ids::{ChangeRequestId, MessageId, PhaseId, ProjectId, TurnId, UserId};
use crate::phase::artefact::Completeness;
use crate::stage::Stage;
use crate::text::TextRef;

event_enum! {
    /// What happens in the conversation of one stage.
    ConversationEvent {
        /// A person wrote to Conductor; a turn begins.
        MessagePosted {
            /// The project.
            project_id: ProjectId,
            /// The phase.
            phase_id: PhaseId,
            /// The stage.
            stage: Stage,
            /// The message.
            message_id: MessageId,
            /// The turn.
            turn_id: TurnId,
            /// Who wrote it.
            author: UserId,
            /// What was written.
            text: TextRef,
        },
        /// A person wrote while Conductor replied; the message waits for the reply to end.
        MessageQueued {
            /// The project.
            project_id: ProjectId,
            /// The phase.
            phase_id: PhaseId,
            /// The stage.
            stage: Stage,
            /// The message; it keeps its id when it is sent.
            message_id: MessageId,
            /// The turn that it will begin.
            turn_id: TurnId,
            /// Who wrote it.
            author: UserId,
            /// What was written.
            text: TextRef,
            /// The version that was approved at the stage then, where one was.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            approved_version: Option<u32>,
        },
        /// A message that waited was taken back before it was sent.
        QueuedMessageCancelled {
            /// The message.
            message_id: MessageId,
            /// Who had written it.
            author: UserId,
            /// Who took it back.
            cancelled_by: UserId,
        },
        /// A message that waited could no longer be sent; its author has it back.
        QueuedMessageReturned {
            /// The message.
            message_id: MessageId,
            /// Whose it is.
            author: UserId,
            /// Why.
            reason: QueueReturn,
        },
        /// A person said it differently: another turn takes this one's place. It stays in the history, and Conductor is
        /// not told of it any more.
        TurnReplaced {
            /// The turn.
            turn_id: TurnId,
            /// The turn that takes its place.
            replaced_by: TurnId,
        },
        /// Conductor was asked; what it was given is on record.
        ReplyStarted {
            /// The turn.
            turn_id: TurnId,
            /// Which attempt at the turn, from 1.
            attempt: u32,
            /// Who generates.
            generated_by: GeneratedBy,
            /// Everything that was given.
            prompt: PromptManifest,
        },
        /// A person asked to stop the reply.
        ReplyStopRequested {
            /// The turn.
            turn_id: TurnId,
        },
        /// The reply is whole.
        ReplyCompleted {
            /// The turn.
            turn_id: TurnId,
            /// Whose message it answers: an author of what it wrote (rule 8).
            asked_by: UserId,
            /// Which attempt.
            attempt: u32,
            /// The whole reply, document tags included.
            text: TextRef,
            /// Documents in it, in order.
            documents: Vec<WrittenDocument>,
            /// Quick answers offered with it.
            suggestions: Vec<String>,
            /// How it ended.
            finish: FinishKind,
            /// Who generated it.
            generated_by: GeneratedBy,
            /// The model that the endpoint says it used.
            model_returned: Option<String>,
            /// What it consumed.
            usage: Usage,
        },
        /// The reply was stopped; what had arrived stays.
        ReplyStopped {
            /// The turn.
            turn_id: TurnId,
            /// Whose message it answers: an author of what it wrote (rule 8).
            asked_by: UserId,
            /// Which attempt.
            attempt: u32,
            /// What had arrived.
            text: TextRef,
            /// Whole documents among it.
            documents: Vec<WrittenDocument>,
            /// Who generated it.
            generated_by: GeneratedBy,
            /// What it consumed.
            usage: Usage,
        },
        /// The reply failed or was interrupted; what had arrived stays.
        ReplyFailed {
            /// The turn.
            turn_id: TurnId,
            /// Whose message it answers: an author of what it wrote (rule 8).
            asked_by: UserId,
            /// Which attempt.
            attempt: u32,
            /// Why.
            reason: ReplyFailure,
            /// What had arrived.
            text: TextRef,
            /// Documents among it.
            documents: Vec<WrittenDocument>,
            /// Who was to generate it.
            generated_by: GeneratedBy,
            /// What it consumed.
            usage: Usage,
        },
        /// A person asked for another attempt at the reply.
        TurnRetried {
            /// The turn.
            turn_id: TurnId,
            /// The attempt that begins.
            attempt: u32,
        },
        /// A person asked for the rest of a reply that had broken off; what had arrived is its beginning.
        TurnContinued {
            /// The turn.
            turn_id: TurnId,
            /// The attempt that begins.
            attempt: u32,
        },
        /// A person took a reply's plain words for a document.
        DocumentExtracted {
            /// The turn.
            turn_id: TurnId,
            /// Whose message the reply answers: an author of what it wrote (rule 8).
            asked_by: UserId,
            /// The document.
            document: WrittenDocument,
            /// Who generated it.
            generated_by: GeneratedBy,
        },
    }
}

/// Why a message that waited was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueReturn {
    /// The stage was locked meanwhile.
    StageLocked,
    /// The stage was approved meanwhile: what is said now may be said of another text.
    StageApproved,
    /// The phase is over.
    PhaseClosed,
    /// Its author may not write here any more.
    NotAllowed,
}

/// A document that Conductor wrote in a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenDocument {
    /// Its place among the reply's documents, from 0.
    pub ordinal: u32,
    /// The stage it is for.
    pub stage: Stage,
    /// Its title.
    pub title: String,
    /// Its text.
    pub content: TextRef,
    /// Whether all of it arrived.
    pub completeness: Completeness,
    /// Whether the text holds a placeholder such as "rest unchanged" instead of itself.
    pub substance: Substance,
    /// The change requests that it says it answers; events older than that have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<ChangeRequestId>,
}

/// Whether a document's body is the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Substance {
    /// It is.
    Whole,
    /// It refers to an earlier text instead of repeating it.
    Placeholder,
    /// It is empty or over the limit.
    Unusable,
}

/// Why there is no whole reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReplyFailure {
    /// The model failed.
    Model {
        /// What kind of failure.
        failure: ModelFailureKind,
        /// The HTTP status, where there was one.
        status: Option<u16>,
        /// A sentence for people; never holds a secret.
        detail: String,
    },
    /// The server stopped while the reply was written.
    ServerStopped,
}
