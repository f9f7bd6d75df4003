//! What Conductor is told of a phase when it works on stories: exact versions, word for word.

use konductro_domain::conductor::{Background, GivenCriterion, GivenStory, Scoping};
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{OpenedPhase, Phase};
use konductro_domain::stage::Stage;
use konductro_domain::story::content::{StoryBody, StoryOutline};
use konductro_projections::project_list;
use konductro_projections::{artefact_versions, conversation_view, event_log};
use time::OffsetDateTime;

use crate::conductor::prompt::ProjectFrame;
use crate::live::request::{NothingToAsk, Sources, exchange, frame, given};

/// Everything that a prompt about stories stands on.
#[derive(Debug)]
pub(in crate::live) struct Ground {
    pub(in crate::live) background: Background,
    pub(in crate::live) frame: ProjectFrame,
    /// The day.
    pub(in crate::live) date: String,
    /// The versions that were given.
    pub(in crate::live) based_on: Vec<BasedOn>,
}

impl Sources {
    /// What a phase stands on: these versions, or those that count now.
    pub(in crate::live) async fn ground(
        &self,
        phase_id: PhaseId,
        versions: Option<&[BasedOn]>,
    ) -> Result<Ground, NothingToAsk> {
        let phase = match self.commands.load::<Phase>(&phase_id.to_string()).await?.state {
            Phase::Opened(phase) => phase,
            Phase::NotOpened => return Err(NothingToAsk::Gone),
        };
        let based_on = versions.map_or_else(|| phase.story_sources(), <[BasedOn]>::to_vec);
        let project = project_list::page_of(&self.pool, phase.project_id).await?.ok_or(NothingToAsk::Gone)?;
        let mut approved = Vec::new();
        for based_on in based_on.iter().filter(|based_on| based_on.stage != Stage::Scoping) {
            let version = artefact_versions::version(&self.pool, phase_id, based_on.stage, based_on.version).await?;
            // A text that was erased can't be built on.
            approved.push(version.and_then(given).ok_or(NothingToAsk::Gone)?);
        }
        let note = based_on.iter().find(|based_on| based_on.stage == Stage::Scoping).map(|based_on| based_on.version);
        let mut connection = self.pool.acquire().await?;
        let brief = event_log::text(&mut connection, &phase.brief.hash).await?;
        drop(connection);
        let background = Background {
            project_id: phase.project_id,
            project_name: project.project.name.clone(),
            project_context: project.context.clone().unwrap_or_default(),
            phase_title: phase.title.clone(),
            phase_brief: brief.unwrap_or_default(),
            approved,
            scoping: self.scoping(phase_id, &phase, note).await?,
        };
        let date = OffsetDateTime::now_utc().date().to_string();
        Ok(Ground { background, frame: frame(&project), date, based_on })
    }

    /// What a light phase, or one that was light, was scoped with: the note of this version, or the latest.
    pub(in crate::live) async fn scoping(
        &self,
        phase_id: PhaseId,
        phase: &OpenedPhase,
        note: Option<u32>,
    ) -> Result<Scoping, NothingToAsk> {
        if phase.kind != PhaseKind::Light && phase.promoted_from != Some(PhaseKind::Light) {
            return Ok(Scoping::default());
        }
        let stage = Stage::Scoping;
        let note = match note {
            Some(version) => artefact_versions::version(&self.pool, phase_id, stage, version).await?,
            None => artefact_versions::latest(&self.pool, phase_id, stage).await?,
        };
        let turns = conversation_view::finished_turns(&self.pool, phase_id, stage).await?;
        Ok(Scoping { note: note.and_then(given), conversation: turns.iter().filter_map(exchange).collect() })
    }

    /// A story with its words.
    pub(in crate::live) async fn given_story(&self, outline: &StoryOutline) -> Result<GivenStory, NothingToAsk> {
        let mut connection = self.pool.acquire().await?;
        let text = event_log::text(&mut connection, &outline.body.hash).await?.ok_or(NothingToAsk::Gone)?;
        let body = StoryBody::read(&text).map_err(|_| NothingToAsk::Gone)?;
        let criterion = |id: &konductro_domain::story::content::CriterionOutline| {
            let words = body.criteria.iter().find(|words| words.id == id.id);
            words.map(|words| GivenCriterion {
                id: id.id.to_string(),
                given: words.given.clone(),
                when: words.when.clone(),
                then: words.then.clone(),
                traces_to: id.traces_to.clone(),
            })
        };
        Ok(GivenStory {
            title: outline.title.clone(),
            story_type: outline.story_type,
            criteria: outline.criteria.iter().filter_map(criterion).collect(),
            narrative: body.narrative,
            complexity: outline.complexity,
            requirement_ids: outline.requirement_ids.clone(),
            decision_ids: outline.decision_ids.clone(),
        })
    }
}
