//! Every refusal of a story: one variant each, a sentence that says what to do next.

use crate::role::{Role, spoken};
use crate::story::draft::DraftError;

/// Longest request for a one-off story, in bytes of UTF-8 (8 KiB).
pub const MAX_REQUEST_BYTES: usize = 8 * 1024;
/// Longest reason, in bytes of UTF-8 (8 KiB).
pub const MAX_REASON_BYTES: usize = 8 * 1024;

/// Why a story refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoryError {
    /// There is no such story.
    #[error("there is no such story")]
    Unknown,
    /// A story of this id is there already.
    #[error("a story of this id is there already; use a new id")]
    AlreadyCreated,
    /// The person does not hold a role that may do this.
    #[error("this needs the role {} in the project", spoken(.0))]
    RoleRequired(Vec<Role>),
    /// The story is closed.
    #[error("the story is closed; nothing in it can change any more")]
    Closed,
    /// The request for a story is empty.
    #[error("the request is empty; one sentence is enough")]
    EmptyRequest,
    /// The request for a story is too long.
    #[error("the request is over {MAX_REQUEST_BYTES} bytes; shorten it, or plan a phase")]
    RequestTooLong,
    /// A text holds what can't be kept.
    #[error("a text holds a NUL character; remove it")]
    Unstorable,
    /// What the story is to say can't be.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A story can't wait for itself.
    #[error("a story can't depend on itself; name another, or none")]
    DependsOnItself,
    /// Conductor works on it already.
    #[error("Conductor works on this already; wait until it is done")]
    AlreadyRunning,
    /// The attempt is not the one under way.
    #[error("this attempt does not run, or has ended already")]
    NotRunning,
    /// There is no refinement to decide on.
    #[error("no refinement of this attempt awaits a decision; ask for one, or read the story again")]
    RefinementNotOpen,
    /// A reason is missing.
    #[error("say why: the reason is kept with the decision")]
    ReasonMissing,
    /// A reason is too long.
    #[error("the reason is over {MAX_REASON_BYTES} bytes; shorten it")]
    ReasonTooLong,
}
