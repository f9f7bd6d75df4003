//! What is wrong with a submission: everything at once, each with its place and what would be right.

use crate::artefact::check::Finding;

/// One thing that is wrong with a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionProblem {
    /// The rule's name.
    pub rule: &'static str,
    /// Where.
    pub place: ProblemPlace,
    /// What is wrong, and what would be right.
    pub text: String,
}

/// Where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemPlace {
    /// In the document.
    Document {
        /// The line, from 1.
        line: u32,
        /// The heading that it stands under; empty before the first.
        section: String,
    },
    /// In a field beside it, by its JSON pointer.
    Field {
        /// Such as `/sidecar/evidence/3/commit`.
        pointer: String,
    },
}

/// How many problems are told one by one.
pub const MAX_TOLD: usize = 200;

/// Problems on their way.
#[derive(Debug, Default)]
pub(super) struct Problems {
    told: Vec<SubmissionProblem>,
    more: usize,
}

impl Problems {
    /// Something in a field.
    pub(super) fn field(&mut self, rule: &'static str, pointer: impl Into<String>, text: impl Into<String>) {
        self.add(SubmissionProblem { rule, place: ProblemPlace::Field { pointer: pointer.into() }, text: text.into() });
    }

    /// Something in the document.
    pub(super) fn document(&mut self, rule: &'static str, line: usize, section: &str, text: impl Into<String>) {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let place = ProblemPlace::Document { line, section: section.to_owned() };
        self.add(SubmissionProblem { rule, place, text: text.into() });
    }

    /// Something that the checker found too.
    pub(super) fn finding(&mut self, finding: Finding) {
        let place = ProblemPlace::Document { line: finding.place.line, section: finding.place.section };
        self.add(SubmissionProblem { rule: finding.rule, place, text: finding.text });
    }

    fn add(&mut self, problem: SubmissionProblem) {
        if self.told.len() < MAX_TOLD {
            self.told.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// All of them: the document's in the order of its lines, then the fields'.
    pub(super) fn in_order(mut self) -> Vec<SubmissionProblem> {
        self.told.sort_by(|one, other| one.place.cmp(&other.place));
        if self.more > 0 {
            let text = format!("{} more than can be told at once: mend those before, then submit again", self.more);
            let place = ProblemPlace::Field { pointer: String::new() };
            self.told.push(SubmissionProblem { rule: "more", place, text });
        }
        self.told
    }
}
