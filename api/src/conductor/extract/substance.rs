//! Whether a document's body is the document, or only points at an earlier one.
//!
//! A model that is asked to revise likes to write "(rest unchanged)". Such a version would lose what it
//! leaves out, so it must be told from prose that merely speaks of things that stay the same.

use konductro_domain::conversation::Substance;
use konductro_domain::phase::MAX_ARTEFACT_BYTES;

use super::fence::Fence;

const LONGEST_MARKER: usize = 140;

/// What an aside in brackets, a comment or an ellipsis says when it stands for text that was left out.
const ASIDES: [&str; 19] = [
    "unchanged",
    "as before",
    "as above",
    "same as the previous",
    "same as previous",
    "as in version",
    "as in the previous",
    "as in previous",
    "omitted",
    "truncated",
    "rest of the document",
    "rest of document",
    "rest of the sections",
    "remaining sections",
    "remaining requirements",
    "remainder of",
    "other sections",
    "keep existing",
    "existing content",
];

/// How a line of its own begins when it stands for text that was left out.
const OPENINGS: [&str; 13] = [
    "rest unchanged",
    "the rest is unchanged",
    "the rest remains",
    "rest of the document",
    "rest of document",
    "the rest of the document",
    "the rest of this document",
    "remaining sections",
    "the remaining sections",
    "all other sections",
    "other sections",
    "everything else",
    "same as the previous version",
];

const STANDS_STILL: [&str; 6] = ["unchanged", "as before", "same", "remain", "stays", "previous version"];

/// Whether a document's text is the document.
pub fn substance_of(text: &str) -> Substance {
    if text.trim().is_empty() || text.len() > MAX_ARTEFACT_BYTES {
        return Substance::Unusable;
    }
    let mut fence: Option<Fence> = None;
    for line in text.lines() {
        match (Fence::of(line), &fence) {
            (Some(next), None) => fence = Some(next),
            (Some(next), Some(open)) if open.is_closed_by(&next) => fence = None,
            (None, None) if is_placeholder(line) => return Substance::Placeholder,
            _ => {}
        }
    }
    Substance::Whole
}

fn is_placeholder(line: &str) -> bool {
    if line.len() > LONGEST_MARKER || line.trim_start().starts_with('|') {
        return false;
    }
    let bare = line.trim().trim_start_matches(['-', '*', '+', '>', '#', '_', ' ']).trim_end_matches(['*', '_', ' ']);
    let lower = bare.to_lowercase();
    if let Some(aside) = aside(&lower) {
        return ASIDES.iter().any(|phrase| aside.contains(phrase));
    }
    let sentence = lower.trim_end_matches(['.', ':', '!']);
    matches!(sentence, "unchanged" | "as before" | "same as before" | "same as above")
        || (OPENINGS.iter().any(|opening| sentence.starts_with(opening))
            && STANDS_STILL.iter().any(|phrase| sentence.contains(phrase)))
}

/// What stands in brackets, in a comment or beside an ellipsis, where that is the whole line.
fn aside(line: &str) -> Option<&str> {
    let pairs = [("<!--", "-->"), ("(", ")"), ("[", "]"), ("{", "}"), ("<", ">")];
    let in_pair = pairs.iter().find_map(|(open, close)| {
        line.trim_end_matches('.').strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
    });
    in_pair.or_else(|| line.strip_prefix("...")).or_else(|| line.strip_prefix('…')).map(str::trim)
}
