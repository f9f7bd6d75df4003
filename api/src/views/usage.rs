//! What Conductor consumed in a project: tokens, the share that came from a cache, cost, time to first token.

use konductro_domain::ids::ProjectId;
use konductro_projections::ProjectionError;
use konductro_projections::usage::{self as read_model, Figures as Sums, Part, Period, Purpose as Row};
use serde::Serialize;
use sqlx::PgPool;
use time::Date;
use utoipa::ToSchema;
use uuid::Uuid;

use super::words::{Adapter, Stage};

/// What Conductor was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
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

/// Sums over some attempts. A sum is over what was reported; how much was not is said beside it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct UsageFigures {
    /// Attempts that ended.
    pub attempts: i64,
    /// Those of them that failed.
    pub failed: i64,
    /// Attempts whose tokens were not reported.
    pub unreported: i64,
    /// Attempts without a cost: the price table does not know the model, or the tokens are not known.
    pub unpriced: i64,
    /// Tokens of prompts, cached ones included.
    pub prompt_tokens: i64,
    /// Prompt tokens read from the provider's cache.
    pub cached_tokens: i64,
    /// The share of prompt tokens that came from the cache, 0 to 1, of attempts that reported it; null where none did.
    pub cached_share: Option<f64>,
    /// Tokens of replies.
    pub completion_tokens: i64,
    /// Tokens spent on reasoning.
    pub reasoning_tokens: i64,
    /// Cost in millionths of the price table's currency.
    pub cost_micros: i64,
    /// Milliseconds to the first token, median; null where none is known.
    pub ttft_ms_p50: Option<f64>,
    /// The 95th percentile.
    pub ttft_ms_p95: Option<f64>,
}

/// What one phase consumed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PhaseUsage {
    /// The phase.
    pub phase_id: Uuid,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// The sums.
    #[serde(flatten)]
    pub figures: UsageFigures,
}

/// What one stage consumed, over all phases.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct StageUsage {
    /// The stage.
    pub stage: Stage,
    /// The sums.
    #[serde(flatten)]
    pub figures: UsageFigures,
}

/// What one kind of work consumed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct PurposeUsage {
    /// What was asked for.
    pub purpose: Purpose,
    /// The sums.
    #[serde(flatten)]
    pub figures: UsageFigures,
}

/// What one model consumed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ModelUsage {
    /// Through which adapter.
    pub adapter: Adapter,
    /// The model asked for.
    pub model: String,
    /// The sums.
    #[serde(flatten)]
    pub figures: UsageFigures,
}

/// What one day consumed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DayUsage {
    /// The day (UTC), such as `2026-10-08`.
    #[schema(format = "date")]
    pub day: String,
    /// The sums.
    #[serde(flatten)]
    pub figures: UsageFigures,
}

/// What Conductor consumed in a project in a period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProjectUsage {
    /// The first day (UTC).
    #[schema(format = "date")]
    pub from: String,
    /// The last day (UTC).
    #[schema(format = "date")]
    pub to: String,
    /// All of it.
    pub total: UsageFigures,
    /// By phase, the dearest first.
    pub phases: Vec<PhaseUsage>,
    /// By stage.
    pub stages: Vec<StageUsage>,
    /// By what was asked for.
    pub purposes: Vec<PurposeUsage>,
    /// By model.
    pub models: Vec<ModelUsage>,
    /// By day; days without any are left out.
    pub days: Vec<DayUsage>,
}

/// What a project consumed from one day to another, both included.
pub async fn of_project(
    pool: &PgPool,
    project: ProjectId,
    from: Date,
    to: Date,
) -> Result<ProjectUsage, ProjectionError> {
    let until = to.next_day().unwrap_or(Date::MAX).midnight().assume_utc();
    let period = Period { from: from.midnight().assume_utc(), until };
    let used = read_model::of_project(pool, project, period).await?;
    Ok(ProjectUsage {
        from: from.to_string(),
        to: to.to_string(),
        total: used.total.into(),
        phases: parts(used.phases, |of, figures| PhaseUsage {
            phase_id: of.phase_id.0,
            number: of.number,
            title: of.title,
            figures,
        }),
        stages: parts(used.stages, |stage, figures| StageUsage { stage: stage.into(), figures }),
        purposes: parts(used.purposes, |purpose, figures| PurposeUsage { purpose: purpose.into(), figures }),
        models: parts(used.models, |of, figures| ModelUsage { adapter: of.adapter.into(), model: of.model, figures }),
        days: parts(used.days, |day, figures| DayUsage { day: day.to_string(), figures }),
    })
}

fn parts<Of, Shown>(parts: Vec<Part<Of>>, shown: impl Fn(Of, UsageFigures) -> Shown) -> Vec<Shown> {
    parts.into_iter().map(|part| shown(part.of, part.figures.into())).collect()
}

/// The first of the thirty days that end with this one: what is shown when nobody says from when.
pub fn thirty_days_to(day: Date) -> Date {
    day.checked_sub(time::Duration::days(29)).unwrap_or(Date::MIN)
}

impl From<Sums> for UsageFigures {
    #[expect(clippy::cast_precision_loss, reason = "a share of two counts of tokens")]
    fn from(sums: Sums) -> Self {
        let share = (sums.cacheable_tokens > 0).then(|| sums.cached_tokens as f64 / sums.cacheable_tokens as f64);
        Self {
            attempts: sums.attempts,
            failed: sums.failed,
            unreported: sums.unreported,
            unpriced: sums.unpriced,
            prompt_tokens: sums.prompt_tokens,
            cached_tokens: sums.cached_tokens,
            // An endpoint may claim more from its cache than it was sent.
            cached_share: share.map(|share| share.clamp(0.0, 1.0)),
            completion_tokens: sums.completion_tokens,
            reasoning_tokens: sums.reasoning_tokens,
            cost_micros: sums.cost_micros,
            ttft_ms_p50: sums.ttft_ms_p50,
            ttft_ms_p95: sums.ttft_ms_p95,
        }
    }
}

impl From<Row> for Purpose {
    fn from(row: Row) -> Self {
        match row {
            Row::Converse => Purpose::Converse,
            Row::ProposeStories => Purpose::ProposeStories,
            Row::RefineStory => Purpose::RefineStory,
            Row::EnrichStory => Purpose::EnrichStory,
        }
    }
}
