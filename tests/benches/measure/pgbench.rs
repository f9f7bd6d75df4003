//! pgbench with the statements of one command: session, load, append with its receipt, then the log's row and the rows
//! of the read models. Nothing decides, nothing waits, nothing is batched: the least that the database has to do.

use std::path::PathBuf;
use std::time::Duration;

use konductro_tests::database::TestDatabase;
use sqlx::Executor as _;
use sqlx::postgres::PgConnectOptions;
use tokio::process::Command;

const SCRIPT: &str = include_str!("command.sql");

/// Whose session each command looks up.
const SIGNED_IN: &str = "
    INSERT INTO users (user_id, name, email, email_key, password_hash, created_at)
    VALUES ('00000000-0000-0000-0000-000000000001', 'Dana', 'dana@example.com', 'dana@example.com', '', now());
    INSERT INTO sessions (session_id, token_hash, user_id, created_at, last_seen_at, expires_at)
    VALUES ('00000000-0000-0000-0000-000000000002', sha256('pgbench'), '00000000-0000-0000-0000-000000000001', now(),
            now(), now() + interval '1 day')";

/// pgbench on a database of its own, with the product's tables and functions.
pub struct Pgbench {
    program: PathBuf,
    script: PathBuf,
    options: PgConnectOptions,
    run: u32,
}

impl Pgbench {
    /// Finds the program; none where PostgreSQL came without it.
    pub async fn find(database: &TestDatabase) -> Option<Self> {
        let program = programs().find(|program| program.exists())?;
        let mut owner = database.owner().await;
        owner.execute("CREATE SEQUENCE measured_position").await.unwrap();
        owner.execute(SIGNED_IN).await.unwrap();
        let script = std::env::temp_dir().join(format!("konductro-measure-{}.sql", std::process::id()));
        std::fs::write(&script, SCRIPT).unwrap();
        Some(Self { program, script, options: database.options(), run: 0 })
    }

    /// Runs it; transactions a second.
    pub async fn run(&mut self, clients: usize, round: Duration) -> f64 {
        self.run += 1;
        let output = Command::new(&self.program)
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .arg(format!("--client={clients}"))
            .arg(format!("--time={}", round.as_secs()))
            .arg(format!("--define=run={}", self.run))
            .arg("--define=seq=0")
            .arg(format!("--host={}", self.options.get_socket().unwrap().display()))
            .arg(format!("--port={}", self.options.get_port()))
            .arg(format!("--username={}", self.options.get_username()))
            .arg("--file")
            .arg(&self.script)
            .arg(self.options.get_database().unwrap())
            .output()
            .await
            .expect("pgbench runs");
        let said = String::from_utf8_lossy(&output.stdout);
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.unwrap_or_else(|| panic!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr)))
    }
}

impl Drop for Pgbench {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.script);
    }
}

fn programs() -> impl Iterator<Item = PathBuf> {
    let named = std::env::var_os("KONDUCTRO_PG_BIN").map(|folder| PathBuf::from(folder).join("pgbench"));
    let installed = (15..=20).map(|version| format!("/usr/lib/postgresql/{version}/bin/pgbench").into());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&path).map(|folder| folder.join("pgbench")).collect();
    named.into_iter().chain(installed).chain(on_path)
}
