//! An artefact holds its sections, by whatever name people give them. What a section would hold counts as well: ids of
//! its kind, a diagram of its kind, a label in bold.

use super::finding::Found;
use super::reading::Reading;
use crate::artefact::blocks::Block;
use crate::artefact::reference::{Prefix, Reference};
use crate::stage::Stage;

/// A section that an artefact should hold.
struct Section {
    /// Its name.
    name: &'static str,
    /// Words in a heading that stand for it.
    words: &'static [&'static str],
    /// Ids that stand for it.
    ids: Option<Prefix>,
    /// What a code fence holds that stands for it.
    fence: Option<&'static str>,
}

const fn section(name: &'static str, words: &'static [&'static str]) -> Section {
    Section { name, words, ids: None, fence: None }
}

const fn of_ids(name: &'static str, words: &'static [&'static str], prefix: Prefix) -> Section {
    Section { name, words, ids: Some(prefix), fence: None }
}

const fn of_fence(name: &'static str, words: &'static [&'static str], fence: &'static str) -> Section {
    Section { name, words, ids: None, fence: Some(fence) }
}

const REQUIREMENTS: &[Section] = &[
    section("Purpose", &["purpose", "summary", "overview", "goal", "introduction", "vision"]),
    section("Problem and why now", &["problem", "why now", "background", "motivation", "context"]),
    section("Outcomes and success measures", &["outcome", "success", "measure", "metric", "objective", "goals"]),
    section("Users", &["user", "actor", "persona", "stakeholder", "audience", "who"]),
    of_ids("Non-functional requirements", &["non functional", "nonfunctional", "quality", "qualities"], Prefix::N),
    section("Business rules and data", &["business rule", "rules", "data", "domain"]),
    section("Edge and failure cases", &["edge", "failure", "error", "exception", "corner"]),
    section("Constraints", &["constraint", "limit"]),
    section("Non-goals", &["non goal", "nongoal", "out of scope", "not in scope", "exclusion", "not to be built"]),
    section("Risks", &["risk"]),
    of_ids("Assumptions", &["assumption"], Prefix::A),
    of_ids("Open questions", &["question"], Prefix::Q),
    of_ids("Decisions", &["decision"], Prefix::D),
];

const TECHNICAL_ANALYSIS: &[Section] = &[
    section("Summary and verdict", &["summary", "verdict", "overview"]),
    section("The system as it is", &["system", "as it is", "as is", "today", "current state", "existing"]),
    section("Integration surfaces", &["integration", "surface", "interface"]),
    section("Data", &["data"]),
    section("Gaps and constraints", &["gap", "constraint"]),
    section("Options", &["option", "alternative"]),
    section("Blast radius", &["blast radius", "impact"]),
    section("Tests present", &["test"]),
    section("Readiness for each N-n", &["readiness", "non functional", "quality"]),
    section("Effort and risk", &["effort", "estimate", "risk"]),
    section("Questions back", &["question"]),
    of_ids("Evidence", &["evidence"], Prefix::E),
];

const ARCHITECTURE: &[Section] = &[
    section("Overview", &["overview", "summary", "introduction"]),
    section("Context", &["context"]),
    section("Components", &["component", "building block", "module"]),
    of_fence("Data models", &["data"], "erDiagram"),
    of_fence("API contracts", &["api", "contract", "interface"], "openapi"),
    of_fence("Sequence diagrams", &["sequence", "journey", "flow"], "sequenceDiagram"),
    section("State and error model", &["state", "error"]),
    section("Security", &["security", "threat"]),
    section("Quality attributes", &["quality", "non functional"]),
    section("Deployment strategy", &["deployment", "roll out", "rollout", "operation"]),
    section("Testing", &["test"]),
    section("Traceability", &["traceability", "coverage"]),
    section("Risks", &["risk"]),
    section("Deferred", &["deferred", "later", "out of scope", "non goal"]),
];

const SCOPING: &[Section] = &[
    section("Problem", &["problem", "purpose", "why"]),
    section("Outcome", &["outcome", "goal", "result"]),
    of_ids("In", &["in", "scope", "in scope"], Prefix::R),
    section("Out", &["out", "out of scope", "non goal"]),
    section("Acceptance criteria", &["acceptance", "criteria", "in"]),
    section("Risks", &["risk"]),
    section("Promote to full?", &["promote"]),
];

pub(super) fn find(reading: &Reading<'_>) -> Vec<Found> {
    let wanted = match reading.stage {
        Stage::Requirements => REQUIREMENTS,
        Stage::TechnicalAnalysis => TECHNICAL_ANALYSIS,
        Stage::Architecture => ARCHITECTURE,
        Stage::Scoping => SCOPING,
        Stage::Stories => &[],
    };
    let headings = headings(reading);
    let missing = wanted.iter().filter(|section| !is_there(section, &headings, reading));
    missing
        .map(|section| {
            let name = section.name;
            let text =
                format!("The section “{name}” is missing: add it, or say under that name why there is nothing to say");
            Found::named(name, 1, text)
        })
        .collect()
}

/// The one thing without which an artefact is none.
pub(super) fn find_core(reading: &Reading<'_>) -> Vec<Found> {
    let (there, text) = match reading.stage {
        Stage::Requirements => (
            reading.live(Prefix::R).next().is_some(),
            "No requirement is defined: give each an id, as “### R-1 What the system does”, with its acceptance criteria",
        ),
        Stage::TechnicalAnalysis => (
            has_asset_map(reading),
            "The requirement → asset map is missing: add a table with a row for each R-n and what carries it today",
        ),
        Stage::Architecture => (
            reading.live(Prefix::Ad).next().is_some(),
            "No decision is recorded: give each an id, as “### AD-1 What was decided”, with its alternatives",
        ),
        Stage::Scoping | Stage::Stories => return Vec::new(),
    };
    if there { Vec::new() } else { vec![Found::named("core", 1, text.to_owned())] }
}

/// A row that begins with a requirement, wherever it stands.
fn has_asset_map(reading: &Reading<'_>) -> bool {
    reading.pieces.iter().any(|piece| match &piece.block {
        Block::Row(cells) => {
            let first = cells.first().map(|cell| cell.trim_start_matches(['*', '_', '`', '[']));
            first.and_then(Reference::leading).is_some_and(|(id, _)| id.prefix == Prefix::R)
        }
        Block::Heading(..) | Block::Item(_) | Block::Paragraph(_) => false,
    })
}

fn is_there(section: &Section, headings: &[Vec<String>], reading: &Reading<'_>) -> bool {
    let by_heading = section.words.iter().any(|phrase| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        headings.iter().any(|heading| names(heading, &phrase))
    });
    let by_ids = section.ids.is_some_and(|prefix| reading.ids.live.iter().any(|id| id.prefix == prefix));
    let by_fence = section.fence.is_some_and(|mark| {
        reading.fences.iter().any(|fence| fence.text.lines().any(|line| line.trim_start().starts_with(mark)))
    });
    by_heading || by_ids || by_fence
}

/// Whether a heading's words hold a phrase; of a longer word its beginning is enough (`risk`, Risks).
fn names(heading: &[String], phrase: &[&str]) -> bool {
    heading.windows(phrase.len()).any(|words| {
        words.iter().zip(phrase).all(|(word, wanted)| word == wanted || (wanted.len() > 3 && word.starts_with(wanted)))
    })
}

/// The words of each heading and of each label in bold that begins a line, in lower case.
fn headings(reading: &Reading<'_>) -> Vec<Vec<String>> {
    let named = reading.pieces.iter().filter_map(|piece| match &piece.block {
        Block::Heading(_, text) => Some(text.as_str()),
        Block::Paragraph(text) | Block::Item(text) => text.strip_prefix("**").and_then(|rest| label(rest)),
        Block::Row(_) => None,
    });
    let words = named.map(|text| {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.filter(|word| word.chars().any(char::is_alphabetic)).map(str::to_owned).collect()
    });
    words.collect()
}

/// A label in bold; what is long is a sentence.
fn label(rest: &str) -> Option<&str> {
    let end = rest.find("**").filter(|end| *end <= 60)?;
    Some(&rest[..end])
}
