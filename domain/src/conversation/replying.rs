//! A reply from its start to its end, and what can be asked of one that has ended.

use crate::conductor::{FinishKind, GeneratedBy, ModelFailureKind, PromptManifest};
use crate::conversation::{
    Conversation, ConversationError, ConversationEvent, Reply, ReplyFailure, TurnProgress, WrittenDocument,
};
use crate::ids::{TurnId, UserId};
use crate::text::TextRef;

impl Conversation {
    pub(super) fn start_reply(
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

    pub(super) fn request_stop(&self, turn_id: TurnId) -> Result<Vec<ConversationEvent>, ConversationError> {
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
    pub(super) fn end(
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

    pub(super) fn retry_turn(&self, turn_id: TurnId) -> Result<Vec<ConversationEvent>, ConversationError> {
        let turn = self.latest(turn_id)?;
        self.at_rest()?;
        match turn.progress {
            TurnProgress::Failed | TurnProgress::Stopped => {
                Ok(vec![ConversationEvent::TurnRetried { turn_id, attempt: turn.attempt + 1 }])
            }
            _ => Err(ConversationError::TurnNotRetryable),
        }
    }

    pub(super) fn continue_turn(&self, turn_id: TurnId) -> Result<Vec<ConversationEvent>, ConversationError> {
        let turn = self.latest(turn_id)?;
        self.at_rest()?;
        if turn.broken_off.is_none() {
            return Err(ConversationError::TurnNotContinuable);
        }
        Ok(vec![ConversationEvent::TurnContinued { turn_id, attempt: turn.attempt + 1 }])
    }

    /// Whether the stage takes a version is the phase's to say.
    pub(super) fn extract_document(
        &self,
        turn_id: TurnId,
        asked_by: UserId,
        document: &WrittenDocument,
        generated_by: &GeneratedBy,
    ) -> Result<Vec<ConversationEvent>, ConversationError> {
        if self.running().is_some_and(|turn| turn.turn_id == turn_id) {
            return Err(ConversationError::TurnRunning(turn_id));
        }
        Ok(vec![ConversationEvent::DocumentExtracted {
            turn_id,
            asked_by,
            document: document.clone(),
            generated_by: generated_by.clone(),
        }])
    }
}

/// What there is to go on from of a reply that ended as the model meant it.
pub(super) fn broken_off_when_finished(finish: FinishKind, text: TextRef) -> Option<TextRef> {
    if finish == FinishKind::Truncated { broken_off(text) } else { None }
}

/// What there is to go on from of one that failed: nothing where it was too large already, or the provider's filter
/// stopped it.
pub(super) fn broken_off_when_failed(reason: &ReplyFailure, text: TextRef) -> Option<TextRef> {
    match reason {
        ReplyFailure::Model { failure: ModelFailureKind::TooLarge | ModelFailureKind::Blocked, .. } => None,
        ReplyFailure::Model { .. } | ReplyFailure::ServerStopped => broken_off(text),
    }
}

/// Where nothing had come there is nothing to go on from.
pub(super) fn broken_off(text: TextRef) -> Option<TextRef> {
    Some(text).filter(|text| text.bytes > 0)
}
