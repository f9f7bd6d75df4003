//! What the API answers with: shapes that are fixed by its document, made of rows and of the domain.
//!
//! A view is built in one place, names of people are looked up when it is built (events hold none), and
//! nothing here decides: what somebody may do is asked of the domain's own gate.

pub mod artefact;
pub mod board;
mod conditions;
pub mod conversation;
pub mod diff;
mod evidence;
mod gate;
pub mod history;
pub mod people;
pub mod phase;
pub mod project;
mod sentences;
mod words;

pub use artefact::{Artefact, ArtefactVersion, ArtefactVersionSummary, Based};
pub use board::{PhaseSummary, StageSummary};
pub use conditions::{Condition, Link};
pub use conversation::{Author, Document, Failure, LiveTurn, Message, Messages, Part, TurnContext, Usage};
pub use diff::Diff;
pub use gate::{Approval, Blocked, ChangeRequest, Gate, StaleCause};
pub use history::{HistoryActor, HistoryEvent};
pub use people::{People, Person};
pub use phase::{MayNot, Phase, PhaseReader, StageView};
pub use project::{ApprovalPolicy, Member, Project, ProjectSummary, Repository};
pub use words::{
    Adapter, Change, ChangeRequestState, Completeness, GateKind, GateState, GeneratedBy, Origin, PhaseKind,
    PhaseStatus, Role, SectionChange, Stage, TurnState, Verb,
};
