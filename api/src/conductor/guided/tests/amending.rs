//! After the first document: corrections, change requests, and what people edited by hand.

use super::*;

#[test]
fn a_requirement_is_changed_by_its_id_and_nothing_else_moves() {
    let mut talk = requirements_interview();
    let before = talk.document().to_owned();
    talk.says("Change R-2 to patients can reschedule an appointment once").asks("changed R-2");
    talk.holds("### R-2 · Reschedule an appointment once").holds("R-2 now reads");
    let untouched = |text: &str| text.split("### R-2").next().map(str::to_owned);
    assert_eq!(untouched(&before), untouched(talk.document()));
    assert_eq!(
        before.split("### R-3").nth(1).map(|rest| rest.split("## Non-goals").next().map(str::to_owned)),
        talk.document().split("### R-3").nth(1).map(|rest| rest.split("## Non-goals").next().map(str::to_owned))
    );
}

#[test]
fn a_withdrawn_id_is_not_used_again() {
    let mut talk = requirements_interview();
    talk.says("Remove R-6").asks("withdrew R-6").holds_no("### R-6").holds("R-6 (“Export the calendar”) was withdrawn");
    talk.says("Also, patients can rate a visit").holds("### R-7 · Rate a visit").holds_no("### R-6");
}

#[test]
fn a_requirement_gets_another_criterion() {
    let mut talk = requirements_interview();
    talk.says("R-1 must also offer a waiting list")
        .holds("The system shall also offer a waiting list.")
        .holds("**R-1.5**");
}

#[test]
fn a_priority_is_changed() {
    let mut talk = requirements_interview();
    talk.says("Make R-4 a should").asks("made R-4 a should");
    let block = talk.document().split("### R-4").nth(1).expect("R-4");
    assert!(block.split("### R-5").next().expect("its text").contains("**Priority:** should"));
}

#[test]
fn words_are_exchanged_where_they_stand() {
    let mut talk = requirements_interview();
    talk.says("Replace “300 people” with “500 people”")
        .asks("replaced")
        .holds("500 people at once")
        .holds_no("300 people at once");
}

#[test]
fn the_deadline_is_corrected() {
    let mut talk = requirements_interview();
    talk.says("The deadline is 1 June").holds("**Deadline.** 1 June.").holds_no("Live by 1 March.\n- ");
}

#[test]
fn what_was_edited_by_hand_stays_as_it_was_edited() {
    let mut talk = requirements_interview();
    talk.edits("## Users\n", "## Users\n\nWritten by hand, with care.\n")
        .edits("The system shall let a patient book", "The system SHALL, as our lawyer says, let a patient book");
    talk.says("Patients can print the confirmation")
        .holds("Written by hand, with care.")
        .holds("as our lawyer says")
        .holds("R-7 · Print the confirmation");
    talk.asks("edited by hand stands");
    talk.says("Change R-1 to patients can reserve an appointment")
        .asks("left the criteria of R-1")
        .holds("Reserve an appointment");
}

#[test]
fn a_change_request_is_worked_in_and_only_once() {
    let mut talk = requirements_interview();
    talk.task.change_requests =
        vec![request("R-1 must also cover group bookings"), request("Say what happens on public holidays")];
    talk.says("Please revise it")
        .holds("The system shall also cover group bookings.")
        .holds("Change request “Say what happens on public holidays”");
    assert!(talk.last.text.contains(&format!("answers=\"{0} {0}\"", request("").id)), "{}", talk.last.text);
    let once = talk.document().to_owned();
    talk.task.change_requests = vec![request("R-1 must also cover group bookings")];
    talk.says("Please revise it").asks("The document stands as it is");
    assert_eq!(once, talk.document());
}

#[test]
fn open_change_requests_are_named_when_somebody_only_asks() {
    let mut talk = requirements_interview();
    talk.task.change_requests = vec![request("Name the owner of each risk")];
    talk.says("help").asks("one change request");
    assert_eq!(talk.last.suggestions.first().map(String::as_str), Some("Apply the change requests"));
    talk.says("Apply the change requests").holds("Name the owner of each risk");
}

#[test]
fn an_answer_to_an_open_question_closes_it() {
    let mut talk = Conversation::given(task(Stage::Requirements));
    for message in ["Hello", PROBLEM, USERS, CAPABILITIES, "skip", RULES, "skip", LIMITS] {
        talk.says(message);
    }
    talk.holds("By which number will we know");
    talk.says("The goal is that half of all appointments are booked online")
        .holds_no("By which number will we know")
        .holds("is answered");
}

#[test]
fn an_id_that_does_not_exist_is_named_and_nothing_breaks() {
    let mut talk = requirements_interview();
    talk.says("Change R-99 to something else").asks("found no R-99");
}

#[test]
fn a_document_that_somebody_else_wrote_is_amended_too() {
    let mut given = task(Stage::Requirements);
    given.current = Some(artefact(
        Stage::Requirements,
        3,
        "# Ours\n\n## Scope\n\n- R-1: Patients book.\n- R-2: Doctors look.\n\n## Sign-off\n\nJane",
    ));
    given.current.as_mut().expect("a document").edited_by_hand = true;
    let mut talk = Conversation::given(given);
    talk.says("Patients can cancel a booking")
        .holds("- R-1: Patients book.")
        .holds("### R-3 · Cancel a booking")
        .holds("Jane");
    talk.says("Change R-2 to doctors see their day").holds("**R-2** Doctors see their day.");
}
