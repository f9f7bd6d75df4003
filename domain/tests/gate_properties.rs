//! Random command sequences: no path passes a lock, and the events always say what the computed gates say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests say what they expect")]

use std::collections::BTreeMap;

use konductro_domain::actor::{Credential, Person};
use konductro_domain::artefact::anchor::Place;
use konductro_domain::ids::{ChangeRequestId, ProjectId, SessionId, UserId};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{
    AddArtefactVersion, ApproveArtefact, DismissChangeRequest, GateState, OpenPhase, Phase, PhaseCommand, PhaseEvent,
    PhaseStatus, ReopenStage, RequestChanges, Via, WithdrawApproval, WithdrawChangeRequest,
};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::role::{Role, Roles};
use konductro_domain::stage::Stage;
use konductro_domain::text::{Hash, Text};
use proptest::prelude::*;
use uuid::Uuid;

const GATED: [Stage; 3] = [Stage::Requirements, Stage::TechnicalAnalysis, Stage::Architecture];

#[derive(Debug, Clone)]
enum Step {
    Write { who: u8, stage: usize, text: u8, ide: bool },
    Approve { who: u8, stage: usize, stale_view: bool, reaffirm: bool },
    Withdraw { who: u8, stage: usize },
    Request { who: u8, stage: usize, id: u8 },
    TakeBack { who: u8, stage: usize, id: u8, dismiss: bool },
    Reopen { who: u8, stage: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (who, stage) = (0..4u8, 0..3usize);
    let step = prop_oneof![
        3 => (who.clone(), stage.clone(), 0..4u8, any::<bool>()).prop_map(|(who, stage, text, ide)| Step::Write { who, stage, text, ide }),
        5 => (who.clone(), stage.clone(), prop::bool::weighted(0.1), prop::bool::weighted(0.3))
            .prop_map(|(who, stage, stale_view, reaffirm)| Step::Approve { who, stage, stale_view, reaffirm }),
        1 => (who.clone(), stage.clone()).prop_map(|(who, stage)| Step::Withdraw { who, stage }),
        1 => (who.clone(), stage.clone(), 0..3u8).prop_map(|(who, stage, id)| Step::Request { who, stage, id }),
        1 => (who.clone(), stage.clone(), 0..3u8, any::<bool>()).prop_map(|(who, stage, id, dismiss)| Step::TakeBack { who, stage, id, dismiss }),
        1 => (who, stage).prop_map(|(who, stage)| Step::Reopen { who, stage }),
    ];
    prop::collection::vec(step, 1..60)
}

fn person(n: u8) -> Person {
    let roles = match n {
        0 => Roles::from([Role::Sdm]),
        1 => Roles::from([Role::Architect]),
        2 => Roles::from([Role::Developer]),
        _ => Roles::from([Role::Auditor]),
    };
    Person {
        user_id: UserId(Uuid::from_u128(u128::from(n) + 1)),
        roles,
        credential: Credential::Session(SessionId(Uuid::nil())),
    }
}

fn opened() -> Phase {
    let mut phase = Phase::NotOpened;
    let open = PhaseCommand::OpenPhase(OpenPhase {
        by: person(0),
        project_id: ProjectId(Uuid::nil()),
        number: 1,
        kind: PhaseKind::Full,
        title: "Any".into(),
        brief: Text::plain(""),
        approval_policy: ApprovalPolicy::default(),
    });
    for event in phase.decide(&open).unwrap() {
        phase.fold(event);
    }
    phase
}

fn command(phase: &Phase, step: &Step) -> PhaseCommand {
    let phase = phase.opened().unwrap();
    match *step {
        Step::Write { who, stage, text, ide } => PhaseCommand::AddArtefactVersion(AddArtefactVersion {
            by: person(who),
            stage: GATED[stage],
            title: "Document".into(),
            content: Text::plain(format!("text {text}")),
            via: if ide { Via::Ide(None) } else { Via::Hand },
            earlier_authors: vec![],
            answers: vec![],
            approval_policy: ApprovalPolicy::default(),
        }),
        Step::Approve { who, stage, stale_view, reaffirm } => {
            let stage = GATED[stage];
            let latest = phase.stages[&stage].latest.as_ref();
            let approval = ApproveArtefact {
                by: person(who),
                stage,
                version: latest.map_or(1, |latest| latest.version),
                content_hash: latest.map_or(Hash::of(b""), |latest| latest.content.hash),
                upstream_hash: if stale_view { Hash::of(b"old") } else { phase.upstream_hash(stage) },
                cycle: phase.stages[&stage].cycle,
                note: None,
            };
            if reaffirm { PhaseCommand::ReaffirmArtefact(approval) } else { PhaseCommand::ApproveArtefact(approval) }
        }
        Step::Withdraw { who, stage } => {
            PhaseCommand::WithdrawApproval(WithdrawApproval { by: person(who), stage: GATED[stage] })
        }
        Step::Request { who, stage, id } => PhaseCommand::RequestChanges(RequestChanges {
            by: person(who),
            change_request_id: ChangeRequestId(Uuid::from_u128(u128::from(id))),
            stage: GATED[stage],
            version: phase.stages[&GATED[stage]].latest.as_ref().map_or(1, |latest| latest.version),
            reason: Text::plain("why"),
            place: Place::Whole,
        }),
        Step::TakeBack { who, stage, id, dismiss } => {
            let change_request_id = ChangeRequestId(Uuid::from_u128(u128::from(id)));
            let (by, stage) = (person(who), GATED[stage]);
            if dismiss {
                PhaseCommand::DismissChangeRequest(DismissChangeRequest {
                    by,
                    change_request_id,
                    stage,
                    requester_roles: Roles::new(),
                    reason: Text::plain("why"),
                })
            } else {
                PhaseCommand::WithdrawChangeRequest(WithdrawChangeRequest {
                    by,
                    change_request_id,
                    stage,
                    acts_for: vec![],
                })
            }
        }
        Step::Reopen { who, stage } => PhaseCommand::ReopenStage(ReopenStage {
            by: person(who),
            stage: GATED[stage],
            reason: Text::plain("why"),
            approval_policy: ApprovalPolicy::default(),
        }),
    }
}

/// What somebody who only reads the events believes: the last word said about each stage.
#[derive(Default)]
struct Reader {
    locked: BTreeMap<Stage, bool>,
    decided: BTreeMap<Stage, GateState>,
    ready: bool,
}

impl Reader {
    fn new() -> Self {
        let locked = PhaseKind::Full.stages().iter().map(|stage| (*stage, *stage != Stage::Requirements)).collect();
        Self { locked, ..Self::default() }
    }

    fn read(&mut self, event: &PhaseEvent) {
        match event {
            PhaseEvent::StageUnlocked { stage } => {
                self.locked.insert(*stage, false);
            }
            PhaseEvent::StageLocked { stage, .. } => {
                self.locked.insert(*stage, true);
            }
            PhaseEvent::ArtefactApproved { stage, .. } => {
                self.decided.insert(*stage, GateState::Approved);
            }
            PhaseEvent::StageBecameStale { stage, .. } => {
                self.decided.insert(*stage, GateState::Stale);
            }
            PhaseEvent::StageReopened { stage, .. }
            | PhaseEvent::StageReturnedToReview { stage, .. }
            | PhaseEvent::ArtefactVersionAdded { stage, .. } => {
                self.decided.remove(stage);
            }
            PhaseEvent::PhaseBecameReady {} => self.ready = true,
            PhaseEvent::PhaseCeasedToBeReady { .. } => self.ready = false,
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_commands_passes_a_lock(steps in steps()) {
        let mut phase = opened();
        let mut reader = Reader::new();
        for step in &steps {
            let command = command(&phase, step);
            let before = phase.clone();
            let Ok(events) = phase.decide(&command) else { continue };
            for event in &events {
                if let PhaseEvent::ArtefactVersionAdded { stage, .. } | PhaseEvent::ApprovalGiven { stage, .. } = event {
                    let before = before.opened().unwrap();
                    prop_assert!(
                        PhaseKind::Full.upstream(*stage).all(|up| before.gate(up).state() == GateState::Approved),
                        "{stage} moved although something before it is not approved"
                    );
                }
                if let PhaseEvent::ApprovalGiven { stage, version, content_hash, upstream_hash, cycle, .. } = event {
                    let before = before.opened().unwrap();
                    let latest = before.stages[stage].latest.as_ref().unwrap();
                    prop_assert_eq!((*version, *content_hash), (latest.version, latest.content.hash));
                    prop_assert_eq!(*upstream_hash, before.upstream_hash(*stage));
                    prop_assert_eq!(*cycle, before.stages[stage].cycle);
                }
                phase.fold(event.clone());
                reader.read(event);
            }
            let now = phase.opened().unwrap();
            for stage in PhaseKind::Full.stages() {
                let state = now.gate(*stage).state();
                if let Some(decided) = reader.decided.get(stage) {
                    prop_assert_eq!(*decided, state, "events and computed state differ at {}", stage);
                } else {
                    prop_assert!(!matches!(state, GateState::Approved | GateState::Stale));
                    prop_assert_eq!(reader.locked[stage], state == GateState::Locked, "{} after {:?}", stage, step);
                }
            }
            prop_assert_eq!(reader.ready, now.is_ready());
            prop_assert_eq!(reader.ready, now.status == PhaseStatus::Ready);
        }
    }
}
