//! Findings against an approved artefact: raised once, answered once, and an accepted one opens the stage again.

use super::*;
use crate::artefact::check::Severity;
use crate::ids::RaisedFindingId;

fn finding(id: u128, text: &str) -> NewFinding {
    NewFinding {
        finding_id: RaisedFindingId(Uuid::from_u128(id)),
        reference: "R-1".parse().unwrap_or_else(|error| panic!("{error}")),
        severity: Severity::Blocking,
        text: Text::plain(text),
        evidence: Vec::new(),
    }
}

fn raise(by: Person, version: u32, id: u128, text: &str) -> PhaseCommand {
    PhaseCommand::RaiseFinding(RaiseFinding { by, stage: Stage::Requirements, version, finding: finding(id, text) })
}

fn accept(given: &Given, by: Person, id: u128) -> PhaseCommand {
    PhaseCommand::AcceptFinding(AcceptFinding {
        by,
        stage: Stage::Requirements,
        finding_id: RaisedFindingId(Uuid::from_u128(id)),
        approval_policy: given.policy.clone(),
    })
}

fn decline(by: Person, id: u128, reason: &str) -> PhaseCommand {
    let finding_id = RaisedFindingId(Uuid::from_u128(id));
    PhaseCommand::DeclineFinding(DeclineFinding {
        by,
        stage: Stage::Requirements,
        finding_id,
        reason: Text::plain(reason),
    })
}

fn with_requirements_approved() -> Given {
    let mut given = Given::with_requirements_in_review();
    given.then(&given.approve(dana(), Stage::Requirements));
    given
}

#[test]
fn a_finding_is_raised_against_what_is_approved_only() {
    let refused = Given::with_requirements_in_review().when(&raise(jonas(), 1, 1, "no"));
    assert_eq!(refused, Err(PhaseError::NothingToFindIn(Stage::Requirements)));
    let mut given = with_requirements_approved();
    assert_eq!(given.when(&raise(jonas(), 2, 1, "no")), Err(PhaseError::VersionOutdated(1)));
    assert_eq!(given.when(&raise(jonas(), 1, 1, "  ")), Err(PhaseError::NothingSaid));
    let auditor = given.when(&raise(person(9, &[Role::Auditor]), 1, 1, "no"));
    assert!(matches!(auditor, Err(PhaseError::RoleRequired(_))), "{auditor:?}");
    let events = given.then(&raise(jonas(), 1, 1, "contradicts billing"));
    assert!(matches!(&events[..], [PhaseEvent::FindingRaised { reference, .. }] if reference == "R-1"), "{events:?}");
    assert_eq!(given.state(Stage::Requirements), GateState::Approved, "a finding by itself moves no gate");
}

#[test]
fn the_same_finding_by_the_same_person_is_one() {
    let mut given = with_requirements_approved();
    given.then(&raise(jonas(), 1, 1, "contradicts billing"));
    assert_eq!(given.when(&raise(jonas(), 1, 2, "contradicts billing")), Ok(Vec::new()));
    assert_eq!(given.then(&raise(mara(), 1, 3, "contradicts billing")).len(), 1, "somebody else's is another");
    assert_eq!(given.then(&raise(jonas(), 1, 4, "and tax")).len(), 1);
    assert_eq!(given.opened().findings.len(), 3);
}

#[test]
fn an_accepted_finding_opens_the_stage_again_with_itself_as_the_reason() {
    let mut given = with_requirements_approved();
    given.then(&raise(jonas(), 1, 1, "contradicts billing"));
    let events = given.then(&accept(&given, dana(), 1));
    let text = Text::plain("contradicts billing").reference();
    assert!(
        matches!(&events[..], [
            PhaseEvent::FindingAccepted { accepted_by, .. },
            PhaseEvent::StageReopened { reason, cycle: 2, .. },
            PhaseEvent::StageLocked { stage: Stage::TechnicalAnalysis, .. },
        ] if *accepted_by == dana().user_id && *reason == text),
        "{events:?}"
    );
    assert_eq!(given.state(Stage::Requirements), GateState::InReview);
    assert_eq!(given.when(&accept(&given, dana(), 1)), Ok(Vec::new()), "agreeing again changes nothing");
    assert_eq!(given.when(&decline(dana(), 1, "no")), Err(PhaseError::FindingAnswered("accepted")));
}

#[test]
fn a_second_finding_is_accepted_in_the_stage_that_is_open_already() {
    let mut given = with_requirements_approved();
    given.then(&raise(jonas(), 1, 1, "contradicts billing"));
    given.then(&raise(jonas(), 1, 2, "and tax"));
    given.then(&accept(&given, dana(), 1));
    let events = given.then(&accept(&given, dana(), 2));
    assert!(matches!(&events[..], [PhaseEvent::FindingAccepted { .. }]), "{events:?}");
}

#[test]
fn a_finding_is_declined_with_a_reason() {
    let mut given = with_requirements_approved();
    given.then(&raise(jonas(), 1, 1, "contradicts billing"));
    assert_eq!(given.when(&decline(dana(), 1, " ")), Err(PhaseError::ReasonMissing));
    let events = given.then(&decline(dana(), 1, "billing changes too"));
    assert!(matches!(&events[..], [PhaseEvent::FindingDeclined { .. }]), "{events:?}");
    assert_eq!(given.state(Stage::Requirements), GateState::Approved);
    assert_eq!(given.when(&accept(&given, dana(), 1)), Err(PhaseError::FindingAnswered("declined")));
    assert_eq!(given.when(&raise(jonas(), 1, 7, "contradicts billing")), Ok(Vec::new()), "it has its answer");
}

#[test]
fn only_who_decides_at_the_gate_answers_and_only_in_a_browser() {
    let mut given = with_requirements_approved();
    given.then(&raise(jonas(), 1, 1, "contradicts billing"));
    for by in [mara(), jonas()] {
        assert!(matches!(given.when(&accept(&given, by, 1)), Err(PhaseError::RoleRequired(_))));
    }
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..dana() };
    assert_eq!(given.when(&accept(&given, token.clone(), 1)), Err(PhaseError::InteractiveOnly));
    assert_eq!(given.when(&decline(token.clone(), 1, "no")), Err(PhaseError::InteractiveOnly));
    assert_eq!(given.then(&raise(token, 1, 2, "a token may raise one")).len(), 1);
    assert_eq!(given.when(&accept(&given, dana(), 5)), Err(PhaseError::NoSuchFinding));
}

#[test]
fn a_phase_holds_so_many_findings() {
    let mut given = with_requirements_approved();
    for id in 0..MAX_FINDINGS as u128 {
        given.then(&raise(jonas(), 1, id, &format!("finding {id}")));
    }
    assert_eq!(given.when(&raise(jonas(), 1, 9_999, "one more")), Err(PhaseError::TooManyFindings));
    assert_eq!(given.when(&raise(jonas(), 1, 9_999, "finding 7")), Ok(Vec::new()));
}
