//! What every route works with. `startup` makes it once; handlers take it as `web::Data<AppState>`.

use std::sync::Arc;

use konductro_projections::changes::Visibility;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::audit::AuditKey;
use crate::checker::Checker;
use crate::commands::Commands;
use crate::identity::Identity;
use crate::replay::Replays;

/// The parts of the server that answer requests.
#[derive(Clone)]
pub struct AppState {
    /// The way in for everything that changes the log.
    pub commands: Commands,
    /// For reads.
    pub pool: PgPool,
    /// People and their sessions.
    pub identity: Identity,
    /// How far read models have come.
    pub visibility: Visibility,
    /// What is found in documents.
    pub checker: Checker,
    /// Phases that people step through.
    pub replays: Replays,
    /// Whose log it is, and who may export it now.
    pub audit: Audit,
}

/// Exports at once, at most: each keeps a snapshot of the database.
const EXPORTS: usize = 2;

/// What the log's evidence is given out with.
#[derive(Clone)]
pub struct Audit {
    /// The log's name in its heads.
    pub origin: Arc<str>,
    /// The public key line.
    pub key: Arc<str>,
    /// A turn for each export.
    pub exports: Arc<Semaphore>,
}

impl Audit {
    /// For the log that this key signs.
    pub fn new(key: &AuditKey) -> Self {
        Self { origin: key.origin().into(), key: key.line().into(), exports: Arc::new(Semaphore::new(EXPORTS)) }
    }
}
