//! The cluster's folder, and how a new one is made.
//!
//! `initdb` works in `cluster.new`, which takes its final name only when whole: a start that was
//! interrupted leaves no half cluster behind.

use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use super::account::{Account, command_on};
use super::binaries::Binaries;
use super::error::EmbeddedError;
use super::{DATABASE, PORT};

/// Where the private cluster's files are.
#[derive(Debug, Clone)]
pub(super) struct Cluster {
    path: PathBuf,
    new: PathBuf,
    log: PathBuf,
}

impl Cluster {
    pub(super) fn new(data_dir: &Path) -> Self {
        Self { path: data_dir.join("cluster"), new: data_dir.join("cluster.new"), log: data_dir.join("postgres.log") }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn log(&self) -> &Path {
        &self.log
    }

    /// The last lines that the server wrote.
    pub(super) fn log_tail(&self) -> String {
        let text = fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(12)..].join("\n")
    }

    /// The major version that made the cluster; none when there is no cluster yet.
    pub(super) fn version(&self) -> Result<Option<u32>, EmbeddedError> {
        let path = self.path.join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.trim().parse().ok()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(EmbeddedError::io("read", &path)(error)),
        }
    }

    /// The process id that the last server wrote down, whether it lives or not.
    pub(super) fn recorded_pid(&self) -> Option<i32> {
        fs::read_to_string(self.path.join("postmaster.pid")).ok()?.lines().next()?.trim().parse().ok()
    }

    /// Forgets a recorded process that is not ours, lest PostgreSQL takes its number for a live server: the
    /// number was given to another process, or nobody buried the one that was killed (a container's first
    /// process often does not). The lock of the socket, which is in the same folder, records it too.
    pub(super) fn forget_foreign_pid(&self) -> Result<(), EmbeddedError> {
        if self.recorded_pid().is_some_and(|pid| self.is_served_by(pid)) {
            return Ok(());
        }
        for name in ["postmaster.pid".to_owned(), format!(".s.PGSQL.{PORT}.lock")] {
            let path = self.path.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(EmbeddedError::io("remove", &path)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the process works in this folder, as a postmaster of this cluster does.
    #[cfg(target_os = "linux")]
    pub(super) fn is_served_by(&self, pid: i32) -> bool {
        let same = |a: &fs::Metadata, b: &fs::Metadata| a.dev() == b.dev() && a.ino() == b.ino();
        match (fs::metadata(format!("/proc/{pid}/cwd")), fs::metadata(&self.path)) {
            (Ok(theirs), Ok(ours)) => same(&theirs, &ours),
            _ => false,
        }
    }

    /// Whether the recorded process lives and can be ours.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn is_served_by(&self, pid: i32) -> bool {
        let signalled = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), None);
        signalled.is_ok() && self.recorded_pid() == Some(pid) && self.path.join(".s.PGSQL.5432").exists()
    }

    /// Makes the cluster on first start.
    pub(super) async fn create_if_missing(
        &self,
        binaries: &Binaries,
        account: Option<&Account>,
    ) -> Result<(), EmbeddedError> {
        if self.version()?.is_some() {
            return Ok(());
        }
        tracing::info!(version = binaries.major(), folder = %self.path.display(), "creating the PostgreSQL cluster");
        self.create_empty_folder(account)?;
        let (mut command, handle, folder) = command_on(&binaries.initdb(), &self.new, account)?;
        command
            .args(["--pgdata", &folder, "--username", DATABASE, "--encoding", "UTF8", "--data-checksums"])
            .args(["--auth-local", "trust", "--auth-host", "reject", "--lc-messages", "C"])
            .args(locale(binaries.major()));
        let outcome = command.output().await.map_err(EmbeddedError::io("run", &binaries.initdb()))?;
        drop(handle);
        if !outcome.status.success() {
            let said = String::from_utf8_lossy(&outcome.stderr);
            return Err(EmbeddedError::InitFailed { path: self.new.clone(), output: said.trim().to_owned() });
        }
        fs::rename(&self.new, &self.path).map_err(EmbeddedError::io("rename into place", &self.new))
    }

    fn create_empty_folder(&self, account: Option<&Account>) -> Result<(), EmbeddedError> {
        if self.new.exists() {
            fs::remove_dir_all(&self.new).map_err(EmbeddedError::io("remove the unfinished cluster", &self.new))?;
        }
        fs::DirBuilder::new().mode(0o700).create(&self.new).map_err(EmbeddedError::io("create", &self.new))?;
        account.map_or(Ok(()), |account| account.give(&self.new))
    }
}

/// Sorting by code point, which no update of the operating system changes under an index.
fn locale(major: u32) -> &'static [&'static str] {
    if major >= 17 {
        &["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
    } else if cfg!(target_os = "linux") {
        &["--locale", "C.UTF-8"]
    } else {
        &["--locale", "C"]
    }
}
