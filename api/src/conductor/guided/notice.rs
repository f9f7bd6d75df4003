//! What a text already tells: sentences filed under the topics that they answer.
//!
//! Headings and labels ("Deadline: …", "our users are …") decide first, giveaway words second, and
//! what is left belongs to the question that was asked. Nothing is guessed beyond that.

use super::topic::Topic;
use super::wording::{folded, has, has_any, readable, sentences, strip_marker};
use super::{capability, verbs};

/// Labels that are kept with their text, because they say what kind of limit it is.
pub(super) const KEPT_LABELS: [&str; 8] =
    ["deadline", "budget", "stack", "technology", "hosting", "regulation", "compliance", "timeline"];
const LEFT_OUT_LABELS: [&str; 6] = ["out of scope", "not in scope", "non-goals", "non goals", "excluded", "out"];

/// A stretch of a text and the topic that it belongs to; `None` where nothing gives it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Noticed {
    /// The topic, where one was recognised.
    pub(super) topic: Option<Topic>,
    /// The words.
    pub(super) text: String,
    /// Whether the person named the topic, rather than us recognising it.
    pub(super) labelled: bool,
}

/// Files a running text (a brief, a project's context, a message) under the topics.
pub(super) fn notice(text: &str, topics: &[Topic], asked: Option<Topic>) -> Vec<Noticed> {
    let mut found: Vec<Noticed> = Vec::new();
    let mut heading: Option<(Topic, &'static str)> = None;
    let mut first = true;
    for line in readable(text).lines() {
        if line.trim().is_empty() {
            continue;
        }
        if let Some(title) = as_heading(line) {
            heading = label_of(title, topics);
            continue;
        }
        let is_item = strip_marker(line) != line.trim();
        for part in sentences(strip_marker(line)) {
            if let Some((topic, label, rest)) = labelled(&part, topics) {
                if rest.trim().is_empty() {
                    heading = Some((topic, label));
                } else {
                    found.push(Noticed { topic: Some(topic), text: keep_label(label, rest), labelled: true });
                }
            } else if let Some((topic, label)) = heading {
                found.push(Noticed { topic: Some(topic), text: keep_label(label, &part), labelled: true });
            } else {
                let topic = if misplaced(&part, topics, asked) {
                    Some(Topic::Capabilities)
                } else if first || is_item {
                    asked.or_else(|| by_cue(&part, topics))
                } else {
                    later(&part, topics, asked)
                };
                found.push(Noticed { topic, text: part.trim().to_owned(), labelled: false });
            }
            first = false;
        }
    }
    found
}

/// The sections of a document whose headings announce a topic; running text is not searched.
pub(super) fn headed(markdown: &str, topics: &[Topic]) -> Vec<(Topic, String)> {
    let mut found = Vec::new();
    let mut heading = None;
    let mut fenced = false;
    for line in readable(markdown).lines() {
        fenced ^= line.trim_start().starts_with("```");
        if fenced
            || line.trim().is_empty()
            || line.trim_start().starts_with("|--")
            || line.trim_start().starts_with("```")
        {
            continue;
        }
        if let Some(title) = as_heading(line) {
            if !line.trim_start().starts_with("###") {
                heading = label_of(title, topics);
            }
        } else if let Some((topic, label)) = heading {
            found.push((topic, keep_label(label, strip_marker(line))));
        }
    }
    found
}

fn as_heading(line: &str) -> Option<&str> {
    let line = line.trim();
    if line.starts_with('#') {
        return Some(line.trim_start_matches('#').trim());
    }
    let bold = line.strip_prefix("**")?.strip_suffix("**")?;
    (!bold.contains("**")).then(|| bold.trim().trim_end_matches(':'))
}

/// The topic that a heading or label announces.
fn label_of(title: &str, topics: &[Topic]) -> Option<(Topic, &'static str)> {
    let title = folded(strip_marker(title));
    let title = title.trim().trim_end_matches(':').trim();
    topics
        .iter()
        .find_map(|topic| topic.question().labels.iter().find(|label| **label == title).map(|label| (*topic, *label)))
}

/// "Deadline: 1 March", "the deadline is 1 March", "our users are …".
pub(super) fn labelled<'a>(part: &'a str, topics: &[Topic]) -> Option<(Topic, &'static str, &'a str)> {
    let part = part.trim();
    if let Some((label, rest)) = part.split_once([':', '='])
        && label.split_whitespace().count() <= 4
        && let Some((topic, label)) = label_of(label.trim_matches('*'), topics)
    {
        return Some((topic, label, rest.trim().trim_start_matches("**").trim()));
    }
    let lower = part.to_ascii_lowercase();
    let lower = lower.as_str();
    let after_article = ["the ", "our ", "my "].iter().find_map(|article| lower.strip_prefix(article)).unwrap_or(lower);
    for verb in [" is ", " are ", " will be ", " should be "] {
        if let Some(at) = after_article.find(verb)
            && let Some((topic, label)) = label_of(&after_article[..at], topics)
        {
            let start = part.len() - after_article.len() + at + verb.len();
            return part.get(start..).map(|rest| (topic, label, rest));
        }
    }
    None
}

fn keep_label(label: &str, text: &str) -> String {
    let text = text.trim();
    if KEPT_LABELS.contains(&label) {
        let mut name = label.to_owned();
        name[..1].make_ascii_uppercase();
        format!("{name}: {text}")
    } else if LEFT_OUT_LABELS.contains(&label) {
        format!("Not in scope: {text}")
    } else {
        text.to_owned()
    }
}

/// "Patients can book a visit" says what people can do, whatever was asked.
fn misplaced(part: &str, topics: &[Topic], asked: Option<Topic>) -> bool {
    matches!(asked, Some(Topic::Problem | Topic::Users | Topic::Outcomes))
        && topics.contains(&Topic::Capabilities)
        && capability::is_plain_function(part)
}

fn later(part: &str, topics: &[Topic], asked: Option<Topic>) -> Option<Topic> {
    match asked {
        None => by_cue(part, topics),
        Some(asked) if cue_count(part, asked) > 0 || asked == Topic::Capabilities => Some(asked),
        Some(asked) => by_cue(part, topics).filter(|topic| is_unmistakable(*topic)).or(Some(asked)),
    }
}

/// Topics whose giveaway words are hardly ever used of anything else.
fn is_unmistakable(topic: Topic) -> bool {
    matches!(topic, Topic::Limits | Topic::Outcomes | Topic::Access | Topic::Rollout)
}

/// The topic that most giveaway words point to.
pub(super) fn by_cue(part: &str, topics: &[Topic]) -> Option<Topic> {
    let lower = folded(part);
    let mut best: Option<(usize, Topic)> = None;
    for topic in topics {
        let mut weight = cue_count(part, *topic) * 2;
        if *topic == Topic::Rules && weight > 0 {
            weight += 1;
        }
        if *topic == Topic::Capabilities && weight == 0 && starts_with_verb(&lower) {
            weight = 1;
        }
        if *topic == Topic::Qualities
            && !lower.chars().any(|c| c.is_ascii_digit())
            && !has_any(&lower, &["wcag", "accessible", "encrypted"])
        {
            weight = 0;
        }
        if weight > 0 && best.is_none_or(|(most, _)| weight > most) {
            best = Some((weight, *topic));
        }
    }
    best.map(|(_, topic)| topic)
}

fn starts_with_verb(lower: &str) -> bool {
    lower.split_whitespace().next().is_some_and(|word| verbs::is_verb(word) && word != "plan" && word != "log")
}

fn cue_count(part: &str, topic: Topic) -> usize {
    let lower = folded(part);
    topic.question().cues.iter().filter(|cue| has(&lower, cue)).count()
}
