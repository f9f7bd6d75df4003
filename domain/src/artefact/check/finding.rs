//! Findings: what a rule found, where, and what to do about it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::reading::Reading;
use super::rules::Rule;
use crate::artefact::reference::Reference;

/// Whether a finding stops an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It does, unless it is waived with a reason.
    Blocking,
    /// It is worth a look.
    Advisory,
}

/// A finding's id: the same as long as rule and place are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FindingId(pub String);

impl std::fmt::Display for FindingId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The heading that it stands under; empty before the first.
    pub section: String,
    /// The id that it is about, where it is about one.
    pub ref_id: Option<Reference>,
    /// The line, from 1.
    pub line: u32,
}

/// What the checker says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// The rule's name.
    pub rule: &'static str,
    /// Whether it stops an approval.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong, and what to do about it.
    pub text: String,
}

impl Finding {
    /// Whether it stops an approval.
    pub fn is_blocking(&self) -> bool {
        self.severity == Severity::Blocking
    }
}

/// What a rule found, before it has its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The line, from 1.
    pub(super) line: usize,
    /// The id that it is about.
    pub(super) about: Option<Reference>,
    /// What tells it from others of the same rule, where no id does; never a line, which moves.
    pub(super) key: String,
    /// What is wrong, and what to do about it.
    pub(super) text: String,
}

impl Found {
    /// Something about an id.
    pub(super) fn about(id: Reference, line: usize, text: String) -> Self {
        Self { line, about: Some(id), key: String::new(), text }
    }

    /// Something about what a name tells apart.
    pub(super) fn named(key: impl Into<String>, line: usize, text: String) -> Self {
        Self { line, about: None, key: key.into(), text }
    }
}

/// How many findings of one rule are told one by one.
const TOLD: usize = 50;

/// The findings of a document on their way.
pub(super) struct Findings<'a> {
    reading: &'a Reading<'a>,
    findings: Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(reading: &'a Reading<'a>) -> Self {
        Self { reading, findings: Vec::new() }
    }

    /// Adds what a rule found. What is more than can be told is one finding more, of the same severity: it stops an
    /// approval as they would.
    pub(super) fn add(&mut self, rule: &Rule, mut found: Vec<Found>) {
        // What is wrong at the end of a text may be told of the line after it.
        found.iter_mut().for_each(|found| found.line = found.line.clamp(1, self.reading.lines));
        found.sort_by_key(|found| (found.line, found.about));
        let more = found.len().saturating_sub(TOLD);
        let rest = found.get(TOLD).map(|first| {
            let text = format!("{more} more like the {TOLD} before: mend those first, then look again");
            Found::named("more", first.line, text)
        });
        found.truncate(TOLD);
        found.extend(rest);
        for found in found {
            let section = self.reading.section_at(found.line).to_owned();
            let place = Place { section, ref_id: found.about, line: u32::try_from(found.line).unwrap_or(u32::MAX) };
            let id = self.id(rule, &found);
            self.findings.push(Finding { id, rule: rule.name, severity: rule.severity, place, text: found.text });
        }
    }

    /// Derived from rule and place alone; a second one of the same gets a number.
    fn id(&self, rule: &Rule, found: &Found) -> FindingId {
        let about = found.about.map(|id| id.to_string()).unwrap_or_default();
        let base = format!("{}\n{about}\n{}", rule.name, found.key);
        let mut number = 1_usize;
        loop {
            let digest = Sha256::digest(format!("{base}\n{number}"));
            let id = FindingId(format!("F-{}", hex::encode(&digest[..6])));
            if !self.findings.iter().any(|known| known.id == id) {
                return id;
            }
            number += 1;
        }
    }

    /// In the order of the document; at one line in the order of the rules.
    pub(super) fn in_order(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| finding.place.line);
        self.findings
    }
}
