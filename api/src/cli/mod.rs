//! The command line: what `konductro` can be asked to do.
//!
//! Each subcommand has its file and hands over to `startup` at once. An error is one sentence on standard
//! error that says what to do next, and exit code 1; a wrong option is clap's own message and code 2.

mod migrate;
mod openapi;
mod projections;
mod serve;
mod user;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::LogConfig;
use crate::telemetry;

/// Plan software in phases, with approvals that stand for an exact text, and stories that trace back to it.
#[derive(Debug, Parser)]
#[command(name = "konductro", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    log: LogConfig,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    Projections(projections::Projections),
    User(user::User),
    Openapi(openapi::Openapi),
}

type CommandError = Box<dyn std::error::Error + Send + Sync>;

/// Reads the command line and does what it says.
pub async fn run() -> ExitCode {
    let cli = match parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("konductro: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    async fn run(self) -> Result<(), CommandError> {
        telemetry::start(&self.log)?;
        match self.command {
            Command::Serve(command) => command.run().await,
            Command::Migrate(command) => command.run().await,
            Command::Projections(command) => command.run().await,
            Command::User(command) => command.run().await,
            Command::Openapi(command) => command.run(),
        }
    }
}

/// Parses, taking an empty environment variable for one that is not set.
fn parse(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Cli, clap::Error> {
    let matches = without_empty_variables(Cli::command()).try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}

fn without_empty_variables(command: clap::Command) -> clap::Command {
    command
        .mut_args(|argument| match argument.get_env() {
            Some(name) if std::env::var_os(name).is_some_and(|value| value.is_empty()) => argument.env(None::<&str>),
            _ => argument,
        })
        .mut_subcommands(without_empty_variables)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed_and_every_option_is_explained() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} says what it does", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} of {} is explained", argument.get_id(), command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        Cli::command().debug_assert();
        check(&Cli::command());
    }

    #[test]
    fn a_key_given_as_an_option_never_shows() {
        let arguments = ["konductro", "serve", "--openai-api-key", "sk-secret"].map(Into::into);
        let shown = format!("{:?}", parse(arguments));
        assert!(shown.contains("***") && !shown.contains("sk-secret"), "{shown}");
    }
}
