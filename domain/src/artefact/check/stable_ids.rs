//! Ids are stable from version to version: one may be changed, or retired with a tombstone; it never vanishes, and a
//! retired one never comes back as something else.

use super::finding::Found;
use super::reading::Reading;
use crate::artefact::ids::kinds_of;
use crate::artefact::reference::{Prefix, Reference};

pub(super) fn find_reused(reading: &Reading<'_>) -> Vec<Found> {
    let reused = reading.entries.iter().filter(|entry| {
        !entry.retired && reading.ids.live.contains(&entry.id) && reading.earlier.retired.contains(&entry.id)
    });
    reused
        .map(|entry| {
            let id = entry.id;
            let text = format!("{id} was retired in an earlier version: give this an id that was never used");
            Found::about(id, entry.line, text)
        })
        .collect()
}

/// Ids that others stand on once somebody approved them.
pub(super) fn find_approved_vanished(reading: &Reading<'_>) -> Vec<Found> {
    let vanished = vanished(reading).filter(|id| is_stood_on(*id) && reading.earlier.signed.contains(id));
    told(vanished, "was approved once")
}

pub(super) fn find_vanished(reading: &Reading<'_>) -> Vec<Found> {
    let vanished = vanished(reading).filter(|id| !(is_stood_on(*id) && reading.earlier.signed.contains(id)));
    told(vanished, "stood in an earlier version")
}

fn told(vanished: impl Iterator<Item = Reference>, was: &str) -> Vec<Found> {
    vanished
        .map(|id| {
            let text =
                format!("{id} {was} and is gone: bring it back, or leave a tombstone such as “{id} (retired: why)”");
            Found::about(id, 1, text)
        })
        .collect()
}

fn vanished<'a>(reading: &'a Reading<'_>) -> impl Iterator<Item = Reference> + use<'a> {
    let ever = reading.earlier.ever.iter().chain(&reading.earlier.retired).copied();
    let own = ever.filter(|id| kinds_of(reading.stage).contains(&id.prefix));
    // Where a requirement is gone, its criteria need no word of their own; what an artefact before this one took over is not gone.
    let gone = own.filter(|id| !reading.ids.knows(*id) && !reading.upstream.iter().any(|(_, ids)| ids.knows(*id)));
    let gone = gone.filter(|id| id.part.is_none() || reading.ids.live.contains(&id.whole()));
    gone.collect::<std::collections::BTreeSet<_>>().into_iter()
}

/// Requirements, qualities and decisions of the architecture: later stages and stories name them.
fn is_stood_on(id: Reference) -> bool {
    matches!(id.prefix, Prefix::R | Prefix::N | Prefix::Ad)
}
