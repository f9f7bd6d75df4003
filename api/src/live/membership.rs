//! Who may listen, asked of the facts themselves: memberships from the fences that appends check, sessions and
//! tokens from identity. A read model that lags can't let somebody in who was just removed.

use async_trait::async_trait;
use konductro_domain::actor::Credential;
use konductro_domain::ids::{PhaseId, ProjectId, UserId};
use konductro_domain::role::{Capability, Roles, may};
use konductro_domain::stage::Stage;
use konductro_projections::phase_board;
use sqlx::PgPool;

use super::access::{Access, AccessUnavailable};
use super::frames::Topic;
use crate::commands::{Commands, FenceScope};
use crate::identity::Identity;

/// The doors of this server.
#[derive(Clone)]
pub struct Doors {
    pool: PgPool,
    commands: Commands,
    identity: Identity,
}

impl Doors {
    /// Doors that ask these.
    pub fn new(pool: PgPool, commands: Commands, identity: Identity) -> Self {
        Self { pool, commands, identity }
    }

    async fn project_of_phase(&self, phase: PhaseId) -> Result<Option<ProjectId>, AccessUnavailable> {
        let found = phase_board::phase(&self.pool, phase).await.map_err(unavailable)?;
        Ok(found.map(|found| found.phase.project_id))
    }
}

#[async_trait]
impl Access for Doors {
    async fn project_of(&self, user: UserId, topic: Topic) -> Result<Option<ProjectId>, AccessUnavailable> {
        let project = match topic {
            Topic::Project(project) => Some(project),
            Topic::Phase(phase) | Topic::Conversation(phase, _) | Topic::Editing(phase, _) => {
                self.project_of_phase(phase).await?
            }
        };
        let Some(project) = project else { return Ok(None) };
        let fence = self.commands.fence(&FenceScope::Member(project, user)).await.map_err(unavailable)?;
        let roles: Roles = serde_json::from_value(fence.value).unwrap_or_default();
        let listens = match topic {
            Topic::Project(_) | Topic::Phase(_) | Topic::Conversation(..) => !roles.is_empty(),
            // Who listens here is shown as editing, so only those listen who may.
            Topic::Editing(_, stage) => {
                may(&roles, Capability::EditArtefact(stage))
                    || (stage == Stage::TechnicalAnalysis && may(&roles, Capability::SubmitTechnicalAnalysis))
            }
        };
        Ok(listens.then_some(project))
    }

    async fn ended(&self, credentials: &[Credential]) -> Result<Vec<Credential>, AccessUnavailable> {
        let mut ended = Vec::new();
        for credential in credentials {
            let open = match credential {
                Credential::Session(session) => self.identity.session_is_open(*session).await.map_err(unavailable)?,
                Credential::Token(token) => self.identity.token_is_open(*token).await.map_err(unavailable)?,
                Credential::Console => true,
            };
            if !open {
                ended.push(*credential);
            }
        }
        Ok(ended)
    }
}

fn unavailable(error: impl std::fmt::Display) -> AccessUnavailable {
    AccessUnavailable(error.to_string())
}
