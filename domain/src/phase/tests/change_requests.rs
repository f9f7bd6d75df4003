//! Rule 5: change requests have a place, are answered by versions, and are cleared only by who may.

use super::*;
use crate::artefact::anchor::{Anchor, Place};
use crate::ids::DelegationId;
use crate::project::delegation::OnBehalf;

fn id(n: u128) -> ChangeRequestId {
    ChangeRequestId(Uuid::from_u128(n))
}

fn requested() -> Given {
    let mut given = Given::with_requirements_in_review();
    given.then(&given.request(second_sdm(), Stage::Requirements, 1, 7));
    given
}

fn answering(given: &Given, text: &str, answers: Vec<ChangeRequestId>) -> PhaseCommand {
    match given.edit(dana(), Stage::Requirements, text) {
        PhaseCommand::AddArtefactVersion(edit) => {
            PhaseCommand::AddArtefactVersion(AddArtefactVersion { answers, ..edit })
        }
        other => other,
    }
}

#[test]
fn a_request_can_be_about_one_place() {
    let mut given = Given::with_requirements_in_review();
    let PhaseCommand::RequestChanges(request) = given.request(second_sdm(), Stage::Requirements, 1, 7) else {
        panic!("a request")
    };
    let place = Place::Quote(Text::plain("two days"), 0);
    let anchor = place.anchor();
    let events = given.then(&PhaseCommand::RequestChanges(RequestChanges { place, ..request }));
    assert!(matches!(&events[..], [
        PhaseEvent::ChangesRequested { .. },
        PhaseEvent::ChangeRequestPlaced { anchor: placed, .. },
    ] if *placed == anchor && matches!(placed, Anchor::Quote { .. })));
}

#[test]
fn a_version_says_which_requests_it_answers_and_they_still_wait_for_their_requester() {
    let mut given = requested();
    let events = given.then(&answering(&given, "R-1 better", vec![id(7), id(7)]));
    assert!(matches!(
        &events[..],
        [PhaseEvent::ArtefactVersionAdded { version: 2, .. }, PhaseEvent::ChangeRequestAnswered { version: 2, .. },]
    ));
    let open = &given.opened().stages[&Stage::Requirements].change_requests[&id(7)];
    assert_eq!(open.answered_in, Some(2));
    assert!(matches!(given.when(&given.approve(dana(), Stage::Requirements)), Err(PhaseError::ChangesOpen(_))));
    let may = given.opened().permits(Verb::ApproveArtefact, Stage::Requirements, &dana());
    assert!(matches!(may, Err(PhaseError::ChangesOpen(_))), "nothing is offered that would be refused");
}

#[test]
fn a_person_answers_only_what_is_open_and_what_conductor_makes_up_is_passed_over() {
    let mut given = requested();
    assert_eq!(given.when(&answering(&given, "R-1 better", vec![id(8)])), Err(PhaseError::AnswersNothing(id(8))));
    let document = SaveDocument { answers: vec![id(8), id(7)], ..given.document(1, Stage::Requirements, "R-1 best") };
    let events = given.then(&PhaseCommand::SaveDocument(document));
    assert!(matches!(&events[..], [
        PhaseEvent::ArtefactVersionAdded { .. },
        PhaseEvent::ChangeRequestAnswered { change_request_id, version: 2, .. },
    ] if *change_request_id == id(7)));
}

#[test]
fn an_author_of_anything_pending_can_not_dismiss() {
    let mut given = requested();
    given.then(&given.edit(person(6, &[Role::Sdm]), Stage::Requirements, "R-1, by somebody else"));
    let dismiss = PhaseCommand::DismissChangeRequest(DismissChangeRequest {
        by: dana(),
        change_request_id: id(7),
        stage: Stage::Requirements,
        requester_roles: Roles::from([Role::Sdm]),
        reason: Text::plain("settled"),
    });
    assert_eq!(given.when(&dismiss), Err(PhaseError::AuthorMayNotDismiss));
}

#[test]
fn a_delegate_takes_a_request_back_for_who_is_away_unless_it_is_about_their_own_text() {
    let given = requested();
    let withdraw = |by: Person, delegator: UserId, role: Role| {
        let on_behalf = OnBehalf { delegation_id: DelegationId(Uuid::from_u128(9)), delegator, role };
        PhaseCommand::WithdrawChangeRequest(WithdrawChangeRequest {
            by,
            change_request_id: id(7),
            stage: Stage::Requirements,
            acts_for: vec![on_behalf],
        })
    };
    let (colleague, away) = (person(6, &[Role::Sdm]), second_sdm().user_id);
    let events = given.when(&withdraw(colleague.clone(), away, Role::Sdm));
    assert!(matches!(events.as_deref(), Ok([
        PhaseEvent::ActedOnBehalf { delegator, delegate, .. },
        PhaseEvent::ChangeRequestWithdrawn { .. },
    ]) if *delegator == away && *delegate == colleague.user_id));
    let others = withdraw(colleague.clone(), mara().user_id, Role::Sdm);
    assert_eq!(given.when(&others), Err(PhaseError::NotTheRequester));
    let in_another_role = withdraw(colleague, away, Role::Architect);
    assert_eq!(given.when(&in_another_role), Err(PhaseError::NotTheRequester));
    assert_eq!(given.when(&withdraw(dana(), away, Role::Sdm)), Err(PhaseError::AuthorMayNotClear));
}
