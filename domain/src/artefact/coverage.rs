//! Requirements × proposals: what is covered by which story, what is not, and what traces to nothing.
//!
//! A criterion is covered when an acceptance criterion traces to it. A requirement is covered when all its criteria
//! are; one without criteria, when anything is for it. Whatever else is for it makes it partly covered.

use std::collections::BTreeSet;

use super::parse::{Priority, Requirement};
use super::reference::{Prefix, Reference};
use crate::ids::ProposalId;
use crate::story::content::{CriterionId, StoryOutline};

/// One requirement and what covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow {
    /// `R-n` or `N-n`.
    pub id: Reference,
    /// What kind of requirement it is.
    pub kind: RequirementKind,
    /// Its short name.
    pub title: String,
    /// How much it matters, where it says so.
    pub priority: Option<Priority>,
    /// Its criteria, and whether each is covered.
    pub criteria: Vec<(Reference, Covered)>,
    /// The proposals that are for it, in the order given.
    pub covered_by: Vec<ProposalId>,
    /// How far it is covered.
    pub state: Coverage,
}

/// What kind of requirement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequirementKind {
    /// `R-n`.
    Requirement,
    /// `N-n`.
    Quality,
}

/// Whether a criterion is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Covered {
    /// It is.
    Yes,
    /// Nothing traces to it.
    No,
}

/// How far a requirement is covered. Uncovered comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Coverage {
    /// Nothing is for it.
    Uncovered,
    /// Some of it is.
    Partly,
    /// All of it is.
    Covered,
}

impl Coverage {
    /// The name in addresses and rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Coverage::Uncovered => "uncovered",
            Coverage::Partly => "partly",
            Coverage::Covered => "covered",
        }
    }
}

/// An acceptance criterion that traces to nothing there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dangling {
    /// The proposal.
    pub proposal_id: ProposalId,
    /// Its criterion.
    pub criterion_id: CriterionId,
    /// What it names and is not there; `None` where it names nothing at all.
    pub reference: Option<String>,
}

/// The whole matrix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    /// A row for each requirement: uncovered ones first, then in the order of the document.
    pub rows: Vec<CoverageRow>,
    /// What traces to nothing. Nothing dangles where there are no requirements to trace to.
    pub dangling: Vec<Dangling>,
}

/// Holds proposals against requirements.
pub fn coverage<'a>(
    requirements: &[Requirement],
    proposals: impl IntoIterator<Item = (ProposalId, &'a StoryOutline)>,
) -> Matrix {
    let proposals: Vec<Traces<'_>> = proposals.into_iter().map(|(id, outline)| Traces::of(id, outline)).collect();
    let mut rows: Vec<_> = requirements.iter().map(|requirement| row(requirement, &proposals)).collect();
    rows.sort_by_key(|row| row.state);
    let dangling = if requirements.is_empty() { Vec::new() } else { dangling(requirements, &proposals) };
    Matrix { rows, dangling }
}

/// What a proposal is for.
struct Traces<'a> {
    proposal_id: ProposalId,
    outline: &'a StoryOutline,
    /// Requirements and criteria that its own criteria trace to.
    traced: BTreeSet<Reference>,
    /// Those, and the requirements it names itself: whole ones.
    requirements: BTreeSet<Reference>,
}

impl<'a> Traces<'a> {
    fn of(proposal_id: ProposalId, outline: &'a StoryOutline) -> Self {
        let read = |reference: &String| reference.parse::<Reference>().ok();
        let traced: BTreeSet<_> = outline.criteria.iter().flat_map(|c| &c.traces_to).filter_map(read).collect();
        let named = outline.requirement_ids.iter().filter_map(read);
        let requirements = traced.iter().copied().chain(named).map(Reference::whole).collect();
        Self { proposal_id, outline, traced, requirements }
    }
}

fn row(requirement: &Requirement, proposals: &[Traces<'_>]) -> CoverageRow {
    let covered = |id: Reference| {
        if proposals.iter().any(|proposal| proposal.traced.contains(&id)) { Covered::Yes } else { Covered::No }
    };
    let criteria: Vec<_> = requirement.criteria.iter().map(|criterion| (criterion.id, covered(criterion.id))).collect();
    let covered_by: Vec<_> = proposals
        .iter()
        .filter(|proposal| proposal.requirements.contains(&requirement.id))
        .map(|proposal| proposal.proposal_id)
        .collect();
    let state = if covered_by.is_empty() {
        Coverage::Uncovered
    } else if criteria.iter().all(|(_, covered)| *covered == Covered::Yes) {
        Coverage::Covered
    } else {
        Coverage::Partly
    };
    let kind = match requirement.id.prefix {
        Prefix::N => RequirementKind::Quality,
        Prefix::R | Prefix::Ad | Prefix::E | Prefix::A | Prefix::Q | Prefix::D => RequirementKind::Requirement,
    };
    CoverageRow {
        id: requirement.id,
        kind,
        title: requirement.title.clone(),
        priority: requirement.priority,
        criteria,
        covered_by,
        state,
    }
}

fn dangling(requirements: &[Requirement], proposals: &[Traces<'_>]) -> Vec<Dangling> {
    let known: BTreeSet<String> = requirements
        .iter()
        .flat_map(|requirement| {
            let criteria = requirement.criteria.iter().map(|criterion| criterion.id.to_string());
            std::iter::once(requirement.id.to_string()).chain(criteria)
        })
        .collect();
    let mut found = Vec::new();
    for proposal in proposals {
        for criterion in &proposal.outline.criteria {
            let mark =
                |reference| Dangling { proposal_id: proposal.proposal_id, criterion_id: criterion.id, reference };
            if criterion.traces_to.is_empty() {
                found.push(mark(None));
            }
            let unknown = criterion.traces_to.iter().filter(|reference| !known.contains(reference.trim()));
            found.extend(unknown.map(|reference| mark(Some(reference.clone()))));
        }
    }
    found
}
