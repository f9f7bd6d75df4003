//! Stories without a model: proposed from the ids and criteria of the documents, refined by structure, enriched from what
//! the approved documents say of them.
//!
//! The answers have the form that a model is asked for, and go the same way. Nothing is invented: what the documents or
//! the request do not say is left open, or asked.

mod basis;
mod ears;
mod enriching;
mod proposing;
mod refining;
#[cfg(test)]
mod tests;

use super::wording::safe;

/// Foreign words on one line, as they are: in an answer's fields nothing can be opened or closed.
fn plain(text: &str) -> String {
    safe(text).replace("&lt;", "<")
}

pub(super) use enriching::enrichment;
pub(super) use proposing::proposals;
pub(super) use refining::refinement;
