//! The private PostgreSQL through everything that happens to a server on somebody's machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a failed expectation is a failed test"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use konductro_api::embedded_postgres::{EmbeddedError, EmbeddedOptions, EmbeddedPostgres};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};

/// A folder of its own, gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::DirBuilder::new().recursive(true).mode(0o755).create(&path).unwrap();
        Self(path)
    }

    fn options(&self) -> EmbeddedOptions {
        options(self.0.join("data"))
    }
}

/// With the binaries under test: the system's, unless `KONDUCTRO_PG_BIN` names others.
fn options(data_dir: impl Into<PathBuf>) -> EmbeddedOptions {
    let bin = std::env::var_os("KONDUCTRO_PG_BIN").map(PathBuf::from);
    EmbeddedOptions { bin, ..EmbeddedOptions::in_folder(data_dir) }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn connect(postgres: &EmbeddedPostgres) -> PgConnection {
    postgres.connect_options().connect().await.expect("the private PostgreSQL takes connections")
}

async fn remember(postgres: &EmbeddedPostgres) {
    let mut connection = connect(postgres).await;
    connection.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('score')").await.unwrap();
    connection.close().await.unwrap();
}

async fn remembered(postgres: &EmbeddedPostgres) -> String {
    sqlx::query_scalar("SELECT word FROM kept").fetch_one(&mut connect(postgres).await).await.unwrap()
}

fn is_alive(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

async fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what} within 30 s");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_a_stop() {
    let folder = Folder::new("stop");
    let postgres = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    let mut connection = connect(&postgres).await;
    let safe: Vec<(String, String)> = sqlx::query_as(
        "SELECT name, setting FROM pg_settings WHERE name IN ('data_checksums', 'fsync', 'full_page_writes', 'listen_addresses', 'server_encoding', 'synchronous_commit') ORDER BY name",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let settings: Vec<&str> = safe.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(settings, ["on", "on", "on", "", "UTF8", "on"]);
    let role: bool = sqlx::query_scalar("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'konductro_app'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(!role, "the application's role is taken on, not logged in to");
    connection.close().await.unwrap();

    remember(&postgres).await;
    let pid = postgres.pid();
    postgres.stop().await.unwrap();
    assert!(!is_alive(pid), "no process stays behind");
    assert!(!folder.0.join("data/cluster/postmaster.pid").exists(), "it ended in good order");

    let again = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    assert_eq!(remembered(&again).await, "score");
    assert!(!again.adopted());
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_postgres_is_noticed_and_comes_back_with_its_data() {
    let folder = Folder::new("kill");
    let postgres = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    remember(&postgres).await;
    let died = postgres.died();
    kill(Pid::from_raw(postgres.pid()), Signal::SIGKILL).unwrap();
    let how = tokio::time::timeout(Duration::from_secs(10), died).await.expect("its death is told");
    assert!(how.contains("9"), "{how}");
    postgres.stop().await.unwrap();

    let again = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    assert_eq!(remembered(&again).await, "score");
    again.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused() {
    let folder = Folder::new("twice");
    let first = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    let second = EmbeddedPostgres::start(&folder.options()).await;
    let error = second.expect_err("the folder is taken");
    assert!(matches!(error, EmbeddedError::InUse { .. }), "{error}");
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    first.stop().await.unwrap();
}

/// Not a test by itself: the process that the next test kills.
#[tokio::test]
async fn start_and_wait_to_be_killed() {
    let Some(data_dir) = std::env::var_os("KONDUCTRO_TEST_VICTIM") else { return };
    let postgres = EmbeddedPostgres::start(&options(data_dir)).await.unwrap();
    remember(&postgres).await;
    println!("\npid={}", postgres.pid());
    std::io::stdout().flush().unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_cluster_that_a_crash_left_running_is_adopted() {
    let folder = Folder::new("adopt");
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "start_and_wait_to_be_killed", "--nocapture"])
        .env("KONDUCTRO_TEST_VICTIM", folder.0.join("data"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let pid: i32 = BufReader::new(victim.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("pid=").and_then(|pid| pid.parse().ok()))
        .expect("the victim says which postmaster it started");
    victim.kill().unwrap();
    victim.wait().unwrap();
    assert!(is_alive(pid), "PostgreSQL survives the crash of its parent");

    let adopted = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    assert!(adopted.adopted());
    assert_eq!(adopted.pid(), pid);
    assert_eq!(remembered(&adopted).await, "score");
    adopted.stop().await.unwrap();
    wait_until("the adopted server is gone", || !is_alive(pid)).await;
}

#[tokio::test]
async fn a_recycled_process_number_in_a_stale_lock_does_not_stop_a_start() {
    let folder = Folder::new("stale");
    EmbeddedPostgres::start(&folder.options()).await.unwrap().stop().await.unwrap();
    let stale = format!("{}\n/elsewhere\n0\n5432\n.\n\n", std::process::id());
    fs::write(folder.0.join("data/cluster/postmaster.pid"), stale).unwrap();
    let postgres = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    assert!(!postgres.adopted());
    postgres.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_first_start_is_begun_again() {
    let folder = Folder::new("interrupted");
    fs::create_dir_all(folder.0.join("data/cluster.new/base")).unwrap();
    let postgres = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    postgres.stop().await.unwrap();
    assert!(!folder.0.join("data/cluster.new").exists());
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_is_reached_by_a_short_one() {
    let folder = Folder::new("long");
    let long = folder.0.join("a-folder-with-a-rather-long-name/".repeat(4)).join("data");
    let postgres = EmbeddedPostgres::start(&options(&long)).await.unwrap();
    let link = postgres.connect_options().get_socket().expect("a socket").clone();
    assert!(link.as_os_str().len() < 90, "{}", link.display());
    remember(&postgres).await;
    postgres.stop().await.unwrap();
    assert!(fs::symlink_metadata(&link).is_err(), "the short way is removed");
}

#[tokio::test]
async fn another_major_version_is_a_clear_error() {
    let folder = Folder::new("version");
    let cluster = folder.0.join("data/cluster");
    fs::create_dir_all(&cluster).unwrap();
    fs::write(cluster.join("PG_VERSION"), "9\n").unwrap();
    let error = EmbeddedPostgres::start(&folder.options()).await.expect_err("nobody has PostgreSQL 9");
    assert!(matches!(error, EmbeddedError::VersionMismatch { cluster: 9, .. }), "{error}");
    assert!(error.to_string().contains("pg_dump"), "{error}");
}

#[tokio::test]
async fn a_named_folder_without_binaries_is_a_clear_error() {
    let folder = Folder::new("binaries");
    let options = EmbeddedOptions { bin: Some(folder.0.clone()), ..folder.options() };
    let error = EmbeddedPostgres::start(&options).await.expect_err("there are none");
    assert!(matches!(error, EmbeddedError::NotBinaries { .. }), "{error}");
}

/// A clone below /root: PostgreSQL's account can enter neither the data folder nor the binaries.
#[tokio::test]
async fn root_may_keep_everything_where_no_one_else_may_go() {
    if !Uid::effective().is_root() {
        println!("skipped: only root takes on another account");
        return;
    }
    let folder = Folder::new("private");
    let system = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    let cluster = fs::metadata(folder.0.join("data/cluster")).unwrap();
    assert_ne!(cluster.uid(), 0, "PostgreSQL never runs as root");
    assert_eq!(cluster.permissions().mode() & 0o777, 0o700);
    system.stop().await.unwrap();

    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o700)).unwrap();
    let postgres = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    remember(&postgres).await;
    postgres.stop().await.unwrap();
    let again = EmbeddedPostgres::start(&folder.options()).await.unwrap();
    assert_eq!(remembered(&again).await, "score");
    again.stop().await.unwrap();
    // And from nothing.
    fs::remove_dir_all(folder.0.join("data")).unwrap();
    EmbeddedPostgres::start(&folder.options()).await.unwrap().stop().await.unwrap();
}
