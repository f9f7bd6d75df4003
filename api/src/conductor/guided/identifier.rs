//! Ids in documents: `R-2`, `R-2.1`, `AD-4`. Found in any text, counted, never used twice.

use konductro_domain::artefact::reference::{Reference, mentions_in_any_case};

/// An id such as `R-2` or `R-2.1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Id {
    /// The letters.
    pub(super) prefix: &'static str,
    /// The number.
    pub(super) number: u32,
    /// The number after the point, of a criterion.
    pub(super) part: Option<u32>,
}

const PREFIXES: [&str; 6] = ["AD", "R", "N", "A", "Q", "D"];
const HIGHEST: u32 = 9_999;

impl Id {
    /// A top-level id.
    pub(super) fn new(prefix: &'static str, number: u32) -> Self {
        Self { prefix, number, part: None }
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.prefix, self.number)?;
        self.part.map_or(Ok(()), |part| write!(f, ".{part}"))
    }
}

/// Every id in a text that guided mode works with, with its place.
pub(super) fn all_in(text: &str) -> Vec<(Id, usize, usize)> {
    let known = mentions_in_any_case(text).into_iter().filter_map(|mention| {
        let Reference { prefix, number, part } = mention.reference;
        let prefix = PREFIXES.into_iter().find(|known| *known == prefix.as_str())?;
        let in_bounds = number <= HIGHEST && part.is_none_or(|part| part <= HIGHEST);
        in_bounds.then_some((Id { prefix, number, part }, mention.start, mention.end))
    });
    known.collect()
}

/// The first id in a text, with its place.
pub(super) fn first_in(text: &str) -> Option<(Id, usize, usize)> {
    all_in(text).into_iter().next()
}

/// Hands out ids that no version ever held.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    taken: Vec<Id>,
}

impl Ids {
    /// Counts the ids of a version of the document as taken.
    pub(super) fn learn(&mut self, text: &str) {
        for (id, ..) in all_in(text) {
            self.taken.push(Id { part: None, ..id });
        }
        self.taken.sort();
        self.taken.dedup();
    }

    /// The next free id with this prefix.
    pub(super) fn next(&mut self, prefix: &'static str) -> Id {
        let highest = self.taken.iter().filter(|id| id.prefix == prefix).map(|id| id.number).max().unwrap_or(0);
        let id = Id::new(prefix, highest + 1);
        self.taken.push(id.clone());
        id
    }
}
