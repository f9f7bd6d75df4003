//! Reports of how the evidence of an analysis fares in today's code. They are only ever added.

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::phase::PhaseEvent;
use konductro_domain::phase::artefact::Checkout;
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, streams};

/// The tables of this read model.
pub const TABLES: &[&str] = &["drift_reports"];

/// One report, without its places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftRow {
    /// Where it stands in the log.
    pub position: i64,
    /// The phase.
    pub phase_id: PhaseId,
    /// The artefact's stage.
    pub stage: Stage,
    /// The version whose evidence was looked for.
    pub version: u32,
    /// Who looked.
    pub reported_by: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What they had before them.
    pub checkouts: Vec<Checkout>,
    /// How many places are as they were.
    pub unchanged: u32,
    /// How many are elsewhere.
    pub moved: u32,
    /// How many say something else.
    pub changed: u32,
    /// How many are gone.
    pub vanished: u32,
    /// Each place, as JSON.
    pub report_hash: Hash,
}

/// Folds a page of events.
pub async fn project(_tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut reports = Vec::new();
    for recorded in page {
        if let Event::Phase(PhaseEvent::DriftReported {
            stage,
            version,
            reported_by,
            checkouts,
            unchanged,
            moved,
            changed,
            vanished,
            report,
        }) = &recorded.event
        {
            reports.push(DriftRow {
                position: recorded.position,
                phase_id: streams::phase_of(&recorded.stream)?,
                stage: *stage,
                version: *version,
                reported_by: *reported_by,
                at: recorded.at,
                checkouts: checkouts.clone(),
                unchanged: *unchanged,
                moved: *moved,
                changed: *changed,
                vanished: *vanished,
                report_hash: report.hash,
            });
        }
    }
    let mut writes = Writes::default();
    writes.add(ADD, &reports)?;
    Ok(writes)
}

const ADD: &str = "insert into drift_reports select * from jsonb_populate_recordset(null::drift_reports, $rows) \
    on conflict (position) do nothing";

/// A report with its places.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DriftWithPlaces {
    /// The report.
    pub row: DriftRow,
    /// Each place, as JSON; `None` once it was erased.
    pub places: Option<String>,
}

/// The latest report of a version.
pub async fn latest(
    pool: &PgPool,
    phase: PhaseId,
    stage: Stage,
    version: u32,
) -> Result<Option<DriftWithPlaces>, ProjectionError> {
    let row: Option<Json<DriftWithPlaces>> = sqlx::query_scalar(
        "select json_build_object('row', d, 'places', t.body) from drift_reports d \
         left join texts t on t.hash = decode(d.report_hash, 'hex') \
         where d.phase_id = $1 and d.stage = $2 and d.version = $3 order by d.position desc limit 1",
    )
    .bind(phase.0)
    .bind(stage.as_str())
    .bind(i64::from(version))
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|Json(row)| row))
}
