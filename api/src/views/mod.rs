//! What the API answers with: shapes that are fixed by its document, made of rows and of the domain.
//!
//! A view is built in one place, names of people are looked up when it is built (events hold none), and
//! nothing here decides: what somebody may do is asked of the domain's own gate.

pub mod approval_policy;
pub mod artefact;
pub mod backlog;
pub mod board;
pub mod brief;
mod change_request;
mod conditions;
pub mod conversation;
pub mod coverage;
pub mod delegation;
pub mod diff;
mod draft;
pub mod drift;
mod evidence;
mod evidence_html;
pub mod evidence_pack;
pub mod export;
mod finding;
mod gate;
pub mod hand_off;
pub mod history;
pub mod inbox;
pub mod moment;
pub mod people;
pub mod phase;
pub mod project;
pub mod proposal;
pub mod provenance;
pub mod raised_finding;
pub mod review;
mod review_policy;
mod sentences;
mod sidecar;
mod staleness;
pub mod story;
mod story_words;
pub mod submission;
pub mod thread;
pub mod token;
pub mod traceability;
pub mod usage;
mod words;

pub use approval_policy::ApprovalPolicyPage;
pub use artefact::{Artefact, ArtefactVersion, ArtefactVersionSummary, Based};
pub use backlog::{BacklogPage, BacklogPhase, ExportedStory, StorySummary};
pub use board::{PhaseSummary, StageSummary};
pub use brief::Brief;
pub use change_request::{ChangeRequest, Dismissal};
pub use conditions::{Condition, Link};
pub use conversation::{Author, Document, Failure, LiveTurn, Message, Messages, NextContext, Part, TurnContext, Usage};
pub use coverage::{Coverage, CoverageRow};
pub use delegation::{Delegation, DelegationState};
pub use diff::Diff;
pub use draft::{Draft, DraftSummary};
pub use drift::{Checkout, DriftReport, DriftedPlace};
pub use evidence_html::html as evidence_html;
pub use evidence_pack::{EvidencePack, Parts as EvidenceParts, pack as evidence_pack, timeline as evidence_timeline};
pub use export::ExportFormat;
pub use finding::{Finding, FindingPlace, Findings, Severity, StoryFinding};
pub use gate::{Approval, Blocked, Gate, StaleCause};
pub use hand_off::HandOff;
pub use history::{HistoryActor, HistoryEvent, HistoryKind};
pub use inbox::InboxItem;
pub use moment::{Moment, Remembered, WantedTurns, only_what_differs};
pub use people::{People, Person};
pub use phase::{MayNot, Phase, PhaseReader, StageView};
pub use project::{ApprovalPolicy, Member, Project, ProjectSummary, Repository, StagePolicy};
pub use proposal::{Proposal, ProposalStatus, ProposalVerb};
pub use provenance::{Provenance, provenance};
pub use raised_finding::{FindingAnswer, RaisedFinding};
pub use review::{ProposalCounts, ReviewTable, ReviewVerb};
pub use review_policy::ReviewPolicy;
pub use sidecar::Sidecar;
pub use story::{Story, StoryReader, StoryVerb};
pub use story_words::{AcceptanceCriterion, StoryWords};
pub use submission::{KeptAsDraft, KeptDocument, KeptSubmission, SubmissionProblem, SubmissionVerdict};
pub use thread::{Anchor, FoundPlace, Resolved, Thread, ThreadReply};
pub use token::{Scope, Token};
pub use traceability::Traceability;
pub use usage::ProjectUsage;
pub use words::{
    Adapter, AssetStatus, Change, ChangeRequestState, Completeness, DriftState, EnrichmentState, FindingState,
    GateKind, GateState, GeneratedBy, GenerationMode, GenerationState, KeptStanding, Origin, PhaseKind, PhaseStatus,
    PhaseVerb, Priority, RefinementState, ReviewStep, Role, SectionChange, Stage, StoryStatus, StoryType, TurnState,
    Verb,
};
