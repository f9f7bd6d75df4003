//! The backlog as its page lists it, and what an export holds of each story.

use std::collections::{BTreeSet, HashMap};

use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_projections::backlog::{self, BacklogFilter, BacklogOrder, BacklogPlace, StoryRow};
use konductro_projections::phase_board::{self, PhaseName};
use konductro_projections::{ProjectionError, event_log, project_list};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::staleness::Gates;
use super::story_words::{References, StoryWords};
use super::words::{EnrichmentState, PhaseKind, RefinementState, StoryStatus, StoryType};
use crate::http::{Page, Paging};

/// A page of the backlog.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BacklogPage {
    /// The stories, in the order asked for.
    pub items: Vec<StorySummary>,
    /// Asks for the next page; null at the end.
    pub next_cursor: Option<String>,
    /// How many stories the filter lets through, on all pages.
    pub total: i64,
}

/// A line of the backlog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StorySummary {
    /// The story.
    pub id: Uuid,
    /// Its key, such as `PAY-12`.
    pub key: String,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub story_type: StoryType,
    /// How much work it is; null while nobody said so.
    pub complexity: Option<u8>,
    /// Whether it is open.
    pub status: StoryStatus,
    /// Whether it has an enrichment.
    pub enriched: bool,
    /// Whether what it was made from no longer stands.
    pub stale: bool,
    /// Where its refinement stands.
    pub refinement_state: RefinementState,
    /// Where its enrichment stands.
    pub enrichment_state: EnrichmentState,
    /// Its phase.
    pub phase: BacklogPhase,
    /// The requirements it is for.
    pub requirement_ids: Vec<String>,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// The phase of a story in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BacklogPhase {
    /// The phase.
    pub id: Uuid,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: PhaseKind,
}

/// A story in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExportedStory {
    /// As the list shows it.
    #[serde(flatten)]
    pub summary: StorySummary,
    /// As … I want … so that …
    pub narrative: String,
    /// Its acceptance criteria.
    pub acceptance_criteria: Vec<super::story_words::AcceptanceCriterion>,
    /// Why it is as much work as it is.
    pub complexity_reason: String,
    /// The architecture's decisions it follows.
    pub decision_ids: Vec<String>,
    /// The keys of the stories that must be done before it.
    pub depends_on: Vec<String>,
    /// When it entered the backlog.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// What every line of one project's backlog is shown with.
#[derive(Debug, Clone)]
pub struct BacklogSetting {
    project: ProjectId,
    project_key: String,
    stale_bases: BTreeSet<String>,
}

impl BacklogSetting {
    /// Reads the project's key, and what its stories were made from that no longer stands.
    pub async fn read(pool: &PgPool, project: ProjectId) -> Result<Self, ProjectionError> {
        let bases = backlog::bases_of(pool, project).await?;
        let phases: BTreeSet<PhaseId> = bases.iter().map(|basis| basis.phase_id).collect();
        let gates = Gates::of(pool, &phases.into_iter().collect::<Vec<_>>()).await?;
        let stale = bases.into_iter().filter(|basis| gates.stale_reason(basis.phase_id, &basis.based_on).is_some());
        Ok(Self {
            project,
            project_key: project_list::key_of(pool, project).await?.unwrap_or_default(),
            stale_bases: stale.map(|basis| basis.basis).collect(),
        })
    }

    /// The project's key.
    pub fn project_key(&self) -> &str {
        &self.project_key
    }

    /// A filter that knows what is stale now.
    pub fn complete(&self, filter: BacklogFilter) -> BacklogFilter {
        BacklogFilter { stale_bases: self.stale_bases.iter().cloned().collect(), ..filter }
    }

    fn key(&self, number: u32) -> String {
        format!("{}-{number}", self.project_key)
    }

    fn summary(&self, row: &StoryRow, phases: &HashMap<PhaseId, PhaseName>) -> StorySummary {
        let phase = phases.get(&row.phase_id);
        StorySummary {
            id: row.story_id.0,
            key: self.key(row.number),
            number: row.number,
            title: row.title.clone(),
            story_type: row.story_type.into(),
            complexity: (row.complexity > 0).then_some(row.complexity),
            status: row.status.into(),
            enriched: row.enriched,
            stale: row.basis.as_ref().is_some_and(|basis| self.stale_bases.contains(basis)),
            refinement_state: row.refinement_state.into(),
            enrichment_state: row.enrichment_state.into(),
            phase: BacklogPhase {
                id: row.phase_id.0,
                number: phase.map_or(0, |phase| phase.number),
                title: phase.map(|phase| phase.title.clone()).unwrap_or_default(),
                kind: phase.map_or(PhaseKind::Adhoc, |phase| phase.kind.into()),
            },
            requirement_ids: row.requirement_ids.clone(),
            updated_at: row.updated_at,
        }
    }
}

/// A page of the backlog.
pub async fn page(
    pool: &PgPool,
    project: ProjectId,
    filter: BacklogFilter,
    order: BacklogOrder,
    paging: Paging<BacklogPlace>,
) -> Result<BacklogPage, ProjectionError> {
    let setting = BacklogSetting::read(pool, project).await?;
    let filter = setting.complete(filter);
    let rows = backlog::page_of(pool, project, &filter, order, paging.after.as_ref(), paging.limit + 1).await?;
    let total = backlog::count(pool, project, &filter).await?;
    let phases = phases_of(pool, &rows).await?;
    let cut = Page::cut(rows, paging.limit, |row: &StoryRow| BacklogPlace::from(row));
    let items = cut.items.iter().map(|row| setting.summary(row, &phases)).collect();
    Ok(BacklogPage { items, next_cursor: cut.next_cursor, total })
}

/// A page of an export after a place, and the place it ends at; `None` after the last.
pub async fn exported(
    pool: &PgPool,
    setting: &BacklogSetting,
    filter: &BacklogFilter,
    order: BacklogOrder,
    after: Option<&BacklogPlace>,
    limit: i64,
) -> Result<Option<(Vec<ExportedStory>, BacklogPlace)>, ProjectionError> {
    let rows = backlog::page_of(pool, setting.project, filter, order, after, limit).await?;
    let Some(place) = rows.last().map(BacklogPlace::from) else { return Ok(None) };
    let phases = phases_of(pool, &rows).await?;
    let stories = backlog::whole(pool, &rows).await?;
    let hashes: Vec<_> = stories.iter().map(|story| story.details.content.outline.body.hash).collect();
    let texts = event_log::texts(&mut *pool.acquire().await?, &hashes).await?;
    let waited_for: Vec<_> = stories.iter().flat_map(|story| story.details.content.depends_on.clone()).collect();
    let named = backlog::named(pool, &waited_for).await?;
    let exported = |story: backlog::WholeStory| {
        let words = StoryWords::shown(&story.details.content.outline, &texts, &References::default());
        let earlier = named.iter().filter(|it| story.details.content.depends_on.contains(&it.story_id));
        ExportedStory {
            summary: setting.summary(&story.row, &phases),
            narrative: words.narrative,
            acceptance_criteria: words.acceptance_criteria,
            complexity_reason: words.complexity_reason,
            decision_ids: words.decision_ids,
            depends_on: earlier.map(|it| setting.key(it.number)).collect(),
            created_at: story.row.created_at,
        }
    };
    Ok(Some((stories.into_iter().map(exported).collect(), place)))
}

async fn phases_of(pool: &PgPool, rows: &[StoryRow]) -> Result<HashMap<PhaseId, PhaseName>, ProjectionError> {
    let ids: BTreeSet<PhaseId> = rows.iter().map(|row| row.phase_id).collect();
    let names = phase_board::names_of(pool, &ids.into_iter().collect::<Vec<_>>()).await?;
    Ok(names.into_iter().map(|name| (name.phase_id, name)).collect())
}
