//! One attempt of Conductor at a story: what it runs with, and how its steps get into the log.

use konductro_domain::conductor::LanguageModel;
use konductro_domain::ids::CorrelationId;
use konductro_domain::story::{Story, StoryCommand, StoryError};
use konductro_domain::text::Text;
use tokio::sync::watch;

use super::Carried;
use crate::commands::{CommandError, Wait};
use crate::jobs::StoryJob;
use crate::live::record::Recorder;
use crate::live::request::Sources;

/// What one attempt runs with.
pub(in crate::live) struct StoryAttempt<'a> {
    pub(in crate::live) sources: &'a Sources,
    pub(in crate::live) model: &'a dyn LanguageModel,
    /// Turns true when the server stops.
    pub(in crate::live) leave_off: watch::Receiver<bool>,
    pub(in crate::live) job: StoryJob,
}

/// An attempt at a story could not be recorded.
#[derive(Debug, thiserror::Error)]
#[error("what Conductor made of a story could not be recorded: {0}")]
pub(in crate::live) struct NotRecorded(#[from] CommandError<StoryError>);

impl StoryAttempt<'_> {
    /// The story as the log has it now.
    pub(super) async fn story(&self) -> Result<Story, NotRecorded> {
        Ok(self.sources.commands.load::<Story>(&self.job.story_id.to_string()).await?.state)
    }

    /// Records a step; one that is not wanted any more, since the story was closed or asked for anew, is none.
    pub(super) async fn settle(
        &self,
        scope: &'static str,
        step: &str,
        command: StoryCommand,
        texts: Vec<Text>,
        wait: Wait,
    ) -> Result<Carried, NotRecorded> {
        let StoryJob { project_id, phase_id, story_id, attempt } = self.job;
        let recorder = Recorder {
            commands: &self.sources.commands,
            scope,
            of: format!("{story_id}:{attempt}"),
            correlation: CorrelationId(story_id.0),
            project_id,
            phase_id,
        };
        match recorder.record::<Story>(&story_id.to_string(), step, command, texts, wait).await {
            Err(CommandError::Refused(refusal)) => {
                tracing::info!(story = %story_id, step, %refusal, "work on a story was not wanted any more");
                Ok(Carried::Ended)
            }
            recorded => recorded.map(|_| Carried::Ended).map_err(NotRecorded::from),
        }
    }
}
