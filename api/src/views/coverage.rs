//! Requirements × proposals, live beside the review table: what is covered by which story, and what is not.

use std::collections::BTreeSet;

use konductro_domain::artefact::check::stories::{cycles, uncovered_musts};
use konductro_domain::artefact::coverage::{self as matrix, Covered, RequirementKind as DomainKind};
use konductro_domain::artefact::parse::{self, Requirement};
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::OpenedPhase;
use konductro_domain::stage::Stage;
use konductro_domain::story_review::{Standing, StoryReview};
use konductro_projections::review_table::ProposalRow;
use konductro_projections::{ProjectionError, artefact_versions};
use serde::Serialize;
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use super::finding::StoryFinding;
use super::story_words::References;

/// Which requirement is covered by which proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// One row for each requirement; uncovered ones first.
    pub items: Vec<CoverageRow>,
    /// Criteria that trace to nothing there is.
    pub dangling: Vec<DanglingTrace>,
}

/// One requirement and what covers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageRow {
    /// Its id, such as `R-3`.
    pub id: String,
    /// What kind of requirement it is.
    pub kind: RequirementKind,
    /// Its title.
    pub title: String,
    /// How much it matters, where the document says so.
    pub priority: Option<String>,
    /// Its criteria, and whether each is covered.
    pub criteria: Vec<CoveredCriterion>,
    /// The proposals that are for it.
    pub covered_by: Vec<Uuid>,
    /// How far it is covered.
    pub state: CoverageState,
}

/// What kind of requirement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequirementKind {
    /// A functional one.
    Requirement,
    /// A quality.
    Quality,
}

/// How far a requirement is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageState {
    /// Nothing is for it.
    Uncovered,
    /// Some of it is.
    Partly,
    /// All of it is.
    Covered,
}

/// A criterion of a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoveredCriterion {
    /// Its id, such as `R-3.2`.
    pub id: String,
    /// Whether an acceptance criterion traces to it.
    pub covered: bool,
}

/// An acceptance criterion that traces to nothing there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DanglingTrace {
    /// The proposal.
    pub proposal_id: Uuid,
    /// Its criterion.
    pub criterion_id: String,
    /// What it names; empty where it names nothing at all.
    #[serde(rename = "ref")]
    pub reference: String,
}

/// The requirements that proposals of a phase are held against.
pub(super) struct Held {
    requirements: Vec<Requirement>,
    references: References,
}

/// Reads the requirements that proposals of a phase are held against: the approved ones, or the latest; of a
/// light phase those of its note, if it names any.
pub(super) async fn held(pool: &PgPool, phase_id: PhaseId, phase: &OpenedPhase) -> Result<Held, ProjectionError> {
    let stage = if phase.kind.has(Stage::Requirements) { Stage::Requirements } else { Stage::Scoping };
    let record = phase.stages.get(&stage);
    let approved = record.and_then(|record| record.approved.as_ref()).map(|approved| approved.version);
    let latest = record.and_then(|record| record.latest.as_ref()).map(|latest| latest.version);
    let document = match approved.or(latest) {
        Some(version) => artefact_versions::version(pool, phase_id, stage, version).await?,
        None => None,
    };
    let markdown = document.and_then(|document| document.markdown).unwrap_or_default();
    Ok(Held::of(parse::requirements(&markdown)))
}

impl Held {
    fn of(requirements: Vec<Requirement>) -> Self {
        let ids = requirements.iter().flat_map(|requirement| {
            let criteria = requirement.criteria.iter().map(|criterion| criterion.id.to_string());
            std::iter::once(requirement.id.to_string()).chain(criteria)
        });
        let known: BTreeSet<String> = ids.collect();
        let references = References((!known.is_empty()).then_some(known));
        Self { requirements, references }
    }

    /// The ids that a trace can lead to.
    pub(super) fn references(&self) -> &References {
        &self.references
    }

    /// What the checker finds in these stories as a set; nothing before there is one.
    pub(super) fn findings(&self, rows: &[ProposalRow], review: &StoryReview) -> Vec<StoryFinding> {
        let standing: Vec<_> = rows.iter().filter(|row| counts(row)).map(|row| row.proposal_id).collect();
        if standing.is_empty() {
            return Vec::new();
        }
        let titles = rows.iter().map(|row| (row.proposal_id, row.content.outline.title.clone())).collect();
        let waits_for = standing.into_iter().map(|id| (id, review.dependencies(id))).collect();
        let found = uncovered_musts(&self.matrix(rows)).into_iter().chain(cycles(&titles, &waits_for));
        found.map(StoryFinding::from).collect()
    }

    fn matrix(&self, rows: &[ProposalRow]) -> matrix::Matrix {
        let proposals = rows.iter().filter(|row| counts(row)).map(|row| (row.proposal_id, &row.content.outline));
        matrix::coverage(&self.requirements, proposals)
    }

    /// The matrix of the proposals that await a decision or are approved.
    pub(super) fn coverage(&self, rows: &[ProposalRow]) -> Coverage {
        let matrix = self.matrix(rows);
        let dangling = matrix.dangling.into_iter().map(|dangling| DanglingTrace {
            proposal_id: dangling.proposal_id.0,
            criterion_id: dangling.criterion_id.to_string(),
            reference: dangling.reference.unwrap_or_default(),
        });
        Coverage { items: matrix.rows.into_iter().map(row).collect(), dangling: dangling.collect() }
    }
}

/// Whether a proposal awaits a decision or is approved.
fn counts(row: &ProposalRow) -> bool {
    matches!(row.standing, Standing::Proposed | Standing::Approved)
}

fn row(row: matrix::CoverageRow) -> CoverageRow {
    let criterion = |(id, covered): (konductro_domain::artefact::reference::Reference, Covered)| CoveredCriterion {
        id: id.to_string(),
        covered: covered == Covered::Yes,
    };
    CoverageRow {
        id: row.id.to_string(),
        kind: match row.kind {
            DomainKind::Requirement => RequirementKind::Requirement,
            DomainKind::Quality => RequirementKind::Quality,
        },
        title: row.title,
        priority: row.priority.map(|priority| priority.as_str().to_owned()),
        criteria: row.criteria.into_iter().map(criterion).collect(),
        covered_by: row.covered_by.into_iter().map(|id| id.0).collect(),
        state: match row.state {
            matrix::Coverage::Uncovered => CoverageState::Uncovered,
            matrix::Coverage::Partly => CoverageState::Partly,
            matrix::Coverage::Covered => CoverageState::Covered,
        },
    }
}
