//! The text that somebody is editing, kept as they type: theirs alone, one for each artefact, and no version until
//! they save it as one.

use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::stage::Stage;
use sqlx::PgPool;
use time::OffsetDateTime;

/// A draft of an artefact.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DraftRow {
    /// Counts the times it was stored, from 1.
    pub revision: i64,
    /// The document's title.
    pub title: String,
    /// Its text.
    pub markdown: String,
    /// The version that the edit started from; 0 where there was none.
    pub base_version: i32,
    /// When it was last stored.
    pub updated_at: OffsetDateTime,
}

/// What is to be kept.
#[derive(Debug, Clone)]
pub struct Keep {
    /// The document's title.
    pub title: String,
    /// Its text.
    pub markdown: String,
    /// The version that the edit started from; 0 where there was none.
    pub base_version: u32,
    /// The revision that it follows, where the writer says so; 0: none is there.
    pub follows: Option<i64>,
}

/// Somebody's draft of an artefact.
pub async fn draft(
    pool: &PgPool,
    writer: UserId,
    phase: PhaseId,
    stage: Stage,
) -> Result<Option<DraftRow>, sqlx::Error> {
    sqlx::query_as(
        "select revision, title, markdown, base_version, updated_at from artefact_drafts \
         where user_id = $1 and phase_id = $2 and stage = $3",
    )
    .bind(writer.0)
    .bind(phase.0)
    .bind(stage.as_str())
    .fetch_optional(pool)
    .await
}

/// Keeps a draft; `None` where it does not follow the one that is there. One statement, so that of two devices
/// exactly one finds that it follows.
pub async fn keep(
    pool: &PgPool,
    writer: UserId,
    phase: PhaseId,
    stage: Stage,
    draft: &Keep,
) -> Result<Option<DraftRow>, sqlx::Error> {
    sqlx::query_as(
        "with kept as (update artefact_drafts set revision = revision + 1, title = $4, markdown = $5, \
                base_version = $6, updated_at = now() \
            where user_id = $1 and phase_id = $2 and stage = $3 and ($7::bigint is null or revision = $7) \
            returning revision, title, markdown, base_version, updated_at), \
         made as (insert into artefact_drafts (user_id, phase_id, stage, revision, title, markdown, base_version, \
                updated_at) select $1, $2, $3, 1, $4, $5, $6, now() \
            where not exists (select from kept) and coalesce($7, 0) = 0 \
            on conflict (user_id, phase_id, stage) do update set revision = artefact_drafts.revision + 1, \
                title = excluded.title, markdown = excluded.markdown, base_version = excluded.base_version, \
                updated_at = excluded.updated_at where $7::bigint is null \
            returning revision, title, markdown, base_version, updated_at) \
         select * from kept union all select * from made",
    )
    .bind(writer.0)
    .bind(phase.0)
    .bind(stage.as_str())
    .bind(&draft.title)
    .bind(&draft.markdown)
    .bind(i64::from(draft.base_version))
    .bind(draft.follows)
    .fetch_optional(pool)
    .await
}

/// Discards somebody's draft; discarding it again changes nothing.
pub async fn discard(pool: &PgPool, writer: UserId, phase: PhaseId, stage: Stage) -> Result<(), sqlx::Error> {
    sqlx::query("delete from artefact_drafts where user_id = $1 and phase_id = $2 and stage = $3")
        .bind(writer.0)
        .bind(phase.0)
        .bind(stage.as_str())
        .execute(pool)
        .await?;
    Ok(())
}
