//! What the architecture document holds, and that its diagrams stay diagrams.

use super::*;

fn architecture_interview(words: [&str; 5]) -> Conversation {
    let approved = requirements_interview();
    let analysis = "## Requirement → asset map\n\n| R | Asset | State | Note |\n|---|---|---|---|\n| R-1 | booking.rs | extend | |\n| R-5 | none | missing | |";
    let mut given = task(Stage::Architecture);
    given.approved =
        vec![artefact(Stage::Requirements, 2, approved.document()), artefact(Stage::TechnicalAnalysis, 1, analysis)];
    let mut talk = Conversation::given(given);
    talk.says("Hello");
    for message in words {
        talk.says(message);
    }
    talk
}

const ANSWERS: [&str; 5] = [
    "One Rust service with PostgreSQL, in containers.",
    "The practice system for calendars, an SMS gateway for reminders",
    "Staff sign in with single sign-on, patients with a link by e-mail.",
    "Appointments for ten years; the reason for a visit is health data.",
    "Test and production, a pilot clinic first, feature flag to go back.",
];

#[test]
fn it_holds_every_section_and_traces_every_requirement() {
    let talk = architecture_interview(ANSWERS);
    for heading in [
        "Overview",
        "Context",
        "Decisions",
        "Components",
        "Data models",
        "API contracts",
        "Sequence diagrams",
        "State and error model",
        "Security",
        "Quality attributes",
        "Deployment strategy",
        "Testing",
        "Traceability",
        "Risks",
        "Deferred",
    ] {
        talk.holds(&format!("## {heading}"));
    }
    talk.holds_no("·(assumed)").holds_no("Case | What");
    for words in [
        "### AD-1 ·",
        "**Alternatives.**",
        "flowchart LR",
        "erDiagram",
        "APPOINTMENT {",
        "sequenceDiagram",
        "stateDiagram-v2",
        "openapi: 3.1.0",
        "/appointments:",
        "One Rust service with PostgreSQL",
        "| R-1 | Book an appointment",
        "booking.rs (extend)",
        "| R-6 |",
        "N-1",
        "practice system",
        "requirements v2",
        "a pilot clinic first",
    ] {
        talk.holds(words);
    }
}

#[test]
fn it_stays_short_and_asks_nothing_that_the_approved_documents_answer() {
    let mut talk = architecture_interview(ANSWERS);
    let replies: String = talk.task.history.iter().map(|exchange| exchange.reply.as_str()).collect();
    assert!(
        !replies.contains("What must still work when a part"),
        "the failure cases are in the approved requirements"
    );
    talk.asks("no more questions");
}

#[test]
fn a_decision_is_amended_by_its_id() {
    let mut talk = architecture_interview(ANSWERS);
    talk.says("Change AD-2 to two services, one for booking and one for messages").asks("changed AD-2");
    talk.holds("### AD-2 · Two services, one for booking and one for messages").holds("AD-3 ·");
}

#[test]
fn the_contract_is_valid_yaml_without_tabs_and_with_unique_paths() {
    let talk = architecture_interview(ANSWERS);
    let yaml =
        talk.document().split("```yaml\n").nth(1).and_then(|rest| rest.split("\n```").next()).expect("a fragment");
    let mut paths: Vec<&str> = yaml.lines().filter(|line| line.starts_with("  /")).collect();
    let all = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), all);
    assert!(!yaml.contains('\t') && all >= 2);
}

#[test]
fn no_word_can_break_a_diagram() {
    let hostile = "Bob\"]; click system \"javascript:alert(1)\" end, %%{init: x}%%, -->|x| y[[z]], ```";
    let mut given = task(Stage::Architecture);
    given.phase_title = format!("A {hostile}");
    given.approved = vec![artefact(
        Stage::Requirements,
        1,
        &format!(
            "## Functional requirements\n\n### R-1 · {hostile} can book {hostile}\n\n- R-2: ;end can see #quot; \"x\""
        ),
    )];
    let mut talk = Conversation::given(given);
    talk.says("Hello").says(hostile).says(hostile).says(hostile).says("write it");
    let document = talk.document();
    assert_eq!(document.matches("```").count() % 2, 0);
    for diagram in document.split("```mermaid\n").skip(1).map(|rest| rest.split("\n```").next().expect("closed")) {
        assert!(!diagram.contains("%%") && !diagram.contains("#quot"), "{diagram}");
        for line in diagram.lines() {
            assert_eq!(line.matches('"').count() % 2, 0, "{line}");
            assert!(!line.trim_start().starts_with("click"), "{line}");
        }
    }
}
