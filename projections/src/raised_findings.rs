//! Findings that people raised against approved artefacts, and what became of each.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::artefact::check::Severity;
use konductro_domain::artefact::submission::CodeReference;
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, RaisedFindingId, UserId};
use konductro_domain::phase::{FindingState, PhaseEvent};
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use sqlx::types::{Json, Uuid};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, rows, streams};

/// The tables of this read model.
pub const TABLES: &[&str] = &["raised_findings"];

/// One finding, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// The finding.
    pub finding_id: RaisedFindingId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The artefact's stage.
    pub stage: Stage,
    /// The approved version.
    pub version: u32,
    /// The id that it is about.
    pub reference: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub text_hash: Hash,
    /// The code that shows it.
    pub evidence: Vec<CodeReference>,
    /// Who says so.
    pub raised_by: UserId,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What became of it.
    pub state: FindingState,
    /// Who answered it.
    pub answered_by: Option<UserId>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    pub answered_at: Option<OffsetDateTime>,
    /// Why it was declined.
    pub reason_hash: Option<Hash>,
    /// The version that was approved after somebody agreed with it.
    pub settled_in: Option<u32>,
}

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut events = Vec::new();
    for recorded in page {
        if let Event::Phase(event) = &recorded.event
            && concerns(event)
        {
            events.push((recorded, event, streams::phase_of(&recorded.stream)?));
        }
    }
    let phases: BTreeSet<Uuid> = events.iter().map(|(.., phase)| phase.0).collect();
    let before: Vec<FindingRow> = rows::load(tx, CHANGEABLE, &phases.into_iter().collect::<Vec<_>>()).await?;
    let mut findings: BTreeMap<_, _> = before.iter().map(|row| (row.finding_id, row.clone())).collect();
    for (recorded, event, phase_id) in events {
        apply(&mut findings, recorded, event, phase_id);
    }
    for row in &before {
        if findings.get(&row.finding_id) == Some(row) {
            findings.remove(&row.finding_id);
        }
    }
    let mut writes = Writes::default();
    writes.add(STORE, &findings.into_values().collect::<Vec<_>>())?;
    Ok(writes)
}

fn concerns(event: &PhaseEvent) -> bool {
    matches!(
        event,
        PhaseEvent::FindingRaised { .. }
            | PhaseEvent::FindingAccepted { .. }
            | PhaseEvent::FindingDeclined { .. }
            | PhaseEvent::ArtefactApproved { .. }
    )
}

fn apply(
    findings: &mut BTreeMap<RaisedFindingId, FindingRow>,
    recorded: &Recorded<Event>,
    event: &PhaseEvent,
    phase_id: PhaseId,
) {
    match event {
        PhaseEvent::FindingRaised { finding_id, stage, version, reference, severity, text, evidence, raised_by } => {
            let row = FindingRow {
                finding_id: *finding_id,
                phase_id,
                stage: *stage,
                version: *version,
                reference: reference.clone(),
                severity: *severity,
                text_hash: text.hash,
                evidence: evidence.clone(),
                raised_by: *raised_by,
                at: recorded.at,
                state: FindingState::Open,
                answered_by: None,
                answered_at: None,
                reason_hash: None,
                settled_in: None,
            };
            findings.insert(*finding_id, row);
        }
        PhaseEvent::FindingAccepted { finding_id, accepted_by, .. } => {
            answer(findings, *finding_id, FindingState::Accepted, *accepted_by, recorded.at, None);
        }
        PhaseEvent::FindingDeclined { finding_id, declined_by, reason, .. } => {
            answer(findings, *finding_id, FindingState::Declined, *declined_by, recorded.at, Some(reason.hash));
        }
        PhaseEvent::ArtefactApproved { stage, version, .. } => {
            let accepted = findings.values_mut().filter(|row| {
                (row.phase_id, row.stage) == (phase_id, *stage)
                    && row.state == FindingState::Accepted
                    && row.settled_in.is_none()
            });
            accepted.for_each(|row| row.settled_in = Some(*version));
        }
        _ => {}
    }
}

fn answer(
    findings: &mut BTreeMap<RaisedFindingId, FindingRow>,
    id: RaisedFindingId,
    state: FindingState,
    by: UserId,
    at: OffsetDateTime,
    reason: Option<Hash>,
) {
    if let Some(row) = findings.get_mut(&id) {
        (row.state, row.answered_by, row.answered_at, row.reason_hash) = (state, Some(by), Some(at), reason);
    }
}

/// What of some phases can still change.
const CHANGEABLE: &str = "select to_jsonb(f) from raised_findings f where phase_id = any($1) \
    and (state = 'open' or (state = 'accepted' and settled_in is null))";
const STORE: &str = "insert into raised_findings \
    select * from jsonb_populate_recordset(null::raised_findings, $rows) \
    on conflict (finding_id) do update set state = excluded.state, answered_by = excluded.answered_by, \
    answered_at = excluded.answered_at, reason_hash = excluded.reason_hash, settled_in = excluded.settled_in";

/// A finding with its words; what was erased is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FindingWithWords {
    /// The finding.
    #[serde(flatten)]
    pub row: FindingRow,
    /// What is wrong.
    pub text: Option<String>,
    /// Why it was declined.
    pub reason: Option<String>,
}

/// Every finding of a phase, oldest first.
pub async fn of_phase(pool: &PgPool, phase: PhaseId) -> Result<Vec<FindingWithWords>, ProjectionError> {
    let statement = format!("{SELECT} where f.phase_id = $1 order by f.at, f.finding_id");
    let rows: Vec<Json<FindingWithWords>> = sqlx::query_scalar(&statement).bind(phase.0).fetch_all(pool).await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// One finding.
pub async fn finding(pool: &PgPool, id: RaisedFindingId) -> Result<Option<FindingWithWords>, ProjectionError> {
    let statement = format!("{SELECT} where f.finding_id = $1");
    let row: Option<Json<FindingWithWords>> = sqlx::query_scalar(&statement).bind(id.0).fetch_optional(pool).await?;
    Ok(row.map(|Json(row)| row))
}

const SELECT: &str = "select to_jsonb(f) || jsonb_build_object('text', t.body, 'reason', r.body) \
    from raised_findings f left join texts t on t.hash = decode(f.text_hash, 'hex') \
    left join texts r on r.hash = decode(f.reason_hash, 'hex')";
