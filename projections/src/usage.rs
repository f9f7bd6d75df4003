//! What Conductor consumed: one row for each attempt that ended, whatever it was asked for.

use konductro_domain::conductor::{Adapter, GeneratedBy, Usage};
use konductro_domain::conversation::ConversationEvent;
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_domain::stage::Stage;
use konductro_domain::story::StoryEvent;
use konductro_domain::story_review::StoryReviewEvent;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use time::{Date, OffsetDateTime};

use crate::{ProjectionError, Writes, streams};

/// The tables of this read model.
pub const TABLES: &[&str] = &["model_usage"];

/// What Conductor was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A reply in a conversation.
    Converse,
    /// The stories of a phase.
    ProposeStories,
    /// The refinement of a one-off story.
    RefineStory,
    /// The enrichment of a story.
    EnrichStory,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Whole.
    Completed,
    /// A person stopped it.
    Stopped,
    /// It failed or was interrupted.
    Failed,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct UsageRow {
    position: i64,
    project_id: ProjectId,
    phase_id: PhaseId,
    stage: Stage,
    purpose: Purpose,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    adapter: Adapter,
    model: String,
    outcome: Outcome,
    #[serde(flatten)]
    usage: Usage,
}

/// Folds a page of events.
pub async fn project(_: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut added = Vec::new();
    for recorded in page {
        added.extend(row(recorded)?);
    }
    let mut writes = Writes::default();
    writes.add("insert into model_usage select * from jsonb_populate_recordset(null::model_usage, $rows)", &added)?;
    Ok(writes)
}

fn row(recorded: &Recorded<Event>) -> Result<Option<UsageRow>, ProjectionError> {
    let Some((purpose, outcome, generated_by, usage)) = ended(&recorded.event) else { return Ok(None) };
    let (Some(project_id), Some(phase_id)) = (recorded.project_id, recorded.phase_id) else { return Ok(None) };
    let stage = match purpose {
        Purpose::Converse => streams::conversation_of(&recorded.stream)?.1,
        Purpose::ProposeStories | Purpose::RefineStory | Purpose::EnrichStory => Stage::Stories,
    };
    Ok(Some(UsageRow {
        position: recorded.position,
        project_id,
        phase_id,
        stage,
        purpose,
        at: recorded.at,
        adapter: generated_by.adapter,
        model: generated_by.model.clone(),
        outcome,
        usage: *usage,
    }))
}

/// What an event says of an attempt that ended; nothing where it says of something else.
fn ended(event: &Event) -> Option<(Purpose, Outcome, &GeneratedBy, &Usage)> {
    use {ConversationEvent as Turn, StoryEvent as Story, StoryReviewEvent as Review};
    match event {
        Event::Conversation(Turn::ReplyCompleted { generated_by, usage, .. }) => {
            Some((Purpose::Converse, Outcome::Completed, generated_by, usage))
        }
        Event::Conversation(Turn::ReplyStopped { generated_by, usage, .. }) => {
            Some((Purpose::Converse, Outcome::Stopped, generated_by, usage))
        }
        Event::Conversation(Turn::ReplyFailed { generated_by, usage, .. }) => {
            Some((Purpose::Converse, Outcome::Failed, generated_by, usage))
        }
        Event::StoryReview(Review::GenerationCompleted { generated_by, usage, .. }) => {
            Some((Purpose::ProposeStories, Outcome::Completed, generated_by, usage))
        }
        Event::StoryReview(Review::GenerationStopped { generated_by, usage, .. }) => {
            Some((Purpose::ProposeStories, Outcome::Stopped, generated_by, usage))
        }
        Event::StoryReview(Review::GenerationFailed { generated_by, usage, .. }) => {
            Some((Purpose::ProposeStories, Outcome::Failed, generated_by, usage))
        }
        Event::Story(Story::RefinementProposed { generated_by, usage, .. }) => {
            Some((Purpose::RefineStory, Outcome::Completed, generated_by, usage))
        }
        Event::Story(Story::RefinementFailed { generated_by, usage, .. }) => {
            Some((Purpose::RefineStory, Outcome::Failed, generated_by, usage))
        }
        Event::Story(Story::StoryEnriched { generated_by, usage, .. }) => {
            Some((Purpose::EnrichStory, Outcome::Completed, generated_by, usage))
        }
        Event::Story(Story::EnrichmentFailed { generated_by, usage, .. }) => {
            Some((Purpose::EnrichStory, Outcome::Failed, generated_by, usage))
        }
        Event::Workspace(_)
        | Event::Project(_)
        | Event::Phase(_)
        | Event::Conversation(_)
        | Event::StoryReview(_)
        | Event::Story(_) => None,
    }
}

/// Sums over some attempts. A sum is over what was reported; how much was not is said beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Attempts that ended.
    pub attempts: i64,
    /// Those of them that failed.
    pub failed: i64,
    /// Attempts whose tokens were not reported.
    pub unreported: i64,
    /// Attempts that have no cost: the price table does not know the model, or the tokens are not known.
    pub unpriced: i64,
    /// Tokens of prompts, cached ones included.
    pub prompt_tokens: i64,
    /// Prompt tokens read from the provider's cache.
    pub cached_tokens: i64,
    /// Prompt tokens of the attempts that reported what was cached: what the cached share is a share of.
    pub cacheable_tokens: i64,
    /// Tokens of replies.
    pub completion_tokens: i64,
    /// Tokens spent on reasoning.
    pub reasoning_tokens: i64,
    /// Cost in millionths of the price table's currency.
    pub cost_micros: i64,
    /// Milliseconds to the first token: the median, where any is known.
    pub ttft_ms_p50: Option<f64>,
    /// The 95th percentile.
    pub ttft_ms_p95: Option<f64>,
}

/// The same sums, by something.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Part<Of> {
    /// What the sums are of.
    pub of: Of,
    /// The sums.
    pub figures: Figures,
}

/// A phase, as usage names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UsedPhase {
    /// The phase.
    pub phase_id: PhaseId,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
}

/// A model, as usage names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UsedModel {
    /// The adapter.
    pub adapter: Adapter,
    /// The model.
    pub model: String,
}

/// Everything a project's page of usage shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ProjectUsage {
    /// All of it.
    pub total: Figures,
    /// By phase, the dearest first.
    pub phases: Vec<Part<UsedPhase>>,
    /// By stage.
    pub stages: Vec<Part<Stage>>,
    /// By what was asked for.
    pub purposes: Vec<Part<Purpose>>,
    /// By model.
    pub models: Vec<Part<UsedModel>>,
    /// By day (UTC), days without any left out.
    pub days: Vec<Part<Date>>,
}

/// From when until when, the end left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// From when.
    pub from: OffsetDateTime,
    /// Until when.
    pub until: OffsetDateTime,
}

/// What a project consumed in a period. Each part reads the index `model_usage_of_project`.
pub async fn of_project(pool: &PgPool, project: ProjectId, period: Period) -> Result<ProjectUsage, ProjectionError> {
    let mut total: Vec<Part<()>> = parts(pool, project, period, By::NOTHING).await?;
    Ok(ProjectUsage {
        total: total.pop().map(|part| part.figures).unwrap_or_default(),
        phases: parts(pool, project, period, By::PHASE).await?,
        stages: parts(pool, project, period, By::STAGE).await?,
        purposes: parts(pool, project, period, By::PURPOSE).await?,
        models: parts(pool, project, period, By::MODEL).await?,
        days: parts(pool, project, period, By::DAY).await?,
    })
}

/// How sums are cut: what names a part, from what, by what, in which order.
struct By {
    of: &'static str,
    join: &'static str,
    group: &'static str,
    order: &'static str,
}

impl By {
    const NOTHING: Self = Self { of: "null::jsonb", join: "", group: "()", order: "1" };
    const PHASE: Self = Self {
        of: "jsonb_build_object('phase_id', p.phase_id, 'number', p.number, 'title', p.title)",
        join: "join phases p using (phase_id)",
        group: "p.phase_id, p.number, p.title",
        order: "coalesce(sum(cost_micros), 0) desc, coalesce(sum(prompt_tokens), 0) desc, p.number",
    };
    const STAGE: Self = Self { of: "to_jsonb(stage)", join: "", group: "stage", order: "min(position)" };
    const PURPOSE: Self = Self { of: "to_jsonb(purpose)", join: "", group: "purpose", order: "min(position)" };
    const MODEL: Self = Self {
        of: "jsonb_build_object('adapter', adapter, 'model', model)",
        join: "",
        group: "adapter, model",
        order: "count(*) desc, model",
    };
    const DAY: Self = Self {
        of: "jsonb_build_array(extract(year from (at at time zone 'UTC'))::int, \
             extract(doy from (at at time zone 'UTC'))::int)",
        join: "",
        group: "extract(year from (at at time zone 'UTC')), extract(doy from (at at time zone 'UTC'))",
        order: "min(at)",
    };

    fn statement(&self) -> String {
        let Self { of, join, group, order } = self;
        format!(
            "select jsonb_build_object('of', {of}, 'figures', jsonb_build_object( \
                 'attempts', count(*), 'failed', count(*) filter (where outcome = 'failed'), \
                 'unreported', count(*) filter (where prompt_tokens is null), \
                 'unpriced', count(*) filter (where cost_micros is null), \
                 'prompt_tokens', coalesce(sum(prompt_tokens), 0), 'cached_tokens', coalesce(sum(cached_tokens), 0), \
                 'cacheable_tokens', coalesce(sum(prompt_tokens) filter (where cached_tokens is not null), 0), \
                 'completion_tokens', coalesce(sum(completion_tokens), 0), \
                 'reasoning_tokens', coalesce(sum(reasoning_tokens), 0), \
                 'cost_micros', coalesce(sum(cost_micros), 0), \
                 'ttft_ms_p50', percentile_cont(0.5) within group (order by ttft_ms), \
                 'ttft_ms_p95', percentile_cont(0.95) within group (order by ttft_ms))) \
             from model_usage u {join} where u.project_id = $1 and u.at >= $2 and u.at < $3 \
             group by {group} order by {order}"
        )
    }
}

async fn parts<Of>(pool: &PgPool, project: ProjectId, period: Period, by: By) -> Result<Vec<Part<Of>>, ProjectionError>
where
    Part<Of>: DeserializeOwned + Send + Unpin + 'static,
{
    let rows: Vec<Json<Part<Of>>> = sqlx::query_scalar(&by.statement())
        .bind(project.0)
        .bind(period.from)
        .bind(period.until)
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}
