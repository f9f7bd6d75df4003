//! How the evidence of an analysis fared in the code, as somebody reported it.

use konductro_domain::artefact::drift::DriftedPlace as DomainPlace;
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::artefact::Checkout as DomainCheckout;
use konductro_domain::stage::Stage as DomainStage;
use konductro_projections::ProjectionError;
use konductro_projections::drift_reports::{self, DriftWithPlaces};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::people::{People, Person};
use super::words::DriftState;

/// How the evidence of an analysis fared in the code.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DriftReport {
    /// Where it stands in the log.
    pub position: i64,
    /// The version whose evidence was looked for.
    pub version: u32,
    /// Who looked.
    pub reported_by: Person,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What they had before them.
    pub checkouts: Vec<Checkout>,
    /// How many places there are.
    pub total: u32,
    /// How many are as they were.
    pub unchanged: u32,
    /// How many are elsewhere, word for word.
    pub moved: u32,
    /// How many say something else.
    pub changed: u32,
    /// How many are gone.
    pub vanished: u32,
    /// Each place.
    pub places: Vec<DriftedPlace>,
}

/// A repository as somebody had it before them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Checkout {
    /// Its short name.
    pub repository: String,
    /// The commit, in full.
    pub commit: String,
}

/// One piece of evidence in today's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DriftedPlace {
    /// Its id in the analysis, such as `E-3`.
    pub evidence: String,
    /// How it fares.
    pub state: DriftState,
    /// Where the lines are now, as `repository@commit:path#L12-L40`.
    #[serde(default)]
    pub now: Option<String>,
}

impl From<DomainPlace> for DriftedPlace {
    fn from(place: DomainPlace) -> Self {
        Self { evidence: place.evidence, state: place.state.into(), now: place.now.map(|now| now.to_string()) }
    }
}

impl From<&DomainCheckout> for Checkout {
    fn from(checkout: &DomainCheckout) -> Self {
        Self { repository: checkout.repository.clone(), commit: checkout.commit.to_string() }
    }
}

/// The latest report of a version.
pub async fn latest(
    pool: &PgPool,
    phase: PhaseId,
    stage: DomainStage,
    version: u32,
) -> Result<Option<DriftReport>, ProjectionError> {
    let Some(found) = drift_reports::latest(pool, phase, stage, version).await? else { return Ok(None) };
    let people = People::named(pool, [found.row.reported_by]).await?;
    Ok(Some(shown(found, &people)))
}

fn shown(report: DriftWithPlaces, people: &People) -> DriftReport {
    let DriftWithPlaces { row, places } = report;
    let places: Vec<DomainPlace> = places.and_then(|places| serde_json::from_str(&places).ok()).unwrap_or_default();
    let counts = [row.unchanged, row.moved, row.changed, row.vanished];
    DriftReport {
        position: row.position,
        version: row.version,
        reported_by: people.person(row.reported_by),
        at: row.at,
        checkouts: row.checkouts.iter().map(Checkout::from).collect(),
        total: counts.into_iter().fold(0, u32::saturating_add),
        unchanged: row.unchanged,
        moved: row.moved,
        changed: row.changed,
        vanished: row.vanished,
        places: places.into_iter().map(DriftedPlace::from).collect(),
    }
}
