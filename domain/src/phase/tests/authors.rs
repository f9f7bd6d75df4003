//! Rule 8: authorship can't be shed.

use super::*;

fn four_eyes() -> ApprovalPolicy {
    let mut policy = ApprovalPolicy::default();
    policy.stages.iter_mut().for_each(|stage| stage.authors = AuthorRule::MayNotApprove);
    policy
}

fn third_sdm() -> Person {
    person(6, &[Role::Sdm])
}

fn written_by_dana() -> Given {
    let mut given = Given::a_full_phase_under(four_eyes());
    given.then(&given.edit(dana(), Stage::Requirements, "R-1"));
    given
}

fn refused(given: &Given, by: Person) -> bool {
    matches!(given.when(&given.approve(by, Stage::Requirements)), Err(PhaseError::AuthorMayNotApprove(_)))
}

#[test]
fn a_colleagues_small_edit_does_not_shed_authorship() {
    let mut given = written_by_dana();
    given.then(&given.edit(second_sdm(), Stage::Requirements, "R-1."));
    assert!(refused(&given, dana()) && refused(&given, second_sdm()));
    given.then(&given.approve(third_sdm(), Stage::Requirements));
}

#[test]
fn going_back_to_an_earlier_text_does_not_shed_authorship() {
    let mut given = written_by_dana();
    given.then(&given.edit(second_sdm(), Stage::Requirements, "something else"));
    given.then(&given.edit(third_sdm(), Stage::Requirements, "R-1"));
    for author in [dana(), second_sdm(), third_sdm()] {
        assert!(refused(&given, author));
    }
}

#[test]
fn a_copy_of_a_text_keeps_the_authors_of_the_text() {
    let mut given = Given::a_full_phase_under(four_eyes());
    let PhaseCommand::AddArtefactVersion(copy) = given.edit(second_sdm(), Stage::Requirements, "copied") else {
        panic!("an edit adds a version")
    };
    let copy = AddArtefactVersion { earlier_authors: vec![dana().user_id], ..copy };
    given.then(&PhaseCommand::AddArtefactVersion(copy));
    assert!(refused(&given, dana()));
}

#[test]
fn whose_message_led_conductor_to_write_it_stays_an_author_after_an_edit_by_hand() {
    let mut given = Given::a_full_phase_under(four_eyes());
    given.then(&PhaseCommand::SaveDocument(given.document(1, Stage::Requirements, "R-1")));
    given.then(&given.edit(second_sdm(), Stage::Requirements, "R-1, edited"));
    assert!(refused(&given, dana()));
}

#[test]
fn authors_stay_authors_of_what_was_reopened_and_edited_a_little() {
    let mut given = written_by_dana();
    given.then(&given.approve(second_sdm(), Stage::Requirements));
    given.then(&given.reopen(second_sdm(), Stage::Requirements));
    assert!(refused(&given, dana()));
    given.then(&given.edit(second_sdm(), Stage::Requirements, "R-1."));
    assert!(refused(&given, dana()) && refused(&given, second_sdm()));
}

#[test]
fn authors_stay_authors_of_what_became_stale_and_was_edited_a_little() {
    let mut given = written_by_dana();
    given.then(&given.approve(second_sdm(), Stage::Requirements));
    given.then(&given.edit(mara(), Stage::TechnicalAnalysis, "assets"));
    given.then(&given.approve(dana(), Stage::TechnicalAnalysis));
    given.then(&given.reopen(second_sdm(), Stage::Requirements));
    given.then(&given.approve(third_sdm(), Stage::Requirements));
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::Stale);
    given.then(&given.edit(second_sdm(), Stage::TechnicalAnalysis, "assets."));
    let again = given.when(&given.approve(mara(), Stage::TechnicalAnalysis));
    assert_eq!(again, Err(PhaseError::AuthorMayNotApprove(2)));
}
