//! Identities. Each is its own type, so that a phase can't be passed where a project is meant.
//!
//! Ids are made outside (UUIDv7) and come in with the command; only ids that must be the same for
//! everybody who computes them (UUIDv5) are derived here.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

id! {
    /// A person who can sign in; never a name, so that a person can be erased and the log stays whole.
    UserId,
    /// A project.
    ProjectId,
    /// A phase of a project.
    PhaseId,
    /// A person's message in a conversation.
    MessageId,
    /// A person's message together with Conductor's reply to it.
    TurnId,
    /// A request for changes at a gate.
    ChangeRequestId,
    /// A thread beside an artefact.
    ThreadId,
    /// A finding that somebody raised against an approved artefact.
    RaisedFindingId,
    /// A submission that is kept beside an approved artefact.
    KeptSubmissionId,
    /// A role that somebody lends to a colleague for a time.
    DelegationId,
    /// One run of Conductor over a phase's artefacts that proposes stories.
    GenerationId,
    /// A story that is still in review.
    ProposalId,
    /// A story of the backlog.
    StoryId,
    /// A repository that a project names.
    RepositoryId,
    /// One event in the log (UUIDv7).
    EventId,
    /// What belongs together: a request and everything that it set off.
    CorrelationId,
    /// A browser session.
    SessionId,
    /// An API token.
    TokenId,
}

/// Namespace of the ids that are derived rather than made.
const DERIVED: Uuid = Uuid::from_u128(0x5f0c_9b6e_3a5d_5c0e_9a1e_4b0d_75c1_0a01);

impl PhaseId {
    /// The id of a project's Ad-hoc phase: derived, so that there is exactly one however many ask for it at once.
    pub fn ad_hoc_of(project: ProjectId) -> Self {
        Self(Uuid::new_v5(&DERIVED, format!("adhoc:{project}").as_bytes()))
    }
}

impl ThreadId {
    /// The thread of a change request: it is one from the start, so that whoever has the request can answer it.
    pub fn of(request: ChangeRequestId) -> Self {
        Self(request.0)
    }
}

impl StoryId {
    /// The story that a proposal becomes: derived, so that there is exactly one whatever is done twice.
    pub fn of(proposal: ProposalId) -> Self {
        Self(Uuid::new_v5(&DERIVED, format!("story:{proposal}").as_bytes()))
    }
}

impl ProposalId {
    /// The proposal that a generation makes of what it calls by this name: derived, so that one can depend on
    /// another that is yet to come, and that no id is a model's.
    pub fn in_generation(generation: GenerationId, name: &str) -> Self {
        Self(Uuid::new_v5(&DERIVED, format!("proposal:{generation}:{name}").as_bytes()))
    }
}

/// The workspace is one: all its events are in one stream of this id.
pub const WORKSPACE_STREAM: &str = "workspace";
