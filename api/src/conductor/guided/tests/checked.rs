//! What guided mode writes passes the checker, however the conversation goes: only a question that it honestly could not
//! get answered may block.

use konductro_domain::artefact::check::{Checked, Finding, check};
use konductro_domain::artefact::ids::{EarlierIds, Ids};

use super::*;

impl Conversation {
    /// The blocking findings of the document, other than open questions.
    fn blocking(&self, earlier: &EarlierIds) -> Vec<Finding> {
        let upstream: Vec<_> = self.task.approved.iter().map(|given| (given.stage, given.markdown.as_str())).collect();
        let checked = Checked { stage: self.task.stage, markdown: self.document(), upstream: &upstream, earlier };
        check(checked)
            .into_iter()
            .filter(|finding| finding.is_blocking() && finding.rule != "blocking-question")
            .collect()
    }

    /// Says each, and has every version checked against those before it, as if each had been approved.
    fn stays_clean(&mut self, messages: &[&str]) {
        let mut earlier = EarlierIds::default();
        for message in messages {
            if let Some(current) = &self.task.current {
                earlier.learn(&Ids::of(self.task.stage, &current.markdown), true);
            }
            self.says(message);
            assert_eq!(self.blocking(&earlier), [], "after {message:?}:\n{}", self.document());
        }
    }
}

#[test]
fn requirements_have_no_blocking_finding_whatever_is_changed_in_them() {
    let mut talk = requirements_interview();
    assert_eq!(talk.blocking(&EarlierIds::default()), []);
    talk.stays_clean(&[
        "change R-2 to patients can print their appointments",
        "remove R-3",
        "R-1 must also show the price",
        "change R-1 to whatever seems fine to everybody",
        "make R-4 a should",
        "Doctors can close a day.",
        "change N-1 to Pages within 2 seconds",
    ]);
    assert!(talk.document().contains("R-3 ("), "the tombstone:\n{}", talk.document());
}

#[test]
fn architecture_covers_what_guided_requirements_ask_for() {
    let requirements = requirements_interview().document().to_owned();
    let mut talk = Conversation::given(task(Stage::Architecture));
    talk.task.approved = vec![artefact(Stage::Requirements, 1, &requirements)];
    for message in ["Hello", "write it"] {
        talk.says(message);
    }
    assert_eq!(talk.blocking(&EarlierIds::default()), [], "{}", talk.document());
    talk.stays_clean(&["change AD-2 to One region only.", "remove AD-1", "The deployment is blue/green."]);
}
