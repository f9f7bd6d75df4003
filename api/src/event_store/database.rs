//! Connections to the database, in the two roles: the owner migrates and rebuilds, the application
//! can add facts and read them.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgPool};

/// The role that the application takes on every connection.
pub const APPLICATION_ROLE: &str = "konductro_app";

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Brings the schema up to date, as the owner.
pub async fn migrate(options: &PgConnectOptions) -> Result<(), sqlx::migrate::MigrateError> {
    let mut owner = options.connect().await?;
    MIGRATOR.run(&mut owner).await?;
    owner.close().await?;
    Ok(())
}

/// How long a connection may lie in the pool before it is tested at its next use.
///
/// sqlx tests each one as it comes back; to test it again a moment later is a round trip for nothing.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// A pool whose connections have taken the application's role.
pub async fn connect(options: PgConnectOptions, connections: u32) -> Result<PgPool, sqlx::Error> {
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .before_acquire(|connection, pooled| {
            Box::pin(async move {
                if pooled.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(format!("SET ROLE {APPLICATION_ROLE}; SET jit = off").as_str()).await?;
                Ok(())
            })
        })
        .connect_with(options.application_name("konductro"))
        .await
}
