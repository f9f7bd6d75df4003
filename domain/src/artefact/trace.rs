//! Where each id of a document is defined, and where others are named: what traceability is made of.

use std::collections::{BTreeMap, BTreeSet};

use super::blocks::{Block, blocks};
use super::parse::{Headed, definition};
use super::reference::{Reference, named_in};

/// Most places that are kept of one id in one document.
const MOST_PLACES: usize = 40;

/// The ids of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// What it defines, by id.
    pub defined: BTreeMap<Reference, Definition>,
    /// Where it names an id other than to define it, in reading order.
    pub named: BTreeMap<Reference, Vec<Place>>,
}

/// Where and how an id is defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The short name.
    pub title: String,
    /// What its first piece says beyond the name.
    pub text: String,
    /// The heading that it stands under; its own where it is one.
    pub section: String,
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The heading that it stands under.
    pub section: String,
    /// What is being defined there.
    pub within: Option<Reference>,
}

/// Reads a document's ids.
pub fn trace(markdown: &str) -> Trace {
    let blocks = blocks(markdown);
    let headed = Headed::of(&blocks);
    let mut trace = Trace::default();
    let mut seen: BTreeSet<(Reference, Place)> = BTreeSet::new();
    let mut place = Place { section: String::new(), within: None };
    for block in &blocks {
        let defines = definition(block).filter(|(id, _)| id.part.is_some() || headed.defines(*id, block));
        if let Block::Heading(heading) = block {
            place = Place { section: heading.clone(), within: None };
        }
        let own = defines.as_ref().map(|(id, _)| *id);
        if let Some((id, words)) = defines {
            // A list item or row that follows another definition is not within that one.
            place.within = Some(id);
            let (title, text) = words.title_and_text();
            trace.defined.entry(id).or_insert_with(|| Definition { title, text, section: place.section.clone() });
        } else if matches!(block, Block::Item(_) | Block::Row(_))
            && place.within.is_some_and(|id| !headed.has(id.prefix))
        {
            place.within = None;
        }
        for id in named_in(&block.text()).into_iter().filter(|id| Some(*id) != own) {
            if seen.insert((id, place.clone())) {
                let places = trace.named.entry(id).or_default();
                if places.len() < MOST_PLACES {
                    places.push(place.clone());
                }
            }
        }
    }
    trace
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a failed expectation is a failed test")]
mod tests {
    use super::*;

    fn id(text: &str) -> Reference {
        text.parse().expect("an id")
    }

    #[test]
    fn what_is_defined_and_what_is_named_where() {
        let found = trace(
            "# Architecture\n\n## Decisions\n\n### AD-1 Split at capture\n\nHolds R-1.2 and R-1.2 by construction.\n\n\
             ### AD-2 Carry\n\nSee AD-1.\n\n## Traceability\n\nR-1 → AD-1\n",
        );
        let decision = found.defined.get(&id("AD-1")).expect("AD-1 is defined");
        assert_eq!((decision.title.as_str(), decision.section.as_str()), ("Split at capture", "AD-1 Split at capture"));
        let named: Vec<_> = found.named.get(&id("R-1.2")).expect("R-1.2 is named").iter().map(|at| at.within).collect();
        assert_eq!(named, [Some(id("AD-1"))], "once for each place");
        let decisions: Vec<_> =
            found.named.get(&id("AD-1")).expect("AD-1 is named").iter().map(|at| at.within).collect();
        assert_eq!(decisions, [Some(id("AD-2")), None]);
        assert!(!found.defined.contains_key(&id("R-1")));
    }

    #[test]
    fn an_item_that_defines_nothing_is_not_within_the_one_before() {
        let found = trace("## Decisions\n- **AD-1** Split, for R-1.\n- Other, for R-2.\n");
        assert_eq!(found.named.get(&id("R-1")).map(|places| places[0].within), Some(Some(id("AD-1"))));
        assert_eq!(found.named.get(&id("R-2")).map(|places| places[0].within), Some(None));
    }
}
