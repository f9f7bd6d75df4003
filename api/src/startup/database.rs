//! The database: the private PostgreSQL in the data folder, or the server that `DATABASE_URL` names.

use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

use konductro_projections::{READ_MODELS, rebuild};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgPool};

use super::error::StartupError;
use crate::config::DatabaseConfig;
use crate::embedded_postgres::{EmbeddedError, EmbeddedPostgres};
use crate::event_store::database;

/// Connections for requests, workers and runners.
const CONNECTIONS: u32 = 48;

pub(super) struct Database {
    options: PgConnectOptions,
    embedded: Option<EmbeddedPostgres>,
}

impl Database {
    pub(super) async fn open(config: &DatabaseConfig) -> Result<Self, StartupError> {
        if let Some(url) = &config.database_url {
            let options = PgConnectOptions::from_str(url.expose()).map_err(StartupError::DatabaseUrl)?;
            return Ok(Self { options: quiet(options), embedded: None });
        }
        let embedded = EmbeddedPostgres::start(&config.embedded()).await?;
        Ok(Self { options: quiet(embedded.connect_options()), embedded: Some(embedded) })
    }

    /// For what may be done while a server runs on the data folder: uses that server's PostgreSQL.
    pub(super) async fn open_or_join(config: &DatabaseConfig) -> Result<Self, StartupError> {
        match Self::open(config).await {
            Err(in_use @ StartupError::Embedded(EmbeddedError::InUse { .. })) => {
                let running = EmbeddedPostgres::of_another(&config.embedded()).ok_or(in_use)?;
                Ok(Self { options: quiet(running), embedded: None })
            }
            opened => opened,
        }
    }

    pub(super) async fn migrate(&self) -> Result<(), StartupError> {
        Ok(database::migrate(&self.options).await?)
    }

    pub(super) async fn rebuild(&self) -> Result<String, StartupError> {
        self.migrate().await?;
        let mut owner = self.options.connect().await?;
        let done = rebuild::rebuild(&mut owner, super::application::READ_MODELS_RUNNER, READ_MODELS).await;
        let position = done.map_err(|error| StartupError::Rebuild(error.to_string()))?;
        Ok(format!("All read models were built anew from the log, up to position {position}."))
    }

    pub(super) async fn pool(&self) -> Result<PgPool, StartupError> {
        Ok(database::connect(self.options.clone(), CONNECTIONS).await?)
    }

    /// Resolves when the private PostgreSQL ends by itself; never for a server of one's own.
    pub(super) fn died(&self) -> Pin<Box<dyn Future<Output = String> + Send>> {
        match &self.embedded {
            Some(embedded) => Box::pin(embedded.died()),
            None => Box::pin(std::future::pending()),
        }
    }

    pub(super) async fn close(self) -> Result<(), StartupError> {
        match self.embedded {
            Some(embedded) => Ok(embedded.stop().await?),
            None => Ok(()),
        }
    }
}

/// Statements are no news; slow ones are told at debug level by sqlx itself.
fn quiet(options: PgConnectOptions) -> PgConnectOptions {
    options.log_statements(tracing::log::LevelFilter::Trace)
}
