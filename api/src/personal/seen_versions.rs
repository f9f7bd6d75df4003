//! Which versions somebody has had on screen, so that the next one is shown against what they know.

use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::stage::Stage;
use sqlx::PgPool;

/// Somebody had a version on screen; saying it again changes nothing.
pub async fn mark(
    pool: &PgPool,
    reader: UserId,
    phase: PhaseId,
    stage: Stage,
    version: u32,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into seen_versions (user_id, phase_id, stage, version, seen_at) values ($1, $2, $3, $4, now()) \
         on conflict do nothing",
    )
    .bind(reader.0)
    .bind(phase.0)
    .bind(stage.as_str())
    .bind(i64::from(version))
    .execute(pool)
    .await?;
    Ok(())
}

/// The newest version below another that somebody has seen.
pub async fn last_before(
    pool: &PgPool,
    reader: UserId,
    phase: PhaseId,
    stage: Stage,
    below: u32,
) -> Result<Option<u32>, sqlx::Error> {
    let seen: Option<i32> = sqlx::query_scalar(
        "select max(version) from seen_versions \
         where user_id = $1 and phase_id = $2 and stage = $3 and version < $4",
    )
    .bind(reader.0)
    .bind(phase.0)
    .bind(stage.as_str())
    .bind(i64::from(below))
    .fetch_one(pool)
    .await?;
    Ok(seen.map(i32::unsigned_abs))
}
