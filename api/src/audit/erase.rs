//! Erases texts, for good. First the log says so, once for every project and phase whose events name the text; only
//! when that is sealed is the text taken away, which the database itself insists on.

use std::time::{Duration, Instant};

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::ids::{CorrelationId, EventId, PhaseId, ProjectId, UserId, WORKSPACE_STREAM};
use konductro_domain::text::{Hash, Text};
use konductro_domain::workspace::{RecordFacts, Workspace, WorkspaceError, WorkspaceEvent};
use konductro_projections::event_log;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::commands::{CommandError, Commands, Envelope, Wait};
use crate::salted::salted;

/// How long to wait until the log has it.
const SEALED_WITHIN: Duration = Duration::from_secs(15);

/// How long to wait between two looks at the log.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// What is too short to say of another text that it holds the same words.
const SHORTEST_COPY: usize = 12;

/// Why a text was not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// There is no such text.
    #[error("no event names a text of hash {0}; the history shows the hash of each text that an event names")]
    Unknown(Hash),
    /// No reason was given.
    #[error("say why it is erased: the reason stays in the log")]
    NoReason,
    /// The log does not have it yet.
    #[error("the log did not take it within {} seconds; do it again", SEALED_WITHIN.as_secs())]
    Unsealed,
    /// It was not recorded.
    #[error(transparent)]
    Record(#[from] CommandError<WorkspaceError>),
    /// The database refused or went away.
    #[error("the text could not be erased: {0}; do it again")]
    Database(#[from] sqlx::Error),
}

/// Who erases, and why.
#[derive(Debug, Clone)]
pub struct Why {
    /// Who.
    pub by: UserId,
    /// The reason, which stays.
    pub reason: String,
}

/// Where a text is named.
type Place = (Option<ProjectId>, Option<PhaseId>);

/// Erases one text; nothing is recorded twice where it was begun before.
pub async fn erase_text(pool: &PgPool, commands: &Commands, hash: Hash, why: &Why) -> Result<(), EraseError> {
    if why.reason.trim().is_empty() {
        return Err(EraseError::NoReason);
    }
    let places = places(pool, hash).await?;
    if places.is_empty() {
        return Err(EraseError::Unknown(hash));
    }
    let told = told(pool, hash).await?;
    let reason = salted(why.reason.trim());
    for place in places.into_iter().filter(|place| !told.contains(place)) {
        record(pool, commands, hash, place, &reason, why.by).await?;
    }
    sqlx::query("SELECT erase_text($1)").bind(hash.bytes().as_slice()).execute(pool).await?;
    Ok(())
}

/// The texts that hold some words, in whatever case.
pub async fn holding(pool: &PgPool, words: &str) -> Result<Vec<Hash>, EraseError> {
    const HOLDING: &str = "SELECT encode(hash, 'hex') FROM texts WHERE strpos(lower(body), lower($1)) > 0 ORDER BY 1";
    let hashes: Vec<String> = sqlx::query_scalar(HOLDING).bind(words).fetch_all(pool).await?;
    Ok(hashes.iter().filter_map(|hash| hash.parse().ok()).collect())
}

/// Other texts that hold the same words: what Conductor was given, for one, holds every message.
pub async fn copies(pool: &PgPool, hash: Hash) -> Result<Vec<Hash>, EraseError> {
    let hashes: Vec<String> = sqlx::query_scalar(
        "SELECT encode(other.hash, 'hex') FROM texts it JOIN texts other ON strpos(other.body, trim(it.body)) > 0
          WHERE it.hash = $1 AND other.hash <> $1 AND length(trim(it.body)) >= $2 ORDER BY 1",
    )
    .bind(hash.bytes().as_slice())
    .bind(i32::try_from(SHORTEST_COPY).unwrap_or(i32::MAX))
    .fetch_all(pool)
    .await?;
    Ok(hashes.iter().filter_map(|hash| hash.parse().ok()).collect())
}

/// The projects and phases whose events name it. Erasing is rare, so the whole log is looked through.
async fn places(pool: &PgPool, hash: Hash) -> Result<Vec<Place>, sqlx::Error> {
    const NAMED: &str = "SELECT DISTINCT metadata ->> 'project' AS project, metadata ->> 'phase' AS phase FROM events
                          WHERE strpos(payload::text, '\"hash\":\"' || $1 || '\"') > 0";
    sqlx::query(NAMED).bind(hash.to_string()).fetch_all(pool).await?.iter().map(place).collect()
}

/// Where the log says already that it was erased.
async fn told(pool: &PgPool, hash: Hash) -> Result<Vec<Place>, sqlx::Error> {
    const TOLD: &str = "SELECT metadata ->> 'project' AS project, metadata ->> 'phase' AS phase FROM events
                         WHERE event_type = 'TextErased' AND payload ->> 'erased' = $1";
    sqlx::query(TOLD).bind(hash.to_string()).fetch_all(pool).await?.iter().map(place).collect()
}

fn place(row: &sqlx::postgres::PgRow) -> Result<Place, sqlx::Error> {
    let (project, phase): (Option<String>, Option<String>) = (row.try_get("project")?, row.try_get("phase")?);
    Ok((project.and_then(|id| id.parse().ok()), phase.and_then(|id| id.parse().ok())))
}

async fn record(
    pool: &PgPool,
    commands: &Commands,
    erased: Hash,
    (project_id, phase_id): Place,
    reason: &Text,
    by: UserId,
) -> Result<(), EraseError> {
    let envelope = Envelope {
        credential: Some(Credential::Console),
        project_id,
        phase_id,
        texts: vec![reason.clone()],
        position_wait: Wait::None,
        ..Envelope::new(Actor::Person { user_id: by }, CorrelationId(Uuid::now_v7()))
    };
    let facts = RecordFacts(vec![WorkspaceEvent::TextErased { erased, reason: reason.reference() }]);
    let recorded = commands.execute::<Workspace>(WORKSPACE_STREAM, facts, envelope).await?;
    let event_id = recorded.event_ids.last().copied().ok_or(EraseError::Unsealed)?;
    until_sealed(pool, event_id).await
}

async fn until_sealed(pool: &PgPool, event_id: EventId) -> Result<(), EraseError> {
    let patience = Instant::now();
    while patience.elapsed() < SEALED_WITHIN {
        let mut connection = pool.acquire().await?;
        if event_log::position_of(&mut connection, event_id).await?.is_some() {
            return Ok(());
        }
        drop(connection);
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(EraseError::Unsealed)
}
