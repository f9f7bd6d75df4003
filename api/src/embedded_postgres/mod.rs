//! A private PostgreSQL for those who bring none.
//!
//! `konductro serve` without `DATABASE_URL` keeps a cluster in its data folder and runs the server as
//! its own child, on a Unix socket only. What must stay true: one server per data folder (a lock file
//! tells), full durability, everything inside the data folder, and no process left behind after a stop.
//! After a crash of ours the cluster still runs: the next start adopts it. Two things may be placed
//! under the system's temporary folder, and are removed again: a short way to the socket when the data
//! folder's path is too long for one, and a copy of server binaries that the server's account cannot reach.

mod account;
mod binaries;
mod cluster;
mod database;
mod error;
mod postmaster;
mod temporary;

use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use account::Account;
use binaries::Binaries;
use cluster::Cluster;
use postmaster::Postmaster;
use temporary::Temporary;

pub use error::EmbeddedError;

/// The database, and its owner, that every embedded cluster has.
const DATABASE: &str = "konductro";
/// The role with few rights that the application takes on.
const APPLICATION_ROLE: &str = "konductro_app";
/// Names the socket file; no TCP port is ever opened.
const PORT: u16 = 5432;

/// Where the private cluster lives and which binaries run it.
#[derive(Debug, Clone, Default)]
pub struct EmbeddedOptions {
    /// The folder that holds the cluster, its lock and its log; created when missing.
    pub data_dir: PathBuf,
    /// Use the server binaries of this folder and no others.
    pub bin: Option<PathBuf>,
    /// Use the binaries of this folder when the system has none that fit.
    pub fallback_bin: Option<PathBuf>,
}

impl EmbeddedOptions {
    /// A cluster in this folder, with whatever binaries are found.
    #[must_use]
    pub fn in_folder(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), bin: None, fallback_bin: None }
    }
}

/// A running private PostgreSQL.
#[derive(Debug)]
pub struct EmbeddedPostgres {
    connect: PgConnectOptions,
    postmaster: Postmaster,
    version: u32,
    adopted: bool,
    // Dropped in this order: first what the server used, last the hold on the folder.
    _temporary: Temporary,
    _lock: File,
}

impl EmbeddedPostgres {
    /// Starts the cluster of the data folder, or adopts the one that a crash left running.
    ///
    /// # Errors
    /// When another server uses the folder, no binaries fit, or PostgreSQL does not come up.
    pub async fn start(options: &EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let data_dir = create_data_dir(&options.data_dir)?;
        let lock = lock(&data_dir)?;
        let mut temporary = Temporary::open(&data_dir)?;
        let cluster = Cluster::new(&data_dir);
        let account = Account::for_cluster(&cluster)?;
        let connect = connect_options(&temporary.socket_dir(cluster.path())?);

        if let Some(postmaster) = Postmaster::adopt(&cluster) {
            tracing::info!(pid = postmaster.pid(), "adopting the PostgreSQL that an earlier run left");
            if database::wait_until_ready(&connect, &postmaster, &cluster).await.is_ok() {
                let version = cluster.version()?.unwrap_or_default();
                database::prepare(&connect).await?;
                return Ok(Self { connect, postmaster, version, adopted: true, _temporary: temporary, _lock: lock });
            }
            // It was on its way out: once it is gone a fresh one takes its place.
            postmaster.stop().await?;
        }

        temporary.remove_left_over();
        let binaries = Binaries::choose(options, cluster.version()?, cluster.path()).await?;
        let binaries = temporary.reachable_binaries(binaries, account.as_ref())?;
        cluster.create_if_missing(&binaries, account.as_ref()).await?;
        let postmaster = Postmaster::start(&cluster, &binaries, account.as_ref(), &connect).await?;
        database::prepare(&connect).await?;
        let version = binaries.major();
        Ok(Self { connect, postmaster, version, adopted: false, _temporary: temporary, _lock: lock })
    }

    /// How to reach the one that another konductro runs on this data folder, as a guest that neither starts
    /// nor stops it; `None` when none runs.
    #[must_use]
    pub fn of_another(options: &EmbeddedOptions) -> Option<PgConnectOptions> {
        let data_dir = fs::canonicalize(&options.data_dir).ok()?;
        let cluster = Cluster::new(&data_dir);
        cluster.recorded_pid().filter(|pid| cluster.is_served_by(*pid))?;
        Some(connect_options(&Temporary::way_of_another(&data_dir, cluster.path())?))
    }

    /// How to reach it, as the owner of the database.
    #[must_use]
    pub fn connect_options(&self) -> PgConnectOptions {
        self.connect.clone()
    }

    /// The major version that runs.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The process id of the postmaster.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.postmaster.pid()
    }

    /// Whether it ran already because an earlier run of ours had crashed.
    #[must_use]
    pub fn adopted(&self) -> bool {
        self.adopted
    }

    /// Resolves, with how it ended, if PostgreSQL ends without being asked to.
    pub fn died(&self) -> impl Future<Output = String> + Send + 'static {
        self.postmaster.died()
    }

    /// Stops it: fast shutdown, and immediate shutdown should that take too long.
    ///
    /// # Errors
    /// When PostgreSQL does not end at all.
    pub async fn stop(self) -> Result<(), EmbeddedError> {
        self.postmaster.stop().await
    }
}

fn create_data_dir(data_dir: &Path) -> Result<PathBuf, EmbeddedError> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)
        .and_then(|()| fs::canonicalize(data_dir))
        .map_err(EmbeddedError::io("create the data folder", data_dir))
}

/// Holds the folder for this process; the system lets go of it however we end.
fn lock(data_dir: &Path) -> Result<File, EmbeddedError> {
    let path = data_dir.join("lock");
    let mut file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(EmbeddedError::io("open the lock file", &path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).unwrap_or_default().trim().to_owned();
            return Err(EmbeddedError::InUse { data_dir: data_dir.to_owned(), holder });
        }
        Err(TryLockError::Error(error)) => return Err(EmbeddedError::io("lock", &path)(error)),
    }
    file.set_len(0)
        .and_then(|()| writeln!(file, "{}", std::process::id()))
        .map_err(EmbeddedError::io("write the lock file", &path))?;
    Ok(file)
}

fn connect_options(socket_dir: &Path) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(PORT)
        .username(DATABASE)
        .database(DATABASE)
        .ssl_mode(PgSslMode::Disable)
        .application_name("konductro")
}
