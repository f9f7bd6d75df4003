//! Every event of the product, and how it looks once it is in the log.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::actor::{Actor, Credential};
use crate::conversation::ConversationEvent;
use crate::ids::{CorrelationId, EventId, PhaseId, ProjectId};
use crate::phase::PhaseEvent;
use crate::project::ProjectEvent;
use crate::role::Role;
use crate::story::StoryEvent;
use crate::story_review::StoryReviewEvent;
use crate::workspace::WorkspaceEvent;

/// Any event of any aggregate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// The workspace's people and credentials.
    Workspace(WorkspaceEvent),
    /// A project.
    Project(ProjectEvent),
    /// A phase.
    Phase(PhaseEvent),
    /// A conversation.
    Conversation(ConversationEvent),
    /// The review of a phase's stories.
    StoryReview(StoryReviewEvent),
    /// A story of the backlog.
    Story(StoryEvent),
}

/// An aggregate's type names its streams in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AggregateType {
    /// One stream.
    Workspace,
    /// One stream a project.
    Project,
    /// One stream a phase.
    Phase,
    /// One stream a phase and stage.
    Conversation,
    /// One stream a phase.
    StoryReview,
    /// One stream a story.
    Story,
}

impl AggregateType {
    /// The name in the log.
    pub fn as_str(self) -> &'static str {
        match self {
            AggregateType::Workspace => "workspace",
            AggregateType::Project => "project",
            AggregateType::Phase => "phase",
            AggregateType::Conversation => "conversation",
            AggregateType::StoryReview => "story_review",
            AggregateType::Story => "story",
        }
    }
}

/// The payload is not an event that this version knows.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// The stream is of an unknown type.
    #[error("the log holds a stream of type {0:?}, which this version does not know; upgrade konductro")]
    UnknownAggregate(String),
    /// The payload does not fit its type.
    #[error("the log holds an event of {aggregate} that this version can't read: {source}")]
    Payload {
        /// The stream's type.
        aggregate: String,
        /// What does not fit.
        source: serde_json::Error,
    },
}

impl Event {
    /// Reads a payload as the aggregate's event.
    pub fn read(aggregate_type: &str, payload: &str) -> Result<Self, UnreadableEvent> {
        let failed = |source| UnreadableEvent::Payload { aggregate: aggregate_type.to_owned(), source };
        match aggregate_type {
            "workspace" => serde_json::from_str(payload).map(Event::Workspace).map_err(failed),
            "project" => serde_json::from_str(payload).map(Event::Project).map_err(failed),
            "phase" => serde_json::from_str(payload).map(Event::Phase).map_err(failed),
            "conversation" => serde_json::from_str(payload).map(Event::Conversation).map_err(failed),
            "story_review" => serde_json::from_str(payload).map(Event::StoryReview).map_err(failed),
            "story" => serde_json::from_str(payload).map(Event::Story).map_err(failed),
            other => Err(UnreadableEvent::UnknownAggregate(other.to_owned())),
        }
    }

    /// The event's name, such as `ArtefactApproved`.
    pub fn name(&self) -> String {
        use cqrs_es::DomainEvent;
        match self {
            Event::Workspace(event) => event.event_type(),
            Event::Project(event) => event.event_type(),
            Event::Phase(event) => event.event_type(),
            Event::Conversation(event) => event.event_type(),
            Event::StoryReview(event) => event.event_type(),
            Event::Story(event) => event.event_type(),
        }
    }
}

/// An event as the log holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded<E> {
    /// The place in the log: gap-free, from 1.
    pub position: i64,
    /// The event's own id.
    pub event_id: EventId,
    /// The stream it belongs to.
    pub stream: Stream,
    /// The place in its stream, from 1.
    pub sequence: i64,
    /// When it was decided (UTC).
    pub at: OffsetDateTime,
    /// Who caused it, in which role, with which credential.
    pub actor: Actor,
    /// The role acted in, where a person acted.
    pub role: Option<Role>,
    /// The credential, where a person acted.
    pub credential: Option<Credential>,
    /// The event that caused it, where one did.
    pub causation: Option<EventId>,
    /// What it belongs together with.
    pub correlation: CorrelationId,
    /// The project, where there is one.
    pub project_id: Option<ProjectId>,
    /// The phase, where there is one.
    pub phase_id: Option<PhaseId>,
    /// What happened.
    pub event: E,
}

/// Names one stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stream {
    /// The aggregate's type, such as `phase`.
    pub aggregate_type: String,
    /// The aggregate's id: a UUID, or `phase:stage` of a conversation.
    pub aggregate_id: String,
}
