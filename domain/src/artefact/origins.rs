//! Which version each word of a document came with: what stayed the same from version to version belongs to the version
//! that brought it.
//!
//! Lines are aligned first, and within lines that were rewritten the words, so that whoever changed one word of a line
//! brought that word and not the line.

use std::collections::BTreeMap;

use similar::DiffOp;

use super::align::{Alignment, split_words};

/// A line of a document, as stretches that came with one version each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Line<'a> {
    text: &'a str,
    stretches: Vec<Stretch>,
}

/// Some bytes of a line that came with one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// The version, by its place in the chain.
    came_with: usize,
    bytes: usize,
}

/// A paragraph of the last document: lines between blank ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// Its first line, from 1.
    pub first_line: usize,
    /// Its last line.
    pub last_line: usize,
    /// How many characters came with which version, by its place in the chain; blanks do not count.
    pub came_with: BTreeMap<usize, usize>,
}

/// A document, by what came with which version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    /// Its paragraphs, in order.
    pub paragraphs: Vec<Paragraph>,
    /// How many characters of all of it came with which version, by its place in the chain; blanks do not count.
    pub came_with: BTreeMap<usize, usize>,
}

/// Follows a document from its first text to its last.
pub fn origins(chain: &[&str]) -> Origins {
    let mut alignment = Alignment::default();
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (version, text) in chain.iter().enumerate() {
        lines = next(&mut alignment, &lines, text, version);
    }
    Origins { paragraphs: paragraphs(&lines), came_with: counted(&lines) }
}

/// How many characters of each text of a chain came with which: what `origins` counts for the last, for every one.
pub fn shares(chain: &[&str]) -> Vec<BTreeMap<usize, usize>> {
    let mut alignment = Alignment::default();
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut shares = Vec::with_capacity(chain.len());
    for (version, text) in chain.iter().enumerate() {
        lines = next(&mut alignment, &lines, text, version);
        shares.push(counted(&lines));
    }
    shares
}

fn counted(lines: &[Line<'_>]) -> BTreeMap<usize, usize> {
    let mut came_with = BTreeMap::new();
    lines.iter().for_each(|line| count(line, &mut came_with));
    came_with
}

/// The next version's lines, of which some are the last one's.
fn next<'a>(alignment: &mut Alignment, before: &[Line<'_>], text: &'a str, version: usize) -> Vec<Line<'a>> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.iter().map(|line| line.text).collect(), text.lines().collect());
    let mut lines = Vec::with_capacity(new.len());
    for op in alignment.align(&old, &new) {
        let (old_lines, new_lines) = (&before[op.old_range()], &new[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => {
                let kept = old_lines.iter().zip(new_lines);
                lines.extend(kept.map(|(old, text)| Line { text, stretches: old.stretches.clone() }));
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                for (number, text) in new_lines.iter().enumerate() {
                    lines.push(match old_lines.get(number) {
                        Some(old) => rewritten(alignment, old, text, version),
                        None => Line { text, stretches: vec![Stretch { came_with: version, bytes: text.len() }] },
                    });
                }
            }
        }
    }
    lines
}

/// A line that took the place of another: the words that stayed are still the other's.
fn rewritten<'a>(alignment: &mut Alignment, old: &Line<'_>, text: &'a str, version: usize) -> Line<'a> {
    let (old_words, new_words) = (split_words(old.text), split_words(text));
    let mut stretches = Vec::new();
    for op in alignment.align(&old_words, &new_words) {
        let bytes = |words: &[&str]| words.iter().map(|word| word.len()).sum();
        let added: usize = bytes(&new_words[op.new_range()]);
        match op {
            DiffOp::Equal { .. } => {
                let skipped = bytes(&old_words[..op.old_range().start]);
                stretches.extend(part(&old.stretches, skipped, added));
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                stretches.push(Stretch { came_with: version, bytes: added });
            }
        }
    }
    stretches.retain(|stretch| stretch.bytes > 0);
    Line { text, stretches }
}

/// The stretches of some bytes of a line.
fn part(stretches: &[Stretch], from: usize, bytes: usize) -> Vec<Stretch> {
    let (mut at, end) = (0, from + bytes);
    let mut found = Vec::new();
    for stretch in stretches {
        let (begins, ends) = (at.max(from), (at + stretch.bytes).min(end));
        if begins < ends {
            found.push(Stretch { came_with: stretch.came_with, bytes: ends - begins });
        }
        at += stretch.bytes;
    }
    found
}

fn paragraphs(lines: &[Line<'_>]) -> Vec<Paragraph> {
    let mut found: Vec<Paragraph> = Vec::new();
    let mut open = false;
    for (number, line) in (1..).zip(lines) {
        if line.text.trim().is_empty() {
            open = false;
            continue;
        }
        if !open {
            found.push(Paragraph { first_line: number, last_line: number, came_with: BTreeMap::new() });
            open = true;
        }
        if let Some(paragraph) = found.last_mut() {
            paragraph.last_line = number;
            count(line, &mut paragraph.came_with);
        }
    }
    found
}

fn count(line: &Line<'_>, came_with: &mut BTreeMap<usize, usize>) {
    let mut at = 0;
    for stretch in &line.stretches {
        let text = line.text.get(at..at + stretch.bytes).unwrap_or_default();
        let characters = text.chars().filter(|letter| !letter.is_whitespace()).count();
        if characters > 0 {
            *came_with.entry(stretch.came_with).or_insert(0) += characters;
        }
        at += stretch.bytes;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_stays_belongs_to_the_version_that_brought_it() {
        let found = origins(&["# Title\n\nOne two three.\n", "# Title\n\nOne two three.\n\nFour.\n"]);
        let came: Vec<_> = found.paragraphs.iter().map(|it| (it.first_line, it.came_with.clone())).collect();
        assert_eq!(
            came,
            [(1, BTreeMap::from([(0, 6)])), (3, BTreeMap::from([(0, 12)])), (5, BTreeMap::from([(1, 5)]))]
        );
        assert_eq!(found.came_with, BTreeMap::from([(0, 18), (1, 5)]));
    }

    #[test]
    fn whoever_changes_a_word_brings_the_word_and_not_the_line() {
        let found = origins(&["answer within 2 s", "answer within 500 ms", "answer within 500 ms always"]);
        assert_eq!(found.came_with, BTreeMap::from([(0, 12), (1, 5), (2, 6)]));
        assert_eq!(found.paragraphs.len(), 1);
    }

    #[test]
    fn what_comes_back_came_anew() {
        let found = origins(&["one", "two", "one"]);
        assert_eq!(found.came_with, BTreeMap::from([(2, 3)]));
    }

    proptest! {
        #[test]
        fn every_character_came_with_some_version(chain in prop::collection::vec("[abü \n]{0,60}", 1..6)) {
            let texts: Vec<&str> = chain.iter().map(String::as_str).collect();
            let found = origins(&texts);
            let letters = texts.last().map_or(0, |text| text.chars().filter(|letter| !letter.is_whitespace()).count());
            prop_assert_eq!(found.came_with.values().sum::<usize>(), letters);
            prop_assert!(found.came_with.keys().all(|version| *version < texts.len()));
            prop_assert_eq!(shares(&texts).pop(), Some(found.came_with));
        }
    }
}
