//! What would change in a file, as a unified diff.

use similar::TextDiff;

/// The difference between what is there and what would be; nothing where they are the same.
pub(super) fn unified(path: &str, there: &str, wanted: &str) -> String {
    let diff = TextDiff::from_lines(there, wanted);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
}
