//! `konductro migrate`.

use clap::Args;

use super::CommandError;
use crate::config::DatabaseConfig;
use crate::startup;

/// Bring the database to this version's tables, without serving.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    database: DatabaseConfig,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), CommandError> {
        Ok(startup::migrate(self.database).await?)
    }
}
