//! Decides a conversation: one turn at a time, each message answered at most once for each attempt.
//!
//! Whether the stage is unlocked and the person may write there is the phase's to say
//! (`OpenedPhase::permits`); the append holds that answer by a fence.

use serde::{Deserialize, Serialize};

use crate::conversation::replying::{broken_off, broken_off_when_failed, broken_off_when_finished};
use crate::conversation::{ConversationCommand, ConversationError, ConversationEvent, NewMessage, QueuedMessage};
use crate::ids::{TurnId, UserId};
use crate::text::{Text, TextRef};

/// Longest message, in bytes of UTF-8 (32 KiB).
pub const MAX_MESSAGE_BYTES: usize = 32 * 1024;

/// What a conversation remembers: the latest turn, what waits for it to end, and whether Conductor ever replied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The latest turn, once there is one.
    pub turn: Option<Turn>,
    /// Whether Conductor has replied to anything.
    pub replied: Replied,
    /// The message that waits for the reply to end.
    #[serde(default)]
    pub queued: Option<QueuedMessage>,
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
    /// What had come of the reply when it broke off, where it can go on from there.
    #[serde(default)]
    pub broken_off: Option<TextRef>,
    /// What the attempt goes on from, where it does.
    #[serde(default)]
    pub continues: Option<TextRef>,
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

impl Conversation {
    /// Given this conversation, when this command: the events, or why not.
    pub fn decide(&self, command: &ConversationCommand) -> Result<Vec<ConversationEvent>, ConversationError> {
        match command {
            ConversationCommand::PostMessage { message } => {
                worth_reading(&message.text)?;
                self.at_rest()?;
                Ok(vec![posted(message)])
            }
            ConversationCommand::QueueMessage { message, approved_version } => {
                self.queue_message(message, *approved_version)
            }
            ConversationCommand::SendQueuedMessage { message_id } => Ok(self.send_queued_message(*message_id)),
            ConversationCommand::ReturnQueuedMessage { message_id, reason } => {
                Ok(self.return_queued_message(*message_id, *reason))
            }
            ConversationCommand::CancelQueuedMessage { by } => self.cancel_queued_message(by),
            ConversationCommand::EditMessage { turn_id, message } => self.edit_message(*turn_id, message),
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
            ConversationCommand::ContinueTurn { turn_id } => self.continue_turn(*turn_id),
            ConversationCommand::ExtractDocument { turn_id, asked_by, document, generated_by } => {
                self.extract_document(*turn_id, *asked_by, document, generated_by)
            }
        }
    }

    /// The old turn stays in the history, and is not told to Conductor any more.
    fn edit_message(&self, turn_id: TurnId, message: &NewMessage) -> Result<Vec<ConversationEvent>, ConversationError> {
        worth_reading(&message.text)?;
        let turn = self.latest(turn_id)?;
        if turn.asked_by != message.author {
            return Err(ConversationError::NotYoursToEdit);
        }
        self.at_rest()?;
        Ok(vec![ConversationEvent::TurnReplaced { turn_id, replaced_by: message.turn_id }, posted(message)])
    }

    /// Whether a turn can begin: no reply runs, and no message waits to be next.
    pub(super) fn at_rest(&self) -> Result<(), ConversationError> {
        if let Some(turn) = self.running() {
            return Err(ConversationError::TurnRunning(turn.turn_id));
        }
        match &self.queued {
            Some(waiting) => Err(ConversationError::MessageWaits(waiting.message_id)),
            None => Ok(()),
        }
    }

    /// The turn that is still to end.
    pub fn running(&self) -> Option<&Turn> {
        self.turn.as_ref().filter(|turn| turn.progress.is_running())
    }

    pub(super) fn latest(&self, turn_id: TurnId) -> Result<&Turn, ConversationError> {
        self.turn.as_ref().filter(|turn| turn.turn_id == turn_id).ok_or(ConversationError::UnknownTurn)
    }

    /// Folds one event.
    pub fn fold(&mut self, event: ConversationEvent) {
        match event {
            ConversationEvent::MessagePosted { message_id, turn_id, author, .. } => {
                self.turn = Some(Turn {
                    turn_id,
                    asked_by: author,
                    attempt: 1,
                    progress: TurnProgress::Queued,
                    broken_off: None,
                    continues: None,
                });
                self.queued.take_if(|queued| queued.message_id == message_id);
            }
            ConversationEvent::MessageQueued {
                project_id,
                phase_id,
                stage,
                message_id,
                turn_id,
                author,
                text,
                approved_version,
            } => {
                self.queued = Some(QueuedMessage {
                    project_id,
                    phase_id,
                    stage,
                    message_id,
                    turn_id,
                    author,
                    text,
                    approved_version,
                });
            }
            ConversationEvent::QueuedMessageCancelled { .. } | ConversationEvent::QueuedMessageReturned { .. } => {
                self.queued = None;
            }
            ConversationEvent::ReplyStarted { .. } => self.progress(TurnProgress::Streaming),
            ConversationEvent::ReplyStopRequested { .. } => self.progress(TurnProgress::Stopping),
            ConversationEvent::ReplyCompleted { finish, text, .. } => {
                self.replied = Replied::Yes;
                self.ended(TurnProgress::Completed, broken_off_when_finished(finish, text));
            }
            ConversationEvent::ReplyStopped { text, .. } => self.ended(TurnProgress::Stopped, broken_off(text)),
            ConversationEvent::ReplyFailed { reason, text, .. } => {
                self.ended(TurnProgress::Failed, broken_off_when_failed(&reason, text));
            }
            ConversationEvent::TurnRetried { attempt, .. } => self.begin_again(attempt, |_| None),
            ConversationEvent::TurnContinued { attempt, .. } => self.begin_again(attempt, |turn| turn.broken_off),
            ConversationEvent::TurnReplaced { .. } | ConversationEvent::DocumentExtracted { .. } => {}
        }
    }

    fn begin_again(&mut self, attempt: u32, from: impl FnOnce(&Turn) -> Option<TextRef>) {
        if let Some(turn) = &mut self.turn {
            turn.attempt = attempt;
            turn.progress = TurnProgress::Queued;
            turn.continues = from(turn);
            turn.broken_off = None;
        }
    }

    fn ended(&mut self, progress: TurnProgress, broken_off: Option<TextRef>) {
        self.progress(progress);
        if let Some(turn) = &mut self.turn {
            turn.broken_off = broken_off;
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

/// The text, where Conductor can be asked to read it.
pub(super) fn worth_reading(text: &Text) -> Result<&Text, ConversationError> {
    if text.body().trim().is_empty() {
        return Err(ConversationError::EmptyMessage);
    }
    if text.body().len() > MAX_MESSAGE_BYTES {
        return Err(ConversationError::MessageTooLong { bytes: text.body().len() });
    }
    Ok(text)
}

fn posted(message: &NewMessage) -> ConversationEvent {
    ConversationEvent::MessagePosted {
        project_id: message.project_id,
        phase_id: message.phase_id,
        stage: message.stage,
        message_id: message.message_id,
        turn_id: message.turn_id,
        author: message.author,
        text: message.text.reference(),
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
