//! The tags of the document grammar, read as people and models really write them: quotes straight or
//! curly, attributes in any order, `artifact` for `artefact`, blanks around.

use konductro_domain::ids::ChangeRequestId;
use konductro_domain::phase::MAX_TITLE;
use konductro_domain::stage::Stage;

/// More ids than this in one tag are not read.
const MAX_ANSWERS: usize = 100;

const NAMES: [&str; 2] = ["artefact", "artifact"];

/// An opening tag whose kind is a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpeningTag {
    /// The stage that `kind` names.
    pub(super) stage: Stage,
    /// The title; the stage's own where none is given.
    pub(super) title: String,
    /// The change requests that it says it answers.
    pub(super) answers: Vec<ChangeRequestId>,
}

/// Whether a whole line is a closing tag and nothing else.
pub(super) fn is_close(line: &str) -> bool {
    let line = line.trim();
    line.strip_prefix("</")
        .and_then(|rest| rest.strip_suffix('>'))
        .is_some_and(|name| NAMES.iter().any(|known| name.trim().eq_ignore_ascii_case(known)))
}

/// Whether a line may still become a closing tag.
pub(super) fn may_become_close(line: &str) -> bool {
    let line = line.trim_start();
    if line.is_empty() {
        return false;
    }
    let (head, tail) = line.split_at(line.char_indices().nth(2).map_or(line.len(), |(at, _)| at));
    if head.len() < 2 {
        return head == "<";
    }
    let tail = tail.trim_start();
    let name: String = tail.chars().take_while(char::is_ascii_alphabetic).collect();
    let after = tail[name.len()..].trim_start();
    head == "</"
        && if after.is_empty() && tail.len() == name.len() { starts_a_name(&name) } else { is_a_name(&name) }
        && (after.is_empty() || after.strip_prefix('>').is_some_and(|rest| rest.trim().is_empty()))
}

/// Whether a line may still become an opening tag.
///
/// Inside a document an opening tag is text, but it is looked at, so that it can be flagged.
pub(super) fn may_become_open(line: &str) -> bool {
    let Some(rest) = line.trim_start().strip_prefix('<') else { return false };
    let name: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
    match rest[name.len()..].chars().next() {
        None => starts_a_name(&name),
        Some(next) => is_a_name(&name) && (next.is_whitespace() || next == '>'),
    }
}

/// The opening tag that a whole line is, if its kind is a stage's name.
pub(super) fn opening(line: &str) -> Option<OpeningTag> {
    let inner = line.trim().strip_prefix('<')?;
    let name: String = inner.chars().take_while(char::is_ascii_alphabetic).collect();
    if !is_a_name(&name) {
        return None;
    }
    let attributes = attributes(&inner[name.len()..])?;
    let value = |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let kind = value("kind").or_else(|| value("type"))?;
    let stage = kind.trim().to_ascii_lowercase().replace(['-', ' '], "_").parse().ok()?;
    let title = value("title").map(clean_title).filter(|title| !title.is_empty());
    let answers = value("answers").map(answers_in).unwrap_or_default();
    Some(OpeningTag { stage, title: title.unwrap_or_else(|| Stage::title(stage).to_owned()), answers })
}

fn starts_a_name(start: &str) -> bool {
    NAMES.iter().any(|name| name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start)))
}

fn is_a_name(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The attributes up to a `>` that ends the line; `None` where it is no well-formed tag.
fn attributes(text: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        if trimmed == ">" {
            return Some(found);
        }
        if trimmed.len() == rest.len() {
            return None;
        }
        let end = trimmed.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))?;
        let name = trimmed.get(..end).filter(|name| !name.is_empty())?.to_ascii_lowercase();
        let (value, after) = value(trimmed[end..].trim_start().strip_prefix('=')?.trim_start())?;
        found.push((name, value));
        rest = after;
    }
}

/// One value, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next()?;
    let closing: &[char] = match quote {
        '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' => &['"', '\u{201c}', '\u{201d}'],
        '\'' | '\u{2018}' | '\u{2019}' => &['\'', '\u{2018}', '\u{2019}'],
        _ => {
            let end = text.find(|c: char| c.is_whitespace() || c == '>')?;
            return Some((unescape(&text[..end]), &text[end..]));
        }
    };
    let body = &text[quote.len_utf8()..];
    // A quote ends a value only where something may follow it: an apostrophe inside a word does not.
    let end = body.match_indices(closing).find(|(at, mark)| {
        body[at + mark.len()..].chars().next().is_some_and(|next| next.is_whitespace() || next == '>')
    });
    let (at, mark) = end?;
    Some((unescape(&body[..at]), &body[at + mark.len()..]))
}

fn unescape(value: &str) -> String {
    value.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The ids that stand in the attribute, however they are set apart; what is no id is passed over.
fn answers_in(value: &str) -> Vec<ChangeRequestId> {
    let words = value.split(|c: char| !c.is_ascii_hexdigit() && c != '-').filter(|word| !word.is_empty());
    words.filter_map(|word| word.parse().ok()).take(MAX_ANSWERS).collect()
}

fn clean_title(title: &str) -> String {
    let visible: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    visible.trim().chars().take(MAX_TITLE).collect::<String>().trim_end().to_owned()
}
