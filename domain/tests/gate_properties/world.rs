//! A phase of the domain and the reference side by side, and the people who do things to both.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::actor::{Credential, Person};
use konductro_domain::artefact::anchor::Place;
use konductro_domain::conductor::{Adapter, GeneratedBy};
use konductro_domain::conversation::Substance;
use konductro_domain::ids::{ChangeRequestId, KeptSubmissionId, ProjectId, SessionId, TokenId, TurnId, UserId};
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{
    AddArtefactVersion, ApproveArtefact, CancelPhase, CompletePhase, Current, DismissChangeRequest, FindingState,
    GateState, OpenPhase, OpenPoints, OpenedPhase, Phase, PhaseCommand, PhaseError, PhaseEvent, PhaseStatus,
    PromotePhase, RecordFirstReply, ReopenStage, RequestChanges, RestartReview, SaveDocument, Submitted, Via,
    WithdrawApproval, WithdrawChangeRequest,
};
use konductro_domain::project::policy::{ApprovalPolicy, AuthorRule, StagePolicy};
use konductro_domain::role::{Capability, Role, may};
use konductro_domain::stage::Stage;
use konductro_domain::text::{Hash, Text};
use uuid::Uuid;

mod hand_off;

use crate::reference::{Ask, By, Fact, Lines, Objection, Policy, Reference, Roles, Seen, Who};

const GATED: [Stage; 3] = [Stage::Requirements, Stage::TechnicalAnalysis, Stage::Architecture];
/// Whoever can do something does something more often.
const WHO: [Who; 14] = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 4, 5, 5];
const WORDS: usize = 4;

/// What differs between the tests.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) light: bool,
    pub(super) people: u32,
    pub(super) four_eyes: bool,
    /// Whether policy and roles change meanwhile.
    pub(super) restless: bool,
}

impl Setting {
    pub(super) const DEFAULT: Self = Self { light: false, people: 1, four_eyes: false, restless: false };
}

pub(super) struct World {
    setting: Setting,
    phase: Phase,
    reference: Reference,
    reader: Reader,
    roles: Vec<Roles>,
    policy: ApprovalPolicy,
    /// What was ever shown of each stage: somebody may decide on what they looked at long ago.
    looks: BTreeMap<Stage, Vec<(Seen, Current)>>,
    /// What stories in the backlog were made from, to both.
    in_backlog: Vec<(Lines, Vec<konductro_domain::phase::artefact::BasedOn>)>,
    made: u32,
}

/// Small numbers from a large one.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        let sides = sides as u64;
        let rolled = self.0 % sides;
        self.0 /= sides;
        usize::try_from(rolled).unwrap()
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }
}

impl World {
    pub(super) fn open(setting: Setting) -> Self {
        let policy = policy(1, setting, None);
        let open = PhaseCommand::OpenPhase(OpenPhase {
            by: person(0, &Roles::from([Role::Sdm]), true),
            project_id: ProjectId(Uuid::nil()),
            number: 1,
            kind: if setting.light { PhaseKind::Light } else { PhaseKind::Full },
            title: "Any".into(),
            brief: Text::plain(""),
            approval_policy: policy.clone(),
        });
        let mut phase = Phase::NotOpened;
        let mut reader = Reader::default();
        for event in phase.decide(&open).unwrap() {
            reader.read(&event);
            phase.fold(event);
        }
        let pinned = GATED.into_iter().map(|stage| Fact::PolicyPinned(stage, of_stage(&policy, stage))).collect();
        let roles = [
            Roles::from([Role::Sdm]),
            Roles::from([Role::Sdm, Role::Architect]),
            Roles::from([Role::Architect]),
            Roles::from([Role::Developer]),
            Roles::from([Role::Auditor]),
            Roles::from([Role::Architect, Role::Developer]),
        ];
        Self {
            setting,
            phase,
            reference: Reference { light: setting.light, facts: pinned },
            reader,
            roles: roles.into(),
            policy,
            looks: BTreeMap::new(),
            in_backlog: Vec::new(),
            made: 0,
        }
    }

    fn opened(&self) -> &OpenedPhase {
        self.phase.opened().unwrap()
    }

    /// One thing that somebody does, to both; what differs then.
    pub(super) fn step(&mut self, word: u64) -> Result<(), String> {
        let mut dice = Dice(word);
        if self.setting.restless && dice.once_in(16) {
            self.change_something_around(&mut dice);
            return Ok(());
        }
        let Some((ask, command)) = self.ask(&mut dice) else { return Ok(()) };
        let objections = self.reference.objections(&ask);
        match self.phase.decide(&command) {
            Err(refusal) => {
                let reason = objection(&refusal);
                if !objections.contains(&reason) {
                    return Err(format!("{ask:?}: refused for {refusal:?}; the reference has {objections:?}"));
                }
            }
            Ok(_) if !objections.is_empty() => return Err(format!("{ask:?}: accepted in spite of {objections:?}")),
            Ok(events) => {
                let policy = self.policy.clone();
                self.reference.happen(&ask, &|stage| of_stage(&policy, stage));
                for event in events {
                    self.reader.read(&event);
                    self.phase.fold(event);
                }
                self.compare().map_err(|difference| format!("after {ask:?}: {difference}"))?;
                self.look();
            }
        }
        Ok(())
    }

    fn change_something_around(&mut self, dice: &mut Dice) {
        if dice.once_in(2) {
            let sets = [&[Role::Sdm][..], &[Role::Architect], &[Role::Developer], &[Role::Sdm, Role::Architect], &[]];
            let who = dice.below(self.roles.len());
            self.roles[who] = dice.of(&sets).iter().copied().collect();
        } else {
            self.policy = policy(self.policy.version + 1, self.setting, Some(dice));
        }
    }

    fn look(&mut self) {
        for stage in GATED {
            let (Some(seen), Some(current)) = (self.reference.shown(stage), self.current(stage)) else { continue };
            let looks = self.looks.entry(stage).or_default();
            if looks.last().is_none_or(|(last, _)| *last != seen) {
                looks.push((seen, current));
            }
        }
    }

    fn current(&self, stage: Stage) -> Option<Current> {
        let latest = self.opened().stages.get(&stage)?.latest.as_ref()?;
        Some(self.opened().current(stage, latest))
    }

    /// Where somebody does something: more often than not where the phase goes on.
    fn place(&self, dice: &mut Dice) -> Stage {
        let goes_on = || GATED.into_iter().find(|stage| self.reference.state(*stage) != GateState::Approved);
        let in_light = self.reference.stages().contains(&Stage::Scoping);
        match (dice.below(8), in_light) {
            (0, _) => dice.of(&Stage::ALL),
            (1..7, true) => Stage::Scoping,
            (1..7, false) => goes_on().unwrap_or(Stage::Architecture),
            _ => dice.of(&GATED),
        }
    }

    /// Where somebody undoes something: more often than not where something was decided.
    fn decided_place(&self, dice: &mut Dice) -> Stage {
        let decided = |stage: &Stage| matches!(self.reference.state(*stage), GateState::Approved | GateState::Stale);
        let decided: Vec<_> = GATED.into_iter().filter(decided).collect();
        if decided.is_empty() || dice.once_in(4) { self.place(dice) } else { dice.of(&decided) }
    }

    fn ask(&mut self, dice: &mut Dice) -> Option<(Ask, PhaseCommand)> {
        let mut kind = dice.below(112);
        let stage =
            if matches!(kind, 62..68 | 81..89 | 100..112) { self.decided_place(dice) } else { self.place(dice) };
        // What is in review is approved more often than it is written anew, or several people would never agree.
        if kind < 22 && self.reference.state(stage) == GateState::InReview && !dice.once_in(6) {
            kind = 22;
        }
        let who = dice.of(&WHO);
        let by = By { who, roles: self.roles[who].clone(), interactive: !dice.once_in(24) };
        let as_person = person(who, &by.roles, by.interactive);
        Some(match kind {
            0..16 => self.write(by, as_person, stage, dice),
            16..22 => self.document(who, stage, dice),
            22..62 => self.approve(by, as_person, stage, dice),
            62..68 => {
                let (lines, made_from): (Vec<_>, Vec<_>) = self.in_backlog.iter().cloned().unzip();
                let command = WithdrawApproval { by: as_person, stage, in_backlog: made_from };
                (Ask::Withdraw { by, stage, in_backlog: lines }, PhaseCommand::WithdrawApproval(command))
            }
            68..74 => self.request(by, as_person, stage, dice),
            74..81 => self.settle(by, as_person, stage, dice),
            81..89 => {
                let command = ReopenStage {
                    by: as_person,
                    stage,
                    reason: Text::plain("why"),
                    approval_policy: self.policy.clone(),
                };
                (Ask::Reopen { by, stage }, PhaseCommand::ReopenStage(command))
            }
            89..92 => {
                let policy = of_stage(&self.policy, stage);
                let approval_policy = self.policy.clone();
                let command = RestartReview { by: as_person, stage, approval_policy };
                (Ask::Restart { by, stage, policy }, PhaseCommand::RestartReview(command))
            }
            92..94 => {
                let reply = RecordFirstReply { stage: Stage::Scoping, turn_id: TurnId(Uuid::nil()) };
                (Ask::Reply, PhaseCommand::RecordFirstReply(reply))
            }
            94..97 => {
                self.approve_a_story();
                return None;
            }
            97 => (Ask::Promote { by }, PhaseCommand::PromotePhase(PromotePhase { by: as_person })),
            100..103 => self.adopt(by, as_person, dice),
            103..107 => self.raise(by, as_person, stage, dice),
            107..112 => self.answer(by, as_person, stage, dice),
            // The ends come seldom: nothing follows them.
            _ if !dice.once_in(8) => return None,
            98 => {
                let cancel = CancelPhase { by: as_person, reason: Text::plain("why") };
                (Ask::Cancel { by }, PhaseCommand::CancelPhase(cancel))
            }
            _ => {
                let undecided = u32::from(dice.once_in(2));
                let complete = CompletePhase { by: as_person, undecided };
                (Ask::Complete { by, undecided }, PhaseCommand::CompletePhase(complete))
            }
        })
    }

    fn write(&mut self, by: By, as_person: Person, place: Stage, dice: &mut Dice) -> (Ask, PhaseCommand) {
        // Now and then somebody submits beside what is approved.
        let stage = if dice.once_in(5) { Stage::TechnicalAnalysis } else { place };
        let (words, from_ide) = (dice.below(WORDS), stage == Stage::TechnicalAnalysis && dice.once_in(2));
        self.made += 1;
        let id = self.made;
        let submission_id = KeptSubmissionId(Uuid::from_u128(id.into()));
        let submitted = Submitted { submission_id, source: None, sidecar: None, findings: Vec::new() };
        let command = AddArtefactVersion {
            by: as_person,
            stage,
            title: "Document".into(),
            content: text(words),
            via: if from_ide { Via::Ide(Box::new(submitted)) } else { Via::Hand },
            earlier_authors: self.earlier_authors(stage, words),
            answers: Vec::new(),
            approval_policy: self.policy.clone(),
        };
        (Ask::Write { by, stage, words, from_ide, id }, PhaseCommand::AddArtefactVersion(command))
    }

    fn document(&mut self, asked_by: Who, stage: Stage, dice: &mut Dice) -> (Ask, PhaseCommand) {
        self.made += 1;
        let (words, whole) = (dice.below(WORDS), !dice.once_in(5));
        let command = SaveDocument {
            turn_id: TurnId(Uuid::from_u128(self.made.into())),
            ordinal: 0,
            asked_by: user(asked_by),
            stage,
            title: "Document".into(),
            content: text(words).reference(),
            completeness: if whole { Completeness::Complete } else { Completeness::Incomplete },
            substance: Substance::Whole,
            generated_by: GeneratedBy { adapter: Adapter::Guided, model: "guided".into() },
            earlier_authors: self.earlier_authors(stage, words),
            answers: Vec::new(),
            approval_policy: self.policy.clone(),
        };
        (Ask::Document { asked_by, stage, words, whole }, PhaseCommand::SaveDocument(command))
    }

    /// The people whom the log names as authors of the same words.
    fn earlier_authors(&self, stage: Stage, words: usize) -> Vec<UserId> {
        let same = self.reference.versions(stage).filter(|version| version.words == words);
        same.flat_map(|version| version.authors.iter().map(|who| user(*who))).collect()
    }

    /// Approves or reaffirms: what is there now, what was looked at some time ago, or what never was.
    fn approve(&self, by: By, as_person: Person, stage: Stage, dice: &mut Dice) -> (Ask, PhaseCommand) {
        let now = || Some((self.reference.shown(stage)?, self.current(stage)?));
        let looks = self.looks.get(&stage).map_or(&[][..], Vec::as_slice);
        let named = match dice.below(16) {
            0 => None,
            1..4 if !looks.is_empty() => Some(looks[dice.below(looks.len())].clone()),
            _ => now(),
        };
        let nothing = Current { version: 1, content_hash: Hash::of(b""), upstream_hash: Hash::of(b"never"), cycle: 1 };
        let (seen, named) = named.map_or((None, nothing), |(seen, named)| (Some(seen), named));
        let command = ApproveArtefact {
            by: as_person,
            stage,
            version: named.version,
            content_hash: named.content_hash,
            upstream_hash: named.upstream_hash,
            cycle: named.cycle,
            note: None,
            findings: vec![],
            waivers: vec![],
            open_points: OpenPoints::default(),
        };
        let is_stale = self.reference.state(stage) == GateState::Stale;
        if is_stale != dice.once_in(16) {
            (Ask::Reaffirm { by, stage, seen }, PhaseCommand::ReaffirmArtefact(command))
        } else {
            (Ask::Approve { by, stage, seen }, PhaseCommand::ApproveArtefact(command))
        }
    }

    fn request(&mut self, by: By, as_person: Person, stage: Stage, dice: &mut Dice) -> (Ask, PhaseCommand) {
        self.made += 1;
        let latest = self.reference.latest(stage).map_or(1, |latest| latest.number);
        let (id, version) = (self.made, if dice.once_in(8) { latest + 1 } else { latest });
        let command = RequestChanges {
            by: as_person,
            change_request_id: ChangeRequestId(Uuid::from_u128(id.into())),
            stage,
            version,
            reason: Text::plain("why"),
            place: Place::Whole,
        };
        (Ask::RequestChanges { by, stage, id, version }, PhaseCommand::RequestChanges(command))
    }

    /// Withdraws or dismisses a request, mostly one that is there.
    fn settle(&self, by: By, as_person: Person, stage: Stage, dice: &mut Dice) -> (Ask, PhaseCommand) {
        let open = self.reference.requests(stage);
        let request = open.get(dice.below(3));
        let id = request.map_or(0, |request| request.id);
        let change_request_id = ChangeRequestId(Uuid::from_u128(id.into()));
        if dice.once_in(2) {
            let command = WithdrawChangeRequest { by: as_person, change_request_id, stage, acts_for: Vec::new() };
            return (Ask::WithdrawRequest { by, stage, id }, PhaseCommand::WithdrawChangeRequest(command));
        }
        let requester_roles = request.map(|request| self.roles[request.by].clone()).unwrap_or_default();
        let requester_can_clear = may(&requester_roles, Capability::DecideAtGate(stage));
        let reason = Text::plain("why");
        let command = DismissChangeRequest { by: as_person, change_request_id, stage, requester_roles, reason };
        (Ask::DismissRequest { by, stage, id, requester_can_clear }, PhaseCommand::DismissChangeRequest(command))
    }

    /// A story gets into the backlog, if the phase is ready for stories.
    fn approve_a_story(&mut self) {
        if !self.reference.locked(Stage::Stories) {
            self.in_backlog.push((self.reference.stands_on(Stage::Stories), self.opened().story_sources()));
        }
    }

    fn compare(&self) -> Result<(), String> {
        let (phase, reference) = (self.opened(), &self.reference);
        for stage in reference.stages().iter().chain(reference.light.then_some(&Stage::Scoping)) {
            let record = phase.stages.get(stage).ok_or_else(|| format!("{stage} is missing"))?;
            let people = |who: BTreeSet<Who>| who.into_iter().map(user).collect::<BTreeSet<_>>();
            same(stage, "state", phase.gate(*stage).state(), reference.state(*stage))?;
            same(stage, "cycle", record.cycle, reference.cycle(*stage))?;
            let latest = record.latest.as_ref();
            let theirs = reference.latest(*stage);
            same(stage, "version", latest.map(|it| it.version), theirs.map(|it| it.number))?;
            same(stage, "words", latest.map(|it| it.content), theirs.map(|it| text(it.words).reference()))?;
            let authors = theirs.map(|it| people(it.authors.clone()));
            same(stage, "authors", latest.map(|it| it.authors.clone()), authors)?;
            let counting: BTreeSet<_> = phase.counting_approvals(*stage).into_iter().collect();
            same(stage, "approvals that count", counting, people(reference.counting(*stage)))?;
            let waiting = phase.findings.iter().filter(|(_, it)| it.stage == *stage && it.state == FindingState::Open);
            let waiting: Vec<_> = waiting.map(|(id, _)| id.0.as_u128()).collect();
            let theirs: Vec<_> = reference.open_findings(*stage).into_iter().map(u128::from).collect();
            same(stage, "open findings", waiting, theirs)?;
            let open: Vec<_> = record.change_requests.keys().map(|id| id.0.as_u128()).collect();
            let theirs: Vec<_> = reference.requests(*stage).iter().map(|request| u128::from(request.id)).collect();
            same(stage, "open requests", open, theirs)?;
            if reference.stages().contains(stage) {
                self.reader.agrees(*stage, reference.state(*stage))?;
            }
        }
        let kept: Vec<_> = phase.kept_submissions.keys().map(|id| id.0.as_u128()).collect();
        let theirs: Vec<_> = reference.kept().iter().map(|kept| u128::from(kept.id)).collect();
        same(&Stage::TechnicalAnalysis, "kept submissions", kept, theirs)?;
        let ready = !reference.locked(Stage::Stories);
        same(&Stage::Stories, "readiness", phase.is_ready(), ready)?;
        let status = match phase.status {
            PhaseStatus::Ready => Some(true),
            PhaseStatus::Planning => Some(false),
            PhaseStatus::Cancelled | PhaseStatus::Completed => None,
        };
        same(&Stage::Stories, "status", status, (!reference.ended()).then_some(ready))?;
        same(&Stage::Stories, "what the events say of readiness", self.reader.ready, ready)
    }
}

fn same<T: PartialEq + std::fmt::Debug>(stage: &Stage, what: &str, domain: T, reference: T) -> Result<(), String> {
    if domain == reference {
        return Ok(());
    }
    Err(format!("{what} of {stage}: {domain:?} in the domain, {reference:?} in the reference"))
}

fn user(who: Who) -> UserId {
    UserId(Uuid::from_u128(who as u128 + 1))
}

fn person(who: Who, roles: &Roles, interactive: bool) -> Person {
    let credential = match interactive {
        true => Credential::Session(SessionId(Uuid::nil())),
        false => Credential::Token(TokenId(Uuid::nil())),
    };
    Person { user_id: user(who), roles: roles.clone(), credential }
}

fn text(words: usize) -> Text {
    Text::plain(["one", "two", "three", "four"][words])
}

/// The setting's policy, or any other.
fn policy(version: u32, setting: Setting, dice: Option<&mut Dice>) -> ApprovalPolicy {
    let mut policy = ApprovalPolicy { version, ..ApprovalPolicy::default() };
    let mut dice = dice;
    for stage in &mut policy.stages {
        stage.required_approvals = setting.people;
        let mut four_eyes = setting.four_eyes;
        if let Some(dice) = &mut dice {
            stage.required_approvals = dice.of(&[1, 1, 2, 3]);
            four_eyes = dice.once_in(3);
            let roles: &[Role] = dice.of(&[&[Role::Sdm][..], &[Role::Architect], &[Role::Sdm, Role::Architect]]);
            stage.roles = roles.iter().copied().collect();
        }
        stage.authors = if four_eyes { AuthorRule::MayNotApprove } else { AuthorRule::MayApprove };
    }
    policy
}

fn of_stage(policy: &ApprovalPolicy, stage: Stage) -> Policy {
    let all = StagePolicy { stage, roles: Role::ALL.into(), required_approvals: 1, authors: AuthorRule::MayApprove };
    let StagePolicy { roles, required_approvals, authors, .. } = policy.stage(stage).unwrap_or(&all).clone();
    Policy {
        number: policy.version,
        roles,
        people: required_approvals as usize,
        four_eyes: authors == AuthorRule::MayNotApprove,
    }
}

/// The domain's refusals in the reference's words.
fn objection(refusal: &PhaseError) -> Objection {
    match refusal {
        PhaseError::RoleRequired(_) => Objection::Role,
        PhaseError::InteractiveOnly => Objection::InteractiveOnly,
        PhaseError::Closed(_) => Objection::Ended,
        PhaseError::NoSuchStage { .. } => Objection::NoSuchStage,
        PhaseError::StageClosed(_) => Objection::StageClosed,
        PhaseError::NoArtefact(_) => Objection::NoArtefact,
        PhaseError::StageLocked { .. } => Objection::Locked,
        PhaseError::StageApproved { .. } => Objection::Approved,
        PhaseError::NothingInReview(_) => Objection::NothingInReview,
        PhaseError::NotStale(_) => Objection::NotStale,
        PhaseError::NotApproved(_) => Objection::NotApproved,
        PhaseError::AuthorMayNotApprove(_) => Objection::Author,
        PhaseError::ApprovalOutdated(_) => Objection::Outdated,
        PhaseError::Incomplete(_) => Objection::Incomplete,
        PhaseError::ChangesOpen(_) => Objection::ChangesOpen,
        PhaseError::VersionOutdated(_) => Objection::OldVersion,
        PhaseError::NoSuchChangeRequest => Objection::NoSuchRequest,
        PhaseError::NotTheRequester => Objection::NotTheRequester,
        PhaseError::AuthorMayNotDismiss => Objection::AuthorMayNotDismiss,
        PhaseError::AuthorMayNotLower(_) => Objection::AuthorMayNotLower,
        PhaseError::NoApprovalToWithdraw => Objection::NoApproval,
        PhaseError::DownstreamApproved(_) => Objection::ApprovedDownstream,
        PhaseError::NotLight => Objection::NotLight,
        PhaseError::NotReady(_) => Objection::NotReady,
        PhaseError::ProposalsUndecided(_) => Objection::Undecided,
        PhaseError::NothingToFindIn(_) => Objection::NothingToFindIn,
        PhaseError::NoSuchFinding => Objection::NoSuchFinding,
        PhaseError::FindingAnswered(_) => Objection::Answered,
        PhaseError::NoSuchSubmission => Objection::NoSuchSubmission,
        PhaseError::SubmissionOutdated(_) => Objection::SubmissionOutdated,
        other => panic!("no rule of a gate refuses with {other:?}"),
    }
}

/// What somebody who only reads the events believes: the last word said about each stage.
#[derive(Default)]
struct Reader {
    unlocked: BTreeSet<Stage>,
    decided: BTreeMap<Stage, GateState>,
    ready: bool,
    reaffirmed: u32,
}

impl Reader {
    fn read(&mut self, event: &PhaseEvent) {
        match event {
            PhaseEvent::StageUnlocked { stage } => drop(self.unlocked.insert(*stage)),
            PhaseEvent::StageLocked { stage, .. } => drop(self.unlocked.remove(stage)),
            PhaseEvent::FirstReplyReceived { stage, .. } => {
                self.decided.insert(*stage, GateState::Passed);
            }
            PhaseEvent::ArtefactApproved { stage, .. } => {
                self.reaffirmed += u32::from(self.decided.get(stage) == Some(&GateState::Stale));
                self.decided.insert(*stage, GateState::Approved);
            }
            PhaseEvent::StageBecameStale { stage, .. } => {
                self.decided.insert(*stage, GateState::Stale);
            }
            PhaseEvent::StageReopened { stage, .. }
            | PhaseEvent::StageReturnedToReview { stage, .. }
            | PhaseEvent::ArtefactVersionAdded { stage, .. }
                if *stage != Stage::Scoping =>
            {
                self.decided.remove(stage);
            }
            PhaseEvent::PhaseBecameReady {} => self.ready = true,
            PhaseEvent::PhaseCeasedToBeReady { .. } => self.ready = false,
            _ => {}
        }
    }

    fn agrees(&self, stage: Stage, state: GateState) -> Result<(), String> {
        let decided = matches!(state, GateState::Approved | GateState::Stale | GateState::Passed).then_some(&state);
        same(&stage, "what the events say", self.decided.get(&stage), decided)?;
        let locked = !self.unlocked.contains(&stage);
        if decided.is_some() || locked == (state == GateState::Locked) {
            return Ok(());
        }
        Err(format!("the events say that {stage} is {}locked", if locked { "" } else { "un" }))
    }
}

/// How far sequences got.
#[derive(Debug, Default)]
pub(super) struct Depth {
    pub(super) ready: u32,
    pub(super) stale: u32,
    pub(super) reaffirmed: u32,
}

impl Depth {
    pub(super) fn note(&mut self, world: &World) {
        let stale = |stage: &Stage| world.reference.state(*stage) == GateState::Stale;
        self.ready += u32::from(world.reader.ready);
        self.stale += u32::from(GATED.iter().any(stale));
        self.reaffirmed += u32::from(world.reader.reaffirmed > 0);
    }
}
