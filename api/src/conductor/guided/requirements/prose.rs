//! The connected passages of a requirements document: purpose, problem, risks, assumptions, decisions.

use super::Material;
use super::items;
use crate::conductor::guided::capability::{Capability, person};
use crate::conductor::guided::recall::Source;
use crate::conductor::guided::rules::Limits;
use crate::conductor::guided::topic::Topic;
use crate::conductor::guided::verbs::Kind;
use crate::conductor::guided::wording::{capital, count, folded, has_any, joined, open_ended, plural, sentence, small};

/// What the whole is for, in a paragraph.
pub(super) fn purpose(material: &Material<'_>) -> String {
    let mut text = String::new();
    if !material.idea.is_empty() {
        text.push_str(&material.idea.iter().take(8).map(|idea| sentence(idea)).collect::<Vec<_>>().join(" "));
        text.push_str("\n\n");
    }
    let groups = by_actor(material);
    if groups.is_empty() {
        text.push_str(&format!(
            "This document says what “{}” must achieve, and how anybody can tell that it does.",
            material.title
        ));
    } else {
        text.push_str(&format!("With “{}”, {}.", material.title, groups.join("; ")));
    }
    if let Some(outcome) = material.interview.items(Topic::Outcomes).first() {
        text.push_str(&format!(" It has succeeded when this is true: {}", sentence(&small(outcome))));
    }
    text
}

fn by_actor(material: &Material<'_>) -> Vec<String> {
    let mut groups: Vec<(String, Vec<&Capability>)> = Vec::new();
    for capability in material.capabilities.iter().filter(|capability| capability.kind != Kind::Provide) {
        let who = match &capability.actor {
            None => "the system will".to_owned(),
            Some(actor) => format!("{} can", joined(&actor.split(" or ").map(plural).collect::<Vec<_>>())),
        };
        match groups.iter_mut().find(|(known, _)| *known == who) {
            Some((_, theirs)) => theirs.push(capability),
            None => groups.push((who, vec![capability])),
        }
    }
    let mut found: Vec<String> = groups
        .iter()
        .take(5)
        .map(|(who, theirs)| format!("{who} {}", joined(&items::condensed(&theirs[..theirs.len().min(6)]))))
        .collect();
    let things: Vec<String> = material
        .capabilities
        .iter()
        .filter(|capability| capability.kind == Kind::Provide)
        .take(4)
        .map(|capability| small(open_ended(&capability.action)))
        .collect();
    if !things.is_empty() {
        found.push(format!("there is {}", joined(&things)));
    }
    found
}

/// The problem in the team's words, and what presses.
pub(super) fn problem(material: &Material<'_>) -> String {
    let said = material.interview.items(Topic::Problem);
    let mut text = if said.is_empty() {
        "Nobody has described yet what goes wrong today; until then the requirements below rest on the functions that were asked for, and on nothing measured.".to_owned()
    } else {
        said.iter().map(|problem| sentence(problem)).collect::<Vec<_>>().join(" ")
    };
    if let Some(deadline) = deadline(&material.limits) {
        text.push_str(&format!("\n\n**Why now.** {}", items::why_now(&deadline)));
    } else if !said.is_empty() {
        text.push_str(&format!("\n\n{}", items::NO_DATE));
    }
    text
}

fn deadline(limits: &Limits) -> Option<String> {
    limits.constraints.iter().find(|(kind, _)| *kind == "Deadline").map(|(_, text)| text.clone())
}

/// The things that are kept, in a sentence.
pub(super) fn things(material: &Material<'_>) -> String {
    let objects: Vec<String> =
        items::objects(&material.capabilities).iter().take(10).map(|object| plural(object)).collect();
    if objects.is_empty() {
        return String::new();
    }
    format!(
        "{}, each with its state and with who changed it and when. Details are settled in the architecture.",
        capital(&joined(&objects))
    )
}

/// The failure cases that hardly any product is spared, for what this one does.
pub(super) fn usual_failures(material: &Material<'_>) -> Vec<Vec<String>> {
    let does = |kinds: &[Kind]| material.capabilities.iter().any(|capability| kinds.contains(&capability.kind));
    let mut rows = Vec::new();
    let mut add = |case: &str, response: &str| rows.push(vec![case.to_owned(), response.to_owned()]);
    if does(&[Kind::Create, Kind::Change, Kind::Pay]) {
        add(
            "The connection is lost while somebody sends something",
            "The system shall keep what was entered, send it at most once, and show whether it arrived.",
        );
    }
    if does(&[Kind::Create, Kind::Change, Kind::Decide]) {
        add(
            "Two people want the same thing at the same moment",
            "The system shall let the first succeed, and show the other one the new state at once.",
        );
    }
    if does(&[Kind::Notify, Kind::Receive, Kind::Pay, Kind::Automate]) {
        add(
            "A service that we depend on does not answer",
            "The system shall go on with everything that does not need it, try again later, and show what is waiting.",
        );
    }
    add(
        "Somebody opens what they are not entitled to",
        "The system shall answer as if it did not exist, and record the attempt.",
    );
    rows
}

/// Risks with what is done about them.
pub(super) fn risks(material: &Material<'_>) -> String {
    let everything = folded(&format!(
        "{} {} {} {}",
        material.idea.join(" "),
        material.interview.text(Topic::Problem),
        material.interview.text(Topic::Capabilities),
        material.interview.text(Topic::Limits)
    ));
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut add =
        |risk: String, weight: &str, answer: &str| rows.push(vec![risk, weight.to_owned(), answer.to_owned()]);
    if let Some(deadline) = deadline(&material.limits) {
        let wishes = material.capabilities.iter().filter(|capability| capability.priority.word() != "must").count();
        let answer = if wishes > 0 {
            "Build the “must” requirements first; the others wait when time runs short"
        } else {
            "Rank the requirements before building begins, so that there is something to give up"
        };
        add(format!("The date does not hold ({})", small(open_ended(&deadline))), "high", answer);
    }
    if has_any(
        &everything,
        &[
            "patient",
            "patients",
            "health",
            "personal",
            "customer",
            "customers",
            "employee",
            "employees",
            "student",
            "students",
            "children",
            "gdpr",
        ],
    ) {
        add(
            "Personal data reaches somebody who is not entitled to it".to_owned(),
            "high",
            "Permissions tested for every operation and role; data kept no longer than needed",
        );
    }
    if material
        .capabilities
        .iter()
        .any(|capability| matches!(capability.kind, Kind::Notify | Kind::Receive | Kind::Pay))
        || has_any(&everything, &["sms", "payment", "api", "integration"])
    {
        add(
            "A service of others is down, changes or becomes dearer".to_owned(),
            "medium",
            "Time-outs and a queue from the start; a second way for what matters most",
        );
    }
    let who = material.users.first().map_or_else(|| "People".to_owned(), |(name, _)| name.clone());
    add(
        format!("{who} keep to the way they do it today"),
        "medium",
        "Try it with five of them before launch; keep the old way open for a while, and count who uses it",
    );
    if material.interview.items(Topic::Outcomes).is_empty() {
        add("Nobody can say whether it worked".to_owned(), "medium", "Agree on one number before building begins");
    }
    super::table(&["Risk", "Weight", "What we do about it"], rows.into_iter())
}

/// What was taken for granted.
pub(super) fn assumptions(material: &Material<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let musts = material.capabilities.iter().filter(|capability| capability.priority.word() == "must").count();
    if musts > 2 {
        found.push(format!(
            "What was not called “should” or “nice to have” is a must; that makes {}.",
            count(musts, "must")
        ));
    }
    if material.capabilities.iter().any(|capability| capability.actor.is_some()) && material.users.len() > 1 {
        found.push(format!(
            "A function is for those who are named with it; {} may do nothing that is not listed for them.",
            small(&person("person"))
        ));
    }
    let assumed = crate::conductor::guided::quality::assumed(&material.stated).len();
    if assumed > 0 {
        found.push(items::assumed_numbers(assumed));
    }
    if material.interview.facts.iter().any(|fact| fact.source == Source::Given) {
        found.push("What the brief and the project's context say is still true.".to_owned());
    }
    found.push("Everybody concerned has a current browser and a connection to the network.".to_owned());
    found
}

/// What was decided by what was said.
pub(super) fn decisions(material: &Material<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let number = material.capabilities.len();
    if number > 0 {
        let range = if number == 1 { "R-1".to_owned() } else { format!("R-1 to R-{number}") };
        found.push(format!("The phase consists of {range}; anything else is a change to this document. *Reason: it is what the team named.*"));
    }
    if !material.limits.left_out.is_empty() {
        let out: Vec<String> = material.limits.left_out.iter().map(|text| small(open_ended(text))).collect();
        found.push(format!(
            "Left out on purpose: {}. *Reason: it keeps the phase small; it can be a phase of its own.*",
            joined(&out)
        ));
    }
    let technology: Vec<String> = material
        .limits
        .constraints
        .iter()
        .filter(|(kind, _)| *kind == "Technology")
        .map(|(_, text)| small(open_ended(text)))
        .collect();
    if !technology.is_empty() {
        found.push(format!("The technology is given: {}. *Reason: a constraint of the project.*", joined(&technology)));
    }
    found
}
