//! What changed between two versions of a document: by section, by line and by word.
//!
//! The same two texts give the same difference anywhere and at any time: work is bounded by counting steps
//! and not by a clock. Texts too different for the bound are shown as removed and added whole.

use similar::DiffOp;

use super::align::{Alignment, split_words};
use super::sections::{Section, sections};

/// What changed between two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The sections of both, in reading order.
    pub sections: Vec<SectionDiff>,
    /// How many words the new text has that the old has not.
    pub added_words: usize,
    /// How many words the old text had that the new has not.
    pub removed_words: usize,
}

/// What happened to one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionDiff {
    /// Its heading; empty before the first.
    pub heading: String,
    /// What happened.
    pub kind: SectionChange,
    /// How many places in it are different: runs of lines that came or went.
    pub changes: usize,
    /// How many words of it are new.
    pub added_words: usize,
    /// How many words of it are gone.
    pub removed_words: usize,
    /// Its lines, old and new.
    pub lines: Vec<LineDiff>,
}

/// What happened to a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Some of its lines are different.
    Changed,
    /// Nothing.
    Same,
}

/// What happened to a line or a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Same,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineDiff {
    /// What happened to it.
    pub kind: Change,
    /// The line.
    pub text: String,
    /// Its words, where it is one side of a line that was rewritten.
    pub words: Option<Vec<WordDiff>>,
}

/// A stretch of words, blanks included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordDiff {
    /// What happened to it.
    pub kind: Change,
    /// The words.
    pub text: String,
}

/// Compares two Markdown texts.
pub fn diff(old: &str, new: &str) -> Diff {
    let mut compare = Compare { alignment: Alignment::default(), added_words: 0, removed_words: 0 };
    let sections = compare.documents(&sections(old), &sections(new));
    Diff { sections, added_words: compare.added_words, removed_words: compare.removed_words }
}

/// How many runs of lines came or went.
fn changes_in(lines: &[LineDiff]) -> usize {
    let changed: Vec<bool> = lines.iter().map(|line| line.kind != Change::Same).collect();
    let begins = |at: usize| changed[at] && (at == 0 || !changed[at - 1]);
    (0..changed.len()).filter(|at| begins(*at)).count()
}

/// The running comparison.
struct Compare {
    alignment: Alignment,
    added_words: usize,
    removed_words: usize,
}

impl Compare {
    fn documents(&mut self, old: &[Section<'_>], new: &[Section<'_>]) -> Vec<SectionDiff> {
        let headings = |sections: &[Section<'_>]| sections.iter().map(|it| it.heading_line.to_owned()).collect();
        let (old_headings, new_headings): (Vec<String>, Vec<String>) = (headings(old), headings(new));
        let mut compared = Vec::new();
        for op in self.alignment.align(&old_headings, &new_headings) {
            if matches!(op, DiffOp::Equal { .. }) {
                let pairs = old[op.old_range()].iter().zip(&new[op.new_range()]);
                compared.extend(pairs.map(|(old, new)| self.section(old, new)));
                continue;
            }
            compared.extend(old[op.old_range()].iter().map(|section| self.whole(section, Change::Removed)));
            compared.extend(new[op.new_range()].iter().map(|section| self.whole(section, Change::Added)));
        }
        compared
    }

    fn whole(&mut self, section: &Section<'_>, kind: Change) -> SectionDiff {
        let before = (self.added_words, self.removed_words);
        let lines = section.lines.iter().map(|line| self.line(line, kind)).collect();
        // The heading came or went with its lines.
        self.count(section.heading(), kind);
        let kind = if kind == Change::Removed { SectionChange::Removed } else { SectionChange::Added };
        SectionDiff { changes: 1, ..self.compared(section.heading(), kind, lines, before) }
    }

    /// A section with what was counted in it since `before`.
    fn compared(
        &self,
        heading: &str,
        kind: SectionChange,
        lines: Vec<LineDiff>,
        before: (usize, usize),
    ) -> SectionDiff {
        SectionDiff {
            heading: heading.to_owned(),
            kind,
            changes: changes_in(&lines),
            added_words: self.added_words - before.0,
            removed_words: self.removed_words - before.1,
            lines,
        }
    }

    fn section(&mut self, old: &Section<'_>, new: &Section<'_>) -> SectionDiff {
        let (heading, before) = (new.heading(), (self.added_words, self.removed_words));
        if old.lines == new.lines {
            let lines = new.lines.iter().map(|line| self.line(line, Change::Same)).collect();
            return self.compared(heading, SectionChange::Same, lines, before);
        }
        let mut lines = Vec::new();
        for op in self.alignment.align(&old.lines, &new.lines) {
            let (removed, added) = (&old.lines[op.old_range()], &new.lines[op.new_range()]);
            match op {
                DiffOp::Equal { .. } => lines.extend(added.iter().map(|line| self.line(line, Change::Same))),
                DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                    self.rewritten(removed, added, &mut lines);
                }
            }
        }
        self.compared(heading, SectionChange::Changed, lines, before)
    }

    /// Lines that became others: line by line where they still resemble each other, else as they are.
    fn rewritten(&mut self, removed: &[&str], added: &[&str], lines: &mut Vec<LineDiff>) {
        let pairs: Vec<_> = removed.iter().zip(added).map(|(old, new)| self.words(old, new)).collect();
        let (mut old_sides, mut new_sides) = (Vec::new(), Vec::new());
        for (pair, (old, new)) in pairs.into_iter().zip(removed.iter().zip(added)) {
            match pair {
                Some((old_words, new_words)) => {
                    old_sides.push(self.rewritten_line(old, Change::Removed, old_words));
                    new_sides.push(self.rewritten_line(new, Change::Added, new_words));
                }
                None => {
                    old_sides.push(self.line(old, Change::Removed));
                    new_sides.push(self.line(new, Change::Added));
                }
            }
        }
        let paired = old_sides.len();
        old_sides.extend(removed.iter().skip(paired).map(|line| self.line(line, Change::Removed)));
        new_sides.extend(added.iter().skip(paired).map(|line| self.line(line, Change::Added)));
        lines.extend(old_sides);
        lines.extend(new_sides);
    }

    fn line(&mut self, text: &str, kind: Change) -> LineDiff {
        self.count(text, kind);
        LineDiff { kind, text: text.to_owned(), words: None }
    }

    fn rewritten_line(&mut self, text: &str, kind: Change, words: Vec<WordDiff>) -> LineDiff {
        for word in &words {
            self.count(&word.text, word.kind);
        }
        LineDiff { kind, text: text.to_owned(), words: Some(words) }
    }

    fn count(&mut self, text: &str, kind: Change) {
        match kind {
            Change::Same => {}
            Change::Added => self.added_words += text.split_whitespace().count(),
            Change::Removed => self.removed_words += text.split_whitespace().count(),
        }
    }

    /// The words of two lines, where at least a third of them is the same.
    fn words(&mut self, old: &str, new: &str) -> Option<(Vec<WordDiff>, Vec<WordDiff>)> {
        let (old, new) = (split_words(old), split_words(new));
        let ops = self.alignment.align(&old, &new);
        let same: usize = ops
            .iter()
            .filter(|op| matches!(op, DiffOp::Equal { .. }))
            .flat_map(|op| &new[op.new_range()])
            .filter(|word| !word.trim().is_empty())
            .count();
        let longer = old.iter().filter(|word| !word.trim().is_empty()).count().max(new.len().div_ceil(2));
        if same == 0 || same * 3 < longer {
            return None;
        }
        let (mut old_words, mut new_words) = (Vec::new(), Vec::new());
        for op in ops {
            let (removed, added) = (old[op.old_range()].concat(), new[op.new_range()].concat());
            let (old_kind, new_kind) = match op {
                DiffOp::Equal { .. } => (Change::Same, Change::Same),
                DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                    (Change::Removed, Change::Added)
                }
            };
            push(&mut old_words, old_kind, removed);
            push(&mut new_words, new_kind, added);
        }
        Some((old_words, new_words))
    }
}

fn push(words: &mut Vec<WordDiff>, kind: Change, text: String) {
    if !text.is_empty() {
        words.push(WordDiff { kind, text });
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a failed expectation is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(diff: &Diff) -> Vec<(&str, SectionChange)> {
        diff.sections.iter().map(|section| (section.heading.as_str(), section.kind)).collect()
    }

    #[test]
    fn the_same_text_has_no_changes() {
        let text = "# A\none\n\n## B\ntwo\n";
        let diff = diff(text, text);
        assert_eq!(kinds(&diff), [("A", SectionChange::Same), ("B", SectionChange::Same)]);
        assert_eq!((diff.added_words, diff.removed_words), (0, 0));
    }

    #[test]
    fn sections_are_added_removed_and_changed_by_heading() {
        let diff = diff("# A\none\n# B\ntwo\n# C\nthree", "# A\none\n# C\nthree four\n# D\nfive");
        assert_eq!(
            kinds(&diff),
            [
                ("A", SectionChange::Same),
                ("B", SectionChange::Removed),
                ("C", SectionChange::Changed),
                ("D", SectionChange::Added)
            ]
        );
    }

    #[test]
    fn each_section_counts_its_own_changes() {
        let diff = diff("# A\none\ntwo\nthree\n# B\nsame\n", "# A\n1\ntwo\n3\n# B\nsame\n# C new\nfour five\n");
        let counts: Vec<_> =
            diff.sections.iter().map(|section| (section.changes, section.added_words, section.removed_words)).collect();
        assert_eq!(counts, [(2, 2, 2), (0, 0, 0), (1, 4, 0)]);
    }

    #[test]
    fn a_rewritten_line_shows_its_words() {
        let diff = diff("The system shall answer within 2 seconds.", "The system shall answer within 500 ms.");
        let lines = &diff.sections[0].lines;
        assert_eq!(lines.len(), 2);
        let words = lines[1].words.as_ref().expect("the new side has words");
        assert_eq!(words[0], WordDiff { kind: Change::Same, text: "The system shall answer within ".into() });
        assert!(words.iter().any(|word| word.kind == Change::Added && word.text.contains("500")));
        assert_eq!((diff.added_words, diff.removed_words), (2, 2));
    }

    #[test]
    fn a_line_with_nothing_in_common_is_shown_whole() {
        let diff = diff("alpha beta gamma delta", "one two three four");
        assert!(diff.sections[0].lines.iter().all(|line| line.words.is_none()));
        assert_eq!((diff.added_words, diff.removed_words), (4, 4));
    }

    #[test]
    fn two_large_texts_without_a_common_line_stay_within_the_bound() {
        let text = |mark: char| (0..100_000).map(|n| format!("{mark}{n}\n")).collect::<String>();
        let diff = diff(&text('a'), &text('b'));
        assert_eq!(diff.sections[0].lines.len(), 200_000);
    }

    #[test]
    fn documents_of_a_mebibyte_that_differ_everywhere_stay_within_the_bound() {
        let one_line = |word: &str| format!("{word} ").repeat(1024 * 1024 / (word.len() + 1));
        let whole = diff(&one_line("abc"), &one_line("xyz"));
        assert_eq!(whole.sections[0].lines.len(), 2);
        // Each line resembles its pair, which is the most work.
        let resembling = |word: &str| format!("the system shall answer {word} within 2 s\n").repeat(1024 * 1024 / 42);
        let found = diff(&resembling("R-1"), &resembling("N-2"));
        assert_eq!(found.sections[0].lines.len(), 2 * (1024 * 1024 / 42));
        let headings = |mark: char| (0..60_000).map(|n| format!("# {mark}{n}\n\n")).collect::<String>();
        assert_eq!(diff(&headings('a'), &headings('b')).sections.len(), 120_000);
    }

    fn side(diff: &Diff, gone: Change) -> Vec<String> {
        diff.sections
            .iter()
            .flat_map(|section| &section.lines)
            .filter(|line| line.kind != gone)
            .map(|line| {
                let words = line.words.as_ref();
                words.map_or(line.text.clone(), |words| words.iter().map(|word| word.text.as_str()).collect())
            })
            .collect()
    }

    fn body(text: &str) -> Vec<String> {
        sections(text).iter().flat_map(|section| &section.lines).map(|line| (*line).to_owned()).collect()
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_back(old in "(# [ab]\n|[ab] [ab]{1,2}\n|\n){0,12}", new in "(# [ab]\n|[ab] [ab]{1,2}\n|\n){0,12}") {
            let diff = diff(&old, &new);
            prop_assert_eq!(side(&diff, Change::Removed), body(&new));
            prop_assert_eq!(side(&diff, Change::Added), body(&old));
        }
    }
}
