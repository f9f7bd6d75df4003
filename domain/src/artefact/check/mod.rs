//! The checker: what can be said of a document without a model, in milliseconds.
//!
//! Pure and the same for everybody: the page, the API, Conductor and the approval ask the same question here and get the
//! same findings in the same order. It reads each text once or a few times and never in proportion to its square, so
//! that no document can keep it busy.

mod blocking_questions;
mod criteria;
mod dangling_ids;
mod duplicate_ids;
mod finding;
mod missing_sections;
mod must_covered;
mod openapi;
mod reading;
mod rules;
mod stable_ids;
pub mod stories;
#[cfg(test)]
mod tests;
mod vague_qualities;

pub use finding::{Finding, FindingId, Place, Severity};
pub use rules::{DIAGRAMS, RULES, Rule};

use super::ids::EarlierIds;
use crate::stage::Stage;
use finding::Findings;
use reading::Reading;

/// A document, and what it is held against.
#[derive(Debug, Clone, Copy)]
pub struct Checked<'a> {
    /// The stage that it is the artefact of.
    pub stage: Stage,
    /// The document.
    pub markdown: &'a str,
    /// The approved artefacts that it stands on, word for word.
    pub upstream: &'a [(Stage, &'a str)],
    /// The ids of its earlier versions.
    pub earlier: &'a EarlierIds,
}

/// Everything that the rules find, in the order of the document.
pub fn check(checked: Checked<'_>) -> Vec<Finding> {
    let reading = Reading::of(checked);
    let mut findings = Findings::new(&reading);
    for rule in RULES {
        findings.add(rule, (rule.find)(&reading));
    }
    findings.in_order()
}
