//! The gate rules as given/when/then: one test for each thing that a rule says.

#![expect(clippy::panic, reason = "a test says what it expected")]

use uuid::Uuid;

mod authors;
mod change_requests;
mod findings;
mod policy;
mod submissions;
mod threads;
mod waivers;

use super::*;
use crate::actor::{Credential, Person};
use crate::artefact::anchor::Place;
use crate::conductor::{Adapter, GeneratedBy};
use crate::conversation::Substance;
use crate::ids::{ChangeRequestId, KeptSubmissionId, ProjectId, SessionId, TokenId, TurnId, UserId};
use crate::phase::artefact::Completeness;
use crate::phase::plan::PhaseKind;
use crate::project::policy::{ApprovalPolicy, AuthorRule};
use crate::role::{Role, Roles};
use crate::stage::Stage;
use crate::text::Text;

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

fn person(n: u128, roles: &[Role]) -> Person {
    Person {
        user_id: user(n),
        roles: roles.iter().copied().collect(),
        credential: Credential::Session(SessionId(Uuid::from_u128(99))),
    }
}

fn dana() -> Person {
    person(1, &[Role::Sdm])
}
fn mara() -> Person {
    person(2, &[Role::Architect])
}
fn jonas() -> Person {
    person(3, &[Role::Developer])
}
fn second_sdm() -> Person {
    person(5, &[Role::Sdm])
}

/// What a submission brings beside its document.
fn submitted(sidecar: Option<&str>, findings: Vec<NewFinding>) -> Submitted {
    let submission_id = KeptSubmissionId(Uuid::from_u128(77));
    Submitted { submission_id, source: None, sidecar: sidecar.map(Text::plain), findings }
}

/// A phase and everything that has happened to it.
struct Given {
    phase: Phase,
    policy: ApprovalPolicy,
}

impl Given {
    fn a_full_phase() -> Self {
        Self::a_full_phase_under(ApprovalPolicy::default())
    }

    fn a_full_phase_under(policy: ApprovalPolicy) -> Self {
        let mut given = Self { phase: Phase::NotOpened, policy: policy.clone() };
        given.then(&PhaseCommand::OpenPhase(OpenPhase {
            by: dana(),
            project_id: ProjectId(Uuid::nil()),
            number: 1,
            kind: PhaseKind::Full,
            title: "Split settlement".into(),
            brief: Text::plain("sellers get their share"),
            approval_policy: policy,
        }));
        given
    }

    fn when(&self, command: &PhaseCommand) -> Result<Vec<PhaseEvent>, PhaseError> {
        self.phase.decide(command)
    }

    /// Decides, folds, and gives the events.
    fn then(&mut self, command: &PhaseCommand) -> Vec<PhaseEvent> {
        let events = self.when(command).unwrap_or_else(|error| panic!("{command:?} was refused: {error}"));
        for event in events.clone() {
            self.phase.fold(event);
        }
        events
    }

    fn opened(&self) -> &OpenedPhase {
        self.phase.opened().unwrap_or_else(|error| panic!("{error}"))
    }

    fn state(&self, stage: Stage) -> GateState {
        self.opened().gate(stage).state()
    }

    fn edit(&self, by: Person, stage: Stage, text: &str) -> PhaseCommand {
        PhaseCommand::AddArtefactVersion(AddArtefactVersion {
            by,
            stage,
            title: stage.title().into(),
            content: Text::plain(text),
            via: Via::Hand,
            earlier_authors: vec![],
            answers: vec![],
            approval_policy: self.policy.clone(),
        })
    }

    fn submit(&self, by: Person, text: &str) -> PhaseCommand {
        PhaseCommand::AddArtefactVersion(AddArtefactVersion {
            by,
            stage: Stage::TechnicalAnalysis,
            title: "Technical analysis".into(),
            content: Text::plain(text),
            via: Via::Ide(Box::new(submitted(None, Vec::new()))),
            earlier_authors: vec![],
            answers: vec![],
            approval_policy: self.policy.clone(),
        })
    }

    fn document(&self, turn: u128, stage: Stage, text: &str) -> SaveDocument {
        SaveDocument {
            turn_id: TurnId(Uuid::from_u128(turn)),
            ordinal: 0,
            asked_by: dana().user_id,
            stage,
            title: stage.title().into(),
            content: Text::plain(text).reference(),
            completeness: Completeness::Complete,
            substance: Substance::Whole,
            generated_by: GeneratedBy { adapter: Adapter::Guided, model: "guided".into() },
            earlier_authors: vec![],
            answers: vec![],
            approval_policy: self.policy.clone(),
        }
    }

    fn approval(&self, by: Person, stage: Stage) -> ApproveArtefact {
        let phase = self.opened();
        let latest = phase.stages[&stage].latest.clone().unwrap_or_else(|| panic!("{stage} has no version"));
        let shown = phase.current(stage, &latest);
        ApproveArtefact {
            by,
            stage,
            version: shown.version,
            content_hash: shown.content_hash,
            upstream_hash: shown.upstream_hash,
            cycle: shown.cycle,
            note: None,
            findings: vec![],
            waivers: vec![],
            open_points: OpenPoints::default(),
        }
    }

    fn approve(&self, by: Person, stage: Stage) -> PhaseCommand {
        PhaseCommand::ApproveArtefact(self.approval(by, stage))
    }

    fn request(&self, by: Person, stage: Stage, version: u32, id: u128) -> PhaseCommand {
        PhaseCommand::RequestChanges(RequestChanges {
            by,
            change_request_id: ChangeRequestId(Uuid::from_u128(id)),
            stage,
            version,
            reason: Text::plain("R-2 has no number"),
            place: Place::Whole,
        })
    }

    fn reopen(&self, by: Person, stage: Stage) -> PhaseCommand {
        PhaseCommand::ReopenStage(ReopenStage {
            by,
            stage,
            reason: Text::plain("tax was forgotten"),
            approval_policy: self.policy.clone(),
        })
    }

    fn withdraw(&self, by: Person, stage: Stage) -> PhaseCommand {
        PhaseCommand::WithdrawApproval(WithdrawApproval { by, stage, in_backlog: Vec::new() })
    }

    fn with_requirements_in_review() -> Self {
        let mut given = Self::a_full_phase();
        given.then(&given.edit(dana(), Stage::Requirements, "R-1"));
        given
    }

    fn with_all_approved() -> Self {
        let mut given = Self::with_requirements_in_review();
        given.then(&given.approve(dana(), Stage::Requirements));
        given.then(&given.submit(jonas(), "assets"));
        given.then(&given.approve(mara(), Stage::TechnicalAnalysis));
        given.then(&given.edit(mara(), Stage::Architecture, "AD-1"));
        given.then(&given.approve(mara(), Stage::Architecture));
        given
    }
}

#[test]
fn a_new_phase_has_its_first_stage_open_and_the_others_locked() {
    let given = Given::a_full_phase();
    assert_eq!(given.state(Stage::Requirements), GateState::Open);
    for stage in [Stage::TechnicalAnalysis, Stage::Architecture, Stage::Stories] {
        assert_eq!(given.state(stage), GateState::Locked);
    }
}

#[test]
fn only_an_sdm_opens_a_phase() {
    let mut command = OpenPhase {
        by: mara(),
        project_id: ProjectId(Uuid::nil()),
        number: 1,
        kind: PhaseKind::Full,
        title: "x".into(),
        brief: Text::plain(""),
        approval_policy: ApprovalPolicy::default(),
    };
    let refused = Phase::NotOpened.decide(&PhaseCommand::OpenPhase(command.clone()));
    assert_eq!(refused, Err(PhaseError::RoleRequired(vec![Role::Sdm])));
    command.by = dana();
    command.title = " \n ".into();
    assert_eq!(Phase::NotOpened.decide(&PhaseCommand::OpenPhase(command)), Err(PhaseError::BadTitle));
}

#[test]
fn rule_1_a_locked_stage_refuses_and_names_what_is_missing_and_who_could_give_it() {
    let given = Given::with_requirements_in_review();
    let refused = given.when(&given.submit(jonas(), "assets"));
    let missing = vec![Missing { stage: Stage::Requirements, needs: Needs::Approval, who: vec![Role::Sdm] }];
    assert_eq!(refused, Err(PhaseError::StageLocked { stage: Stage::TechnicalAnalysis, missing }));
    let sentence = refused.map_err(|error| error.to_string());
    assert_eq!(sentence, Err("Technical analysis is locked: Requirements awaits approval by SDM".to_owned()));
}

#[test]
fn rule_1_a_message_to_a_locked_stage_is_refused() {
    let given = Given::a_full_phase();
    let refused = given.opened().permits(Verb::PostMessage, Stage::Architecture, &mara());
    assert!(matches!(refused, Err(PhaseError::StageLocked { .. })));
    assert_eq!(given.opened().permits(Verb::PostMessage, Stage::Requirements, &dana()), Ok(Role::Sdm));
}

#[test]
fn rule_2_an_approval_of_something_not_shown_is_refused_with_what_is_there_now() {
    let mut given = Given::with_requirements_in_review();
    let shown = given.approval(dana(), Stage::Requirements);
    given.then(&given.edit(dana(), Stage::Requirements, "R-1 and R-2"));
    let refused = given.when(&PhaseCommand::ApproveArtefact(shown.clone()));
    assert!(matches!(refused, Err(PhaseError::ApprovalOutdated(Current { version: 2, .. }))));
    let now = given.approval(dana(), Stage::Requirements);
    for wrong in [
        ApproveArtefact { content_hash: shown.content_hash, ..now.clone() },
        ApproveArtefact { upstream_hash: shown.content_hash, ..now.clone() },
        ApproveArtefact { cycle: 2, ..now.clone() },
    ] {
        let refused = given.when(&PhaseCommand::ApproveArtefact(wrong));
        assert!(matches!(refused, Err(PhaseError::ApprovalOutdated(_))));
    }
    assert!(given.when(&PhaseCommand::ApproveArtefact(now)).is_ok());
}

#[test]
fn rule_3_an_approval_and_what_follows_are_events_of_one_commit() {
    let mut given = Given::with_requirements_in_review();
    let events = given.then(&given.approve(dana(), Stage::Requirements));
    assert!(matches!(
        events.as_slice(),
        [
            PhaseEvent::ApprovalGiven { role: Role::Sdm, policy_version: 1, .. },
            PhaseEvent::ArtefactApproved { version: 1, .. },
            PhaseEvent::StageUnlocked { stage: Stage::TechnicalAnalysis },
        ]
    ));
    assert_eq!(given.when(&given.approve(dana(), Stage::Requirements)), Ok(vec![]), "an exact repeat changes nothing");
}

#[test]
fn rule_4_no_token_approves_whatever_role_its_owner_holds() {
    let given = Given::with_requirements_in_review();
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..dana() };
    assert_eq!(given.when(&given.approve(token.clone(), Stage::Requirements)), Err(PhaseError::InteractiveOnly));
    for verb in Verb::ALL.into_iter().filter(|verb| verb.is_interactive_only()) {
        assert!(given.opened().permits(verb, Stage::Requirements, &token).is_err(), "{verb:?}");
    }
}

#[test]
fn rule_5_a_change_request_needs_a_reason_and_survives_new_versions() {
    let mut given = Given::with_requirements_in_review();
    let silent = RequestChanges {
        by: dana(),
        change_request_id: ChangeRequestId(Uuid::nil()),
        stage: Stage::Requirements,
        version: 1,
        reason: Text::plain("  "),
        place: Place::Whole,
    };
    assert_eq!(given.when(&PhaseCommand::RequestChanges(silent)), Err(PhaseError::ReasonMissing));
    given.then(&given.request(second_sdm(), Stage::Requirements, 1, 7));
    assert_eq!(given.state(Stage::Requirements), GateState::ChangesRequested);
    given.then(&given.edit(dana(), Stage::Requirements, "R-1 better"));
    assert_eq!(given.state(Stage::Requirements), GateState::InReview);
    let refused = given.when(&given.approve(dana(), Stage::Requirements));
    assert_eq!(refused, Err(PhaseError::ChangesOpen(vec![second_sdm().user_id])));
    let events = given.then(&given.approve(second_sdm(), Stage::Requirements));
    assert!(events.iter().any(|event| matches!(event, PhaseEvent::ChangeRequestCleared { .. })));
    assert_eq!(given.state(Stage::Requirements), GateState::Approved);
}

#[test]
fn rule_5_an_author_can_dismiss_a_request_only_once_the_requester_lost_the_role() {
    let mut given = Given::with_requirements_in_review();
    given.then(&given.request(second_sdm(), Stage::Requirements, 1, 7));
    let dismiss = |by: Person, requester_roles: Roles| {
        PhaseCommand::DismissChangeRequest(DismissChangeRequest {
            by,
            change_request_id: ChangeRequestId(Uuid::from_u128(7)),
            stage: Stage::Requirements,
            requester_roles,
            reason: Text::plain("settled by phone"),
        })
    };
    let still_sdm = Roles::from([Role::Sdm]);
    assert_eq!(given.when(&dismiss(dana(), still_sdm.clone())), Err(PhaseError::AuthorMayNotDismiss));
    assert!(given.when(&dismiss(person(6, &[Role::Sdm]), still_sdm)).is_ok());
    assert!(given.when(&dismiss(dana(), Roles::from([Role::Developer]))).is_ok());
}

#[test]
fn rule_5_only_the_requester_withdraws() {
    let mut given = Given::with_requirements_in_review();
    given.then(&given.request(second_sdm(), Stage::Requirements, 1, 7));
    let withdraw = |by: Person| {
        PhaseCommand::WithdrawChangeRequest(WithdrawChangeRequest {
            by,
            change_request_id: ChangeRequestId(Uuid::from_u128(7)),
            stage: Stage::Requirements,
            acts_for: vec![],
        })
    };
    assert_eq!(given.when(&withdraw(dana())), Err(PhaseError::NotTheRequester));
    given.then(&withdraw(second_sdm()));
    assert_eq!(given.state(Stage::Requirements), GateState::InReview);
}

#[test]
fn rule_6_a_new_version_drops_earlier_approvals_and_an_approved_stage_takes_none() {
    let mut policy = ApprovalPolicy::default();
    policy.stages[0].required_approvals = 2;
    let mut given = Given::a_full_phase_under(policy);
    given.then(&given.edit(dana(), Stage::Requirements, "R-1"));
    given.then(&given.approve(dana(), Stage::Requirements));
    assert_eq!(given.state(Stage::Requirements), GateState::InReview, "one of two");
    given.then(&given.edit(dana(), Stage::Requirements, "R-1 and R-2"));
    given.then(&given.approve(second_sdm(), Stage::Requirements));
    assert_eq!(given.state(Stage::Requirements), GateState::InReview, "the first approval was of another text");
    given.then(&given.approve(dana(), Stage::Requirements));
    assert_eq!(given.state(Stage::Requirements), GateState::Approved);
    let refused = given.when(&given.edit(dana(), Stage::Requirements, "R-3"));
    assert_eq!(refused, Err(PhaseError::StageApproved { stage: Stage::Requirements, version: 2 }));
}

#[test]
fn rule_7_reopening_makes_everything_downstream_stale_and_nothing_else() {
    let mut given = Given::with_all_approved();
    let events = given.then(&given.reopen(mara(), Stage::TechnicalAnalysis));
    assert_eq!(given.state(Stage::Requirements), GateState::Approved);
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::InReview);
    assert_eq!(given.state(Stage::Architecture), GateState::Stale);
    assert_eq!(given.state(Stage::Stories), GateState::Locked);
    assert!(events.contains(&PhaseEvent::StageBecameStale {
        stage: Stage::Architecture,
        version: 1,
        cause: Stage::TechnicalAnalysis
    }));
    assert!(events.contains(&PhaseEvent::PhaseCeasedToBeReady { cause: Stage::TechnicalAnalysis }));
}

#[test]
fn rule_7_old_approvals_are_not_resurrected_by_the_same_text() {
    let mut given = Given::with_all_approved();
    given.then(&given.reopen(dana(), Stage::Requirements));
    given.then(&given.approve(dana(), Stage::Requirements));
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::Stale, "the same text, but a new cycle");
    let reaffirm = PhaseCommand::ReaffirmArtefact(given.approval(mara(), Stage::TechnicalAnalysis));
    let events = given.then(&reaffirm);
    assert!(matches!(events[0], PhaseEvent::ApprovalGiven { basis: ApprovalBasis::Reaffirmation, version: 1, .. }));
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::Approved);
    assert_eq!(given.state(Stage::Architecture), GateState::Stale, "it stood on the old approval");
    given.then(&PhaseCommand::ReaffirmArtefact(given.approval(mara(), Stage::Architecture)));
    assert!(given.opened().is_ready());
    assert_eq!(given.opened().status, PhaseStatus::Ready);
}

#[test]
fn rule_7_a_stale_artefact_waits_for_its_upstream_before_it_is_reaffirmed() {
    let mut given = Given::with_all_approved();
    given.then(&given.reopen(dana(), Stage::Requirements));
    let reaffirm = PhaseCommand::ReaffirmArtefact(given.approval(mara(), Stage::TechnicalAnalysis));
    assert!(matches!(given.when(&reaffirm), Err(PhaseError::StageLocked { .. })));
}

#[test]
fn rule_7_a_stale_stage_that_is_reopened_too_early_is_locked_and_says_so() {
    let mut given = Given::with_all_approved();
    given.then(&given.reopen(dana(), Stage::Requirements));
    let events = given.then(&given.reopen(mara(), Stage::TechnicalAnalysis));
    assert!(events.contains(&PhaseEvent::StageLocked { stage: Stage::TechnicalAnalysis, cause: Stage::Requirements }));
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::Locked);
}

#[test]
fn rule_8_authorship_is_not_shed_by_submitting_the_same_text_again() {
    let mut given = Given::with_requirements_in_review();
    assert_eq!(given.when(&given.edit(second_sdm(), Stage::Requirements, "R-1")), Ok(vec![]));
    let events = given.then(&given.edit(second_sdm(), Stage::Requirements, "R-1 and R-2"));
    let PhaseEvent::ArtefactVersionAdded { authors, .. } = &events[0] else { panic!("no version") };
    assert_eq!(authors, &[dana().user_id, second_sdm().user_id]);
}

#[test]
fn rule_8_the_person_whose_message_led_to_it_is_the_author_and_the_model_is_not() {
    let mut given = Given::a_full_phase();
    let events = given.then(&PhaseCommand::SaveDocument(given.document(1, Stage::Requirements, "R-1")));
    let PhaseEvent::ArtefactVersionAdded { authors, generated_by, .. } = &events[0] else { panic!("no version") };
    assert_eq!(authors, &[dana().user_id]);
    assert!(generated_by.is_some());
}

#[test]
fn rule_9_four_eyes_forbids_an_author_to_approve() {
    let mut policy = ApprovalPolicy::default();
    policy.stages[0].authors = AuthorRule::MayNotApprove;
    let mut given = Given::a_full_phase_under(policy);
    given.then(&given.edit(dana(), Stage::Requirements, "R-1"));
    assert_eq!(given.when(&given.approve(dana(), Stage::Requirements)), Err(PhaseError::AuthorMayNotApprove(1)));
    assert!(given.when(&given.approve(second_sdm(), Stage::Requirements)).is_ok());
}

#[test]
fn rule_10_an_approval_is_withdrawn_only_while_nothing_was_approved_on_it() {
    let mut given = Given::with_requirements_in_review();
    given.then(&given.approve(dana(), Stage::Requirements));
    let withdraw = given.withdraw(dana(), Stage::Requirements);
    let mut early = Given { phase: given.phase.clone(), policy: given.policy.clone() };
    let events = early.then(&withdraw);
    assert!(events.contains(&PhaseEvent::StageLocked { stage: Stage::TechnicalAnalysis, cause: Stage::Requirements }));
    assert_eq!(early.state(Stage::Requirements), GateState::InReview);
    given.then(&given.submit(jonas(), "assets"));
    given.then(&given.approve(mara(), Stage::TechnicalAnalysis));
    assert_eq!(given.when(&withdraw), Err(PhaseError::DownstreamApproved(Stage::TechnicalAnalysis)));
    let other = given.withdraw(second_sdm(), Stage::Requirements);
    assert_eq!(given.when(&other), Err(PhaseError::NoApprovalToWithdraw));
}

/// A full phase in which two people approve the technical analysis, and one of them has.
fn with_half_of_the_analysis_approved() -> Given {
    let mut policy = ApprovalPolicy::default();
    policy.stages[1].required_approvals = 2;
    let mut given = Given::a_full_phase_under(policy);
    given.then(&given.edit(dana(), Stage::Requirements, "R-1"));
    given.then(&given.approve(dana(), Stage::Requirements));
    given.then(&given.submit(jonas(), "assets"));
    given.then(&given.approve(mara(), Stage::TechnicalAnalysis));
    given
}

#[test]
fn rule_5_approving_again_clears_ones_own_request_and_counts_once() {
    let mut given = with_half_of_the_analysis_approved();
    given.then(&given.request(mara(), Stage::TechnicalAnalysis, 1, 7));
    let refused = given.when(&given.approve(dana(), Stage::TechnicalAnalysis));
    assert_eq!(refused, Err(PhaseError::ChangesOpen(vec![mara().user_id])));
    let events = given.then(&given.approve(mara(), Stage::TechnicalAnalysis));
    assert!(events.iter().any(|event| matches!(event, PhaseEvent::ChangeRequestCleared { .. })));
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::InReview, "still one person of two");
    given.then(&given.approve(dana(), Stage::TechnicalAnalysis));
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::Approved);
}

#[test]
fn rule_7_an_approval_on_one_that_was_withdrawn_stays_void_when_an_equal_one_is_given() {
    let mut given = with_half_of_the_analysis_approved();
    given.then(&given.withdraw(dana(), Stage::Requirements));
    given.then(&given.approve(dana(), Stage::Requirements));
    given.then(&given.approve(dana(), Stage::TechnicalAnalysis));
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::InReview, "mara is to look again");
    given.then(&given.approve(mara(), Stage::TechnicalAnalysis));
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::Approved);
}

#[test]
fn rule_7_stories_are_proposed_only_of_what_is_approved_at_that_moment() {
    let mut given = Given::with_all_approved();
    let sources = given.opened().story_sources();
    assert_eq!(given.opened().bears_stories_of(&sources), Ok(()));
    given.then(&given.reopen(mara(), Stage::Architecture));
    let refused = given.opened().bears_stories_of(&sources);
    assert!(matches!(refused, Err(StoriesOvertaken::Refused(PhaseError::StageLocked { .. }))), "{refused:?}");
    given.then(&given.approve(mara(), Stage::Architecture));
    let refused = given.opened().bears_stories_of(&sources);
    assert_eq!(refused, Err(StoriesOvertaken::Reapproved(Stage::Architecture)), "the same text, but another cycle");
}

#[test]
fn rule_10_what_was_approved_on_an_older_cycle_holds_no_newer_approval() {
    let mut given = Given::with_all_approved();
    given.then(&given.reopen(dana(), Stage::Requirements));
    given.then(&given.approve(dana(), Stage::Requirements));
    let events = given.then(&given.withdraw(dana(), Stage::Requirements));
    assert!(events.contains(&PhaseEvent::StageReturnedToReview { stage: Stage::Requirements, version: 1, cycle: 2 }));
    assert_eq!(given.state(Stage::TechnicalAnalysis), GateState::Stale);
}

#[test]
fn rule_10_a_proposal_in_the_backlog_counts() {
    let mut given = Given::with_all_approved();
    let withdraw = |sources| {
        let by = mara();
        let in_backlog = vec![sources];
        PhaseCommand::WithdrawApproval(WithdrawApproval { by, stage: Stage::Architecture, in_backlog })
    };
    let sources = given.opened().story_sources();
    let refused = given.when(&withdraw(sources.clone()));
    assert_eq!(refused, Err(PhaseError::DownstreamApproved(Stage::Stories)));
    given.then(&given.reopen(mara(), Stage::Architecture));
    given.then(&given.approve(mara(), Stage::Architecture));
    assert!(given.when(&withdraw(sources)).is_ok(), "the story came from the cycle before");
}

#[test]
fn rule_11_three_approvals_make_a_full_phase_ready() {
    let given = Given::with_all_approved();
    assert_eq!(given.opened().status, PhaseStatus::Ready);
    assert_eq!(given.state(Stage::Stories), GateState::Open);
}

#[test]
fn a_document_of_a_turn_becomes_a_version_once() {
    let mut given = Given::a_full_phase();
    let save = PhaseCommand::SaveDocument(given.document(1, Stage::Requirements, "R-1"));
    assert_eq!(given.then(&save).len(), 1);
    assert_eq!(given.when(&save), Ok(vec![]));
}

#[test]
fn a_document_for_an_approved_or_locked_stage_is_set_aside_and_says_why() {
    let mut given = Given::with_requirements_in_review();
    given.then(&given.approve(dana(), Stage::Requirements));
    for (stage, reason) in
        [(Stage::Requirements, SetAsideReason::StageApproved), (Stage::Architecture, SetAsideReason::StageLocked)]
    {
        let events = given.when(&PhaseCommand::SaveDocument(given.document(9, stage, "new")));
        let events = events.unwrap_or_else(|error| panic!("{error}"));
        assert!(matches!(&events[..], [PhaseEvent::DocumentSetAside { reason: why, .. }] if *why == reason));
    }
}

#[test]
fn an_incomplete_version_can_not_be_approved() {
    let mut given = Given::a_full_phase();
    let cut = SaveDocument { completeness: Completeness::Incomplete, ..given.document(1, Stage::Requirements, "R-") };
    given.then(&PhaseCommand::SaveDocument(cut));
    assert_eq!(given.when(&given.approve(dana(), Stage::Requirements)), Err(PhaseError::Incomplete(1)));
}

#[test]
fn a_developer_submits_but_does_not_decide() {
    let mut given = Given::with_requirements_in_review();
    given.then(&given.approve(dana(), Stage::Requirements));
    given.then(&given.submit(jonas(), "assets"));
    let refused = given.when(&given.approve(jonas(), Stage::TechnicalAnalysis));
    assert_eq!(refused, Err(PhaseError::RoleRequired(vec![Role::Sdm, Role::Architect])));
    assert_eq!(
        given.when(&given.submit(dana(), "mine")),
        Err(PhaseError::RoleRequired(vec![Role::Architect, Role::Developer]))
    );
}
