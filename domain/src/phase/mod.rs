//! A phase: its stages, its artefact versions and the gates between them.
//!
//! `commands` is what can be asked, `aggregate` routes it to the function that decides, `events` is what
//! happened, `state` what is remembered of it, `gate` what follows for each stage. Gates are computed at each
//! read and each decision; no clean-up job moves them.

mod acknowledging;
mod aggregate;
mod approving;
pub mod artefact;
mod changing;
mod commands;
mod consequences;
mod ending;
mod errors;
mod events;
mod findings;
mod gate;
#[cfg(test)]
mod light_tests;
mod opening;
mod permission;
pub mod plan;
mod scoping;
mod state;
mod submitting;
#[cfg(test)]
mod tests;
mod threads;
mod verbs;
mod versions;
mod waiving;

pub use commands::{
    AcceptFinding, AddArtefactVersion, AdoptSubmission, ApproveArtefact, CancelPhase, CompletePhase, DeclineFinding,
    DismissChangeRequest, NewFinding, OpenPhase, OpenPoints, OpenThread, PhaseCommand, PromotePhase, RaiseFinding,
    RecordFirstReply, RenamePhase, ReopenStage, ReplyInThread, ReportDrift, RequestChanges, ResolveThread,
    RestartReview, SaveDocument, Submitted, Via, Waiver, WithdrawApproval, WithdrawChangeRequest,
};
pub use errors::{
    Current, MAX_ARTEFACT_BYTES, MAX_REASON_BYTES, MAX_TITLE, Missing, Needs, PhaseError, StoriesOvertaken,
};
pub use events::{ApprovalBasis, OpenFinding, PhaseEvent, SetAsideReason};
pub use findings::MAX_FINDINGS;
pub use gate::{Gate, GateState};
pub use permission::Taking;
pub use state::{
    ApprovedRecord, FindingState, GivenApproval, KeptSubmission, OpenChangeRequest, OpenedPhase, Phase, PhaseStatus,
    RaisedFinding, StageRecord, TakenDocument, ThreadRecord, VersionRecord,
};
pub use verbs::{PhaseVerb, Verb};
pub use waiving::BadWaiver;
