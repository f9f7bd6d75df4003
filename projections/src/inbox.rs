//! What waits for one person, over all their projects: a read over the lists that other models keep.
//!
//! A phase waits for the roles that its first unfinished stage needs (`phase_board`); once it is ready, its stories
//! wait for an SDM to have them proposed and to decide on them (`review_table`).

use konductro_domain::ids::{PhaseId, ProjectId, UserId};
use konductro_domain::stage::Stage;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::Json;
use time::OffsetDateTime;

use crate::ProjectionError;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// A decision on a version.
    Approve,
    /// A decision on what became stale: it stands, or it is revised.
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

/// One thing that waits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct InboxRow {
    /// What is waited for.
    pub what: Awaited,
    /// The project.
    pub project_id: ProjectId,
    /// Its key.
    pub project_key: String,
    /// The phase.
    pub phase_id: PhaseId,
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
    /// Since when it waits.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// Where a page of an inbox ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxPlace {
    /// Since when the last item of it waits.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
    /// The phase that it is in.
    pub phase_id: PhaseId,
}

/// What waits for somebody, longest first.
///
/// Every step goes over an index, so that it costs what one's own projects hold and not what the workspace does:
/// `project_members_of_user`, then for each project `phases_waiting`, `phases_ready` and `phases_of_project`, for each
/// phase the keys of `phase_stages`, `review_proposals_of_phase` and `raised_findings_open`. A test looks at the plan.
pub const INBOX: &str = "with mine as (select project_id, roles from project_members \
        where user_id = $1 and ($5::uuid is null or project_id = $5)), \
    items as ( \
        select p.phase_id, p.waiting_stage as stage, s.latest_version as version, 0 as undecided, s.since, \
            case when p.waits_for = 'approval' then 'approve' when p.waits_for = 'reaffirmation' then 'reaffirm' \
                 when p.waits_for = 'revision' then 'revise' when p.waits_for = 'first_reply' then 'converse' \
                 when p.waiting_stage = 'technical_analysis' then 'analyse' else 'write' end as what \
        from mine m join phases p on p.project_id = m.project_id and p.waiting_stage is not null \
        join phase_stages s on s.phase_id = p.phase_id and s.stage = p.waiting_stage \
        where p.waiting_roles && m.roles and not $1 = any(p.waiting_except) \
        union all \
        select p.phase_id, 'stories', null, r.undecided, coalesce(r.since, p.ready_at, p.updated_at), \
            case when r.undecided > 0 then 'review_stories' else 'generate_stories' end \
        from mine m join phases p on p.project_id = m.project_id and p.status = 'ready' and p.kind <> 'adhoc' \
        cross join lateral (select count(*) as proposals, count(*) filter (where standing = 'proposed') as undecided, \
            min(updated_at) filter (where standing = 'proposed') as since \
            from review_proposals where phase_id = p.phase_id) r \
        where 'sdm' = any(m.roles) and (r.undecided > 0 or r.proposals = 0) \
        union all \
        select p.phase_id, f.stage, f.version, f.undecided, f.since, 'answer_findings' \
        from mine m join phases p on p.project_id = m.project_id and p.status in ('planning', 'ready') \
        cross join lateral (select stage, max(version) as version, count(*) as undecided, min(at) as since \
            from raised_findings where phase_id = p.phase_id and state = 'open' group by stage) f \
        where 'sdm' = any(m.roles) or ('architect' = any(m.roles) and f.stage in ('technical_analysis', 'architecture'))) \
    select jsonb_build_object('what', i.what, 'project_id', p.project_id, 'project_key', j.key, \
        'phase_id', p.phase_id, 'number', p.number, 'title', p.title, 'stage', i.stage, 'version', i.version, \
        'undecided', i.undecided, 'since', i.since) \
    from items i join phases p on p.phase_id = i.phase_id join projects j on j.project_id = p.project_id \
    where $2::timestamptz is null or (i.since, i.phase_id) > ($2, $3) \
    order by i.since, i.phase_id limit $4";

/// A page of what waits for somebody, longest first, in all their projects or in one.
pub async fn inbox(
    pool: &PgPool,
    person: UserId,
    project: Option<ProjectId>,
    after: Option<InboxPlace>,
    limit: i64,
) -> Result<Vec<InboxRow>, ProjectionError> {
    let rows: Vec<Json<InboxRow>> = sqlx::query_scalar(INBOX)
        .bind(person.0)
        .bind(after.map(|place| place.since))
        .bind(after.map(|place| place.phase_id.0))
        .bind(limit)
        .bind(project.map(|project| project.0))
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}
