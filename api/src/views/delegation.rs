//! Delegations as the settings show them: who looks after whose change requests, and until when.

use konductro_domain::actor::Person as Reader;
use konductro_domain::project::CreatedProject;
use konductro_domain::role::{Capability, may};
use konductro_projections::ProjectionError;
use konductro_projections::delegations::DelegationRow;
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::{People, Person};
use super::words::Role;

/// A role that somebody lent to a colleague.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delegation {
    /// The delegation.
    pub id: Uuid,
    /// Who is away.
    pub delegator: Person,
    /// Who acts meanwhile.
    pub delegate: Person,
    /// The role, which both hold.
    pub role: Role,
    /// From when.
    #[serde(with = "time::serde::rfc3339")]
    pub from: OffsetDateTime,
    /// Until when.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
    /// Whether it runs.
    pub state: DelegationState,
    /// Whether I may end it.
    pub may_end: bool,
}

/// Whether a delegation runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DelegationState {
    /// Its time has not come.
    Coming,
    /// It runs.
    Running,
    /// It does not count now, since one of the two does not hold the role.
    Suspended,
    /// Its time is over.
    Over,
    /// It was ended before its time.
    Ended,
}

/// The delegations as a member sees them now.
pub async fn shown(
    pool: &PgPool,
    rows: Vec<DelegationRow>,
    project: &CreatedProject,
    reader: &Reader,
    now: OffsetDateTime,
) -> Result<Vec<Delegation>, ProjectionError> {
    let people = People::named(pool, rows.iter().flat_map(|row| [row.delegator, row.delegate])).await?;
    let one = |row: DelegationRow| {
        let state = state(&row, project, now);
        let open = matches!(state, DelegationState::Coming | DelegationState::Running | DelegationState::Suspended);
        let concerned = [row.delegator, row.delegate].contains(&reader.user_id);
        Delegation {
            id: row.delegation_id.0,
            delegator: people.person(row.delegator),
            delegate: people.person(row.delegate),
            role: row.role.into(),
            from: row.from_at,
            until: row.until_at,
            state,
            may_end: open
                && reader.credential.is_interactive()
                && (concerned || may(&reader.roles, Capability::ManageProject)),
        }
    };
    Ok(rows.into_iter().map(one).collect())
}

fn state(row: &DelegationRow, project: &CreatedProject, now: OffsetDateTime) -> DelegationState {
    let runs = || project.acts_for(row.delegate, now).iter().any(|it| it.delegation_id == row.delegation_id);
    if row.ended_at.is_some() {
        DelegationState::Ended
    } else if now >= row.until_at {
        DelegationState::Over
    } else if now < row.from_at {
        DelegationState::Coming
    } else if runs() {
        DelegationState::Running
    } else {
        DelegationState::Suspended
    }
}
