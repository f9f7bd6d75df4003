//! A technical analysis at the door: what comes from an IDE is held to what it must hold before it becomes a version.
//!
//! Pure, and the same for everybody who asks: the submission itself, the check before it, the command line and the MCP
//! server get one verdict, which names everything that is wrong with its place.

mod cited;
mod code_reference;
mod document;
mod json;
mod must_hold;
mod problem;
mod reading;
mod rules;
mod sidecar;
#[cfg(test)]
mod tests;
mod written_evidence;

use serde_json::Value;

pub use code_reference::{BadCodeReference, CodeReference, Commit, FilePath, LineRange, cited_lines, lines_hash};
pub use must_hold::{HASH_FORM, REFERENCE_FORM, SECTIONS, SIDECAR_SCHEMA};
pub use problem::{MAX_TOLD, ProblemPlace, SubmissionProblem};
pub use reading::MOST_CITED;
pub use sidecar::{
    AnalysisOption, AssetStatus, CitedEvidence, MappedAsset, Sidecar, SidecarFinding, SidecarRepository,
};

use super::check::{Checked, check};
use super::ids::EarlierIds;
use super::reference::Reference;
use crate::phase::artefact::SourceRepository;
use crate::stage::Stage;
use problem::Problems;
use rules::{Reading, approved_ids};

/// Longest sidecar as it is kept, in bytes of UTF-8 (512 KiB).
pub const MAX_SIDECAR_BYTES: usize = 512 * 1024;

/// The approved requirements that an analysis is held against.
#[derive(Debug, Clone, Copy)]
pub struct ApprovedRequirements<'a> {
    /// Their version.
    pub version: u32,
    /// Their text.
    pub markdown: &'a str,
}

/// What somebody submits.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// The document.
    pub markdown: &'a str,
    /// What stands beside it, as it came.
    pub sidecar: Option<&'a Value>,
    /// The repositories that the source names.
    pub repositories: &'a [SourceRepository],
    /// What it is held against.
    pub requirements: ApprovedRequirements<'a>,
}

/// What the checker finds that stops a submission: it can't be read, or not be followed.
const OF_THE_CHECKER: [&str; 4] = ["core-section-missing", "section-missing", "duplicate-id", "dangling-id"];

/// Holds a submission to what it must hold: the sidecar as it is to be kept, or everything that is wrong.
pub fn validate(submission: Submission<'_>) -> Result<Option<Sidecar>, Vec<SubmissionProblem>> {
    let mut problems = Problems::default();
    let requirements = submission.requirements.markdown;
    let found = check(Checked {
        stage: Stage::TechnicalAnalysis,
        markdown: submission.markdown,
        upstream: &[(Stage::Requirements, requirements)],
        earlier: &EarlierIds::default(),
    });
    found.into_iter().filter(|it| OF_THE_CHECKER.contains(&it.rule)).for_each(|it| problems.finding(it));
    let reading = Reading {
        submission,
        document: document::Document::of(submission.markdown),
        sidecar: submission.sidecar.and_then(|value| reading::read(value, &mut problems)),
        approved: approved_ids(requirements),
    };
    reading.tell(&mut problems);
    let problems = problems.in_order();
    if !problems.is_empty() {
        return Err(problems);
    }
    kept(reading)
}

/// The sidecar as it is kept.
fn kept(mut reading: Reading<'_>) -> Result<Option<Sidecar>, Vec<SubmissionProblem>> {
    let Some(sidecar) = reading.sidecar.take() else { return Ok(None) };
    let refused = |text: &str| {
        let mut problems = Problems::default();
        problems.field("sidecar-malformed", "/sidecar", text);
        problems.in_order()
    };
    let in_document = |id: Reference| reading.written(id).and_then(|written| written.cited.place());
    let sidecar = sidecar.whole(&in_document).ok_or_else(|| refused("is not whole"))?;
    match sidecar.to_json() {
        Ok(json) if json.len() <= MAX_SIDECAR_BYTES => Ok(Some(sidecar)),
        Ok(_) => Err(refused("is over 512 KiB; leave out what matters least")),
        Err(_) => Err(refused("can't be written as JSON")),
    }
}

/// The evidence that a version rests on: what its sidecar says, and where it has none what its document says.
pub fn evidence_of(markdown: &str, sidecar: Option<&Sidecar>) -> Vec<CitedEvidence> {
    if let Some(sidecar) = sidecar.filter(|sidecar| !sidecar.evidence.is_empty()) {
        return sidecar.evidence.clone();
    }
    let document = document::Document::of(markdown);
    document.evidence.into_iter().filter_map(|(_, written)| written.cited.whole()).collect()
}
