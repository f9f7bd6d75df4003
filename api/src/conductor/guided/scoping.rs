//! The scoping note of a light phase: one page from four answers.

use super::capability::{Capability, Priority, capabilities};
use super::identifier::{Id, Ids};
use super::outline::NOTHING;
use super::recall::Interview;
use super::requirements::{bullets, items};
use super::rules;
use super::topic::{self, Topic};
use super::wording::{count, folded, has_any, joined, open_ended, sentence, small};

/// Where later answers go.
pub(super) fn home_of(topic: Topic) -> (&'static [&'static str], &'static str) {
    match topic {
        Topic::Problem => (&["problem"], "Problem"),
        Topic::Outcomes => (&["outcome"], "Outcome"),
        Topic::Capabilities => (&["in scope"], "In scope"),
        _ => (&["out of scope", "limits"], "Out of scope and limits"),
    }
}

/// Writes the note.
pub(super) fn write(title: &str, interview: &Interview, ids: &mut Ids) -> String {
    let mut functions = capabilities(&interview.text(Topic::Capabilities));
    functions.iter_mut().for_each(|function| items::settle_actor(function, "person"));
    let limits = rules::limits(&interview.text(Topic::Limits));
    let prose = |topic: Topic| {
        let said: Vec<String> = interview.items(topic).iter().map(|item| sentence(item)).collect();
        if said.is_empty() { NOTHING.to_owned() } else { said.join(" ") }
    };
    let or_nothing =
        |text: String| if text.trim().is_empty() { NOTHING.to_owned() } else { text.trim_end().to_owned() };
    let numbered: Vec<(Id, &Capability)> = functions.iter().map(|function| (ids.next("R"), function)).collect();
    let (in_scope, criteria) = (listed(&numbered), checked(&numbered));
    let out = bullets(
        limits
            .left_out
            .iter()
            .map(|text| format!("Not in scope: {}", small(text)))
            .chain(limits.constraints.iter().map(|(kind, text)| items::constraint(kind, text))),
    );
    let open = bullets(
        topic::plan(interview.stage)
            .iter()
            .filter(|topic| !interview.is_known(**topic))
            .map(|topic| items::open_topic(&ids.next("Q"), *topic)),
    );
    format!(
        "## Problem\n\n{}\n\n## Outcome\n\n{}\n\n## In scope\n\n{}\n\n## Out of scope and limits\n\n{}\n\n## Acceptance criteria\n\n{}\n\n## Risks\n\n{}\n\n## Open questions\n\n{}\n\n## Promote to full?\n\n{}\n",
        prose(Topic::Problem),
        prose(Topic::Outcomes),
        or_nothing(in_scope),
        or_nothing(out),
        or_nothing(criteria),
        risks(&functions, &limits),
        or_nothing(open),
        promote(title, functions.len(), &functions.iter().map(|function| function.action.clone()).collect::<Vec<_>>()),
    )
}

/// What is in scope, and how to see it, as a note says it: what a conversation comes to while there is no note.
pub(super) fn in_scope(mut functions: Vec<Capability>, ids: &mut Ids) -> String {
    functions.iter_mut().for_each(|function| items::settle_actor(function, "person"));
    let numbered: Vec<(Id, &Capability)> = functions.iter().map(|function| (ids.next("R"), function)).collect();
    format!("## In scope\n\n{}\n\n## Acceptance criteria\n\n{}\n", listed(&numbered), checked(&numbered))
}

fn listed(functions: &[(Id, &Capability)]) -> String {
    bullets(
        functions
            .iter()
            .map(|(id, function)| format!("**{id}** {} *({})*", function.statement(), function.priority.word())),
    )
}

/// The two criteria that matter most for each function.
fn checked(functions: &[(Id, &Capability)]) -> String {
    bullets(functions.iter().flat_map(|(id, function)| {
        let criteria = super::criteria::criteria(function, &[]).into_iter().take(2);
        criteria.enumerate().map(|(n, text)| format!("**{id}.{}** {text}", n + 1)).collect::<Vec<_>>()
    }))
}

fn risks(functions: &[Capability], limits: &rules::Limits) -> String {
    let mut lines = Vec::new();
    if let Some((_, deadline)) = limits.constraints.iter().find(|(kind, _)| *kind == "Deadline") {
        lines.push(format!("The date does not hold ({}): what is not a must waits.", small(open_ended(deadline))));
    }
    if functions.iter().all(|function| function.priority == Priority::Must) && functions.len() > 3 {
        lines.push("Everything is a must, so nothing can give way: rank it before work begins.".to_owned());
    }
    lines.push("The change touches something that nobody thought of: look at the code before estimating.".to_owned());
    bullets(lines.into_iter()).trim_end().to_owned()
}

fn promote(title: &str, functions: usize, actions: &[String]) -> String {
    let delicate = has_any(
        &folded(&actions.join(" ")),
        &["pay", "refund", "health", "password", "personal", "migrate", "sign in", "log in"],
    );
    let reasons: Vec<String> = [
        (functions > 5).then(|| format!("it holds {}", count(functions, "function"))),
        delicate.then(|| "it touches money, sign-in or personal data".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if reasons.is_empty() {
        format!("No: “{title}” is small enough to go straight to stories.")
    } else {
        format!(
            "Consider it: {}. A full phase adds gates for requirements, technical analysis and architecture.",
            joined(&reasons)
        )
    }
}
