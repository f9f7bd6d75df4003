//! The requirements document, written from the interview.
//!
//! Each list's item is built in one place, here or in `items.rs`, so that a first version and a later
//! amendment speak the same language.

pub(super) mod items;
mod prose;

use super::capability::{Capability, capabilities};
use super::identifier::Ids;
use super::outline::NOTHING;
use super::quality::{self, Quality};
use super::recall::Interview;
use super::rules::{self, Limits, Rules};
use super::topic::{self, Topic};
use super::wording::cell;

/// Everything that the document is written from.
pub(super) struct Material<'a> {
    /// The phase's title, safe.
    pub(super) title: String,
    /// The interview.
    pub(super) interview: &'a Interview,
    /// Words that describe the whole, safe.
    pub(super) idea: Vec<String>,
    /// What people must be able to do.
    pub(super) capabilities: Vec<Capability>,
    /// Groups of people, with what was said of each.
    pub(super) users: Vec<(String, Option<String>)>,
    /// Rules and failures.
    pub(super) rules: Rules,
    /// Constraints and non-goals.
    pub(super) limits: Limits,
    /// What was said about qualities.
    pub(super) stated: Vec<Quality>,
    /// Questions that people put.
    pub(super) asked: Vec<String>,
}

impl<'a> Material<'a> {
    /// Reads the interview.
    pub(super) fn gather(title: String, idea: Vec<String>, asked: Vec<String>, interview: &'a Interview) -> Self {
        let users = items::users(&interview.text(Topic::Users), &interview.actors());
        let mut capabilities = capabilities(&interview.text(Topic::Capabilities));
        let default =
            users.first().map_or_else(|| "person".to_owned(), |(name, _)| super::capability::actor_name(name));
        for capability in &mut capabilities {
            items::settle_actor(capability, &default);
        }
        Self {
            title,
            idea,
            capabilities,
            users,
            rules: rules::rules(&interview.text(Topic::Rules)),
            limits: rules::limits(&interview.text(Topic::Limits)),
            stated: quality::stated(&interview.text(Topic::Qualities)),
            interview,
            asked,
        }
    }
}

/// Writes the first version.
pub(super) fn write(material: &Material<'_>, ids: &mut Ids) -> String {
    let mut text = String::new();
    section(&mut text, "Purpose", &prose::purpose(material));
    section(&mut text, "Problem and why now", &prose::problem(material));
    section(&mut text, "Outcomes and success measures", &outcomes(material));
    section(&mut text, "Users", &users(material));
    section(&mut text, "Functional requirements", &functional(material, ids));
    section(&mut text, "Non-functional requirements", &non_functional(material, ids));
    section(&mut text, "Business rules and data", &business_rules(material));
    section(&mut text, "Edge and failure cases", &failures(material));
    section(
        &mut text,
        "Constraints",
        &bullets(material.limits.constraints.iter().map(|(kind, text)| items::constraint(kind, text))),
    );
    section(&mut text, "Non-goals", &bullets(material.limits.left_out.iter().cloned()));
    section(&mut text, "Risks", &prose::risks(material));
    section(&mut text, "Assumptions", &assumptions(material, ids));
    section(&mut text, "Open questions", &questions(material, ids));
    section(&mut text, "Decisions", &decisions(material, ids));
    text
}

fn section(text: &mut String, heading: &str, body: &str) {
    let body = body.trim();
    text.push_str(&format!("## {heading}\n\n{}\n\n", if body.is_empty() { NOTHING } else { body }));
}

pub(super) fn bullets(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| format!("- {line}\n")).collect()
}

/// A Markdown table; nothing where there are no rows.
pub(super) fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rows: Vec<String> = rows
        .map(|row| format!("| {} |\n", row.iter().map(|text| cell(text)).collect::<Vec<_>>().join(" | ")))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("| {} |\n|{}\n{}", head.join(" | "), " --- |".repeat(head.len()), rows.concat())
}

fn outcomes(material: &Material<'_>) -> String {
    table(
        &["Outcome", "Measured by"],
        material.interview.items(Topic::Outcomes).iter().map(|outcome| items::outcome(outcome).cells),
    )
}

fn users(material: &Material<'_>) -> String {
    table(
        &["Who", "What they come for"],
        material.users.iter().map(|(name, note)| items::user(name, note.as_deref(), &material.capabilities).cells),
    )
}

fn functional(material: &Material<'_>, ids: &mut Ids) -> String {
    // Each sentence of the team is a reason at most once; repeated, it would explain nothing.
    let mut problems = material.interview.items(Topic::Problem);
    let mut outcomes = material.interview.items(Topic::Outcomes);
    let blocks: Vec<String> = material
        .capabilities
        .iter()
        .map(|capability| {
            let failures = items::failures_about(capability, &material.rules.failures);
            let block = items::requirement(&ids.next("R"), capability, &problems, &outcomes, &failures);
            for reasons in [&mut problems, &mut outcomes] {
                reasons.retain(|reason| !block.contains(super::wording::open_ended(reason)));
            }
            block
        })
        .collect();
    blocks.join("\n\n")
}

fn non_functional(material: &Material<'_>, ids: &mut Ids) -> String {
    let all = material.stated.iter().cloned().chain(quality::assumed(&material.stated));
    table(
        &["Id", "Quality", "Requirement", "Verified by"],
        all.map(|quality| items::quality(&ids.next("N"), &quality).cells),
    )
}

fn business_rules(material: &Material<'_>) -> String {
    let mut text = bullets(material.rules.rules.iter().cloned());
    let things = prose::things(material);
    if !things.is_empty() {
        text = format!("{}\n\n**What is kept.** {things}", text.trim_end());
    }
    text
}

fn failures(material: &Material<'_>) -> String {
    let said = material.rules.failures.iter().map(|(case, response)| items::failure(case, response).cells);
    table(&["Case", "What shall happen"], said.chain(prose::usual_failures(material)))
}

fn assumptions(material: &Material<'_>, ids: &mut Ids) -> String {
    bullets(prose::assumptions(material).into_iter().map(|text| format!("**{}** {text}", ids.next("A"))))
}

fn questions(material: &Material<'_>, ids: &mut Ids) -> String {
    let open = topic::plan(material.interview.stage).iter().filter(|topic| !material.interview.is_known(**topic));
    let open = open.filter(|topic| **topic != Topic::Users || material.users.is_empty());
    let mut lines: Vec<String> = open.map(|topic| items::open_topic(&ids.next("Q"), *topic)).collect();
    lines.extend(material.asked.iter().map(|question| items::open_question(&ids.next("Q"), question)));
    if lines.is_empty() { NOTHING.to_owned() } else { bullets(lines.into_iter()) }
}

fn decisions(material: &Material<'_>, ids: &mut Ids) -> String {
    bullets(prose::decisions(material).into_iter().map(|text| format!("**{}** {text}", ids.next("D"))))
}
