//! What waits for the reader, over all their projects.

use konductro_domain::ids::{PhaseId, ProjectId, UserId};
use konductro_projections::ProjectionError;
use konductro_projections::inbox::{self, Awaited as Row, InboxPlace, InboxRow};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::words::Stage;
use crate::http::{Page, Paging};

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// A decision on a version.
    Approve,
    /// A decision on what became stale.
    Reaffirm,
    /// A version that answers change requests, or completes an incomplete one.
    Revise,
    /// The technical analysis.
    Analyse,
    /// A first version.
    Write,
    /// A message to Conductor about the scope.
    Converse,
    /// Stories are to be proposed.
    GenerateStories,
    /// Proposed stories are to be decided on.
    ReviewStories,
    /// Findings against what is approved are to be answered.
    AnswerFindings,
}

/// One thing that waits for me.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct InboxItem {
    /// What I can do about it.
    pub what: Awaited,
    /// The project.
    pub project_id: Uuid,
    /// Its key.
    pub project_key: String,
    /// The phase.
    pub phase_id: Uuid,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// The stage.
    pub stage: Stage,
    /// The version that it is about, where it is about one.
    pub version: Option<u32>,
    /// How many proposals or findings are undecided, where it is about them.
    pub undecided: u32,
    /// Since when it waits: the time in gate.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// A page of what waits for somebody, longest first, in all their projects or in one.
pub async fn inbox(
    pool: &PgPool,
    reader: UserId,
    project: Option<ProjectId>,
    paging: Paging<InboxPlace>,
) -> Result<Page<InboxItem>, ProjectionError> {
    let rows = inbox::inbox(pool, reader, project, paging.after, paging.limit + 1).await?;
    let place = |item: &InboxItem| InboxPlace { since: item.since, phase_id: PhaseId(item.phase_id) };
    Ok(Page::cut(rows.into_iter().map(InboxItem::from).collect(), paging.limit, place))
}

impl From<InboxRow> for InboxItem {
    fn from(row: InboxRow) -> Self {
        Self {
            what: row.what.into(),
            project_id: row.project_id.0,
            project_key: row.project_key,
            phase_id: row.phase_id.0,
            number: row.number,
            title: row.title,
            stage: row.stage.into(),
            version: row.version,
            undecided: row.undecided,
            since: row.since,
        }
    }
}

impl From<Row> for Awaited {
    fn from(row: Row) -> Self {
        match row {
            Row::Approve => Awaited::Approve,
            Row::Reaffirm => Awaited::Reaffirm,
            Row::Revise => Awaited::Revise,
            Row::Analyse => Awaited::Analyse,
            Row::Write => Awaited::Write,
            Row::Converse => Awaited::Converse,
            Row::GenerateStories => Awaited::GenerateStories,
            Row::ReviewStories => Awaited::ReviewStories,
            Row::AnswerFindings => Awaited::AnswerFindings,
        }
    }
}
