//! Projects, who is in them, and what they name.
//!
//! What the projects page and the project's own page show. Whether somebody may do something is not
//! decided from here but from the log (membership has a fence); this may lag by moments.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{ProjectId, RepositoryId, UserId};
use konductro_domain::project::ProjectEvent;
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::role::{Role, Roles};
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use sqlx::types::{Json, Uuid};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, rows, streams};

/// The tables of this read model.
pub const TABLES: &[&str] = &["projects", "project_members", "project_repositories"];

/// A project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectRow {
    /// The project.
    pub project_id: ProjectId,
    /// Its key, such as `PAY`.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The text of its context, where it was written.
    pub context_hash: Option<Hash>,
    /// Counts the context's versions; 0 before the first.
    pub context_version: u32,
    /// Its approval policy.
    pub approval_policy: ApprovalPolicy,
    /// What Conductor may cost in a month, in millionths of the price table's currency; `None` for no bound.
    #[serde(default)]
    pub budget_micros: Option<u64>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The last sequence of its stream.
    pub version: i64,
}

/// Somebody in a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRow {
    /// The project.
    pub project_id: ProjectId,
    /// Who.
    pub user_id: UserId,
    /// All the roles held.
    pub roles: Roles,
}

/// A repository that a project names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryRow {
    /// The project.
    pub project_id: ProjectId,
    /// The repository.
    pub repository_id: RepositoryId,
    /// Its short name.
    pub name: String,
    /// Where it is.
    pub remote: String,
    /// The branch that counts.
    pub default_branch: Option<String>,
    /// Where in the log it was added, which is the order they are shown in.
    pub added_at: i64,
}

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let events: Vec<_> = page
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::Project(event) => Some((recorded, event)),
            Event::Workspace(_)
            | Event::Phase(_)
            | Event::Conversation(_)
            | Event::StoryReview(_)
            | Event::Story(_) => None,
        })
        .collect();
    if events.is_empty() {
        return Ok(Writes::default());
    }
    let mut changes = Changes::load(tx, &events).await?;
    for (recorded, event) in events {
        changes.apply(recorded, event)?;
    }
    changes.writes()
}

/// What a page changes: rows to write, and rows to remove (`None`).
#[derive(Default)]
struct Changes {
    projects: BTreeMap<ProjectId, ProjectRow>,
    members: BTreeMap<(ProjectId, UserId), Option<MemberRow>>,
    repositories: BTreeMap<(ProjectId, RepositoryId), Option<RepositoryRow>>,
}

impl Changes {
    async fn load(
        tx: &mut PgConnection,
        events: &[(&Recorded<Event>, &ProjectEvent)],
    ) -> Result<Self, ProjectionError> {
        let mut keys = BTreeSet::new();
        for (recorded, _) in events {
            keys.insert(streams::project_of(&recorded.stream)?.0);
        }
        let keys: Vec<Uuid> = keys.into_iter().collect();
        let loaded: Vec<ProjectRow> =
            rows::load(tx, "select to_jsonb(p) from projects p where project_id = any($1)", &keys).await?;
        Ok(Self { projects: loaded.into_iter().map(|row| (row.project_id, row)).collect(), ..Self::default() })
    }

    fn apply(&mut self, recorded: &Recorded<Event>, event: &ProjectEvent) -> Result<(), ProjectionError> {
        let project_id = streams::project_of(&recorded.stream)?;
        if let ProjectEvent::ProjectCreated { key, name, approval_policy } = event {
            self.projects.insert(
                project_id,
                ProjectRow {
                    project_id,
                    key: key.clone(),
                    name: name.clone(),
                    context_hash: None,
                    context_version: 0,
                    approval_policy: approval_policy.clone(),
                    budget_micros: None,
                    created_at: recorded.at,
                    version: recorded.sequence,
                },
            );
            return Ok(());
        }
        let row = self.projects.get_mut(&project_id).ok_or_else(|| ProjectionError::OutOfOrder {
            position: recorded.position,
            missing: format!("project {project_id}"),
        })?;
        row.version = recorded.sequence;
        match event {
            ProjectEvent::ProjectCreated { .. } => {}
            ProjectEvent::ProjectRenamed { name } => row.name.clone_from(name),
            ProjectEvent::ProjectContextChanged { context_version, context } => {
                row.context_version = *context_version;
                row.context_hash = Some(context.hash);
            }
            ProjectEvent::ApprovalPolicyChanged { approval_policy } => row.approval_policy = approval_policy.clone(),
            ProjectEvent::RepositoryAdded { repository_id, name, remote, default_branch } => {
                let repository = RepositoryRow {
                    project_id,
                    repository_id: *repository_id,
                    name: name.clone(),
                    remote: remote.clone(),
                    default_branch: default_branch.clone(),
                    added_at: recorded.position,
                };
                self.repositories.insert((project_id, *repository_id), Some(repository));
            }
            ProjectEvent::RepositoryRemoved { repository_id } => {
                self.repositories.insert((project_id, *repository_id), None);
            }
            ProjectEvent::MemberRolesSet { user_id, roles } => {
                let member = MemberRow { project_id, user_id: *user_id, roles: roles.clone() };
                self.members.insert((project_id, *user_id), Some(member));
            }
            ProjectEvent::MemberRemoved { user_id } => {
                self.members.insert((project_id, *user_id), None);
            }
            ProjectEvent::BudgetSet { monthly_micros } => row.budget_micros = *monthly_micros,
            ProjectEvent::RoleDelegated { .. } | ProjectEvent::DelegationEnded { .. } => {}
        }
        Ok(())
    }

    fn writes(self) -> Result<Writes, ProjectionError> {
        let mut writes = Writes::default();
        writes.add(STORE_PROJECTS, &self.projects.into_values().collect::<Vec<_>>())?;
        let gone: Vec<_> = removed(&self.members).map(|(project, user)| Pair(project.0, user.0)).collect();
        writes.add(REMOVE_MEMBERS, &gone)?;
        writes.add(STORE_MEMBERS, &self.members.into_values().flatten().collect::<Vec<_>>())?;
        let gone: Vec<_> = removed(&self.repositories).map(|(project, id)| Pair(project.0, id.0)).collect();
        writes.add(REMOVE_REPOSITORIES, &gone)?;
        writes.add(STORE_REPOSITORIES, &self.repositories.into_values().flatten().collect::<Vec<_>>())?;
        Ok(writes)
    }
}

/// A key of two ids, as a two-element JSON array.
#[derive(Serialize)]
struct Pair(Uuid, Uuid);

fn removed<K: Copy, V>(changes: &BTreeMap<K, Option<V>>) -> impl Iterator<Item = K> {
    changes.iter().filter(|(_, row)| row.is_none()).map(|(key, _)| *key)
}

const STORE_PROJECTS: &str = "insert into projects select * from jsonb_populate_recordset(null::projects, $rows) \
    on conflict (project_id) do update set name = excluded.name, context_hash = excluded.context_hash, \
    context_version = excluded.context_version, approval_policy = excluded.approval_policy, \
    budget_micros = excluded.budget_micros, \
    version = excluded.version";
const STORE_MEMBERS: &str = "insert into project_members \
    select * from jsonb_populate_recordset(null::project_members, $rows) \
    on conflict (project_id, user_id) do update set roles = excluded.roles";
const REMOVE_MEMBERS: &str = "delete from project_members m using jsonb_array_elements($rows) gone \
    where m.project_id = (gone ->> 0)::uuid and m.user_id = (gone ->> 1)::uuid";
const STORE_REPOSITORIES: &str = "insert into project_repositories \
    select * from jsonb_populate_recordset(null::project_repositories, $rows) \
    on conflict (project_id, repository_id) do update set name = excluded.name, remote = excluded.remote, \
    default_branch = excluded.default_branch, added_at = excluded.added_at";
const REMOVE_REPOSITORIES: &str = "delete from project_repositories r using jsonb_array_elements($rows) gone \
    where r.project_id = (gone ->> 0)::uuid and r.repository_id = (gone ->> 1)::uuid";

/// A project with all that its page shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ProjectPage {
    /// The project.
    #[serde(flatten)]
    pub project: ProjectRow,
    /// The text of its context; `None` when there is none, or it was erased.
    pub context: Option<String>,
    /// Everybody in it.
    pub members: Vec<MemberRow>,
    /// Its repositories, in the order they were added.
    pub repositories: Vec<RepositoryRow>,
}

/// A project somebody is in, with the roles held there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Membership {
    /// The project.
    pub project_id: ProjectId,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The roles held.
    pub roles: Roles,
}

/// A line of the projects page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SummaryRow {
    /// The project.
    pub project_id: ProjectId,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The roles that the reader holds in it.
    pub roles: Roles,
    /// What Conductor may cost in a month, in millionths of the price table's currency; `None` for no bound.
    #[serde(default)]
    pub budget_micros: Option<u64>,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// One project with context, members and repositories.
pub async fn page_of(pool: &PgPool, project: ProjectId) -> Result<Option<ProjectPage>, ProjectionError> {
    let page: Option<Json<ProjectPage>> = sqlx::query_scalar(
        "select to_jsonb(p) || jsonb_build_object( \
             'context', (select t.body from texts t where t.hash = decode(p.context_hash, 'hex')), \
             'members', (select coalesce(jsonb_agg(m order by m.user_id), '[]') \
                         from project_members m where m.project_id = p.project_id), \
             'repositories', (select coalesce(jsonb_agg(r order by r.added_at), '[]') \
                              from project_repositories r where r.project_id = p.project_id)) \
         from projects p where p.project_id = $1",
    )
    .bind(project.0)
    .fetch_optional(pool)
    .await?;
    Ok(page.map(|Json(page)| page))
}

/// The projects that somebody is in, by key.
pub async fn memberships_of(pool: &PgPool, user: UserId) -> Result<Vec<Membership>, ProjectionError> {
    let rows: Vec<Json<Membership>> = sqlx::query_scalar(
        "select jsonb_build_object('project_id', p.project_id, 'key', p.key, 'name', p.name, 'roles', m.roles) \
         from project_members m join projects p using (project_id) where m.user_id = $1 order by p.key",
    )
    .bind(user.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// A page of the projects that somebody is in, by key, after a key.
pub async fn summaries(
    pool: &PgPool,
    user: UserId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<SummaryRow>, ProjectionError> {
    let rows: Vec<Json<SummaryRow>> = sqlx::query_scalar(
        "select jsonb_build_object('project_id', p.project_id, 'key', p.key, 'name', p.name, 'roles', m.roles, \
             'created_at', p.created_at) \
         from project_members m join projects p using (project_id) \
         where m.user_id = $1 and ($2::text is null or p.key > $2) order by p.key limit $3",
    )
    .bind(user.0)
    .bind(after)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// Everybody in a project, with their roles.
pub async fn members_of(pool: &PgPool, project: ProjectId) -> Result<Vec<MemberRow>, ProjectionError> {
    let rows: Vec<Json<MemberRow>> =
        sqlx::query_scalar("select to_jsonb(m) from project_members m where project_id = $1 order by user_id")
            .bind(project.0)
            .fetch_all(pool)
            .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// The roles that somebody holds in a project; none for who is no member.
pub async fn roles_of(pool: &PgPool, project: ProjectId, user: UserId) -> Result<Roles, ProjectionError> {
    let roles: Option<Json<Roles>> =
        sqlx::query_scalar("select to_jsonb(roles) from project_members where project_id = $1 and user_id = $2")
            .bind(project.0)
            .bind(user.0)
            .fetch_optional(pool)
            .await?;
    Ok(roles.map(|Json(roles)| roles).unwrap_or_default())
}

/// The key of a project.
pub async fn key_of(pool: &PgPool, project: ProjectId) -> Result<Option<String>, ProjectionError> {
    let key = sqlx::query_scalar("select key from projects where project_id = $1")
        .bind(project.0)
        .fetch_optional(pool)
        .await?;
    Ok(key)
}

/// The project that has a key.
pub async fn project_with_key(pool: &PgPool, key: &str) -> Result<Option<ProjectId>, ProjectionError> {
    let id: Option<Uuid> =
        sqlx::query_scalar("select project_id from projects where key = $1").bind(key).fetch_optional(pool).await?;
    Ok(id.map(ProjectId))
}

/// Everybody of a project who holds one of these roles, the first so many.
pub async fn members_with(
    pool: &PgPool,
    project: ProjectId,
    roles: &[Role],
    limit: i64,
) -> Result<Vec<UserId>, ProjectionError> {
    let members: Vec<Uuid> = sqlx::query_scalar(
        "select user_id from project_members where project_id = $1 \
         and roles && array(select jsonb_array_elements_text($2)) order by user_id limit $3",
    )
    .bind(project.0)
    .bind(Json(roles))
    .bind(limit)
    .fetch_all(pool)
    .await?;
    Ok(members.into_iter().map(UserId).collect())
}
