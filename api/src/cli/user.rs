//! `konductro user reset-password` and `konductro user erase`.

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
    /// Erase a person: name, address, credentials and drafts. What they did stays in the log, under their id.
    Erase {
        /// The person's e-mail address.
        email: String,
        /// Who erases them, by e-mail address: it stays in the log.
        #[arg(long, value_name = "EMAIL")]
        by: String,
        #[command(flatten)]
        database: DatabaseConfig,
        #[command(flatten)]
        identity: IdentityConfig,
    },
}

impl User {
    pub(super) async fn run(self) -> Result<(), CommandError> {
        match self.command {
            Command::ResetPassword { email, database, identity } => {
                startup::reset_password(database, identity, &email).await?;
            }
            Command::Erase { email, by, database, identity } => {
                startup::erase_user(database, identity, &email, &by).await?;
            }
        }
        Ok(())
    }
}
