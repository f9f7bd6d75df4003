//! The composition root: what parts there are, in which order they start, and how they stop.
//!
//! Everything is put together in [`Application::build`], for the program and for nobody else; a part gets what it
//! needs from here and looks for nothing itself.

mod application;
mod audit;
mod conductor;
mod database;
mod error;
mod readiness;
mod web_server;
mod welcome;

use crate::config::{Config, DatabaseConfig, IdentityConfig};
use crate::identity::Identity;
use crate::openapi;
use application::Application;
pub use audit::{ConsoleExport, ErasedText, erase_text, erase_user, export_audit, print_audit_key};
use database::Database;
pub use error::StartupError;

/// Serves until Ctrl-C or SIGTERM, or until a part that everything needs is gone.
pub async fn serve(config: Config) -> Result<(), StartupError> {
    let sockets = config.server.listen.bind()?;
    let database = Database::open(&config.database).await?;
    let outcome = match Application::build(&config, sockets, &database).await {
        Ok(application) => application.run(database.died()).await,
        Err(error) => Err(error),
    };
    // The log is on disk before anybody is told that it went well.
    database.close().await?;
    outcome
}

/// Brings the database up to date, and ends.
pub async fn migrate(config: DatabaseConfig) -> Result<(), StartupError> {
    let database = Database::open_or_join(&config).await?;
    let outcome = database.migrate().await;
    database.close().await?;
    outcome?;
    welcome::say("The database is up to date.");
    Ok(())
}

/// Builds all read models anew from the log.
pub async fn rebuild_projections(config: DatabaseConfig) -> Result<(), StartupError> {
    let database = Database::open_or_join(&config).await?;
    let outcome = database.rebuild().await;
    database.close().await?;
    welcome::say(&outcome?);
    Ok(())
}

/// Gives somebody a new password, and prints it.
pub async fn reset_password(
    database: DatabaseConfig,
    identity: IdentityConfig,
    email: &str,
) -> Result<(), StartupError> {
    let database = Database::open_or_join(&database).await?;
    let outcome = new_password(&database, identity, email).await;
    database.close().await?;
    let password = outcome?;
    welcome::say(&format!("The new password of {email} is: {password}\nAll their sessions have ended."));
    Ok(())
}

async fn new_password(database: &Database, config: IdentityConfig, email: &str) -> Result<String, StartupError> {
    database.migrate().await?;
    let log = application::Log::start(database.pool().await?).await?;
    let identity = Identity::new(log.pool.clone(), log.commands.clone(), config.password_hashing.into())?;
    Ok(identity.reset_password(email).await?)
}

/// The OpenAPI document.
pub fn openapi_json() -> String {
    openapi::openapi_json()
}
