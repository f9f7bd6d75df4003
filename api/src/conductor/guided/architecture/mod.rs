//! The architecture document, written from the approved requirements, the analysis and the answers.

mod contract;
mod decisions;
mod diagrams;
pub(super) mod inventory;
mod model;
mod sections;

use konductro_domain::conductor::Task;

use super::identifier::Ids;
use super::outline::NOTHING;
use super::recall::Interview;
use super::requirements::{bullets, table};
use super::topic::{self, Topic};
use super::wording::{safe, sentence};
use inventory::Inventory;
use model::Entity;

/// Everything that the document is written from.
pub(super) struct Design<'a> {
    /// The phase's title, safe.
    title: String,
    /// The interview.
    interview: &'a Interview,
    /// The approved documents.
    inventory: Inventory,
    /// What is kept.
    entities: Vec<Entity>,
    /// Who acts.
    actors: Vec<String>,
    /// Other systems.
    systems: Vec<String>,
}

/// Where later answers go.
pub(super) fn home_of(topic: Topic) -> (&'static [&'static str], &'static str) {
    match topic {
        Topic::Platform => (&["overview"], "Overview"),
        Topic::Integrations => (&["components"], "Components"),
        Topic::Access => (&["security"], "Security"),
        Topic::Data => (&["data models", "data model"], "Data models"),
        Topic::Rollout => (&["deployment"], "Deployment strategy"),
        Topic::Failures => (&["state and error"], "State and error model"),
        _ => (&["overview"], "Overview"),
    }
}

/// What stands in the document where a topic was left open; an answer takes its place.
pub(super) fn fallback_of(topic: Topic) -> &'static str {
    match topic {
        Topic::Platform => {
            "One web service with a relational database and a browser application, on the platform that the project already runs. *(assumed; see the open questions)*"
        }
        Topic::Access => {
            "Sign-in through the identity provider that the project has; permissions by role, checked in the API at each operation. *(assumed; see the open questions)*"
        }
        Topic::Data => {
            "How long data is kept is an open question; until it is answered, nothing is deleted but on request."
        }
        Topic::Rollout => {
            "A pilot group first, then everybody, behind a switch that can be turned off without a release. *(assumed; see the open questions)*"
        }
        _ => "",
    }
}

/// Writes the first version.
pub(super) fn write(task: &Task, interview: &Interview, asked: &[String], ids: &mut Ids) -> String {
    let inventory = Inventory::read(task);
    let capabilities = inventory.capabilities();
    let mut actors: Vec<String> = Vec::new();
    for actor in
        capabilities.iter().filter_map(|capability| capability.actor.as_deref()).flat_map(|actor| actor.split(" or "))
    {
        if !actors.iter().any(|known| known == actor) && actors.len() < 8 {
            actors.push(actor.to_owned());
        }
    }
    if actors.is_empty() {
        actors.push("person".to_owned());
    }
    let design = Design {
        title: safe(&task.phase_title),
        entities: model::entities(&inventory),
        systems: model::systems(&interview.text(Topic::Integrations), &capabilities),
        actors,
        inventory,
        interview,
    };
    let mut text = String::new();
    let mut add = |heading: &str, body: String| {
        let body = body.trim();
        text.push_str(&format!("## {heading}\n\n{}\n\n", if body.is_empty() { NOTHING } else { body }));
    };
    add("Overview", sections::overview(&design));
    add("Context", diagrams::context(&design));
    add("Decisions", decisions::write(&design, ids));
    add("Components", sections::components(&design));
    add("Data models", sections::data(&design));
    add("API contracts", contract::write(&design));
    add("Sequence diagrams", diagrams::journeys(&design));
    add("State and error model", sections::states(&design));
    add("Security", sections::security(&design));
    add("Quality attributes", sections::qualities(&design));
    add("Deployment strategy", sections::deployment(&design));
    add("Testing", sections::testing(&design));
    add("Traceability", sections::traceability(&design));
    add("Risks", sections::risks(&design));
    add(
        "Deferred and decided later",
        bullets(design.inventory.non_goals.iter().map(|goal| format!("{} (a non-goal of the requirements)", goal))),
    );
    add("Open questions", open_questions(interview, asked, ids));
    text
}

fn open_questions(interview: &Interview, asked: &[String], ids: &mut Ids) -> String {
    let open = topic::plan(interview.stage).iter().filter(|topic| !interview.is_known(**topic));
    let mut lines: Vec<String> =
        open.map(|topic| super::requirements::items::open_topic(&ids.next("Q"), *topic)).collect();
    lines.extend(asked.iter().map(|question| super::requirements::items::open_question(&ids.next("Q"), question)));
    bullets(lines.into_iter())
}

impl Design<'_> {
    /// What was said about a topic, as sentences; what is assumed where nothing was.
    fn said(&self, topic: Topic) -> String {
        let said: Vec<String> = self
            .interview
            .items(topic)
            .iter()
            .filter(|item| !is_deferring(item) && !item.contains(" | "))
            .map(|item| sentence(item))
            .collect();
        if said.is_empty() { fallback_of(topic).to_owned() } else { said.join(" ") }
    }

    /// The ids of requirements that pass a test, for a table cell.
    fn serving(&self, test: impl Fn(&super::capability::Capability) -> bool) -> String {
        let ids: Vec<String> = self
            .inventory
            .requirements
            .iter()
            .filter(|found| found.capability.as_ref().is_some_and(&test))
            .map(|found| found.id.to_string())
            .collect();
        if ids.is_empty() { "all".to_owned() } else { ids.join(", ") }
    }
}

/// Answers that hand the decision back to us.
fn is_deferring(item: &str) -> bool {
    let lower = super::wording::folded(item);
    ["use sensible defaults", "what the project already uses", "you decide", "whatever you suggest"]
        .iter()
        .any(|phrase| lower.starts_with(phrase))
}

fn rows(head: &[&str], rows: Vec<Vec<String>>) -> String {
    table(head, rows.into_iter())
}
