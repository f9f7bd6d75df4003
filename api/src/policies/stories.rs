//! What happens by itself around stories: a first reply passes a scoping stage, an approved proposal becomes a story
//! under the project's next number, and what enters the backlog is enriched.
//!
//! All of it is the product's own doing, in the name of nobody: the event it leads to says on whose behalf.

use konductro_domain::actor::Actor;
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_domain::phase::{Phase, PhaseCommand, RecordFirstReply};
use konductro_domain::policies::{ApprovedProposal, Reaction};
use konductro_domain::story::{CreateStory, EnrichmentAsker, RequestEnrichment, Story, StoryCommand};

use super::{Runner, Trouble};
use crate::commands::Envelope;

impl Runner {
    pub(super) async fn record_first_reply(
        &self,
        event: &Recorded<Event>,
        number: usize,
        reaction: &Reaction,
    ) -> Result<(), Trouble> {
        let Reaction::RecordFirstReply { project_id, phase_id, stage, turn_id } = reaction else { return Ok(()) };
        let command = PhaseCommand::RecordFirstReply(RecordFirstReply { stage: *stage, turn_id: *turn_id });
        let envelope = self.by_itself(event, number, *project_id, *phase_id);
        self.commands.execute::<Phase>(&phase_id.to_string(), command, envelope).await?;
        Ok(())
    }

    pub(super) async fn create_story(
        &self,
        event: &Recorded<Event>,
        number: usize,
        approved: &ApprovedProposal,
    ) -> Result<(), Trouble> {
        // Asked again whenever somebody else was faster to take the number.
        let prepare = async || -> Result<(StoryCommand, Envelope), Trouble> {
            let command = CreateStory {
                story_id: approved.story_id,
                project_id: approved.project_id,
                phase_id: approved.phase_id,
                number: self.commands.next_story_number(approved.project_id).await?,
                created_by: approved.approved_by,
                proposal_id: approved.proposal_id,
                proposal_version: approved.proposal_version,
                generation_id: approved.generation_id,
                lineage: approved.lineage.clone(),
                based_on: approved.based_on.clone(),
                content: approved.content.clone(),
            };
            let envelope = self.by_itself(event, number, approved.project_id, approved.phase_id);
            Ok((StoryCommand::CreateStory(command), envelope))
        };
        self.commands.execute_with::<Story, Trouble, _, _>(&approved.story_id.to_string(), None, prepare).await?;
        Ok(())
    }

    pub(super) async fn request_enrichment(
        &self,
        event: &Recorded<Event>,
        number: usize,
        reaction: &Reaction,
    ) -> Result<(), Trouble> {
        let Reaction::RequestEnrichment { project_id, phase_id, story_id, requested_by } = reaction else {
            return Ok(());
        };
        let by = EnrichmentAsker::Policy(*requested_by);
        let command = StoryCommand::RequestEnrichment(RequestEnrichment { by });
        let envelope = self.by_itself(event, number, *project_id, *phase_id);
        self.commands.execute::<Story>(&story_id.to_string(), command, envelope).await?;
        Ok(())
    }

    /// What is told with what the product does in the name of nobody.
    pub(super) fn by_itself(
        &self,
        event: &Recorded<Event>,
        number: usize,
        project_id: ProjectId,
        phase_id: PhaseId,
    ) -> Envelope {
        Envelope {
            actor: Actor::System,
            project_id: Some(project_id),
            phase_id: Some(phase_id),
            ..self.envelope(event, number)
        }
    }
}
