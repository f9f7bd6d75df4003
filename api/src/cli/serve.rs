//! `konductro serve`.

use clap::Args;

use super::CommandError;
use crate::config::Config;
use crate::startup;

/// Serve the web app and the API, with a private PostgreSQL unless DATABASE_URL names a server.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    config: Config,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), CommandError> {
        Ok(startup::serve(self.config).await?)
    }
}
