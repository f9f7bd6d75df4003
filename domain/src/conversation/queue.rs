//! The queue of one: what a person writes while Conductor replies waits, is seen by everybody, and is sent when the
//! reply has ended. It is sent once, or taken back, or given back; its words are never lost.

use serde::{Deserialize, Serialize};

use crate::actor::Person;
use crate::conversation::{Conversation, ConversationError, ConversationEvent, NewMessage, QueueReturn};
use crate::ids::{MessageId, PhaseId, ProjectId, TurnId, UserId};
use crate::phase::{OpenedPhase, PhaseError, Verb};
use crate::role::Role;
use crate::stage::Stage;
use crate::text::TextRef;

/// A message that waits for the reply to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedMessage {
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// The message.
    pub message_id: MessageId,
    /// The turn that it will begin.
    pub turn_id: TurnId,
    /// Who wrote it.
    pub author: UserId,
    /// What was written.
    pub text: TextRef,
    /// The version that was approved at the stage when it was written.
    pub approved_version: Option<u32>,
}

/// Whether somebody may take back a message that waits: its author, or an SDM.
pub fn may_cancel(author: UserId, by: &Person) -> bool {
    author == by.user_id || by.roles.contains(&Role::Sdm)
}

impl QueuedMessage {
    /// Whether the stage takes it now, from its author as they are now; else why it goes back.
    pub fn is_welcome(&self, phase: &OpenedPhase, author: &Person) -> Result<(), QueueReturn> {
        phase.permits(Verb::PostMessage, self.stage, author).map_err(|refusal| match refusal {
            PhaseError::Closed(_) => QueueReturn::PhaseClosed,
            PhaseError::StageLocked { .. } | PhaseError::StageClosed(_) => QueueReturn::StageLocked,
            _ => QueueReturn::NotAllowed,
        })?;
        match phase.approved_version(self.stage) {
            Some(version) if self.approved_version != Some(version) => Err(QueueReturn::StageApproved),
            _ => Ok(()),
        }
    }
}

impl Conversation {
    pub(super) fn queue_message(
        &self,
        message: &NewMessage,
        approved_version: Option<u32>,
    ) -> Result<Vec<ConversationEvent>, ConversationError> {
        let text = super::aggregate::worth_reading(&message.text)?;
        if let Some(waiting) = &self.queued {
            return Err(ConversationError::MessageWaits(waiting.message_id));
        }
        if self.running().is_none() {
            return Err(ConversationError::NothingToWaitFor);
        }
        Ok(vec![ConversationEvent::MessageQueued {
            project_id: message.project_id,
            phase_id: message.phase_id,
            stage: message.stage,
            message_id: message.message_id,
            turn_id: message.turn_id,
            author: message.author,
            text: text.reference(),
            approved_version,
        }])
    }

    /// Sent while another reply runs, or a second time, it adds nothing: the end of that reply asks again.
    pub(super) fn send_queued_message(&self, message_id: MessageId) -> Vec<ConversationEvent> {
        let waiting = self.waiting(message_id).filter(|_| self.running().is_none());
        let posted = waiting.map(|queued| ConversationEvent::MessagePosted {
            project_id: queued.project_id,
            phase_id: queued.phase_id,
            stage: queued.stage,
            message_id: queued.message_id,
            turn_id: queued.turn_id,
            author: queued.author,
            text: queued.text,
        });
        posted.into_iter().collect()
    }

    pub(super) fn return_queued_message(&self, message_id: MessageId, reason: QueueReturn) -> Vec<ConversationEvent> {
        let returned = self.waiting(message_id).map(|queued| ConversationEvent::QueuedMessageReturned {
            message_id,
            author: queued.author,
            reason,
        });
        returned.into_iter().collect()
    }

    pub(super) fn cancel_queued_message(&self, by: &Person) -> Result<Vec<ConversationEvent>, ConversationError> {
        let waiting = self.queued.as_ref().ok_or(ConversationError::NothingWaits)?;
        if !may_cancel(waiting.author, by) {
            return Err(ConversationError::NotYoursToCancel);
        }
        Ok(vec![ConversationEvent::QueuedMessageCancelled {
            message_id: waiting.message_id,
            author: waiting.author,
            cancelled_by: by.user_id,
        }])
    }

    fn waiting(&self, message_id: MessageId) -> Option<&QueuedMessage> {
        self.queued.as_ref().filter(|queued| queued.message_id == message_id)
    }
}
