//! A phase: its stages, its artefact versions and the gates between them.

pub mod artefact;
mod events;
pub mod plan;

pub use events::{ApprovalBasis, OpenFinding, PhaseEvent, SetAsideReason};
