//! What pages read of a review.

use std::collections::HashMap;

use konductro_domain::ids::{GenerationId, PhaseId, ProposalId};
use konductro_domain::story_review::Standing;
use serde::Deserialize;
use sqlx::PgPool;
use sqlx::types::{Json, Uuid};

use super::{GenerationRow, ProposalRow};
use crate::ProjectionError;

/// How many proposals of a phase stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// Those that await a decision.
    pub proposed: u32,
    /// Those that became stories.
    pub approved: u32,
    /// Those that were rejected.
    pub rejected: u32,
}

impl Counts {
    /// How many of these stand where.
    pub fn of(proposals: &[ProposalRow]) -> Self {
        let count = |standing| {
            let found = proposals.iter().filter(|row| row.standing == standing).count();
            u32::try_from(found).unwrap_or(u32::MAX)
        };
        Self {
            proposed: count(Standing::Proposed),
            approved: count(Standing::Approved),
            rejected: count(Standing::Rejected),
        }
    }
}

/// How many proposals of a phase stand where.
pub async fn counts(pool: &PgPool, phase: PhaseId) -> Result<Counts, ProjectionError> {
    Ok(counts_of(pool, &[phase]).await?.remove(&phase).unwrap_or_default())
}

/// The counts of some phases; one without proposals has none.
pub async fn counts_of(pool: &PgPool, phases: &[PhaseId]) -> Result<HashMap<PhaseId, Counts>, ProjectionError> {
    let rows: Vec<(Uuid, Json<Counts>)> = sqlx::query_as(
        "select phase_id, jsonb_build_object('proposed', count(*) filter (where standing = 'proposed'), \
             'approved', count(*) filter (where standing = 'approved'), \
             'rejected', count(*) filter (where standing = 'rejected')) \
         from review_proposals where phase_id = any($1) group by phase_id",
    )
    .bind(phases.iter().map(|phase| phase.0).collect::<Vec<Uuid>>())
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(phase, Json(counts))| (PhaseId(phase), counts)).collect())
}

/// Every proposal of a phase in the order they are shown, those that are no more included.
pub async fn proposals_of(pool: &PgPool, phase: PhaseId) -> Result<Vec<ProposalRow>, ProjectionError> {
    let rows: Vec<Json<ProposalRow>> = sqlx::query_scalar(
        "select to_jsonb(p) from review_proposals p where phase_id = $1 order by place, proposal_id",
    )
    .bind(phase.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// Some proposals of a phase, in the order they are shown.
pub async fn proposals_by_id(
    pool: &PgPool,
    phase: PhaseId,
    ids: &[ProposalId],
) -> Result<Vec<ProposalRow>, ProjectionError> {
    let rows: Vec<Json<ProposalRow>> = sqlx::query_scalar(
        "select to_jsonb(p) from review_proposals p where phase_id = $1 and proposal_id = any($2) \
         order by place, proposal_id",
    )
    .bind(phase.0)
    .bind(ids.iter().map(|id| id.0).collect::<Vec<Uuid>>())
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// A proposal with everything that it was split from or merged of, the oldest first.
pub async fn ancestry(pool: &PgPool, proposal: ProposalId) -> Result<Vec<ProposalRow>, ProjectionError> {
    let rows: Vec<Json<ProposalRow>> = sqlx::query_scalar(
        "with recursive line as ( \
             select p.proposal_id, p.split_from, p.merged_from from review_proposals p where p.proposal_id = $1 \
             union \
             select p.proposal_id, p.split_from, p.merged_from from review_proposals p \
               join line on p.proposal_id = line.split_from or p.proposal_id = any(line.merged_from) \
         ) \
         select to_jsonb(p) from review_proposals p join line using (proposal_id) order by p.trail -> 0 ->> 'at', p.place",
    )
    .bind(proposal.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// The latest generation of a phase.
pub async fn latest_generation(pool: &PgPool, phase: PhaseId) -> Result<Option<GenerationRow>, ProjectionError> {
    let row: Option<Json<GenerationRow>> = sqlx::query_scalar(
        "select to_jsonb(g) from review_generations g where phase_id = $1 order by position desc limit 1",
    )
    .bind(phase.0)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|Json(row)| row))
}

/// Some generations.
pub async fn generations(pool: &PgPool, ids: &[GenerationId]) -> Result<Vec<GenerationRow>, ProjectionError> {
    let rows: Vec<Json<GenerationRow>> = sqlx::query_scalar(
        "select to_jsonb(g) from review_generations g where generation_id = any($1) order by position",
    )
    .bind(ids.iter().map(|id| id.0).collect::<Vec<Uuid>>())
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}
