//! An id that is named is defined: here, or in what this stands on. What a later stage defines is not asked for, nor
//! what an artefact defines that is not approved at the moment.

use super::finding::Found;
use super::reading::Reading;
use crate::artefact::ids::{Ids, kinds_of};
use crate::artefact::reference::{Prefix, Reference};
use crate::stage::Stage;

pub(super) fn find(reading: &Reading<'_>) -> Vec<Found> {
    let dangling = reading.named.iter().filter_map(|(id, line)| {
        let text = what_is_wrong(reading, *id)?;
        Some(Found::about(*id, *line, text))
    });
    dangling.collect()
}

fn what_is_wrong(reading: &Reading<'_>, id: Reference) -> Option<String> {
    if reading.ids.knows(id) {
        return None;
    }
    let homes = homes(reading.stage, id.prefix);
    let known: Vec<(Stage, &Ids)> =
        homes.iter().filter_map(|home| Some((*home, reading.upstream_of(*home)?))).collect();
    let is_own = kinds_of(reading.stage).contains(&id.prefix);
    if known.len() < homes.len() || (homes.is_empty() && !is_own) {
        return None;
    }
    if known.iter().any(|(_, ids)| ids.live.contains(&id)) {
        return None;
    }
    if let Some((home, _)) = known.iter().find(|(_, ids)| ids.is_retired(id)) {
        return Some(format!("{id} is retired in {}: name what replaced it, or take it out", home.title()));
    }
    let whole = id.whole();
    let has_whole = reading.ids.live.contains(&whole) || known.iter().any(|(_, ids)| ids.live.contains(&whole));
    Some(if id.part.is_some() && has_whole {
        format!("{whole} has no criterion {id}: correct the id, or add the criterion")
    } else {
        match known.first() {
            Some((home, _)) if !is_own => {
                format!("{id} is named here, and the approved {} do not define it: correct the id", the(*home))
            }
            _ => format!("{id} is named here, and nothing defines it: correct the id, or define it"),
        }
    })
}

fn the(stage: Stage) -> String {
    match stage {
        Stage::Requirements => "requirements".to_owned(),
        Stage::TechnicalAnalysis | Stage::Architecture | Stage::Stories | Stage::Scoping => {
            format!("documents of {}", stage.title())
        }
    }
}

/// The earlier stages whose artefacts may define a kind of id.
fn homes(stage: Stage, prefix: Prefix) -> &'static [Stage] {
    match (stage, prefix) {
        (Stage::TechnicalAnalysis, Prefix::R | Prefix::N | Prefix::A | Prefix::Q | Prefix::D)
        | (Stage::Architecture, Prefix::R | Prefix::N) => &[Stage::Requirements],
        (Stage::Architecture, Prefix::E) => &[Stage::TechnicalAnalysis],
        (Stage::Architecture, Prefix::A | Prefix::Q | Prefix::D) => &[Stage::Requirements, Stage::TechnicalAnalysis],
        _ => &[],
    }
}
