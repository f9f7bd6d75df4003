//! The program from outside: it starts, says what is wrong, stops without a trace, and comes back from any kill.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use konductro_tests::database::TestDatabase;
use konductro_tests::server::{is_alive, postgres_pid, run, signal};
use konductro_tests::wait::until;
use konductro_tests::{Person, Server};
use serde_json::json;

/// A folder of its own, gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("konductro-folder-{}", uuid::Uuid::now_v7()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// The processes that were started for this data folder and still live.
fn processes_of(data: &Path) -> Vec<u32> {
    let named = format!("KONDUCTRO_DATA={}", data.display());
    let belongs = |pid: &u32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        is_alive(*pid) && environment.split(|byte| *byte == 0).any(|variable| variable == named.as_bytes())
    };
    let all = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    all.filter(belongs).collect()
}

/// One member of the team and a phase, so that there is something to lose.
async fn team(server: &Server) -> (Person, String) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    dana.save_version(&phase, "requirements", "# Requirements\n\n### R-1 Split\n").await.expect(201);
    (dana, phase)
}

async fn nothing_is_lost(dana: &Person, phase: &str) {
    dana.get("/readyz").await.expect(200);
    dana.get("/me").await.expect(200);
    assert_eq!(dana.get(&format!("/phases/{phase}")).await.expect(200)["title"], "Split settlement");
    let versions = dana.get(&format!("/phases/{phase}/artefacts/requirements/versions")).await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 1, "{versions:#}");
}

#[tokio::test]
async fn it_is_ready_stops_when_asked_and_keeps_to_its_folder() {
    let outside = Folder::new();
    let (home, temporary) = (outside.0.join("home"), outside.0.join("tmp"));
    fs::create_dir(&home).unwrap();
    fs::create_dir(&temporary).unwrap();
    let environment = [("HOME", home.to_str().unwrap()), ("TMPDIR", temporary.to_str().unwrap())];
    let mut server = Server::start_with(&environment).await;
    let (dana, phase) = team(&server).await;
    for asked in ["INT", "TERM"] {
        nothing_is_lost(&dana, &phase).await;
        let postgres = postgres_pid(server.data()).expect("its own PostgreSQL runs");
        assert!(is_alive(postgres) && processes_of(server.data()).contains(&server.pid()));
        signal(server.pid(), asked);
        assert_eq!(server.exit_code(), Some(0), "after SIG{asked}:\n{}", server.output());
        assert_eq!(processes_of(server.data()), [] as [u32; 0], "after SIG{asked}");
        assert!(!is_alive(postgres) && postgres_pid(server.data()).is_none(), "PostgreSQL is stopped, and cleanly");
        let kept = names_in(server.data());
        assert!(kept.is_superset(&["cluster", "lock", "postgres.log"].map(str::to_owned).into()), "{kept:?}");
        for folder in [&home, &temporary] {
            assert_eq!(names_in(folder), BTreeSet::new(), "{}", folder.display());
        }
        server.restart().await;
    }
    nothing_is_lost(&dana, &phase).await;
}

#[tokio::test]
async fn the_demo_workspace_is_made_once_and_is_there_at_every_start() {
    let mut server = Server::start_with(&[("KONDUCTRO_DEMO", "true")]).await;
    let dana = Person::sign_in(server.url(), "dana@demo.example", "konductro-demo").await;
    let projects = dana.get("/projects").await.expect(200)["items"].clone();
    assert_eq!(projects.as_array().map(Vec::len), Some(1), "{projects}");
    let project = projects[0]["id"].as_str().unwrap();
    let backlog = dana.get(&format!("/projects/{project}/backlog")).await.expect(200);
    let one_off = &backlog["items"][0];
    assert_eq!((one_off["key"].as_str(), one_off["phase"]["kind"].as_str()), (Some("PAY-1"), Some("adhoc")));
    assert_eq!(one_off["refinement_state"], "proposed", "before and after await a decision: {backlog:#}");
    for _ in 0..2 {
        assert_eq!(server.stop(), Some(0), "{}", server.output());
        server.restart().await;
        let dana = Person::sign_in(server.url(), "dana@demo.example", "konductro-demo").await;
        assert_eq!(dana.get("/projects").await.expect(200)["items"], projects);
    }
}

#[tokio::test]
async fn a_taken_port_is_told_before_anything_is_made() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap().to_string();
    let outside = Folder::new();
    let data = outside.0.join("data");
    let ended = run(&data, &["serve"], &[("KONDUCTRO_LISTEN", &address)]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let port = holder.local_addr().unwrap().port().to_string();
    assert!(ended.stderr.contains(&port) && ended.stderr.contains("KONDUCTRO_LISTEN"), "{}", ended.stderr);
    assert!(!data.exists(), "a start that can't be makes nothing");
}

#[tokio::test]
async fn a_second_server_on_the_same_data_is_refused() {
    let server = Server::start().await;
    let (dana, phase) = team(&server).await;
    let ended = run(server.data(), &["serve"], &[]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let says = &ended.stderr;
    assert!(says.contains("in use") && says.contains(&server.pid().to_string()), "{says}");
    assert!(says.contains("KONDUCTRO_DATA"), "{says}");
    nothing_is_lost(&dana, &phase).await;
}

#[tokio::test]
async fn a_killed_server_finds_everything_again_and_adopts_its_postgres() {
    let mut server = Server::start().await;
    let (dana, phase) = team(&server).await;
    let postgres = postgres_pid(server.data()).unwrap();
    server.kill();
    assert!(is_alive(postgres), "PostgreSQL outlives a kill of the server");
    server.restart().await;
    assert_eq!(postgres_pid(server.data()), Some(postgres), "the one that ran goes on");
    nothing_is_lost(&dana, &phase).await;
    // Killed together with its PostgreSQL, as in a power cut.
    signal(postgres, "KILL");
    server.kill();
    until("PostgreSQL to be gone", || async { (!is_alive(postgres)).then_some(()) }).await;
    server.restart().await;
    nothing_is_lost(&dana, &phase).await;
    assert_eq!(server.stop(), Some(0), "{}", server.output());
    assert_eq!(processes_of(server.data()), [] as [u32; 0]);
}

#[tokio::test]
async fn an_adopted_postgres_is_stopped_with_the_server_too() {
    let mut server = Server::start().await;
    let postgres = postgres_pid(server.data()).unwrap();
    server.kill();
    server.restart().await;
    signal(server.pid(), "TERM");
    assert_eq!(server.exit_code(), Some(0), "{}", server.output());
    assert!(!is_alive(postgres));
}

#[tokio::test]
async fn a_killed_postgres_ends_the_server_with_a_sentence_and_the_next_start_recovers() {
    let mut server = Server::start().await;
    let (dana, phase) = team(&server).await;
    signal(postgres_pid(server.data()).unwrap(), "KILL");
    assert_eq!(server.exit_code(), Some(1), "{}", server.output());
    let says = "PostgreSQL ended by itself";
    until("its last words", || async { server.output().contains(says).then_some(()) }).await;
    server.restart().await;
    nothing_is_lost(&dana, &phase).await;
    // An adopted one is no child, and is watched all the same.
    server.kill();
    server.restart().await;
    signal(postgres_pid(server.data()).unwrap(), "KILL");
    assert_eq!(server.exit_code(), Some(1), "{}", server.output());
    server.restart().await;
    nothing_is_lost(&dana, &phase).await;
}

#[tokio::test]
async fn with_a_server_of_ones_own_none_is_started() {
    let database = TestDatabase::empty().await;
    let mut server = Server::start_on(&database).await;
    let (dana, phase) = team(&server).await;
    assert!(!server.data().join("cluster").exists(), "no cluster of its own");
    assert_eq!(processes_of(server.data()), [server.pid()]);
    assert_eq!(server.stop(), Some(0), "{}", server.output());
    let mut owner = database.owner().await;
    let phases: i64 = sqlx::query_scalar("SELECT count(*) FROM events WHERE event_type = 'PhaseOpened'")
        .fetch_one(&mut owner)
        .await
        .expect("the database goes on");
    assert_eq!(phases, 1);
    server.restart().await;
    nothing_is_lost(&dana, &phase).await;
}

#[tokio::test]
async fn a_database_that_can_not_be_used_is_told() {
    let outside = Folder::new();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, word) in [
        ("nonsense".to_owned(), "DATABASE_URL"),
        (format!("postgres://nobody:secret-word@{nobody}/none"), "DATABASE_URL"),
    ] {
        let ended = run(&outside.0, &["serve"], &[("DATABASE_URL", &url)]).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains(word) && !ended.stderr.contains("secret-word"), "{}", ended.stderr);
    }
}

/// What can be done at the machine's own console, on this data folder.
async fn at_the_console(data: &Path, base: Option<&str>) -> String {
    let migrated = run(data, &["migrate"], &[]).await;
    assert_eq!((migrated.code, migrated.stdout.trim()), (Some(0), "The database is up to date."), "{migrated:?}");
    let rebuilt = run(data, &["projections", "rebuild"], &[]).await;
    assert_eq!(rebuilt.code, Some(0), "{rebuilt:?}");
    assert!(rebuilt.stdout.contains("built anew from the log, up to position"), "{rebuilt:?}");
    let unknown = run(data, &["user", "reset-password", "nobody@example.com"], &[]).await;
    assert_eq!(unknown.code, Some(1), "{unknown:?}");
    assert!(unknown.stderr.contains("no user of this e-mail address"), "{unknown:?}");
    let reset = run(data, &["user", "reset-password", "dana@example.com"], &[]).await;
    assert_eq!(reset.code, Some(0), "{reset:?}");
    let password = reset.stdout.lines().find_map(|line| line.split_once(" is: ")).expect("a password").1.to_owned();
    if let Some(base) = base {
        Person::sign_in(base, "dana@example.com", &password).await;
    }
    password
}

#[tokio::test]
async fn the_console_works_beside_a_server_and_without_one() {
    let mut server = Server::start().await;
    let (dana, phase) = team(&server).await;
    let during = at_the_console(server.data(), Some(server.url())).await;
    // Her sessions are over, in the running server too, and a new one shows the same.
    dana.get("/me").await.expect_problem(401, "not-signed-in");
    let dana = Person::sign_in(server.url(), "dana@example.com", &during).await;
    nothing_is_lost(&dana, &phase).await;
    assert!(dana.save_version(&phase, "requirements", "# Requirements\n\nAnew.\n").await.status == 201);
    assert_eq!(server.stop(), Some(0), "{}", server.output());

    let after = at_the_console(server.data(), None).await;
    assert_eq!(processes_of(server.data()), [] as [u32; 0], "what ends leaves nothing running");
    server.restart().await;
    let dana = Person::sign_in(server.url(), "dana@example.com", &after).await;
    let versions = dana.get(&format!("/phases/{phase}/artefacts/requirements/versions")).await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn help_explains_every_command_and_setting() {
    let outside = Folder::new();
    let help = run(&outside.0, &["--help"], &[]).await;
    assert_eq!(help.code, Some(0));
    for command in ["serve", "migrate", "projections", "user", "openapi"] {
        assert!(help.stdout.contains(command), "{}", help.stdout);
    }
    let serve = run(&outside.0, &["serve", "--help"], &[]).await;
    for setting in
        ["KONDUCTRO_LISTEN", "KONDUCTRO_DATA", "DATABASE_URL", "OPENAI_API_KEY", "KONDUCTRO_MODEL", "--no-demo"]
    {
        assert!(serve.stdout.contains(setting), "{setting} is missing from:\n{}", serve.stdout);
    }
    let wrong = run(&outside.0, &["serve", "--colour"], &[]).await;
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("--colour"), "{}", wrong.stderr);
    let nothing = run(&outside.0, &[], &[]).await;
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.stderr.contains("Usage"), "{nothing:?}");
}

#[tokio::test]
async fn readiness_says_what_is_missing_while_the_database_is_away() {
    let database = TestDatabase::empty().await;
    let server = Server::start_on(&database).await;
    let (dana, phase) = team(&server).await;
    let mut owner = database.owner().await;
    let name: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&mut owner).await.unwrap();
    drop(owner);
    let mut elsewhere = sqlx::ConnectOptions::connect(&database.options().database("postgres")).await.unwrap();
    let shut = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false");
    sqlx::query(&shut).execute(&mut elsewhere).await.unwrap();
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1";
    let _cut: i64 = sqlx::query_scalar(cut).bind(&name).fetch_one(&mut elsewhere).await.unwrap();
    // Each part notices when it next looks; only then does its being ready again mean that it is back.
    let away = until("every part to notice", || async {
        let answer = dana.get("/readyz").await;
        let ready = answer.body["checks"].as_array()?.iter().filter(|check| check["ok"] == true).count();
        (answer.status == 503 && ready == 0).then_some(answer)
    })
    .await;
    assert!(away.body.to_string().contains("database"), "{:#}", away.body);
    let refused = dana.save_version(&phase, "requirements", "# Lost?").await;
    assert_eq!(refused.status, 503, "{:#}", refused.body);
    let open = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    sqlx::query(&open).execute(&mut elsewhere).await.unwrap();
    until("ready again", || async { (dana.get("/readyz").await.status == 200).then_some(()) }).await;
    nothing_is_lost(&dana, &phase).await;
    dana.post(&format!("/phases/{phase}/stages/requirements/messages"), json!({ "text": "Hello" })).await.expect(202);
}
