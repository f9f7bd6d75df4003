//! Submissions that are kept beside an approved artefact, until a person adopts one or its writer submits anew.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{KeptSubmissionId, PhaseId, UserId};
use konductro_domain::phase::PhaseEvent;
use konductro_domain::phase::artefact::{BasedOn, Source};
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use sqlx::types::{Json, Uuid};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, rows, streams};

/// The tables of this read model.
pub const TABLES: &[&str] = &["kept_submissions"];

/// One submission, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRow {
    /// The submission.
    pub submission_id: KeptSubmissionId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The artefact's stage.
    pub stage: Stage,
    /// The approved version that it was kept beside.
    pub beside: u32,
    /// The document's title.
    pub title: String,
    /// SHA-256 of its text.
    pub content_hash: Hash,
    /// Length of its text in bytes.
    pub bytes: u32,
    /// What stands beside it as JSON.
    pub sidecar_hash: Option<Hash>,
    /// Who submitted it.
    pub submitted_by: UserId,
    /// Its authors.
    pub authors: Vec<UserId>,
    /// What it was written with.
    pub source: Option<Source>,
    /// What it was written on.
    pub based_on: Vec<BasedOn>,
    /// When it was submitted.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it can be adopted.
    pub standing: KeptStanding,
    /// The version that it became.
    pub adopted_version: Option<u32>,
}

/// Whether a kept submission can be adopted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptStanding {
    /// It can.
    Kept,
    /// It was.
    Adopted,
    /// The same person has submitted anew.
    Replaced,
}

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut events = Vec::new();
    for recorded in page {
        if let Event::Phase(event @ (PhaseEvent::SubmissionKept { .. } | PhaseEvent::SubmissionAdopted { .. })) =
            &recorded.event
        {
            events.push((recorded, event, streams::phase_of(&recorded.stream)?));
        }
    }
    let phases: BTreeSet<Uuid> = events.iter().map(|(.., phase)| phase.0).collect();
    let before: Vec<KeptRow> = rows::load(tx, CHANGEABLE, &phases.into_iter().collect::<Vec<_>>()).await?;
    let mut kept: BTreeMap<_, _> = before.into_iter().map(|row| (row.submission_id, row)).collect();
    for (recorded, event, phase_id) in events {
        apply(&mut kept, recorded, event, phase_id);
    }
    let mut writes = Writes::default();
    writes.add(STORE, &kept.into_values().collect::<Vec<_>>())?;
    Ok(writes)
}

fn apply(
    kept: &mut BTreeMap<KeptSubmissionId, KeptRow>,
    recorded: &Recorded<Event>,
    event: &PhaseEvent,
    phase_id: PhaseId,
) {
    match event {
        PhaseEvent::SubmissionKept { stage, submitted_by, .. } => {
            let replaced = kept.values_mut().filter(|row| {
                (row.phase_id, row.stage, row.submitted_by) == (phase_id, *stage, *submitted_by)
                    && row.standing == KeptStanding::Kept
            });
            replaced.for_each(|row| row.standing = KeptStanding::Replaced);
            kept.extend(row(event, phase_id, recorded.at).map(|row| (row.submission_id, row)));
        }
        PhaseEvent::SubmissionAdopted { submission_id, version, .. } => {
            if let Some(row) = kept.get_mut(submission_id) {
                (row.standing, row.adopted_version) = (KeptStanding::Adopted, Some(*version));
            }
        }
        _ => {}
    }
}

fn row(event: &PhaseEvent, phase_id: PhaseId, at: OffsetDateTime) -> Option<KeptRow> {
    let PhaseEvent::SubmissionKept {
        submission_id,
        stage,
        beside,
        title,
        content,
        sidecar,
        submitted_by,
        authors,
        source,
        based_on,
    } = event
    else {
        return None;
    };
    Some(KeptRow {
        submission_id: *submission_id,
        phase_id,
        stage: *stage,
        beside: *beside,
        title: title.clone(),
        content_hash: content.hash,
        bytes: content.bytes,
        sidecar_hash: sidecar.map(|sidecar| sidecar.hash),
        submitted_by: *submitted_by,
        authors: authors.clone(),
        source: source.clone(),
        based_on: based_on.clone(),
        at,
        standing: KeptStanding::Kept,
        adopted_version: None,
    })
}

const CHANGEABLE: &str = "select to_jsonb(k) from kept_submissions k where phase_id = any($1) and standing = 'kept'";
const STORE: &str = "insert into kept_submissions \
    select * from jsonb_populate_recordset(null::kept_submissions, $rows) \
    on conflict (submission_id) do update set standing = excluded.standing, adopted_version = excluded.adopted_version";

/// A submission with its texts; what was erased is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KeptWithText {
    /// The submission.
    pub row: KeptRow,
    /// Its text.
    pub markdown: Option<String>,
    /// What stands beside it as JSON.
    pub sidecar: Option<String>,
}

/// What is kept beside an artefact and can be adopted, newest first, without texts.
pub async fn of_stage(pool: &PgPool, phase: PhaseId, stage: Stage) -> Result<Vec<KeptRow>, ProjectionError> {
    let rows: Vec<Json<KeptRow>> = sqlx::query_scalar(
        "select to_jsonb(k) from kept_submissions k where phase_id = $1 and stage = $2 and standing = 'kept' \
         order by at desc, submission_id",
    )
    .bind(phase.0)
    .bind(stage.as_str())
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// One submission with its texts, whatever became of it.
pub async fn submission(pool: &PgPool, id: KeptSubmissionId) -> Result<Option<KeptWithText>, ProjectionError> {
    let row: Option<Json<KeptWithText>> = sqlx::query_scalar(
        "select json_build_object('row', k, 'markdown', t.body, 'sidecar', s.body) from kept_submissions k \
         left join texts t on t.hash = decode(k.content_hash, 'hex') \
         left join texts s on s.hash = decode(k.sidecar_hash, 'hex') where k.submission_id = $1",
    )
    .bind(id.0)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|Json(row)| row))
}
