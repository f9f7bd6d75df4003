//! What stories are made from: requirements with their criteria, and what else the documents say of an id.

use konductro_domain::artefact::parse::{self, Asset, Decision, Evidence};
use konductro_domain::artefact::reference::{Prefix, Reference};
use konductro_domain::conductor::{Background, Exchange, Task};
use konductro_domain::stage::Stage;

use super::plain;
use crate::conductor::guided::architecture::inventory::understood;
use crate::conductor::guided::capability::{Capability, capabilities};
use crate::conductor::guided::identifier::{self, Ids};
use crate::conductor::guided::recall::Interview;
use crate::conductor::guided::scoping;
use crate::conductor::guided::topic::Topic;

/// The most requirements that stories are made of.
const MOST: usize = 500;

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
    /// `AD-n`.
    pub(super) decisions: Vec<Decision>,
    /// `E-n`.
    pub(super) evidence: Vec<Evidence>,
    assets: Vec<Asset>,
}

impl Basis {
    /// Reads the documents of a phase; where there are none, what was said when it was scoped.
    pub(super) fn read(background: &Background) -> Self {
        let of_stage = |stage: Stage| background.approved.iter().find(|given| given.stage == stage);
        let text = |stage: Stage| of_stage(stage).map_or("", |given| given.markdown.as_str());
        let document = of_stage(Stage::Requirements).or(background.scoping.note.as_ref());
        let written = document.map(|given| requirements(&given.markdown, true)).unwrap_or_default();
        let all = if written.is_empty() { requirements(&said(background), false) } else { written };
        let (functions, qualities) = all.into_iter().partition(|requirement| requirement.id.starts_with("R-"));
        let analysis = text(Stage::TechnicalAnalysis);
        Self {
            functions,
            qualities,
            decisions: parse::decisions(text(Stage::Architecture)),
            evidence: parse::evidence(analysis),
            assets: parse::asset_map(analysis),
        }
    }

    /// What the technical analysis says of a requirement.
    pub(super) fn asset_of(&self, id: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.requirement.to_string() == id)
    }

    /// The architecture's decisions that name a requirement.
    pub(super) fn decisions_of(&self, id: &str) -> Vec<String> {
        let names =
            |decision: &&Decision| named_in(&format!("{} {}", decision.title, decision.text)).iter().any(|it| it == id);
        self.decisions.iter().filter(names).map(|decision| decision.id.to_string()).collect()
    }
}

fn requirements(markdown: &str, is_written: bool) -> Vec<Requirement> {
    parse::requirements(markdown).iter().take(MOST).map(|found| requirement(found, is_written)).collect()
}

fn requirement(found: &parse::Requirement, is_written: bool) -> Requirement {
    let id = found.id.to_string();
    let (mut statement, mut rationale) = (None, None);
    for line in found.text.lines() {
        match line.split_once("Rationale:") {
            Some((_, why)) => rationale = Some(plain(why)).filter(|why| !why.is_empty()),
            None => statement = statement.or_else(|| Some(without_marks(line)).filter(|line| !line.is_empty())),
        }
    }
    let text = statement.unwrap_or_else(|| without_marks(&found.title));
    let capability = Some(&text).filter(|_| found.id.prefix == Prefix::R).and_then(|text| understood(text));
    let criteria: Vec<(String, String)> =
        found.criteria.iter().map(|criterion| (criterion.id.to_string(), plain(&criterion.text))).collect();
    let words: String =
        criteria.iter().map(|(_, text)| text.as_str()).chain([text.as_str()]).collect::<Vec<_>>().join(" ");
    Requirement {
        title: title(&without_marks(&found.title), capability.as_ref()),
        names: named_in(&words).into_iter().filter(|other| *other != id).collect(),
        id,
        text,
        capability,
        rationale,
        criteria,
        is_written,
    }
}

/// The requirements that a text names, each once.
fn named_in(text: &str) -> Vec<String> {
    let ids = identifier::all_in(text).into_iter().filter(|(id, ..)| matches!(id.prefix, "R" | "N"));
    let mut named: Vec<Reference> =
        ids.filter_map(|(id, ..)| Some(Reference::leading(&id.to_string())?.0.whole())).collect();
    named.sort();
    named.dedup();
    named.iter().map(Reference::to_string).collect()
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
        accepted_findings: Vec::new(),
        findings: Vec::new(),
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

/// A requirement that is one line has no title of its own: what it lets people do is one.
fn title(title: &str, capability: Option<&Capability>) -> String {
    match capability {
        Some(capability) if title.starts_with("The system ") => capability.title(),
        _ => title.to_owned(),
    }
}

/// Words without a priority set after them.
fn without_marks(text: &str) -> String {
    let text = ["(must)", "(should)", "(could)"].iter().fold(plain(text), |text, mark| text.replace(mark, ""));
    text.trim().trim_end_matches('.').to_owned()
}
