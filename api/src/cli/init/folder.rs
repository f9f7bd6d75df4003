//! A folder that files are read from and written to, and never past it: a link that leads elsewhere is refused.

use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

const LARGEST: u64 = 1024 * 1024;

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum FolderError {
    #[error("{path} {why}")]
    Refused { path: String, why: &'static str },
    #[error("{path}: {error}")]
    Io { path: String, error: std::io::Error },
}

/// The top folder.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, FolderError> {
        path.canonicalize().map(Self).map_err(|error| io(path, error))
    }

    /// A file's text; none where there is no file.
    pub(super) fn read(&self, path: &Path) -> Result<Option<String>, FolderError> {
        let Some(file) = self.inside(path)? else { return Ok(None) };
        match std::fs::symlink_metadata(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(path, error)),
            Ok(about) if !about.is_file() => return Err(refused(path, "is a link or no file: move it away")),
            Ok(_) => {}
        }
        let mut bytes = Vec::new();
        let opened = std::fs::File::open(&file).map_err(|error| io(path, error))?;
        opened.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| io(path, error))?;
        if bytes.len() as u64 > LARGEST {
            return Err(refused(path, "is larger than 1 MiB: move it away"));
        }
        String::from_utf8(bytes).map(Some).map_err(|_| refused(path, "is no UTF-8 text: move it away"))
    }

    /// Puts a whole file in its place, at once.
    pub(super) fn write(&self, path: &Path, text: &str) -> Result<(), FolderError> {
        let parent = self.0.join(path).parent().map_or_else(|| self.0.clone(), Path::to_path_buf);
        self.inside(path)?;
        std::fs::create_dir_all(&parent).map_err(|error| io(path, error))?;
        let file = self.inside(path)?.ok_or_else(|| refused(path, "has no folder to be in"))?;
        let written = file.with_extension(format!("konductro-{}", std::process::id()));
        let put = || {
            let mut new = std::fs::OpenOptions::new().write(true).create_new(true).open(&written)?;
            new.write_all(text.as_bytes())?;
            if let Ok(about) = std::fs::metadata(&file) {
                new.set_permissions(about.permissions())?;
            }
            std::fs::rename(&written, &file)
        };
        put().map_err(|error| {
            // What could not take its place is of no use to anybody.
            let left = std::fs::remove_file(&written);
            tracing::debug!(?left, "took away an unfinished file");
            io(path, error)
        })
    }

    /// Where a path leads, once every link in its folders is followed; none where its folder does not exist.
    fn inside(&self, path: &Path) -> Result<Option<PathBuf>, FolderError> {
        let whole = self.0.join(path);
        let (Some(parent), Some(name)) = (whole.parent(), whole.file_name()) else {
            return Err(refused(path, "is no file"));
        };
        match nearest(parent) {
            Some(real) if !real.starts_with(&self.0) => {
                Err(refused(path, "lies behind a link that leads out of this folder: move the link away"))
            }
            Some(_) => Ok(parent.canonicalize().ok().map(|parent| parent.join(name))),
            None => Ok(None),
        }
    }
}

/// The nearest folder above that exists, by its real path.
fn nearest(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find_map(|above| above.canonicalize().ok())
}

fn io(path: &Path, error: std::io::Error) -> FolderError {
    FolderError::Io { path: path.display().to_string(), error }
}

fn refused(path: &Path, why: &'static str) -> FolderError {
    FolderError::Refused { path: path.display().to_string(), why }
}
