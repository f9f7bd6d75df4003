//! The single items of a requirements document, as they are written first and added later.

use crate::conductor::guided::capability::{Capability, actor_name, object_of};
use crate::conductor::guided::criteria;
use crate::conductor::guided::identifier::Id;
use crate::conductor::guided::outline::Item;
use crate::conductor::guided::quality::{ASSUMED, Quality};
use crate::conductor::guided::rules::shall;
use crate::conductor::guided::topic::Topic;
use crate::conductor::guided::verbs::Kind;
use crate::conductor::guided::wording::{
    capital, content_words, count, has_number, items as parts, joined, names, open_ended, plural, sentence, small,
};

/// The groups of people: named ones first, then those who act in the functions.
pub(in super::super) fn users(text: &str, actors: &[String]) -> Vec<(String, Option<String>)> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for item in parts(text) {
        match described(&item) {
            Some((name, note)) => found.push((name, Some(note))),
            None => found.extend(names(&item).into_iter().filter_map(|name| {
                described(&name).map_or_else(|| plain(&name), |(name, note)| Some((name, Some(note))))
            })),
        }
    }
    for actor in actors {
        let known = found.iter().any(|(name, _)| {
            content_words(name).iter().any(|word| content_words(actor).contains(word)) || actor_name(name) == *actor
        });
        if !known {
            found.push((capital(&plural(actor)), None));
        }
    }
    found.dedup_by(|a, b| a.0 == b.0);
    found.truncate(24);
    found
}

fn plain(name: &str) -> Option<(String, Option<String>)> {
    let name = open_ended(name)
        .trim_start_matches("the ")
        .trim_start_matches("our ")
        .trim_start_matches("mostly ")
        .trim_start_matches("mainly ")
        .trim();
    (!name.is_empty() && name.split_whitespace().count() <= 8).then(|| (capital(name), None))
}

/// "patients, who want …", "doctors: …", "nurses (ward)".
fn described(item: &str) -> Option<(String, String)> {
    for joint in [": ", " – ", " — ", " - ", ", who ", " who ", " (", " to ", " need ", " want ", " use it "] {
        if let Some((name, note)) = item.split_once(joint) {
            let note = match joint.trim() {
                "need" | "want" => format!("{} {note}", joint.trim()),
                "use it" => format!("use it {note}"),
                "to" => format!("to {note}"),
                _ => note.trim_end_matches(')').to_owned(),
            };
            let (name, _) = plain(name)?;
            if name.contains(',') || name.contains(" and ") {
                return None;
            }
            return Some((name, open_ended(&note).to_owned()));
        }
    }
    None
}

/// A row of the users table.
pub(in super::super) fn user(name: &str, note: Option<&str>, capabilities: &[Capability]) -> Item {
    let actor = actor_name(name);
    let theirs: Vec<&Capability> = capabilities
        .iter()
        .filter(|capability| {
            capability.actor.as_deref().is_some_and(|found| found.split(" or ").any(|one| one == actor))
        })
        .take(6)
        .collect();
    let theirs = condensed(&theirs);
    let purpose = match (note, theirs.is_empty()) {
        (Some(note), true) => sentence(note),
        (Some(note), false) => format!("{} Here: {}.", sentence(note), joined(&theirs)),
        (None, false) => sentence(&joined(&theirs)),
        (None, true) => "Uses the functions below as far as permissions allow.".to_owned(),
    };
    Item { bullet: format!("**{name}.** {purpose}"), cells: vec![name.to_owned(), purpose] }
}

/// A row of the outcomes table.
pub(in super::super) fn outcome(text: &str) -> Item {
    let measured = if has_number(text) {
        "The number as stated, against the three months before launch"
    } else {
        "No number yet: to be agreed before launch, with the value of today beside it"
    };
    let text = sentence(text);
    Item { bullet: format!("{text} *{measured}.*"), cells: vec![text, measured.to_owned()] }
}

/// A functional requirement with its criteria.
pub(in super::super) fn requirement(
    id: &Id,
    capability: &Capability,
    problems: &[String],
    outcomes: &[String],
    failures: &[(String, String)],
) -> String {
    let mut text = format!(
        "### {id} · {}\n\n{}\n\n**Priority:** {}. **Rationale:** {}\n",
        capability.title(),
        capability.statement(),
        capability.priority.word(),
        criteria::rationale(capability, problems, outcomes)
    );
    for (number, criterion) in criteria::criteria(capability, failures).iter().enumerate() {
        text.push_str(&format!("\n- **{id}.{}** {criterion}", number + 1));
    }
    text
}

/// The failure cases that speak of what a function is about.
pub(in super::super) fn failures_about(
    capability: &Capability,
    failures: &[(String, String)],
) -> Vec<(String, String)> {
    let words = content_words(&capability.action);
    let verb = words.first().cloned();
    failures
        .iter()
        .filter(|(case, _)| {
            let said = content_words(case);
            let shared = words.iter().filter(|word| said.contains(word)).count();
            shared >= 2 || (shared == 1 && verb.as_ref().is_some_and(|verb| said.contains(verb)))
        })
        .take(3)
        .cloned()
        .collect()
}

/// A row of the non-functional requirements.
pub(in super::super) fn quality(id: &Id, quality: &Quality) -> Item {
    let mark = if quality.assumed { format!(" {ASSUMED}") } else { String::new() };
    let text = format!("{}{mark}", quality.text);
    Item {
        bullet: format!("**{id}** {} *Verified by:* {}.", text, small(&quality.verified)),
        cells: vec![id.to_string(), quality.kind.to_owned(), text, quality.verified.clone()],
    }
}

/// A row of the failure cases.
pub(in super::super) fn failure(case: &str, response: &str) -> Item {
    let response = format!("The system {}.", shall(response));
    Item { bullet: format!("**{}:** {response}", capital(case)), cells: vec![capital(case), response] }
}

/// A constraint as a bullet.
pub(in super::super) fn constraint(kind: &str, text: &str) -> String {
    if kind == "Other" { sentence(text) } else { format!("**{kind}.** {}", sentence(text)) }
}

/// A topic that nobody has answered.
pub(in super::super) fn open_topic(id: &Id, topic: Topic) -> String {
    let question = topic.question();
    let weight = if matches!(topic, Topic::Capabilities | Topic::Problem) { "blocking" } else { "not blocking" };
    format!("**{id}** {} *To be answered by: {}; {weight}.*", question.open, question.owner)
}

/// A question that a person put.
pub(in super::super) fn open_question(id: &Id, question: &str) -> String {
    format!("**{id}** {} *Asked in the conversation; to be answered by the team; not blocking.*", sentence(question))
}

/// Why now, when nobody has named a date.
pub(in super::super) const NO_DATE: &str =
    "**Why now.** No date forces it; each week without it costs what is described above.";

/// Why now, from the constraint that names the date.
pub(in super::super) fn why_now(deadline: &str) -> String {
    if deadline.split_whitespace().count() <= 6 {
        format!("The date is set: {}.", small(open_ended(deadline)))
    } else {
        sentence(deadline)
    }
}

/// The assumption about the numbers that nobody named.
pub(in super::super) fn assumed_numbers(number: usize) -> String {
    match number {
        0 => "Every number among the non-functional requirements was named or confirmed by the team.".to_owned(),
        1 => "The one number marked *(assumed)* among the non-functional requirements holds until somebody changes it."
            .to_owned(),
        _ => format!(
            "The {} marked *(assumed)* among the non-functional requirements hold until somebody changes them.",
            count(number, "number")
        ),
    }
}

/// Functions in a few words: those with the same object share it.
pub(in super::super) fn condensed(capabilities: &[&Capability]) -> Vec<String> {
    let mut groups: Vec<(Vec<String>, String)> = Vec::new();
    for capability in capabilities {
        let action = small(open_ended(&capability.action));
        let rest = open_ended(capability.rest()).to_owned();
        let verb = action.strip_suffix(rest.as_str()).unwrap_or(&action).trim().to_owned();
        match groups.last_mut() {
            Some((verbs, shared)) if *shared == rest && !rest.is_empty() && !verb.is_empty() => verbs.push(verb),
            _ if verb.is_empty() || rest.is_empty() => groups.push((vec![action], String::new())),
            _ => groups.push((vec![verb], rest)),
        }
    }
    groups.into_iter().map(|(verbs, rest)| format!("{} {rest}", joined(&verbs)).trim().to_owned()).collect()
}

/// A function without an actor is somebody's, unless a machine does it.
pub(in super::super) fn settle_actor(capability: &mut Capability, default: &str) {
    let by_itself = matches!(capability.kind, Kind::Notify | Kind::Automate | Kind::Provide);
    if capability.actor.is_none() && !by_itself {
        capability.actor = Some(default.to_owned());
    }
}

/// The things that the functions are about, each once.
pub(in super::super) fn objects(capabilities: &[Capability]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for capability in capabilities.iter().filter(|capability| !matches!(capability.kind, Kind::Access)) {
        if let Some(object) = capability.object().filter(|object| !found.contains(object)) {
            found.push(object);
        }
    }
    found
}

/// The thing that a phase is about, from its title.
pub(in super::super) fn thing_of(title: &str) -> Option<String> {
    let last = title.split_whitespace().next_back()?;
    object_of(last).filter(|word| word.len() > 3)
}
