//! One reply: what was heard, the document when it is due, and the next question.

use konductro_domain::conductor::Task;
use konductro_domain::stage::Stage;

use super::amend::Amendment;
use super::artefact::{Document, documents_in, without_tags};
use super::identifier::Ids;
use super::listen::{Act, Change};
use super::recall::Interview;
use super::requirements::Material;
use super::topic::Topic;
use super::wording::{count, joined, safe, sentence};
use super::{analysis, architecture, dialogue, requirements, scoping, suggest};

/// What is said, and what could be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// The text, document included.
    pub(super) text: String,
    /// Quick answers.
    pub(super) suggestions: Vec<String>,
}

impl Reply {
    /// An answer that is read by a program.
    pub(super) fn json(text: String) -> Self {
        Self { text, suggestions: Vec::new() }
    }
}

/// The reply to a task; the same task always gives the same reply.
pub(super) fn reply(task: &Task) -> Reply {
    match task.stage {
        Stage::TechnicalAnalysis => analysis::reply(task),
        Stage::Stories => Reply {
            text: "In guided mode I have nothing to ask here: stories are made from the approved documents, one for each requirement with its criteria, and are decided one by one in the review table.".to_owned(),
            suggestions: Vec::new(),
        },
        Stage::Requirements | Stage::Architecture | Stage::Scoping => interviewed(task),
    }
}

fn interviewed(task: &Task) -> Reply {
    let mut interview = Interview::before(task);
    let fresh_before = interview.fresh.len();
    let pending_before = interview.pending;
    let act = interview.hear(&task.message);
    let heard = interview.fresh[fresh_before.min(interview.fresh.len())..].to_vec();

    let mut parts = Vec::new();
    if task.history.is_empty() {
        parts.push(dialogue::opening(task.stage));
        parts.push(dialogue::already_known(task, &interview));
    }
    let open_requests = task.current.is_some() && !task.change_requests.is_empty();
    let due = match act {
        Act::Write => true,
        Act::Tell => task.current.is_some() || interview.wrote || interview.has_enough(),
        Act::Begin => {
            open_requests
                || (interview.has_enough() && !interview.wrote && task.current.is_none() && !task.history.is_empty())
        }
        Act::Skip => interview.has_enough() && !interview.wrote && task.current.is_none(),
        Act::Back | Act::Help | Act::Status | Act::Ask(_) | Act::Nothing => false,
    };
    parts.push(answer_to(&act, &heard, &interview, pending_before, task));
    if due {
        parts.push(written(task, &interview));
    } else if open_requests {
        parts.push(format!(
            "There {} open; say *apply them* and I will work {} in.",
            if task.change_requests.len() == 1 {
                "is one change request".to_owned()
            } else {
                format!("are {}", count(task.change_requests.len(), "change request"))
            },
            if task.change_requests.len() == 1 { "it" } else { "them" }
        ));
    }
    let next = interview.next();
    let mut suggestions = match next {
        Some(topic) => {
            let lead =
                if due && topic_is_left(&interview, topic) { "One more thing would make it better.\n\n" } else { "" };
            parts.push(format!("{lead}{}", dialogue::question(topic, &interview)));
            suggest::answers(topic, &interview, &safe(&task.phase_title))
        }
        None if due || task.current.is_some() => {
            parts.push(dialogue::nothing_left(task.stage));
            Vec::new()
        }
        None => {
            parts
                .push(format!("I have what I need for the {}. Shall I write it?", dialogue::document_name(task.stage)));
            vec!["Write it now".to_owned(), "What do you have so far?".to_owned()]
        }
    };
    if !due && open_requests {
        suggestions.insert(0, "Apply the change requests".to_owned());
    }
    Reply {
        text: parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("\n\n"),
        suggestions,
    }
}

fn topic_is_left(interview: &Interview, topic: Topic) -> bool {
    !interview.is_settled(topic)
}

/// The first words of a reply, to what the message was.
fn answer_to(act: &Act, heard: &[Change], interview: &Interview, pending: Option<Topic>, task: &Task) -> String {
    match act {
        Act::Tell | Act::Write => {
            let said = dialogue::understood(heard);
            if task.history.is_empty() && heard.iter().all(|change| matches!(change, Change::Note(_))) { String::new() } else { without_tags(&said) }
        }
        Act::Skip => "Left open; it will stand among the open questions.".to_owned(),
        Act::Back => interview.next().map_or_else(String::new, |topic| format!("Back to {}; what you say now takes the place of your earlier answer.", topic.question().name)),
        Act::Help => interview.pending.or(pending).or_else(|| interview.next()).map_or_else(String::new, dialogue::explained),
        Act::Status => dialogue::status(interview),
        Act::Ask(_) => "Without a model I cannot answer that, and I would rather not guess. I have put it down for the document's open questions, so that the team answers it.".to_owned(),
        Act::Nothing => "I could not find any words in that.".to_owned(),
        Act::Begin => String::new(),
    }
}

/// The document with the words before and after it.
fn written(task: &Task, interview: &Interview) -> String {
    let (markdown, account) = match &task.current {
        Some(current) => {
            let mut amendment = Amendment::of(task.stage, &current.markdown, known_ids(task));
            amendment.forget(&interview.forgotten);
            interview.fresh.iter().for_each(|change| amendment.apply(change));
            task.change_requests.iter().for_each(|request| amendment.work_in(&request.reason));
            if amendment.account.is_empty() {
                return format!(
                    "The document stands as it is (version {}): nothing new was said since.",
                    current.version
                );
            }
            (amendment.text(), Some((amendment.account.clone(), current.edited_by_hand)))
        }
        None => (first_version(task, interview), None),
    };
    let title = format!("{}: {}", task.stage.title(), safe(&task.phase_title));
    let about = dialogue::about(&markdown);
    // A first version answers nothing that was asked of another; an amendment has worked in all of it.
    let answered = task.change_requests.iter().filter(|_| account.is_some()).map(|request| request.id);
    let document = Document { stage: task.stage, title, markdown, answers: answered.collect() }.tagged();
    match account {
        None => format!("Here is the {}.\n\n{document}\n\n{about}", dialogue::document_name(task.stage)),
        Some((account, by_hand)) => {
            let kept = if by_hand { " What was edited by hand stands as it was edited." } else { "" };
            let account: Vec<String> = account.iter().take(12).map(|entry| without_tags(entry)).collect();
            format!(
                "I have amended the document.\n\n{document}\n\n{}{kept}",
                sentence(&format!("I {}", joined(&account)))
            )
        }
    }
}

fn first_version(task: &Task, interview: &Interview) -> String {
    let mut ids = known_ids(task);
    let title = safe(&task.phase_title);
    let asked: Vec<String> = interview
        .others
        .iter()
        .filter_map(|change| if let Change::Asked(text) = change { Some(safe(text)) } else { None })
        .collect();
    let text = match task.stage {
        Stage::Architecture => architecture::write(task, interview, &asked, &mut ids),
        Stage::Scoping => scoping::write(&title, interview, &mut ids),
        _ => requirements::write(&Material::gather(title, idea(task, interview), asked, interview), &mut ids),
    };
    let mut amendment = Amendment::of(task.stage, &text, ids);
    for change in &interview.others {
        if !matches!(change, Change::Asked(_) | Change::Note(_)) {
            amendment.apply(change);
        }
    }
    amendment.text()
}

/// Sentences of the brief and the conversation that describe the whole.
fn idea(task: &Task, interview: &Interview) -> Vec<String> {
    let topics = super::topic::plan(task.stage);
    let brief = super::notice::notice(&task.phase_brief, topics, None);
    let mut found: Vec<String> =
        brief.into_iter().filter(|noticed| noticed.topic.is_none()).map(|noticed| safe(&noticed.text)).collect();
    found.extend(
        interview
            .others
            .iter()
            .filter_map(|change| if let Change::Note(text) = change { Some(safe(text)) } else { None }),
    );
    found.retain(|text| text.split_whitespace().count() >= 3);
    found.dedup();
    found
}

/// Every id that any version of this document has held, as far as the conversation shows.
fn known_ids(task: &Task) -> Ids {
    let mut ids = Ids::default();
    for exchange in &task.history {
        documents_in(&exchange.reply).into_iter().for_each(|document| ids.learn(document));
    }
    if let Some(current) = &task.current {
        ids.learn(&current.markdown);
    }
    ids
}
