//! `konductro user reset-password`.

use clap::{Args, Subcommand};

use super::CommandError;
use crate::config::{DatabaseConfig, IdentityConfig};
use crate::startup;

/// Look after people's access.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Give somebody a new password, which is printed, and end their sessions.
    ResetPassword {
        /// The person's e-mail address.
        email: String,
        #[command(flatten)]
        database: DatabaseConfig,
        #[command(flatten)]
        identity: IdentityConfig,
    },
}

impl User {
    pub(super) async fn run(self) -> Result<(), CommandError> {
        let Command::ResetPassword { email, database, identity } = self.command;
        Ok(startup::reset_password(database, identity, &email).await?)
    }
}
