//! `konductro audit`: export the log, verify an export, watch a log from elsewhere, erase a text.

use std::io::{BufReader, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use konductro_domain::text::Hash;

use super::CommandError;
use crate::audit::verify::{Expected, verify};
use crate::audit::watch::{WatchError, Watcher};
use crate::config::{AuditConfig, DatabaseConfig, IdentityConfig, duration};
use crate::startup::{self, ConsoleExport, ErasedText};

/// Show that the log is what it was.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct Audit {
    #[command(subcommand)]
    command: Box<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the log, or a project's part of it, with proofs and texts, to be verified elsewhere.
    Export(Export),
    /// Verify an export, without a server. Exit code 0: sound; 2: altered; 3: incomplete; 4: another key; 5: rolled back.
    Verify(Verify),
    /// Keep the signed heads of a server's log, and tell when it is not the continuation of what it was (exit code 5).
    Watch(Watch),
    /// Print the public key line that exports are verified with.
    Key {
        #[command(flatten)]
        database: DatabaseConfig,
        #[command(flatten)]
        audit: AuditConfig,
    },
    /// Erase a text for good; the events that name it stay, and say so.
    EraseText(EraseText),
}

#[derive(Debug, Args)]
struct Export {
    /// A project, by its key or id; the whole workspace's log without one.
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    /// The size of an earlier signed head; the export then proves that it is continued.
    #[arg(long, value_name = "SIZE")]
    since: Option<u64>,
    /// The file to write; standard output without it.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Who exports, by e-mail address: it stays in the log.
    #[arg(long, value_name = "EMAIL")]
    by: Option<String>,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    audit: AuditConfig,
    #[command(flatten)]
    identity: IdentityConfig,
}

#[derive(Debug, Args)]
struct Verify {
    /// The export; several are verified one after the other, and the first that is not sound decides the exit code.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The public key line, as `konductro audit key` prints it: got from somebody that you trust, not with the export.
    #[arg(long, value_name = "LINE", env = "KONDUCTRO_AUDIT_KEY_LINE")]
    key: String,
    /// A file with an earlier signed head; the log must be the continuation of what it was then.
    #[arg(long, value_name = "CHECKPOINT")]
    since: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Watch {
    /// The server's address, such as `https://plan.example.org`.
    #[arg(value_name = "URL")]
    url: String,
    /// The public key line, as `konductro audit key` prints it.
    #[arg(long, value_name = "LINE", env = "KONDUCTRO_AUDIT_KEY_LINE")]
    key: String,
    /// The folder for the heads that were seen.
    #[arg(long, value_name = "FOLDER", default_value = "konductro-heads")]
    keep: PathBuf,
    /// How long to wait between two looks.
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    every: Duration,
    /// Look once, and end.
    #[arg(long)]
    once: bool,
}

#[derive(Debug, Args)]
struct EraseText {
    /// The text's hash, as the history shows it.
    #[arg(value_name = "HASH")]
    text: Hash,
    /// Why it is erased: the reason stays.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who erases it, by e-mail address: it stays in the log.
    #[arg(long, value_name = "EMAIL")]
    by: String,
    /// Erase every other text that holds these words too, in whatever case: replies, and what Conductor was given.
    #[arg(long, value_name = "WORDS")]
    containing: Option<String>,
    #[command(flatten)]
    database: DatabaseConfig,
    #[command(flatten)]
    identity: IdentityConfig,
}

impl Audit {
    pub(super) async fn run(self) -> Result<ExitCode, CommandError> {
        match *self.command {
            Command::Export(export) => export.run().await?,
            Command::Verify(verify) => return verify.run(),
            Command::Watch(watch) => return watch.run().await,
            Command::Key { database, audit } => startup::print_audit_key(database, audit).await?,
            Command::EraseText(text) => text.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Export {
    async fn run(self) -> Result<(), CommandError> {
        let Self { project, since, output, by, database, audit, identity } = self;
        let wanted = ConsoleExport { project, since, by };
        Ok(startup::export_audit((database, audit, identity), wanted, output.as_deref()).await?)
    }
}

impl Verify {
    /// Says one thing of each file, and ends with the code of the first that is not sound.
    fn run(self) -> Result<ExitCode, CommandError> {
        let since = self.since.as_ref().map(std::fs::read_to_string).transpose()?;
        let expected = Expected { key: self.key, since };
        let (mut out, mut code) = (std::io::stdout().lock(), None);
        for file in &self.files {
            let name = if self.files.len() > 1 { format!("{}: ", file.display()) } else { String::new() };
            let opened = std::fs::File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
            match verify(BufReader::with_capacity(1 << 16, opened), &expected) {
                Ok(sound) => writeln!(out, "{name}{sound}")?,
                Err(fault) => {
                    writeln!(out, "{name}{fault}")?;
                    code.get_or_insert(fault.finding.exit_code());
                }
            }
        }
        Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from))
    }
}

impl Watch {
    async fn run(self) -> Result<ExitCode, CommandError> {
        let watcher = Watcher::new(&self.url, &self.key, &self.keep)?;
        loop {
            match watcher.look().await {
                Ok(seen) => writeln!(std::io::stdout(), "{seen}")?,
                Err(WatchError::Fault(fault)) => {
                    writeln!(std::io::stdout(), "{fault}")?;
                    return Ok(ExitCode::from(fault.finding.exit_code()));
                }
                // The server may be away for a while: that is not what is watched for.
                Err(error @ WatchError::Server(..)) if !self.once => writeln!(std::io::stderr(), "konductro: {error}")?,
                Err(error) => return Err(error.into()),
            }
            if self.once {
                return Ok(ExitCode::SUCCESS);
            }
            tokio::time::sleep(self.every).await;
        }
    }
}

impl EraseText {
    async fn run(self) -> Result<(), CommandError> {
        let Self { text, reason, by, containing, database, identity } = self;
        Ok(startup::erase_text(database, identity, ErasedText { text, reason, by, containing }).await?)
    }
}
