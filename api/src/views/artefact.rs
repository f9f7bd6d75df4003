//! Artefacts and their versions as the API shows them.

use konductro_domain::artefact::check::Finding as DomainFinding;
use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::phase::artefact::{BasedOn, Source as DomainSource};
use konductro_domain::stage::Stage as DomainStage;
use konductro_projections::ProjectionError;
use konductro_projections::artefact_versions::{self, VersionRow, VersionWithText};
use konductro_projections::threads;
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::brief::Brief;
use super::change_request::{self, ChangeRequest, Colleagues};
use super::draft::DraftSummary;
use super::drift::{self, DriftReport};
use super::finding::Finding;
use super::gate::{self, Approval};
use super::people::{People, Person};
use super::phase::PhaseReader;
use super::sentences::ERASED;
use super::sidecar::Sidecar;
use super::submission::{self, KeptSubmission};
use super::words::{Completeness, GateState, GeneratedBy, Origin, Stage};
use crate::personal::{drafts, seen_versions};

/// A stage's artefact: latest version, state, findings, approvals, change requests.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Artefact {
    /// The stage.
    pub stage: Stage,
    /// The state of its gate.
    pub state: GateState,
    /// The latest version.
    pub latest: Option<ArtefactVersion>,
    /// The version whose approval stands, or stood before it became stale.
    pub approved_version: Option<u32>,
    /// The hash of what it stands on now: what an approval must name. Null while the stage is locked.
    pub upstream_hash: Option<String>,
    /// The stage's cycle: what an approval must name.
    pub cycle: u32,
    /// Every approval it got, oldest first; those that count say so.
    pub approvals: Vec<Approval>,
    /// Every change request, oldest first.
    pub change_requests: Vec<ChangeRequest>,
    /// What the checker found in the latest version.
    pub findings: Vec<Finding>,
    /// The newest earlier version that I have had on screen.
    pub last_seen_version: Option<u32>,
    /// The newest earlier version that I sent back.
    pub sent_back_version: Option<u32>,
    /// What I should know before I decide; null while nothing awaits a decision.
    pub brief: Option<Brief>,
    /// The draft that I have not saved as a version; its text is at `…/draft`.
    pub draft: Option<DraftSummary>,
    /// Whether I may keep a draft here now: as for a version, and also beside one that is approved.
    pub may_draft: bool,
    /// Submissions that are kept beside the approved version; each counts only once somebody adopts it.
    pub kept_submissions: Vec<KeptSubmission>,
    /// The latest word on how the evidence fares in the code: of the approved version, or of the latest.
    pub drift: Option<DriftReport>,
}

/// One version of an artefact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ArtefactVersion {
    /// All of it but the text.
    #[serde(flatten)]
    pub about: ArtefactVersionSummary,
    /// Its text.
    pub markdown: String,
    /// What it says of itself beside the text, where it was submitted with that.
    pub sidecar: Option<Sidecar>,
}

/// One version of an artefact, without its text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ArtefactVersionSummary {
    /// The version's number, from 1.
    pub version: u32,
    /// The document's title.
    pub title: String,
    /// SHA-256 of its text, in hex.
    pub content_hash: String,
    /// Length of its text in bytes.
    pub bytes: u32,
    /// The hash of what it was written on.
    pub upstream_hash: String,
    /// The stage's cycle it was written in.
    pub cycle: u32,
    /// Where it came from.
    pub origin: Origin,
    /// The model, where one wrote it.
    pub generated_by: Option<GeneratedBy>,
    /// Its authors.
    pub authors: Vec<Person>,
    /// The approved versions it was written on.
    pub based_on: Vec<Based>,
    /// Whether all of it arrived; an incomplete one can't be approved.
    pub status: Completeness,
    /// The turn that wrote it.
    pub turn_id: Option<Uuid>,
    /// The tool and code it was written with.
    pub source: Option<Source>,
    /// SHA-256 of what it says of itself beside the text, in hex.
    pub sidecar_hash: Option<String>,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Who added it; null when Conductor wrote it.
    pub created_by: Option<Person>,
}

/// An approved version that another stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Based {
    /// The stage.
    pub stage: Stage,
    /// The version.
    pub version: u32,
    /// Its content hash.
    pub content_hash: String,
    /// The cycle it was approved in.
    pub cycle: u32,
}

/// The tool and the code that a submission was written with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Source {
    /// The tool, such as `claude-code`.
    pub tool: String,
    /// The model it used, where it says so.
    pub model: Option<String>,
    /// The repositories it read.
    pub repositories: Vec<SourceRepository>,
}

/// One repository at one commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SourceRepository {
    /// Its short name.
    pub name: String,
    /// Where it is.
    pub remote: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// The commit.
    pub commit: String,
}

impl From<BasedOn> for Based {
    fn from(on: BasedOn) -> Self {
        Self { stage: on.stage.into(), version: on.version, content_hash: on.content_hash.to_string(), cycle: on.cycle }
    }
}

impl From<DomainSource> for Source {
    fn from(source: DomainSource) -> Self {
        let repositories = source.repositories.into_iter().map(|repository| SourceRepository {
            name: repository.name,
            remote: repository.remote,
            branch: repository.branch,
            commit: repository.commit,
        });
        Self { tool: source.tool, model: source.model, repositories: repositories.collect() }
    }
}

/// A stage's artefact as it stands now.
pub async fn artefact(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    stage: DomainStage,
    findings: &[DomainFinding],
) -> Result<Artefact, ProjectionError> {
    let (phase_id, phase) = (reader.phase_id, reader.phase);
    let latest = artefact_versions::latest(pool, phase_id, stage).await?;
    let approvals = artefact_versions::approvals(pool, phase_id).await?;
    let requests = artefact_versions::change_requests(pool, phase_id).await?;
    let named = latest.iter().flat_map(|version| people_of(&version.row));
    let named = named.chain(approvals.iter().map(|given| given.row.approver));
    let people = People::named(pool, named.chain(requests.iter().flat_map(change_request::people_of))).await?;
    let threads = threads::of_phase(pool, phase_id).await?;
    let colleagues = Colleagues::read(pool, reader, &requests).await?;
    let counting = phase.counting_approvals(stage);
    let (me, newest) = (reader.person.user_id, latest.as_ref().map_or(0, |version| version.row.version));
    let mine = requests.iter().filter(|request| request.row.stage == stage && request.row.requested_by == me);
    let sent_back_version = mine.map(|request| request.row.version).filter(|version| *version < newest).max();
    let draft = drafts::draft(pool, me, phase_id, stage).await?;
    let known = phase.stages.get(&stage);
    let locked = !phase.blocked_by(stage).is_empty();
    let approved_version = known.and_then(|known| known.approved.as_ref()).map(|approved| approved.version);
    let drift = match approved_version.or((newest > 0).then_some(newest)) {
        Some(version) if stage == DomainStage::TechnicalAnalysis => {
            drift::latest(pool, phase_id, stage, version).await?
        }
        _ => None,
    };
    Ok(Artefact {
        stage: stage.into(),
        state: phase.gate(stage).state().into(),
        latest: latest.map(|version| shown(version, &people)),
        approved_version,
        upstream_hash: (!locked).then(|| phase.upstream_hash(stage).to_string()),
        cycle: known.map_or(1, |known| known.cycle),
        approvals: approvals
            .iter()
            .filter(|given| given.row.stage == stage)
            .map(|given| gate::approval(given, &people, &counting))
            .collect(),
        change_requests: change_request::of_stage(&requests, &threads, &people, reader, &colleagues, stage).collect(),
        findings: findings.iter().map(Finding::from).collect(),
        last_seen_version: seen_versions::last_before(pool, me, phase_id, stage, newest).await?,
        sent_back_version,
        brief: None,
        draft: draft.as_ref().map(DraftSummary::from),
        may_draft: phase.takes_draft(stage, reader.person).is_ok(),
        kept_submissions: submission::of_stage(pool, (phase_id, phase), stage).await?,
        drift,
    })
}

/// Every version of an artefact, newest first, without texts.
pub async fn versions(
    pool: &PgPool,
    phase: PhaseId,
    stage: DomainStage,
) -> Result<Vec<ArtefactVersionSummary>, ProjectionError> {
    let rows = artefact_versions::versions(pool, phase, stage).await?;
    let people = People::named(pool, rows.iter().flat_map(people_of)).await?;
    Ok(rows.into_iter().map(|row| about(row, &people)).collect())
}

/// One version with its text.
pub async fn version(
    pool: &PgPool,
    phase: PhaseId,
    stage: DomainStage,
    version: u32,
) -> Result<Option<ArtefactVersion>, ProjectionError> {
    let Some(found) = artefact_versions::version(pool, phase, stage, version).await? else { return Ok(None) };
    with_people(pool, found).await.map(Some)
}

/// A version as it is shown.
pub(super) async fn with_people(pool: &PgPool, found: VersionWithText) -> Result<ArtefactVersion, ProjectionError> {
    let people = People::named(pool, people_of(&found.row)).await?;
    Ok(shown(found, &people))
}

/// A version that the caller has just added: what `version` reads back, without reading it.
pub async fn just_added(
    pool: &PgPool,
    row: VersionRow,
    (markdown, sidecar): (String, Option<String>),
    caller: &Person,
) -> Result<ArtefactVersion, ProjectionError> {
    let people = People::named_beside(pool, caller, people_of(&row)).await?;
    Ok(ArtefactVersion { about: about(row, &people), markdown, sidecar: sidecar.as_deref().and_then(Sidecar::kept) })
}

fn people_of(row: &VersionRow) -> impl Iterator<Item = UserId> + use<'_> {
    row.authors.iter().copied().chain(row.created_by)
}

pub(super) fn shown(version: VersionWithText, people: &People) -> ArtefactVersion {
    let markdown = version.markdown.unwrap_or_else(|| ERASED.to_owned());
    let sidecar = version.sidecar.as_deref().and_then(Sidecar::kept);
    ArtefactVersion { about: about(version.row, people), markdown, sidecar }
}

pub(super) fn about(row: VersionRow, people: &People) -> ArtefactVersionSummary {
    let based_on = row.based_on.into_iter().map(Based::from);
    ArtefactVersionSummary {
        version: row.version,
        title: row.title,
        content_hash: row.content_hash.to_string(),
        bytes: row.bytes,
        upstream_hash: row.upstream_hash.to_string(),
        cycle: row.cycle,
        origin: row.origin.into(),
        generated_by: row.generated_by.map(GeneratedBy::from),
        authors: people.persons(&row.authors),
        based_on: based_on.collect(),
        status: row.completeness.into(),
        turn_id: row.turn_id.map(|turn| turn.0),
        source: row.source.map(Source::from),
        sidecar_hash: row.sidecar_hash.map(|hash| hash.to_string()),
        created_at: row.created_at,
        created_by: row.created_by.map(|id| people.person(id)),
    }
}
