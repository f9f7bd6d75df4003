//! Who may listen to what: asked of the database when somebody subscribes, and again while they listen.

use async_trait::async_trait;
use konductro_domain::actor::Credential;
use konductro_domain::ids::{ProjectId, UserId};

use super::frames::Topic;

/// The question can't be answered now.
#[derive(Debug, thiserror::Error)]
#[error("who may listen can't be checked now: {0}")]
pub struct AccessUnavailable(pub String);

/// Answers who may listen.
#[async_trait]
pub trait Access: Send + Sync {
    /// The project that a topic belongs to, if it exists and the person is a member; by the log, not by a read model.
    async fn project_of(&self, user: UserId, topic: Topic) -> Result<Option<ProjectId>, AccessUnavailable>;
    /// Those of these sessions and tokens that hold no longer.
    async fn ended(&self, credentials: &[Credential]) -> Result<Vec<Credential>, AccessUnavailable>;
}
