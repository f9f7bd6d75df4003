//! Who lent which role to whom, and when. Whether a delegation counts is decided from the log; this is for reading.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{DelegationId, ProjectId, UserId};
use konductro_domain::project::ProjectEvent;
use konductro_domain::project::delegation::OnBehalf;
use konductro_domain::role::Role;
use serde::{Deserialize, Serialize};
use sqlx::types::{Json, Uuid};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, rows, streams};

/// The tables of this read model.
pub const TABLES: &[&str] = &["delegations"];

/// One delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationRow {
    /// The delegation.
    pub delegation_id: DelegationId,
    /// The project.
    pub project_id: ProjectId,
    /// Who is away.
    pub delegator: UserId,
    /// Who acts meanwhile.
    pub delegate: UserId,
    /// The role.
    pub role: Role,
    /// From when.
    #[serde(with = "time::serde::rfc3339")]
    pub from_at: OffsetDateTime,
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    pub until_at: OffsetDateTime,
    /// When it was ended before its time.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ended_at: Option<OffsetDateTime>,
    /// Who ended it.
    pub ended_by: Option<UserId>,
}

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut events = Vec::new();
    for recorded in page {
        match &recorded.event {
            Event::Project(ProjectEvent::RoleDelegated { delegation_id, delegator, delegate, role, from, until }) => {
                let row = DelegationRow {
                    delegation_id: *delegation_id,
                    project_id: streams::project_of(&recorded.stream)?,
                    delegator: *delegator,
                    delegate: *delegate,
                    role: *role,
                    from_at: *from,
                    until_at: *until,
                    ended_at: None,
                    ended_by: None,
                };
                events.push((recorded, *delegation_id, Some(row)));
            }
            Event::Project(ProjectEvent::DelegationEnded { delegation_id }) => {
                events.push((recorded, *delegation_id, None));
            }
            _ => {}
        }
    }
    let keys: BTreeSet<Uuid> = events.iter().map(|(_, id, _)| id.0).collect();
    let keys: Vec<Uuid> = keys.into_iter().collect();
    let before: Vec<DelegationRow> =
        rows::load(tx, "select to_jsonb(d) from delegations d where delegation_id = any($1)", &keys).await?;
    let mut known: BTreeMap<_, _> = before.into_iter().map(|row| (row.delegation_id, row)).collect();
    for (recorded, id, begun) in events {
        if let Some(row) = begun {
            known.insert(id, row);
        } else if let Some(row) = known.get_mut(&id) {
            (row.ended_at, row.ended_by) = (Some(recorded.at), recorded.actor.user_id());
        }
    }
    let mut writes = Writes::default();
    writes.add(STORE, &known.into_values().collect::<Vec<_>>())?;
    Ok(writes)
}

const STORE: &str = "insert into delegations select * from jsonb_populate_recordset(null::delegations, $rows) \
    on conflict (delegation_id) do update set ended_at = excluded.ended_at, ended_by = excluded.ended_by";

/// Every delegation of a project, the latest first.
pub async fn of_project(pool: &PgPool, project: ProjectId) -> Result<Vec<DelegationRow>, ProjectionError> {
    let rows: Vec<Json<DelegationRow>> = sqlx::query_scalar(
        "select to_jsonb(d) from delegations d where project_id = $1 order by from_at desc, delegation_id",
    )
    .bind(project.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// On whose behalf a member acts at a moment: while the delegation runs and both hold the role.
pub async fn running_for(
    pool: &PgPool,
    project: ProjectId,
    delegate: UserId,
    at: OffsetDateTime,
) -> Result<Vec<OnBehalf>, ProjectionError> {
    let rows: Vec<Json<DelegationRow>> = sqlx::query_scalar(
        "select to_jsonb(d) from delegations d \
         join project_members a on a.project_id = d.project_id and a.user_id = d.delegator and d.role = any(a.roles) \
         join project_members b on b.project_id = d.project_id and b.user_id = d.delegate and d.role = any(b.roles) \
         where d.project_id = $1 and d.delegate = $2 and d.ended_at is null and d.from_at <= $3 and d.until_at > $3",
    )
    .bind(project.0)
    .bind(delegate.0)
    .bind(at)
    .fetch_all(pool)
    .await?;
    let on_behalf = |Json(row): Json<DelegationRow>| OnBehalf {
        delegation_id: row.delegation_id,
        delegator: row.delegator,
        role: row.role,
    };
    Ok(rows.into_iter().map(on_behalf).collect())
}
