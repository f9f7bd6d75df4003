//! Everything that happens by itself, in one table. `react` is exhaustive over the events: a new event
//! does not compile until somebody has said what follows from it, if only "nothing".
//!
//! A reaction is executed at least once; the commands it leads to decide an exact repeat to no events.

mod save_documents_when_reply_ended;
mod work_on_turn_when_asked;

use crate::conductor::GeneratedBy;
use crate::conversation::{ConversationEvent, WrittenDocument};
use crate::event::{Event, Recorded};
use crate::ids::{PhaseId, ProjectId, TurnId, UserId};
use crate::phase::PhaseEvent;
use crate::project::ProjectEvent;
use crate::stage::Stage;
use crate::story::StoryEvent;
use crate::story_review::StoryReviewEvent;
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
}

/// What follows from an event.
pub fn react(recorded: &Recorded<Event>) -> Vec<Reaction> {
    match &recorded.event {
        Event::Workspace(event) => react_to_workspace(event),
        Event::Project(event) => react_to_project(event),
        Event::Phase(event) => react_to_phase(event),
        Event::Conversation(event) => react_to_conversation(recorded, event),
        Event::StoryReview(event) => react_to_story_review(event),
        Event::Story(event) => react_to_story(event),
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
        | WorkspaceEvent::PasswordReset { .. } => Vec::new(),
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
        | ProjectEvent::ApprovalPolicyChanged { .. } => Vec::new(),
    }
}

fn react_to_phase(event: &PhaseEvent) -> Vec<Reaction> {
    match event {
        PhaseEvent::PhaseOpened { .. }
        | PhaseEvent::PhaseRenamed { .. }
        | PhaseEvent::PhaseCancelled { .. }
        | PhaseEvent::PhasePromoted { .. }
        | PhaseEvent::PhaseCompleted {}
        | PhaseEvent::StageUnlocked { .. }
        | PhaseEvent::StageLocked { .. }
        | PhaseEvent::ArtefactVersionAdded { .. }
        | PhaseEvent::DocumentSetAside { .. }
        | PhaseEvent::ApprovalGiven { .. }
        | PhaseEvent::ArtefactApproved { .. }
        | PhaseEvent::ApprovalWithdrawn { .. }
        | PhaseEvent::StageReturnedToReview { .. }
        | PhaseEvent::ChangesRequested { .. }
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
        ConversationEvent::ReplyCompleted { .. }
        | ConversationEvent::ReplyStopped { .. }
        | ConversationEvent::ReplyFailed { .. } => save_documents_when_reply_ended::react(recorded, event),
        ConversationEvent::ReplyStarted { .. } | ConversationEvent::ReplyStopRequested { .. } => Vec::new(),
    }
}

fn react_to_story_review(event: &StoryReviewEvent) -> Vec<Reaction> {
    match event {
        StoryReviewEvent::GenerationStarted { .. }
        | StoryReviewEvent::GenerationAsked { .. }
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
        | StoryReviewEvent::ProposalApproved { .. }
        | StoryReviewEvent::ReviewStepUndone { .. } => Vec::new(),
    }
}

fn react_to_story(event: &StoryEvent) -> Vec<Reaction> {
    match event {
        StoryEvent::StoryCreated { .. }
        | StoryEvent::StoryEdited { .. }
        | StoryEvent::RefinementRequested { .. }
        | StoryEvent::RefinementAsked { .. }
        | StoryEvent::RefinementProposed { .. }
        | StoryEvent::RefinementFailed { .. }
        | StoryEvent::RefinementAccepted { .. }
        | StoryEvent::RefinementRefused { .. }
        | StoryEvent::EnrichmentRequested { .. }
        | StoryEvent::EnrichmentAsked { .. }
        | StoryEvent::StoryEnriched { .. }
        | StoryEvent::EnrichmentFailed { .. }
        | StoryEvent::StoryClosed { .. } => Vec::new(),
    }
}
