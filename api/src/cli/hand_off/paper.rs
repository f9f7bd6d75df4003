//! A document and its sidecar, as a command is given them.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;
use konductro_domain::artefact::submission::MAX_SIDECAR_BYTES;
use konductro_domain::phase::MAX_ARTEFACT_BYTES;
use serde_json::Value;

use crate::cli::exit::{Exit, Failure};

/// The files of an analysis.
#[derive(Debug, Args)]
pub(super) struct Paper {
    /// The document (Markdown); - reads it from standard input.
    file: PathBuf,
    /// The sidecar (JSON). By default the file beside the document with the same name and .json, if there is one.
    #[arg(long)]
    sidecar: Option<PathBuf>,
}

/// What was in the files.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) markdown: String,
    pub(super) sidecar: Option<Value>,
}

impl Paper {
    pub(super) fn read(&self) -> Result<Written, Failure> {
        let is_standard_input = self.file == Path::new("-");
        let markdown = if is_standard_input {
            text_of(std::io::stdin().lock(), MAX_ARTEFACT_BYTES, &self.file)?
        } else {
            text_of(open(&self.file)?, MAX_ARTEFACT_BYTES, &self.file)?
        };
        let beside = self.file.with_extension("json");
        let sidecar = match &self.sidecar {
            Some(named) => Some(sidecar(named)?),
            None if !is_standard_input && beside.is_file() => Some(sidecar(&beside)?),
            None => None,
        };
        Ok(Written { markdown, sidecar })
    }
}

fn sidecar(path: &Path) -> Result<Value, Failure> {
    let text = text_of(open(path)?, MAX_SIDECAR_BYTES, path)?;
    serde_json::from_str(&text).map_err(|error| odd(path, &format!("is no JSON: {error}")))
}

fn open(path: &Path) -> Result<std::fs::File, Failure> {
    std::fs::File::open(path).map_err(|error| odd(path, &error.to_string()))
}

fn text_of(source: impl Read, largest: usize, path: &Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    source.take(largest as u64 + 1).read_to_end(&mut bytes).map_err(|error| odd(path, &error.to_string()))?;
    if bytes.len() > largest {
        let why = format!("is larger than {} KiB: leave out what matters least", largest / 1024);
        return Err(Failure::new(Exit::Refused, format!("{} {why}", path.display())));
    }
    String::from_utf8(bytes).map_err(|_| odd(path, "is no UTF-8 text"))
}

fn odd(path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Error, format!("{}: {why}", path.display()))
}
