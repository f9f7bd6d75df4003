//! `konductro init`: the files that teach an IDE's assistant `/technical-analysis`, and its way to Konductro.
//!
//! Running it again changes nothing. What somebody has edited is shown as a diff and overwritten only if they say so;
//! what others have in a configuration stays. No file holds a secret: the MCP server reads the stored sign-in.

mod diff;
mod files;
mod folder;
mod merge;
mod plan;
mod seal;

use std::io::{BufRead, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;

use super::exit::{Exit, Failure};
use super::server::{Output, server_url};
use crate::checkout::{Checkout, CheckoutError};
pub(crate) use files::instructions;
use folder::{Folder, FolderError};
use plan::{Change, PlanError, Step, plan};

/// Write what an IDE's assistant needs for `/technical-analysis` into this repository.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The IDE; may be given several times. All three by default.
    #[arg(long = "ide", value_enum)]
    ides: Vec<Ide>,
    /// The Konductro server to name in the MCP configuration; by default the one that each person signed in to.
    #[arg(long, value_parser = server_url)]
    url: Option<String>,
    /// Overwrite what was edited without asking.
    #[arg(long)]
    yes: bool,
    /// Change nothing; name what would change, and fail if anything would.
    #[arg(long, conflicts_with = "yes")]
    check: bool,
    /// The repository, or a folder in it.
    #[arg(long, default_value = ".")]
    directory: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// An IDE with an assistant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ide {
    /// Claude Code.
    Claude,
    /// Amazon Q Developer, in the IDE and on the command line.
    AmazonQ,
    /// Kiro, in the IDE and on the command line.
    Kiro,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Unchanged,
    Created,
    Updated,
    Kept,
    Differs,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Kept => "kept",
            Self::Differs => "differs",
        }
    }
}

impl Init {
    pub(super) fn run(self) -> Result<(), Failure> {
        let top = match Checkout::find(&self.directory) {
            Ok(checkout) => checkout.root().to_path_buf(),
            Err(CheckoutError::NoRepository(_)) => self.directory.clone(),
            Err(error) => return Err(error.into()),
        };
        let as_json = self.output.json;
        self.write(&top).map_err(|failure| failure.told_as_json(as_json))
    }

    fn write(&self, top: &Path) -> Result<(), Failure> {
        let folder = Folder::open(top)?;
        let ides = if self.ides.is_empty() { Ide::value_variants() } else { &self.ides };
        let files = ides.iter().flat_map(|ide| files::of(*ide, self.url.as_deref())).collect();
        let changes = plan(&folder, files)?;
        if self.check {
            return self.checked(top, &changes);
        }
        let edited: Vec<_> = changes.iter().filter(|change| change.step == Step::Overwrite).collect();
        let may_ask = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if !edited.is_empty() && !self.yes && !may_ask {
            show(&edited);
            let names: Vec<_> = edited.iter().map(|change| change.name()).collect();
            return Err(refused(format!(
                "nothing was written: {} would be changed and nobody can be asked here; look at the difference above, then run again with --yes",
                names.join(", ")
            )));
        }
        let mut asker = Asker { all: self.yes, input: std::io::stdin().lock(), output: std::io::stderr() };
        let mut outcomes = Vec::new();
        for change in &changes {
            outcomes.push((change, apply(&folder, change, &mut asker)?));
        }
        self.tell(top, &outcomes)
    }

    fn checked(&self, top: &Path, changes: &[Change]) -> Result<(), Failure> {
        let outcome = |change: &Change| match change.step {
            Step::Unchanged => Outcome::Unchanged,
            Step::Create | Step::Update | Step::Overwrite => Outcome::Differs,
        };
        let outcomes: Vec<_> = changes.iter().map(|change| (change, outcome(change))).collect();
        self.tell(top, &outcomes)?;
        let differing: Vec<_> =
            changes.iter().filter(|change| change.step != Step::Unchanged).map(Change::name).collect();
        if differing.is_empty() {
            return Ok(());
        }
        Err(refused(format!("{} differ from what `konductro init` writes: run it, and commit", differing.join(", "))))
    }

    fn tell(&self, top: &Path, outcomes: &[(&Change, Outcome)]) -> Result<(), Failure> {
        let files =
            outcomes.iter().map(|(change, outcome)| json!({ "path": change.name(), "outcome": outcome.as_str() }));
        let told = json!({ "directory": top, "files": files.collect::<Vec<_>>() });
        self.output.print(&told, || {
            let lines =
                outcomes.iter().map(|(change, outcome)| format!("{:<10} {}\n", outcome.as_str(), change.name()));
            let mut lines: String = lines.collect();
            if outcomes.iter().any(|(_, outcome)| matches!(outcome, Outcome::Created | Outcome::Updated)) {
                lines.push_str("\nSign in with `konductro login`, then ask your assistant for /technical-analysis.");
            }
            lines
        })
    }
}

fn apply(folder: &Folder, change: &Change, asker: &mut Asker<impl BufRead, impl Write>) -> Result<Outcome, Failure> {
    let outcome = match change.step {
        Step::Unchanged => return Ok(Outcome::Unchanged),
        Step::Create => Outcome::Created,
        Step::Update | Step::Overwrite => {
            show(&[change]);
            Outcome::Updated
        }
    };
    if change.step == Step::Overwrite && !asker.agrees(&change.name())? {
        return Ok(Outcome::Kept);
    }
    folder.write(&change.path, &change.wanted)?;
    Ok(outcome)
}

/// Differences go where people look, so that an answer in JSON stays one.
fn show(changes: &[&Change]) {
    for change in changes {
        eprintln!("{}", change.diff());
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        Failure::new(Exit::Error, error.to_string())
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Failure::new(Exit::Error, error.to_string())
    }
}

fn refused(why: String) -> Failure {
    Failure::new(Exit::Refused, why)
}

/// Asks whether a file may be overwritten.
struct Asker<I, O> {
    all: bool,
    input: I,
    output: O,
}

impl<I: BufRead, O: Write> Asker<I, O> {
    fn agrees(&mut self, path: &str) -> std::io::Result<bool> {
        if self.all {
            return Ok(true);
        }
        write!(self.output, "Overwrite {path}? [y]es, [n]o, [a]ll: ")?;
        self.output.flush()?;
        let mut answer = String::new();
        self.input.read_line(&mut answer)?;
        let answer = answer.trim().to_ascii_lowercase();
        self.all = matches!(answer.as_str(), "a" | "all");
        Ok(self.all || matches!(answer.as_str(), "y" | "yes"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_person_says_yes_no_or_all() {
        let mut asker = Asker { all: false, input: "n\nyes\n\na\n".as_bytes(), output: Vec::new() };
        let answers: Vec<_> = ["1", "2", "3", "4", "5", "6"].map(|path| asker.agrees(path).unwrap()).into();
        assert_eq!(answers, [false, true, false, true, true, true]);
        assert!(String::from_utf8(asker.output).unwrap().starts_with("Overwrite 1? "));
    }

    #[test]
    fn the_instruction_names_the_phase_and_every_section_the_checker_wants() {
        let text = instructions("The phase: PAY-3.");
        assert!(text.contains("The phase: PAY-3.") && !text.contains("{phase}"));
        for section in ["Summary and verdict", "Requirement → asset map", "Readiness for each N-n", "Evidence"] {
            assert!(text.contains(&format!("## {section}")), "{section}");
        }
    }
}
