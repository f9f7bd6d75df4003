//! What would happen to each file: worked out whole before any is written.

use std::path::PathBuf;

use super::files::{Content, Planned};
use super::folder::{Folder, FolderError};
use super::merge::MergeError;
use super::{diff, seal};

/// What is to be done with one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// It is as it should be.
    Unchanged,
    /// It is not there yet.
    Create,
    /// It is as an earlier `init` wrote it.
    Update,
    /// Somebody wrote into it.
    Overwrite,
}

/// One file, what is in it and what should be.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) path: PathBuf,
    pub(super) step: Step,
    pub(super) there: String,
    pub(super) wanted: String,
}

/// Why no plan could be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlanError {
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error("{path} {error}")]
    Merge { path: String, error: MergeError },
}

impl Change {
    /// How the change looks, as a unified diff.
    pub(super) fn diff(&self) -> String {
        diff::unified(&self.name(), &self.there, &self.wanted)
    }

    /// The path, as it is told.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }
}

/// Looks at each file, and changes none.
pub(super) fn plan(folder: &Folder, files: Vec<Planned>) -> Result<Vec<Change>, PlanError> {
    files.into_iter().filter_map(|file| change(folder, file).transpose()).collect()
}

fn change(folder: &Folder, file: Planned) -> Result<Option<Change>, PlanError> {
    let there = folder.read(&file.path)?;
    let ours = matches!(file.content, Content::Whole(_));
    let wanted = match (&file.content, &there) {
        (Content::Whole(text), _) => text.clone(),
        (Content::ServerIfThere(_), None) => return Ok(None),
        (Content::Server(server) | Content::ServerIfThere(server), there) => server
            .merged_into(there.as_deref().unwrap_or_default())
            .map_err(|error| PlanError::Merge { path: file.path.display().to_string(), error })?,
    };
    let step = match &there {
        None => Step::Create,
        Some(there) if *there == wanted => Step::Unchanged,
        Some(there) if ours && seal::holds(there) => Step::Update,
        Some(_) => Step::Overwrite,
    };
    Ok(Some(Change { path: file.path, step, there: there.unwrap_or_default(), wanted }))
}
