//! Evidence as a document writes it: a line with `repository@commit:path#L12-L40` and `sha256:…`.

use std::ops::Range;

use konductro_domain::artefact::submission::CodeReference;
use konductro_domain::text::Hash;

use super::{Checkout, CheckoutError, Cited};

/// A reference in a document.
struct Written {
    place: CodeReference,
    /// Where the reference stands in its line.
    at: Range<usize>,
}

/// What a document cites with a hash, line by line.
pub(super) fn cited_in(markdown: &str) -> Vec<Cited> {
    let lines = markdown.lines().enumerate();
    let cited = lines.filter_map(|(index, line)| {
        let hash = hash_in(line)?;
        let Written { place, .. } = reference_in(line)?;
        let id = evidence_id(line).unwrap_or_else(|| format!("line {}", index + 1));
        Some(Cited { id, index, place, sha256: Some(hash) })
    });
    cited.collect()
}

/// The document with a hash behind each reference that has none and whose lines are here.
pub(super) fn fill(checkout: &Checkout, markdown: &str) -> Result<String, CheckoutError> {
    let mut filled = String::with_capacity(markdown.len());
    for line in markdown.split_inclusive('\n') {
        match missing_hash(checkout, line)? {
            None => filled.push_str(line),
            Some((at, hash)) => {
                filled.push_str(&line[..at]);
                filled.push_str(&format!(" sha256:{hash}"));
                filled.push_str(&line[at..]);
            }
        }
    }
    Ok(filled)
}

fn missing_hash(checkout: &Checkout, line: &str) -> Result<Option<(usize, Hash)>, CheckoutError> {
    if hash_in(line).is_some() || evidence_id(line).is_none() {
        return Ok(None);
    }
    let Some(Written { place, at }) = reference_in(line) else { return Ok(None) };
    if !checkout.has(&place.commit)? {
        return Ok(None);
    }
    let Ok(lines) = checkout.lines_at(&place.commit, &place.path, place.lines) else { return Ok(None) };
    let end = if line[at.end..].starts_with('`') { at.end + 1 } else { at.end };
    Ok(Some((end, lines.hash)))
}

/// The first `E-n` of a line.
fn evidence_id(line: &str) -> Option<String> {
    let mut numbers = line
        .match_indices("E-")
        .map(|(at, _)| line[at + 2..].chars().take_while(char::is_ascii_digit).collect::<String>());
    numbers.find(|number| !number.is_empty()).map(|number| format!("E-{number}"))
}

fn reference_in(line: &str) -> Option<Written> {
    let ends = |c: char| c.is_whitespace() || "`|,;()[]<>\"'*“”".contains(c);
    let mut start = 0;
    for word in line.split_inclusive(ends) {
        let trimmed = word.trim_end_matches(ends).trim_end_matches(['.', ':', '!', '?']);
        if let Ok(place) = trimmed.parse() {
            return Some(Written { place, at: start..start + trimmed.len() });
        }
        start += word.len();
    }
    None
}

/// A hash that stands alone, or behind `sha256:`.
fn hash_in(line: &str) -> Option<Hash> {
    let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == ':' || c == '@'));
    words.filter_map(|word| word.strip_prefix("sha256:").unwrap_or(word).parse().ok()).next_back()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    const COMMIT: &str = "4be1f02a4be1f02a4be1f02a4be1f02a4be1f02a";

    #[test]
    fn a_line_is_read_with_its_reference_and_hash() {
        let hash = Hash::of(b"x");
        let line = format!("- **E-1** `pay@{COMMIT}:src/a.rs#L1-L2` sha256:{hash} “x”");
        assert_eq!(evidence_id(&line).as_deref(), Some("E-1"));
        assert_eq!(hash_in(&line), Some(hash));
        let Written { place, at } = reference_in(&line).unwrap();
        assert_eq!(&line[at], place.to_string());
        assert_eq!(cited_in(&line)[0].sha256, Some(hash));
    }

    #[test]
    fn a_line_without_evidence_is_left_alone() {
        for line in ["", "E-1 somewhere", "E-x", "| E-1 | pay | abc |", "“E-1” – ü`pay@x:y#L1`"] {
            assert!(hash_in(line).is_none() && reference_in(line).is_none(), "{line}");
        }
    }
}
