//! Submissions from an IDE: a version while one can be taken, a draft beside an approved analysis, which a person adopts.

use super::*;
use crate::artefact::check::Severity;
use crate::artefact::drift::DriftTally;
use crate::ids::RaisedFindingId;

const ANALYSIS: Stage = Stage::TechnicalAnalysis;

fn submission(given: &Given, by: Person, id: u128, text: &str, sidecar: Option<&str>) -> PhaseCommand {
    let finding = NewFinding {
        finding_id: RaisedFindingId(Uuid::from_u128(id)),
        reference: "R-1".parse().unwrap_or_else(|error| panic!("{error}")),
        severity: Severity::Advisory,
        text: Text::plain("cannot hold"),
        evidence: Vec::new(),
    };
    let findings = if sidecar.is_some() { vec![finding] } else { Vec::new() };
    PhaseCommand::AddArtefactVersion(AddArtefactVersion {
        by,
        stage: ANALYSIS,
        title: "Technical analysis".into(),
        content: Text::plain(text),
        via: Via::Ide(Box::new(Submitted {
            submission_id: KeptSubmissionId(Uuid::from_u128(id)),
            ..submitted(sidecar, findings)
        })),
        earlier_authors: vec![],
        answers: vec![],
        approval_policy: given.policy.clone(),
    })
}

fn adopt(given: &Given, by: Person, id: u128) -> PhaseCommand {
    PhaseCommand::AdoptSubmission(AdoptSubmission {
        by,
        stage: ANALYSIS,
        submission_id: KeptSubmissionId(Uuid::from_u128(id)),
        reason: Text::plain("the code moved on"),
        approval_policy: given.policy.clone(),
    })
}

fn with_an_approved_analysis() -> Given {
    let mut given = Given::with_requirements_in_review();
    given.then(&given.approve(dana(), Stage::Requirements));
    given.then(&submission(&given, jonas(), 1, "assets", Some("{}")));
    given.then(&given.approve(mara(), ANALYSIS));
    given
}

#[test]
fn a_submission_is_the_next_version_and_raises_its_findings() {
    let mut given = Given::with_requirements_in_review();
    let refused = given.when(&submission(&given, jonas(), 1, "assets", None));
    assert!(matches!(refused, Err(PhaseError::StageLocked { .. })), "{refused:?}");
    given.then(&given.approve(dana(), Stage::Requirements));
    let events = given.then(&submission(&given, jonas(), 1, "assets", Some("{}")));
    assert!(
        matches!(
            &events[..],
            [
                PhaseEvent::ArtefactVersionAdded { version: 1, sidecar: Some(_), .. },
                PhaseEvent::FindingRaised { stage: Stage::Requirements, version: 1, .. },
            ]
        ),
        "{events:?}"
    );
    assert_eq!(given.when(&submission(&given, jonas(), 2, "assets", Some("{}"))), Ok(Vec::new()), "the same again");
    let other = given.then(&submission(&given, jonas(), 2, "assets", Some("{ }")));
    assert!(matches!(&other[..], [PhaseEvent::ArtefactVersionAdded { version: 2, .. }]), "{other:?}");
}

#[test]
fn beside_an_approved_analysis_it_is_kept_and_counts_for_nothing() {
    let mut given = with_an_approved_analysis();
    assert_eq!(given.when(&submission(&given, jonas(), 2, "assets", Some("{}"))), Ok(Vec::new()), "it is the version");
    let events = given.then(&submission(&given, jonas(), 2, "more assets", None));
    assert!(matches!(&events[..], [PhaseEvent::SubmissionKept { beside: 1, .. }]), "{events:?}");
    assert_eq!(given.state(ANALYSIS), GateState::Approved);
    assert_eq!(given.when(&submission(&given, jonas(), 3, "more assets", None)), Ok(Vec::new()), "the same again");
    given.then(&submission(&given, jonas(), 3, "still more", None));
    let kept: Vec<_> = given.opened().kept_submissions.keys().map(|id| id.0.as_u128()).collect();
    assert_eq!(kept, [3], "a newer one takes the place of the same person's");
}

#[test]
fn a_person_adopts_it_in_one_act_and_its_author_stays_the_submitter() {
    let mut given = with_an_approved_analysis();
    given.then(&submission(&given, jonas(), 2, "more assets", Some("{ }")));
    let events = given.then(&adopt(&given, mara(), 2));
    assert!(
        matches!(&events[..], [
            PhaseEvent::StageReopened { cycle: 2, .. },
            PhaseEvent::ArtefactVersionAdded { version: 2, cycle: 2, authors, sidecar: Some(_), .. },
            PhaseEvent::SubmissionAdopted { version: 2, .. },
            PhaseEvent::StageLocked { stage: Stage::Architecture, .. },
        ] if *authors == [jonas().user_id]),
        "{events:?}"
    );
    assert_eq!(given.state(ANALYSIS), GateState::InReview);
    assert_eq!(given.when(&adopt(&given, mara(), 2)), Err(PhaseError::NoSuchSubmission));
}

#[test]
fn only_who_may_reopen_adopts_and_only_in_a_browser() {
    let mut given = with_an_approved_analysis();
    given.then(&submission(&given, jonas(), 2, "more assets", None));
    assert!(matches!(given.when(&adopt(&given, jonas(), 2)), Err(PhaseError::RoleRequired(_))));
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..mara() };
    assert_eq!(given.when(&adopt(&given, token, 2)), Err(PhaseError::InteractiveOnly));
}

#[test]
fn what_was_kept_is_not_adopted_on_other_requirements() {
    let mut given = with_an_approved_analysis();
    given.then(&submission(&given, jonas(), 2, "more assets", None));
    given.then(&given.reopen(dana(), Stage::Requirements));
    assert!(matches!(given.when(&adopt(&given, mara(), 2)), Err(PhaseError::StageLocked { .. })));
    given.then(&given.approve(dana(), Stage::Requirements));
    let refused = given.when(&adopt(&given, mara(), 2));
    assert_eq!(refused, Err(PhaseError::SubmissionOutdated(vec![Stage::Requirements])));
}

#[test]
fn in_a_review_that_runs_a_kept_one_is_the_next_version() {
    let mut given = with_an_approved_analysis();
    given.then(&submission(&given, jonas(), 2, "more assets", None));
    given.then(&given.reopen(mara(), ANALYSIS));
    let events = given.then(&adopt(&given, mara(), 2));
    assert!(
        matches!(
            &events[..],
            [PhaseEvent::ArtefactVersionAdded { version: 2, cycle: 2, .. }, PhaseEvent::SubmissionAdopted { .. }]
        ),
        "{events:?}"
    );
}

#[test]
fn drift_is_reported_of_a_version_that_is_there_and_decides_nothing() {
    let mut given = with_an_approved_analysis();
    let report = |by: Person, version| {
        PhaseCommand::ReportDrift(ReportDrift {
            by,
            stage: ANALYSIS,
            version,
            checkouts: Vec::new(),
            tally: DriftTally { moved: 2, ..DriftTally::default() },
            report: Text::plain("[]"),
        })
    };
    assert_eq!(given.when(&report(jonas(), 2)), Err(PhaseError::VersionOutdated(1)));
    assert!(matches!(given.when(&report(dana(), 1)), Err(PhaseError::RoleRequired(_))));
    let events = given.then(&report(jonas(), 1));
    assert!(matches!(&events[..], [PhaseEvent::DriftReported { moved: 2, unchanged: 0, .. }]), "{events:?}");
    assert_eq!(given.state(ANALYSIS), GateState::Approved);
}
