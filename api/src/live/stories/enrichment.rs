//! One attempt to enrich a story, from its job to its end in the log: made from approved versions and nothing else.

use konductro_domain::conductor::{EnrichTask, LanguageModel as _, Request, Usage, Work};
use konductro_domain::conversation::ReplyFailure;
use konductro_domain::story::{
    AskEnrichment, CreatedStory, Enrich, EnrichmentProgress, FailEnrichment, Story, StoryCommand,
};
use konductro_domain::text::Text;

use super::attempt::{NotRecorded, StoryAttempt};
use super::background::Ground;
use super::{Carried, nothing_asked, reason_of, unasked};
use crate::commands::Wait;
use crate::conductor::prompt::render_enrichment;
use crate::conductor::stories::{Enrichment, enrich, schema};
use crate::live::clean::Clean;
use crate::live::request::NothingToAsk;
use crate::live::run::salt;

/// An attempt to enrich.
pub(in crate::live) struct EnrichmentRun<'a>(pub(in crate::live) StoryAttempt<'a>);

const SCOPE: &str = "conductor enrichment";

impl EnrichmentRun<'_> {
    /// Carries the attempt to its end.
    pub(in crate::live) async fn carry_out(&self) -> Result<Carried, NotRecorded> {
        let Story::Created(story) = self.0.story().await? else { return Ok(Carried::Ended) };
        let wanted = matches!(story.enrichment.progress, EnrichmentProgress::Queued | EnrichmentProgress::Running);
        if !wanted || story.enrichment.attempt != self.0.job.attempt {
            return Ok(Carried::Ended);
        }
        let model = Clean(self.0.model);
        let (ground, task) = match self.task(&story).await {
            Ok(asked) => asked,
            Err(reason) => return self.fail(nothing_asked(&reason), Usage::default()).await,
        };
        let rendered = render_enrichment(&task, &ground.frame, &ground.date);
        let (prompt, texts) = rendered.manifest(model.cache_profile());
        let (attempt, generated_by) = (self.0.job.attempt, model.generated_by());
        let asked = AskEnrichment { attempt, generated_by: generated_by.clone(), prompt };
        self.settle("ask", StoryCommand::AskEnrichment(asked), texts, Wait::None).await?;
        let request =
            Request { work: Work::EnrichStory(task), prompt: rendered.prompt(), answer: schema::enrichment() };
        let Enrichment { outcome, usage, model_returned } = enrich(&model, request, self.0.leave_off.clone()).await;
        let (enriched, files_left_out) = match outcome {
            Ok(enriched) => enriched,
            Err(end) => match reason_of(end) {
                Some(reason) => return self.fail(reason, usage).await,
                None => return Ok(Carried::LeftOff),
            },
        };
        let Ok(written) = serde_json::to_string(&enriched) else {
            return self.fail(unasked("the enrichment could not be written down; try again"), usage).await;
        };
        let enriched = Enrich {
            attempt,
            enrichment: Text::salted(written, salt()),
            based_on: ground.based_on,
            files_left_out,
            generated_by,
            model_returned,
            usage,
        };
        self.settle("end", StoryCommand::Enrich(enriched), Vec::new(), Wait::Visible).await
    }

    async fn task(&self, story: &CreatedStory) -> Result<(Ground, EnrichTask), NothingToAsk> {
        let ground = self.0.sources.ground(story.phase_id, None).await?;
        let given = self.0.sources.given_story(&story.content.outline).await?;
        let task = EnrichTask { background: ground.background.clone(), story: given };
        Ok((ground, task))
    }

    async fn fail(&self, reason: ReplyFailure, usage: Usage) -> Result<Carried, NotRecorded> {
        let failed =
            FailEnrichment { attempt: self.0.job.attempt, reason, generated_by: self.0.model.generated_by(), usage };
        self.settle("end", StoryCommand::FailEnrichment(failed), Vec::new(), Wait::Visible).await
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
