//! What was decided of a phase's artefacts, with its words: approvals and change requests.

use konductro_domain::ids::PhaseId;
use sqlx::PgPool;
use sqlx::types::Json;

use super::{ApprovalWithNote, ChangeRequestWithReason};
use crate::ProjectionError;

/// Every approval of a phase, oldest first, with its note.
pub async fn approvals(pool: &PgPool, phase: PhaseId) -> Result<Vec<ApprovalWithNote>, ProjectionError> {
    let rows: Vec<Json<ApprovalWithNote>> = sqlx::query_scalar(
        "select to_jsonb(a) || jsonb_build_object('note', t.body, 'waivers', \
           (select coalesce(jsonb_object_agg(f -> 'waiver' ->> 'hash', w.body), '{}') \
              from jsonb_array_elements(a.open_findings) f \
              join texts w on w.hash = decode(f -> 'waiver' ->> 'hash', 'hex') and w.body is not null)) \
         from artefact_approvals a \
         left join texts t on t.hash = decode(a.note_hash, 'hex') where a.phase_id = $1 order by a.position",
    )
    .bind(phase.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// Every change request of a phase, oldest first, with its reason.
pub async fn change_requests(pool: &PgPool, phase: PhaseId) -> Result<Vec<ChangeRequestWithReason>, ProjectionError> {
    let rows: Vec<Json<ChangeRequestWithReason>> = sqlx::query_scalar(
        "select to_jsonb(c) || jsonb_build_object('reason', r.body, 'dismissal', d.body) from change_requests c \
         left join texts r on r.hash = decode(c.reason_hash, 'hex') \
         left join texts d on d.hash = decode(c.dismissal_hash, 'hex') \
         where c.phase_id = $1 order by c.at, c.change_request_id",
    )
    .bind(phase.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}
