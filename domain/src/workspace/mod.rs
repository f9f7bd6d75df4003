//! The workspace: who may sign in, and what happened to their credentials. Ids only: names, addresses
//! and secrets are in plain tables, so that a person can be erased and the record stays whole.
//!
//! Its stream is written beside the plain tables; there is nothing to decide but what happened.

mod verbs;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::event_enum;
use crate::ids::{ProjectId, SessionId, TokenId, UserId};
use crate::scope::Scope;
use crate::text::{Hash, TextRef};

pub use verbs::{InteractiveOnly, WorkspaceVerb};

event_enum! {
    /// What happened to people's accounts and credentials.
    WorkspaceEvent {
        /// The first-run set-up made its administrator.
        WorkspaceSetUp { /** The first administrator. */ user_id: UserId },
        /// An account was created.
        UserCreated { /** Whose. */ user_id: UserId },
        /// An account was made an administrator's.
        AdministratorAppointed { /** Whose. */ user_id: UserId },
        /// An account is no longer an administrator's.
        AdministratorDismissed { /** Whose. */ user_id: UserId },
        /// An account was disabled; its sessions ended.
        UserDisabled { /** Whose. */ user_id: UserId },
        /// An account was enabled again.
        UserEnabled { /** Whose. */ user_id: UserId },
        /// Somebody signed in.
        SignedIn { /** Who. */ user_id: UserId, /** The new session. */ session_id: SessionId },
        /// Somebody signed out.
        SignedOut { /** Who. */ user_id: UserId, /** The ended session. */ session_id: SessionId },
        /// A password was changed by its owner; other sessions ended.
        PasswordChanged { /** Whose. */ user_id: UserId },
        /// A password was reset at the console; all sessions ended.
        PasswordReset { /** Whose. */ user_id: UserId },
        /// An API token was issued; its secret was shown once.
        TokenIssued {
            /** The token. */ token_id: TokenId,
            /** Whom it acts for. */ user_id: UserId,
            /** The only project that it opens. */ project_id: ProjectId,
            /** What it is for. */ scopes: Vec<Scope>,
            /** When it ends by itself. */
            #[serde(with = "time::serde::rfc3339")]
            expires_at: OffsetDateTime,
        },
        /// An API token was revoked; it opens nothing any more.
        TokenRevoked {
            /** The token. */ token_id: TokenId,
            /** Whom it acted for. */ user_id: UserId,
            /** The project that it opened. */ project_id: ProjectId,
        },
        /// A person's name, address and credentials were erased; what they did stays, under their id.
        UserErased { /** Who. */ user_id: UserId },
        /// A text was erased for good; every event that names it stays, and so does its hash.
        TextErased { /** Which text. */ erased: Hash, /** Why. */ reason: TextRef },
        /// The log, or a project's part of it, was exported: what the export has to hold.
        AuditExported {
            /** The project whose part it was; the whole workspace's log without one. */
            #[serde(default, skip_serializing_if = "Option::is_none")]
            project_id: Option<ProjectId>,
            /** The last position that it reaches. */
            up_to: u64,
            /** How many events. */
            events: u64,
            /** How many texts that they name. */
            texts: u64,
            /** How many texts that they name and that were erased. */
            erased: u64,
        },
    }
}

/// The workspace's aggregate; it holds nothing, since nothing is decided from it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {}

/// Facts for the workspace's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFacts(pub Vec<WorkspaceEvent>);

/// Recording a fact can't be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkspaceError {}

impl Workspace {
    /// Takes the facts as they are.
    pub fn decide(&self, command: &RecordFacts) -> Result<Vec<WorkspaceEvent>, WorkspaceError> {
        Ok(command.0.clone())
    }
}

crate::aggregate!(Workspace, "workspace", RecordFacts, WorkspaceEvent, WorkspaceError, |_state, _event| {});
