//! What a phase remembers: enough to decide, and no text.
//!
//! Everything here is folded from events; gates are computed from it (`gate`), never stored.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::ids::{ChangeRequestId, KeptSubmissionId, ProjectId, RaisedFindingId, ThreadId, TurnId, UserId};
use crate::phase::PhaseEvent;
use crate::phase::artefact::{BasedOn, Completeness, Origin, Source};
use crate::phase::plan::PhaseKind;
use crate::project::policy::ApprovalPolicy;
use crate::stage::Stage;
use crate::text::{Hash, TextRef};

/// A phase: not opened yet, or opened with all that follows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// No event yet.
    #[default]
    NotOpened,
    /// The rest of its life.
    Opened(Box<OpenedPhase>),
}

/// A phase that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedPhase {
    /// Its project.
    pub project_id: ProjectId,
    /// Its number in the project.
    pub number: u32,
    /// Its kind.
    pub kind: PhaseKind,
    /// The kind it had before it was promoted; its stages of then stay readable.
    #[serde(default)]
    pub promoted_from: Option<PhaseKind>,
    /// Its title.
    pub title: String,
    /// Its brief.
    pub brief: TextRef,
    /// Where it stands.
    pub status: PhaseStatus,
    /// One record for each stage of its kind.
    pub stages: BTreeMap<Stage, StageRecord>,
    /// The last documents taken from turns, so that a repeat is recognised. Another attempt at a turn may write
    /// another text in the same place, and the rest of one that broke off: both are new.
    #[serde(default)]
    pub taken: VecDeque<TakenDocument>,
    /// Every thread beside an artefact; a change request is one too.
    #[serde(default)]
    pub threads: BTreeMap<ThreadId, ThreadRecord>,
    /// Every finding that was raised against an approved artefact.
    #[serde(default)]
    pub findings: BTreeMap<RaisedFindingId, RaisedFinding>,
    /// Submissions that are kept beside an approved artefact; one a person and stage.
    #[serde(default)]
    pub kept_submissions: BTreeMap<KeptSubmissionId, KeptSubmission>,
}

/// A document that was taken from a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TakenDocument {
    /// The turn.
    pub turn_id: TurnId,
    /// Its place among the turn's documents.
    pub ordinal: u32,
    /// The hash of its text.
    pub content: Hash,
    /// Whether all of it had arrived; of one that was set aside it is not on record, and either is a repeat.
    pub completeness: Option<Completeness>,
}

impl TakenDocument {
    /// Whether another is this one again.
    pub fn is_repeated_by(&self, other: &TakenDocument) -> bool {
        (self.turn_id, self.ordinal, self.content) == (other.turn_id, other.ordinal, other.content)
            && self.completeness.is_none_or(|known| other.completeness == Some(known))
    }
}

/// Where a phase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseStatus {
    /// People plan it.
    Planning,
    /// Its artefacts are approved: stories can be generated.
    Ready,
    /// Its SDM completed it.
    Completed,
    /// It was given up.
    Cancelled,
}

/// What a phase remembers of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageRecord {
    /// Counts openings of the stage, from 1 (rule 7).
    pub cycle: u32,
    /// The turn of Conductor's first whole reply, where that is what passes the stage.
    #[serde(default)]
    pub first_reply: Option<TurnId>,
    /// The latest version.
    pub latest: Option<VersionRecord>,
    /// The approved version, while its approval stands.
    pub approved: Option<ApprovedRecord>,
    /// The stage whose reopening or revision last made this one stale.
    pub stale_cause: Option<Stage>,
    /// Approvals of the latest version in this cycle.
    pub approvals: BTreeMap<UserId, GivenApproval>,
    /// Change requests that are open.
    pub change_requests: BTreeMap<ChangeRequestId, OpenChangeRequest>,
    /// Everybody who wrote since the last approved version (rule 8).
    pub authors_since_approval: BTreeSet<UserId>,
    /// The policy pinned for the review.
    pub policy: ApprovalPolicy,
}

/// One version, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRecord {
    /// Its number.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// Its content hash and length.
    pub content: TextRef,
    /// Where it came from.
    pub origin: Origin,
    /// Whether it is whole.
    pub completeness: Completeness,
    /// Its authors.
    pub authors: BTreeSet<UserId>,
    /// What it was written on.
    pub based_on: Vec<BasedOn>,
    /// What stands beside it as JSON.
    #[serde(default)]
    pub sidecar: Option<TextRef>,
}

/// What exactly was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedRecord {
    /// The version.
    pub version: u32,
    /// Its content hash.
    pub content_hash: Hash,
    /// The hash over what it stood on.
    pub upstream_hash: Hash,
    /// The cycle.
    pub cycle: u32,
    /// What it was given on: the approved versions that `upstream_hash` is the hash of.
    pub stands_on: Vec<BasedOn>,
}

/// One person's approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenApproval {
    /// The version.
    pub version: u32,
    /// The hash over what it stood on, as shown.
    pub upstream_hash: Hash,
    /// The cycle.
    pub cycle: u32,
}

/// A change request that blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenChangeRequest {
    /// The version that was sent back.
    pub version: u32,
    /// Who did.
    pub requested_by: UserId,
    /// The last version that says it answers the request.
    #[serde(default)]
    pub answered_in: Option<u32>,
}

/// A thread beside an artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadRecord {
    /// The stage.
    pub stage: Stage,
    /// Whether it is a change request, which is settled by other verbs than a mere remark.
    pub is_change_request: bool,
    /// Whether somebody declared it settled.
    pub resolved: bool,
}

/// A finding that was raised against an approved artefact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaisedFinding {
    /// The artefact's stage.
    pub stage: Stage,
    /// The approved version.
    pub version: u32,
    /// The id that it is about.
    pub reference: String,
    /// What is wrong.
    pub text: TextRef,
    /// Who says so.
    pub raised_by: UserId,
    /// What became of it.
    pub state: FindingState,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// It waits for an answer.
    Open,
    /// Somebody who decides at the gate agreed.
    Accepted,
    /// Somebody who decides at the gate did not.
    Declined,
}

/// A submission that is kept beside an approved artefact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSubmission {
    /// The artefact's stage.
    pub stage: Stage,
    /// The document's title.
    pub title: String,
    /// The document.
    pub content: TextRef,
    /// What stands beside it as JSON.
    pub sidecar: Option<TextRef>,
    /// Who submitted it.
    pub submitted_by: UserId,
    /// Its authors.
    pub authors: BTreeSet<UserId>,
    /// What it was written with.
    pub source: Option<Source>,
    /// What it was written on.
    pub based_on: Vec<BasedOn>,
}

/// How many taken documents are remembered: more than one reply may hold.
const TAKEN_DOCUMENTS: usize = 64;

impl StageRecord {
    fn new(policy: &ApprovalPolicy) -> Self {
        Self {
            cycle: 1,
            first_reply: None,
            latest: None,
            approved: None,
            stale_cause: None,
            approvals: BTreeMap::new(),
            change_requests: BTreeMap::new(),
            authors_since_approval: BTreeSet::new(),
            policy: policy.clone(),
        }
    }
}

impl Phase {
    /// Folds one event.
    pub fn fold(&mut self, event: PhaseEvent) {
        if let PhaseEvent::PhaseOpened { project_id, number, kind, title, brief, approval_policy } = event {
            let stages = kind.stages().iter().map(|stage| (*stage, StageRecord::new(&approval_policy))).collect();
            *self = Phase::Opened(Box::new(OpenedPhase {
                project_id,
                number,
                kind,
                promoted_from: None,
                title,
                brief,
                status: PhaseStatus::Planning,
                stages,
                taken: VecDeque::new(),
                threads: BTreeMap::new(),
                findings: BTreeMap::new(),
                kept_submissions: BTreeMap::new(),
            }));
        } else if let Phase::Opened(phase) = self {
            phase.fold(event);
        }
    }
}

impl OpenedPhase {
    fn fold(&mut self, event: PhaseEvent) {
        match event {
            PhaseEvent::PhaseOpened { .. }
            | PhaseEvent::StageUnlocked { .. }
            | PhaseEvent::StageLocked { .. }
            | PhaseEvent::OpenPointsAcknowledged { .. }
            | PhaseEvent::ChangeRequestPlaced { .. }
            | PhaseEvent::ActedOnBehalf { .. }
            | PhaseEvent::DriftReported { .. }
            | PhaseEvent::ThreadReplied { .. } => {}
            PhaseEvent::PhaseRenamed { title, brief } => {
                self.title = title;
                self.brief = brief;
            }
            PhaseEvent::PhaseCancelled { .. } => self.status = PhaseStatus::Cancelled,
            PhaseEvent::PhaseCompleted {} => self.status = PhaseStatus::Completed,
            PhaseEvent::PhaseBecameReady {} => self.status = PhaseStatus::Ready,
            PhaseEvent::PhaseCeasedToBeReady { .. } => self.status = PhaseStatus::Planning,
            PhaseEvent::PhasePromoted { kind } => self.promote(kind),
            PhaseEvent::FirstReplyReceived { stage, turn_id } => {
                self.at(stage, |record| record.first_reply = Some(turn_id));
            }
            PhaseEvent::DocumentSetAside { turn_id, ordinal, content, .. } => {
                self.remember(TakenDocument { turn_id, ordinal, content: content.hash, completeness: None });
            }
            PhaseEvent::ArtefactVersionAdded {
                stage,
                version,
                title,
                content,
                origin,
                completeness,
                authors,
                based_on,
                turn_id,
                ordinal,
                sidecar,
                approval_policy,
                ..
            } => {
                let authors = authors.into_iter().collect();
                let record =
                    VersionRecord { version, title, content, origin, completeness, authors, based_on, sidecar };
                self.version_added(stage, record, turn_id.zip(ordinal), approval_policy);
            }
            PhaseEvent::ApprovalGiven { approver, stage, version, upstream_hash, cycle, .. } => {
                self.at(stage, |record| {
                    record.approvals.insert(approver, GivenApproval { version, upstream_hash, cycle });
                });
            }
            PhaseEvent::ArtefactApproved { stage, version, content_hash, upstream_hash, cycle, .. } => {
                let stands_on = self.upstream(stage);
                self.at(stage, |record| {
                    record.approved = Some(ApprovedRecord { version, content_hash, upstream_hash, cycle, stands_on });
                    record.stale_cause = None;
                    record.authors_since_approval.clear();
                });
            }
            PhaseEvent::ApprovalWithdrawn { approver, stage, .. } => {
                self.at(stage, |record| {
                    record.approvals.remove(&approver);
                });
            }
            PhaseEvent::StageReturnedToReview { stage, .. } => {
                self.at(stage, |record| record.return_to_review());
                // What was given on the approval that is gone is void for good, also when an equal one is given.
                for later in self.kind.downstream(stage) {
                    self.at(later, |record| record.approvals.clear());
                }
            }
            PhaseEvent::ChangesRequested { change_request_id, stage, version, requested_by, .. } => {
                let request = OpenChangeRequest { version, requested_by, answered_in: None };
                self.at(stage, |record| {
                    record.change_requests.insert(change_request_id, request);
                });
                let thread = ThreadRecord { stage, is_change_request: true, resolved: false };
                self.threads.insert(ThreadId::of(change_request_id), thread);
            }
            PhaseEvent::ChangeRequestAnswered { change_request_id, stage, version } => self.at(stage, |record| {
                if let Some(request) = record.change_requests.get_mut(&change_request_id) {
                    request.answered_in = Some(version);
                }
            }),
            PhaseEvent::ThreadOpened { thread_id, stage, .. } => {
                self.threads.insert(thread_id, ThreadRecord { stage, is_change_request: false, resolved: false });
            }
            PhaseEvent::FindingRaised { finding_id, stage, version, reference, text, raised_by, .. } => {
                let state = FindingState::Open;
                self.findings.insert(finding_id, RaisedFinding { stage, version, reference, text, raised_by, state });
            }
            PhaseEvent::FindingAccepted { finding_id, .. } => self.answer_finding(finding_id, FindingState::Accepted),
            PhaseEvent::FindingDeclined { finding_id, .. } => self.answer_finding(finding_id, FindingState::Declined),
            PhaseEvent::SubmissionKept {
                submission_id,
                stage,
                title,
                content,
                sidecar,
                submitted_by,
                authors,
                source,
                based_on,
                ..
            } => {
                let authors = authors.into_iter().collect();
                let kept = KeptSubmission { stage, title, content, sidecar, submitted_by, authors, source, based_on };
                self.kept_submissions.retain(|_, known| (known.stage, known.submitted_by) != (stage, submitted_by));
                self.kept_submissions.insert(submission_id, kept);
            }
            PhaseEvent::SubmissionAdopted { submission_id, .. } => {
                self.kept_submissions.remove(&submission_id);
            }
            PhaseEvent::ThreadResolved { thread_id, .. } => self.settle_thread(thread_id, true),
            PhaseEvent::ThreadReopened { thread_id, .. } => self.settle_thread(thread_id, false),
            PhaseEvent::ChangeRequestWithdrawn { change_request_id, stage }
            | PhaseEvent::ChangeRequestDismissed { change_request_id, stage, .. }
            | PhaseEvent::ChangeRequestCleared { change_request_id, stage } => {
                self.at(stage, |record| {
                    record.change_requests.remove(&change_request_id);
                });
            }
            PhaseEvent::StageReopened { stage, cycle, approval_policy, .. } => {
                self.at(stage, |record| {
                    record.cycle = cycle;
                    record.return_to_review();
                    record.approvals.clear();
                    record.policy = approval_policy;
                });
            }
            PhaseEvent::StageBecameStale { stage, cause, .. } => {
                self.at(stage, |record| record.stale_cause = Some(cause));
            }
            PhaseEvent::ReviewRestarted { stage, approval_policy, .. } => {
                self.at(stage, |record| {
                    record.policy = approval_policy;
                    record.approvals.clear();
                });
            }
        }
    }

    fn at(&mut self, stage: Stage, change: impl FnOnce(&mut StageRecord)) {
        if let Some(record) = self.stages.get_mut(&stage) {
            change(record);
        }
    }

    fn version_added(
        &mut self,
        stage: Stage,
        version: VersionRecord,
        document: Option<(TurnId, u32)>,
        approval_policy: ApprovalPolicy,
    ) {
        if let Some((turn_id, ordinal)) = document {
            let (content, completeness) = (version.content.hash, Some(version.completeness));
            self.remember(TakenDocument { turn_id, ordinal, content, completeness });
        }
        self.at(stage, |record| {
            record.authors_since_approval.extend(version.authors.iter().copied());
            record.latest = Some(version);
            record.approved = None;
            record.stale_cause = None;
            record.approvals.clear();
            record.policy = approval_policy;
        });
    }

    fn settle_thread(&mut self, thread: ThreadId, resolved: bool) {
        if let Some(record) = self.threads.get_mut(&thread) {
            record.resolved = resolved;
        }
    }

    fn answer_finding(&mut self, finding: RaisedFindingId, state: FindingState) {
        if let Some(record) = self.findings.get_mut(&finding) {
            record.state = state;
        }
    }

    fn remember(&mut self, document: TakenDocument) {
        if self.taken.len() == TAKEN_DOCUMENTS {
            self.taken.pop_front();
        }
        self.taken.push_back(document);
    }

    fn promote(&mut self, kind: PhaseKind) {
        let policy = self.stages.values().next().map(|record| record.policy.clone()).unwrap_or_default();
        self.promoted_from = Some(self.kind);
        self.kind = kind;
        for stage in kind.stages() {
            self.stages.entry(*stage).or_insert_with(|| StageRecord::new(&policy));
        }
    }
}

impl StageRecord {
    /// The approved version awaits a decision again; its authors are authors of what is decided on.
    fn return_to_review(&mut self) {
        self.approved = None;
        self.stale_cause = None;
        if let Some(latest) = &self.latest {
            self.authors_since_approval.extend(latest.authors.iter().copied());
        }
    }
}
