//! An id is defined once. Where a kind of id stands in lists, a second line that only speaks of it is no definition.

use std::collections::HashMap;

use super::finding::Found;
use super::reading::Reading;
use crate::artefact::definitions::{Entry, Form};

pub(super) fn find(reading: &Reading<'_>) -> Vec<Found> {
    let mut first: HashMap<_, &Entry> = HashMap::new();
    let mut found: HashMap<_, (usize, usize)> = HashMap::new();
    for entry in &reading.entries {
        match first.get(&entry.id) {
            None => {
                first.insert(entry.id, entry);
            }
            Some(known) if repeats(reading, known, entry) => {
                found.entry(entry.id).and_modify(|(_, times)| *times += 1).or_insert((entry.line, 2));
            }
            Some(_) => {}
        }
    }
    let told = |(id, (line, times)): (_, (usize, usize))| {
        let before = first.get(&id).map_or(1, |entry| entry.line);
        let text = format!(
            "{id} is defined {times} times, first in line {before}: give one of them an id of its own that was never used"
        );
        Found::about(id, line, text)
    };
    found.into_iter().map(told).collect()
}

/// Whether an entry defines anew what another defined, and does not only speak of it.
fn repeats(reading: &Reading<'_>, known: &Entry, entry: &Entry) -> bool {
    if entry.form != known.form || (known.set_off && !entry.set_off) {
        return false;
    }
    let same_section = || reading.section_at(known.line) == reading.section_at(entry.line);
    if entry.id.part.is_some() {
        return entry.under.is_some() || known.under.is_none();
    }
    match entry.form {
        Form::Heading => true,
        Form::Item | Form::Paragraph => entry.set_off || same_section(),
        Form::Row => same_section(),
    }
}
