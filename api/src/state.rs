//! What every route works with. `startup` makes it once; handlers take it as `web::Data<AppState>`.

use konductro_projections::changes::Visibility;
use sqlx::PgPool;

use crate::checker::Checker;
use crate::commands::Commands;
use crate::identity::Identity;

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
}
