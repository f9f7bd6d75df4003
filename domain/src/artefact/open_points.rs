//! What a document itself says is not certain: its assumptions and its open questions. Whoever approves it is asked
//! to acknowledge each.

use super::parse::{Defined, defined};
use super::reference::{Prefix, Reference};

/// Most that anybody is asked to acknowledge; a document with more has another problem.
const MOST: usize = 200;

/// An assumption or an open question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPoint {
    /// `A-n` or `Q-n`.
    pub id: Reference,
    /// Which of them it is.
    pub kind: OpenPointKind,
    /// What it says.
    pub text: String,
}

/// What kind of open point it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpenPointKind {
    /// Taken to be so until somebody says otherwise.
    Assumption,
    /// Nobody has answered it.
    Question,
}

/// The open points of a document: assumptions, then questions, each in the order it stands in.
pub fn open_points(markdown: &str) -> Vec<OpenPoint> {
    let of = |prefix, kind| {
        defined(markdown, prefix).into_iter().map(move |Defined { id, title, text }| {
            let text = if text.is_empty() { title } else { text };
            OpenPoint { id, kind, text }
        })
    };
    let assumptions = of(Prefix::A, OpenPointKind::Assumption);
    assumptions.chain(of(Prefix::Q, OpenPointKind::Question)).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assumptions_and_questions_are_found_in_lists_tables_and_headings() {
        let found = open_points(
            "## Assumptions\n- **A-1** The acquirer sends the lines. Wrong: split later.\n- A-2: Files are small\n\n\
             ## Open questions\n| id | question |\n|---|---|\n| Q-1 | Who owns the rates? |\n\nAs A-1 says, R-1 holds.\n",
        );
        let ids: Vec<_> = found.iter().map(|point| (point.id.to_string(), point.kind)).collect();
        assert_eq!(
            ids,
            [
                ("A-1".to_owned(), OpenPointKind::Assumption),
                ("A-2".to_owned(), OpenPointKind::Assumption),
                ("Q-1".to_owned(), OpenPointKind::Question)
            ]
        );
        assert_eq!(found[0].text, "The acquirer sends the lines. Wrong: split later.");
        assert_eq!(found[2].text, "Who owns the rates?");
    }

    #[test]
    fn a_document_that_is_certain_has_none() {
        assert!(open_points("# Requirements\n\n### R-1 Split\nSee A-1 elsewhere.").is_empty());
    }
}
