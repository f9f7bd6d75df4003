//! `konductro projections rebuild`.

use clap::{Args, Subcommand};

use super::CommandError;
use crate::config::DatabaseConfig;
use crate::startup;

/// Look after the read models.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct Projections {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build all read models anew from the log, beside the live ones, and swap.
    Rebuild {
        #[command(flatten)]
        database: DatabaseConfig,
    },
}

impl Projections {
    pub(super) async fn run(self) -> Result<(), CommandError> {
        let Command::Rebuild { database } = self.command;
        Ok(startup::rebuild_projections(database).await?)
    }
}
