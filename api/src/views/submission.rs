//! What becomes of a submission: what is wrong with it, or that it is kept beside an approved analysis.

use konductro_domain::artefact::submission::{ProblemPlace, SubmissionProblem as DomainProblem};
use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::phase::OpenedPhase;
use konductro_domain::stage::Stage as DomainStage;
use konductro_projections::ProjectionError;
use konductro_projections::kept_submissions::{self, KeptRow, KeptStanding as Standing, KeptWithText};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::artefact::{Based, Source};
use super::people::{People, Person};
use super::sentences::ERASED;
use super::sidecar::Sidecar;
use super::words::{KeptStanding, Stage};

/// One thing that is wrong with a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubmissionProblem {
    /// Where: a JSON pointer into the body; `/markdown` for the document.
    pub pointer: String,
    /// The line of the document, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// The heading that the line stands under; empty before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The rule.
    pub rule: String,
    /// What is wrong, and what would be right.
    pub detail: String,
}

/// What the door says of a submission before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SubmissionVerdict {
    /// Whether it would be taken.
    pub accepted: bool,
    /// Everything that is wrong with it.
    pub problems: Vec<SubmissionProblem>,
}

impl From<&DomainProblem> for SubmissionProblem {
    fn from(problem: &DomainProblem) -> Self {
        let (pointer, line, section) = match &problem.place {
            ProblemPlace::Document { line, section } => ("/markdown".to_owned(), Some(*line), Some(section.clone())),
            ProblemPlace::Field { pointer } => (pointer.clone(), None, None),
        };
        Self { pointer, line, section, rule: problem.rule.to_owned(), detail: problem.text.clone() }
    }
}

impl SubmissionVerdict {
    /// What these problems come to.
    pub fn of(problems: &[DomainProblem]) -> Self {
        let problems: Vec<_> = problems.iter().map(SubmissionProblem::from).collect();
        Self { accepted: problems.is_empty(), problems }
    }
}

/// A submission that is kept beside an approved analysis; it counts only once somebody adopts it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeptSubmission {
    /// The submission.
    pub id: Uuid,
    /// The stage.
    pub stage: Stage,
    /// The document's title.
    pub title: String,
    /// SHA-256 of its text, in hex.
    pub content_hash: String,
    /// Length of its text in bytes.
    pub bytes: u32,
    /// The approved version that it was kept beside.
    pub beside_version: u32,
    /// Who submitted it.
    pub submitted_by: Person,
    /// Its authors.
    pub authors: Vec<Person>,
    /// The tool and code it was written with.
    pub source: Option<Source>,
    /// The approved versions it was written on.
    pub based_on: Vec<Based>,
    /// Whether those are the approved ones no more: then it has to be submitted anew.
    pub outdated: bool,
    /// When it was submitted.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it can be adopted, or what became of it.
    pub standing: KeptStanding,
    /// The version that it became.
    pub adopted_version: Option<u32>,
}

/// A kept submission with its text.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeptDocument {
    /// All of it but the text.
    #[serde(flatten)]
    pub about: KeptSubmission,
    /// Its text.
    pub markdown: String,
    /// What it says of itself beside the document.
    pub sidecar: Option<Sidecar>,
}

/// The answer to a submission that could not become a version.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeptAsDraft {
    /// As what it is kept.
    pub kept_as_draft: KeptSubmission,
}

/// What is kept beside an artefact and can be adopted, newest first.
pub async fn of_stage(
    pool: &PgPool,
    (phase_id, phase): (PhaseId, &OpenedPhase),
    stage: DomainStage,
) -> Result<Vec<KeptSubmission>, ProjectionError> {
    let rows = kept_submissions::of_stage(pool, phase_id, stage).await?;
    let people = People::named(pool, rows.iter().flat_map(people_of)).await?;
    Ok(rows.into_iter().map(|row| shown(row, phase, &people)).collect())
}

/// A kept submission with its text.
pub async fn document(
    pool: &PgPool,
    phase: &OpenedPhase,
    found: KeptWithText,
) -> Result<KeptDocument, ProjectionError> {
    let people = People::named(pool, people_of(&found.row)).await?;
    Ok(KeptDocument {
        about: shown(found.row, phase, &people),
        markdown: found.markdown.unwrap_or_else(|| ERASED.to_owned()),
        sidecar: found.sidecar.as_deref().and_then(Sidecar::kept),
    })
}

fn people_of(row: &KeptRow) -> impl Iterator<Item = UserId> + use<'_> {
    row.authors.iter().copied().chain([row.submitted_by])
}

fn shown(row: KeptRow, phase: &OpenedPhase, people: &People) -> KeptSubmission {
    KeptSubmission {
        id: row.submission_id.0,
        stage: row.stage.into(),
        title: row.title,
        content_hash: row.content_hash.to_string(),
        bytes: row.bytes,
        beside_version: row.beside,
        submitted_by: people.person(row.submitted_by),
        authors: people.persons(&row.authors),
        source: row.source.map(Source::from),
        outdated: row.standing == Standing::Kept && row.based_on != phase.upstream(row.stage),
        based_on: row.based_on.into_iter().map(Based::from).collect(),
        at: row.at,
        standing: row.standing.into(),
        adopted_version: row.adopted_version,
    }
}
