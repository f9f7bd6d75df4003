//! One attempt to refine a story, from its job to its end in the log. Nothing changes until a person accepts.

use konductro_domain::conductor::{LanguageModel, RefineTask, Request, Usage, Work};
use konductro_domain::conversation::ReplyFailure;
use konductro_domain::ids::{CorrelationId, StoryId};
use konductro_domain::story::{
    AskRefinement, CreatedStory, FailRefinement, ProposeRefinement, RefinementProgress, Story, StoryCommand,
    StoryError, StorySource,
};
use konductro_domain::text::Text;
use konductro_projections::event_log;
use tokio::sync::watch;

use super::background::Ground;
use super::{Carried, nothing_asked, reason_of};
use crate::commands::{CommandError, Wait};
use crate::conductor::prompt::render_refinement;
use crate::conductor::stories::{Drafted, Refined, Refinement, refine, schema};
use crate::jobs::StoryJob;
use crate::live::clean::Clean;
use crate::live::record::Recorder;
use crate::live::request::{NothingToAsk, Sources};
use crate::live::run::salt;

/// What one attempt runs with.
pub(in crate::live) struct RefinementRun<'a> {
    pub(in crate::live) sources: &'a Sources,
    pub(in crate::live) model: &'a dyn LanguageModel,
    /// Turns true when the server stops.
    pub(in crate::live) leave_off: watch::Receiver<bool>,
    pub(in crate::live) job: StoryJob,
}

/// An attempt at a story could not be recorded.
#[derive(Debug, thiserror::Error)]
#[error("what Conductor made of a story could not be recorded: {0}")]
pub(in crate::live) struct NotRecorded(#[from] pub(super) CommandError<StoryError>);

impl RefinementRun<'_> {
    /// Carries the attempt to its end.
    pub(in crate::live) async fn carry_out(&self) -> Result<Carried, NotRecorded> {
        let Story::Created(story) = self.sources.commands.load::<Story>(&self.job.story_id.to_string()).await?.state
        else {
            return Ok(Carried::Ended);
        };
        let wanted = matches!(story.refinement.progress, RefinementProgress::Queued | RefinementProgress::Running);
        if !wanted || story.refinement.attempt != self.job.attempt {
            return Ok(Carried::Ended);
        }
        let model = Clean(self.model);
        let (ground, task) = match self.task(&story).await {
            Ok(asked) => asked,
            Err(reason) => return self.fail(nothing_asked(&reason), Usage::default()).await,
        };
        let rendered = render_refinement(&task, &ground.frame, &ground.date);
        let (prompt, texts) = rendered.manifest(model.cache_profile());
        let (attempt, generated_by) = (self.job.attempt, model.generated_by());
        let asked = AskRefinement { attempt, generated_by: generated_by.clone(), prompt };
        self.settle("ask", StoryCommand::AskRefinement(asked), texts, Wait::None).await?;
        let request =
            Request { work: Work::RefineStory(task.clone()), prompt: rendered.prompt(), answer: schema::refinement() };
        let Refinement { outcome, usage, model_returned } = refine(&model, request, self.leave_off.clone()).await;
        let Refined { story: refined, questions } = match outcome {
            Ok(refined) => refined,
            Err(end) => match reason_of(end) {
                Some(reason) => return self.fail(reason, usage).await,
                None => return Ok(Carried::LeftOff),
            },
        };
        let mut draft = known_only(refined, &task).draft(|_| None::<StoryId>);
        draft.depends_on = story.content.depends_on.clone();
        let questions = Text::salted(serde_json::Value::from(questions).to_string(), salt());
        let proposed =
            ProposeRefinement { attempt, draft, questions, generated_by, model_returned, usage, salt: salt() };
        self.settle("end", StoryCommand::ProposeRefinement(proposed), Vec::new(), Wait::Visible).await
    }

    async fn task(&self, story: &CreatedStory) -> Result<(Ground, RefineTask), NothingToAsk> {
        let ground = self.sources.ground(story.phase_id, None).await?;
        let given = self.sources.given_story(&story.content.outline).await?;
        let request = match &story.source {
            StorySource::AdHoc { request } => {
                let mut connection = self.sources.pool.acquire().await?;
                event_log::text(&mut connection, &request.hash).await?.ok_or(NothingToAsk::Gone)?
            }
            StorySource::Proposal { .. } => format!("{}\n\n{}", given.title, given.narrative).trim().to_owned(),
        };
        let task = RefineTask { background: ground.background.clone(), request, story: given };
        Ok((ground, task))
    }

    async fn fail(&self, reason: ReplyFailure, usage: Usage) -> Result<Carried, NotRecorded> {
        let failed =
            FailRefinement { attempt: self.job.attempt, reason, generated_by: self.model.generated_by(), usage };
        self.settle("end", StoryCommand::FailRefinement(failed), Vec::new(), Wait::Visible).await
    }

    async fn settle(
        &self,
        step: &str,
        command: StoryCommand,
        texts: Vec<Text>,
        wait: Wait,
    ) -> Result<Carried, NotRecorded> {
        settle(&recorder(self.sources, "conductor refinement", self.job), self.job, step, command, texts, wait).await
    }
}

/// Ids that neither the documents nor the story have were invented.
fn known_only(mut refined: Drafted, task: &RefineTask) -> Drafted {
    let documents = task.background.approved.iter().chain(&task.background.scoping.note);
    let texts: Vec<&str> = documents.map(|given| given.markdown.as_str()).collect();
    let own = |id: &String| task.story.requirement_ids.contains(id) || task.story.decision_ids.contains(id);
    let traced = |id: &String| task.story.criteria.iter().any(|criterion| criterion.traces_to.contains(id));
    let is_known = |id: &String| own(id) || traced(id) || texts.iter().any(|text| text.contains(id.as_str()));
    refined.requirement_ids.retain(&is_known);
    refined.decision_ids.retain(&is_known);
    refined.criteria.iter_mut().for_each(|criterion| criterion.traces_to.retain(&is_known));
    if refined.requirement_ids.is_empty() {
        refined.requirement_ids.clone_from(&task.story.requirement_ids);
    }
    refined
}

pub(super) fn recorder<'a>(sources: &'a Sources, scope: &'static str, job: StoryJob) -> Recorder<'a> {
    Recorder {
        commands: &sources.commands,
        scope,
        of: format!("{}:{}", job.story_id, job.attempt),
        correlation: CorrelationId(job.story_id.0),
        project_id: job.project_id,
        phase_id: job.phase_id,
    }
}

/// Records a step; one that is not wanted any more, since the story was closed or asked for anew, is none.
pub(super) async fn settle(
    recorder: &Recorder<'_>,
    job: StoryJob,
    step: &str,
    command: StoryCommand,
    texts: Vec<Text>,
    wait: Wait,
) -> Result<Carried, NotRecorded> {
    match recorder.record::<Story>(&job.story_id.to_string(), step, command, texts, wait).await {
        Err(CommandError::Refused(refusal)) => {
            tracing::info!(story = %job.story_id, step, %refusal, "work on a story was not wanted any more");
            Ok(Carried::Ended)
        }
        recorded => recorded.map(|_| Carried::Ended).map_err(NotRecorded),
    }
}
