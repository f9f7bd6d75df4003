//! A real PostgreSQL for tests: one cluster for each test process, one database for each test.
//!
//! Making a cluster takes seconds, so one is made once and kept in the target folder as a template; every
//! test process copies it. It runs under the very code that runs it for users, with full durability.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use konductro_api::embedded_postgres::{EmbeddedOptions, EmbeddedPostgres};
use konductro_api::event_store::database;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, PgPool};
use tokio::sync::Mutex;
use uuid::Uuid;

/// Where test processes keep their clusters.
fn tests_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tmp/clusters");
    fs::create_dir_all(&folder).and_then(|()| fs::canonicalize(&folder)).expect("the tests' folder can be made")
}

/// The cluster of this test process; stopped and removed with its last user.
#[derive(Debug)]
struct Cluster {
    postgres: Option<EmbeddedPostgres>,
    folder: PathBuf,
}

static CLUSTER: Mutex<Weak<Cluster>> = Mutex::const_new(Weak::new());

impl Cluster {
    async fn of_this_process() -> Arc<Self> {
        let mut current = CLUSTER.lock().await;
        if let Some(cluster) = current.upgrade() {
            return cluster;
        }
        let template = template().await;
        remove_left_over();
        let folder = tests_folder().join(format!("cluster-{}-{}", std::process::id(), Uuid::now_v7()));
        copy(&template, &folder);
        let postgres = EmbeddedPostgres::start(&options(&folder)).await.expect("the copied cluster starts");
        let cluster = Arc::new(Self { postgres: Some(postgres), folder });
        *current = Arc::downgrade(&cluster);
        cluster
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(postgres) = self.postgres.take() else { return };
        let proc = PathBuf::from(format!("/proc/{}/cwd", postgres.pid()));
        drop(postgres);
        let patience = Instant::now();
        // Its working folder can be read for as long as the server lives; a zombie has none.
        while fs::read_link(&proc).is_ok() && patience.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// With the binaries under test: the system's, unless `KONDUCTRO_PG_BIN` names others.
fn options(folder: &Path) -> EmbeddedOptions {
    let bin = std::env::var_os("KONDUCTRO_PG_BIN").map(PathBuf::from);
    EmbeddedOptions { bin, ..EmbeddedOptions::in_folder(folder) }
}

/// The cluster that others are copied from, made by whichever process comes first.
async fn template() -> PathBuf {
    let folder = tests_folder();
    let lock = File::create(folder.join("template.lock")).expect("the template's lock can be made");
    let _held = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
        .await
        .expect("waiting does not panic")
        .expect("the template's lock is taken");
    let bin = std::env::var("KONDUCTRO_PG_BIN").unwrap_or_default().replace('/', "_");
    let made = folder.join(format!("template{bin}"));
    if !made.exists() {
        let unfinished = folder.join(format!("template{bin}.new"));
        let _ = fs::remove_dir_all(&unfinished);
        let postgres = EmbeddedPostgres::start(&options(&unfinished)).await.expect("the template cluster starts");
        postgres.stop().await.expect("the template cluster stops");
        fs::rename(&unfinished, &made).expect("the template takes its name");
    }
    made
}

/// Ends and removes the clusters of test processes that were killed.
fn remove_left_over() {
    for entry in fs::read_dir(tests_folder()).expect("the tests' folder can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(owner) = name.strip_prefix("cluster-").and_then(|rest| rest.split('-').next()) else { continue };
        if Path::new("/proc").join(owner).exists() {
            continue;
        }
        let folder = entry.path();
        let recorded = fs::read_to_string(folder.join("cluster/postmaster.pid")).unwrap_or_default();
        if let Some(pid) = recorded.lines().next()
            && fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(&folder))
        {
            let _ = Command::new("kill").args(["-QUIT", pid]).status();
        }
        let _ = fs::remove_dir_all(folder);
    }
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp runs");
    assert!(status.success(), "the template could not be copied");
}

/// A migrated database that belongs to one test.
#[derive(Debug)]
pub struct TestDatabase {
    options: PgConnectOptions,
    _cluster: Arc<Cluster>,
}

impl TestDatabase {
    /// Makes one.
    pub async fn new() -> Self {
        let database = Self::empty().await;
        database::migrate(&database.options).await.expect("the migrations run");
        database
    }

    /// Makes one without tables.
    pub async fn empty() -> Self {
        let cluster = Cluster::of_this_process().await;
        let base = cluster.postgres.as_ref().expect("the cluster runs").connect_options();
        let name = format!("test_{}", Uuid::now_v7().simple());
        let mut maintenance = base.clone().connect().await.expect("the cluster takes connections");
        maintenance.execute(format!("CREATE DATABASE {name}").as_str()).await.expect("the database is made");
        maintenance.close().await.expect("the connection closes");
        Self { options: base.database(&name), _cluster: cluster }
    }

    /// How to reach it, as its owner.
    pub fn options(&self) -> PgConnectOptions {
        self.options.clone()
    }

    /// The same as an address, for a server.
    pub fn url(&self) -> String {
        self.options.to_url_lossy().to_string()
    }

    /// A pool in the application's role.
    pub async fn pool(&self) -> PgPool {
        database::connect(self.options(), 40).await.expect("the pool connects")
    }

    /// Every row of every table, as text.
    pub async fn dump(&self) -> String {
        let mut owner = self.owner().await;
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
                .fetch_all(&mut owner)
                .await
                .expect("the tables are listed");
        let mut all = String::new();
        for table in tables {
            let rows: Vec<String> = sqlx::query_scalar(&format!("SELECT t::text FROM {table} t"))
                .fetch_all(&mut owner)
                .await
                .expect("the table is read");
            all.push_str(&rows.join("\n"));
        }
        all
    }

    /// A connection as the owner.
    pub async fn owner(&self) -> PgConnection {
        self.options().connect().await.expect("the owner connects")
    }
}
