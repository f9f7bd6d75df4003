//! No blocking question is open: what it may overturn is not ready to be approved.
//!
//! A question blocks where it says so (“blocking”, a column of that name with “yes”, a heading “Blocking questions”), and
//! is open until it is answered, closed, resolved or settled, or has left.

use std::collections::HashMap;

use super::finding::Found;
use super::reading::Reading;
use crate::artefact::blocks::Block;
use crate::artefact::definitions::{Form, Words};
use crate::artefact::reference::Prefix;

pub(super) fn find(reading: &Reading<'_>) -> Vec<Found> {
    let columns = blocking_columns(reading);
    let mut found = Vec::new();
    for entry in reading.live(Prefix::Q) {
        let text = entry.text();
        let in_column = match (entry.form, &entry.words, columns.get(&entry.line)) {
            (Form::Row, Words::Cells(cells), Some(column)) => cells.get(*column).map(|cell| is_yes(cell)),
            _ => None,
        };
        let blocks = in_column.unwrap_or_else(|| {
            says_blocking(&text).unwrap_or_else(|| says_blocking(reading.section_at(entry.line)) == Some(true))
        });
        if blocks && !is_answered(&text) {
            let id = entry.id;
            let text = format!("{id} is open and blocks: have it answered, or say in it why it blocks no longer");
            found.push(Found::about(id, entry.line, text));
        }
    }
    found
}

/// For each table row, by its line, which of the cells after the id says whether it blocks.
fn blocking_columns(reading: &Reading<'_>) -> HashMap<usize, usize> {
    let mut columns = HashMap::new();
    let mut current: Option<(usize, Option<usize>)> = None;
    for piece in &reading.pieces {
        let Block::Row(cells) = &piece.block else {
            current = None;
            continue;
        };
        let column = match current {
            Some((line, column)) if line + 1 == piece.line => column,
            _ => cells.iter().skip(1).position(|cell| says_blocking(cell) == Some(true)),
        };
        current = Some((piece.line, column));
        if let Some(column) = column {
            columns.insert(piece.line, column);
        }
    }
    columns
}

/// What a text says of blocking; `None` where it says nothing. That it blocks weighs more than that it does not.
fn says_blocking(text: &str) -> Option<bool> {
    let lower = text.to_lowercase();
    let said: Vec<bool> = lower.split(['.', '?', '!', ';', '(', ')', '\n']).filter_map(clause_says_blocking).collect();
    if said.is_empty() { None } else { Some(said.contains(&true)) }
}

/// The same of one clause, in lower case.
fn clause_says_blocking(clause: &str) -> Option<bool> {
    let words: Vec<&str> = clause.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let place = words.iter().position(|word| matches!(*word, "blocking" | "blocker" | "blocks" | "nonblocking"))?;
    let before = &words[place.saturating_sub(4)..place];
    let denied = before.iter().any(|word| matches!(*word, "not" | "non" | "no" | "none" | "nothing" | "never" | "t"));
    let negated = matches!(words.get(place + 1), Some(&("no" | "false" | "nothing" | "none")));
    Some(!(denied || negated || words[place] == "nonblocking"))
}

fn is_yes(cell: &str) -> bool {
    let cell = cell.trim().trim_matches(['*', '_', '`']).to_lowercase();
    matches!(cell.as_str(), "yes" | "y" | "x" | "true" | "✓" | "✔" | "✅") || says_blocking(&cell) == Some(true)
}

/// Whether a question says that it is answered: “(answered: …)”, “Answer: …”, “is settled by D-3”. “To be answered by
/// Finance” and “when is the office closed?” do not.
fn is_answered(text: &str) -> bool {
    let lower = text.to_lowercase();
    if lower.contains("answer:") {
        return true;
    }
    ["answered", "resolved", "settled", "closed"].iter().any(|word| {
        lower.match_indices(word).any(|(start, _)| {
            let before = lower[..start].trim_end_matches([' ', '*', '_']);
            let said = ["is", "was", "been", "now", "already"]
                .iter()
                .any(|verb| before.strip_suffix(verb).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric)));
            let is_word = !lower[start + word.len()..].starts_with(char::is_alphanumeric);
            is_word && (said || before.is_empty() || before.ends_with(['(', '[', ':', '—', '–', '·', ';', '|', '\n']))
        })
    })
}
