//! One attempt to refine a story, from its job to its end in the log. Nothing changes until a person accepts.

use konductro_domain::conductor::{LanguageModel as _, RefineTask, Request, Usage, Work};
use konductro_domain::conversation::ReplyFailure;
use konductro_domain::ids::StoryId;
use konductro_domain::story::{
    AskRefinement, CreatedStory, FailRefinement, ProposeRefinement, RefinementProgress, Story, StoryCommand,
    StorySource,
};
use konductro_domain::text::Text;
use konductro_projections::event_log;

use super::attempt::{NotRecorded, StoryAttempt};
use super::background::Ground;
use super::{Carried, nothing_asked, reason_of};
use crate::commands::Wait;
use crate::conductor::prompt::render_refinement;
use crate::conductor::stories::{Drafted, Refined, Refinement, refine, schema};
use crate::live::clean::Clean;
use crate::live::request::NothingToAsk;
use crate::live::run::salt;

/// An attempt to refine.
pub(in crate::live) struct RefinementRun<'a>(pub(in crate::live) StoryAttempt<'a>);

const SCOPE: &str = "conductor refinement";

impl RefinementRun<'_> {
    /// Carries the attempt to its end.
    pub(in crate::live) async fn carry_out(&self) -> Result<Carried, NotRecorded> {
        let Story::Created(story) = self.0.story().await? else { return Ok(Carried::Ended) };
        let wanted = matches!(story.refinement.progress, RefinementProgress::Queued | RefinementProgress::Running);
        if !wanted || story.refinement.attempt != self.0.job.attempt {
            return Ok(Carried::Ended);
        }
        let model = Clean(self.0.model);
        let (ground, task) = match self.task(&story).await {
            Ok(asked) => asked,
            Err(reason) => return self.fail(nothing_asked(&reason), Usage::default()).await,
        };
        let rendered = render_refinement(&task, &ground.frame, &ground.date);
        let (prompt, texts) = rendered.manifest(model.cache_profile());
        let (attempt, generated_by) = (self.0.job.attempt, model.generated_by());
        let asked = AskRefinement { attempt, generated_by: generated_by.clone(), prompt };
        self.settle("ask", StoryCommand::AskRefinement(asked), texts, Wait::None).await?;
        let request =
            Request { work: Work::RefineStory(task.clone()), prompt: rendered.prompt(), answer: schema::refinement() };
        let Refinement { outcome, usage, model_returned } = refine(&model, request, self.0.leave_off.clone()).await;
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
        let ground = self.0.sources.ground(story.phase_id, None).await?;
        let given = self.0.sources.given_story(&story.content.outline).await?;
        let request = match &story.source {
            StorySource::AdHoc { request } => {
                let mut connection = self.0.sources.pool.acquire().await?;
                event_log::text(&mut connection, &request.hash).await?.ok_or(NothingToAsk::Gone)?
            }
            StorySource::Proposal { .. } => format!("{}\n\n{}", given.title, given.narrative).trim().to_owned(),
        };
        let task = RefineTask { background: ground.background.clone(), request, story: given };
        Ok((ground, task))
    }

    async fn fail(&self, reason: ReplyFailure, usage: Usage) -> Result<Carried, NotRecorded> {
        let failed =
            FailRefinement { attempt: self.0.job.attempt, reason, generated_by: self.0.model.generated_by(), usage };
        self.settle("end", StoryCommand::FailRefinement(failed), Vec::new(), Wait::Visible).await
    }

    async fn settle(
        &self,
        step: &str,
        command: StoryCommand,
        texts: Vec<Text>,
        wait: Wait,
    ) -> Result<Carried, NotRecorded> {
        self.0.settle(SCOPE, step, command, texts, wait).await
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
