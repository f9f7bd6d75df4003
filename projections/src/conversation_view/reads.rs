//! What pages, and the worker that asks the model, read of conversations.

use konductro_domain::conductor::{GeneratedBy, PromptBlock, PromptManifest};
use konductro_domain::ids::{PhaseId, TurnId, UserId};
use konductro_domain::stage::Stage;
use serde::Deserialize;
use sqlx::PgPool;
use sqlx::types::Json;

use super::{PromptRow, TurnRow, TurnState};
use crate::{ProjectionError, event_log};

/// A turn with what was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TurnWithTexts {
    /// The turn.
    #[serde(flatten)]
    pub row: TurnRow,
    /// The person's message; `None` once it was erased.
    pub message: Option<String>,
    /// The reply, document tags included; `None` before it ended, and once it was erased.
    pub reply: Option<String>,
}

const WITH_TEXTS: &str = "select to_jsonb(t) || jsonb_build_object('message', m.body, 'reply', r.body) \
    from conversation_turns t \
    left join texts m on m.hash = decode(t.message_hash, 'hex') \
    left join texts r on r.hash = decode(t.reply_hash, 'hex')";

/// A page of a conversation's turns before a position, oldest first; without a position the newest.
pub async fn page_of(
    pool: &PgPool,
    phase: PhaseId,
    stage: Stage,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<TurnWithTexts>, ProjectionError> {
    let statement = format!(
        "{WITH_TEXTS} where t.phase_id = $1 and t.stage = $2 and ($3::bigint is null or t.position < $3) \
         order by t.position desc limit $4"
    );
    let rows: Vec<Json<TurnWithTexts>> = sqlx::query_scalar(&statement)
        .bind(phase.0)
        .bind(stage.as_str())
        .bind(before)
        .bind(limit)
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().rev().map(|Json(row)| row).collect())
}

/// One turn with what was written.
pub async fn turn(pool: &PgPool, turn: TurnId) -> Result<Option<TurnWithTexts>, ProjectionError> {
    let statement = format!("{WITH_TEXTS} where t.turn_id = $1");
    let row: Option<Json<TurnWithTexts>> = sqlx::query_scalar(&statement).bind(turn.0).fetch_optional(pool).await?;
    Ok(row.map(|Json(row)| row))
}

/// The turn of a conversation that is still to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct LiveTurn {
    /// The turn.
    pub turn_id: TurnId,
    /// Queued, streaming or stopping.
    pub state: TurnState,
    /// Which attempt.
    pub attempt: u32,
}

/// The turn of a conversation that is still to end, where there is one.
pub async fn live_turn(pool: &PgPool, phase: PhaseId, stage: Stage) -> Result<Option<LiveTurn>, ProjectionError> {
    let latest: Option<Json<LiveTurn>> = sqlx::query_scalar(
        "select jsonb_build_object('turn_id', turn_id, 'state', state, 'attempt', attempt) \
         from conversation_turns where phase_id = $1 and stage = $2 order by position desc limit 1",
    )
    .bind(phase.0)
    .bind(stage.as_str())
    .fetch_optional(pool)
    .await?;
    Ok(latest.map(|Json(turn)| turn).filter(|turn| turn.state.is_live()))
}

/// A turn that has ended, with the exact texts that went to the model and came back.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FinishedTurn {
    /// The turn.
    pub turn_id: TurnId,
    /// How it ended.
    pub state: TurnState,
    /// The person's message as written.
    pub message: Option<String>,
    /// The message as it was sent, turn context included; `None` when the model was never asked.
    pub sent: Option<String>,
    /// The reply, or what had arrived of it.
    pub reply: Option<String>,
}

/// All turns of a conversation that have ended, oldest first: what a prompt repeats word for word.
pub async fn finished_turns(pool: &PgPool, phase: PhaseId, stage: Stage) -> Result<Vec<FinishedTurn>, ProjectionError> {
    let rows: Vec<Json<FinishedTurn>> = sqlx::query_scalar(
        "select jsonb_build_object('turn_id', t.turn_id, 'state', t.state, 'message', m.body, 'reply', r.body, \
             'sent', (select string_agg(s.body, '' order by sent.ordinal) \
                      from unnest(t.sent_hashes) with ordinality sent(hash, ordinal) \
                      join texts s on s.hash = decode(sent.hash, 'hex'))) \
         from conversation_turns t \
         left join texts m on m.hash = decode(t.message_hash, 'hex') \
         left join texts r on r.hash = decode(t.reply_hash, 'hex') \
         where t.phase_id = $1 and t.stage = $2 and t.ended_at is not null order by t.position",
    )
    .bind(phase.0)
    .bind(stage.as_str())
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// What a model was given for the latest attempt at a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptGiven {
    /// The turn.
    pub turn_id: TurnId,
    /// Which attempt.
    pub attempt: u32,
    /// Who generates.
    pub generated_by: GeneratedBy,
    /// The cache profile of the endpoint.
    pub cache_profile: String,
    /// The blocks, in the order they were sent.
    pub blocks: Vec<GivenBlock>,
}

/// One block of a prompt with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenBlock {
    /// What it is.
    pub block: PromptBlock,
    /// Its text; `None` once it was erased.
    pub text: Option<String>,
}

/// What a model was given for the latest attempt at a turn of a conversation.
pub async fn prompt_of(
    pool: &PgPool,
    phase: PhaseId,
    stage: Stage,
    turn: TurnId,
) -> Result<Option<PromptGiven>, ProjectionError> {
    let row: Option<Json<PromptRow>> = sqlx::query_scalar(
        "select to_jsonb(p) from conversation_prompts p join conversation_turns t using (turn_id) \
         where t.phase_id = $1 and t.stage = $2 and t.turn_id = $3 order by p.attempt desc limit 1",
    )
    .bind(phase.0)
    .bind(stage.as_str())
    .bind(turn.0)
    .fetch_optional(pool)
    .await?;
    let Some(Json(row)) = row else { return Ok(None) };
    let hashes: Vec<_> = row.manifest.blocks.iter().map(|block| block.text.hash).collect();
    let texts = event_log::texts(&mut *pool.acquire().await?, &hashes).await?;
    let with_text = |block: PromptBlock| GivenBlock { text: texts.get(&block.text.hash).cloned(), block };
    Ok(Some(PromptGiven {
        turn_id: row.turn_id,
        attempt: row.attempt,
        generated_by: row.generated_by,
        cache_profile: row.manifest.cache_profile,
        blocks: row.manifest.blocks.into_iter().map(with_text).collect(),
    }))
}

/// A turn that wrote a document: who asked, who answered, and what that was given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WritingTurn {
    /// The turn.
    pub turn_id: TurnId,
    /// The conversation it is in.
    pub stage: Stage,
    /// Who asked.
    pub author: UserId,
    /// Which attempt it came to.
    pub attempt: u32,
    /// The model that the endpoint says it used.
    pub model_returned: Option<String>,
    /// What was given; `None` where no model was asked.
    pub manifest: Option<PromptManifest>,
}

/// Some turns of a phase, with what was given for them.
pub async fn writing_turns(
    pool: &PgPool,
    phase: PhaseId,
    turns: &[TurnId],
) -> Result<Vec<WritingTurn>, ProjectionError> {
    let rows: Vec<Json<WritingTurn>> = sqlx::query_scalar(
        "select jsonb_build_object('turn_id', t.turn_id, 'stage', t.stage, 'author', t.author, 'attempt', t.attempt, \
             'model_returned', t.model_returned, 'manifest', p.manifest) \
         from conversation_turns t left join conversation_prompts p on p.turn_id = t.turn_id and p.attempt = t.attempt \
         where t.phase_id = $1 and t.turn_id = any($2)",
    )
    .bind(phase.0)
    .bind(turns.iter().map(|turn| turn.0).collect::<Vec<_>>())
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}
