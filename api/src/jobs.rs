//! Durable jobs: work that must happen after an event although the process may die.
//!
//! A job is claimed with a lease and keeps it by a heartbeat. A lease that runs out is taken over, and whoever takes
//! over sees from the count of claims that somebody began before. A finished job is never run again; what a job
//! does must be safe to do twice, because a lease can run out while its holder still works.

use std::time::Duration;

use konductro_domain::ids::{GenerationId, PhaseId, ProjectId, StoryId, TurnId};
use konductro_domain::stage::Stage;
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{PgPool, Row};
use uuid::Uuid;

/// How long a claim holds without a heartbeat.
pub const LEASE: Duration = Duration::from_secs(15);
/// How often a claim is renewed.
pub const HEARTBEAT: Duration = Duration::from_secs(4);

/// One process's claims.
#[derive(Debug, Clone)]
pub struct Jobs {
    pool: PgPool,
    owner: Uuid,
}

/// A job that is ours for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The job.
    pub id: Uuid,
    /// What is to be done.
    pub job: Job,
    /// Whether somebody else began it and did not end it.
    pub begun_before: BegunBefore,
}

/// Whether a job was claimed before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BegunBefore {
    /// It is new.
    No,
    /// Its holder died, or lost it.
    Yes,
}

/// The kinds of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// A reply in a conversation.
    Turn,
    /// Proposals for a phase.
    Generation,
    /// The refinement of a story.
    Refinement,
    /// The enrichment of a story.
    Enrichment,
}

impl JobKind {
    /// The name in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            JobKind::Turn => "turn",
            JobKind::Generation => "generation",
            JobKind::Refinement => "refinement",
            JobKind::Enrichment => "enrichment",
        }
    }

    fn read(self, payload: Value) -> Result<Job, serde_json::Error> {
        Ok(match self {
            JobKind::Turn => Job::Turn(serde_json::from_value(payload)?),
            JobKind::Generation => Job::Generation(serde_json::from_value(payload)?),
            JobKind::Refinement => Job::Refinement(serde_json::from_value(payload)?),
            JobKind::Enrichment => Job::Enrichment(serde_json::from_value(payload)?),
        })
    }
}

/// Work that is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// A reply in a conversation.
    Turn(TurnJob),
    /// Proposals for a phase.
    Generation(GenerationJob),
    /// The refinement of a story.
    Refinement(StoryJob),
    /// The enrichment of a story.
    Enrichment(StoryJob),
}

/// Conductor's work on one generation of stories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct GenerationJob {
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The generation.
    pub generation_id: GenerationId,
}

/// Conductor's work on one attempt at a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct StoryJob {
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The story.
    pub story_id: StoryId,
    /// Which attempt, from 1.
    pub attempt: u32,
}

/// Conductor's work on one attempt at a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct TurnJob {
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// The turn.
    pub turn_id: TurnId,
    /// Which attempt, from 1.
    pub attempt: u32,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// What was to be done is done, or need not be done any more.
    Done,
    /// It can't be done.
    Failed,
}

/// A claim is no longer ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("somebody else has taken this job over")]
pub struct LeaseLost;

impl Jobs {
    /// Claims under an identity of its own.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, owner: Uuid::now_v7() }
    }

    /// Claims work of a kind that nobody is at, oldest first.
    pub async fn claim(&self, kind: JobKind, most: usize) -> Result<Vec<Claimed>, sqlx::Error> {
        let rows = sqlx::query(
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_owner = $1,
                    lease_until = now() + make_interval(secs => $2)
              WHERE id IN (SELECT id FROM jobs
                            WHERE kind = $4
                              AND (state = 'queued' OR (state = 'running' AND lease_until < now()))
                            ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED)
          RETURNING id, payload, attempt",
        )
        .bind(self.owner)
        .bind(LEASE.as_secs_f64())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(kind.as_str())
        .fetch_all(&self.pool)
        .await?;
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let id: Uuid = row.try_get("id")?;
            let Json(payload) = row.try_get("payload")?;
            match kind.read(payload) {
                Ok(job) => {
                    let begun_before =
                        if row.try_get::<i32, _>("attempt")? > 1 { BegunBefore::Yes } else { BegunBefore::No };
                    claimed.push(Claimed { id, job, begun_before });
                }
                Err(error) => {
                    tracing::error!(job = %id, %error, "a job can't be read; it is set aside");
                    self.end(id, Ended::Failed).await?;
                }
            }
        }
        Ok(claimed)
    }

    /// Keeps a claim.
    pub async fn renew(&self, job: Uuid) -> Result<Result<(), LeaseLost>, sqlx::Error> {
        let renewed = sqlx::query(
            "UPDATE jobs SET lease_until = now() + make_interval(secs => $3)
              WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        )
        .bind(job)
        .bind(self.owner)
        .bind(LEASE.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(if renewed.rows_affected() == 1 { Ok(()) } else { Err(LeaseLost) })
    }

    /// Ends a job that is ours.
    pub async fn end(&self, job: Uuid, ended: Ended) -> Result<(), sqlx::Error> {
        let state = match ended {
            Ended::Done => "done",
            Ended::Failed => "failed",
        };
        sqlx::query(
            "UPDATE jobs SET state = $3, finished_at = now(), lease_until = NULL WHERE id = $1 AND lease_owner = $2",
        )
        .bind(job)
        .bind(self.owner)
        .bind(state)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
