//! One reading of the ids in an artefact: requirements with their criteria, decisions, evidence, the asset map.
//!
//! People and models write Markdown in many ways: an id may head a section, begin a list item or a table row. The
//! first place that an id stands in so defines it; where some are defined by headings, only headings define.

use std::collections::BTreeSet;

use super::blocks::{Block, blocks};
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

/// Longest short name that is made of a sentence, in characters.
const SHORT: usize = 120;

/// The requirements of a requirements document or scoping note, in the order they stand in.
pub fn requirements(markdown: &str) -> Vec<Requirement> {
    let blocks = blocks(markdown);
    let headed = Headed::of(&blocks);
    let mut found: Vec<Requirement> = Vec::new();
    let mut current: Option<Reference> = None;
    for block in &blocks {
        let definition = definition(block).filter(|(id, _)| matches!(id.prefix, Prefix::R | Prefix::N));
        match definition {
            Some((id, words)) if id.part.is_some() => {
                criterion(&mut found, id, words.all());
                current = Some(id.whole());
            }
            Some((id, words)) if headed.defines(id, block) => {
                current = Some(id);
                if !found.iter().any(|known| known.id == id) {
                    let (title, text) = words.title_and_text();
                    let priority = labelled_priority(&text);
                    found.push(Requirement { id, title, text, priority, criteria: Vec::new() });
                }
            }
            _ if matches!(block, Block::Heading(_)) => current = None,
            _ => {
                if let Some(known) = found.iter_mut().find(|known| Some(known.id) == current) {
                    elaborate(known, block);
                }
            }
        }
    }
    found
}

fn criterion(found: &mut Vec<Requirement>, id: Reference, text: String) {
    let place = found.iter().position(|known| known.id == id.whole()).unwrap_or_else(|| {
        // A criterion whose requirement has no line of its own.
        let (title, priority) = (shortened(&text), None);
        found.push(Requirement { id: id.whole(), title, text: String::new(), priority, criteria: Vec::new() });
        found.len() - 1
    });
    if let Some(requirement) = found.get_mut(place)
        && !requirement.criteria.iter().any(|known| known.id == id)
    {
        requirement.criteria.push(Criterion { id, text });
    }
}

/// What stands under a requirement's name and is no criterion.
fn elaborate(requirement: &mut Requirement, block: &Block) {
    let text = plain(&block.text());
    requirement.priority = requirement.priority.or_else(|| labelled_priority(&text));
    let label = text.split_once(':').map_or("", |(label, _)| label.trim());
    if !["priority", "acceptance criteria"].iter().any(|known| label.eq_ignore_ascii_case(known)) {
        append(&mut requirement.text, &text);
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
    after.split(|c: char| !c.is_alphabetic()).find_map(|word| match word {
        "must" => Some(Priority::Must),
        "should" => Some(Priority::Should),
        "could" => Some(Priority::Could),
        _ => None,
    })
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

/// What is defined with a prefix, with all that stands under it.
pub(super) fn defined(markdown: &str, prefix: Prefix) -> Vec<Defined> {
    let blocks = blocks(markdown);
    let headed = Headed::of(&blocks);
    let mut found: Vec<Defined> = Vec::new();
    let mut current: Option<Reference> = None;
    for block in &blocks {
        let definition = definition(block).filter(|(id, _)| id.prefix == prefix && id.part.is_none());
        match definition.filter(|(id, _)| headed.defines(*id, block)) {
            Some((id, words)) => {
                current = Some(id);
                if !found.iter().any(|known| known.id == id) {
                    let (title, text) = words.title_and_text();
                    found.push(Defined { id, title, text });
                }
            }
            None if matches!(block, Block::Heading(_)) => current = None,
            // Under a list item or row stands nothing more; the next paragraph is somebody else's.
            None if headed.has(prefix) => {
                if let Some(known) = found.iter_mut().find(|known| Some(known.id) == current) {
                    append(&mut known.text, &plain(&block.text()));
                }
            }
            None => {}
        }
    }
    found
}

/// The requirement → asset map of a technical analysis.
pub fn asset_map(markdown: &str) -> Vec<Asset> {
    let mut found: Vec<Asset> = Vec::new();
    let mut in_map = false;
    for block in blocks(markdown) {
        match block {
            Block::Heading(heading) => in_map = heading.to_lowercase().contains("asset map"),
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
        .map(without_lines)
        .filter(|word| is_path(word))
        .filter(|word| seen.insert((*word).to_owned()))
        .map(str::to_owned)
        .collect()
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

/// Which prefixes are defined by headings.
pub(super) struct Headed(BTreeSet<Prefix>);

impl Headed {
    pub(super) fn of(blocks: &[Block]) -> Self {
        let headings = blocks.iter().filter(|block| matches!(block, Block::Heading(_)));
        let ids = headings.filter_map(definition).map(|(id, _)| id).filter(|id| id.part.is_none());
        Self(ids.map(|id| id.prefix).collect())
    }

    pub(super) fn has(&self, prefix: Prefix) -> bool {
        self.0.contains(&prefix)
    }

    pub(super) fn defines(&self, id: Reference, block: &Block) -> bool {
        matches!(block, Block::Heading(_)) || !self.has(id.prefix)
    }
}

/// The words of a definition, without the id.
pub(super) enum Words {
    Line(String),
    Cells(Vec<String>),
}

impl Words {
    fn all(self) -> String {
        match self {
            Words::Line(line) => plain(&line),
            Words::Cells(cells) => cells.iter().map(|cell| plain(cell)).collect::<Vec<_>>().join(" · "),
        }
    }

    pub(super) fn title_and_text(self) -> (String, String) {
        match self {
            Words::Line(line) => {
                let line = plain(&line);
                let title = shortened(&line);
                let text = if title == line { String::new() } else { line };
                (title, text)
            }
            Words::Cells(cells) => {
                let title = cells.first().map(|cell| plain(cell)).unwrap_or_default();
                (shortened(&title), Words::Cells(cells).all())
            }
        }
    }
}

/// The id that a piece defines by beginning with it, and its words.
pub(super) fn definition(block: &Block) -> Option<(Reference, Words)> {
    let line = |text: &str| {
        let (id, rest) = Reference::leading(text.trim_start_matches(['*', '_', '`', '[', '(']))?;
        Some((id, Words::Line(rest.trim_start_matches(SEPARATORS).trim().to_owned())))
    };
    match block {
        Block::Heading(text) | Block::Item(text) => line(text),
        // In running text only an emphasised id, or a criterion's, defines anything.
        Block::Paragraph(text) => line(text).filter(|(id, _)| text.starts_with(['*', '_', '`']) || id.part.is_some()),
        Block::Row(cells) => {
            let (first, others) = cells.split_first()?;
            let (id, words) = line(first)?;
            match words {
                Words::Line(rest) if !rest.is_empty() => {
                    Some((id, Words::Cells(std::iter::once(rest).chain(others.iter().cloned()).collect())))
                }
                _ => Some((id, Words::Cells(others.to_vec()))),
            }
        }
    }
}

const SEPARATORS: [char; 13] = ['*', '_', '`', ']', ')', ':', '·', '.', '—', '–', '-', ' ', '\t'];

/// Without emphasis marks; underscores may be a name's own.
fn plain(text: &str) -> String {
    text.replace("**", "").replace('`', "").trim_matches(|c: char| c == '*' || c == '_' || c.is_whitespace()).to_owned()
}

/// The first sentence, cut after a whole word where it is too long.
fn shortened(text: &str) -> String {
    let sentence = text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.');
    if sentence.chars().count() <= SHORT {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(SHORT).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", whole.trim_end_matches([',', ';', ':']))
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
