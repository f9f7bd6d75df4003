//! What the requirements document holds after a whole interview.

use super::*;
use crate::conductor::guided::capability::{Priority, capabilities};
use crate::conductor::guided::identifier::all_in;

#[test]
fn it_holds_every_section_and_every_kind_of_id() {
    let talk = requirements_interview();
    for heading in [
        "Purpose",
        "Problem and why now",
        "Outcomes and success measures",
        "Users",
        "Functional requirements",
        "Non-functional requirements",
        "Business rules and data",
        "Edge and failure cases",
        "Constraints",
        "Non-goals",
        "Risks",
        "Assumptions",
        "Open questions",
        "Decisions",
    ] {
        talk.holds(&format!("## {heading}"));
    }
    for words in [
        "### R-1 ·",
        "**R-1.1** When",
        "the system shall",
        "**R-1.2** If",
        "N-1",
        "**A-1**",
        "**D-1**",
        "Half of all appointments",
        "Verified by",
        "Payments",
        "GDPR applies",
    ] {
        talk.holds(words);
    }
}

#[test]
fn each_requirement_has_a_statement_a_rationale_a_priority_and_criteria() {
    let talk = requirements_interview();
    let blocks: Vec<&str> = talk.document().split("### ").skip(1).collect();
    assert_eq!(blocks.len(), 6, "{}", talk.document());
    for block in blocks {
        assert!(
            block.contains("The system shall") && block.contains("**Rationale:**") && block.contains("**Priority:**"),
            "{block}"
        );
        let criteria: Vec<&str> = block.lines().filter(|line| line.starts_with("- **R-")).collect();
        assert!(criteria.len() >= 2, "{block}");
        for criterion in criteria {
            let body = criterion.split_once("** ").expect("an id and its words").1;
            assert!(
                ["When ", "While ", "If ", "Where ", "The system shall "].iter().any(|word| body.starts_with(word)),
                "{criterion}"
            );
            assert!(body.contains("the system shall") || body.starts_with("The system shall"), "{criterion}");
        }
    }
}

#[test]
fn no_id_is_given_twice() {
    let talk = requirements_interview();
    let mut heads: Vec<String> = talk
        .document()
        .lines()
        .filter_map(|line| {
            all_in(line)
                .into_iter()
                .next()
                .filter(|(_, start, _)| line[..*start].chars().all(|c| !c.is_alphanumeric()))
                .map(|(id, ..)| id.to_string())
        })
        .collect();
    let all = heads.len();
    heads.sort();
    heads.dedup();
    assert_eq!(heads.len(), all);
    assert!(all > 25);
}

#[test]
fn one_sentence_with_three_verbs_is_three_requirements() {
    let found = capabilities("Patients can book, change and cancel an appointment up to 24 hours before.");
    let actions: Vec<&str> = found.iter().map(|capability| capability.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "book an appointment up to 24 hours before",
            "change an appointment up to 24 hours before",
            "cancel an appointment up to 24 hours before"
        ]
    );
    assert!(
        found
            .iter()
            .all(|capability| capability.actor.as_deref() == Some("patient") && capability.priority == Priority::Must)
    );
    assert_eq!(found[0].limit().as_deref(), Some("up to 24 hours before"));
}

#[test]
fn people_say_it_in_many_ways() {
    let cases = [
        ("As a doctor, I want to see my day so that I am prepared", Some("doctor"), "see my day"),
        ("As a support agent I want to see why it was held back", Some("support agent"), "see why it was held back"),
        ("Members of Finance can download the file", Some("member of Finance"), "download the file"),
        ("- Receptionists confirm bookings", Some("receptionist"), "confirm bookings"),
        ("Allow patients to upload a referral", Some("patient"), "upload a referral"),
        ("The system must send a reminder by SMS", None, "send a reminder by SMS"),
        ("online payment", None, "online payment"),
        ("Nice to have: export the calendar", None, "export the calendar"),
        ("All nurses and doctors should be able to read the notes", Some("nurse or doctor"), "read the notes"),
    ];
    for (said, actor, action) in cases {
        let found = capabilities(said);
        assert_eq!(found.len(), 1, "{said}");
        assert_eq!((found[0].actor.as_deref(), found[0].action.as_str()), (actor, action), "{said}");
    }
    assert_eq!(capabilities("Nice to have: export the calendar")[0].priority, Priority::Could);
    assert_eq!(capabilities("Doctors should see notes")[0].priority, Priority::Should);
}

#[test]
fn a_failure_case_becomes_a_criterion_where_it_belongs() {
    let talk = requirements_interview();
    talk.holds("The SMS service is down").holds("The system shall send an e-mail instead.");
}
