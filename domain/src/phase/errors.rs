//! Every refusal of a phase: one variant each, a sentence that says what to do next.

use crate::artefact::check::Finding;
use crate::artefact::reference::Reference;
use crate::ids::{ChangeRequestId, UserId};
use crate::phase::findings::MAX_FINDINGS;
use crate::phase::plan::PhaseKind;
use crate::phase::waiving::BadWaiver;
use crate::role::{Role, spoken};
use crate::stage::Stage;
use crate::text::Hash;

/// One thing that a locked stage waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The stage whose approval is missing.
    pub stage: Stage,
    /// What it needs.
    pub needs: Needs,
    /// The roles that could give it.
    pub who: Vec<Role>,
}

/// What an earlier stage needs before a later one unlocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// It has no version yet.
    Version,
    /// Its latest version awaits approval.
    Approval,
    /// Changes were requested in it.
    Changes,
    /// It was approved on something that has changed since.
    Reaffirmation,
    /// Conductor has not replied there yet.
    FirstReply,
}

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stage = self.stage.title();
        let who = spoken(&self.who);
        match self.needs {
            Needs::Version => write!(f, "{stage} has no version yet; once it has one, {who} can approve it"),
            Needs::Approval => write!(f, "{stage} awaits approval by {who}"),
            Needs::Changes => write!(f, "{stage} was sent back for changes; then {who} can approve it"),
            Needs::FirstReply => write!(f, "{stage} has no reply yet; {who} can write to Conductor there"),
            Needs::Reaffirmation => write!(f, "{stage} is stale; {who} can reaffirm it or have it revised"),
        }
    }
}

fn listed(missing: &[Missing]) -> String {
    missing.iter().map(Missing::to_string).collect::<Vec<_>>().join("; ")
}

fn blocking(findings: &[Finding]) -> String {
    match findings {
        [one] => format!("a finding blocks the approval ({})", one.text),
        many => format!("{} findings block the approval", many.len()),
    }
}

fn spoken_stages(stages: &[Stage]) -> String {
    match stages {
        [] => "a document".to_owned(),
        some => format!("a version of {}", some.iter().map(|stage| stage.title()).collect::<Vec<_>>().join(" and ")),
    }
}

fn spoken_ids(ids: &[Reference]) -> String {
    ids.iter().map(Reference::to_string).collect::<Vec<_>>().join(", ")
}

/// What an approval must name: what is there now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Current {
    /// The latest version.
    pub version: u32,
    /// Its content hash.
    pub content_hash: Hash,
    /// The hash over what it would stand on now.
    pub upstream_hash: Hash,
    /// The stage's cycle.
    pub cycle: u32,
}

/// Why a phase refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhaseError {
    /// There is no such phase.
    #[error("there is no such phase")]
    Unknown,
    /// A phase of this id was opened before.
    #[error("this phase is already open")]
    AlreadyOpened,
    /// The phase is cancelled or completed.
    #[error("the phase is {0}: nothing in it can change any more")]
    Closed(&'static str),
    /// Phases of this kind have no such stage.
    #[error("a {kind:?} phase has no stage {stage}")]
    NoSuchStage {
        /// The phase's kind.
        kind: PhaseKind,
        /// The stage asked for.
        stage: Stage,
    },
    /// The stage has no document.
    #[error("the stage {0} has no artefact; its gate is the story review")]
    NoArtefact(Stage),
    /// The stage is locked (rule 1).
    #[error("{} is locked: {}", stage.title(), listed(missing))]
    StageLocked {
        /// The stage.
        stage: Stage,
        /// What is missing, and who could give it.
        missing: Vec<Missing>,
    },
    /// The stage is approved (rule 6).
    #[error("{} is approved at version {version}; reopen the stage first, with a reason", stage.title())]
    StageApproved {
        /// The stage.
        stage: Stage,
        /// The approved version.
        version: u32,
    },
    /// There is no version to decide on.
    #[error("{} has no version that awaits a decision", .0.title())]
    NothingInReview(Stage),
    /// The stage is not approved, so there is nothing to reopen.
    #[error("{} is not approved; there is nothing to reopen", .0.title())]
    NotApproved(Stage),
    /// The stage is not stale, so there is nothing to reaffirm.
    #[error("{} is not stale; there is nothing to reaffirm", .0.title())]
    NotStale(Stage),
    /// The person does not hold a role that may do this.
    #[error("this needs the role {} in the project", spoken(.0))]
    RoleRequired(Vec<Role>),
    /// Only an interactive session may do this (rule 4).
    #[error("only a person in a browser session can do this; sign in to the web app")]
    InteractiveOnly,
    /// The policy forbids an author to approve.
    #[error("you are an author of version {0}, and this project's policy wants somebody else to approve it")]
    AuthorMayNotApprove(u32),
    /// The approval names something that is not there any more (rule 2).
    #[error("what you were shown has changed: version {} is the latest now; look at it, then decide again", .0.version)]
    ApprovalOutdated(Current),
    /// The version is incomplete.
    #[error("version {0} is incomplete, so it can't be approved; have Conductor continue it, or edit it by hand")]
    Incomplete(u32),
    /// The approver did not acknowledge everything that the text leaves open.
    #[error("acknowledge what the document leaves open, one by one: {}", spoken_ids(.0))]
    NotAcknowledged(Vec<Reference>),
    /// The approver acknowledges what the text does not leave open.
    #[error(
        "{0} is no assumption or open question of this version; read it again, then acknowledge what it leaves open"
    )]
    NothingToAcknowledge(Reference),
    /// Somebody else's change request is open (rule 5).
    #[error(
        "changes were requested and not cleared; the requester must approve or withdraw, or an SDM who did not write the version dismiss them"
    )]
    ChangesOpen(Vec<UserId>),
    /// Blocking findings are neither mended nor waived (rule 3).
    #[error("{}: mend the document, or waive each with a reason", blocking(.0))]
    FindingsBlock(Vec<Finding>),
    /// A waiver can't be taken.
    #[error("waiver {} {why}", place + 1)]
    WaiverRefused {
        /// Its place among the waivers, from 0.
        place: usize,
        /// Why not.
        why: BadWaiver,
    },
    /// A change request names an old version.
    #[error("version {0} is the latest now; look at it, then decide again")]
    VersionOutdated(u32),
    /// There is no such open change request.
    #[error("there is no such open change request")]
    NoSuchChangeRequest,
    /// Only the requester can take a request back.
    #[error("only the person who requested these changes can withdraw them")]
    NotTheRequester,
    /// An author can't dismiss a request against their own version.
    #[error("you are an author of this version; another SDM must dismiss the request")]
    AuthorMayNotDismiss,
    /// A delegate can't take back a request against their own version.
    #[error(
        "you are an author of this version, so you can't take this back for a colleague; another SDM must dismiss it"
    )]
    AuthorMayNotClear,
    /// An author can't make it easier to approve what they wrote (rule 9).
    #[error(
        "the policy of now asks for less, and you are an author of version {0}: somebody else must restart the review"
    )]
    AuthorMayNotLower(u32),
    /// A version answers something that is not open.
    #[error("{0} is no open change request of this stage; it may have been withdrawn meanwhile, so leave it out")]
    AnswersNothing(ChangeRequestId),
    /// There is no text to talk about.
    #[error("{} has no version yet to talk about", .0.title())]
    NoVersionYet(Stage),
    /// There is no such thread.
    #[error("there is no such thread")]
    NoSuchThread,
    /// A thread says something.
    #[error("write something first")]
    NothingSaid,
    /// A change request is no mere remark.
    #[error("this is a change request: its requester withdraws it or approves, or an SDM dismisses it")]
    IsChangeRequest,
    /// Findings are raised against what is approved.
    #[error("{} is not approved, so a finding can't be raised against it; open a thread beside the text instead", .0.title())]
    NothingToFindIn(Stage),
    /// There is no such finding.
    #[error("there is no such finding")]
    NoSuchFinding,
    /// The finding has its answer.
    #[error("this finding was {0} already")]
    FindingAnswered(&'static str),
    /// The phase holds as many findings as it can.
    #[error("a phase holds at most {MAX_FINDINGS} findings; have those that are open answered first")]
    TooManyFindings,
    /// There is no such kept submission.
    #[error("there is no such submission; it may have been adopted, or replaced by a newer one, meanwhile")]
    NoSuchSubmission,
    /// The submission was written on something that has changed since.
    #[error("this was written on {} that is not the approved one any more; have it submitted anew", spoken_stages(.0))]
    SubmissionOutdated(Vec<Stage>),
    /// There is no approval of one's own.
    #[error("you have no approval here to withdraw")]
    NoApprovalToWithdraw,
    /// Something was approved on it already (rule 10).
    #[error("{} was approved on this already; reopen the stage instead, with a reason", .0.title())]
    DownstreamApproved(Stage),
    /// A reason is missing.
    #[error("say why: the reason is kept with the decision")]
    ReasonMissing,
    /// A reason is too long.
    #[error("the reason is over {MAX_REASON_BYTES} bytes; shorten it")]
    ReasonTooLong,
    /// The title is empty or too long.
    #[error("the title must have 1 to {MAX_TITLE} characters on one line")]
    BadTitle,
    /// The stage belongs to what the phase was before it was promoted.
    #[error("the phase was promoted to a full one: {} can be read, and work goes on in Requirements", .0.title())]
    StageClosed(Stage),
    /// Proposals are in the stories stage only.
    #[error("stories are proposed and reviewed in the stories stage, and not in {}", .0.title())]
    NoProposals(Stage),
    /// The Ad-hoc phase has no review.
    #[error("the Ad-hoc phase holds one-off stories, which go straight to the backlog; add one there")]
    OneOffStories,
    /// The Ad-hoc phase has no end.
    #[error("the Ad-hoc phase stays open as long as its project does")]
    AdHocStays,
    /// Only a light phase can be promoted.
    #[error("only a light phase can be promoted to a full one")]
    NotLight,
    /// The phase can't be completed yet.
    #[error("the phase is not ready yet: {}", listed(.0))]
    NotReady(Vec<Missing>),
    /// Proposals await a decision.
    #[error("{0} proposals are undecided; approve or reject each, then complete the phase")]
    ProposalsUndecided(u32),
    /// The document is empty.
    #[error("the document is empty")]
    EmptyDocument,
    /// The document is too long.
    #[error("the document is over {MAX_ARTEFACT_BYTES} bytes; shorten it")]
    DocumentTooLong,
}

/// Why a generation of stories can't go on: what the stories come of is not what is approved now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoriesOvertaken {
    /// Nothing can be proposed at all now.
    #[error(transparent)]
    Refused(#[from] PhaseError),
    /// It was opened again, and approved again.
    #[error("{} was opened again and approved anew meanwhile", .0.title())]
    Reapproved(Stage),
}

/// Longest title of a phase or document, in characters.
pub const MAX_TITLE: usize = 160;
/// Longest artefact, in bytes of UTF-8 (1 MiB).
pub const MAX_ARTEFACT_BYTES: usize = 1024 * 1024;
/// Longest reason for giving a phase up, in bytes of UTF-8 (8 KiB).
pub const MAX_REASON_BYTES: usize = 8 * 1024;
