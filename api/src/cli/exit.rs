//! How a command ends: one list of exit codes for all of them, and the failure that carries one.

use std::process::ExitCode;

use serde_json::{Value, json};

/// What a command's exit code says. `konductro --help` and `docs/cli.md` list the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Something went wrong.
    Error,
    /// The command line is wrong.
    Usage,
    /// Not signed in, or not allowed.
    NotAllowed,
    /// A rule refuses it, or what was given is not valid; every reason is listed.
    Refused,
    /// The server can't be reached, or is too busy.
    Unreachable,
}

/// The list, for `--help`.
pub(super) const EXIT_CODES: &str = "Exit codes:
  0  done
  1  something went wrong
  2  the command line is wrong
  3  not signed in, or not allowed
  4  refused by a rule, or not valid; every reason is listed
  5  the server can't be reached, or is too busy";

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Error => 1,
            Exit::Usage => 2,
            Exit::NotAllowed => 3,
            Exit::Refused => 4,
            Exit::Unreachable => 5,
        }
    }
}

/// Why a command did not do what it was asked: a sentence that says what to do next, and the exit code.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What the exit code says.
    pub exit: Exit,
    /// For people; may have several lines, one for each reason.
    pub message: String,
    /// The server's problem, where it is one.
    pub problem: Option<Value>,
    /// Whether it is told as JSON.
    as_json: bool,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), problem: None, as_json: false }
    }

    /// Nobody is signed in to this server.
    pub fn not_signed_in(hint: &str) -> Self {
        Self::new(Exit::NotAllowed, format!("You are not signed in. {hint}"))
    }

    /// The same with another exit code.
    #[must_use]
    pub fn exiting(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same, with what the server said.
    #[must_use]
    pub fn with_problem(mut self, problem: Value) -> Self {
        self.problem = Some(problem);
        self
    }

    /// The same, told as JSON where the command was asked to.
    #[must_use]
    pub fn told_as_json(mut self, as_json: bool) -> Self {
        self.as_json = as_json;
        self
    }

    /// Says it on standard error: as sentences, or as one JSON object.
    pub(super) fn tell(&self) -> ExitCode {
        if self.as_json {
            let told = json!({ "exit": self.exit.code(), "message": self.message, "problem": self.problem });
            eprintln!("{told}");
        } else {
            eprintln!("konductro: {}", self.message);
        }
        ExitCode::from(self.exit.code())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Error, error.to_string())
    }
}
