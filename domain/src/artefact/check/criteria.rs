//! A requirement has acceptance criteria with ids: without one nobody can say that it is done, and no story can trace to it.

use super::finding::Found;
use super::reading::Reading;
use crate::artefact::reference::Prefix;

pub(super) fn find(reading: &Reading<'_>) -> Vec<Found> {
    let with_criteria: std::collections::BTreeSet<_> =
        reading.ids.live.iter().filter(|id| id.part.is_some()).map(|id| id.whole()).collect();
    let mut told = std::collections::BTreeSet::new();
    let without = reading.live(Prefix::R).filter(|entry| !with_criteria.contains(&entry.id));
    let without = without.filter(|entry| told.insert(entry.id));
    without
        .map(|entry| {
            let id = entry.id;
            let text = format!(
                "{id} has no acceptance criterion: add at least one with an id, as “{id}.1 When …, the system shall …”"
            );
            Found::about(id, entry.line, text)
        })
        .collect()
}
