//! Threads: remarks beside a version, which decide nothing.

use super::*;
use crate::artefact::anchor::Place;
use crate::ids::ThreadId;

fn thread(n: u128) -> ThreadId {
    ThreadId(Uuid::from_u128(n))
}

fn open(by: Person, version: u32, text: &str) -> PhaseCommand {
    PhaseCommand::OpenThread(OpenThread {
        by,
        thread_id: thread(1),
        stage: Stage::Requirements,
        version,
        place: Place::Whole,
        text: Text::plain(text),
    })
}

fn reply(by: Person, id: ThreadId) -> PhaseCommand {
    let (stage, text) = (Stage::Requirements, Text::plain("because"));
    PhaseCommand::ReplyInThread(ReplyInThread { by, thread_id: id, stage, text })
}

fn resolve(by: Person, id: ThreadId) -> PhaseCommand {
    PhaseCommand::ResolveThread(ResolveThread { by, thread_id: id, stage: Stage::Requirements })
}

#[test]
fn everybody_who_works_here_talks_and_an_auditor_only_reads() {
    let given = Given::with_requirements_in_review();
    for by in [dana(), mara(), jonas()] {
        assert!(given.when(&open(by, 1, "why two days?")).is_ok());
    }
    let auditor = person(4, &[Role::Auditor]);
    let roles = vec![Role::Sdm, Role::Architect, Role::Developer];
    assert_eq!(given.when(&open(auditor, 1, "why?")), Err(PhaseError::RoleRequired(roles)));
}

#[test]
fn an_answer_opens_a_settled_thread_again() {
    let mut given = Given::with_requirements_in_review();
    given.then(&open(jonas(), 1, "why two days?"));
    given.then(&reply(dana(), thread(1)));
    given.then(&resolve(mara(), thread(1)));
    assert_eq!(given.when(&resolve(mara(), thread(1))), Ok(vec![]));
    let events = given.then(&reply(jonas(), thread(1)));
    assert!(matches!(&events[..], [PhaseEvent::ThreadReplied { .. }, PhaseEvent::ThreadReopened { .. }]));
    assert!(!given.opened().threads[&thread(1)].resolved);
}

#[test]
fn a_change_request_is_answered_like_a_thread_but_settled_by_its_own_verbs() {
    let mut given = Given::with_requirements_in_review();
    given.then(&given.request(second_sdm(), Stage::Requirements, 1, 7));
    let id = ThreadId::of(ChangeRequestId(Uuid::from_u128(7)));
    given.then(&reply(jonas(), id));
    assert_eq!(given.when(&resolve(second_sdm(), id)), Err(PhaseError::IsChangeRequest));
}

#[test]
fn a_thread_needs_words_and_a_version_that_is_there() {
    let mut given = Given::with_requirements_in_review();
    assert_eq!(given.when(&open(dana(), 1, " ")), Err(PhaseError::NothingSaid));
    assert_eq!(given.when(&open(dana(), 2, "why?")), Err(PhaseError::VersionOutdated(1)));
    assert_eq!(given.when(&open(dana(), 0, "why?")), Err(PhaseError::VersionOutdated(1)));
    given.then(&given.edit(dana(), Stage::Requirements, "R-1 better"));
    assert!(given.when(&open(dana(), 1, "an older version can be talked about")).is_ok());
    assert_eq!(given.when(&reply(dana(), thread(2))), Err(PhaseError::NoSuchThread));
    let empty = Given::a_full_phase();
    assert_eq!(empty.when(&open(dana(), 1, "why?")), Err(PhaseError::NoVersionYet(Stage::Requirements)));
}

#[test]
fn talking_changes_no_gate() {
    let mut given = Given::with_all_approved();
    let before = given.opened().clone();
    let events = given.then(&open(jonas(), 1, "still true?"));
    assert!(matches!(&events[..], [PhaseEvent::ThreadOpened { .. }]));
    for stage in Stage::ALL {
        assert_eq!(given.opened().gate(stage), before.gate(stage));
    }
}
