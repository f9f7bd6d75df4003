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
pub async fn export_page(pool: &PgPool, rows: &[StoryRow]) -> Result<Vec<WholeStory>, ProjectionError> {
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

/// The numbers of the stories that some proposals became, where they are in the backlog already.
pub async fn numbers_of(pool: &PgPool, phase: PhaseId) -> Result<Vec<(ProposalId, u32)>, ProjectionError> {
    let rows: Vec<(Uuid, i32)> = sqlx::query_as(
        "select proposal_id, number from backlog_stories where phase_id = $1 and proposal_id is not null",
    )
    .bind(phase.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(id, number)| (ProposalId(id), number.unsigned_abs())).collect())
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
