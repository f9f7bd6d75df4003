//! What people and policies can ask of a phase. Ids, texts, time and the acting person come in from outside.

use crate::actor::Person;
use crate::artefact::anchor::Place;
use crate::artefact::check::{Finding, FindingId, Severity};
use crate::artefact::drift::DriftTally;
use crate::artefact::reference::Reference;
use crate::artefact::submission::CodeReference;
use crate::conductor::GeneratedBy;
use crate::conversation::Substance;
use crate::ids::{ChangeRequestId, KeptSubmissionId, ProjectId, RaisedFindingId, ThreadId, TurnId, UserId};
use crate::phase::artefact::{BasedOn, Checkout, Completeness, Source};
use crate::phase::plan::PhaseKind;
use crate::project::delegation::OnBehalf;
use crate::project::policy::ApprovalPolicy;
use crate::role::Roles;
use crate::stage::Stage;
use crate::text::{Hash, Text, TextRef};

/// A command to a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's struct says it")]
pub enum PhaseCommand {
    OpenPhase(OpenPhase),
    RenamePhase(RenamePhase),
    AddArtefactVersion(AddArtefactVersion),
    SaveDocument(SaveDocument),
    ApproveArtefact(ApproveArtefact),
    ReaffirmArtefact(ApproveArtefact),
    WithdrawApproval(WithdrawApproval),
    RequestChanges(RequestChanges),
    WithdrawChangeRequest(WithdrawChangeRequest),
    DismissChangeRequest(DismissChangeRequest),
    ReopenStage(ReopenStage),
    RestartReview(RestartReview),
    OpenThread(OpenThread),
    ReplyInThread(ReplyInThread),
    ResolveThread(ResolveThread),
    AdoptSubmission(AdoptSubmission),
    RaiseFinding(RaiseFinding),
    AcceptFinding(AcceptFinding),
    DeclineFinding(DeclineFinding),
    ReportDrift(ReportDrift),
    RecordFirstReply(RecordFirstReply),
    PromotePhase(PromotePhase),
    CancelPhase(CancelPhase),
    CompletePhase(CompletePhase),
}

/// Open a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPhase {
    /// Who.
    pub by: Person,
    /// In which project.
    pub project_id: ProjectId,
    /// The next number of the project.
    pub number: u32,
    /// Of which kind. An Ad-hoc phase that is there already is left as it is.
    pub kind: PhaseKind,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub brief: Text,
    /// The project's policy now.
    pub approval_policy: ApprovalPolicy,
}

/// Change title or brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenamePhase {
    /// Who.
    pub by: Person,
    /// The new title, where it changes.
    pub title: Option<String>,
    /// The new brief, where it changes.
    pub brief: Option<Text>,
}

/// Save a version by hand, or submit one from the IDE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddArtefactVersion {
    /// Who.
    pub by: Person,
    /// The stage.
    pub stage: Stage,
    /// The document's title.
    pub title: String,
    /// The whole document.
    pub content: Text,
    /// From where.
    pub via: Via,
    /// Authors of the same text before, anywhere in the project: authorship can't be shed (rule 8).
    pub earlier_authors: Vec<UserId>,
    /// The change requests that it answers; each must be open.
    pub answers: Vec<ChangeRequestId>,
    /// The project's policy now.
    pub approval_policy: ApprovalPolicy,
}

/// How a person's version comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// Edited by hand.
    Hand,
    /// Submitted from an IDE.
    Ide(Box<Submitted>),
}

/// What a submission from an IDE brings beside its document. It was validated (`artefact::submission`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The id that it is kept under, where it can't become a version.
    pub submission_id: KeptSubmissionId,
    /// What it was written from, where that is known.
    pub source: Option<Source>,
    /// What stands beside it as JSON.
    pub sidecar: Option<Text>,
    /// What it says is wrong with the approved requirements.
    pub findings: Vec<NewFinding>,
}

/// Make a submission that is kept beside an approved artefact its next version; an approved stage is opened again for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptSubmission {
    /// Who.
    pub by: Person,
    /// The stage.
    pub stage: Stage,
    /// The submission.
    pub submission_id: KeptSubmissionId,
    /// Why.
    pub reason: Text,
    /// The project's policy now.
    pub approval_policy: ApprovalPolicy,
}

/// A finding on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFinding {
    /// The new finding's id.
    pub finding_id: RaisedFindingId,
    /// The id that it is about; it was found in the approved text.
    pub reference: Reference,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong. Its hash tells a repeat, so it is not salted.
    pub text: Text,
    /// The code that shows it.
    pub evidence: Vec<CodeReference>,
}

/// Say that an approved artefact is wrong somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaiseFinding {
    /// Who.
    pub by: Person,
    /// The artefact's stage.
    pub stage: Stage,
    /// The approved version that the finding's id was found in.
    pub version: u32,
    /// What is wrong.
    pub finding: NewFinding,
}

/// Agree with a finding; an approved stage is opened again with it as the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptFinding {
    /// Who.
    pub by: Person,
    /// The artefact's stage.
    pub stage: Stage,
    /// The finding.
    pub finding_id: RaisedFindingId,
    /// The project's policy now.
    pub approval_policy: ApprovalPolicy,
}

/// Do not agree with a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclineFinding {
    /// Who.
    pub by: Person,
    /// The artefact's stage.
    pub stage: Stage,
    /// The finding.
    pub finding_id: RaisedFindingId,
    /// Why.
    pub reason: Text,
}

/// Report where the evidence of an analysis is in today's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportDrift {
    /// Who.
    pub by: Person,
    /// The artefact's stage.
    pub stage: Stage,
    /// The version whose evidence was looked for.
    pub version: u32,
    /// What the reporter has before them.
    pub checkouts: Vec<Checkout>,
    /// How each place fared.
    pub tally: DriftTally,
    /// Each place, as JSON.
    pub report: Text,
}

/// Make a document that Conductor wrote a version (a policy's command, never refused for state).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveDocument {
    /// The turn that wrote it.
    pub turn_id: TurnId,
    /// Its place among the turn's documents.
    pub ordinal: u32,
    /// Whose message led to it.
    pub asked_by: UserId,
    /// The stage.
    pub stage: Stage,
    /// The title.
    pub title: String,
    /// The text, which was stored with the reply.
    pub content: TextRef,
    /// Whether it is whole.
    pub completeness: Completeness,
    /// Whether it is the document at all.
    pub substance: Substance,
    /// The model.
    pub generated_by: GeneratedBy,
    /// Authors of the same text before, and whoever else wrote to Conductor in the conversation that led to it.
    pub earlier_authors: Vec<UserId>,
    /// The change requests that it says it answers; what is not open is passed over.
    pub answers: Vec<ChangeRequestId>,
    /// The project's policy now.
    pub approval_policy: ApprovalPolicy,
}

/// Approve or reaffirm exactly what was shown (rule 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproveArtefact {
    /// Who.
    pub by: Person,
    /// The stage.
    pub stage: Stage,
    /// The version shown.
    pub version: u32,
    /// The hash of the text shown.
    pub content_hash: Hash,
    /// The hash of what it was shown to stand on.
    pub upstream_hash: Hash,
    /// The cycle shown.
    pub cycle: u32,
    /// A note for the record.
    pub note: Option<Text>,
    /// What the checker finds in exactly this text, on exactly what it stands on.
    pub findings: Vec<Finding>,
    /// What of it is waived.
    pub waivers: Vec<Waiver>,
    /// What the text shown leaves open, and what of it was acknowledged.
    pub open_points: OpenPoints,
}

/// A blocking finding that an approver takes responsibility for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The finding.
    pub finding_id: FindingId,
    /// Why it may stand.
    pub reason: Text,
}

/// What a version leaves open, as its own text says, and what of it the approver acknowledged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenPoints {
    /// Its assumptions and open questions.
    pub stated: Vec<Reference>,
    /// Those that were acknowledged, one by one; `None` where the approver was not asked.
    pub acknowledged: Option<Vec<Reference>>,
}

/// Take back one's own approval (rule 10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawApproval {
    /// Who.
    pub by: Person,
    /// The stage.
    pub stage: Stage,
    /// What each generation whose proposals are in the backlog was made from (`StoryReview::in_backlog`; a fence
    /// holds the answer).
    pub in_backlog: Vec<Vec<BasedOn>>,
}

/// Send a version back (rule 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestChanges {
    /// Who.
    pub by: Person,
    /// The new request's id.
    pub change_request_id: ChangeRequestId,
    /// The stage.
    pub stage: Stage,
    /// The version shown.
    pub version: u32,
    /// What is to change.
    pub reason: Text,
    /// Where; it was found in the version's text.
    pub place: Place,
}

/// Take back one's own change request, or that of somebody who delegated their role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawChangeRequest {
    /// Who.
    pub by: Person,
    /// The request.
    pub change_request_id: ChangeRequestId,
    /// The stage.
    pub stage: Stage,
    /// The delegations that run for the person now (a fence holds the answer).
    pub acts_for: Vec<OnBehalf>,
}

/// Set somebody's change request aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DismissChangeRequest {
    /// Who.
    pub by: Person,
    /// The request.
    pub change_request_id: ChangeRequestId,
    /// The stage.
    pub stage: Stage,
    /// The roles that the requester holds now: without them any SDM may dismiss.
    pub requester_roles: Roles,
    /// Why.
    pub reason: Text,
}

/// Open an approved stage again (rule 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReopenStage {
    /// Who.
    pub by: Person,
    /// The stage.
    pub stage: Stage,
    /// Why.
    pub reason: Text,
    /// The project's policy now.
    pub approval_policy: ApprovalPolicy,
}

/// Let a running review take the project's policy of now (rule 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartReview {
    /// Who.
    pub by: Person,
    /// The stage.
    pub stage: Stage,
    /// The project's policy now.
    pub approval_policy: ApprovalPolicy,
}

/// Say something beside a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenThread {
    /// Who.
    pub by: Person,
    /// The new thread's id.
    pub thread_id: ThreadId,
    /// The stage.
    pub stage: Stage,
    /// The version shown.
    pub version: u32,
    /// Where; it was found in the version's text.
    pub place: Place,
    /// What.
    pub text: Text,
}

/// Answer in a thread, or to a change request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyInThread {
    /// Who.
    pub by: Person,
    /// The thread.
    pub thread_id: ThreadId,
    /// The stage.
    pub stage: Stage,
    /// The answer.
    pub text: Text,
}

/// Declare a thread settled; an answer opens it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveThread {
    /// Who.
    pub by: Person,
    /// The thread.
    pub thread_id: ThreadId,
    /// The stage.
    pub stage: Stage,
}

/// Record that Conductor replied (a policy's command, never refused for state).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFirstReply {
    /// The stage of the conversation.
    pub stage: Stage,
    /// The turn that is whole.
    pub turn_id: TurnId,
}

/// Make a light phase a full one (rule 12).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotePhase {
    /// Who.
    pub by: Person,
}

/// Give a phase up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelPhase {
    /// Who.
    pub by: Person,
    /// Why.
    pub reason: Text,
}

/// Declare a phase complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletePhase {
    /// Who.
    pub by: Person,
    /// How many proposals of its review are undecided (`StoryReview::undecided`; a fence holds the answer).
    pub undecided: u32,
}
