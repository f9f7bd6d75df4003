//! Which parts of two texts are the same: the work is bounded by counting steps and not by a clock, so that the same two
//! texts are aligned in the same way anywhere.

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// The steps of one comparison, over all of its parts.
const STEPS: u64 = 60_000_000;

/// What may still be spent on aligning.
#[derive(Debug)]
pub(super) struct Alignment {
    steps_left: u64,
}

impl Default for Alignment {
    fn default() -> Self {
        Self { steps_left: STEPS }
    }
}

impl Alignment {
    /// Aligns two sequences; past the bound everything between their common ends is replaced.
    pub(super) fn align<T: std::hash::Hash + Eq + Ord>(&mut self, old: &[T], new: &[T]) -> Vec<DiffOp> {
        let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(old, new)| old == new).count();
        let (old_len, new_len) = (old.len() - head - tail, new.len() - head - tail);
        let size = (old_len + new_len) as u64;
        let steps = size.saturating_mul(size);
        if let Some(left) = self.steps_left.checked_sub(steps) {
            self.steps_left = left;
            return capture_diff_slices(Algorithm::Myers, old, new);
        }
        let equal = |old_index, new_index, len| DiffOp::Equal { old_index, new_index, len };
        let mut ops = vec![
            equal(0, 0, head),
            DiffOp::Replace { old_index: head, old_len, new_index: head, new_len },
            equal(head + old_len, head + new_len, tail),
        ];
        ops.retain(|op| !op.old_range().is_empty() || !op.new_range().is_empty());
        ops
    }
}

/// Words and the blanks between them, in turn; joined they are the line again.
pub(super) fn split_words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let blank = first.is_whitespace();
        let end = rest.find(|c: char| c.is_whitespace() != blank).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}
