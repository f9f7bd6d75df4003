//! Decides a conversation: one turn at a time, each message answered at most once for each attempt.
//!
//! Whether the stage is unlocked and the person may write there is the phase's to say
//! (`OpenedPhase::permits`); the append holds that answer by a fence.

use serde::{Deserialize, Serialize};

use crate::conductor::{FinishKind, GeneratedBy, PromptManifest, Usage};
use crate::conversation::{ConversationEvent, ReplyFailure, WrittenDocument};
use crate::ids::{MessageId, PhaseId, ProjectId, TurnId, UserId};
use crate::stage::Stage;
use crate::text::Text;

/// Longest message, in bytes of UTF-8 (32 KiB).
pub const MAX_MESSAGE_BYTES: usize = 32 * 1024;

/// What a conversation remembers: the latest turn, and whether Conductor ever replied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The latest turn, once there is one.
    pub turn: Option<Turn>,
    /// Whether Conductor has replied to anything.
    pub replied: Replied,
}

/// Whether Conductor has replied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replied {
    /// Not yet.
    #[default]
    NotYet,
    /// At least once, whole.
    Yes,
}

/// The latest turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Its id.
    pub turn_id: TurnId,
    /// Whose message it answers.
    pub asked_by: UserId,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// How far it is.
    pub progress: TurnProgress,
}

/// How far a turn is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnProgress {
    /// Waiting for Conductor.
    Queued,
    /// Conductor writes.
    Streaming,
    /// Somebody asked to stop it.
    Stopping,
    /// Whole.
    Completed,
    /// Stopped.
    Stopped,
    /// Failed.
    Failed,
}

impl TurnProgress {
    /// Whether the turn is still to end.
    pub fn is_running(self) -> bool {
        match self {
            TurnProgress::Queued | TurnProgress::Streaming | TurnProgress::Stopping => true,
            TurnProgress::Completed | TurnProgress::Stopped | TurnProgress::Failed => false,
        }
    }
}

/// A command to a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConversationCommand {
    /// Write to Conductor.
    PostMessage {
        /// The project.
        project_id: ProjectId,
        /// The phase.
        phase_id: PhaseId,
        /// The stage.
        stage: Stage,
        /// The new message.
        message_id: MessageId,
        /// The new turn.
        turn_id: TurnId,
        /// Who writes.
        author: UserId,
        /// What.
        text: Text,
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
    /// There is no such turn.
    #[error("there is no such turn, or a newer one has begun")]
    UnknownTurn,
    /// The turn has ended.
    #[error("this reply has ended already; there is nothing to stop")]
    TurnNotRunning,
    /// The turn can't be tried again.
    #[error("this reply can't be tried again: only a failed or stopped one can")]
    TurnNotRetryable,
}

impl Conversation {
    /// Given this conversation, when this command: the events, or why not.
    pub fn decide(&self, command: &ConversationCommand) -> Result<Vec<ConversationEvent>, ConversationError> {
        match command {
            ConversationCommand::PostMessage { project_id, phase_id, stage, message_id, turn_id, author, text } => {
                let checked = self.admits(text)?;
                Ok(vec![ConversationEvent::MessagePosted {
                    project_id: *project_id,
                    phase_id: *phase_id,
                    stage: *stage,
                    message_id: *message_id,
                    turn_id: *turn_id,
                    author: *author,
                    text: checked.reference(),
                }])
            }
            ConversationCommand::StartReply { turn_id, attempt, generated_by, prompt } => {
                self.start_reply(*turn_id, *attempt, generated_by, prompt)
            }
            ConversationCommand::RequestStop { turn_id } => self.request_stop(*turn_id),
            ConversationCommand::CompleteReply { reply, suggestions, finish, model_returned } => {
                self.end(reply, |asked_by| ConversationEvent::ReplyCompleted {
                    turn_id: reply.turn_id,
                    asked_by,
                    attempt: reply.attempt,
                    text: reply.text.reference(),
                    documents: reply.documents.clone(),
                    suggestions: suggestions.clone(),
                    finish: *finish,
                    generated_by: reply.generated_by.clone(),
                    model_returned: model_returned.clone(),
                    usage: reply.usage,
                })
            }
            ConversationCommand::StopReply { reply } => self.end(reply, |asked_by| ConversationEvent::ReplyStopped {
                turn_id: reply.turn_id,
                asked_by,
                attempt: reply.attempt,
                text: reply.text.reference(),
                documents: reply.documents.clone(),
                generated_by: reply.generated_by.clone(),
                usage: reply.usage,
            }),
            ConversationCommand::FailReply { reply, reason } => {
                self.end(reply, |asked_by| ConversationEvent::ReplyFailed {
                    turn_id: reply.turn_id,
                    asked_by,
                    attempt: reply.attempt,
                    reason: reason.clone(),
                    text: reply.text.reference(),
                    documents: reply.documents.clone(),
                    generated_by: reply.generated_by.clone(),
                    usage: reply.usage,
                })
            }
            ConversationCommand::RetryTurn { turn_id } => self.retry_turn(*turn_id),
        }
    }

    fn admits<'a>(&self, text: &'a Text) -> Result<&'a Text, ConversationError> {
        if text.body().trim().is_empty() {
            return Err(ConversationError::EmptyMessage);
        }
        if text.body().len() > MAX_MESSAGE_BYTES {
            return Err(ConversationError::MessageTooLong { bytes: text.body().len() });
        }
        match &self.turn {
            Some(turn) if turn.progress.is_running() => Err(ConversationError::TurnRunning(turn.turn_id)),
            _ => Ok(text),
        }
    }

    fn latest(&self, turn_id: TurnId) -> Result<&Turn, ConversationError> {
        self.turn.as_ref().filter(|turn| turn.turn_id == turn_id).ok_or(ConversationError::UnknownTurn)
    }

    fn start_reply(
        &self,
        turn_id: TurnId,
        attempt: u32,
        generated_by: &GeneratedBy,
        prompt: &PromptManifest,
    ) -> Result<Vec<ConversationEvent>, ConversationError> {
        let turn = self.latest(turn_id)?;
        if turn.attempt != attempt || !turn.progress.is_running() {
            return Err(ConversationError::TurnNotRunning);
        }
        if turn.progress == TurnProgress::Streaming {
            return Ok(Vec::new());
        }
        Ok(vec![ConversationEvent::ReplyStarted {
            turn_id,
            attempt,
            generated_by: generated_by.clone(),
            prompt: prompt.clone(),
        }])
    }

    fn request_stop(&self, turn_id: TurnId) -> Result<Vec<ConversationEvent>, ConversationError> {
        match self.latest(turn_id)?.progress {
            TurnProgress::Queued | TurnProgress::Streaming => {
                Ok(vec![ConversationEvent::ReplyStopRequested { turn_id }])
            }
            TurnProgress::Stopping => Ok(Vec::new()),
            TurnProgress::Completed | TurnProgress::Stopped | TurnProgress::Failed => {
                Err(ConversationError::TurnNotRunning)
            }
        }
    }

    /// A reply ends once; a worker that reports the end of an attempt that has ended adds nothing.
    fn end(
        &self,
        reply: &Reply,
        event: impl FnOnce(UserId) -> ConversationEvent,
    ) -> Result<Vec<ConversationEvent>, ConversationError> {
        let turn = self.latest(reply.turn_id)?;
        if turn.attempt != reply.attempt || !turn.progress.is_running() {
            return Ok(Vec::new());
        }
        Ok(vec![event(turn.asked_by)])
    }

    fn retry_turn(&self, turn_id: TurnId) -> Result<Vec<ConversationEvent>, ConversationError> {
        let turn = self.latest(turn_id)?;
        match turn.progress {
            TurnProgress::Failed | TurnProgress::Stopped => {
                Ok(vec![ConversationEvent::TurnRetried { turn_id, attempt: turn.attempt + 1 }])
            }
            TurnProgress::Queued | TurnProgress::Streaming | TurnProgress::Stopping => {
                Err(ConversationError::TurnRunning(turn_id))
            }
            TurnProgress::Completed => Err(ConversationError::TurnNotRetryable),
        }
    }

    /// Folds one event.
    pub fn fold(&mut self, event: ConversationEvent) {
        match event {
            ConversationEvent::MessagePosted { turn_id, author, .. } => {
                self.turn = Some(Turn { turn_id, asked_by: author, attempt: 1, progress: TurnProgress::Queued });
            }
            ConversationEvent::ReplyStarted { .. } => self.progress(TurnProgress::Streaming),
            ConversationEvent::ReplyStopRequested { .. } => self.progress(TurnProgress::Stopping),
            ConversationEvent::ReplyCompleted { .. } => {
                self.replied = Replied::Yes;
                self.progress(TurnProgress::Completed);
            }
            ConversationEvent::ReplyStopped { .. } => self.progress(TurnProgress::Stopped),
            ConversationEvent::ReplyFailed { .. } => self.progress(TurnProgress::Failed),
            ConversationEvent::TurnRetried { attempt, .. } => {
                if let Some(turn) = &mut self.turn {
                    turn.attempt = attempt;
                    turn.progress = TurnProgress::Queued;
                }
            }
        }
    }

    fn progress(&mut self, progress: TurnProgress) {
        if let Some(turn) = &mut self.turn {
            // A stop that was asked for before the model began is still a stop.
            if !(turn.progress == TurnProgress::Stopping && progress == TurnProgress::Streaming) {
                turn.progress = progress;
            }
        }
    }
}

crate::aggregate!(
    Conversation,
    "conversation",
    ConversationCommand,
    ConversationEvent,
    ConversationError,
    |conversation, event| conversation.fold(event)
);
