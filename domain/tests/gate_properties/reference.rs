//! The gate rules once more, as naive as they can be written: a list of what happened, and every question is answered
//! by going through the list. Written from the words of the rules; with the domain it shares names only.

use std::collections::BTreeSet;

use konductro_domain::phase::GateState;
use konductro_domain::role::Role::{self, Architect, Developer, Sdm};
use konductro_domain::stage::Stage::{self, Architecture, Requirements, Scoping, Stories, TechnicalAnalysis};

mod ask;

pub(crate) use ask::Ask;

pub(super) type Who = usize;
pub(super) type Words = usize;
pub(super) type Roles = BTreeSet<Role>;

/// Somebody who asks: who, in which roles, and whether they sit in front of it.
#[derive(Debug, Clone)]
pub(super) struct By {
    pub(super) who: Who,
    pub(super) roles: Roles,
    pub(super) interactive: bool,
}

/// How one stage is approved.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Policy {
    /// Each change of the project's policy is another, whatever it says.
    pub(super) number: u32,
    pub(super) roles: Roles,
    pub(super) people: usize,
    pub(super) four_eyes: bool,
}

/// What somebody who looks at a stage is shown, and what an approval therefore is of (rule 2).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub(super) version: u32,
    pub(super) words: Words,
    pub(super) cycle: u32,
    pub(super) stands_on: Lines,
}

/// Stage, version, words and cycle of everything that something stands on.
pub(super) type Lines = Vec<(Stage, u32, Words, u32)>;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Version {
    pub(super) number: u32,
    pub(super) words: Words,
    pub(super) whole: bool,
    pub(super) authors: BTreeSet<Who>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    pub(super) id: u32,
    pub(super) by: Who,
    pub(super) version: u32,
}

/// A submission beside something approved.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) id: u32,
    pub(super) by: Who,
    pub(super) words: Words,
    pub(super) stands_on: Lines,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fact {
    Written(Stage, Version),
    PolicyPinned(Stage, Policy),
    ApprovalGiven(Stage, Who),
    Approved(Stage, Seen),
    ApprovalTakenBack(Stage, Who),
    BackInReview(Stage),
    Restarted(Stage),
    Reopened(Stage),
    ChangesRequested(Stage, Request),
    RequestSettled(u32),
    Kept(Kept),
    Adopted(u32),
    FindingRaised(u32, Stage),
    /// Agreed with, or not.
    FindingAnswered(u32, bool),
    Replied,
    Promoted,
    Ended,
}

/// Everything that can stand against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Objection {
    Role,
    InteractiveOnly,
    Ended,
    NoSuchStage,
    StageClosed,
    NoArtefact,
    Locked,
    Approved,
    NothingInReview,
    NotStale,
    NotApproved,
    Author,
    Outdated,
    Incomplete,
    ChangesOpen,
    OldVersion,
    NoSuchRequest,
    NotTheRequester,
    AuthorMayNotDismiss,
    AuthorMayNotLower,
    NoApproval,
    ApprovedDownstream,
    NotLight,
    NotReady,
    Undecided,
    NothingToFindIn,
    NoSuchFinding,
    Answered,
    NoSuchSubmission,
    SubmissionOutdated,
}

/// The matrix of section 2, as far as a gate needs it.
fn deciders(stage: Stage) -> &'static [Role] {
    match stage {
        TechnicalAnalysis | Architecture => &[Sdm, Architect],
        Requirements | Scoping | Stories => &[Sdm],
    }
}

impl Policy {
    /// Whether anything that the other asks for is not asked for any more.
    fn is_easier_than(&self, other: &Policy, deciders: &[Role]) -> bool {
        let may = |policy: &Policy, role: &Role| policy.roles.contains(role);
        let opened_to = deciders.iter().any(|role| may(self, role) && !may(other, role));
        opened_to || self.people < other.people || (other.four_eyes && !self.four_eyes)
    }
}

fn holds_one_of(by: &By, roles: &[Role]) -> bool {
    roles.iter().any(|role| by.roles.contains(role))
}

/// A phase as a list of what happened in it.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    pub(super) light: bool,
    pub(super) facts: Vec<Fact>,
}

/// Questions.
impl Reference {
    pub(super) fn stages(&self) -> &'static [Stage] {
        let light = self.light && !self.has(|fact| matches!(fact, Fact::Promoted));
        if light { &[Scoping, Stories] } else { &[Requirements, TechnicalAnalysis, Architecture, Stories] }
    }

    fn has(&self, is: impl Fn(&Fact) -> bool) -> bool {
        self.facts.iter().any(is)
    }

    fn before(&self, stage: Stage) -> impl Iterator<Item = Stage> + use<> {
        self.stages().iter().copied().take_while(move |before| *before != stage)
    }

    pub(super) fn cycle(&self, stage: Stage) -> u32 {
        1 + self.facts.iter().map(|fact| u32::from(matches!(fact, Fact::Reopened(of) if *of == stage))).sum::<u32>()
    }

    pub(super) fn versions(&self, stage: Stage) -> impl DoubleEndedIterator<Item = &Version> {
        self.facts.iter().filter_map(move |fact| match fact {
            Fact::Written(of, version) if *of == stage => Some(version),
            _ => None,
        })
    }

    pub(super) fn latest(&self, stage: Stage) -> Option<&Version> {
        self.versions(stage).next_back()
    }

    /// What was approved, if that is the last that was said of it.
    fn approved(&self, stage: Stage) -> Option<&Seen> {
        self.facts.iter().rev().find_map(|fact| match fact {
            Fact::Approved(of, seen) if *of == stage => Some(Some(seen)),
            Fact::Written(of, _) | Fact::BackInReview(of) | Fact::Reopened(of) if *of == stage => Some(None),
            _ => None,
        })?
    }

    /// The approved artefacts before a stage, stale ones among them.
    pub(super) fn stands_on(&self, stage: Stage) -> Lines {
        let line = |before| {
            let seen = self.approved(before)?;
            Some((before, seen.version, seen.words, seen.cycle))
        };
        self.before(stage).filter_map(line).collect()
    }

    /// Approved, on exactly what is there now, and all of that holds too.
    fn holds(&self, stage: Stage) -> bool {
        let on_what_is_there = |seen: &Seen| seen.stands_on == self.stands_on(stage);
        self.approved(stage).is_some_and(on_what_is_there) && self.before(stage).all(|before| self.holds(before))
    }

    fn replied(&self) -> bool {
        self.has(|fact| matches!(fact, Fact::Replied))
    }

    /// Rules 1 and 11.
    pub(super) fn locked(&self, stage: Stage) -> bool {
        self.before(stage).any(|before| if before == Scoping { !self.replied() } else { !self.holds(before) })
    }

    pub(super) fn ended(&self) -> bool {
        self.has(|fact| matches!(fact, Fact::Ended))
    }

    pub(super) fn shown(&self, stage: Stage) -> Option<Seen> {
        let latest = self.latest(stage)?;
        let stands_on = self.stands_on(stage);
        Some(Seen { version: latest.number, words: latest.words, cycle: self.cycle(stage), stands_on })
    }

    pub(super) fn state(&self, stage: Stage) -> GateState {
        match () {
            () if stage == Scoping && self.replied() => GateState::Passed,
            () if !self.stages().contains(&stage) => GateState::Locked,
            () if self.approved(stage).is_some() && self.holds(stage) => GateState::Approved,
            () if self.approved(stage).is_some() => GateState::Stale,
            () if self.locked(stage) => GateState::Locked,
            () => match self.latest(stage).filter(|_| stage != Scoping) {
                None => GateState::Open,
                Some(latest) if self.requests(stage).iter().any(|open| open.version == latest.number) => {
                    GateState::ChangesRequested
                }
                Some(_) => GateState::InReview,
            },
        }
    }

    /// Whose approvals count now: once one is void, it stays void (rules 6, 7 and 10).
    pub(super) fn counting(&self, stage: Stage) -> BTreeSet<Who> {
        let mut counting = BTreeSet::new();
        for fact in &self.facts {
            match fact {
                Fact::ApprovalGiven(of, who) if *of == stage => drop(counting.insert(*who)),
                Fact::ApprovalTakenBack(of, who) if *of == stage => drop(counting.remove(who)),
                Fact::Written(of, _) | Fact::Restarted(of) if *of == stage => counting.clear(),
                Fact::Reopened(of) if *of == stage => counting.clear(),
                Fact::Reopened(of) | Fact::BackInReview(of) if self.before(stage).any(|before| before == *of) => {
                    counting.clear();
                }
                _ => {}
            }
        }
        counting
    }

    pub(super) fn requests(&self, stage: Stage) -> Vec<&Request> {
        let settled = |id: u32| self.has(|fact| matches!(fact, Fact::RequestSettled(settled) if *settled == id));
        let of_stage = self.facts.iter().filter_map(|fact| match fact {
            Fact::ChangesRequested(of, request) if *of == stage => Some(request),
            _ => None,
        });
        of_stage.filter(|request| !settled(request.id)).collect()
    }

    /// What is kept beside the analysis: the last of each person, unless it was adopted.
    pub(super) fn kept(&self) -> Vec<&Kept> {
        let all = self.facts.iter().filter_map(|fact| match fact {
            Fact::Kept(kept) => Some(kept),
            _ => None,
        });
        let newer =
            |kept: &Kept| self.has(|fact| matches!(fact, Fact::Kept(it) if it.by == kept.by && it.id > kept.id));
        let adopted = |kept: &Kept| self.has(|fact| *fact == Fact::Adopted(kept.id));
        all.filter(|kept| !newer(kept) && !adopted(kept)).collect()
    }

    /// Findings of a stage that nobody has answered.
    pub(super) fn open_findings(&self, stage: Stage) -> Vec<u32> {
        let raised = self.facts.iter().filter_map(|fact| match fact {
            Fact::FindingRaised(id, of) if *of == stage => Some(*id),
            _ => None,
        });
        raised.filter(|id| !self.is_answered(*id)).collect()
    }

    fn is_answered(&self, id: u32) -> bool {
        self.has(|fact| matches!(fact, Fact::FindingAnswered(answered, _) if *answered == id))
    }

    pub(super) fn policy(&self, stage: Stage) -> Option<&Policy> {
        self.facts.iter().rev().find_map(|fact| match fact {
            Fact::PolicyPinned(of, policy) if *of == stage => Some(policy),
            _ => None,
        })
    }

    /// Rule 8: the writer, and the authors of every version before. A new version comes only where no approval holds: none
    /// was given, or it was reopened or became stale; so all that was written is what is pending.
    fn authors(&self, stage: Stage, writer: Who) -> BTreeSet<Who> {
        self.versions(stage).flat_map(|version| version.authors.iter().copied()).chain([writer]).collect()
    }
}

/// What stands against something that is asked for.
impl Reference {
    pub(super) fn objections(&self, ask: &Ask) -> BTreeSet<Objection> {
        use Objection as O;
        let mut against = BTreeSet::new();
        let mut unless = |fine: bool, objection| {
            if !fine {
                against.insert(objection);
            }
        };
        match ask {
            Ask::Document { .. } | Ask::Reply => return against,
            Ask::Write { by, stage, from_ide, .. } => {
                let allowed: &[Role] = if *from_ide { &[Architect, Developer] } else { deciders(*stage) };
                unless(holds_one_of(by, allowed), O::Role);
                unless(*stage != Stories && (!from_ide || *stage == TechnicalAnalysis), O::NoArtefact);
                unless(!self.locked(*stage) || !self.stages().contains(stage), O::Locked);
                unless(self.state(*stage) != GateState::Approved || *from_ide, O::Approved);
            }
            Ask::Approve { by, stage, seen } if self.is_repeat(by, *stage, seen.as_ref()) => return against,
            Ask::Reaffirm { by, stage, seen } if self.is_repeat(by, *stage, seen.as_ref()) => return against,
            Ask::Approve { by, stage, seen } | Ask::Reaffirm { by, stage, seen } => {
                let state = self.state(*stage);
                let latest = self.latest(*stage);
                if matches!(ask, Ask::Reaffirm { .. }) {
                    unless(state == GateState::Stale, O::NotStale);
                    unless(!self.locked(*stage), O::Locked);
                } else {
                    unless(!matches!(stage, Scoping | Stories), O::NoArtefact);
                    unless(state != GateState::Locked, O::Locked);
                    unless(state != GateState::Approved, O::Approved);
                    unless(
                        !matches!(state, GateState::Open | GateState::Stale | GateState::Passed),
                        O::NothingInReview,
                    );
                }
                let roles: Vec<Role> = match self.policy(*stage) {
                    Some(policy) => deciders(*stage).iter().copied().filter(|it| policy.roles.contains(it)).collect(),
                    None => deciders(*stage).to_vec(),
                };
                unless(holds_one_of(by, &roles), O::Role);
                let is_author = latest.is_some_and(|latest| latest.authors.contains(&by.who));
                unless(!(is_author && self.policy(*stage).is_some_and(|policy| policy.four_eyes)), O::Author);
                unless(self.shown(*stage) == *seen, O::Outdated);
                unless(latest.is_none_or(|latest| latest.whole), O::Incomplete);
                unless(self.requests(*stage).iter().all(|request| request.by == by.who), O::ChangesOpen);
            }
            Ask::Withdraw { by, stage, in_backlog } => {
                unless(holds_one_of(by, deciders(*stage)), O::Role);
                unless(self.counting(*stage).contains(&by.who), O::NoApproval);
                let now = self.shown(*stage);
                let is_on_it = |lines: &Lines| {
                    let stands_on = |seen: &Seen| {
                        lines.contains(&(*stage, seen.version, seen.words, seen.cycle))
                            && seen.stands_on.iter().all(|line| lines.contains(line))
                    };
                    now.as_ref().is_some_and(stands_on)
                };
                let mut later = self.stages().iter().filter_map(|later| self.approved(*later));
                unless(!later.any(|later| is_on_it(&later.stands_on)), O::ApprovedDownstream);
                unless(!in_backlog.iter().any(is_on_it), O::ApprovedDownstream);
            }
            Ask::RequestChanges { by, stage, version, .. } => {
                let state = self.state(*stage);
                unless(holds_one_of(by, deciders(*stage)), O::Role);
                unless(!matches!(stage, Scoping | Stories), O::NoArtefact);
                unless(state != GateState::Locked, O::Locked);
                unless(state != GateState::Approved, O::Approved);
                unless(!matches!(state, GateState::Open | GateState::Stale | GateState::Passed), O::NothingInReview);
                unless(self.latest(*stage).is_none_or(|latest| latest.number == *version), O::OldVersion);
            }
            Ask::WithdrawRequest { by, stage, id } => {
                unless(holds_one_of(by, deciders(*stage)), O::Role);
                let open = self.requests(*stage);
                unless(open.iter().any(|request| request.id == *id), O::NoSuchRequest);
                unless(open.iter().any(|request| request.id == *id && request.by == by.who), O::NotTheRequester);
            }
            Ask::DismissRequest { by, stage, id, requester_can_clear } => {
                unless(holds_one_of(by, &[Sdm]), O::Role);
                unless(self.requests(*stage).iter().any(|request| request.id == *id), O::NoSuchRequest);
                let is_author = self.latest(*stage).is_some_and(|latest| latest.authors.contains(&by.who));
                unless(!(is_author && *requester_can_clear), O::AuthorMayNotDismiss);
            }
            Ask::Reopen { by, stage } => {
                unless(holds_one_of(by, deciders(*stage)), O::Role);
                unless(self.approved(*stage).is_some(), O::NotApproved);
            }
            Ask::Restart { by, stage, policy } => {
                let pending =
                    matches!(self.state(*stage), GateState::InReview | GateState::ChangesRequested | GateState::Stale);
                unless(holds_one_of(by, deciders(*stage)), O::Role);
                unless(pending, O::NothingInReview);
                let pinned = self.policy(*stage).filter(|pinned| pinned.number != policy.number);
                let lowers = pinned.is_some_and(|pinned| policy.is_easier_than(pinned, deciders(*stage)));
                let is_author = self.latest(*stage).is_some_and(|latest| latest.authors.contains(&by.who));
                unless(!(lowers && is_author), O::AuthorMayNotLower);
            }
            Ask::Adopt { by, stage, id } => {
                unless(holds_one_of(by, deciders(*stage)), O::Role);
                unless(*stage == TechnicalAnalysis, O::NoArtefact);
                unless(!self.locked(*stage) || !self.stages().contains(stage), O::Locked);
                let kept = self.kept().into_iter().find(|kept| kept.id == *id);
                unless(kept.is_some() && *stage == TechnicalAnalysis, O::NoSuchSubmission);
                unless(kept.is_none_or(|kept| kept.stands_on == self.stands_on(*stage)), O::SubmissionOutdated);
            }
            Ask::Raise { by, stage, version, .. } => {
                unless(holds_one_of(by, &[Sdm, Architect, Developer]), O::Role);
                unless(!matches!(stage, Scoping | Stories), O::NoArtefact);
                let approved = self.approved(*stage);
                unless(approved.is_some(), O::NothingToFindIn);
                unless(approved.is_none_or(|seen| seen.version == *version), O::OldVersion);
            }
            Ask::Accept { by, stage, id } | Ask::Decline { by, stage, id } => {
                unless(holds_one_of(by, deciders(*stage)), O::Role);
                let raised = self.has(|fact| *fact == Fact::FindingRaised(*id, *stage));
                unless(raised, O::NoSuchFinding);
                let otherwise = Fact::FindingAnswered(*id, matches!(ask, Ask::Decline { .. }));
                unless(!self.has(|fact| *fact == otherwise), O::Answered);
            }
            Ask::Promote { by } | Ask::Cancel { by } | Ask::Complete { by, .. } => {
                unless(holds_one_of(by, &[Sdm]), O::Role);
                unless(!matches!(ask, Ask::Promote { .. }) || self.stages().contains(&Scoping), O::NotLight);
                if let Ask::Complete { undecided, .. } = ask {
                    unless(!self.locked(Stories), O::NotReady);
                    unless(*undecided == 0, O::Undecided);
                }
            }
        }
        unless(!self.ended(), O::Ended);
        // Rule 4: writing and talking are all that a token can do here.
        let by_token = !matches!(ask, Ask::Write { .. } | Ask::Raise { .. } | Ask::Promote { .. } | Ask::Cancel { .. });
        unless(ask.by().is_none_or(|by| by.interactive) || !by_token, O::InteractiveOnly);
        if let Some(stage) = ask.stage() {
            let known = self.stages().contains(&stage);
            unless(known || (stage == Scoping && self.light), O::NoSuchStage);
            unless(known || !(stage == Scoping && self.light), O::StageClosed);
        }
        against
    }

    /// Somebody approves again what they approved, and asked for nothing since.
    fn is_repeat(&self, by: &By, stage: Stage, seen: Option<&Seen>) -> bool {
        let same = seen.is_some() && self.shown(stage).as_ref() == seen;
        let content = self.requests(stage).iter().all(|request| request.by != by.who);
        same && content && by.interactive && !self.ended() && self.counting(stage).contains(&by.who)
    }
}

/// What follows when nothing stands against it.
impl Reference {
    pub(super) fn happen(&mut self, ask: &Ask, policy_of_now: &dyn Fn(Stage) -> Policy) {
        match ask {
            Ask::Write { by, stage, words, id, .. } if self.state(*stage) == GateState::Approved => {
                self.keep(by.who, *stage, *words, *id);
            }
            Ask::Write { by, stage, words, .. } => self.write(by.who, *stage, *words, true, policy_of_now),
            Ask::Document { asked_by, stage, words, whole } => {
                let takes = self.stages().contains(stage) && *stage != Stories && !self.ended();
                if takes && !self.locked(*stage) && self.state(*stage) != GateState::Approved {
                    self.write(*asked_by, *stage, *words, *whole, policy_of_now);
                }
            }
            Ask::Approve { by, stage, seen } | Ask::Reaffirm { by, stage, seen } => {
                if self.is_repeat(by, *stage, seen.as_ref()) {
                    return;
                }
                let own: Vec<u32> = self.requests(*stage).iter().map(|request| request.id).collect();
                self.facts.extend(own.into_iter().map(Fact::RequestSettled));
                self.facts.push(Fact::ApprovalGiven(*stage, by.who));
                let enough = self.policy(*stage).map_or(1, |policy| policy.people);
                if let Some(seen) = seen.clone().filter(|_| self.counting(*stage).len() >= enough) {
                    self.facts.push(Fact::Approved(*stage, seen));
                }
            }
            Ask::Withdraw { by, stage, .. } => {
                self.facts.push(Fact::ApprovalTakenBack(*stage, by.who));
                let enough = self.policy(*stage).map_or(1, |policy| policy.people);
                if self.holds(*stage) && self.counting(*stage).len() < enough {
                    self.facts.push(Fact::BackInReview(*stage));
                }
            }
            Ask::RequestChanges { by, stage, id, version } => {
                self.facts.push(Fact::ChangesRequested(*stage, Request { id: *id, by: by.who, version: *version }));
            }
            Ask::WithdrawRequest { id, .. } | Ask::DismissRequest { id, .. } => {
                self.facts.push(Fact::RequestSettled(*id));
            }
            Ask::Reopen { stage, .. } => {
                self.facts.extend([Fact::Reopened(*stage), Fact::PolicyPinned(*stage, policy_of_now(*stage))]);
            }
            Ask::Restart { stage, policy, .. } => {
                if self.policy(*stage).is_none_or(|pinned| pinned.number != policy.number) {
                    self.facts.extend([Fact::Restarted(*stage), Fact::PolicyPinned(*stage, policy.clone())]);
                }
            }
            Ask::Adopt { stage, id, .. } => {
                if self.state(*stage) == GateState::Approved {
                    self.facts.extend([Fact::Reopened(*stage), Fact::PolicyPinned(*stage, policy_of_now(*stage))]);
                }
                if let Some(kept) = self.kept().into_iter().find(|kept| kept.id == *id).cloned() {
                    self.add(kept.by, *stage, kept.words, true, policy_of_now);
                }
                self.facts.push(Fact::Adopted(*id));
            }
            Ask::Raise { stage, id, .. } => self.facts.push(Fact::FindingRaised(*id, *stage)),
            Ask::Accept { id, .. } | Ask::Decline { id, .. } if self.is_answered(*id) => {}
            Ask::Accept { stage, id, .. } => {
                if self.approved(*stage).is_some() {
                    self.facts.extend([Fact::Reopened(*stage), Fact::PolicyPinned(*stage, policy_of_now(*stage))]);
                }
                self.facts.push(Fact::FindingAnswered(*id, true));
            }
            Ask::Decline { id, .. } => self.facts.push(Fact::FindingAnswered(*id, false)),
            Ask::Reply => {
                if self.stages().contains(&Scoping) && !self.ended() {
                    self.facts.push(Fact::Replied);
                }
            }
            Ask::Promote { .. } => self.facts.push(Fact::Promoted),
            Ask::Cancel { .. } | Ask::Complete { .. } => self.facts.push(Fact::Ended),
        }
    }

    fn write(&mut self, writer: Who, stage: Stage, words: Words, whole: bool, policy: &dyn Fn(Stage) -> Policy) {
        let state = self.state(stage);
        let same = self.latest(stage).is_some_and(|latest| (latest.words, latest.whole) == (words, whole));
        if same && state != GateState::Stale {
            return;
        }
        self.add(writer, stage, words, whole, policy);
    }

    /// What is submitted while something is approved is kept beside it; one for each person.
    fn keep(&mut self, by: Who, stage: Stage, words: Words, id: u32) {
        let (stands_on, same) = (self.stands_on(stage), |latest: &Version| latest.words == words && latest.whole);
        let again = |kept: &&Kept| (kept.by, kept.words, &kept.stands_on) == (by, words, &stands_on);
        if !self.latest(stage).is_some_and(same) && !self.kept().iter().any(again) {
            self.facts.push(Fact::Kept(Kept { id, by, words, stands_on }));
        }
    }

    /// A new version, whatever it says.
    fn add(&mut self, writer: Who, stage: Stage, words: Words, whole: bool, policy: &dyn Fn(Stage) -> Policy) {
        let state = self.state(stage);
        // Rule 9: a review that runs keeps its policy.
        if !matches!(state, GateState::InReview | GateState::ChangesRequested) {
            self.facts.push(Fact::PolicyPinned(stage, policy(stage)));
        }
        let number = self.latest(stage).map_or(1, |latest| latest.number + 1);
        let authors = self.authors(stage, writer);
        self.facts.push(Fact::Written(stage, Version { number, words, whole, authors }));
    }
}
