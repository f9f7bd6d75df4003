//! The checker with what it needs: texts by their hashes, the ids of earlier versions, and a memory of verdicts.
//!
//! What is said of a version depends on it, on what it stands on and on the versions before it; none of these can
//! change, so a verdict that was given once is remembered. Page, API, Conductor and approval all ask here.

mod memory;

use std::sync::Arc;
use std::time::Duration;

use konductro_domain::artefact::check::{Checked, Finding, check};
use konductro_domain::artefact::ids::{EarlierIds, Ids};
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::OpenedPhase;
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use konductro_projections::artefact_versions::{self, VersionMark};
use konductro_projections::changes::Visibility;
use konductro_projections::{ProjectionError, event_log};
use sqlx::PgPool;
use tokio::time::{Instant, timeout_at};

use memory::{Memory, Verdict};

/// How long a check waits for read models to hold the versions that it is about.
const VERSIONS_WITHIN: Duration = Duration::from_secs(2);
/// How many texts are read at once.
const AT_ONCE: usize = 32;

/// Checks documents of phases.
#[derive(Debug, Clone)]
pub struct Checker {
    pool: PgPool,
    visibility: Visibility,
    memory: Arc<Memory>,
}

/// Why nothing can be said of a document now.
#[derive(Debug, thiserror::Error)]
pub enum CheckerError {
    /// The database can't answer now.
    #[error(transparent)]
    Reading(#[from] ProjectionError),
    /// Read models do not come as far as the version.
    #[error("read models are too far behind to check a document")]
    Behind,
    /// The check itself broke off.
    #[error("a check broke off: {0}")]
    BrokeOff(#[from] tokio::task::JoinError),
}

impl From<sqlx::Error> for CheckerError {
    fn from(error: sqlx::Error) -> Self {
        CheckerError::Reading(error.into())
    }
}

/// A document that is to be checked, with what it stands on.
struct Document {
    stage: Stage,
    markdown: String,
    upstream: Vec<(Stage, String)>,
    earlier: Arc<EarlierIds>,
}

impl Checker {
    /// A checker that remembers nothing yet.
    pub fn new(pool: PgPool, visibility: Visibility) -> Self {
        Self { pool, visibility, memory: Arc::default() }
    }

    /// What is found in the latest version of a stage's artefact, on what it stands on now. Nothing is found in what is not
    /// there, or was erased.
    pub async fn at_gate(
        &self,
        phase_id: PhaseId,
        phase: &OpenedPhase,
        stage: Stage,
    ) -> Result<Arc<[Finding]>, CheckerError> {
        let latest = phase.stages.get(&stage).and_then(|record| record.latest.as_ref());
        let Some(latest) = latest.filter(|_| stage.has_artefact()) else { return Ok(Arc::default()) };
        let verdict = Verdict { phase_id, stage, version: latest.version, upstream: phase.upstream_hash(stage) };
        if let Some(known) = self.memory.findings(&verdict) {
            return Ok(known);
        }
        let earlier = self.earlier(phase_id, stage, latest.version).await?;
        let upstream = self.upstream(phase, stage).await?;
        let Some(markdown) = self.texts(&[latest.content.hash]).await?.pop() else { return Ok(Arc::default()) };
        let found: Arc<[Finding]> = found_in(Document { stage, markdown, upstream, earlier }).await?.into();
        self.memory.keep_findings(verdict, Arc::clone(&found));
        Ok(found)
    }

    /// What is found in a text that nobody has saved, as if it were the next version. The latest version's own text
    /// gets the verdict of the latest version.
    pub async fn unsaved(
        &self,
        phase_id: PhaseId,
        phase: &OpenedPhase,
        stage: Stage,
        markdown: String,
    ) -> Result<Arc<[Finding]>, CheckerError> {
        let latest = phase.stages.get(&stage).and_then(|record| record.latest.as_ref());
        if latest.is_some_and(|latest| latest.content.hash == Hash::of(markdown.as_bytes())) {
            return self.at_gate(phase_id, phase, stage).await;
        }
        let earlier = match latest {
            Some(latest) => self.through(phase_id, stage, latest.version).await?,
            None => Arc::default(),
        };
        let upstream = self.upstream(phase, stage).await?;
        Ok(found_in(Document { stage, markdown, upstream, earlier }).await?.into())
    }

    /// The approved artefacts that a stage stands on, word for word.
    async fn upstream(&self, phase: &OpenedPhase, stage: Stage) -> Result<Vec<(Stage, String)>, CheckerError> {
        let mut upstream = Vec::new();
        for on in phase.upstream(stage) {
            upstream.extend(self.texts(&[on.content_hash]).await?.pop().map(|text| (on.stage, text)));
        }
        Ok(upstream)
    }

    /// The ids of all versions before one. They are final once it is there.
    async fn earlier(&self, phase_id: PhaseId, stage: Stage, before: u32) -> Result<Arc<EarlierIds>, CheckerError> {
        let (from, known) = self.memory.earlier(phase_id, stage, before);
        if from == before {
            return Ok(known);
        }
        let mut marks = self.versions(phase_id, stage, from, before).await?;
        marks.retain(|mark| mark.version < before);
        let earlier = Arc::new(self.learn(stage, (*known).clone(), &marks).await?);
        self.memory.keep_earlier(phase_id, stage, before, Arc::clone(&earlier));
        Ok(earlier)
    }

    /// The ids of all versions up to one, itself among them: whether somebody approved it may still change.
    async fn through(&self, phase_id: PhaseId, stage: Stage, last: u32) -> Result<Arc<EarlierIds>, CheckerError> {
        let before = self.earlier(phase_id, stage, last).await?;
        let marks = self.versions(phase_id, stage, last, last).await?;
        Ok(Arc::new(self.learn(stage, (*before).clone(), &marks).await?))
    }

    /// Versions from one to another, once read models hold the last.
    async fn versions(
        &self,
        phase_id: PhaseId,
        stage: Stage,
        from: u32,
        to: u32,
    ) -> Result<Vec<VersionMark>, CheckerError> {
        let mut folded = self.visibility.watch();
        let until = Instant::now() + VERSIONS_WITHIN;
        loop {
            let marks = artefact_versions::marks(&self.pool, phase_id, stage, from, to).await?;
            if marks.last().is_some_and(|last| last.version == to) {
                return Ok(marks);
            }
            if !matches!(timeout_at(until, folded.changed()).await, Ok(Ok(()))) {
                return Err(CheckerError::Behind);
            }
        }
    }

    async fn learn(
        &self,
        stage: Stage,
        mut earlier: EarlierIds,
        marks: &[VersionMark],
    ) -> Result<EarlierIds, CheckerError> {
        for some in marks.chunks(AT_ONCE) {
            let mut connection = self.pool.acquire().await?;
            let hashes: Vec<Hash> = some.iter().map(|mark| mark.content_hash).collect();
            let mut texts = event_log::texts(&mut connection, &hashes).await?;
            drop(connection);
            let some: Vec<_> =
                some.iter().filter_map(|mark| Some((texts.remove(&mark.content_hash)?, mark.signed))).collect();
            earlier = tokio::task::spawn_blocking(move || {
                for (text, signed) in &some {
                    earlier.learn(&Ids::of(stage, text), *signed);
                }
                earlier
            })
            .await?;
        }
        Ok(earlier)
    }

    /// Stored texts; what was erased is left out.
    async fn texts(&self, hashes: &[Hash]) -> Result<Vec<String>, CheckerError> {
        let mut connection = self.pool.acquire().await?;
        let mut texts = event_log::texts(&mut connection, hashes).await?;
        Ok(hashes.iter().filter_map(|hash| texts.remove(hash)).collect())
    }
}

/// Milliseconds of work, yet not on a thread that answers others.
async fn found_in(document: Document) -> Result<Vec<Finding>, CheckerError> {
    let checking = tokio::task::spawn_blocking(move || {
        let Document { stage, markdown, upstream, earlier } = document;
        let upstream: Vec<(Stage, &str)> = upstream.iter().map(|(stage, text)| (*stage, text.as_str())).collect();
        check(Checked { stage, markdown: &markdown, upstream: &upstream, earlier: &earlier })
    });
    Ok(checking.await?)
}
