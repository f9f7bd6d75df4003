//! What an artefact holds: requirements with their criteria, decisions, evidence, the asset map.
//!
//! The first place that defines an id (see `definitions`) says what it is.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::blocks::{Block, pieces};
use super::definitions::{Entry, Words, entries, plain, shortened};
use super::reference::{Prefix, Reference};

/// A requirement that stories can be for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// `R-n` or `N-n`.
    pub id: Reference,
    /// Its short name.
    pub title: String,
    /// What it says, as far as it says more than its name.
    pub text: String,
    /// How much it matters, where it says so.
    pub priority: Option<Priority>,
    /// Its acceptance criteria, in order.
    pub criteria: Vec<Criterion>,
}

/// How much a requirement matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// Without it there is no delivery.
    Must,
    /// It is left out with regret.
    Should,
    /// It is welcome.
    Could,
}

impl Priority {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Priority::Must => "must",
            Priority::Should => "should",
            Priority::Could => "could",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Priority::Must, Priority::Should, Priority::Could].into_iter().find(|priority| priority.as_str() == word)
    }
}

/// An acceptance criterion of a requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// `R-n.m`.
    pub id: Reference,
    /// What it says.
    pub text: String,
}

/// A decision of the architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// `AD-n`.
    pub id: Reference,
    /// Its short name.
    pub title: String,
    /// What it says, with alternatives and reasons.
    pub text: String,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// `E-n`.
    pub id: Reference,
    /// What it says.
    pub text: String,
    /// The paths in it.
    pub paths: Vec<String>,
}

/// A row of the requirement → asset map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The requirement.
    pub requirement: Reference,
    /// The asset.
    pub asset: String,
    /// exists, extend, missing or unknown, as written.
    pub state: String,
    /// What is to be said of it.
    pub note: String,
}

/// The requirements of a requirements document or scoping note, in the order they stand in. What is retired is none.
pub fn requirements(markdown: &str) -> Vec<Requirement> {
    let mut found = Found::default();
    for entry in entries(&pieces(markdown), &[Prefix::R, Prefix::N]) {
        found.take(&entry);
    }
    found.requirements
}

/// Requirements on their way, each found again by its id.
#[derive(Default)]
struct Found {
    requirements: Vec<Requirement>,
    places: HashMap<Reference, usize>,
    criteria: HashSet<Reference>,
    retired: HashSet<Reference>,
}

impl Found {
    fn take(&mut self, entry: &Entry) {
        let under_retired = entry.id.part.is_some() && self.retired.contains(&entry.id.whole());
        if entry.retired || under_retired {
            self.retired.insert(entry.id);
            return;
        }
        if entry.id.part.is_some() {
            let text = entry.words.all();
            // A criterion may stand without a line of its requirement.
            let place = self.requirement(entry.id.whole(), || (shortened(&text), String::new(), None));
            if self.criteria.insert(entry.id) {
                self.requirements[place].criteria.push(Criterion { id: entry.id, text });
            }
        } else {
            self.requirement(entry.id, || {
                let (title, text) = entry.words.title_and_text();
                let priority = labelled_priority(&text).or_else(|| stated_priority(&entry.words));
                (title, text, priority)
            });
        }
        if let Some(place) = self.places.get(&entry.id.whole()) {
            let requirement = &mut self.requirements[*place];
            entry.more.iter().for_each(|text| elaborate(requirement, text));
        }
    }

    /// The place of a requirement, which begins here if it has not yet.
    fn requirement(&mut self, id: Reference, begin: impl FnOnce() -> (String, String, Option<Priority>)) -> usize {
        let next = self.requirements.len();
        let place = *self.places.entry(id).or_insert(next);
        if place == next {
            let (title, text, priority) = begin();
            self.requirements.push(Requirement { id, title, text, priority, criteria: Vec::new() });
        }
        place
    }
}

/// What stands under a requirement's name and is no criterion.
fn elaborate(requirement: &mut Requirement, text: &str) {
    requirement.priority = requirement.priority.or_else(|| labelled_priority(text));
    let label = text.split_once(':').map_or("", |(label, _)| label.trim());
    if !["priority", "acceptance criteria"].iter().any(|known| label.eq_ignore_ascii_case(known)) {
        append(&mut requirement.text, text);
    }
}

fn append(to: &mut String, text: &str) {
    if !to.is_empty() && !text.is_empty() {
        to.push('\n');
    }
    to.push_str(text);
}

/// The priority after the word "priority".
fn labelled_priority(text: &str) -> Option<Priority> {
    let lower = text.to_lowercase();
    let after = &lower[lower.find("priority")? + "priority".len()..];
    after.split(|c: char| !c.is_alphabetic()).find_map(Priority::of_word)
}

/// A priority that stands alone: in a table's cell, or in brackets.
fn stated_priority(words: &Words) -> Option<Priority> {
    match words {
        Words::Cells(cells) => cells.iter().find_map(|cell| Priority::of_word(&plain(cell).to_lowercase())),
        Words::Line(line) => {
            let lower = line.to_lowercase();
            let mut bracketed = lower.split(['(', '[']).skip(1).filter_map(|rest| rest.split([')', ']']).next());
            bracketed.find_map(|inside| Priority::of_word(inside.trim()).or_else(|| labelled_priority(inside)))
        }
    }
}

/// The decisions of an architecture, in the order they stand in.
pub fn decisions(markdown: &str) -> Vec<Decision> {
    let defined = defined(markdown, Prefix::Ad).into_iter();
    defined.map(|Defined { id, title, text }| Decision { id, title, text }).collect()
}

/// The evidence of a technical analysis, in the order it stands in.
pub fn evidence(markdown: &str) -> Vec<Evidence> {
    let defined = defined(markdown, Prefix::E).into_iter();
    defined
        .map(|Defined { id, title, text }| {
            let text = if text.is_empty() { title } else { text };
            Evidence { id, paths: paths(&text), text }
        })
        .collect()
}

/// Something that a document defines.
pub(super) struct Defined {
    pub(super) id: Reference,
    pub(super) title: String,
    pub(super) text: String,
}

/// What is defined with a prefix and not retired, with all that stands under it.
pub(super) fn defined(markdown: &str, prefix: Prefix) -> Vec<Defined> {
    let mut found: Vec<Defined> = Vec::new();
    let mut places: HashMap<Reference, usize> = HashMap::new();
    let all = entries(&pieces(markdown), &[prefix]);
    for entry in all.iter().filter(|entry| entry.id.part.is_none() && !entry.retired) {
        let place = *places.entry(entry.id).or_insert(found.len());
        if place == found.len() {
            let (title, text) = entry.words.title_and_text();
            found.push(Defined { id: entry.id, title, text });
        }
        entry.more.iter().for_each(|text| append(&mut found[place].text, text));
    }
    found
}

/// The requirement → asset map of a technical analysis.
pub fn asset_map(markdown: &str) -> Vec<Asset> {
    let mut found: Vec<Asset> = Vec::new();
    let mut in_map = false;
    for piece in pieces(markdown) {
        match piece.block {
            Block::Heading(_, heading) => in_map = heading.to_lowercase().contains("asset map"),
            Block::Row(cells) if in_map => {
                let cell = |at: usize| cells.get(at).map(|cell| plain(cell)).unwrap_or_default();
                if let Some((requirement, _)) = Reference::leading(&cell(0)) {
                    found.push(Asset { requirement, asset: cell(1), state: cell(2), note: cell(3) });
                }
            }
            _ => {}
        }
    }
    found
}

/// Everything in a text that looks like the path of a file or folder, each once.
pub fn paths(text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    text.split(|c: char| c.is_whitespace() || "`|,;()[]{}<>\"'*".contains(c))
        .map(|word| without_lines(without_commit(word)))
        .filter(|word| is_path(word))
        .filter(|word| seen.insert((*word).to_owned()))
        .map(str::to_owned)
        .collect()
}

/// `repository@commit:src/x.rs#L12-L40` without what stands before the path.
fn without_commit(word: &str) -> &str {
    word.split_once('@').and_then(|(_, rest)| rest.split_once(':')).map_or(word, |(_, path)| path)
}

/// `src/x.rs:12-40` and `src/x.rs.` without what is not the path's.
fn without_lines(word: &str) -> &str {
    let word = word.trim_start_matches([':', '!', '?']).trim_end_matches(['.', ':', '!', '?']);
    match word.split_once(':') {
        Some((path, lines)) if lines.starts_with(|c: char| c.is_ascii_digit()) => path,
        _ => word.split_once('#').map_or(word, |(path, _)| path),
    }
}

fn is_path(word: &str) -> bool {
    let name = word.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let has_extension = name.rsplit_once('.').is_some_and(|(stem, extension)| {
        // "e.g" is none.
        stem.len() + extension.len() > 2
            && !stem.is_empty()
            && (1..=8).contains(&extension.len())
            && extension.chars().all(|c| c.is_ascii_alphanumeric())
            && extension.chars().any(|c| c.is_ascii_alphabetic())
    });
    let readable = word.chars().all(|c| !c.is_control()) && !word.contains("://") && !word.contains("..");
    readable && word.chars().any(char::is_alphabetic) && (has_extension || (word.contains('/') && !name.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BY_HAND: &str = "## Functional requirements\n### R-1 Split a payment by seller\nOne share for each.\n\
        - Rationale: first of all\n- Priority: must\n- **R-1.1** When a payment is captured,\n  the system shall split it.\n\
        - **R-1.2** If it fails, the system shall say so.\n\n### R-2 · Show it\n\n**Priority:** should. **Rationale:** asked for.\n\n\
        - `R-2.1` The system shall show it.\n\n## Non-functional requirements\n- **N-1** Within 2 s at p99; verified by a test.\n\
        ## Risks\n- R-9 was dropped.\n```\n### R-8 Example\n```\n";

    #[test]
    fn evidence_names_its_paths_however_it_cites_them() {
        let analysis = "## Evidence\n\n\
            - **E-1** pay@4be1f02a4be1f02a4be1f02a4be1f02a4be1f02a:payments/src/capture.rs#L41-L88 sha256:00: posts once.\n\
            - **E-2** pay@4be1f02 `payouts/src/daily.rs` lines 12-40, and `docs/cut-off.md:7`; ask ops@example.com.\n";
        let paths: Vec<Vec<String>> = evidence(analysis).into_iter().map(|evidence| evidence.paths).collect();
        assert_eq!(paths[0], ["payments/src/capture.rs"]);
        assert_eq!(&paths[1][..2], ["payouts/src/daily.rs", "docs/cut-off.md"]);
    }

    #[test]
    fn requirements_by_hand_with_priorities_and_criteria() {
        let found = requirements(BY_HAND);
        let ids: Vec<_> = found.iter().map(|requirement| requirement.id.to_string()).collect();
        assert_eq!(ids, ["R-1", "R-2", "N-1"]);
        assert_eq!(found[0].title, "Split a payment by seller");
        assert_eq!(found[0].priority, Some(Priority::Must));
        assert_eq!(found[0].text, "One share for each.\nRationale: first of all");
        assert_eq!(found[0].criteria[0].text, "When a payment is captured, the system shall split it.");
        assert_eq!(found[0].criteria.len(), 2);
        assert_eq!((found[1].title.as_str(), found[1].priority), ("Show it", Some(Priority::Should)));
        assert_eq!(found[1].criteria[0].id.to_string(), "R-2.1");
        assert_eq!(found[2].title, "Within 2 s at p99; verified by a test");
    }

    #[test]
    fn requirements_in_tables_and_criteria_without_a_requirement() {
        let found = requirements(
            "| Id | Quality | Requirement |\n|---|---|---|\n| N-1 | Speed | within 2 s |\n\n- R-3.1: When, shall.\n",
        );
        assert_eq!((found[0].title.as_str(), found[0].text.as_str()), ("Speed", "Speed · within 2 s"));
        assert_eq!((found[1].id.to_string(), found[1].criteria.len()), ("R-3".to_owned(), 1));
    }

    #[test]
    fn a_priority_stands_in_a_cell_or_in_brackets_and_what_is_retired_is_no_requirement() {
        let found = requirements(
            "| R-1 | Split | Must |\n| R-2 | Show | could |\n| R-3 | (retired: see R-1) | must |\n\n- R-3.1 When, shall.\n",
        );
        let of: Vec<_> = found.iter().map(|found| (found.id.to_string(), found.priority)).collect();
        assert_eq!(of, [("R-1".to_owned(), Some(Priority::Must)), ("R-2".to_owned(), Some(Priority::Could))]);
        let headed = requirements("### R-4 Refund (should)\n### R-5 (withdrawn)\n- R-5.1 When, shall.\n### R-6 Pay\n");
        assert_eq!((headed.len(), headed[0].priority), (2, Some(Priority::Should)));
    }

    #[test]
    fn decisions_as_headings_and_as_items() {
        let headed = decisions("### AD-1 · One database\n\nAll in one.\n\n**Why.** It holds.\n\n## Next\nother");
        assert_eq!(headed[0].title, "One database");
        assert_eq!(headed[0].text, "All in one.\nWhy. It holds.");
        let items = decisions("- **AD-1 Split at capture.** Alternatives: later.\n- **AD-2 Carry**\n\nR-1 → AD-1");
        assert_eq!(items.len(), 2);
        assert_eq!(items[0].title, "Split at capture");
    }

    #[test]
    fn evidence_names_paths_and_the_map_names_assets() {
        let analysis = "## Requirement → asset map\n| requirement | asset | status | note |\n|---|---|---|---|\n\
            | R-1 | `payments/src/capture.rs` | extend | one entry |\n\n## Evidence\n\
            - **E-1** pay@4be1f02 `payments/src/capture.rs` lines 41–88: called once.\n\
            | E-2 | pay | 4be1f02 | payouts/daily.rs:12-40 | 12 | x | quote |\n";
        let found = evidence(analysis);
        assert_eq!(found[0].paths, ["payments/src/capture.rs"]);
        assert_eq!(found[1].paths, ["payouts/daily.rs"]);
        let map = asset_map(analysis);
        assert_eq!((map[0].asset.as_str(), map[0].state.as_str()), ("payments/src/capture.rs", "extend"));
        assert_eq!(paths("see Cargo.toml, https://x.org/a.rs and 3.5 or e.g. ../up"), ["Cargo.toml"]);
    }
}
