//! The only things outside the data folder, and their removal.
//!
//! A Unix socket's path may have about a hundred bytes; a longer one is reached through a short symbolic
//! link. Binaries below a folder that the server's account may not enter are copied to where it may. Both
//! live in private folders whose names are noted in the data folder, so that a later start removes what
//! a crash left.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use super::account::Account;
use super::binaries::Binaries;
use super::error::EmbeddedError;

/// Room for `/.s.PGSQL.5432.lock` within the system's limit (104 bytes on macOS, 108 on Linux).
const LONGEST_SOCKET_DIR: usize = 80;
const PREFIX: &str = "konductro-";

/// The private folders under the system's temporary folder.
#[derive(Debug)]
pub(super) struct Temporary {
    note: PathBuf,
    left_over: Vec<PathBuf>,
    ours: Vec<PathBuf>,
}

impl Temporary {
    /// Reads what an earlier run noted.
    pub(super) fn open(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let note = data_dir.join("temporary");
        let left_over = match fs::read_to_string(&note) {
            Ok(text) => text.lines().map(PathBuf::from).filter(|path| is_ours(path)).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(EmbeddedError::io("read", &note)(error)),
        };
        Ok(Self { note, left_over, ours: Vec::new() })
    }

    /// A path to the socket's folder that is short enough.
    pub(super) fn socket_dir(&mut self, cluster: &Path) -> Result<PathBuf, EmbeddedError> {
        if cluster.as_os_str().len() <= LONGEST_SOCKET_DIR {
            return Ok(cluster.to_owned());
        }
        let link = self.create(0o700)?.join("s");
        symlink(cluster, &link).map_err(EmbeddedError::io("create the way to the socket", &link))?;
        Ok(link)
    }

    /// The way to the socket that whoever runs the server took.
    pub(super) fn way_of_another(data_dir: &Path, cluster: &Path) -> Option<PathBuf> {
        if cluster.as_os_str().len() <= LONGEST_SOCKET_DIR {
            return Some(cluster.to_owned());
        }
        let noted = fs::read_to_string(data_dir.join("temporary")).ok()?;
        noted.lines().map(|folder| Path::new(folder).join("s")).find(|link| link.is_dir())
    }

    /// The binaries, copied if the account could not run them where they are.
    pub(super) fn reachable_binaries(
        &mut self,
        binaries: Binaries,
        account: Option<&Account>,
    ) -> Result<Binaries, EmbeddedError> {
        let reachable = account.is_none_or(|account| account.can_execute(&binaries.postgres()));
        let Some(tree) = binaries.folder().parent().filter(|_| !reachable).map(Path::to_owned) else {
            return Ok(binaries);
        };
        let copy = self.create(0o755)?;
        copy_tree(&tree, &copy).map_err(EmbeddedError::io("copy the PostgreSQL binaries of", &tree))?;
        Ok(binaries.moved_to(copy.join("bin")))
    }

    /// Removes what a crashed run left; not to be called while its server still runs.
    pub(super) fn remove_left_over(&mut self) {
        for folder in std::mem::take(&mut self.left_over) {
            remove(&folder);
        }
    }

    fn create(&mut self, mode: u32) -> Result<PathBuf, EmbeddedError> {
        let folder = parent_folder().join(format!("{PREFIX}{:016x}", rand::random::<u64>()));
        self.ours.push(folder.clone());
        let noted: String =
            self.left_over.iter().chain(&self.ours).map(|path| format!("{}\n", path.display())).collect();
        fs::write(&self.note, noted).map_err(EmbeddedError::io("write", &self.note))?;
        fs::DirBuilder::new()
            .mode(mode)
            .create(&folder)
            .and_then(|()| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)))
            .map_err(EmbeddedError::io("create", &folder))?;
        Ok(folder)
    }
}

impl Drop for Temporary {
    /// The server has ended, or did not start.
    fn drop(&mut self) {
        self.remove_left_over();
        for folder in std::mem::take(&mut self.ours) {
            remove(&folder);
        }
        remove(&self.note);
    }
}

/// A temporary folder that is itself named at length would defeat its purpose.
fn parent_folder() -> PathBuf {
    let usual = std::env::temp_dir();
    if usual.as_os_str().len() <= LONGEST_SOCKET_DIR / 2 { usual } else { PathBuf::from("/tmp") }
}

/// Only a folder of our name that is our own is ever removed, whatever the note says.
fn is_ours(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
        && fs::symlink_metadata(path)
            .is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == Uid::effective().as_raw())
}

fn remove(path: &Path) {
    let outcome = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match outcome {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(path = %path.display(), %error, "a temporary folder could not be removed");
        }
        _ => {}
    }
}

/// Copies files, folders and links, readable for everybody.
fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            symlink(fs::read_link(&source)?, &target)?;
        } else if kind.is_dir() {
            fs::create_dir(&target)?;
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755))?;
            copy_tree(&source, &target)?;
        } else {
            fs::copy(&source, &target)?;
            let executable = entry.metadata()?.permissions().mode() & 0o100 != 0;
            fs::set_permissions(&target, fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 }))?;
        }
    }
    Ok(())
}
