//! What guided mode says around a document: its first words, what it understood, the next question.

use konductro_domain::conductor::Task;
use konductro_domain::stage::Stage;

use super::capability::capabilities;
use super::listen::Change;
use super::recall::{Interview, Source};
use super::requirements::items;
use super::rules;
use super::topic::{self, Topic};
use super::wording::{capital, count, has_number, joined, open_ended, safe, small};

/// The first words of a conversation: what this is, and what it is not.
pub(super) fn opening(stage: Stage) -> String {
    let document = document_name(stage);
    format!(
        "I am Conductor in guided mode, without a language model: I ask a few set questions, one at a time, and write the {document} from your own words. \
         I follow plain rules and do not understand text the way a person does, so please read what I write, and correct me with *back*, *change R-2 to …* or *skip*; *write it* gives you the document at any time."
    )
}

/// What the stage's document is called.
pub(super) fn document_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Requirements => "requirements document",
        Stage::Architecture => "architecture document",
        Stage::TechnicalAnalysis => "skeleton of the technical analysis",
        Stage::Scoping => "scoping note",
        Stage::Stories => "stories",
    }
}

/// What was there before anybody asked.
pub(super) fn already_known(task: &Task, interview: &Interview) -> String {
    let known: Vec<String> = topic::plan(task.stage)
        .iter()
        .filter(|topic| interview.is_known(**topic))
        .map(|topic| topic.question().name.to_owned())
        .collect();
    let mut sources: Vec<&str> = Vec::new();
    if interview.facts.iter().any(|fact| fact.source == Source::Given) {
        sources.push("the brief and the project's context");
    }
    if !task.approved.is_empty() {
        sources.push("the approved documents");
    }
    if interview.facts.iter().any(|fact| fact.source == Source::Said) {
        sources.push("your message");
    }
    let sources = joined(&sources.iter().map(|source| (*source).to_owned()).collect::<Vec<_>>());
    if known.is_empty() || sources.is_empty() {
        return "Let us begin.".to_owned();
    }
    format!(
        "From {sources} I already have {}, and will not ask for that again. Let us begin with what is missing.",
        joined(&known)
    )
}

/// One question, with why it matters and how far along we are.
pub(super) fn question(topic: Topic, interview: &Interview) -> String {
    let asked = topic.question();
    let plan = topic::plan(interview.stage);
    let number = plan.iter().filter(|other| **other != topic && interview.is_settled(**other)).count() + 1;
    format!("**{}** *({number} of {})*\n\n{}", asked.ask, plan.len(), asked.why)
}

/// The same question for somebody who wants to know more.
pub(super) fn explained(topic: Topic) -> String {
    let asked = topic.question();
    format!(
        "{} For example: {}\n\nAn answer in your own words is enough, in one line or in many; *skip* leaves it open in the document.",
        asked.why, asked.example
    )
}

/// What was understood of a message, short enough to be read.
pub(super) fn understood(changes: &[Change]) -> String {
    let parts: Vec<String> = changes.iter().filter_map(heard).collect();
    parts.join(" ")
}

fn heard(change: &Change) -> Option<String> {
    match change {
        Change::Told { topic: Topic::Capabilities, text, .. } => {
            let found = capabilities(text);
            let names: Vec<String> = found
                .iter()
                .take(8)
                .map(|capability| match &capability.actor {
                    Some(actor) => format!("{} ({actor}, {})", small(&capability.action), capability.priority.word()),
                    None => format!("{} ({})", small(&capability.action), capability.priority.word()),
                })
                .collect();
            Some(format!("I make {} of that: {}.", count(found.len(), "requirement"), joined(&names)))
        }
        Change::Told { topic: Topic::Users, text, .. } => {
            let names: Vec<String> = items::users(text, &[]).into_iter().map(|(name, _)| small(&name)).collect();
            Some(format!("So there are {}: {}.", count(names.len(), "group"), joined(&names)))
        }
        Change::Told { topic: Topic::Rules, text, .. } => {
            let found = rules::rules(text);
            Some(format!(
                "I take that as {} and {}.",
                count(found.rules.len(), "rule"),
                count(found.failures.len(), "failure case")
            ))
        }
        Change::Told { topic: Topic::Limits, text, .. } => {
            let found = rules::limits(text);
            let out: Vec<String> = found.left_out.iter().map(|text| small(open_ended(text))).collect();
            let left_out = if out.is_empty() { String::new() } else { format!(" Left out: {}.", joined(&out)) };
            Some(format!("I take that as {}.{left_out}", count(found.constraints.len(), "constraint")))
        }
        Change::Told { topic, replaces: true, .. } => Some(format!("Corrected: {}.", topic.question().name)),
        Change::Told { topic: Topic::Problem, .. } => {
            Some("Thank you: that is what everything else will be weighed against.".to_owned())
        }
        Change::Told { topic: Topic::Outcomes, text, .. } if has_number(text) => {
            Some("Good: that can be measured.".to_owned())
        }
        Change::Told { topic: Topic::Outcomes, .. } => {
            Some("Noted; a number beside it would make it easier to say “done” later.".to_owned())
        }
        Change::Told { topic, .. } => Some(format!("Noted: {}.", topic.question().name)),
        Change::Revise(id, _) | Change::Extend(id, _) | Change::Retire(id) | Change::Rank(id, _) => {
            Some(format!("I take that as a change to {id}."))
        }
        Change::Substitute(from, to) => Some(format!("I will write “{}” instead of “{}”.", safe(to), safe(from))),
        Change::Asked(_) => None,
        Change::Note(_) => Some("I keep that as part of the description.".to_owned()),
    }
}

/// Everything that is known, topic by topic.
pub(super) fn status(interview: &Interview) -> String {
    let lines: Vec<String> = topic::plan(interview.stage)
        .iter()
        .map(|topic| {
            let name = capital(topic.question().name);
            if interview.is_known(*topic) {
                let mut known: Vec<String> =
                    interview.items(*topic).iter().map(|item| open_ended(item).to_owned()).collect();
                if known.is_empty() {
                    known = interview.actors();
                }
                known.truncate(6);
                format!("- **{name}:** {}", known.join("; "))
            } else if interview.is_settled(*topic) {
                format!("- **{name}:** left open")
            } else {
                format!("- **{name}:** not asked yet")
            }
        })
        .collect();
    format!("This is what I have:\n\n{}", lines.join("\n"))
}

/// What a new document holds, so that a person knows where to look first.
pub(super) fn about(markdown: &str) -> String {
    let ids = super::identifier::all_in(markdown);
    let number = |prefix: &str, part: bool| {
        let mut found: Vec<_> =
            ids.iter().filter(|(id, ..)| id.prefix == prefix && id.part.is_some() == part).map(|(id, ..)| id).collect();
        found.sort();
        found.dedup();
        found.len()
    };
    let mut parts = Vec::new();
    for (prefix, part, name) in [
        ("R", false, "requirement"),
        ("R", true, "acceptance criterion"),
        ("N", false, "non-functional requirement"),
        ("AD", false, "decision"),
    ] {
        let found = number(prefix, part);
        if found > 0 {
            let named = if name.ends_with("criterion") && found != 1 {
                format!("{found} acceptance criteria")
            } else {
                count(found, name)
            };
            parts.push(named);
        }
    }
    let open = number("Q", false);
    let rest = match (markdown.contains(super::quality::ASSUMED), open) {
        (true, 0) => " Numbers marked *(assumed)* are mine: please confirm or change them.".to_owned(),
        (true, open) => format!(
            " Numbers marked *(assumed)* are mine, and {} still open: please look at those first.",
            if open == 1 { "one question is".to_owned() } else { format!("{} are", count(open, "question")) }
        ),
        (false, 0) => String::new(),
        (false, open) => format!(" Still open: {}.", count(open, "question")),
    };
    format!("It holds {}.{rest}", if parts.is_empty() { "what you told me".to_owned() } else { joined(&parts) })
}

/// The last words when nothing is left to ask.
pub(super) fn nothing_left(stage: Stage) -> String {
    let example = match stage {
        Stage::Architecture => "*change AD-2 to …*, *the deployment is …*, or simply add a sentence",
        Stage::Scoping => "add or correct anything in a sentence",
        _ => "*change R-2 to …*, *remove R-3*, *R-1 must also …*, *make R-4 a should*, or simply add a sentence",
    };
    format!(
        "I have no more questions. Tell me what to change ({example}), edit the document by hand, or go on to its gate."
    )
}
