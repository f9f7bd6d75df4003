//! What a person can do in a stage, and with a phase: one list each, with the capability each needs and the ones that only an
//! interactive session may use (rule 4).

use serde::{Deserialize, Serialize};

use crate::role::Capability;
use crate::stage::Stage;

/// A verb of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Write to Conductor.
    PostMessage,
    /// Save a version by hand.
    AddArtefactVersion,
    /// Submit a technical analysis.
    SubmitTechnicalAnalysis,
    /// Approve the version under review; with it, waive findings that block.
    ApproveArtefact,
    /// Send the version back.
    RequestChanges,
    /// Take back one's own approval.
    WithdrawApproval,
    /// Take back one's own change request.
    WithdrawChangeRequest,
    /// Set somebody's change request aside.
    DismissChangeRequest,
    /// Open an approved stage again.
    ReopenStage,
    /// Confirm a stale artefact as it is.
    ReaffirmArtefact,
    /// Let the review take the policy of now.
    RestartReview,
    /// Say something beside a version.
    OpenThread,
    /// Answer in a thread, or to a change request.
    ReplyInThread,
    /// Declare a thread settled.
    ResolveThread,
    /// Make a submission that is kept beside an approved artefact its next version.
    AdoptSubmission,
    /// Say that an approved artefact is wrong somewhere.
    RaiseFinding,
    /// Agree with a finding; an approved stage is opened again by it.
    AcceptFinding,
    /// Do not agree with a finding.
    DeclineFinding,
    /// Report where the evidence of an analysis is in today's code.
    ReportDrift,
    /// Have Conductor propose stories.
    GenerateStories,
    /// Edit, split, merge, reject, restore and undo in the story review.
    ReviewStories,
    /// Let proposals into the backlog.
    ApproveProposals,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Verb; 22] = [
        Verb::PostMessage,
        Verb::AddArtefactVersion,
        Verb::SubmitTechnicalAnalysis,
        Verb::ApproveArtefact,
        Verb::RequestChanges,
        Verb::WithdrawApproval,
        Verb::WithdrawChangeRequest,
        Verb::DismissChangeRequest,
        Verb::ReopenStage,
        Verb::ReaffirmArtefact,
        Verb::RestartReview,
        Verb::OpenThread,
        Verb::ReplyInThread,
        Verb::ResolveThread,
        Verb::AdoptSubmission,
        Verb::RaiseFinding,
        Verb::AcceptFinding,
        Verb::DeclineFinding,
        Verb::ReportDrift,
        Verb::GenerateStories,
        Verb::ReviewStories,
        Verb::ApproveProposals,
    ];

    /// Whether only a person in an interactive browser session may.
    pub fn is_interactive_only(self) -> bool {
        match self {
            Verb::PostMessage
            | Verb::AddArtefactVersion
            | Verb::SubmitTechnicalAnalysis
            | Verb::OpenThread
            | Verb::ReplyInThread
            | Verb::ResolveThread
            | Verb::RaiseFinding
            | Verb::ReportDrift
            | Verb::GenerateStories
            | Verb::ReviewStories => false,
            Verb::ApproveArtefact
            | Verb::RequestChanges
            | Verb::WithdrawApproval
            | Verb::WithdrawChangeRequest
            | Verb::DismissChangeRequest
            | Verb::ReopenStage
            | Verb::ReaffirmArtefact
            | Verb::RestartReview
            | Verb::AdoptSubmission
            | Verb::AcceptFinding
            | Verb::DeclineFinding
            | Verb::ApproveProposals => true,
        }
    }

    /// The capability that it needs in a stage.
    pub fn capability(self, stage: Stage) -> Capability {
        match self {
            Verb::PostMessage => Capability::Converse(stage),
            Verb::AddArtefactVersion => Capability::EditArtefact(stage),
            Verb::SubmitTechnicalAnalysis | Verb::ReportDrift => Capability::SubmitTechnicalAnalysis,
            Verb::RaiseFinding => Capability::RaiseFinding,
            Verb::DismissChangeRequest => Capability::ManagePhases,
            Verb::GenerateStories | Verb::ReviewStories | Verb::ApproveProposals => Capability::ReviewStories,
            Verb::ApproveArtefact
            | Verb::RequestChanges
            | Verb::WithdrawApproval
            | Verb::WithdrawChangeRequest
            | Verb::ReopenStage
            | Verb::ReaffirmArtefact
            | Verb::RestartReview
            | Verb::AdoptSubmission
            | Verb::AcceptFinding
            | Verb::DeclineFinding => Capability::DecideAtGate(stage),
            Verb::OpenThread | Verb::ReplyInThread | Verb::ResolveThread => Capability::Discuss,
        }
    }
}

/// A verb of a whole phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseVerb {
    /// Change title or brief.
    Rename,
    /// Make a light phase a full one.
    Promote,
    /// Give it up.
    Cancel,
    /// Declare it complete.
    Complete,
}

impl PhaseVerb {
    /// Every verb.
    pub const ALL: [PhaseVerb; 4] = [PhaseVerb::Rename, PhaseVerb::Promote, PhaseVerb::Cancel, PhaseVerb::Complete];

    /// Whether only a person in an interactive browser session may.
    pub fn is_interactive_only(self) -> bool {
        match self {
            PhaseVerb::Complete => true,
            PhaseVerb::Rename | PhaseVerb::Promote | PhaseVerb::Cancel => false,
        }
    }
}
