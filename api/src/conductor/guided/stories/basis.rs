//! What stories are made from: requirements with their criteria, and what else the documents say of an id.

use konductro_domain::conductor::{Background, Exchange, GivenArtefact, Task};
use konductro_domain::stage::Stage;

use super::plain;
use crate::conductor::guided::architecture::inventory::Inventory;
use crate::conductor::guided::capability::{Capability, capabilities};
use crate::conductor::guided::identifier::{self, Ids};
use crate::conductor::guided::recall::Interview;
use crate::conductor::guided::scoping;
use crate::conductor::guided::topic::Topic;

/// A requirement, functional or not.
#[derive(Debug, Clone)]
pub(super) struct Requirement {
    /// Its id.
    pub(super) id: String,
    /// Its title.
    pub(super) title: String,
    /// Its words.
    pub(super) text: String,
    /// What it asks for, as far as it is understood.
    pub(super) capability: Option<Capability>,
    /// Why it is there, where the document says so.
    pub(super) rationale: Option<String>,
    /// Its criteria, with their ids.
    pub(super) criteria: Vec<(String, String)>,
    /// Other requirements that it names.
    pub(super) names: Vec<String>,
    /// Whether the id stands in a document: what was only said in a conversation has none.
    pub(super) is_written: bool,
}

/// Everything that stories are made from.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    /// `R-n`, in order.
    pub(super) functions: Vec<Requirement>,
    /// `N-n`, in order.
    pub(super) qualities: Vec<Requirement>,
    inventory: Inventory,
    architecture: String,
}

impl Basis {
    /// Reads the documents of a phase; where there are none, what was said when it was scoped.
    pub(super) fn read(background: &Background) -> Self {
        let of_stage = |stage: Stage| background.approved.iter().find(|given| given.stage == stage);
        let document = of_stage(Stage::Requirements).or(background.scoping.note.as_ref());
        let written = document.map(|given| Self::of(background, &given.markdown, true));
        let basis = written.filter(|basis| !basis.functions.is_empty() || !basis.qualities.is_empty());
        basis.unwrap_or_else(|| Self::of(background, &said(background), false))
    }

    fn of(background: &Background, markdown: &str, is_written: bool) -> Self {
        let read = GivenArtefact {
            stage: Stage::Requirements,
            version: 1,
            title: String::new(),
            markdown: markdown.to_owned(),
            content_hash: konductro_domain::text::Hash::of(b""),
            edited_by_hand: false,
        };
        let analysis = background.approved.iter().filter(|given| given.stage == Stage::TechnicalAnalysis).cloned();
        let documents: Vec<GivenArtefact> = [read].into_iter().chain(analysis).collect();
        let inventory = Inventory::of(&documents);
        let blocks = blocks(markdown);
        let requirement = |found: &crate::conductor::guided::architecture::inventory::Found| {
            let id = found.id.to_string();
            let block =
                blocks.iter().find(|(head, _)| *head == id).map(|(_, lines)| lines.as_slice()).unwrap_or_default();
            let criteria = criteria(&id, markdown);
            let words =
                format!("{} {}", found.text, criteria.iter().map(|(_, text)| text.as_str()).collect::<String>());
            let mut names: Vec<String> = identifier::all_in(&words)
                .into_iter()
                .filter(|(other, ..)| other.prefix == "R")
                .map(|(other, ..)| format!("R-{}", other.number))
                .filter(|other| *other != id)
                .collect();
            names.sort();
            names.dedup();
            Requirement {
                title: title(&found.title, found.capability.as_ref(), &found.text),
                text: without_marks(&found.text),
                capability: found.capability.clone(),
                rationale: block.iter().find_map(|line| rationale(line)),
                criteria,
                names,
                is_written,
                id,
            }
        };
        Self {
            functions: inventory.requirements.iter().map(requirement).collect(),
            qualities: inventory.qualities.iter().map(requirement).collect(),
            inventory,
            architecture: background
                .approved
                .iter()
                .find(|given| given.stage == Stage::Architecture)
                .map(|given| given.markdown.clone())
                .unwrap_or_default(),
        }
    }

    /// What the technical analysis says of a requirement: asset and state.
    pub(super) fn asset_of(&self, id: &str) -> Option<(&str, &str)> {
        let asset = self.inventory.assets.iter().find(|asset| asset.id.to_string() == id)?;
        Some((asset.asset.as_str(), asset.state.as_str()))
    }

    /// The architecture's decisions that name a requirement.
    pub(super) fn decisions_of(&self, id: &str) -> Vec<String> {
        let mut decision = None;
        let mut found = Vec::new();
        for line in self.architecture.lines() {
            let ids = identifier::all_in(line);
            let head = ids
                .first()
                .filter(|(id, start, _)| id.prefix == "AD" && line[..*start].chars().all(|c| !c.is_alphanumeric()));
            if let Some((id, ..)) = head {
                decision = Some(id.to_string());
            } else if line.starts_with('#') {
                decision = None;
            }
            let named = ids.iter().any(|(other, ..)| other.prefix == "R" && format!("R-{}", other.number) == id);
            let others = ids.iter().filter(|(id, ..)| id.prefix == "AD").map(|(id, ..)| id.to_string());
            if named {
                found.extend(others.chain(decision.clone()));
            }
        }
        // A traceability table names many requirements in one line; what counts is a line of few.
        found.sort();
        found.dedup();
        found.truncate(6);
        found
    }
}

/// What was said in a scoping conversation, as the note that guided mode would make of it.
fn said(background: &Background) -> String {
    let mut task = Task {
        project_id: background.project_id,
        project_name: background.project_name.clone(),
        project_context: String::new(),
        phase_title: background.phase_title.clone(),
        phase_brief: background.phase_brief.clone(),
        stage: Stage::Scoping,
        approved: Vec::new(),
        scoping: konductro_domain::conductor::Scoping::default(),
        current: None,
        change_requests: Vec::new(),
        history: background.scoping.conversation.clone(),
        message: String::new(),
    };
    // What a person answers to a model is no answer to our questions: it is read for what it says by itself.
    let ours = task.history.iter().any(|exchange| exchange.reply.contains("in guided mode"));
    if !ours {
        task.history = task.history.into_iter().map(|turn| Exchange { reply: String::new(), ..turn }).collect();
    }
    let interview = Interview::before(&task);
    let mut text = interview.text(Topic::Capabilities);
    if capabilities(&text).is_empty() {
        text = if background.phase_brief.trim().is_empty() {
            plain(&background.phase_title)
        } else {
            plain(&background.phase_brief)
        };
    }
    let functions = capabilities(&text);
    scoping::in_scope(functions, &mut Ids::default())
}

/// Lines of each requirement, from its heading to the next.
fn blocks(markdown: &str) -> Vec<(String, Vec<&str>)> {
    let mut blocks: Vec<(String, Vec<&str>)> = Vec::new();
    for line in markdown.lines() {
        let head = identifier::first_in(line)
            .filter(|(id, start, _)| id.part.is_none() && line[..*start].chars().all(|c| !c.is_alphanumeric()));
        match head {
            Some((id, ..)) => blocks.push((id.to_string(), vec![line])),
            None if line.starts_with('#') => blocks.push((String::new(), Vec::new())),
            None => blocks.iter_mut().last().into_iter().for_each(|(_, lines)| lines.push(line)),
        }
    }
    blocks
}

/// `R-1.1`, `R-1.2`, … with their words, wherever they stand.
fn criteria(id: &str, markdown: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in markdown.lines() {
        let Some((criterion, start, end)) = identifier::first_in(line) else { continue };
        let whole = criterion.to_string();
        let is_its = criterion.part.is_some() && whole.rsplit_once('.').is_some_and(|(head, _)| head == id);
        let heads = line[..start].chars().all(|c| !c.is_alphanumeric());
        if !(is_its && heads) || found.iter().any(|(known, _)| *known == whole) {
            continue;
        }
        let text = plain(line[end..].trim_start_matches(|c: char| !c.is_alphanumeric()).trim_end_matches(['|', ' ']));
        if !text.is_empty() {
            found.push((whole, text));
        }
    }
    found
}

fn rationale(line: &str) -> Option<String> {
    let line = plain(line);
    let (_, said) = line.split_once("Rationale:")?;
    let said = said.trim().trim_start_matches('*').trim();
    (!said.is_empty()).then(|| said.to_owned())
}

/// A requirement that is one line has no title of its own: what it lets people do is one.
fn title(title: &str, capability: Option<&Capability>, text: &str) -> String {
    let title = without_marks(title);
    match capability {
        Some(capability) if title == without_marks(text) => capability.title(),
        _ => title,
    }
}

/// Words without a priority set after them.
fn without_marks(text: &str) -> String {
    let text = plain(text);
    let text = ["(must)", "(should)", "(could)"].iter().fold(text, |text, mark| text.replace(mark, ""));
    text.trim().trim_end_matches('.').to_owned()
}
