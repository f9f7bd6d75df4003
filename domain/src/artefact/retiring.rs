//! How a document says that an id is retired: the tombstones.
//!
//! These count, where nothing else in the document defines the id:
//! - a heading, list item or row that begins with it and says so: `R-3 (retired: replaced by R-9)`, `R-3: withdrawn`;
//! - one that is struck through: `~~R-3 Split by hand~~`;
//! - a sentence, as decisions have it: `R-3 (“Split by hand”) was withdrawn`, `R-9 replaces R-3`, `Q-2 is answered: …`.
//!
//! The words are retired, withdrawn, removed, replaced, superseded, dropped, obsolete and merged; of a question also
//! answered, closed, resolved and settled.

use super::reference::{Mention, Prefix, Reference};

const RETIRED: [&str; 8] =
    ["retired", "withdrawn", "removed", "replaced", "superseded", "dropped", "obsolete", "merged"];
const ANSWERED: [&str; 4] = ["answered", "closed", "resolved", "settled"];

/// Longest title between an id and what is said of it, in bytes.
const LONGEST_TITLE: usize = 400;

/// Whether a definition only says that its id is retired: `rest` is what comes after the id.
pub(super) fn is_retired(text: &str, rest: &str) -> bool {
    if text.trim_start_matches(['*', '_', '`', '[', '(']).starts_with("~~") {
        return true;
    }
    let before = rest.trim_start_matches(['*', '_', '`', '~', ']', ' ', '\t']);
    let words = before.trim_start_matches(['(', '[', '{', '*', '_', ':', '·', '.', '—', '–', '-', ' ', '\t']);
    let in_brackets = before.starts_with(['(', '[', '{']);
    let Some(after) = after_word(words, &RETIRED) else { return false };
    // “Removed by an administrator” may be what the requirement is about; “removed.” and “replaced by R-9” are not.
    let next = after.trim_start_matches(['*', '_', ' ']);
    in_brackets || next.is_empty() || next.starts_with([':', '.', ';', ',', ')', '(', '—', '–', '→']) || leads_on(next)
}

/// “by R-9”, “into R-9”: what replaced it.
fn leads_on(text: &str) -> bool {
    let led = ["by ", "with ", "into ", "in "].iter().find_map(|word| text.strip_prefix(word));
    led.is_some_and(|rest| Reference::leading(rest.trim_start_matches(['*', '_', '`', '[', ' '])).is_some())
}

/// The ids that a line says are retired in a sentence.
pub(super) fn retired_in(line: &str, mentions: &[Mention]) -> Vec<Reference> {
    let mut found = Vec::new();
    for mention in mentions {
        let question = mention.reference.prefix == Prefix::Q;
        if is_said_after(&line[mention.end..], question) || is_replaced_before(&line[..mention.start]) {
            found.push(mention.reference);
        }
    }
    found
}

/// “… (“title”) was withdrawn”.
fn is_said_after(rest: &str, question: bool) -> bool {
    let rest = rest.trim_start_matches(['*', '_', '`', '~', ' ']);
    says_so(rest, question)
        || rest.strip_prefix('(').is_some_and(|inside| ends_of_title(inside).any(|after| says_so(after, question)))
}

fn says_so(rest: &str, question: bool) -> bool {
    let rest = rest.trim_start_matches(['*', '_', ' ']);
    let said =
        ["was ", "is ", "were ", "are ", "has been ", "have been "].iter().find_map(|verb| rest.strip_prefix(verb));
    said.is_some_and(|said| after_word(said, &RETIRED).is_some() || (question && after_word(said, &ANSWERED).is_some()))
}

/// What comes after a title in brackets, which may hold some itself. Its end is looked for nearby, so that no line is read
/// anew for each id in it.
fn ends_of_title(inside: &str) -> impl Iterator<Item = &str> {
    let ends = inside.bytes().take(LONGEST_TITLE).enumerate().filter(|(_, byte)| *byte == b')');
    ends.map(|(end, _)| &inside[end + 1..])
}

/// “R-9 replaces R-3”.
fn is_replaced_before(text: &str) -> bool {
    let text = text.trim_end_matches(['*', '_', '`', '~', ' ']);
    ["replaces", "supersedes"].iter().any(|verb| text.ends_with(verb))
}

/// What comes after one of the words, where the text begins with it, in whatever case.
fn after_word<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    words.iter().any(|known| word.eq_ignore_ascii_case(known)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::super::reference::mentions;
    use super::*;

    fn begins(text: &str) -> bool {
        let bare = text.trim_start_matches(['*', '~', '_', '(']);
        Reference::leading(bare).is_some_and(|(_, rest)| is_retired(text, rest))
    }

    #[test]
    fn a_definition_that_is_a_tombstone() {
        for tombstone in [
            "R-3 (retired: replaced by R-9)",
            "R-3 (Retired)",
            "**R-3** (withdrawn, see D-4)",
            "R-3: withdrawn",
            "R-3 — removed.",
            "R-3 replaced by R-9",
            "R-3 · superseded by **R-9**",
            "~~R-3 Split by hand~~",
            "**~~R-3~~** Split",
        ] {
            assert!(begins(tombstone), "{tombstone}");
        }
        for live in ["R-3 Removed sellers keep their balance", "R-3 Replaced by hand", "R-3 Retire a seller", "R-3"] {
            assert!(!begins(live), "{live}");
        }
    }

    #[test]
    fn a_sentence_that_is_a_tombstone() {
        let said = |line: &str| -> Vec<String> {
            retired_in(line, &mentions(line)).iter().map(Reference::to_string).collect()
        };
        assert_eq!(said("- **D-5** R-3 (“Split by hand”) was withdrawn; its id is not used again."), ["R-3"]);
        assert_eq!(said("R-9 replaces R-3, and Q-2 is answered: yes."), ["R-3", "Q-2"]);
        assert_eq!(said("R-3 (“Split (all)”) was withdrawn."), ["R-3"]);
        assert_eq!(said("R-4 has been merged into R-5."), ["R-4"]);
        assert_eq!(said("R-4 is answered by R-5, and R-6 was easy."), [""; 0]);
    }
}
