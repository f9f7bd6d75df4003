//! A message on its way into a conversation: posted where Conductor is at rest, else left to wait.

use konductro_domain::conversation::{
    Conversation, ConversationCommand, ConversationError, ConversationEvent, NewMessage, conversation_stream,
};
use konductro_domain::ids::{MessageId, PhaseId, TurnId};
use konductro_domain::phase::Verb;
use konductro_domain::role::Capability;
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use serde_json::json;

use super::access::{InPhase, Told as _};
use super::conversations::{MessageTaken, turn_job};
use crate::commands::{CommandError, Envelope, Executed};
use crate::http::{Caller, RequestContext};
use crate::problem::Problem;
use crate::state::AppState;

/// A message that is offered to a conversation.
pub(super) struct OfferedMessage {
    pub(super) phase_id: PhaseId,
    pub(super) stage: Stage,
    pub(super) message_id: MessageId,
    pub(super) turn_id: TurnId,
    pub(super) text: Text,
}

/// Why a message was not taken.
pub(super) enum NotTaken {
    /// The conversation refuses it as it stands.
    Refused(ConversationError),
    /// Whatever else.
    Otherwise(Problem),
}

impl From<CommandError<ConversationError>> for NotTaken {
    fn from(error: CommandError<ConversationError>) -> Self {
        match error {
            CommandError::Refused(refusal) => NotTaken::Refused(refusal),
            other => NotTaken::Otherwise(other.into()),
        }
    }
}

impl From<Problem> for NotTaken {
    fn from(problem: Problem) -> Self {
        NotTaken::Otherwise(problem)
    }
}

impl From<NotTaken> for Problem {
    fn from(not_taken: NotTaken) -> Self {
        match not_taken {
            NotTaken::Refused(refusal) => refusal.into(),
            NotTaken::Otherwise(problem) => problem,
        }
    }
}

/// How often it is offered in turn to the conversation at rest and to its queue.
const OFFERED: u32 = 5;

type Asked = Result<Executed<ConversationEvent>, NotTaken>;

impl OfferedMessage {
    /// Posts it, or has it wait: a reply may begin or end between the two.
    pub(super) async fn offer(&self, state: &AppState, caller: &Caller, context: &RequestContext) -> Asked {
        for _ in 0..OFFERED {
            match self.post(state, caller, context).await {
                Err(NotTaken::Refused(ConversationError::TurnRunning(_) | ConversationError::MessageWaits(_))) => {}
                settled => return settled,
            }
            match self.queue(state, caller, context).await {
                Err(NotTaken::Refused(ConversationError::NothingToWaitFor)) => {}
                settled => return settled,
            }
        }
        self.post(state, caller, context).await
    }

    /// Posts it where no reply runs.
    async fn post(&self, state: &AppState, caller: &Caller, context: &RequestContext) -> Asked {
        let prepare = async || -> Result<_, NotTaken> {
            let phase = self.enter(state, caller).await?;
            let command = ConversationCommand::PostMessage { message: self.message(&phase, caller) };
            let mut envelope = self.envelope(&phase, context, false);
            envelope.jobs = vec![turn_job(&phase, self.stage, self.turn_id, 1)];
            Ok((command, envelope))
        };
        self.execute(state, context, prepare).await
    }

    /// Has it wait for the reply that runs.
    async fn queue(&self, state: &AppState, caller: &Caller, context: &RequestContext) -> Asked {
        let prepare = async || -> Result<_, NotTaken> {
            let phase = self.enter(state, caller).await?;
            let approved_version = phase.phase.approved_version(self.stage);
            let message = self.message(&phase, caller);
            let envelope = self.envelope(&phase, context, true);
            Ok((ConversationCommand::QueueMessage { message, approved_version }, envelope))
        };
        self.execute(state, context, prepare).await
    }

    fn message(&self, phase: &InPhase, caller: &Caller) -> NewMessage {
        NewMessage {
            project_id: phase.project.project_id,
            phase_id: self.phase_id,
            stage: self.stage,
            message_id: self.message_id,
            turn_id: self.turn_id,
            author: caller.user_id,
            text: self.text.clone(),
        }
    }

    async fn enter(&self, state: &AppState, caller: &Caller) -> Result<InPhase, Problem> {
        let phase = InPhase::enter_stage(state, caller, self.phase_id, self.stage).await?;
        phase.phase.permits(Verb::PostMessage, self.stage, phase.person())?;
        Ok(phase)
    }

    fn envelope(&self, phase: &InPhase, context: &RequestContext, queued: bool) -> Envelope {
        let taken = MessageTaken { message_id: self.message_id, turn_id: self.turn_id, queued };
        phase
            .envelope(context, Capability::Converse(self.stage))
            .with_texts([self.text.clone()])
            .with_result(context, json!(taken))
    }

    async fn execute<P>(&self, state: &AppState, context: &RequestContext, prepare: impl Fn() -> P) -> Asked
    where
        P: Future<Output = Result<(ConversationCommand, Envelope), NotTaken>>,
    {
        let stream = conversation_stream(self.phase_id, self.stage);
        state.commands.execute_with::<Conversation, NotTaken, _, _>(&stream, context.repeated(), prepare).await
    }
}
