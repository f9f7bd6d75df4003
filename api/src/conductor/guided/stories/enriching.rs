//! An enrichment out of the approved documents: what they say of the story's ids, and nothing beside it.

use konductro_domain::artefact::parse;
use konductro_domain::conductor::{EnrichTask, GivenCriterion};
use serde_json::{Value, json};

use super::basis::Basis;
use crate::conductor::guided::wording::{joined, safe, sentence};

/// What the documents say of a story.
struct Said<'a> {
    task: &'a EnrichTask,
    basis: Basis,
    /// The decisions that it follows, with their words.
    decisions: Vec<(String, String)>,
    files: Vec<Shown>,
}

/// A file that the analysis shows for a requirement.
struct Shown {
    requirement: String,
    path: String,
    state: String,
    evidence: String,
}

/// The answer: an enrichment as JSON.
pub(in super::super) fn enrichment(task: &EnrichTask) -> String {
    let said = Said::read(task);
    let slices: Vec<Value> = said.decisions.iter().map(|(id, text)| json!({"ref": id, "text": text})).collect();
    let files: Vec<Value> = said
        .files
        .iter()
        .map(|file| {
            let why = format!("{} is to be met here; the analysis says: {}.", file.requirement, file.state);
            json!({"path": file.path, "action": "modify", "evidence": file.evidence, "why": why})
        })
        .collect();
    let answer = json!({
        "architecture_slice": slices,
        "files": files,
        "steps": said.steps(),
        "test_notes": task.story.criteria.iter().map(test_note).collect::<Vec<_>>(),
        "context_pack": said.pack(),
    });
    format!("{answer:#}\n")
}

impl<'a> Said<'a> {
    fn read(task: &'a EnrichTask) -> Self {
        let basis = Basis::read(&task.background);
        let mut wanted = task.story.decision_ids.clone();
        wanted.extend(task.story.requirement_ids.iter().flat_map(|id| basis.decisions_of(id)));
        let decisions = basis.decisions.iter().filter(|decision| wanted.contains(&decision.id.to_string()));
        let decisions = decisions.map(|decision| {
            let words = if decision.text.is_empty() { &decision.title } else { &decision.text };
            (decision.id.to_string(), safe(words))
        });
        let (decisions, files) = (decisions.collect(), files(task, &basis));
        Self { task, basis, decisions, files }
    }

    fn steps(&self) -> Vec<String> {
        let story = &self.task.story;
        let criteria: Vec<String> = story.criteria.iter().map(|criterion| criterion.id.clone()).collect();
        let mut steps = Vec::new();
        if !criteria.is_empty() {
            steps.push(format!("Write tests for {} and see them fail.", joined(&criteria)));
        }
        steps.extend(
            self.files.iter().map(|file| format!("Work on `{}` for {} ({}).", file.path, file.requirement, file.state)),
        );
        for id in &story.requirement_ids {
            match self.basis.asset_of(id) {
                Some(asset) if asset.state.to_lowercase().contains("missing") => {
                    steps.push(format!("Build what {id} asks for: the analysis found nothing to extend."));
                }
                None => steps.push(format!("Find out where {id} belongs: the technical analysis does not say.")),
                Some(_) => {}
            }
        }
        steps.extend(self.decisions.iter().map(|(id, _)| format!("Keep to {id}.")));
        steps.push("Run every test, and try each criterion by hand once.".to_owned());
        steps
    }

    /// Markdown to work from without the other documents.
    fn pack(&self) -> String {
        let story = &self.task.story;
        let mut pack = format!("# {}\n\n{}\n", safe(&story.title), safe(&story.narrative));
        let mut section = |heading: &str, lines: Vec<String>| {
            if !lines.is_empty() {
                pack.push_str(&format!("\n## {heading}\n\n{}\n", lines.join("\n")));
            }
        };
        section(
            "Acceptance criteria",
            story
                .criteria
                .iter()
                .map(|it| {
                    format!(
                        "- **{}** Given {}, when {}, then {}",
                        it.id,
                        safe(&it.given),
                        safe(&it.when),
                        sentence(&safe(&it.then))
                    )
                })
                .collect(),
        );
        let requirements = self.basis.functions.iter().chain(&self.basis.qualities);
        let named: Vec<String> = requirements
            .filter(|requirement| requirement.is_written && story.requirement_ids.contains(&requirement.id))
            .flat_map(|requirement| {
                let head = format!("- **{}** {}: {}", requirement.id, requirement.title, sentence(&requirement.text));
                let rest = requirement.criteria.iter().map(|(id, text)| format!("- **{id}** {}", sentence(text)));
                std::iter::once(head).chain(rest).collect::<Vec<_>>()
            })
            .collect();
        section("Requirements", named);
        section("Decisions", self.decisions.iter().map(|(id, text)| format!("- **{id}** {text}")).collect());
        section(
            "In the code",
            self.files
                .iter()
                .map(|file| format!("- `{}`: {} for {} ({})", file.path, file.state, file.requirement, file.evidence))
                .collect(),
        );
        let used = self.basis.evidence.iter().map(|evidence| (evidence.id.to_string(), safe(&evidence.text)));
        let used = used.filter(|(id, _)| self.files.iter().any(|file| file.evidence == *id));
        section("Evidence", used.map(|(id, text)| format!("- **{id}** {text}")).collect());
        pack
    }
}

fn test_note(criterion: &GivenCriterion) -> String {
    let traces =
        if criterion.traces_to.is_empty() { String::new() } else { format!(" ({})", joined(&criterion.traces_to)) };
    format!(
        "{}{traces}: bring about that {}; let it happen that {}; expect: {}",
        criterion.id,
        safe(&criterion.given),
        safe(&criterion.when),
        sentence(&safe(&criterion.then))
    )
}

/// The files that the asset map names for the story's requirements, with the evidence that shows them.
fn files(task: &EnrichTask, basis: &Basis) -> Vec<Shown> {
    let mut files: Vec<Shown> = Vec::new();
    for id in &task.story.requirement_ids {
        let Some(asset) = basis.asset_of(id) else { continue };
        for path in parse::paths(&asset.asset) {
            let shown = basis.evidence.iter().find(|evidence| evidence.paths.contains(&path));
            if files.iter().all(|file| file.path != path) {
                let evidence = shown.map_or_else(|| path.clone(), |evidence| evidence.id.to_string());
                files.push(Shown { requirement: id.clone(), path, state: asset.state.clone(), evidence });
            }
        }
    }
    files
}
