//! All that somebody needs, or their IDE's assistant, to write the technical analysis of a phase against the code.

use konductro_domain::artefact::parse::{self, Priority as DomainPriority};
use konductro_domain::artefact::submission::{self, HASH_FORM, REFERENCE_FORM, SECTIONS, SIDECAR_SCHEMA, evidence_of};
use konductro_domain::phase::Taking;
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::stage::Stage as DomainStage;
use konductro_projections::ProjectionError;
use konductro_projections::artefact_versions::{self, ChangeRequestState as RequestState};
use konductro_projections::{phase_board, threads};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use super::artefact::{self, ArtefactVersion};
use super::change_request::{self, ChangeRequest, Colleagues};
use super::drift::{self, DriftReport};
use super::gate::{self, Blocked};
use super::people::People;
use super::phase::PhaseReader;
use super::project::{Project, Repository};
use super::raised_finding::{self, RaisedFinding};
use super::sentences::sentence;
use super::sidecar::Evidence;
use super::submission::{self as kept, KeptSubmission};
use super::words::{GateState, PhaseKind, PhaseStatus, Priority};

/// All that is needed to write the technical analysis of a phase.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandOff {
    /// The phase.
    pub phase: HandOffPhase,
    /// Its project.
    pub project: HandOffProject,
    /// The approved requirements; null while there are none.
    pub requirements: Option<ApprovedRequirements>,
    /// Where the analysis stands.
    pub technical_analysis: AnalysisStage,
    /// Every finding of the phase with its answer, oldest first.
    pub findings: Vec<RaisedFinding>,
    /// What an analysis must hold to be taken.
    pub must_hold: MustHold,
}

/// The phase, for whoever writes its analysis.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandOffPhase {
    /// The phase.
    pub id: Uuid,
    /// Its number in the project.
    pub number: u32,
    /// Key and number, such as `PAY-3`.
    pub key: String,
    /// Its kind.
    pub kind: PhaseKind,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub brief: String,
    /// Where it stands.
    pub status: PhaseStatus,
}

/// The project, for whoever writes an analysis in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HandOffProject {
    /// The project.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Goals, stack, conventions, constraints (Markdown).
    pub context: String,
    /// The repositories it names.
    pub repositories: Vec<Repository>,
}

/// The requirements that an analysis is written on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApprovedRequirements {
    /// The approved version: what a sidecar names as `requirements_version`.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// SHA-256 of its text, in hex.
    pub content_hash: String,
    /// The cycle it was approved in.
    pub cycle: u32,
    /// Its text.
    pub markdown: String,
    /// Its requirements, in the order they stand in.
    pub items: Vec<RequirementItem>,
}

/// One requirement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RequirementItem {
    /// `R-n` or `N-n`.
    pub id: String,
    /// Its short name.
    pub title: String,
    /// What it says beyond that.
    pub text: String,
    /// How much it matters, where it says so.
    pub priority: Option<Priority>,
    /// Its acceptance criteria.
    pub criteria: Vec<CriterionItem>,
}

/// One acceptance criterion of a requirement.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CriterionItem {
    /// `R-n.m`.
    pub id: String,
    /// What it says.
    pub text: String,
}

/// Where an analysis stands, and what a submission would become.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnalysisStage {
    /// The state of its gate.
    pub state: GateState,
    /// What it waits for.
    pub blocked_by: Vec<Blocked>,
    /// What a submission of mine would become now; null where I can't submit.
    pub submission_becomes: Option<SubmissionBecomes>,
    /// Why I can't submit; null where I can.
    pub refusal: Option<String>,
    /// Change requests that are open; a submission that settles one names it in `answers`.
    pub change_requests: Vec<ChangeRequest>,
    /// The latest version.
    pub latest: Option<ArtefactVersion>,
    /// The version whose approval stands, or stood before it became stale.
    pub approved_version: Option<u32>,
    /// The evidence of the approved version, or of the latest where none is approved.
    pub evidence: Vec<Evidence>,
    /// The version that the evidence is of.
    pub evidence_version: Option<u32>,
    /// Submissions that are kept beside the approved version.
    pub kept_submissions: Vec<KeptSubmission>,
    /// The latest word on how the evidence fares in the code.
    pub drift: Option<DriftReport>,
}

/// What a submission would become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubmissionBecomes {
    /// The next version, which awaits a decision.
    Version,
    /// A draft beside the approved version, which counts only once a person adopts it.
    Draft,
}

/// What an analysis must hold to be taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MustHold {
    /// Its sections.
    pub sections: Vec<MustHoldSection>,
    /// How code is cited.
    pub evidence_reference: String,
    /// How the hash of cited lines is made.
    pub evidence_hash: String,
    /// The JSON schema of the sidecar.
    #[schema(value_type = Object)]
    pub sidecar_schema: Value,
    /// Longest document, in bytes.
    pub max_markdown_bytes: usize,
    /// Longest sidecar, in bytes.
    pub max_sidecar_bytes: usize,
}

/// A section that an analysis must have.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MustHoldSection {
    /// Its heading.
    pub name: String,
    /// What belongs there.
    pub holds: String,
}

/// The hand-off of a phase.
pub async fn hand_off(pool: &PgPool, reader: PhaseReader<'_>, project: Project) -> Result<HandOff, ProjectionError> {
    let surroundings =
        phase_board::surroundings(pool, reader.phase_id, reader.phase.project_id, &reader.phase.brief.hash);
    let brief = surroundings.await?.and_then(|surroundings| surroundings.brief).unwrap_or_default();
    let project = project_of(project);
    let requirements = match reader.phase.upstream(DomainStage::TechnicalAnalysis).first() {
        Some(on) => requirements(pool, reader, on).await?,
        None => None,
    };
    Ok(HandOff {
        phase: HandOffPhase {
            id: reader.phase_id.0,
            number: reader.phase.number,
            key: format!("{}-{}", project.key, reader.phase.number),
            kind: reader.phase.kind.into(),
            title: reader.phase.title.clone(),
            brief,
            status: reader.phase.status.into(),
        },
        project,
        requirements,
        technical_analysis: analysis(pool, reader).await?,
        findings: raised_finding::of_phase(pool, reader).await?,
        must_hold: must_hold(),
    })
}

fn project_of(project: Project) -> HandOffProject {
    HandOffProject {
        id: project.id,
        key: project.key,
        name: project.name,
        context: project.context,
        repositories: project.repositories,
    }
}

async fn requirements(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    on: &BasedOn,
) -> Result<Option<ApprovedRequirements>, ProjectionError> {
    let found = artefact_versions::version(pool, reader.phase_id, on.stage, on.version).await?;
    let Some(found) = found else { return Ok(None) };
    let markdown = found.markdown.unwrap_or_default();
    let criterion = |it: parse::Criterion| CriterionItem { id: it.id.to_string(), text: it.text };
    let items = parse::requirements(&markdown).into_iter().map(|it| RequirementItem {
        id: it.id.to_string(),
        title: it.title,
        text: it.text,
        priority: it.priority.map(|priority: DomainPriority| priority.into()),
        criteria: it.criteria.into_iter().map(criterion).collect(),
    });
    Ok(Some(ApprovedRequirements {
        version: on.version,
        title: found.row.title,
        content_hash: on.content_hash.to_string(),
        cycle: on.cycle,
        items: items.collect(),
        markdown,
    }))
}

async fn analysis(pool: &PgPool, reader: PhaseReader<'_>) -> Result<AnalysisStage, ProjectionError> {
    let stage = DomainStage::TechnicalAnalysis;
    let (phase_id, phase) = (reader.phase_id, reader.phase);
    let latest = artefact_versions::latest(pool, phase_id, stage).await?;
    let approved =
        phase.stages.get(&stage).and_then(|record| record.approved.as_ref()).map(|approved| approved.version);
    let cited = match (approved, &latest) {
        (Some(approved), Some(latest)) if latest.row.version != approved => {
            artefact_versions::version(pool, phase_id, stage, approved).await?
        }
        _ => latest.clone(),
    };
    let evidence_version = cited.as_ref().map(|cited| cited.row.version);
    let evidence = cited.map(|cited| {
        let sidecar = cited.sidecar.as_deref().and_then(|json| submission::Sidecar::from_json(json).ok());
        evidence_of(&cited.markdown.unwrap_or_default(), sidecar.as_ref())
    });
    let (submission_becomes, refusal) = match phase.takes_submission(stage, reader.person) {
        Ok(Taking::AsVersion) => (Some(SubmissionBecomes::Version), None),
        Ok(Taking::Beside(_)) => (Some(SubmissionBecomes::Draft), None),
        Err(refused) => (None, Some(sentence(&refused))),
    };
    let drift = match evidence_version {
        Some(version) => drift::latest(pool, phase_id, stage, version).await?,
        None => None,
    };
    Ok(AnalysisStage {
        state: phase.gate(stage).state().into(),
        blocked_by: gate::blocked(&phase.blocked_by(stage)),
        submission_becomes,
        refusal,
        change_requests: open_requests(pool, reader, stage).await?,
        latest: match latest {
            Some(latest) => Some(artefact::with_people(pool, latest).await?),
            None => None,
        },
        approved_version: approved,
        evidence: evidence.unwrap_or_default().into_iter().map(Evidence::from).collect(),
        evidence_version,
        kept_submissions: kept::of_stage(pool, (phase_id, phase), stage).await?,
        drift,
    })
}

async fn open_requests(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    stage: DomainStage,
) -> Result<Vec<ChangeRequest>, ProjectionError> {
    let mut requests = artefact_versions::change_requests(pool, reader.phase_id).await?;
    requests.retain(|request| request.row.state == RequestState::Open);
    let people = People::named(pool, requests.iter().flat_map(change_request::people_of)).await?;
    let threads = threads::of_phase(pool, reader.phase_id).await?;
    let colleagues = Colleagues::read(pool, reader, &requests).await?;
    Ok(change_request::of_stage(&requests, &threads, &people, reader, &colleagues, stage).collect())
}

/// What an analysis must hold to be taken.
pub fn must_hold() -> MustHold {
    let section =
        |(name, holds): &(&str, &str)| MustHoldSection { name: (*name).to_owned(), holds: (*holds).to_owned() };
    MustHold {
        sections: SECTIONS.iter().map(section).collect(),
        evidence_reference: REFERENCE_FORM.to_owned(),
        evidence_hash: HASH_FORM.to_owned(),
        sidecar_schema: serde_json::from_str(SIDECAR_SCHEMA).unwrap_or(Value::Null),
        max_markdown_bytes: konductro_domain::phase::MAX_ARTEFACT_BYTES,
        max_sidecar_bytes: submission::MAX_SIDECAR_BYTES,
    }
}
