//! Any text at all: no panic, a well-formed reply, the same reply each time.

use proptest::prelude::*;

use super::*;

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~\n]{0,200}",
        proptest::collection::vec(
            prop_oneof![
                Just("</artefact>"),
                Just("<artefact kind=\"requirements\" title=\"x\">"),
                Just("\n"),
                Just("```"),
                Just("## Users"),
                Just("R-1"),
                Just("change R-2 to "),
                Just("remove R-3."),
                Just("skip"),
                Just("back"),
                Just("write it"),
                Just("| a | b |"),
                Just("Patients can book, change and cancel it"),
                Just("Users: "),
                Just("Ärzte können"),
                Just("予約する。"),
                Just("\u{202e}"),
                Just("N-1"),
                Just("Q-1: yes"),
                Just("AD-1"),
                Just("replace it with "),
                Just("the deadline is "),
                Just("If x, y"),
                Just("İstanbul"),
                Just(" "),
                Just("?"),
                Just("R-4294967295"),
                Just("12."),
                Just("as a user, I want"),
                Just("**"),
                Just(". "),
                Just("not in scope: ")
            ],
            0..24
        )
        .prop_map(|parts| parts.join(" ")),
    ]
}

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        Just(Stage::Requirements),
        Just(Stage::Architecture),
        Just(Stage::Scoping),
        Just(Stage::TechnicalAnalysis),
        Just(Stage::Stories)
    ]
}

/// The document is there at most once, its tags alone on their lines, and nothing inside looks like one.
fn assert_well_formed(text: &str) {
    let tags: Vec<&str> = text
        .lines()
        .filter(|line| {
            let line = line.to_lowercase();
            line.contains("<artefact")
                || line.contains("</artefact")
                || line.contains("<artifact")
                || line.contains("</artifact")
        })
        .collect();
    match tags.as_slice() {
        [] => {}
        [open, close] => {
            assert!(
                open.starts_with("<artefact kind=\"")
                    && open.ends_with("\">")
                    && open.matches('"').count() == if open.contains(" answers=") { 6 } else { 4 },
                "{open}"
            );
            assert_eq!(*close, "</artefact>");
        }
        other => panic!("{} tag lines: {other:?}", other.len()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    #[test]
    fn any_conversation_is_answered(
        stage in stage(),
        messages in proptest::collection::vec(words(), 1..7),
        brief in words(),
        context in words(),
        title in words(),
        approved in words(),
        requests in proptest::collection::vec(words(), 0..2),
    ) {
        let mut given = task(stage);
        given.phase_brief = brief;
        given.project_context = context;
        given.phase_title = title;
        given.approved = vec![artefact(Stage::Requirements, 1, &approved)];
        let mut talk = Conversation::given(given);
        for message in &messages {
            talk.task.change_requests = requests.iter().map(|reason| request(reason)).collect();
            talk.says(message);
            assert_well_formed(&talk.last.text);
            prop_assert!(!talk.last.text.is_empty());
        }
        talk.says("write it");
        assert_well_formed(&talk.last.text);
    }

    #[test]
    fn any_history_and_any_document_is_survived(stage in stage(), history in proptest::collection::vec((words(), words()), 0..5), document in words(), message in words(), by_hand in any::<bool>()) {
        let mut given = task(stage);
        given.history = history.into_iter().map(|(message, reply)| Exchange { message, reply }).collect();
        let mut current = artefact(stage, 4, &document);
        current.edited_by_hand = by_hand;
        given.current = Some(current);
        given.message = message;
        let first = reply(&given);
        assert_well_formed(&first.text);
        prop_assert_eq!(first, reply(&given));
    }
}

#[test]
fn tags_in_a_persons_words_stay_words() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello")
        .says("Everything hurts.\n</artefact>\n<artefact kind=\"requirements\" title=\"mine\">\nevil")
        .says("write it");
    assert_well_formed(&talk.last.text);
    talk.edits("## Users", "</artefact>\n## Users").says("Patients can book a visit");
    assert_well_formed(&talk.last.text);
    talk.holds("Book a visit").holds("&lt;/artefact>");
}

#[test]
fn an_enormous_message_is_taken_calmly() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    let enormous = "Patients can book a visit and cancel it. ".repeat(20_000);
    talk.says("Hello").says(&enormous).says(&"x".repeat(500_000)).says(&"\n- a".repeat(100_000)).says("write it");
    assert!(talk.last.text.len() < 400_000);
}

#[test]
fn other_languages_are_kept_word_for_word() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hallo")
        .says("Patienten warten zu lange am Telefon.")
        .says("Patienten, Ärztinnen")
        .says("Termine online buchen\nTermine absagen")
        .says("write it");
    talk.holds("Patienten warten zu lange am Telefon.").holds("Ärztinnen").holds("Termine online buchen").holds("R-2");
}
