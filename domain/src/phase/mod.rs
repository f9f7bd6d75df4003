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
mod gate;
#[cfg(test)]
mod light_tests;
mod opening;
mod permission;
pub mod plan;
mod scoping;
mod state;
#[cfg(test)]
mod tests;
mod threads;
mod verbs;
mod versions;
mod waiving;

pub use commands::{
    AddArtefactVersion, ApproveArtefact, CancelPhase, CompletePhase, DismissChangeRequest, OpenPhase, OpenPoints,
    OpenThread, PhaseCommand, PromotePhase, RecordFirstReply, RenamePhase, ReopenStage, ReplyInThread, RequestChanges,
    ResolveThread, RestartReview, SaveDocument, Via, Waiver, WithdrawApproval, WithdrawChangeRequest,
};
pub use errors::{
    Current, MAX_ARTEFACT_BYTES, MAX_REASON_BYTES, MAX_TITLE, Missing, Needs, PhaseError, StoriesOvertaken,
};
pub use events::{ApprovalBasis, OpenFinding, PhaseEvent, SetAsideReason};
pub use gate::{Gate, GateState};
pub use state::{
    ApprovedRecord, GivenApproval, OpenChangeRequest, OpenedPhase, Phase, PhaseStatus, StageRecord, TakenDocument,
    ThreadRecord, VersionRecord,
};
pub use verbs::{PhaseVerb, Verb};
pub use waiving::BadWaiver;
