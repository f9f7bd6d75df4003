//! Whose process PostgreSQL runs as.
//!
//! It refuses to be root, so a root konductro starts it under another account and gives that account
//! the cluster's folder, nothing else. The account may not be able to walk down to that folder (a clone
//! below /root): the child is then given the folder as an open handle and knows it only by that.

use std::fs::{self, File, Metadata};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::unistd::{Uid, User};
use tokio::process::Command;

use super::cluster::Cluster;
use super::error::EmbeddedError;

/// The account that a root konductro runs PostgreSQL as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// Whom to become: nobody else unless we are root; the cluster's owner when there is one.
    pub(super) fn for_cluster(cluster: &Cluster) -> Result<Option<Self>, EmbeddedError> {
        let us = Uid::effective();
        let owner = fs::metadata(cluster.path()).ok().map(|metadata| (metadata.uid(), metadata.gid()));
        match (us.is_root(), owner) {
            (true, Some((uid, gid))) if uid != 0 => Ok(Some(Self { uid, gid })),
            (true, _) => Self::unprivileged().map(Some),
            (false, Some((uid, _))) if uid != us.as_raw() => {
                Err(EmbeddedError::WrongOwner { path: cluster.path().to_owned(), owner: name_of(uid) })
            }
            (false, _) => Ok(None),
        }
    }

    fn unprivileged() -> Result<Self, EmbeddedError> {
        ["postgres", "nobody"]
            .into_iter()
            .filter_map(|name| User::from_name(name).ok().flatten())
            .map(|user| Self { uid: user.uid.as_raw(), gid: user.gid.as_raw() })
            .find(|account| account.uid != 0)
            .ok_or(EmbeddedError::NoAccount)
    }

    /// Hands a file or folder over to the account.
    pub(super) fn give(self, path: &Path) -> Result<(), EmbeddedError> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
            .map_err(EmbeddedError::io("hand over to PostgreSQL's account", path))
    }

    /// Whether the account may read and execute the file, given every folder above it.
    pub(super) fn can_execute(self, path: &Path) -> bool {
        let allowed = |metadata: &Metadata, wanted: u32| {
            let mode = metadata.permissions().mode();
            let bits = match (metadata.uid() == self.uid, metadata.gid() == self.gid) {
                (true, _) => mode >> 6,
                (false, true) => mode >> 3,
                (false, false) => mode,
            };
            bits & wanted == wanted
        };
        path.ancestors().skip(1).all(|folder| fs::metadata(folder).is_ok_and(|metadata| allowed(&metadata, 0o1)))
            && fs::metadata(path).is_ok_and(|metadata| allowed(&metadata, 0o5))
    }
}

/// A command that works on the cluster's folder, as the account if there is one.
///
/// Returned with the handle of that folder, which must live until the command was spawned, and with the
/// name by which the program is to call the folder.
pub(super) fn command_on(
    program: &Path,
    folder: &Path,
    account: Option<&Account>,
) -> Result<(Command, File, String), EmbeddedError> {
    let handle = File::open(folder).map_err(EmbeddedError::io("open", folder))?;
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.current_dir("/").env("LC_ALL", "C").env("TZ", "UTC");
    let Some(account) = account else {
        return Ok((command, handle, folder.to_string_lossy().into_owned()));
    };
    command.uid(account.uid).gid(account.gid);
    if !cfg!(target_os = "linux") {
        return Ok((command, handle, folder.to_string_lossy().into_owned()));
    }
    // The folder goes to the child as an open handle, so that the way there may lead through folders
    // that the account may not pass. Its working folder does not serve for this: PostgreSQL 15 leaves
    // and re-enters that by name while it looks for its own files.
    fcntl(&handle, FcntlArg::F_SETFD(FdFlag::empty()))
        .map_err(|error| EmbeddedError::io("pass on", folder)(error.into()))?;
    let name = format!("/proc/self/fd/{}", handle.as_raw_fd());
    Ok((command, handle, name))
}

fn name_of(uid: u32) -> String {
    User::from_uid(Uid::from_raw(uid)).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}
