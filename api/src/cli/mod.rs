//! The command line: what `konductro` can be asked to do.
//!
//! Each subcommand has its file. Those of the operator hand over to `startup` at once; those of developers talk to a
//! server, through `client`, as whoever `credentials` finds. An error is a sentence on standard error that says what
//! to do next, and an exit code of `exit`; a wrong option is clap's own message and code 2. `audit
//! verify` and `audit watch` end with codes that say what they found.

mod audit;
pub mod client;
mod completions;
mod connection;
mod context;
pub mod credentials;
pub mod exit;
mod hand_off;
pub(crate) mod init;
mod login;
mod logout;
mod migrate;
mod openapi;
pub mod phase;
mod phases;
mod projections;
mod serve;
pub mod server;
mod token;
mod user;
mod whoami;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use self::exit::{EXIT_CODES, Exit, Failure};
use crate::config::LogConfig;
use crate::telemetry;

/// Plan software in phases, with approvals that stand for an exact text, and stories that trace back to it.
#[derive(Debug, Parser)]
#[command(name = "konductro", version, propagate_version = true, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(flatten)]
    log: LogConfig,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::Serve>),
    Migrate(migrate::Migrate),
    Projections(projections::Projections),
    User(user::User),
    Audit(audit::Audit),
    Openapi(openapi::Openapi),
    Login(login::Login),
    Logout(logout::Logout),
    Whoami(whoami::Whoami),
    Token(token::Token),
    Phases(phases::Phases),
    Context(context::Context),
    Init(init::Init),
    Evidence(hand_off::evidence::Evidence),
    Validate(hand_off::validate::Validate),
    Submit(hand_off::submit::Submit),
    Verify(hand_off::verify::Verify),
    Mcp(hand_off::mcp::Mcp),
    Completions(completions::Completions),
}

type CommandError = Box<dyn std::error::Error + Send + Sync>;

/// Reads the command line and does what it says.
pub async fn run() -> ExitCode {
    let cli = match parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    match cli.run().await {
        Ok(code) => code,
        Err(error) => match error.downcast::<Failure>() {
            Ok(failure) => failure.tell(),
            Err(error) => Failure::new(Exit::Error, error.to_string()).tell(),
        },
    }
}

impl Cli {
    async fn run(self) -> Result<ExitCode, CommandError> {
        telemetry::start(&self.log)?;
        match self.command {
            Command::Serve(command) => command.run().await?,
            Command::Migrate(command) => command.run().await?,
            Command::Projections(command) => command.run().await?,
            Command::User(command) => command.run().await?,
            Command::Audit(command) => return command.run().await,
            Command::Openapi(command) => command.run()?,
            Command::Login(command) => command.run().await?,
            Command::Logout(command) => command.run().await?,
            Command::Whoami(command) => command.run().await?,
            Command::Token(command) => command.run().await?,
            Command::Phases(command) => command.run().await?,
            Command::Context(command) => command.run().await?,
            Command::Init(command) => command.run()?,
            Command::Evidence(command) => command.run()?,
            Command::Validate(command) => command.run().await?,
            Command::Submit(command) => command.run().await?,
            Command::Verify(command) => command.run().await?,
            Command::Mcp(command) => command.run().await?,
            Command::Completions(command) => command.run()?,
        }
        Ok(ExitCode::SUCCESS)
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
