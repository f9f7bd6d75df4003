//! What the approved documents hold, read by their ids: whoever wrote them, and in whichever layout.

use konductro_domain::conductor::{GivenArtefact, Task};
use konductro_domain::stage::Stage;

use crate::conductor::guided::capability::{Capability, capabilities};
use crate::conductor::guided::identifier::{self, Id};
use crate::conductor::guided::wording::{folded, open_ended, readable, safe};

/// The most requirements of one kind that are read.
const MOST: usize = 200;

/// A requirement of the approved document.
#[derive(Debug, Clone)]
pub(in super::super) struct Found {
    /// Its id.
    pub(in super::super) id: Id,
    /// Its title, safe.
    pub(in super::super) title: String,
    /// Its words, safe.
    pub(in super::super) text: String,
    /// What it asks for, as far as it is understood.
    pub(in super::super) capability: Option<Capability>,
}

/// What the technical analysis says of a requirement.
#[derive(Debug, Clone)]
pub(in super::super) struct Asset {
    /// The requirement.
    pub(in super::super) id: Id,
    /// Where it lives.
    pub(in super::super) asset: String,
    /// exists, extend, missing, unknown.
    pub(in super::super) state: String,
}

/// What the approved documents hold.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Inventory {
    /// `R-n`.
    pub(in super::super) requirements: Vec<Found>,
    /// `N-n`.
    pub(in super::super) qualities: Vec<Found>,
    /// The requirement → asset map.
    pub(in super::super) assets: Vec<Asset>,
    /// Non-goals, as lines.
    pub(in super::super) non_goals: Vec<String>,
    /// Rows of the failure cases.
    pub(in super::super) failures: Vec<(String, String)>,
    /// Which documents were read: "requirements v2".
    pub(in super::super) sources: Vec<String>,
}

impl Inventory {
    /// Reads the approved documents of a task.
    pub(in super::super) fn read(task: &Task) -> Self {
        Self::of(&task.approved)
    }

    /// Reads some documents.
    pub(in super::super) fn of(documents: &[GivenArtefact]) -> Self {
        let mut inventory = Self::default();
        for artefact in documents {
            inventory.sources.push(format!("{} v{}", artefact.stage.title().to_lowercase(), artefact.version));
            match artefact.stage {
                Stage::TechnicalAnalysis => inventory.read_analysis(&artefact.markdown),
                Stage::Requirements | Stage::Scoping => inventory.read_requirements(&artefact.markdown),
                Stage::Architecture | Stage::Stories => {}
            }
        }
        inventory
    }

    fn read_requirements(&mut self, markdown: &str) {
        let lines: Vec<&str> = readable_document(markdown).lines().collect();
        let mut heading = String::new();
        for (at, line) in lines.iter().enumerate() {
            if line.starts_with("## ") || line.starts_with("# ") {
                heading = folded(line);
            }
            if heading.contains("non-goal") && line.starts_with("- ") {
                self.non_goals.push(open_ended(&safe(line.trim_start_matches("- "))).to_owned());
            }
            if heading.contains("failure")
                && line.starts_with('|')
                && !line.starts_with("| Case")
                && !line.starts_with("| -")
            {
                let cells = cells(line);
                if let [case, response, ..] = cells.as_slice() {
                    self.failures.push((case.clone(), response.clone()));
                }
            }
            if let Some((id, title, text)) = headed(line, &lines[at + 1..]) {
                let known = |list: &[Found]| list.iter().any(|found| found.id == id);
                match id.prefix {
                    "R" if !known(&self.requirements) && self.requirements.len() < MOST => {
                        let capability = understood(&text).or_else(|| understood(&title));
                        self.requirements.push(Found { id, title, text, capability });
                    }
                    "N" if !known(&self.qualities) && self.qualities.len() < MOST => {
                        self.qualities.push(Found { id, title, text, capability: None })
                    }
                    _ => {}
                }
            }
        }
    }

    fn read_analysis(&mut self, markdown: &str) {
        for line in readable_document(markdown).lines().filter(|line| line.trim_start().starts_with('|')) {
            let cells = cells(line);
            if let [first, asset, state, ..] = cells.as_slice()
                && let Some((id, ..)) =
                    identifier::first_in(first).filter(|(id, ..)| id.prefix == "R" && id.part.is_none())
                && !self.assets.iter().any(|known| known.id == id)
            {
                self.assets.push(Asset { id, asset: asset.clone(), state: state.clone() });
            }
        }
    }

    /// What the analysis says of a requirement.
    pub(in super::super) fn asset_of(&self, id: &Id) -> Option<&Asset> {
        self.assets.iter().find(|asset| {
            asset.id == *id
                && asset.asset.chars().any(char::is_alphanumeric)
                && !matches!(folded(&asset.asset).as_str(), "none" | "unknown" | "tbd" | "n/a")
        })
    }

    /// What people must be able to do, in order.
    pub(in super::super) fn capabilities(&self) -> Vec<Capability> {
        self.requirements.iter().filter_map(|found| found.capability.clone()).collect()
    }
}

/// What a requirement asks for, as far as its words say who and what.
pub(in super::super) fn understood(text: &str) -> Option<Capability> {
    let plain = ["The system shall ", "The system must ", "The system should "]
        .iter()
        .find_map(|start| text.strip_prefix(start))
        .unwrap_or(text);
    // "give a patient a reminder" is how a requirement to get something reads.
    let given = plain.strip_prefix("give ").and_then(|rest| {
        let at = [" a ", " an ", " the ", " one "].iter().filter_map(|article| rest.get(1..)?.find(article)).min()? + 1;
        Some(format!("{} can get {}", rest.get(..at)?, rest.get(at..)?.trim()))
    });
    capabilities(given.as_deref().unwrap_or(plain)).into_iter().next()
}

/// An id at the head of a heading, a bullet or a row, with the words that follow it.
fn headed(line: &str, after: &[&str]) -> Option<(Id, String, String)> {
    let (id, start, end) = identifier::first_in(line)?;
    if id.part.is_some() || line[..start].chars().any(char::is_alphanumeric) {
        return None;
    }
    if line.trim_start().starts_with('|') {
        let cells = cells(line);
        let at = if cells.len() >= 4 { 2 } else { 1 };
        let text = cells.get(at)?.clone();
        let title = cells.get(1).filter(|_| at == 2).cloned().unwrap_or_else(|| text.clone());
        return Some((id, title, text));
    }
    let title = safe(line[end..].trim_start_matches(|c: char| !c.is_alphanumeric()));
    let title = title.trim_end_matches(|c: char| !c.is_alphanumeric() && c != ')').to_owned();
    if !line.trim_start().starts_with('#') {
        return (!title.is_empty()).then(|| (id, title.clone(), title));
    }
    let statement = after
        .iter()
        .take_while(|line| !line.starts_with('#'))
        .find(|line| !line.trim().is_empty() && !line.starts_with("- "));
    let statement = statement
        .map(|line| safe(line))
        .map(|line| line.split_once("Statement: ").map_or(line.clone(), |(_, rest)| rest.to_owned()));
    let text =
        statement.filter(|line| !line.is_empty() && !line.starts_with("Priority")).unwrap_or_else(|| title.clone());
    Some((id, if title.is_empty() { text.clone() } else { title }, text))
}

fn cells(line: &str) -> Vec<String> {
    let line = line.replace("\\|", "\u{1}");
    line.trim().trim_matches('|').split('|').map(|text| safe(&text.replace('\u{1}', "/"))).collect()
}

fn readable_document(markdown: &str) -> &str {
    if markdown.len() > 1024 * 1024 { readable(markdown) } else { markdown }
}
