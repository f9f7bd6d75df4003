//! How the interview goes: one question at a time, none twice, every way out of it.

use super::*;
use crate::conductor::guided::topic::{self, Topic, asked_in};

#[test]
fn the_first_reply_says_what_it_is_and_asks_one_question() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello").asks("guided mode").asks("without a language model").asks("What goes wrong today");
    assert!(talk.last.suggestions.iter().any(|answer| answer.starts_with("Skip")));
    let questions = topic::ALL.iter().filter(|topic| talk.last.text.contains(topic.question().ask)).count();
    assert_eq!(questions, 1);
}

#[test]
fn every_question_comes_once_and_in_order() {
    let mut talk = requirements_interview();
    let asked: Vec<Topic> = talk.task.history.iter().filter_map(|exchange| asked_in(&exchange.reply)).collect();
    assert_eq!(asked, topic::plan(Stage::Requirements));
    talk.asks("no more questions");
}

#[test]
fn the_document_comes_after_five_answers_and_gets_better_after_that() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    for message in ["Hello", PROBLEM, USERS, CAPABILITIES, OUTCOMES] {
        talk.says(message);
        assert!(talk.task.current.is_none());
    }
    talk.says(RULES).asks("Here is the requirements document").asks("How fast, how available");
    talk.holds("*(assumed)*").holds("Which numbers for speed");
    talk.says(QUALITIES).asks("amended").holds("99.9 % available").holds_no("Which numbers for speed");
}

#[test]
fn what_the_brief_answers_is_not_asked() {
    let mut given = task(Stage::Requirements);
    given.phase_brief =
        "Patients wait too long on the phone today.\n\n## Users\n- patients\n- receptionists\n\nDeadline: 1 March"
            .to_owned();
    let mut talk = Conversation::given(given);
    talk.says("Hello")
        .asks("I already have the problem, the users and limits and non-goals")
        .asks("What must people be able to do");
}

#[test]
fn the_projects_context_is_read_as_well() {
    let mut given = task(Stage::Architecture);
    given.project_context =
        "# Stack\nRust and PostgreSQL on our own servers.\n\n# Deployment\nTest and production, feature flags."
            .to_owned();
    let mut talk = Conversation::given(given);
    talk.says("Let's start").asks("the platform and going live").asks("Which other systems");
}

#[test]
fn several_answers_in_one_message_are_told_apart() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello");
    talk.says("Problem: the phone is always busy.\nUsers: patients and receptionists\nDeadline: 1 March");
    talk.asks("What must people be able to do");
}

#[test]
fn a_rich_first_message_counts() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says(
        "Currently patients wait on the phone. Patients can book an appointment. Receptionists can confirm a booking.",
    );
    talk.asks("How will you know, three months after launch");
}

#[test]
fn a_question_can_be_skipped_and_stays_open_in_the_document() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("hi").says("skip").asks("Left open").says(USERS).says(CAPABILITIES).says("I don't know").says("write it");
    talk.holds("What is the problem that this phase solves")
        .holds("By which number will we know")
        .holds_no("I don't know");
}

#[test]
fn one_can_go_back_and_answer_again() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello").says(PROBLEM).says("Clerks").asks("What must people").says("back").asks("Who will use it");
    talk.says(USERS).asks("What must people").says(CAPABILITIES).says("write it");
    talk.holds("Receptionists").holds_no("Clerks");
}

#[test]
fn help_explains_the_question_and_asks_it_again() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello").says("what do you mean?").asks("For example").asks("What goes wrong today");
}

#[test]
fn the_status_shows_what_is_known() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello")
        .says(PROBLEM)
        .says("What do you have so far?")
        .asks("gives up")
        .asks("not asked yet")
        .asks("Who will use it");
}

#[test]
fn a_question_is_not_answered_by_guessing_but_kept() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello")
        .says("Should we support insurance cards?")
        .asks("Without a model I cannot answer")
        .asks("What goes wrong today");
    talk.says(PROBLEM).says(CAPABILITIES).says("write it").holds("Should we support insurance cards?");
}

#[test]
fn draft_it_now_works_at_any_time() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Draft it now").asks("<artefact kind=\"requirements\"");
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello")
        .says("Patients can book an appointment. Please write it now.")
        .holds("R-1 · Book an appointment");
}

#[test]
fn a_correction_before_the_document_takes_the_place_of_the_answer() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello")
        .says(PROBLEM)
        .says("Clerks")
        .says("Actually, the users are patients and doctors")
        .says("Patients can book a visit")
        .says("write it");
    talk.holds("Doctors").holds_no("Clerks");
}

#[test]
fn a_reply_that_was_stopped_before_its_question_loses_nothing() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    talk.says("Hello").says(PROBLEM);
    talk.task.history.last_mut().expect("a turn").reply = "Noted for".to_owned();
    talk.says(USERS).asks("What must people be able to do");
}

#[test]
fn a_document_that_was_cut_off_is_written_again() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    for message in ["Hello", PROBLEM, USERS, CAPABILITIES, OUTCOMES, RULES] {
        talk.says(message);
    }
    talk.task.current = None;
    let reply = &mut talk.task.history.last_mut().expect("a turn").reply;
    let cut = reply.find("## Users").expect("a section");
    reply.truncate(cut);
    talk.says("write it").holds("R-1 ·").holds("A slot is never booked twice");
}

#[test]
fn the_analysis_is_explained_and_its_skeleton_drafted() {
    let approved = requirements_interview();
    let mut given = task(Stage::TechnicalAnalysis);
    given.approved = vec![artefact(Stage::Requirements, 2, approved.document())];
    let mut talk = Conversation::given(given);
    talk.says("What is this?").asks("comes from the IDE").asks("requirement → asset map");
    talk.says("Draft the skeleton").holds("| R-1 | … | unknown | Book an appointment").holds("N-1").holds("E-1");
}

#[test]
fn a_scoping_note_fits_a_page() {
    let mut talk = Conversation::given(task(Stage::Scoping));
    talk.says("Hello").says(PROBLEM).says("Patients can book an appointment").says(OUTCOMES).says("No payments");
    talk.holds("## In scope")
        .holds("let a patient book an appointment")
        .holds("Not in scope: payments")
        .holds("## Promote to full?");
    assert!(talk.document().len() < 4_000);
}
