//! The technical analysis: it is written in the IDE, against the code; here guided mode explains it and
//! drafts the skeleton with a row for every approved requirement.

use konductro_domain::conductor::Task;
use konductro_domain::stage::Stage;

use super::architecture::inventory::Inventory;
use super::artefact::Document;
use super::listen::{Act, listen};
use super::reply::Reply;
use super::wording::{cell, folded, has_any, safe};

const HOLDS: &str = "It must hold:\n\n\
- a summary with a verdict, and the system as it is\n\
- the requirement → asset map: each R-n with its asset, and whether that exists, is to be extended, is missing or unknown\n\
- integration surfaces, data, gaps and constraints\n\
- options with a recommendation, and the blast radius\n\
- the tests that are there, and the readiness for each N-n\n\
- effort and risk, questions back\n\
- evidence E-n for every claim: repository, commit, path, lines, hash, quote";

/// The reply in this stage.
pub(super) fn reply(task: &Task) -> Reply {
    let heard = listen(&task.message, Stage::TechnicalAnalysis, None, None);
    let lower = folded(&task.message);
    let wants = heard.act == Act::Write
        || (has_any(&lower, &["skeleton", "template", "draft"]) && !has_any(&lower, &["what is a", "don't"]));
    let mut parts = Vec::new();
    if task.history.is_empty() {
        parts.push(
            "I am Conductor in guided mode, without a language model, and I cannot see your code. The technical analysis comes from the IDE, where `/technical-analysis` reads the live repository and submits the document here."
                .to_owned(),
        );
    }
    if wants && task.current.is_some() {
        parts.push("There is a version already, and I would not overwrite it with a skeleton: please amend it in the IDE, or by hand.".to_owned());
    } else if wants {
        parts.push("Here is the skeleton: fill every “…” from the code, with evidence.".to_owned());
        parts.push(
            Document {
                stage: Stage::TechnicalAnalysis,
                title: format!("Technical analysis: {}", safe(&task.phase_title)),
                markdown: skeleton(task),
                answers: Vec::new(),
            }
            .tagged(),
        );
        parts.push(
            "It is a form and no analysis: nobody should approve it before somebody has looked at the code.".to_owned(),
        );
    } else {
        parts.push(HOLDS.to_owned());
        parts.push("I can draft the skeleton, with a row for each approved requirement.".to_owned());
    }
    let suggestions = if wants || task.current.is_some() { Vec::new() } else { vec!["Draft the skeleton".to_owned()] };
    Reply { text: parts.join("\n\n"), suggestions }
}

fn skeleton(task: &Task) -> String {
    let inventory = Inventory::read(task);
    let map: String = inventory
        .requirements
        .iter()
        .map(|found| format!("| {} | … | unknown | {} |\n", found.id, cell(&found.title)))
        .collect();
    let readiness: String =
        inventory.qualities.iter().map(|found| format!("| {} | … | {} |\n", found.id, cell(&found.text))).collect();
    let section = |heading: &str, body: &str| format!("## {heading}\n\n{body}\n\n");
    [
        section("Summary and verdict", "Verdict: … (ready, ready with changes, not ready). …"),
        section("The system as it is", "…"),
        section("Requirement → asset map", &format!("| Requirement | Asset | State | Note |\n| --- | --- | --- | --- |\n{map}\nState is one of: exists, extend, missing, unknown.")),
        section("Integration surfaces", "…"),
        section("Data", "…"),
        section("Gaps and constraints", "- …"),
        section("Options and recommendation", "1. …\n2. …\n\nRecommended: …"),
        section("Blast radius", "…"),
        section("Tests present", "…"),
        section("Readiness for the non-functional requirements", &format!("| Requirement | Readiness | What it asks |\n| --- | --- | --- |\n{readiness}")),
        section("Effort and risk", "…"),
        section("Questions back", "- …"),
        section("Evidence", "| Id | Repository | Commit | Path | Lines | Hash | Quote |\n| --- | --- | --- | --- | --- | --- | --- |\n| E-1 | … | … | … | … | … | … |"),
    ]
    .concat()
}
