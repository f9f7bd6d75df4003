//! `konductro completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, CommandError};

/// Print the completions for a shell, to be read when it starts.
///
/// For bash: `konductro completions bash > ~/.local/share/bash-completion/completions/konductro`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self) -> Result<(), CommandError> {
        clap_complete::generate(self.shell, &mut Cli::command(), "konductro", &mut std::io::stdout());
        Ok(())
    }
}
