//! Waits for the server and gives it the database and roles that Konductro expects.

use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use super::cluster::Cluster;
use super::error::EmbeddedError;
use super::postmaster::Postmaster;
use super::{APPLICATION_ROLE, DATABASE};

/// Recovery after a crash replays the log, which may take a while.
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Returns once the server takes connections; fails as soon as it has ended.
pub(super) async fn wait_until_ready(
    connect: &PgConnectOptions,
    postmaster: &Postmaster,
    cluster: &Cluster,
) -> Result<(), EmbeddedError> {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Ok(connection) = maintenance(connect).await {
            connection.close().await?;
            return Ok(());
        }
        if let Some(ended) = postmaster.has_ended() {
            let (log, tail) = (cluster.log().to_owned(), cluster.log_tail());
            return Err(EmbeddedError::StartFailed { ended, log, tail });
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(EmbeddedError::NotReady { pid: postmaster.pid(), seconds: PATIENCE.as_secs(), log: cluster.log().to_owned() })
}

/// Creates what is missing; doing it again changes nothing.
pub(super) async fn prepare(connect: &PgConnectOptions) -> Result<(), EmbeddedError> {
    let mut connection = maintenance(connect).await?;
    if !exists(&mut connection, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", APPLICATION_ROLE).await? {
        connection.execute("CREATE ROLE konductro_app NOLOGIN").await?;
    }
    if !exists(&mut connection, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", DATABASE).await? {
        connection.execute("CREATE DATABASE konductro").await?;
    }
    connection.close().await?;
    Ok(())
}

async fn exists(connection: &mut PgConnection, question: &'static str, name: &str) -> Result<bool, EmbeddedError> {
    Ok(sqlx::query_scalar(question).bind(name).fetch_one(connection).await?)
}

async fn maintenance(connect: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    connect.clone().database("postgres").disable_statement_logging().connect().await
}
