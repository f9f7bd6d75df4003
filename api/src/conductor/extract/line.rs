//! What a line is: decided when it is whole, or as soon as it can't be anything special any more.

use konductro_domain::stage::Stage;

use super::fence::Fence;
use super::tag::{self, OpeningTag};

/// Past this a line is plain, whatever it starts with: nothing special is that long, and held text must stay small.
const LONGEST_SPECIAL: usize = 1024;

/// What a whole line is.
#[derive(Debug)]
pub(super) enum Line {
    /// Nothing but white space.
    Blank,
    /// An opening tag of a kind that is allowed here.
    Open(OpeningTag),
    /// A closing tag.
    Close,
    /// A code fence.
    Fence(Fence),
    /// Anything else.
    Plain,
}

/// What a whole line is.
pub(super) fn classify(line: &str, allowed: &[Stage]) -> Line {
    if line.len() > LONGEST_SPECIAL {
        Line::Plain
    } else if line.trim().is_empty() {
        Line::Blank
    } else if tag::is_close(line) {
        Line::Close
    } else if let Some(open) = tag::opening(line).filter(|open| allowed.contains(&open.stage)) {
        Line::Open(open)
    } else {
        Fence::of(line).map_or(Line::Plain, Line::Fence)
    }
}

/// Whether a line that is not whole yet may still become anything but plain.
pub(super) fn may_be_special(line: &str) -> bool {
    line.len() <= LONGEST_SPECIAL
        && (line.trim().is_empty()
            || Fence::may_become(line)
            || tag::may_become_close(line)
            || tag::may_become_open(line))
}
