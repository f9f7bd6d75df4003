//! The ids of a document: those that it defines, and those that it says are retired.
//!
//! An id is stable: a later version may change what it says, or retire it with a tombstone (see `retiring`), and
//! never gives it to something else.

use std::collections::BTreeSet;

use super::blocks::pieces;
use super::definitions::{Entry, entries};
use super::reference::{Prefix, Reference, mentions};
use super::retiring::retired_in;
use super::sections::fence_after;
use crate::stage::Stage;

/// The kinds of id that the artefact of a stage defines.
pub fn kinds_of(stage: Stage) -> &'static [Prefix] {
    match stage {
        Stage::Requirements | Stage::Scoping => &[Prefix::R, Prefix::N, Prefix::A, Prefix::Q, Prefix::D],
        Stage::TechnicalAnalysis => &[Prefix::E, Prefix::A, Prefix::Q, Prefix::D],
        Stage::Architecture => &[Prefix::Ad, Prefix::A, Prefix::Q, Prefix::D],
        Stage::Stories => &[],
    }
}

/// The ids of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ids {
    /// Those that it defines.
    pub live: BTreeSet<Reference>,
    /// Those that it says are retired.
    pub retired: BTreeSet<Reference>,
}

/// The ids of all earlier versions of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EarlierIds {
    /// Every id that one of them defined.
    pub ever: BTreeSet<Reference>,
    /// Those that a version defined which somebody approved.
    pub signed: BTreeSet<Reference>,
    /// Those that one of them said are retired.
    pub retired: BTreeSet<Reference>,
}

impl Ids {
    /// Reads the artefact of a stage.
    pub fn of(stage: Stage, markdown: &str) -> Self {
        Self::read(markdown, &entries(&pieces(markdown), kinds_of(stage)))
    }

    /// The ids of a document whose definitions are read already.
    pub(super) fn read(markdown: &str, entries: &[Entry]) -> Self {
        let live: BTreeSet<_> = entries.iter().filter(|entry| !entry.retired).map(|entry| entry.id).collect();
        let mut retired: BTreeSet<_> = entries.iter().filter(|entry| entry.retired).map(|entry| entry.id).collect();
        for (_, line) in prose(markdown) {
            retired.extend(retired_in(line, &mentions(line)));
        }
        retired.retain(|id| !live.contains(id));
        // A criterion goes with its requirement.
        let live = live.into_iter().filter(|id| id.part.is_none() || !retired.contains(&id.whole())).collect();
        Self { live, retired }
    }

    /// Whether an id is defined or retired here.
    pub fn knows(&self, id: Reference) -> bool {
        self.live.contains(&id) || self.is_retired(id)
    }

    /// Whether an id, or the requirement that it is a criterion of, is retired here.
    pub fn is_retired(&self, id: Reference) -> bool {
        self.retired.contains(&id) || self.retired.contains(&id.whole())
    }

    /// How many ids it holds.
    pub fn len(&self) -> usize {
        self.live.len() + self.retired.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl EarlierIds {
    /// Adds the ids of a version; `signed` where somebody approved it.
    pub fn learn(&mut self, ids: &Ids, signed: bool) {
        self.ever.extend(&ids.live);
        self.retired.extend(&ids.retired);
        if signed {
            self.signed.extend(&ids.live);
        }
    }
}

/// The lines of a document with their numbers from 1, without what stands in code fences.
pub(super) fn prose(markdown: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fence = None;
    (1..).zip(markdown.lines()).filter(move |(_, line)| {
        let was_open = fence.is_some();
        fence = fence_after(fence, line);
        !was_open && fence.is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(ids: &BTreeSet<Reference>) -> Vec<String> {
        ids.iter().map(Reference::to_string).collect()
    }

    #[test]
    fn a_document_defines_ids_and_retires_them() {
        let ids = Ids::of(
            Stage::Requirements,
            "### R-1 Split\n- **R-1.1** When, shall.\n### R-2 (retired: replaced by R-1)\n- R-2.1 When, shall.\n\
             ## Decisions\n- **D-1** R-3 was withdrawn.\n```\n### R-8 Example\n```\n- **E-1** no evidence here\n",
        );
        assert_eq!(written(&ids.live), ["R-1", "R-1.1", "D-1"]);
        assert_eq!(written(&ids.retired), ["R-2", "R-3"]);
        assert!(ids.knows("R-2.1".parse().unwrap_or(Reference { prefix: Prefix::Q, number: 1, part: None })));
    }

    #[test]
    fn what_is_defined_is_not_retired_whatever_a_sentence_says() {
        let ids = Ids::of(Stage::Requirements, "### R-1 Split\nR-1 was dropped once, and came back.\n");
        assert_eq!((written(&ids.live), ids.retired.len()), (vec!["R-1".to_owned()], 0));
    }
}
