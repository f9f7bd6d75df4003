//! The one server process: started or adopted, watched, stopped.
//!
//! It is a direct child in a process group of its own, so that Ctrl-C in a terminal reaches us first and
//! we decide when it ends. An adopted one is no child; it is watched by its process id and working folder.

use std::fs;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::PgConnectOptions;
use tokio::process::Child;
use tokio::sync::watch;

use super::account::{Account, command_on};
use super::binaries::Binaries;
use super::cluster::Cluster;
use super::error::EmbeddedError;
use super::{PORT, database};

const LOG_LIMIT: u64 = 10 * 1024 * 1024;
const FAST_SHUTDOWN: Duration = Duration::from_secs(30);
const IMMEDIATE_SHUTDOWN: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// How often a start is repeated while processes of a killed server still let go of its memory.
const START_ATTEMPTS: usize = 50;

/// Modest, and safe: everything that PostgreSQL promises about durability stays on.
const SETTINGS: [&str; 14] = [
    "listen_addresses=",
    "unix_socket_directories=.",
    "unix_socket_permissions=0700",
    "shared_buffers=128MB",
    "max_connections=200",
    "wal_compression=on",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=%m [%p] ",
    "cluster_name=konductro",
    "fsync=on",
];

/// The server process and the news of its end.
#[derive(Debug)]
pub(super) struct Postmaster {
    pid: i32,
    ended: watch::Receiver<Option<String>>,
    asked_to_end: Arc<AtomicBool>,
}

impl Postmaster {
    /// Takes over the server that still runs this cluster, if one does.
    pub(super) fn adopt(cluster: &Cluster) -> Option<Self> {
        let pid = cluster.recorded_pid().filter(|pid| cluster.is_served_by(*pid))?;
        let (announce, ended) = watch::channel(None);
        let cluster = cluster.clone();
        tokio::spawn(async move {
            while cluster.is_served_by(pid) {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            announce.send_replace(Some("the adopted server is gone".to_owned()));
        });
        Some(Self { pid, ended, asked_to_end: Arc::default() })
    }

    /// Starts the server and waits until it takes connections.
    pub(super) async fn start(
        cluster: &Cluster,
        binaries: &Binaries,
        account: Option<&Account>,
        connect: &PgConnectOptions,
    ) -> Result<Self, EmbeddedError> {
        cluster.forget_foreign_pid()?;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let postmaster = Self::spawn(cluster, binaries, account)?;
            match database::wait_until_ready(connect, &postmaster, cluster).await {
                Ok(()) => return Ok(postmaster),
                // Processes of a killed server end by themselves within moments.
                Err(EmbeddedError::StartFailed { tail, .. })
                    if attempts < START_ATTEMPTS && tail.contains("is still in use") =>
                {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn spawn(cluster: &Cluster, binaries: &Binaries, account: Option<&Account>) -> Result<Self, EmbeddedError> {
        let log = open_log(cluster)?;
        let errors = log.try_clone().map_err(EmbeddedError::io("open", cluster.log()))?;
        let (mut command, handle, folder) = command_on(&binaries.postgres(), cluster.path(), account)?;
        command.args(["-D", &folder, "-p", &PORT.to_string()]);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.stdin(Stdio::null()).stdout(log).stderr(errors).process_group(0);
        let child = command.spawn().map_err(EmbeddedError::io("run", &binaries.postgres()))?;
        drop(handle);
        Self::watch(child, cluster)
    }

    fn watch(mut child: Child, cluster: &Cluster) -> Result<Self, EmbeddedError> {
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).ok_or_else(|| EmbeddedError::StartFailed {
            ended: "it ended at once".to_owned(),
            log: cluster.log().to_owned(),
            tail: cluster.log_tail(),
        })?;
        let (announce, ended) = watch::channel(None);
        tokio::spawn(async move {
            let how = match child.wait().await {
                Ok(status) => status.to_string(),
                Err(error) => error.to_string(),
            };
            announce.send_replace(Some(how));
        });
        Ok(Self { pid, ended, asked_to_end: Arc::default() })
    }

    pub(super) fn pid(&self) -> i32 {
        self.pid
    }

    /// How it ended, if it has.
    pub(super) fn has_ended(&self) -> Option<String> {
        self.ended.borrow().clone()
    }

    /// Resolves when it ends without having been asked to.
    pub(super) fn died(&self) -> impl Future<Output = String> + Send + 'static {
        let (ended, asked_to_end) = (self.ended.clone(), Arc::clone(&self.asked_to_end));
        async move {
            let how = wait_for_end(ended).await;
            if asked_to_end.load(Ordering::Acquire) {
                std::future::pending::<()>().await;
            }
            how
        }
    }

    /// Ends it: open transactions are rolled back, what was committed is on disk.
    pub(super) async fn stop(&self) -> Result<(), EmbeddedError> {
        self.asked_to_end.store(true, Ordering::Release);
        for (signal, patience) in [(Signal::SIGINT, FAST_SHUTDOWN), (Signal::SIGQUIT, IMMEDIATE_SHUTDOWN)] {
            self.signal(signal);
            if tokio::time::timeout(patience, wait_for_end(self.ended.clone())).await.is_ok() {
                return Ok(());
            }
        }
        Err(EmbeddedError::DoesNotStop { pid: self.pid })
    }

    fn signal(&self, signal: Signal) {
        if self.has_ended().is_none()
            && let Err(error) = kill(Pid::from_raw(self.pid), signal)
        {
            tracing::debug!(pid = self.pid, %error, "PostgreSQL was gone already");
        }
    }
}

impl Drop for Postmaster {
    /// Whoever forgets to stop it, or panics, still leaves nothing running.
    fn drop(&mut self) {
        if !self.asked_to_end.swap(true, Ordering::AcqRel) {
            self.signal(Signal::SIGINT);
        }
    }
}

async fn wait_for_end(mut ended: watch::Receiver<Option<String>>) -> String {
    loop {
        if let Some(how) = ended.borrow_and_update().clone() {
            return how;
        }
        if ended.changed().await.is_err() {
            // The watcher only goes away with the runtime, and then nobody waits any more.
            std::future::pending::<()>().await;
        }
    }
}

/// The server's own log, started anew when it has grown large.
fn open_log(cluster: &Cluster) -> Result<fs::File, EmbeddedError> {
    let path = cluster.log();
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() > LOG_LIMIT) {
        fs::rename(path, path.with_extension("log.1")).map_err(EmbeddedError::io("put aside", path))?;
    }
    fs::OpenOptions::new().create(true).append(true).open(path).map_err(EmbeddedError::io("open", path))
}
