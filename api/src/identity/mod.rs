//! People and their credentials: users, passwords, sessions, API tokens, first-run set-up.
//!
//! All of it is in plain tables, because it is personal or secret; what happened to whose credential is
//! recorded in the log as well, by ids only, and before it takes effect: a change that could not be
//! recorded is not made.

mod demo;
mod device_logins;
mod error;
mod passwords;
mod people;
mod sessions;
mod setup;
mod sign_in;
mod throttle;
mod tokens;
mod users;

use std::sync::Arc;

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::ids::{CorrelationId, UserId, WORKSPACE_STREAM};
use konductro_domain::workspace::{RecordFacts, Workspace, WorkspaceEvent};
use sqlx::PgPool;
use time::OffsetDateTime;
use tokio::sync::{Mutex, broadcast};
use uuid::Uuid;

use crate::commands::{Commands, Envelope, Executed, Receipt, Wait};

pub use demo::{DEMO_PASSWORD, DemoPerson, NewDemoPerson};
pub use device_logins::{Collected, DeviceApproval, DeviceLogin, NewDeviceLogin, WaitingDevice};
pub use error::IdentityError;
pub use passwords::Hashing;
pub use people::{ERASED_PERSON, Person, people, person};
pub use sessions::{Authenticated, EarlierReceipt, Key, LONGEST, OpenedSession, SessionEnd};
pub use setup::SetUp;
pub use sign_in::{Origin, SignIn, SignedIn};
pub use tokens::{Allowance, LONGEST_TOKEN, NewToken, Token, TokenOpened, TokenSecret};
pub use users::{ListedUser, NewUser, User, UserChange, UserFilter};

/// How often a token may ask unless the operator says otherwise.
pub const TOKEN_REQUESTS_A_MINUTE: u32 = 600;

/// The room of identity: one for the process.
#[derive(Clone)]
pub struct Identity {
    pool: PgPool,
    commands: Commands,
    passwords: passwords::Passwords,
    throttle: Arc<throttle::Throttle>,
    pace: Arc<tokens::Pace>,
    session_ends: broadcast::Sender<SessionEnd>,
    /// Changes take turns: each holds a transaction open while it is recorded, and two that do could
    /// between them want more connections than there are.
    turn: Arc<Mutex<()>>,
}

/// Who changes something, for the record.
#[derive(Debug, Clone)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// By which credential.
    pub credential: Option<Credential>,
    /// What it belongs together with.
    pub correlation: CorrelationId,
    /// The request that asked for it.
    pub request_id: Option<String>,
    /// How a repeat is recognised.
    pub receipt: Option<Receipt>,
}

impl By {
    /// Somebody at the machine's own console, or the program itself.
    pub fn console() -> Self {
        Self {
            actor: Actor::System,
            credential: Some(Credential::Console),
            correlation: CorrelationId(Uuid::now_v7()),
            request_id: None,
            receipt: None,
        }
    }

    /// Somebody at the machine's own console, who says who they are.
    pub fn at_the_console(user_id: UserId) -> Self {
        Self::console().by_person(Actor::Person { user_id }, Credential::Console)
    }

    fn by_person(mut self, actor: Actor, credential: Credential) -> Self {
        self.actor = actor;
        self.credential = Some(credential);
        self
    }
}

impl Identity {
    /// Opens the room.
    pub fn new(pool: PgPool, commands: Commands, hashing: Hashing) -> Result<Self, IdentityError> {
        Ok(Self {
            pool,
            commands,
            passwords: passwords::Passwords::new(hashing)?,
            throttle: Arc::default(),
            pace: Arc::new(tokens::Pace::new(TOKEN_REQUESTS_A_MINUTE)),
            session_ends: broadcast::Sender::new(256),
            turn: Arc::default(),
        })
    }

    /// The same room, where each token may ask so often a minute.
    #[must_use]
    pub fn with_token_requests_a_minute(mut self, limit: u32) -> Self {
        self.pace = Arc::new(tokens::Pace::new(limit));
        self
    }

    /// Records what happens, before it takes effect.
    async fn record(&self, facts: Vec<WorkspaceEvent>, by: By) -> Result<Executed<WorkspaceEvent>, IdentityError> {
        let envelope = Envelope {
            credential: by.credential,
            request_id: by.request_id,
            receipt: by.receipt,
            position_wait: Wait::None,
            ..Envelope::new(by.actor, by.correlation)
        };
        Ok(self.commands.execute::<Workspace>(WORKSPACE_STREAM, RecordFacts(facts), envelope).await?)
    }
}

/// The time as PostgreSQL keeps it: what is answered now is what is read later.
fn now() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(now.nanosecond() / 1_000 * 1_000).unwrap_or(now)
}
