//! Everything that happens by itself, in one table. `react` is exhaustive over the events: a new event
//! does not compile until somebody has said what follows from it, if only "nothing".
//!
//! A reaction is executed at least once; the commands it leads to decide an exact repeat to no events.

mod create_story_when_proposal_approved;
mod enrich_story_when_it_enters_the_backlog;
mod enrich_story_when_requested;
mod pass_scoping_when_first_reply_completed;
mod refine_story_when_requested;
mod save_documents_when_reply_ended;
mod work_on_generation_when_started;
mod work_on_turn_when_asked;

use crate::conductor::GeneratedBy;
use crate::conversation::{ConversationEvent, WrittenDocument};
use crate::event::{Event, Recorded};
use crate::ids::{GenerationId, PhaseId, ProjectId, ProposalId, StoryId, TurnId, UserId};
use crate::phase::PhaseEvent;
use crate::phase::artefact::BasedOn;
use crate::project::ProjectEvent;
use crate::stage::Stage;
use crate::story::StoryEvent;
use crate::story::content::StoryContent;
use crate::story_review::{Lineage, StoryReviewEvent};
use crate::workspace::WorkspaceEvent;

/// What is to be done because of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// Make a document of a reply a version of its artefact.
    SaveDocument {
        /// The project.
        project_id: ProjectId,
        /// The phase.
        phase_id: PhaseId,
        /// The turn that wrote it.
        turn_id: TurnId,
        /// Whose message led to it.
        asked_by: UserId,
        /// The document.
        document: WrittenDocument,
        /// The model.
        generated_by: GeneratedBy,
    },
    /// Have Conductor work on a turn: a durable job.
    WorkOnTurn {
        /// The project.
        project_id: ProjectId,
        /// The phase.
        phase_id: PhaseId,
        /// The stage.
        stage: Stage,
        /// The turn.
        turn_id: TurnId,
        /// The attempt.
        attempt: u32,
    },
    /// Record that Conductor replied in a stage that is passed by it.
    RecordFirstReply {
        /// The project.
        project_id: ProjectId,
        /// The phase.
        phase_id: PhaseId,
        /// The stage.
        stage: Stage,
        /// The turn.
        turn_id: TurnId,
    },
    /// Have Conductor propose stories: a durable job.
    WorkOnGeneration {
        /// The project.
        project_id: ProjectId,
        /// The phase.
        phase_id: PhaseId,
        /// The generation.
        generation_id: GenerationId,
    },
    /// Let an approved proposal into the backlog, under the project's next number.
    CreateStory(Box<ApprovedProposal>),
    /// Ask for a story's enrichment.
    RequestEnrichment {
        /// The project.
        project_id: ProjectId,
        /// The phase.
        phase_id: PhaseId,
        /// The story.
        story_id: StoryId,
        /// On whose behalf.
        requested_by: UserId,
    },
    /// Have Conductor refine a story: a durable job.
    WorkOnRefinement {
        /// The project.
        project_id: ProjectId,
        /// The phase.
        phase_id: PhaseId,
        /// The story.
        story_id: StoryId,
        /// The attempt.
        attempt: u32,
    },
    /// Have Conductor enrich a story: a durable job.
    WorkOnEnrichment {
        /// The project.
        project_id: ProjectId,
        /// The phase.
        phase_id: PhaseId,
        /// The story.
        story_id: StoryId,
        /// The attempt.
        attempt: u32,
    },
}

/// A proposal that is to become a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovedProposal {
    /// The story.
    pub story_id: StoryId,
    /// The project.
    pub project_id: ProjectId,
    /// The phase.
    pub phase_id: PhaseId,
    /// Who approved it.
    pub approved_by: UserId,
    /// The proposal.
    pub proposal_id: ProposalId,
    /// Its version.
    pub proposal_version: u32,
    /// The generation that its oldest ancestor came from.
    pub generation_id: GenerationId,
    /// What it was split from or merged of.
    pub lineage: Lineage,
    /// The artefact versions that it was generated from.
    pub based_on: Vec<BasedOn>,
    /// What it says.
    pub content: StoryContent,
}

/// What follows from an event.
pub fn react(recorded: &Recorded<Event>) -> Vec<Reaction> {
    match &recorded.event {
        Event::Workspace(event) => react_to_workspace(event),
        Event::Project(event) => react_to_project(event),
        Event::Phase(event) => react_to_phase(event),
        Event::Conversation(event) => react_to_conversation(recorded, event),
        Event::StoryReview(event) => react_to_story_review(event),
        Event::Story(event) => react_to_story(recorded, event),
    }
}

fn react_to_workspace(event: &WorkspaceEvent) -> Vec<Reaction> {
    match event {
        WorkspaceEvent::WorkspaceSetUp { .. }
        | WorkspaceEvent::UserCreated { .. }
        | WorkspaceEvent::AdministratorAppointed { .. }
        | WorkspaceEvent::AdministratorDismissed { .. }
        | WorkspaceEvent::UserDisabled { .. }
        | WorkspaceEvent::UserEnabled { .. }
        | WorkspaceEvent::SignedIn { .. }
        | WorkspaceEvent::SignedOut { .. }
        | WorkspaceEvent::PasswordChanged { .. }
        | WorkspaceEvent::PasswordReset { .. }
        | WorkspaceEvent::TokenIssued { .. }
        | WorkspaceEvent::TokenRevoked { .. }
        | WorkspaceEvent::UserErased { .. }
        | WorkspaceEvent::TextErased { .. }
        | WorkspaceEvent::AuditExported { .. } => Vec::new(),
    }
}

fn react_to_project(event: &ProjectEvent) -> Vec<Reaction> {
    match event {
        ProjectEvent::ProjectCreated { .. }
        | ProjectEvent::ProjectRenamed { .. }
        | ProjectEvent::ProjectContextChanged { .. }
        | ProjectEvent::RepositoryAdded { .. }
        | ProjectEvent::RepositoryRemoved { .. }
        | ProjectEvent::MemberRolesSet { .. }
        | ProjectEvent::MemberRemoved { .. }
        | ProjectEvent::ApprovalPolicyChanged { .. }
        | ProjectEvent::RoleDelegated { .. }
        | ProjectEvent::DelegationEnded { .. } => Vec::new(),
    }
}

fn react_to_phase(event: &PhaseEvent) -> Vec<Reaction> {
    match event {
        PhaseEvent::PhaseOpened { .. }
        | PhaseEvent::PhaseRenamed { .. }
        | PhaseEvent::PhaseCancelled { .. }
        | PhaseEvent::PhasePromoted { .. }
        | PhaseEvent::PhaseCompleted {}
        | PhaseEvent::FirstReplyReceived { .. }
        | PhaseEvent::StageUnlocked { .. }
        | PhaseEvent::StageLocked { .. }
        | PhaseEvent::ArtefactVersionAdded { .. }
        | PhaseEvent::DocumentSetAside { .. }
        | PhaseEvent::ApprovalGiven { .. }
        | PhaseEvent::OpenPointsAcknowledged { .. }
        | PhaseEvent::ArtefactApproved { .. }
        | PhaseEvent::ApprovalWithdrawn { .. }
        | PhaseEvent::StageReturnedToReview { .. }
        | PhaseEvent::ChangesRequested { .. }
        | PhaseEvent::ChangeRequestPlaced { .. }
        | PhaseEvent::ChangeRequestAnswered { .. }
        | PhaseEvent::ActedOnBehalf { .. }
        | PhaseEvent::ThreadOpened { .. }
        | PhaseEvent::ThreadReplied { .. }
        | PhaseEvent::ThreadResolved { .. }
        | PhaseEvent::ThreadReopened { .. }
        | PhaseEvent::SubmissionKept { .. }
        | PhaseEvent::SubmissionAdopted { .. }
        | PhaseEvent::FindingRaised { .. }
        | PhaseEvent::FindingAccepted { .. }
        | PhaseEvent::FindingDeclined { .. }
        | PhaseEvent::DriftReported { .. }
        | PhaseEvent::ChangeRequestWithdrawn { .. }
        | PhaseEvent::ChangeRequestDismissed { .. }
        | PhaseEvent::ChangeRequestCleared { .. }
        | PhaseEvent::StageReopened { .. }
        | PhaseEvent::StageBecameStale { .. }
        | PhaseEvent::ReviewRestarted { .. }
        | PhaseEvent::PhaseBecameReady {}
        | PhaseEvent::PhaseCeasedToBeReady { .. } => Vec::new(),
    }
}

fn react_to_conversation(recorded: &Recorded<Event>, event: &ConversationEvent) -> Vec<Reaction> {
    match event {
        ConversationEvent::MessagePosted { .. } | ConversationEvent::TurnRetried { .. } => {
            work_on_turn_when_asked::react(recorded, event)
        }
        ConversationEvent::ReplyCompleted { .. } => {
            let mut reactions = save_documents_when_reply_ended::react(recorded, event);
            reactions.extend(pass_scoping_when_first_reply_completed::react(recorded, event));
            reactions
        }
        ConversationEvent::ReplyStopped { .. } | ConversationEvent::ReplyFailed { .. } => {
            save_documents_when_reply_ended::react(recorded, event)
        }
        ConversationEvent::ReplyStarted { .. } | ConversationEvent::ReplyStopRequested { .. } => Vec::new(),
    }
}

fn react_to_story_review(event: &StoryReviewEvent) -> Vec<Reaction> {
    match event {
        StoryReviewEvent::GenerationStarted { .. } => work_on_generation_when_started::react(event),
        StoryReviewEvent::ProposalApproved { .. } => create_story_when_proposal_approved::react(event),
        StoryReviewEvent::GenerationAsked { .. }
        | StoryReviewEvent::GenerationStopRequested { .. }
        | StoryReviewEvent::ProposalAdded { .. }
        | StoryReviewEvent::GenerationCompleted { .. }
        | StoryReviewEvent::GenerationStopped { .. }
        | StoryReviewEvent::GenerationFailed { .. }
        | StoryReviewEvent::ProposalSuperseded { .. }
        | StoryReviewEvent::ProposalEdited { .. }
        | StoryReviewEvent::ProposalSplit { .. }
        | StoryReviewEvent::ProposalsMerged { .. }
        | StoryReviewEvent::ProposalRejected { .. }
        | StoryReviewEvent::ProposalRestored { .. }
        | StoryReviewEvent::ReviewStepUndone { .. } => Vec::new(),
    }
}

fn react_to_story(recorded: &Recorded<Event>, event: &StoryEvent) -> Vec<Reaction> {
    match event {
        StoryEvent::StoryCreated { .. } | StoryEvent::RefinementAccepted { .. } => {
            enrich_story_when_it_enters_the_backlog::react(recorded, event)
        }
        StoryEvent::RefinementRequested { .. } => refine_story_when_requested::react(recorded, event),
        StoryEvent::EnrichmentRequested { .. } => enrich_story_when_requested::react(recorded, event),
        StoryEvent::StoryEdited { .. }
        | StoryEvent::RefinementAsked { .. }
        | StoryEvent::RefinementProposed { .. }
        | StoryEvent::RefinementFailed { .. }
        | StoryEvent::RefinementRefused { .. }
        | StoryEvent::EnrichmentAsked { .. }
        | StoryEvent::StoryEnriched { .. }
        | StoryEvent::EnrichmentFailed { .. }
        | StoryEvent::StoryClosed { .. } => Vec::new(),
    }
}

/// The stage of a conversation's event.
fn stage_of(recorded: &Recorded<Event>) -> Option<Stage> {
    recorded.stream.aggregate_id.rsplit(':').next().and_then(|stage| stage.parse().ok())
}

/// Project, phase and story of a story's event.
fn story_of(recorded: &Recorded<Event>) -> Option<(ProjectId, PhaseId, StoryId)> {
    Some((recorded.project_id?, recorded.phase_id?, recorded.stream.aggregate_id.parse().ok()?))
}
