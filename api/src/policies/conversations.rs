//! What happens by itself in a conversation: the message that waited for a reply is sent when the reply has ended, or
//! given back to its author where the stage or the phase does not take it any more.

use konductro_domain::actor::{Credential, Person};
use konductro_domain::conversation::{Conversation, ConversationCommand, QueuedMessage, conversation_stream};
use konductro_domain::event::{Event, Recorded};
use konductro_domain::phase::{Phase, PhaseError};
use konductro_domain::policies::Reaction;
use konductro_domain::role::Roles;

use super::{Runner, Trouble};
use crate::commands::{CommandError, Envelope, FenceCheck, FenceScope};

impl Runner {
    pub(super) async fn send_queued_message(
        &self,
        event: &Recorded<Event>,
        number: usize,
        reaction: &Reaction,
    ) -> Result<(), Trouble> {
        let Reaction::SendQueuedMessage { project_id, phase_id, stage } = reaction else { return Ok(()) };
        let stream = conversation_stream(*phase_id, *stage);
        let Some(queued) = self.commands.load::<Conversation>(&stream).await?.state.queued else { return Ok(()) };
        // Asked again where the author's roles or the stage move at the same moment.
        let prepare = async || -> Result<(ConversationCommand, Envelope), Trouble> {
            let (command, fences) = self.send_or_return(&queued).await?;
            let envelope = Envelope { fences, ..self.by_itself(event, number, *project_id, *phase_id) };
            Ok((command, envelope))
        };
        self.commands.execute_with::<Conversation, Trouble, _, _>(&stream, None, prepare).await?;
        Ok(())
    }

    /// What becomes of the message as things stand, and the fences that hold them.
    async fn send_or_return(&self, queued: &QueuedMessage) -> Result<(ConversationCommand, Vec<FenceCheck>), Trouble> {
        let message_id = queued.message_id;
        let membership = FenceScope::Member(queued.project_id, queued.author);
        let member = self.commands.fence(&membership).await?;
        let gate = FenceScope::Stage(queued.phase_id, queued.stage);
        let epoch = self.commands.fence(&gate).await?.epoch;
        let Phase::Opened(phase) = self.commands.load::<Phase>(&queued.phase_id.to_string()).await?.state else {
            return Err(CommandError::Refused(PhaseError::Unknown).into());
        };
        let roles: Roles = serde_json::from_value(member.value).unwrap_or_default();
        // Whether a message may be posted does not depend on how its author proved who they are.
        let author = Person { user_id: queued.author, roles, credential: Credential::Console };
        let command = match queued.is_welcome(&phase, &author) {
            Ok(()) => ConversationCommand::SendQueuedMessage { message_id },
            Err(reason) => ConversationCommand::ReturnQueuedMessage { message_id, reason },
        };
        let fences = vec![FenceCheck { scope: membership, epoch: member.epoch }, FenceCheck { scope: gate, epoch }];
        Ok((command, fences))
    }
}
