//! `konductro context`: what a developer, or their assistant, needs to write a phase's technical analysis.

use clap::Args;
use serde_json::Value;

use super::client::Client;
use super::exit::Failure;
use super::phase::PhaseName;
use super::server::{Output, ServerArgs};
use super::words::{lines, text};

/// Print what a technical analysis of a phase needs: project context, approved requirements, open requests, and what
/// it must hold.
#[derive(Debug, Args)]
pub(super) struct Context {
    /// The phase: its id, or the project's key and its number, such as PAY-3.
    phase: PhaseName,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    output: Output,
}

impl Context {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let as_json = self.output.json;
        self.read().await.map_err(|failure| failure.told_as_json(as_json))
    }

    async fn read(self) -> Result<(), Failure> {
        let client = Client::for_project(&self.server, self.phase.project_key())?;
        let phase = self.phase.id(&client).await?;
        let hand_off = client.get(&format!("/phases/{phase}/hand-off")).await?;
        self.output.print(&hand_off, || in_words(&hand_off))
    }
}

/// The hand-off as one Markdown document.
fn in_words(hand_off: &Value) -> String {
    let (phase, project) = (&hand_off["phase"], &hand_off["project"]);
    let mut said = format!("# {} {}\n", text(&phase["key"]), text(&phase["title"]));
    paragraph(&mut said, &phase["brief"]);
    said.push_str(&format!("\n## Project {}\n", text(&project["name"])));
    paragraph(&mut said, &project["context"]);
    for repository in items(&project["repositories"]) {
        said.push_str(&format!("- repository {}: {}\n", text(&repository["name"]), text(&repository["remote"])));
    }
    requirements(&mut said, &hand_off["requirements"]);
    analysis(&mut said, &hand_off["technical_analysis"]);
    let must_hold = &hand_off["must_hold"];
    said.push_str("\n## What the analysis must hold\n\n");
    for section in items(&must_hold["sections"]) {
        said.push_str(&format!("- {}: {}\n", text(&section["name"]), text(&section["holds"])));
    }
    said.push_str(&format!(
        "\nCode is cited as {}; the hash of cited lines is {}.\n",
        text(&must_hold["evidence_reference"]),
        text(&must_hold["evidence_hash"])
    ));
    said
}

fn requirements(said: &mut String, requirements: &Value) {
    if requirements.is_null() {
        said.push_str("\n## Requirements\n\nThey are not approved yet; there is nothing to analyse.\n");
        return;
    }
    let hash = text(&requirements["content_hash"]);
    let short = hash.get(..12).unwrap_or(&hash);
    said.push_str(&format!("\n## Requirements, approved version {} ({short})\n", requirements["version"]));
    paragraph(said, &requirements["markdown"]);
}

fn analysis(said: &mut String, analysis: &Value) {
    said.push_str(&format!("\n## Technical analysis: {}\n\n", text(&analysis["state"]).replace('_', " ")));
    match analysis["submission_becomes"].as_str() {
        Some("version") => said.push_str("What you submit becomes the next version.\n"),
        Some(_) => said.push_str("What you submit is kept beside the approved version until a person adopts it.\n"),
        None => said.push_str(&format!("You can't submit one now: {}\n", text(&analysis["refusal"]))),
    }
    for request in items(&analysis["change_requests"]) {
        let by = text(&request["by"]["name"]);
        said.push_str(&format!("- change request {} of {by}: {}\n", text(&request["id"]), text(&request["reason"])));
    }
    if let Some(version) = analysis["latest"]["version"].as_u64() {
        said.push_str(&format!("- version {version} is the latest: {}\n", text(&analysis["latest"]["title"])));
    }
}

/// A text of its own, after an empty line.
fn paragraph(said: &mut String, value: &Value) {
    let shown = lines(value.as_str().unwrap_or_default());
    if !shown.trim().is_empty() {
        said.push_str(&format!("\n{}\n", shown.trim_end()));
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whatever_is_there_is_said_and_nothing_moves_the_cursor() {
        let hand_off = json!({
            "phase": { "key": "PAY-3", "title": "Split\nit", "brief": "Sellers \u{1b}[2Jwait." },
            "project": { "name": "Payments", "context": "# Goals\nPay." },
            "requirements": null,
            "technical_analysis": { "state": "locked", "refusal": "Requirements are not approved." },
            "must_hold": { "sections": [{ "name": "Options", "holds": "a recommendation" }] },
        });
        let said = in_words(&hand_off);
        assert!(said.starts_with("# PAY-3 Split it\n"), "{said}");
        assert!(said.contains("not approved yet") && said.contains("- Options: a recommendation"), "{said}");
        assert!(!said.contains('\u{1b}'));
    }
}
