//! What pages and exports read of stories beyond lists.

use konductro_domain::ids::{PhaseId, ProjectId, ProposalId, StoryId};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::{Json, Uuid};

use super::details::StoryDetails;
use super::story::StoryRow;
use crate::ProjectionError;

/// A story with its details.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeStory {
    /// As lists show it.
    pub row: StoryRow,
    /// Everything else.
    pub details: StoryDetails,
}

/// A story by its id, number and title.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Named {
    /// The story.
    pub story_id: StoryId,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
}

/// The stories of some ids, whole.
pub(super) const WHOLE_BY_ID: &str = "select jsonb_build_object('row', to_jsonb(s), 'details', to_jsonb(d)) \
    from backlog_stories s join backlog_details d using (story_id) where s.story_id = any($1)";

/// One story.
pub async fn story(pool: &PgPool, story: StoryId) -> Result<Option<WholeStory>, ProjectionError> {
    let row: Option<Json<WholeStory>> =
        sqlx::query_scalar(WHOLE_BY_ID).bind(vec![story.0]).fetch_optional(pool).await?;
    Ok(row.map(|Json(row)| row))
}

/// The stories of some rows, whole, in the order of the rows.
pub async fn whole(pool: &PgPool, rows: &[StoryRow]) -> Result<Vec<WholeStory>, ProjectionError> {
    let keys: Vec<Uuid> = rows.iter().map(|row| row.story_id.0).collect();
    let found: Vec<Json<WholeStory>> = sqlx::query_scalar(
        "select jsonb_build_object('row', to_jsonb(s), 'details', to_jsonb(d)) \
         from unnest($1::uuid[]) with ordinality as wanted(story_id, place) \
         join backlog_stories s using (story_id) join backlog_details d using (story_id) order by wanted.place",
    )
    .bind(keys)
    .fetch_all(pool)
    .await?;
    Ok(found.into_iter().map(|Json(row)| row).collect())
}

/// Some stories by number and title, by number.
pub async fn named(pool: &PgPool, stories: &[StoryId]) -> Result<Vec<Named>, ProjectionError> {
    if stories.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Json<Named>> = sqlx::query_scalar(
        "select jsonb_build_object('story_id', story_id, 'number', number, 'title', title) \
         from backlog_stories where story_id = any($1) order by number",
    )
    .bind(stories.iter().map(|id| id.0).collect::<Vec<Uuid>>())
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// The story that a proposal became.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Became {
    /// The proposal.
    pub proposal_id: ProposalId,
    /// The story.
    pub story_id: StoryId,
    /// Its number in the project.
    pub number: u32,
    /// Whether it is enriched.
    pub enriched: bool,
}

/// The stories that proposals of a phase became, as far as they are in the backlog already.
pub async fn became(pool: &PgPool, phase: PhaseId) -> Result<Vec<Became>, ProjectionError> {
    let rows: Vec<Json<Became>> = sqlx::query_scalar(
        "select jsonb_build_object('proposal_id', proposal_id, 'story_id', story_id, 'number', number, \
             'enriched', enriched) \
         from backlog_stories where phase_id = $1 and proposal_id is not null order by number",
    )
    .bind(phase.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// How many of some stories are in the backlog.
pub async fn present(pool: &PgPool, stories: &[StoryId]) -> Result<usize, ProjectionError> {
    let count: i64 = sqlx::query_scalar("select count(*) from backlog_stories where story_id = any($1)")
        .bind(stories.iter().map(|id| id.0).collect::<Vec<Uuid>>())
        .fetch_one(pool)
        .await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// How many stories a phase has.
pub async fn of_phase(pool: &PgPool, phase: PhaseId) -> Result<i64, ProjectionError> {
    let count = sqlx::query_scalar("select count(*) from backlog_stories where phase_id = $1")
        .bind(phase.0)
        .fetch_one(pool)
        .await?;
    Ok(count)
}

/// The project of a story; read first, since who may see the story depends on it.
pub async fn project_of(pool: &PgPool, story: StoryId) -> Result<Option<ProjectId>, ProjectionError> {
    let project: Option<Uuid> = sqlx::query_scalar("select project_id from backlog_stories where story_id = $1")
        .bind(story.0)
        .fetch_optional(pool)
        .await?;
    Ok(project.map(ProjectId))
}
