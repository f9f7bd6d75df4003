//! The architecture covers every must requirement: it names it somewhere, and not only to say that it is left for later.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Found;
use super::reading::Reading;
use crate::artefact::ids::prose;
use crate::artefact::parse::Priority;
use crate::artefact::reference::{Mention, Prefix, Reference, mentions};
use crate::stage::Stage;

pub(super) fn find(reading: &Reading<'_>) -> Vec<Found> {
    if reading.stage != Stage::Architecture {
        return Vec::new();
    }
    let Some(requirements) = &reading.requirements else { return Vec::new() };
    let covered = Covered::by(reading);
    let line = reading.headings.iter().find(|(.., text)| text.to_lowercase().contains("traceab"));
    let line = line.map_or(1, |(line, ..)| *line);
    let musts = requirements.iter().filter(|requirement| requirement.priority == Some(Priority::Must));
    let uncovered = musts.filter(|requirement| !covered.holds(requirement.id));
    uncovered
        .map(|requirement| {
            let (id, title) = (requirement.id, &requirement.title);
            let text = format!(
                "{id} “{title}” is a must, and nothing here covers it: say which component or decision does, or change its priority in the requirements"
            );
            Found::about(id, line, text)
        })
        .collect()
}

/// The requirements that a document covers.
struct Covered {
    named: BTreeSet<Reference>,
    /// `R-2 to R-7`: from which number up to which, joined where they overlap.
    ranges: BTreeMap<Prefix, Vec<(u32, u32)>>,
}

impl Covered {
    fn by(reading: &Reading<'_>) -> Self {
        let mut covered = Self { named: BTreeSet::new(), ranges: BTreeMap::new() };
        let mut sections = reading.headings.iter().peekable();
        let mut left_out: Option<usize> = None;
        for (line, text) in prose(reading.markdown) {
            while let Some((_, level, heading)) = sections.next_if(|(heading, ..)| *heading <= line) {
                if left_out.is_none_or(|outer| *level <= outer) {
                    left_out = is_for_later(heading).then_some(*level);
                }
            }
            if left_out.is_none() && !says_not_covered(text) {
                covered.take(text, &mentions(text));
            }
        }
        for ranges in covered.ranges.values_mut() {
            join(ranges);
        }
        covered
    }

    fn take(&mut self, line: &str, mentions: &[Mention]) {
        self.named.extend(mentions.iter().map(|mention| mention.reference.whole()));
        for pair in mentions.windows(2) {
            let [from, to] = pair else { continue };
            let (first, last) = (from.reference, to.reference);
            if first.prefix == last.prefix && first.number < last.number && leads_to(&line[from.end..to.start]) {
                self.ranges.entry(first.prefix).or_default().push((first.number, last.number));
            }
        }
    }

    fn holds(&self, id: Reference) -> bool {
        self.named.contains(&id)
            || self.ranges.get(&id.prefix).is_some_and(|ranges| {
                let after = ranges.partition_point(|(from, _)| *from <= id.number);
                ranges[..after].last().is_some_and(|(_, to)| id.number <= *to)
            })
    }
}

/// Joins ranges that overlap, so that one look finds a number.
fn join(ranges: &mut Vec<(u32, u32)>) {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::new();
    for (from, to) in ranges.drain(..) {
        match joined.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            _ => joined.push((from, to)),
        }
    }
    *ranges = joined;
}

/// Whether what stands between two ids means everything from one to the other.
fn leads_to(between: &str) -> bool {
    let between = between.trim_matches(|c: char| c.is_whitespace() || "*_`".contains(c));
    matches!(between, "to" | "through" | "–" | "—" | "-" | ".." | "..." | "…")
}

fn is_for_later(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    ["deferred", "non-goal", "out of scope", "not covered", "uncovered"].iter().any(|word| lower.contains(word))
}

/// A row of a table with nothing beside the id, or a line that says so.
fn says_not_covered(line: &str) -> bool {
    let lower = line.to_lowercase();
    if ["not covered", "uncovered", "not addressed", "is deferred", "are deferred"].iter().any(|it| lower.contains(it))
    {
        return true;
    }
    let Some(row) = lower.trim().strip_prefix('|') else { return false };
    let mut cells = row.trim_end_matches('|').split('|').map(str::trim);
    let begins = cells.next().is_some_and(|first| !first.is_empty());
    begins && cells.all(|cell| matches!(cell, "" | "-" | "–" | "—" | "none" | "n/a" | "tbd" | "todo" | "?" | "missing"))
}
