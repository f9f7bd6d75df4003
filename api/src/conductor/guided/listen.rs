//! What a person's message asks of the interview: an answer, a correction, a command, a question.
//!
//! Any text is understood as something; nothing here can fail.

use konductro_domain::stage::Stage;

use super::identifier::{self, Id};
use super::notice::{self, Noticed};
use super::topic::{self, Topic};
use super::wording::{folded, has_any, open_ended, readable, sentences, strip_marker};

/// What the message is, as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// A greeting or a "yes": go on.
    Begin,
    /// Leave this question open.
    Skip,
    /// Write the document now.
    Write,
    /// The question before, again.
    Back,
    /// What is meant by the question?
    Help,
    /// What is known so far?
    Status,
    /// A question that only a person or a model could answer.
    Ask(String),
    /// Nothing that can be used.
    Nothing,
    /// Answers or corrections.
    Tell,
}

/// One thing that a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// Something about a topic.
    Told {
        /// The topic.
        topic: Topic,
        /// The words.
        text: String,
        /// Whether it takes the place of what was said before.
        replaces: bool,
    },
    /// New words for the thing with this id.
    Revise(Id, String),
    /// Something more for the thing with this id.
    Extend(Id, String),
    /// The thing with this id is withdrawn.
    Retire(Id),
    /// A requirement's priority.
    Rank(Id, String),
    /// Words to be exchanged wherever they stand.
    Substitute(String, String),
    /// A question that a person put, left open.
    Asked(String),
    /// Something that fits nowhere else.
    Note(String),
}

/// What was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    /// What the message is, as a whole.
    pub(super) act: Act,
    /// What it says, in order.
    pub(super) changes: Vec<Change>,
}

/// Understands a message, given what was asked and what was talked about last.
pub(super) fn listen(message: &str, stage: Stage, asked: Option<Topic>, last: Option<Topic>) -> Heard {
    let message = readable(message).trim();
    if !message.chars().any(char::is_alphanumeric) {
        return Heard { act: Act::Nothing, changes: Vec::new() };
    }
    if let Some(act) = command(message) {
        return Heard { act, changes: Vec::new() };
    }
    let (body, writes) = without_closing_command(message);
    let body = without_greeting(body);
    if is_question(body) {
        return Heard { act: Act::Ask(body.to_owned()), changes: vec![Change::Asked(body.to_owned())] };
    }
    let changes = changes(body, stage, asked, last);
    let act = match (writes, changes.is_empty()) {
        (true, _) => Act::Write,
        (false, true) => Act::Begin,
        (false, false) => Act::Tell,
    };
    Heard { act, changes }
}

/// What a change request or an answer says, sentence by sentence.
pub(super) fn changes(body: &str, stage: Stage, asked: Option<Topic>, last: Option<Topic>) -> Vec<Change> {
    let topics = topic::plan(stage);
    let (body, replaces) = without_correction_word(body);
    let mut found = Vec::new();
    let mut rest = String::new();
    for line in body.lines() {
        let mut kept = Vec::new();
        for sentence in sentences(line) {
            match correction(strip_marker(&sentence), topics) {
                Some(change) => found.push(change),
                None => kept.push(sentence),
            }
        }
        if !kept.is_empty() {
            rest.push_str(&kept.concat());
            rest.push('\n');
        }
    }
    let subject = if replaces { last.or(asked) } else { asked };
    for Noticed { topic, text, labelled } in notice::notice(&rest, topics, subject) {
        let text = without_adding_word(&text).to_owned();
        if !text.chars().any(char::is_alphanumeric) {
            continue;
        }
        found.push(match topic {
            Some(topic) => Change::Told { topic, text, replaces: replaces && (labelled || Some(topic) == subject) },
            None => Change::Note(text),
        });
    }
    merged(found)
}

/// Neighbours about the same topic become one change.
fn merged(changes: Vec<Change>) -> Vec<Change> {
    let mut result: Vec<Change> = Vec::new();
    for change in changes {
        match (result.last_mut(), change) {
            (Some(Change::Told { topic, text, .. }), Change::Told { topic: next, text: more, .. })
                if *topic == next =>
            {
                text.push('\n');
                text.push_str(&more);
            }
            (_, change) => result.push(change),
        }
    }
    result
}

fn command(message: &str) -> Option<Act> {
    let plain = folded(open_ended(message.trim().trim_end_matches('?'))).replace("please", "");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let plain = plain.trim_matches(|c: char| !c.is_alphanumeric());
    let is = |phrases: &[&str]| phrases.contains(&plain);
    if is(&[
        "skip",
        "skip it",
        "skip this",
        "skip this question",
        "skip the question",
        "skip that",
        "pass",
        "next",
        "next question",
        "later",
        "i don't know",
        "don't know",
        "dont know",
        "not sure",
        "no idea",
        "i'm not sure",
        "unknown",
        "tbd",
        "we don't know yet",
        "we don't know",
        "decide later",
    ]) {
        return Some(Act::Skip);
    }
    if is(&["back", "go back", "previous", "previous question", "undo", "the question before", "one back"]) {
        return Some(Act::Back);
    }
    if is(&[
        "help",
        "why",
        "what",
        "example",
        "an example",
        "give me an example",
        "what do you mean",
        "what do you mean by that",
        "explain",
        "i don't understand",
        "huh",
        "for example",
        "can you explain",
        "can you give me an example",
        "why do you ask",
        "why does it matter",
    ]) {
        return Some(Act::Help);
    }
    if is(&[
        "status",
        "summary",
        "summarise",
        "summarize",
        "what do you have",
        "what do you know",
        "what do you have so far",
        "what do you know so far",
        "show me what you have",
        "where are we",
        "recap",
        "what is missing",
        "what's missing",
        "what is left",
    ]) {
        return Some(Act::Status);
    }
    if is(&[
        "hi",
        "hello",
        "hey",
        "hello conductor",
        "hi conductor",
        "hi there",
        "hello there",
        "good morning",
        "good afternoon",
        "good evening",
        "yes",
        "ok",
        "okay",
        "sure",
        "yes let's begin",
        "begin",
        "let's begin",
        "lets begin",
        "let's start",
        "lets start",
        "start",
        "let's go",
        "go",
        "go on",
        "go ahead",
        "continue",
        "ready",
        "thanks",
        "thank you",
        "great",
        "good",
        "fine",
        "yes begin",
        "hallo",
        "bonjour",
        "hola",
        "ask",
        "ask me",
        "ask me the questions",
        "carry on",
    ]) {
        return Some(Act::Begin);
    }
    is_write(plain).then_some(Act::Write)
}

fn is_write(plain: &str) -> bool {
    let words = plain.split_whitespace().count();
    let starts = [
        "write",
        "draft",
        "generate",
        "produce",
        "create the",
        "save the",
        "save it",
        "revise",
        "update the",
        "rewrite",
        "apply",
        "work",
        "address",
        "incorporate",
        "now write",
        "then write",
        "just write",
        "so write",
        "and write",
        "make the document",
        "finish",
        "you can write",
        "let's write",
        "give me the",
        "show me the document",
        "show me the draft",
        "skip the rest",
    ];
    let aims = [
        "it",
        "now",
        "document",
        "draft",
        "requirements",
        "architecture",
        "note",
        "skeleton",
        "analysis",
        "change request",
        "change requests",
        "changes",
        "request",
        "requests",
        "requested changes",
        "them",
        "version",
        "specification",
        "rest",
    ];
    (words <= 9 && starts.iter().any(|start| plain.starts_with(start)) && has_any(plain, &aims))
        || [
            "write",
            "draft",
            "generate",
            "done",
            "that's all",
            "that is all",
            "that's it",
            "finish",
            "revise",
            "go ahead and write it",
        ]
        .contains(&plain)
}

/// Cuts "… Write it now." from the end of an answer.
fn without_closing_command(message: &str) -> (&str, bool) {
    let last_line = message.lines().next_back().unwrap_or_default();
    let Some(last) = sentences(last_line).pop() else { return (message, false) };
    let plain = folded(open_ended(&last)).replace("please", "");
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if last.len() < message.len() && is_write(plain.trim_matches(|c: char| !c.is_alphanumeric())) {
        (message[..message.len() - last.len()].trim_end(), true)
    } else {
        (message, false)
    }
}

fn without_greeting(body: &str) -> &str {
    let lower = body.to_ascii_lowercase();
    for greeting in ["hello", "hi", "hey", "good morning", "yes", "ok", "okay"] {
        if let Some(rest) = lower.strip_prefix(greeting)
            && rest.starts_with([',', '!', '.', ';'])
        {
            return body[greeting.len() + 1..].trim_start();
        }
    }
    body
}

fn without_correction_word(body: &str) -> (&str, bool) {
    let lower = body.to_ascii_lowercase();
    for word in [
        "no, ",
        "actually, ",
        "actually ",
        "correction: ",
        "correction, ",
        "sorry, ",
        "i meant ",
        "rather: ",
        "instead: ",
        "wrong, ",
    ] {
        if lower.starts_with(word) {
            return (body[word.len()..].trim_start(), true);
        }
    }
    (body, false)
}

fn without_adding_word(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    for word in [
        "also, ",
        "also: ",
        "also ",
        "add: ",
        "add that ",
        "and also ",
        "please add that ",
        "please add: ",
        "one more: ",
        "another one: ",
        "furthermore, ",
        "in addition, ",
    ] {
        if lower.starts_with(word) {
            return text[word.len()..].trim_start();
        }
    }
    text
}

fn is_question(body: &str) -> bool {
    let lower = folded(body);
    body.trim_end().ends_with('?')
        && sentences(body).len() == 1
        && [
            "how ", "what ", "which ", "who ", "why ", "when ", "where ", "can ", "could ", "is ", "are ", "do ",
            "does ", "should ", "would ", "will ",
        ]
        .iter()
        .any(|word| lower.starts_with(word))
}

/// A sentence that corrects something by its id, or exchanges words.
fn correction(sentence: &str, topics: &[Topic]) -> Option<Change> {
    let text = open_ended(sentence);
    if let Some((id, start, end)) = identifier::first_in(text) {
        return Some(about(id, text[..start].trim(), text[end..].trim()));
    }
    let lower = text.to_ascii_lowercase();
    let (verb, joint) = [
        ("change ", " to "),
        ("replace ", " with "),
        ("replace ", " by "),
        ("rename ", " to "),
        ("set ", " to "),
        ("correct ", " to "),
    ]
    .into_iter()
    .find(|(verb, joint)| lower.starts_with(verb) && lower.contains(joint))?;
    let at = lower.find(joint)?;
    let from = text.get(verb.len()..at)?.trim();
    let to = text.get(at + joint.len()..)?.trim();
    let bare = ["the ", "our "].iter().find_map(|article| from.strip_prefix(article)).unwrap_or(from);
    if let Some((topic, label, _)) = notice::labelled(&format!("{bare}: x"), topics) {
        let text = if notice::KEPT_LABELS.contains(&label) {
            format!("{}: {to}", super::wording::capital(label))
        } else {
            to.to_owned()
        };
        return Some(Change::Told { topic, text, replaces: true });
    }
    let unquoted = |text: &str| text.trim_matches(['"', '“', '”', '\'', '‘', '’']).to_owned();
    let (from, to) = (unquoted(from), unquoted(to));
    (!from.is_empty() && from.split_whitespace().count() <= 12).then_some(Change::Substitute(from, to))
}

fn about(id: Id, before: &str, after: &str) -> Change {
    let before = folded(before);
    let after_folded = folded(after);
    let says =
        |word: &str| before.split_whitespace().any(|said| said.trim_matches(|c: char| !c.is_alphanumeric()) == word);
    if ["remove", "drop", "delete", "withdraw", "retire", "cancel", "cut"].iter().any(|verb| says(verb))
        && after.split_whitespace().count() < 6
    {
        return Change::Retire(id);
    }
    if ["is out", "is no longer needed", "can go", "is not needed", "is obsolete"]
        .iter()
        .any(|end| after_folded == *end)
    {
        return Change::Retire(id);
    }
    let rank = after_folded
        .trim_start_matches("is ")
        .trim_start_matches("to ")
        .trim_start_matches("a ")
        .trim_start_matches("only ")
        .trim_start_matches("a ")
        .trim();
    if ["must", "should", "could", "nice to have", "must have", "should have", "could have"].contains(&rank) {
        let priority = if rank.starts_with("nice") { "could" } else { rank.split(' ').next().unwrap_or("must") };
        return Change::Rank(id, priority.to_owned());
    }
    if let Some(text) = after.strip_prefix([':', '=', '-', '–', '—']) {
        let text = text.trim().to_owned();
        return if says("to") || says("extend") || says("add") {
            Change::Extend(id, text)
        } else {
            Change::Revise(id, text)
        };
    }
    for joint in [
        "to read ",
        "to say ",
        "should read ",
        "should say ",
        "should be ",
        "to ",
        "with ",
        "by ",
        "as ",
        "is ",
        "reads ",
    ] {
        if after_folded.starts_with(joint) && after.is_char_boundary(joint.len()) {
            return Change::Revise(id, after[joint.len()..].trim().trim_matches(['"', '“', '”']).to_owned());
        }
    }
    let text = if after.is_empty() { before } else { after.to_owned() };
    Change::Extend(id, text.trim_start_matches(',').trim().to_owned())
}
