//! What stories were made from: a set of approved versions, kept once for all stories made from it.

use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_domain::phase::artefact::{BasedOn, upstream_hash};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::Json;

use crate::ProjectionError;

/// A set of approved versions of one phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// Its name: the phase and the hash over the versions.
    pub basis: String,
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The versions.
    pub based_on: Vec<BasedOn>,
}

impl Basis {
    /// The basis of these versions; none where there are none.
    pub(super) fn of(project_id: ProjectId, phase_id: PhaseId, based_on: &[BasedOn]) -> Option<Self> {
        if based_on.is_empty() {
            return None;
        }
        let basis = format!("{phase_id}:{}", upstream_hash(based_on));
        Some(Self { basis, project_id, phase_id, based_on: based_on.to_vec() })
    }
}

/// Everything that stories of a project were made from.
pub async fn bases_of(pool: &PgPool, project: ProjectId) -> Result<Vec<Basis>, ProjectionError> {
    let rows: Vec<Json<Basis>> =
        sqlx::query_scalar("select to_jsonb(b) from backlog_bases b where project_id = $1 order by basis")
            .bind(project.0)
            .fetch_all(pool)
            .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// One basis by its name.
pub async fn basis_of(pool: &PgPool, basis: &str) -> Result<Option<Basis>, ProjectionError> {
    let row: Option<Json<Basis>> = sqlx::query_scalar("select to_jsonb(b) from backlog_bases b where basis = $1")
        .bind(basis)
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|Json(row)| row))
}

/// What the stories of a phase were made from, each set once.
pub async fn bases_of_phase(
    pool: &PgPool,
    project: ProjectId,
    phase: PhaseId,
) -> Result<Vec<Vec<BasedOn>>, ProjectionError> {
    let rows: Vec<Json<Vec<BasedOn>>> =
        sqlx::query_scalar("select based_on from backlog_bases where project_id = $1 and phase_id = $2 order by basis")
            .bind(project.0)
            .bind(phase.0)
            .fetch_all(pool)
            .await?;
    Ok(rows.into_iter().map(|Json(based_on)| based_on).collect())
}
