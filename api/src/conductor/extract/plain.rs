//! A document in a reply that used no tags: some models write it as plain prose, and a person says that this is it.
//!
//! It is the longest block fenced as Markdown that begins with a heading, else everything from the first top-level
//! heading to the end of the reply. Nothing is guessed beyond that, and no model is asked.

use konductro_domain::phase::MAX_TITLE;
use konductro_domain::stage::Stage;

use super::fence::Fence;
use super::{PartKind, split};

/// A document found in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainDocument {
    /// Its first heading.
    pub title: String,
    /// Its text.
    pub markdown: String,
}

/// The document that a reply's chat holds; `None` where nothing in it looks like one.
pub fn plain_document(reply: &str, stage: Stage) -> Option<PlainDocument> {
    let chat: Vec<String> =
        split(reply, stage).into_iter().filter(|part| part.kind == PartKind::Text).map(|part| part.text).collect();
    let chat = chat.join("\n");
    let markdown = fenced(&chat).or_else(|| headed(&chat))?;
    let title = markdown.lines().find_map(heading)?;
    Some(PlainDocument { title: title.chars().take(MAX_TITLE).collect(), markdown })
}

/// The longest block that is fenced as Markdown and begins with a heading. Fences inside it may be as long as its own, so it
/// reaches to the last one that can close it.
fn fenced(chat: &str) -> Option<String> {
    let lines: Vec<&str> = chat.lines().collect();
    let opens = |line: &&str| Fence::of(line).filter(Fence::is_markdown);
    let start = lines.iter().position(|line| opens(line).is_some())?;
    let fence = opens(&lines[start])?;
    let end = lines.iter().rposition(|line| Fence::of(line).is_some_and(|other| fence.is_closed_by(&other)))?;
    let body = lines.get(start + 1..end)?.join("\n");
    let first = body.lines().find(|line| !line.trim().is_empty())?;
    heading(first).map(|_| tidy(&body))
}

/// Everything from the first top-level heading on; from the first heading of the second level where there is none.
fn headed(chat: &str) -> Option<String> {
    let mut fence: Option<Fence> = None;
    let (mut at, mut second) = (0, None);
    for line in chat.split_inclusive('\n') {
        match (Fence::of(line.trim_end()), &fence) {
            (Some(next), None) => fence = Some(next),
            (Some(next), Some(open)) if open.is_closed_by(&next) => fence = None,
            (None, None) if line.starts_with("# ") => return Some(tidy(&chat[at..])),
            (None, None) if line.starts_with("## ") => second = second.or(Some(at)),
            _ => {}
        }
        at += line.len();
    }
    second.map(|at| tidy(&chat[at..]))
}

fn heading(line: &str) -> Option<&str> {
    let text = line.strip_prefix("# ").or_else(|| line.strip_prefix("## "))?.trim().trim_end_matches('#').trim();
    Some(text).filter(|text| !text.is_empty())
}

fn tidy(text: &str) -> String {
    format!("{}\n", text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(reply: &str) -> Option<(String, String)> {
        plain_document(reply, Stage::Requirements).map(|document| (document.title, document.markdown))
    }

    #[test]
    fn a_document_begins_with_its_first_heading() {
        let reply = "Here you are.\n\n# Bookings\n\n## Purpose\nPeople book.\n";
        let document = ("Bookings".to_owned(), "# Bookings\n\n## Purpose\nPeople book.\n".to_owned());
        assert_eq!(found(reply), Some(document));
        assert_eq!(found("Sure.\n## Purpose\nPeople book.").map(|it| it.0), Some("Purpose".to_owned()));
    }

    #[test]
    fn a_fence_around_it_is_taken_off_and_those_inside_stay() {
        let reply = "Here:\n```markdown\n# Bookings\n```mermaid\ngraph TD\n```\nThe end.\n```\nAnything else?";
        let document = "# Bookings\n```mermaid\ngraph TD\n```\nThe end.\n".to_owned();
        assert_eq!(found(reply), Some(("Bookings".to_owned(), document)));
    }

    #[test]
    fn code_is_no_heading_and_chat_no_document() {
        assert_eq!(found("Run this:\n```sh\n# install\nmake\n```\nand tell me."), None);
        assert_eq!(found("Which days, and who decides?"), None);
        assert_eq!(found(""), None);
    }
}
