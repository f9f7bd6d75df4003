//! A project as its pages show it.

use konductro_domain::ids::{ProjectId, UserId};
use konductro_domain::project::policy::AuthorRule;
use konductro_domain::text::Text;
use konductro_projections::ProjectionError;
use konductro_projections::phase_board::{self, Tally};
use konductro_projections::project_list::{self, ProjectPage, SummaryRow};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::People;
use super::words::{Role, Stage, roles};
use crate::http::{Page, Paging};

/// A project.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Project {
    /// The project.
    pub id: Uuid,
    /// Its key, such as `PAY`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Goals, stack, conventions, constraints (Markdown).
    pub context: String,
    /// Counts the context's versions; 0 before the first.
    pub context_version: u32,
    /// My roles in it.
    pub roles: Vec<Role>,
    /// Everybody in it.
    pub members: Vec<Member>,
    /// The repositories it names.
    pub repositories: Vec<Repository>,
    /// Who approves what.
    pub approval_policy: ApprovalPolicy,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Its version, which is its ETag.
    pub version: i64,
}

/// Somebody in a project.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Member {
    /// Who.
    pub user_id: Uuid,
    /// The name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// All the roles held.
    pub roles: Vec<Role>,
}

/// A repository that a project names.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Repository {
    /// The repository.
    pub id: Uuid,
    /// Its short name.
    pub name: String,
    /// Where it is.
    pub remote: String,
    /// The branch that counts.
    pub default_branch: Option<String>,
}

/// A project's approval policy.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApprovalPolicy {
    /// Counts the policy's versions.
    pub version: u32,
    /// One for each stage with an approval gate.
    pub stages: Vec<StagePolicy>,
}

/// How one stage's artefact is approved.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StagePolicy {
    /// The stage.
    pub stage: Stage,
    /// The roles that may approve.
    pub roles: Vec<Role>,
    /// How many different people must.
    pub required_approvals: u32,
    /// Whether an author may be one of them.
    pub author_may_approve: bool,
}

/// A line of the projects page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProjectSummary {
    /// The project.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// My roles in it.
    pub roles: Vec<Role>,
    /// How many phases stand where.
    pub phases: PhaseCounts,
    /// How many phases wait for me.
    pub waiting_for_me: u32,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// How many phases of a project stand where.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct PhaseCounts {
    /// In planning.
    pub planning: u32,
    /// Ready for story generation.
    pub ready: u32,
    /// Completed.
    pub completed: u32,
    /// Cancelled.
    pub cancelled: u32,
}

impl From<konductro_domain::project::policy::ApprovalPolicy> for ApprovalPolicy {
    fn from(policy: konductro_domain::project::policy::ApprovalPolicy) -> Self {
        Self { version: policy.version, stages: policy.stages.into_iter().map(StagePolicy::from).collect() }
    }
}

impl From<konductro_domain::project::policy::StagePolicy> for StagePolicy {
    fn from(policy: konductro_domain::project::policy::StagePolicy) -> Self {
        Self {
            stage: policy.stage.into(),
            roles: roles(&policy.roles),
            required_approvals: policy.required_approvals,
            author_may_approve: policy.authors == AuthorRule::MayApprove,
        }
    }
}

/// A project as one of its members sees it; `None` for everybody else.
pub async fn project(pool: &PgPool, project_id: ProjectId, reader: UserId) -> Result<Option<Project>, ProjectionError> {
    let Some(page) = project_list::page_of(pool, project_id).await? else { return Ok(None) };
    let Some(me) = page.members.iter().find(|member| member.user_id == reader) else { return Ok(None) };
    let mine = roles(&me.roles);
    let people = People::named(pool, page.members.iter().map(|member| member.user_id)).await?;
    Ok(Some(shown(page, mine, &people)))
}

fn shown(page: ProjectPage, mine: Vec<Role>, people: &People) -> Project {
    let row = page.project;
    let mut members: Vec<Member> = page
        .members
        .iter()
        .map(|member| Member {
            user_id: member.user_id.0,
            name: people.name(member.user_id).to_owned(),
            email: people.email(member.user_id).to_owned(),
            roles: roles(&member.roles),
        })
        .collect();
    members.sort_by_cached_key(|member| member.name.to_lowercase());
    let repositories = page.repositories.into_iter().map(|repository| Repository {
        id: repository.repository_id.0,
        name: repository.name,
        remote: repository.remote,
        default_branch: repository.default_branch,
    });
    Project {
        id: row.project_id.0,
        key: row.key,
        name: row.name,
        context: page.context.unwrap_or_default(),
        context_version: row.context_version,
        roles: mine,
        members,
        repositories: repositories.collect(),
        approval_policy: row.approval_policy.into(),
        created_at: row.created_at,
        version: row.version,
    }
}

/// A page of somebody's projects, by key.
pub async fn summaries(
    pool: &PgPool,
    reader: UserId,
    paging: Paging<String>,
) -> Result<Page<ProjectSummary>, ProjectionError> {
    let rows = project_list::summaries(pool, reader, paging.after.as_deref(), paging.limit + 1).await?;
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.project_id).collect();
    let tallies = phase_board::tallies(pool, &ids, reader).await?;
    let summary = |row: SummaryRow| {
        let tally = tallies.iter().find(|tally| tally.project_id == row.project_id);
        ProjectSummary {
            id: row.project_id.0,
            key: row.key,
            name: row.name,
            roles: roles(&row.roles),
            phases: tally.map(counts).unwrap_or_default(),
            waiting_for_me: tally.map_or(0, |tally| tally.waiting_for_me),
            created_at: row.created_at,
        }
    };
    Ok(Page::cut(rows.into_iter().map(summary).collect(), paging.limit, |project| project.key.clone()))
}

fn counts(tally: &Tally) -> PhaseCounts {
    PhaseCounts { planning: tally.planning, ready: tally.ready, completed: tally.completed, cancelled: tally.cancelled }
}

/// A project's context as it was stored, salt included: saving it again unchanged changes nothing.
pub async fn context_text(pool: &PgPool, project_id: ProjectId) -> Result<Option<Text>, ProjectionError> {
    let stored: Option<(Option<String>, Option<Vec<u8>>)> = sqlx::query_as(
        "select t.body, t.salt from projects p join texts t on t.hash = decode(p.context_hash, 'hex') \
         where p.project_id = $1",
    )
    .bind(project_id.0)
    .fetch_optional(pool)
    .await?;
    let Some((Some(body), salt)) = stored else { return Ok(None) };
    let salt = salt.and_then(|salt| <[u8; 16]>::try_from(salt).ok());
    Ok(Some(salt.map_or_else(|| Text::plain(body.clone()), |salt| Text::salted(body.clone(), salt))))
}
