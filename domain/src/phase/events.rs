//! What happens to a phase. A person's decision and what follows from it are different events of the
//! same commit, so that log, feed and replay show both.

use serde::{Deserialize, Serialize};

use crate::artefact::anchor::Anchor;
use crate::artefact::check::Severity;
use crate::artefact::submission::CodeReference;
use crate::conductor::GeneratedBy;
use crate::event_enum;
use crate::ids::{
    ChangeRequestId, DelegationId, KeptSubmissionId, ProjectId, RaisedFindingId, ThreadId, TurnId, UserId,
};
use crate::phase::artefact::{BasedOn, Checkout, Completeness, Origin, Source};
use crate::phase::plan::PhaseKind;
use crate::project::policy::ApprovalPolicy;
use crate::role::Role;
use crate::stage::Stage;
use crate::text::{Hash, TextRef};

event_enum! {
    /// What happens to a phase.
    PhaseEvent {
        /// A phase was opened.
        PhaseOpened {
            /// The project it belongs to.
            project_id: ProjectId,
            /// Its number in the project, from 1.
            number: u32,
            /// Its kind.
            kind: PhaseKind,
            /// Its title.
            title: String,
            /// What it is about.
            brief: TextRef,
            /// The project's approval policy at that moment.
            approval_policy: ApprovalPolicy,
        },
        /// Title or brief was changed.
        PhaseRenamed {
            /// The title from now on.
            title: String,
            /// The brief from now on.
            brief: TextRef,
        },
        /// The phase was given up.
        PhaseCancelled {
            /// Why.
            reason: TextRef,
        },
        /// A light phase became a full one.
        PhasePromoted {
            /// The kind from now on.
            kind: PhaseKind,
        },
        /// The SDM declared the phase complete.
        PhaseCompleted {},
        /// Everything a stage waited for is approved.
        StageUnlocked {
            /// The stage.
            stage: Stage,
        },
        /// Conductor's first whole reply in a stage that is passed by it.
        FirstReplyReceived {
            /// The stage.
            stage: Stage,
            /// The turn that it belongs to.
            turn_id: TurnId,
        },
        /// Something a stage waits for is no longer approved.
        StageLocked {
            /// The stage.
            stage: Stage,
            /// The stage whose approval is missing again.
            cause: Stage,
        },
        /// An artefact has a new version, which awaits a decision.
        ArtefactVersionAdded {
            /// The artefact's stage.
            stage: Stage,
            /// The version's number, from 1.
            version: u32,
            /// The stage's cycle.
            cycle: u32,
            /// The document's title.
            title: String,
            /// SHA-256 of the document's text, and its length.
            content: TextRef,
            /// Where it came from.
            origin: Origin,
            /// Whether the whole document arrived.
            completeness: Completeness,
            /// The model, where one wrote it.
            generated_by: Option<GeneratedBy>,
            /// Everybody who is an author of it (rule 8).
            authors: Vec<UserId>,
            /// The approved versions it was written on.
            based_on: Vec<BasedOn>,
            /// SHA-256 over `based_on` (rule 2).
            upstream_hash: Hash,
            /// The turn that wrote it, where one did.
            turn_id: Option<TurnId>,
            /// Its place among the turn's documents, from 0.
            ordinal: Option<u32>,
            /// The tool and repositories it was written with, where it came from an IDE.
            source: Option<Source>,
            /// What stands beside it as JSON, where it was submitted with that.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            sidecar: Option<TextRef>,
            /// The approval policy pinned for its review.
            approval_policy: ApprovalPolicy,
        },
        /// A document that Conductor wrote was not made a version, and why.
        DocumentSetAside {
            /// The stage it was written for.
            stage: Stage,
            /// The turn that wrote it.
            turn_id: TurnId,
            /// Its place among the turn's documents, from 0.
            ordinal: u32,
            /// The document's text.
            content: TextRef,
            /// Why it was not made a version.
            reason: SetAsideReason,
        },
        /// A person approved an exact version. Whether the stage is approved by it is another event.
        ApprovalGiven {
            /// Who approved.
            approver: UserId,
            /// The stage.
            stage: Stage,
            /// The version.
            version: u32,
            /// The hash of exactly what was shown.
            content_hash: Hash,
            /// The hash of what it stood on, as shown.
            upstream_hash: Hash,
            /// The stage's cycle.
            cycle: u32,
            /// Whether it was a review or a reaffirmation.
            basis: ApprovalBasis,
            /// The role in which it was given.
            role: Role,
            /// The version of the policy it was given under.
            policy_version: u32,
            /// Findings that were open at that moment, each with its waiver where it has one.
            open_findings: Vec<OpenFinding>,
            /// The approver's note.
            note: Option<TextRef>,
        },
        /// What the approved text leaves open, and what of it the approver acknowledged.
        OpenPointsAcknowledged {
            /// Who approved.
            approver: UserId,
            /// The stage.
            stage: Stage,
            /// The version.
            version: u32,
            /// The stage's cycle.
            cycle: u32,
            /// The assumptions and open questions that were acknowledged, by id.
            acknowledged: Vec<String>,
            /// Those that were not: the approver was not asked.
            left_open: Vec<String>,
        },
        /// The policy is met: the artefact is approved.
        ArtefactApproved {
            /// The stage.
            stage: Stage,
            /// The version.
            version: u32,
            /// The hash of the approved text.
            content_hash: Hash,
            /// The hash of what it stands on.
            upstream_hash: Hash,
            /// The stage's cycle.
            cycle: u32,
            /// The people whose approvals counted.
            approved_by: Vec<UserId>,
        },
        /// A person took back their approval.
        ApprovalWithdrawn {
            /// Whose approval it was.
            approver: UserId,
            /// The stage.
            stage: Stage,
            /// The version.
            version: u32,
            /// The stage's cycle.
            cycle: u32,
        },
        /// An approved artefact awaits a decision again, since an approval was withdrawn.
        StageReturnedToReview {
            /// The stage.
            stage: Stage,
            /// The version.
            version: u32,
            /// The stage's cycle.
            cycle: u32,
        },
        /// Somebody who decides at this gate wants changes.
        ChangesRequested {
            /// The request.
            change_request_id: ChangeRequestId,
            /// The stage.
            stage: Stage,
            /// The version that was sent back.
            version: u32,
            /// Who wants it.
            requested_by: UserId,
            /// What is to change.
            reason: TextRef,
            /// The role in which it was asked.
            role: Role,
        },
        /// The change request is about one place in the text; without this it is about the whole.
        ChangeRequestPlaced {
            /// The request.
            change_request_id: ChangeRequestId,
            /// The stage.
            stage: Stage,
            /// The place, in the version that was sent back.
            anchor: Anchor,
        },
        /// A new version says that it answers a change request, which still waits for its requester.
        ChangeRequestAnswered {
            /// The request.
            change_request_id: ChangeRequestId,
            /// The stage.
            stage: Stage,
            /// The version that answers it.
            version: u32,
        },
        /// What follows in this commit was done for somebody who had delegated their role.
        ActedOnBehalf {
            /// For whom.
            delegator: UserId,
            /// Who did.
            delegate: UserId,
            /// By which delegation.
            delegation_id: DelegationId,
            /// The stage.
            stage: Stage,
            /// The role.
            role: Role,
        },
        /// The requester took the request back.
        ChangeRequestWithdrawn {
            /// The request.
            change_request_id: ChangeRequestId,
            /// The stage.
            stage: Stage,
        },
        /// An SDM who did not write the version set the request aside.
        ChangeRequestDismissed {
            /// The request.
            change_request_id: ChangeRequestId,
            /// The stage.
            stage: Stage,
            /// Why.
            reason: TextRef,
        },
        /// The requester approved, which clears the request.
        ChangeRequestCleared {
            /// The request.
            change_request_id: ChangeRequestId,
            /// The stage.
            stage: Stage,
        },
        /// An approved stage was opened again.
        StageReopened {
            /// The stage.
            stage: Stage,
            /// The new cycle.
            cycle: u32,
            /// Why.
            reason: TextRef,
            /// The approval policy pinned for the new review.
            approval_policy: ApprovalPolicy,
        },
        /// Something an approved artefact stands on was opened again or changed.
        StageBecameStale {
            /// The stage that is stale.
            stage: Stage,
            /// The version that was approved.
            version: u32,
            /// The stage that was opened again.
            cause: Stage,
        },
        /// A review goes on under the policy of now.
        ReviewRestarted {
            /// The stage.
            stage: Stage,
            /// The version under review.
            version: u32,
            /// The policy from now on.
            approval_policy: ApprovalPolicy,
        },
        /// Somebody said something beside a version.
        ThreadOpened {
            /// The thread.
            thread_id: ThreadId,
            /// The stage.
            stage: Stage,
            /// The version.
            version: u32,
            /// Who.
            opened_by: UserId,
            /// The place that it is about.
            anchor: Anchor,
            /// What was said.
            text: TextRef,
        },
        /// Somebody answered in a thread, or to a change request.
        ThreadReplied {
            /// The thread.
            thread_id: ThreadId,
            /// The stage.
            stage: Stage,
            /// Who.
            author: UserId,
            /// The answer.
            text: TextRef,
        },
        /// Somebody declared a thread settled.
        ThreadResolved {
            /// The thread.
            thread_id: ThreadId,
            /// The stage.
            stage: Stage,
            /// Who.
            resolved_by: UserId,
        },
        /// An answer opened a settled thread again.
        ThreadReopened {
            /// The thread.
            thread_id: ThreadId,
            /// The stage.
            stage: Stage,
        },
        /// An analysis was submitted while another is approved: it is kept beside that, and counts only once a person adopts
        /// it. It takes the place of whatever the same person had submitted before.
        SubmissionKept {
            /// The submission.
            submission_id: KeptSubmissionId,
            /// The artefact's stage.
            stage: Stage,
            /// The approved version that it is kept beside.
            beside: u32,
            /// The document's title.
            title: String,
            /// SHA-256 of the document's text, and its length.
            content: TextRef,
            /// What stands beside it as JSON.
            sidecar: Option<TextRef>,
            /// Who submitted it.
            submitted_by: UserId,
            /// Everybody who is an author of it (rule 8).
            authors: Vec<UserId>,
            /// The tool and repositories it was written with.
            source: Option<Source>,
            /// The approved versions it was written on.
            based_on: Vec<BasedOn>,
        },
        /// A person made a kept submission the next version.
        SubmissionAdopted {
            /// The submission.
            submission_id: KeptSubmissionId,
            /// The artefact's stage.
            stage: Stage,
            /// The version that it became.
            version: u32,
        },
        /// Somebody says that an approved artefact is wrong somewhere.
        FindingRaised {
            /// The finding.
            finding_id: RaisedFindingId,
            /// The artefact's stage.
            stage: Stage,
            /// The approved version.
            version: u32,
            /// The id in it that the finding is about, such as `R-2`.
            reference: String,
            /// How much it matters.
            severity: Severity,
            /// What is wrong.
            text: TextRef,
            /// The code that shows it.
            evidence: Vec<CodeReference>,
            /// Who says so.
            raised_by: UserId,
        },
        /// Somebody who decides at the gate agrees: an approved stage is opened again in the same commit.
        FindingAccepted {
            /// The finding.
            finding_id: RaisedFindingId,
            /// The artefact's stage.
            stage: Stage,
            /// Who agrees.
            accepted_by: UserId,
        },
        /// Somebody who decides at the gate does not agree.
        FindingDeclined {
            /// The finding.
            finding_id: RaisedFindingId,
            /// The artefact's stage.
            stage: Stage,
            /// Who does not.
            declined_by: UserId,
            /// Why.
            reason: TextRef,
        },
        /// Somebody looked for the evidence of an analysis in today's code. It decides nothing.
        DriftReported {
            /// The artefact's stage.
            stage: Stage,
            /// The version whose evidence was looked for.
            version: u32,
            /// Who looked.
            reported_by: UserId,
            /// What they had before them.
            checkouts: Vec<Checkout>,
            /// How many places are as they were.
            unchanged: u32,
            /// How many are elsewhere, word for word.
            moved: u32,
            /// How many say something else.
            changed: u32,
            /// How many are gone.
            vanished: u32,
            /// Each place, as JSON.
            report: TextRef,
        },
        /// All artefacts are approved: stories can be generated.
        PhaseBecameReady {},
        /// The phase is no longer ready, since a stage lost its approval.
        PhaseCeasedToBeReady {
            /// The stage that lost it.
            cause: Stage,
        },
    }
}

/// Whether an approval is of a version under review, or of one that became stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalBasis {
    /// The version was in review.
    Review,
    /// The version was stale, and stands as it is (rule 7).
    Reaffirmation,
}

/// A finding that was open when somebody approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenFinding {
    /// The finding.
    pub finding_id: String,
    /// Whether it would have stopped the approval.
    pub blocking: bool,
    /// Why it was waived, where it was.
    pub waiver: Option<TextRef>,
}

/// Why a document did not become a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetAsideReason {
    /// The stage is approved: a person must reopen it first (rule 6).
    StageApproved,
    /// The stage is locked.
    StageLocked,
    /// The phase is over.
    PhaseClosed,
    /// The same text is already the latest version.
    Unchanged,
    /// The body says "rest unchanged" instead of holding the text.
    Placeholder,
    /// The document is empty or over the limit.
    Unusable,
}
