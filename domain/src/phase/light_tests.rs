//! Light and Ad-hoc phases as given/when/then, and the two ends of any phase.

#![expect(clippy::panic, reason = "a test says what it expected")]

use uuid::Uuid;

use super::plan::PhaseKind;
use super::*;
use crate::actor::{Credential, Person};
use crate::conductor::{Adapter, GeneratedBy};
use crate::conversation::Substance;
use crate::ids::{ProjectId, SessionId, TokenId, TurnId, UserId};
use crate::phase::artefact::Completeness;
use crate::project::policy::ApprovalPolicy;
use crate::role::Role;
use crate::stage::Stage;
use crate::text::Text;

fn person(n: u128, role: Role) -> Person {
    Person {
        user_id: UserId(Uuid::from_u128(n)),
        roles: [role].into(),
        credential: Credential::Session(SessionId(Uuid::from_u128(99))),
    }
}

fn dana() -> Person {
    person(1, Role::Sdm)
}

struct Given(Phase);

impl Given {
    fn open(by: Person, kind: PhaseKind) -> PhaseCommand {
        PhaseCommand::OpenPhase(OpenPhase {
            by,
            project_id: ProjectId(Uuid::nil()),
            number: 3,
            kind,
            title: "Ad-hoc".into(),
            brief: Text::plain(""),
            approval_policy: ApprovalPolicy::default(),
        })
    }

    fn a_phase(kind: PhaseKind) -> Self {
        let mut given = Self(Phase::NotOpened);
        given.then(&Self::open(dana(), kind));
        given
    }

    fn a_light_phase_with_a_reply() -> Self {
        let mut given = Self::a_phase(PhaseKind::Light);
        given.then(&reply(1));
        given
    }

    fn when(&self, command: &PhaseCommand) -> Result<Vec<PhaseEvent>, PhaseError> {
        self.0.decide(command)
    }

    fn then(&mut self, command: &PhaseCommand) -> Vec<PhaseEvent> {
        let events = self.when(command).unwrap_or_else(|error| panic!("{command:?} was refused: {error}"));
        for event in events.clone() {
            self.0.fold(event);
        }
        events
    }

    fn opened(&self) -> &OpenedPhase {
        self.0.opened().unwrap_or_else(|error| panic!("{error}"))
    }

    fn state(&self, stage: Stage) -> GateState {
        self.opened().gate(stage).state()
    }
}

fn reply(turn: u128) -> PhaseCommand {
    let turn_id = TurnId(Uuid::from_u128(turn));
    PhaseCommand::RecordFirstReply(RecordFirstReply { stage: Stage::Scoping, turn_id })
}

fn note(text: &str) -> PhaseCommand {
    PhaseCommand::AddArtefactVersion(AddArtefactVersion {
        by: dana(),
        stage: Stage::Scoping,
        title: "Scoping note".into(),
        content: Text::plain(text),
        via: Via::Hand,
        earlier_authors: vec![],
        answers: vec![],
        approval_policy: ApprovalPolicy::default(),
    })
}

fn promote() -> PhaseCommand {
    PhaseCommand::PromotePhase(PromotePhase { by: dana() })
}

fn cancel(reason: &str) -> PhaseCommand {
    PhaseCommand::CancelPhase(CancelPhase { by: dana(), reason: Text::plain(reason) })
}

fn complete(by: Person, undecided: u32) -> PhaseCommand {
    PhaseCommand::CompletePhase(CompletePhase { by, undecided })
}

#[test]
fn the_first_reply_passes_scoping_and_opens_story_generation() {
    let mut given = Given::a_phase(PhaseKind::Light);
    assert_eq!((given.state(Stage::Scoping), given.state(Stage::Stories)), (GateState::Open, GateState::Locked));
    let refused = given.opened().permits(Verb::GenerateStories, Stage::Stories, &dana());
    let missing = vec![Missing { stage: Stage::Scoping, needs: Needs::FirstReply, who: vec![Role::Sdm] }];
    assert_eq!(refused, Err(PhaseError::StageLocked { stage: Stage::Stories, missing }));
    let turn_id = TurnId(Uuid::from_u128(1));
    assert_eq!(
        given.then(&reply(1)),
        [
            PhaseEvent::FirstReplyReceived { stage: Stage::Scoping, turn_id },
            PhaseEvent::StageUnlocked { stage: Stage::Stories },
            PhaseEvent::PhaseBecameReady {},
        ]
    );
    assert_eq!((given.state(Stage::Scoping), given.state(Stage::Stories)), (GateState::Passed, GateState::Open));
    assert_eq!(given.opened().status, PhaseStatus::Ready);
    assert_eq!(given.opened().permits(Verb::GenerateStories, Stage::Stories, &dana()), Ok(Role::Sdm));
    assert_eq!(given.when(&reply(2)), Ok(vec![]), "only the first one counts");
}

#[test]
fn a_reply_in_a_gated_stage_passes_nothing() {
    let given = Given::a_phase(PhaseKind::Full);
    let turn_id = TurnId(Uuid::nil());
    for stage in [Stage::Requirements, Stage::Scoping] {
        let reply = PhaseCommand::RecordFirstReply(RecordFirstReply { stage, turn_id });
        assert_eq!(given.when(&reply), Ok(vec![]));
    }
}

#[test]
fn the_scoping_note_takes_versions_and_needs_no_approval() {
    let mut given = Given::a_phase(PhaseKind::Light);
    given.then(&note("in and out"));
    assert_eq!(given.state(Stage::Scoping), GateState::Open);
    given.then(&reply(1));
    given.then(&note("in, out and why"));
    assert_eq!(given.state(Stage::Scoping), GateState::Passed);
    assert_eq!(given.opened().status, PhaseStatus::Ready);
    let sources = given.opened().story_sources();
    assert_eq!(sources.iter().map(|on| (on.stage, on.version)).collect::<Vec<_>>(), [(Stage::Scoping, 2)]);
    let approve = given.opened().permits(Verb::ApproveArtefact, Stage::Scoping, &dana());
    assert_eq!(approve, Err(PhaseError::NoArtefact(Stage::Scoping)));
}

#[test]
fn rule_12_promoting_keeps_conversation_and_note_for_reading() {
    let mut given = Given::a_light_phase_with_a_reply();
    given.then(&note("in and out"));
    assert_eq!(
        given.then(&promote()),
        [
            PhaseEvent::PhasePromoted { kind: PhaseKind::Full },
            PhaseEvent::StageUnlocked { stage: Stage::Requirements },
            PhaseEvent::StageLocked { stage: Stage::Stories, cause: Stage::Requirements },
            PhaseEvent::PhaseCeasedToBeReady { cause: Stage::Requirements },
        ]
    );
    let phase = given.opened();
    assert_eq!((phase.kind, phase.promoted_from), (PhaseKind::Full, Some(PhaseKind::Light)));
    assert_eq!(phase.stages[&Stage::Scoping].latest.as_ref().map(|latest| latest.version), Some(1));
    assert_eq!(given.state(Stage::Scoping), GateState::Passed);
    assert_eq!(given.when(&note("more")), Err(PhaseError::StageClosed(Stage::Scoping)));
    let message = phase.permits(Verb::PostMessage, Stage::Scoping, &dana());
    assert_eq!(message, Err(PhaseError::StageClosed(Stage::Scoping)));
    assert_eq!(given.when(&promote()), Err(PhaseError::NotLight));
    assert!(phase.story_sources().is_empty(), "stories come from what is approved now");
}

#[test]
fn a_phase_without_a_reply_can_be_promoted_too() {
    let mut given = Given::a_phase(PhaseKind::Light);
    let events = given.then(&promote());
    assert_eq!(events.len(), 2, "the stories were locked before: {events:?}");
    assert_eq!(given.when(&reply(1)), Ok(vec![]), "a reply that was under way passes nothing any more");
    assert_eq!(given.state(Stage::Scoping), GateState::Locked);
}

#[test]
fn a_document_that_comes_after_the_promotion_is_set_aside() {
    let mut given = Given::a_light_phase_with_a_reply();
    given.then(&promote());
    let late = SaveDocument {
        turn_id: TurnId(Uuid::from_u128(2)),
        ordinal: 0,
        asked_by: dana().user_id,
        stage: Stage::Scoping,
        title: "Scoping note".into(),
        content: Text::plain("late").reference(),
        completeness: Completeness::Complete,
        substance: Substance::Whole,
        generated_by: GeneratedBy { adapter: Adapter::Guided, model: "guided".into() },
        earlier_authors: vec![],
        answers: vec![],
        approval_policy: ApprovalPolicy::default(),
    };
    let events = given.then(&PhaseCommand::SaveDocument(late));
    assert!(matches!(&events[..], [PhaseEvent::DocumentSetAside { reason: SetAsideReason::StageLocked, .. }]));
}

#[test]
fn the_ad_hoc_phase_opens_ready_and_once() {
    let mut given = Given(Phase::NotOpened);
    let refused = given.when(&Given::open(person(3, Role::Developer), PhaseKind::Adhoc));
    assert_eq!(refused, Err(PhaseError::RoleRequired(vec![Role::Sdm])));
    let events = given.then(&Given::open(dana(), PhaseKind::Adhoc));
    assert!(matches!(
        &events[..],
        [
            PhaseEvent::PhaseOpened { kind: PhaseKind::Adhoc, .. },
            PhaseEvent::StageUnlocked { stage: Stage::Stories },
            PhaseEvent::PhaseBecameReady {},
        ]
    ));
    assert_eq!((given.opened().status, given.opened().is_ready()), (PhaseStatus::Ready, true));
    assert_eq!(given.when(&Given::open(dana(), PhaseKind::Adhoc)), Ok(vec![]));
    assert_eq!(given.when(&Given::open(dana(), PhaseKind::Full)), Err(PhaseError::AlreadyOpened));
}

#[test]
fn the_ad_hoc_phase_has_no_review_and_no_end() {
    let given = Given::a_phase(PhaseKind::Adhoc);
    for verb in [Verb::GenerateStories, Verb::ReviewStories, Verb::ApproveProposals] {
        assert_eq!(given.opened().permits(verb, Stage::Stories, &dana()), Err(PhaseError::OneOffStories));
    }
    assert_eq!(given.when(&complete(dana(), 0)), Err(PhaseError::AdHocStays));
    assert_eq!(given.when(&cancel("no more")), Err(PhaseError::AdHocStays));
    assert_eq!(given.when(&promote()), Err(PhaseError::NotLight));
}

#[test]
fn proposals_are_decided_on_in_the_stories_stage_only() {
    let given = Given::a_light_phase_with_a_reply();
    let refused = given.opened().permits(Verb::ReviewStories, Stage::Scoping, &dana());
    assert_eq!(refused, Err(PhaseError::NoProposals(Stage::Scoping)));
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..dana() };
    assert_eq!(given.opened().permits(Verb::ReviewStories, Stage::Stories, &token), Ok(Role::Sdm));
    let refused = given.opened().permits(Verb::ApproveProposals, Stage::Stories, &token);
    assert_eq!(refused, Err(PhaseError::InteractiveOnly));
}

#[test]
fn a_phase_is_completed_by_a_person_once_nothing_is_undecided() {
    let early = Given::a_phase(PhaseKind::Full);
    assert!(matches!(early.when(&complete(dana(), 0)), Err(PhaseError::NotReady(missing)) if missing.len() == 3));
    let mut given = Given::a_light_phase_with_a_reply();
    assert_eq!(given.when(&complete(dana(), 2)), Err(PhaseError::ProposalsUndecided(2)));
    let token = Person { credential: Credential::Token(TokenId(Uuid::nil())), ..dana() };
    assert_eq!(given.when(&complete(token, 0)), Err(PhaseError::InteractiveOnly));
    assert_eq!(given.then(&complete(dana(), 0)), [PhaseEvent::PhaseCompleted {}]);
    assert_eq!(given.when(&note("more")), Err(PhaseError::Closed("completed")));
    assert_eq!(given.when(&cancel("too late")), Err(PhaseError::Closed("completed")));
}

#[test]
fn a_phase_is_given_up_with_a_reason() {
    let mut given = Given::a_phase(PhaseKind::Full);
    assert_eq!(given.when(&cancel(" ")), Err(PhaseError::ReasonMissing));
    assert_eq!(given.when(&cancel(&"x".repeat(8 * 1024 + 1))), Err(PhaseError::ReasonTooLong));
    assert!(matches!(&given.then(&cancel("the market moved"))[..], [PhaseEvent::PhaseCancelled { .. }]));
    assert_eq!(given.opened().status, PhaseStatus::Cancelled);
    for verb in PhaseVerb::ALL {
        assert_eq!(given.opened().permits_for_phase(verb, &dana()), Err(PhaseError::Closed("cancelled")));
    }
}
