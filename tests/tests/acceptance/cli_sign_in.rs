//! Signing in on the command line, as a developer does it: `login`, `whoami`, `phases`, `token`, `logout`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;

use konductro_tests::server::{Ended, binary};
use konductro_tests::{Person, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

/// Somebody's terminal, with a configuration folder of its own.
struct Terminal {
    folder: PathBuf,
    url: String,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Terminal {
    fn new(url: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("konductro-cli-{}", uuid::Uuid::now_v7()));
        Self { folder, url: url.to_owned() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).env("KONDUCTRO_CONFIG_DIR", &self.folder).env("KONDUCTRO_URL", &self.url);
        command.env_remove("KONDUCTRO_TOKEN").stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments)).await
    }

    async fn pasting(&self, arguments: &[&str], text: &str) -> Ended {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).await.unwrap();
        told(child.wait_with_output().await.unwrap())
    }

    fn credentials(&self) -> PathBuf {
        self.folder.join("credentials.json")
    }
}

async fn ended(mut command: Command) -> Ended {
    let output = tokio::time::timeout(std::time::Duration::from_secs(60), command.output()).await;
    told(output.expect("it ends by itself").expect("it starts"))
}

fn told(output: std::process::Output) -> Ended {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

#[track_caller]
fn expect(ended: Ended, code: i32) -> Ended {
    assert_eq!(ended.code, Some(code), "{}\n{}", ended.stdout, ended.stderr);
    ended
}

async fn project_of_dana(server: &Server) -> (Person, String) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    dana.open_phase(&project, "Split settlement").await;
    (dana, project)
}

#[tokio::test]
async fn a_developer_confirms_in_the_browser_and_works_until_signing_out() {
    let server = Server::start().await;
    let (dana, project) = project_of_dana(&server).await;
    let terminal = Terminal::new(server.url());
    let refused = expect(terminal.run(&["whoami"]).await, 3);
    assert!(refused.stderr.contains("konductro login"), "{}", refused.stderr);

    let mut command = terminal.command(&["login", "--project", "pay"]);
    let mut login = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(login.stderr.take().unwrap()).lines();
    let mut code = None;
    while let Some(line) = lines.next_line().await.unwrap() {
        code = line.strip_prefix("and confirm the code ").map(str::to_owned);
        if code.is_some() {
            break;
        }
    }
    let address = format!("/device-logins/{}", code.expect("it shows a code"));
    let asked = dana.get(&address).await.expect(200);
    assert_eq!(asked["project_key"], "pay");
    let yes = json!({ "project_id": project, "scopes": asked["scopes"], "expires_in_days": 30 });
    dana.post(&format!("{address}/approve"), yes).await.expect(204);
    let signed_in = expect(told(login.wait_with_output().await.unwrap()), 0);
    assert!(signed_in.stdout.contains("as Dana Okafor for PAY"), "{}", signed_in.stdout);

    let mode = std::fs::metadata(terminal.credentials()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let me = expect(terminal.run(&["whoami"]).await, 0);
    assert!(me.stdout.contains("Dana Okafor") && me.stdout.contains("analysis:write"), "{}", me.stdout);
    let phases = expect(terminal.run(&["phases"]).await, 0);
    assert!(phases.stdout.contains("PAY-1") && phases.stdout.contains("Split settlement"), "{}", phases.stdout);
    let phases: Value = serde_json::from_str(&expect(terminal.run(&["phases", "--json"]).await, 0).stdout).unwrap();
    assert_eq!(phases["items"][0]["title"], "Split settlement");
    let listed = expect(terminal.run(&["token", "list"]).await, 0);
    assert!(listed.stdout.contains("PAY") && listed.stdout.contains("works"), "{}", listed.stdout);
    assert!(!listed.stdout.contains("kon_"));

    expect(terminal.run(&["logout"]).await, 0);
    assert_eq!(dana.get("/tokens").await.expect(200)["items"], json!([]), "it is revoked");
    assert!(!std::fs::read_to_string(terminal.credentials()).unwrap().contains("kon_"), "and forgotten");
    expect(terminal.run(&["whoami"]).await, 3);
}

#[tokio::test]
async fn a_pasted_token_is_stored_if_it_opens_something() {
    let server = Server::start().await;
    let (dana, project) = project_of_dana(&server).await;
    let terminal = Terminal::new(server.url());
    let (secret, id) = dana.issue_token(&project, &["read"]).await;
    let half = expect(terminal.pasting(&["login", "--with-token"], &secret[..30]).await, 4);
    assert!(half.stderr.contains("no whole API token") && !half.stderr.contains(&secret[4..30]), "{}", half.stderr);
    let unknown = konductro_api::identity::TokenSecret::generate().unwrap();
    expect(terminal.pasting(&["login", "--with-token"], unknown.expose()).await, 3);
    assert!(!terminal.credentials().exists(), "nothing is stored that opens nothing");
    expect(terminal.pasting(&["login", "--with-token"], &format!("{secret}\n")).await, 0);
    expect(terminal.run(&["whoami"]).await, 0);
    expect(terminal.run(&["token", "revoke", &id]).await, 0);
    dana.by_token(&secret).get("/me").await.expect(401);
}

#[tokio::test]
async fn the_environment_wins_over_what_is_stored() {
    let server = Server::start().await;
    let (dana, project) = project_of_dana(&server).await;
    let terminal = Terminal::new(server.url());
    let (secret, _) = dana.issue_token(&project, &["read"]).await;
    let mut command = terminal.command(&["whoami", "--json"]);
    let me = expect(
        ended({
            command.env("KONDUCTRO_TOKEN", &secret);
            command
        })
        .await,
        0,
    );
    let me: Value = serde_json::from_str(&me.stdout).unwrap();
    assert_eq!((&me["project"]["key"], &me["token"]["scopes"]), (&json!("PAY"), &json!(["read"])));
    assert!(!terminal.credentials().exists());
}

#[tokio::test]
async fn tokens_that_others_can_read_are_refused() {
    let server = Server::start().await;
    let (dana, project) = project_of_dana(&server).await;
    let terminal = Terminal::new(server.url());
    let (secret, _) = dana.issue_token(&project, &["read"]).await;
    expect(terminal.pasting(&["login", "--with-token"], &secret).await, 0);
    std::fs::set_permissions(terminal.credentials(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let refused = expect(terminal.run(&["whoami"]).await, 1);
    assert!(refused.stderr.contains("others can read it"), "{}", refused.stderr);
}

#[tokio::test]
async fn exit_codes_tell_what_happened() {
    let server = Server::start().await;
    let (dana, project) = project_of_dana(&server).await;
    let terminal = Terminal::new(server.url());
    let (secret, id) = dana.issue_token(&project, &["findings:write"]).await;
    expect(terminal.run(&["phases", "--sideways"]).await, 2);
    expect(terminal.pasting(&["login", "--with-token"], &secret).await, 0);
    let refused = expect(terminal.run(&["phases", "--json"]).await, 3);
    let problem: Value = serde_json::from_str(&refused.stderr).expect("with --json failures are JSON too");
    assert_eq!((&problem["exit"], &problem["problem"]["scopes"]), (&json!(3), &json!(["read"])));
    dana.delete(&format!("/tokens/{id}")).await.expect(204);
    expect(terminal.run(&["whoami"]).await, 3);
    let nowhere = Terminal::new("http://127.0.0.1:9");
    let mut command = nowhere.command(&["whoami"]);
    command.env("KONDUCTRO_TOKEN", &secret);
    let unreachable = expect(ended(command).await, 5);
    assert!(unreachable.stderr.contains("can't be reached"), "{}", unreachable.stderr);
}

#[tokio::test]
async fn completions_know_the_commands() {
    let terminal = Terminal::new("http://localhost");
    for shell in ["bash", "zsh", "fish"] {
        let printed = expect(terminal.run(&["completions", shell]).await, 0);
        assert!(printed.stdout.contains("whoami"), "{shell}");
    }
    let help = expect(terminal.run(&["--help"]).await, 0);
    assert!(help.stdout.contains("Exit codes:"), "{}", help.stdout);
}

#[tokio::test]
async fn the_context_of_a_phase_is_printed_by_key_and_number_or_by_id() {
    let server = Server::start().await;
    let (dana, project) = project_of_dana(&server).await;
    let phases = dana.get(&format!("/projects/{project}/phases")).await.expect(200);
    let phase = phases["items"][0]["id"].as_str().unwrap();
    let requirements = "# Requirements\n\n## Functional\n\n- R-1 Sellers get their share within two days.\n";
    dana.save_version(phase, "requirements", requirements).await.expect(201);
    dana.approve(phase, "requirements").await.expect(201);
    let terminal = Terminal::new(server.url());
    expect(terminal.pasting(&["login", "--with-token"], &dana.issue_token(&project, &["read"]).await.0).await, 0);
    let told = expect(terminal.run(&["context", "pay-1"]).await, 0);
    for part in ["# PAY-1 Split settlement", "approved version 1", "R-1 Sellers get their share", "must hold"] {
        assert!(told.stdout.contains(part), "{part}: {}", told.stdout);
    }
    let told = expect(terminal.run(&["context", phase, "--json"]).await, 0);
    let told: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!((&told["phase"]["key"], &told["requirements"]["version"]), (&json!("PAY-1"), &json!(1)));
    expect(terminal.run(&["context", "PAY-9"]).await, 1);
    expect(terminal.run(&["context", "OPS-1"]).await, 3);
    expect(terminal.run(&["context", "nothing"]).await, 2);
}
