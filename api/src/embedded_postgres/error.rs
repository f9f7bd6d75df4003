//! What can keep the private PostgreSQL from running, each told with the next step.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private PostgreSQL does not run.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Another server holds the data folder.
    #[error(
        "the data folder {} is in use by another konductro (process {holder}): stop that one first, or choose another folder with KONDUCTRO_DATA",
        data_dir.display()
    )]
    InUse {
        /// The folder that both want.
        data_dir: PathBuf,
        /// The process id of the one that has it.
        holder: String,
    },
    /// No usable server binaries.
    #[error(
        "no PostgreSQL server binaries (15 or newer) were found in {searched}: install them (Debian: apt-get install postgresql), \
         name their folder with KONDUCTRO_PG_BIN, start with ./justw run, or use a server of your own with DATABASE_URL"
    )]
    NoBinaries {
        /// Where we looked.
        searched: String,
    },
    /// The named folder holds no usable binaries.
    #[error(
        "the folder {} of KONDUCTRO_PG_BIN does not hold the programs initdb and postgres of PostgreSQL 15 or newer: name the folder that does, or leave it unset",
        bin.display()
    )]
    NotBinaries {
        /// The folder that was named.
        bin: PathBuf,
    },
    /// The cluster was made by another major version.
    #[error(
        "the cluster in {} was made by PostgreSQL {cluster}, but only version {found} was found. Either name the binaries of version {cluster} with KONDUCTRO_PG_BIN, or move the data: \
         1. start with PostgreSQL {cluster} and, from a second terminal, run `pg_dump -Fc -h {} -U konductro konductro > konductro.dump`; \
         2. stop, and start with PostgreSQL {found} and an empty KONDUCTRO_DATA; 3. run `pg_restore --clean --if-exists -h NEW_DATA/cluster -U konductro -d konductro konductro.dump`",
        path.display(), path.display()
    )]
    VersionMismatch {
        /// The cluster's folder.
        path: PathBuf,
        /// The version that made it.
        cluster: u32,
        /// The versions at hand.
        found: String,
    },
    /// The folder belongs to another account.
    #[error(
        "the cluster in {} belongs to user {owner}: start konductro as that user or as root, or choose another folder with KONDUCTRO_DATA",
        path.display()
    )]
    WrongOwner {
        /// The cluster's folder.
        path: PathBuf,
        /// Its owner.
        owner: String,
    },
    /// Started as root and there is nobody to become.
    #[error(
        "PostgreSQL refuses to run as root and there is neither a user postgres nor nobody to run it as: add a user, start konductro as an ordinary user, or set DATABASE_URL"
    )]
    NoAccount,
    /// `initdb` failed.
    #[error("initdb could not create the cluster in {}: {output}", path.display())]
    InitFailed {
        /// The folder.
        path: PathBuf,
        /// What it said.
        output: String,
    },
    /// The server ended instead of coming up.
    #[error("PostgreSQL did not start ({ended}); the end of {}:\n{tail}", log.display())]
    StartFailed {
        /// How it ended.
        ended: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines.
        tail: String,
    },
    /// It runs but answers nobody.
    #[error("PostgreSQL (process {pid}) does not accept connections after {seconds} s: look at {}", log.display())]
    NotReady {
        /// The postmaster.
        pid: i32,
        /// How long we waited.
        seconds: u64,
        /// Its log file.
        log: PathBuf,
    },
    /// It does not end.
    #[error("PostgreSQL (process {pid}) does not stop: end it by hand with `kill -QUIT {pid}`")]
    DoesNotStop {
        /// The postmaster.
        pid: i32,
    },
    /// The database or a role could not be prepared.
    #[error("the database in the private PostgreSQL could not be prepared: {0}")]
    Database(#[from] sqlx::Error),
    /// A file operation failed.
    #[error("could not {doing} {}: {source}", path.display())]
    Io {
        /// What we tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl EmbeddedError {
    /// Names what was being done, and to which file.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}
