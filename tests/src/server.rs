//! The built binary, started as an operator would, with data of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::database::TestDatabase;
use crate::person::Person;

/// A running server; stopped, with its PostgreSQL, when dropped.
pub struct Server {
    child: Child,
    data: Folder,
    environment: Vec<(String, String)>,
    url: String,
    setup_code: Option<String>,
    output: Arc<Mutex<Vec<String>>>,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The binary that cargo built beside this test.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let folder = test.parent().and_then(Path::parent).expect("target/<profile>/deps");
    let binary = folder.join("konductro");
    assert!(binary.exists(), "{} is missing: run `cargo build -p konductro` first", binary.display());
    binary
}

impl Server {
    /// Starts with an empty workspace, in guided mode.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts with an empty workspace in a database of the test's own.
    pub async fn start_on(database: &TestDatabase) -> Self {
        Self::start_with(&[("DATABASE_URL", &database.url())]).await
    }

    /// Starts with an empty workspace and these settings.
    pub async fn start_with(environment: &[(&str, &str)]) -> Self {
        let name = format!("konductro-test-{}", uuid::Uuid::now_v7());
        let data = Folder(std::env::temp_dir().join(name));
        let settings = settings(environment);
        let (child, url, setup_code, output) = launch(&data.0, &settings).await;
        Self { child, data, environment: settings, url, setup_code, output }
    }

    /// Where it answers, such as `http://127.0.0.1:41234`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it keeps everything.
    pub fn data(&self) -> &Path {
        &self.data.0
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed so far.
    pub fn output(&self) -> String {
        self.output.lock().unwrap().join("\n")
    }

    /// The code for first-run set-up that it printed.
    pub fn setup_code(&self) -> String {
        self.setup_code.clone().expect("a fresh workspace prints a set-up code")
    }

    /// Sets the workspace up and gives its first administrator, signed in.
    pub async fn administrator(&self) -> Person {
        Person::set_up(&self.url, &self.setup_code(), "Dana Okafor", "dana@example.com").await
    }

    /// Kills it without a word, and waits until it is gone. PostgreSQL is left behind.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Starts it again on the same data, and port.
    pub async fn restart(&mut self) {
        let port = self.url.rsplit(':').next().unwrap_or_default().to_owned();
        for (name, value) in &mut self.environment {
            if name == "KONDUCTRO_LISTEN" {
                *value = format!("127.0.0.1:{port}");
            }
        }
        let (child, url, setup_code, output) = launch(&self.data.0, &self.environment).await;
        (self.child, self.url, self.output) = (child, url, output);
        self.setup_code = setup_code;
    }

    /// Asks it to stop, as Ctrl-C does, and gives its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        signal(self.child.id(), "INT");
        self.exit_code()
    }

    /// Its exit code, once it has ended.
    pub fn exit_code(&mut self) -> Option<i32> {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                return status.code();
            }
            assert!(Instant::now() < until, "it did not end within 30 s:\n{}", self.output());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.try_wait().ok().flatten().is_none() {
            signal(self.child.id(), "TERM");
            let until = Instant::now() + Duration::from_secs(20);
            while self.child.try_wait().ok().flatten().is_none() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(20));
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        stop_left_behind(&self.data.0);
    }
}

/// The private PostgreSQL of a data folder, if it wrote down that it runs.
pub fn postgres_pid(data: &Path) -> Option<u32> {
    std::fs::read_to_string(data.join("cluster/postmaster.pid")).ok()?.lines().next()?.trim().parse().ok()
}

/// Whether a process lives; one that ended and was not waited for does not.
pub fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// A PostgreSQL that a killed server left behind.
fn stop_left_behind(data: &Path) {
    let Some(pid) = postgres_pid(data) else { return };
    signal(pid, "QUIT");
    let until = Instant::now() + Duration::from_secs(10);
    while is_alive(pid) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal by its name.
pub fn signal(pid: u32, name: &str) {
    let _ = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).stderr(Stdio::null()).status();
}

/// How a run of the program that ends by itself ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the program on a data folder until it ends by itself.
pub async fn run(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
    let mut command = tokio::process::Command::from(konductro(data, &settings(environment)));
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(90), command.output()).await;
    let output = output.expect("it ends by itself").expect("the binary starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
}

/// What every test's server is told, unless the test says otherwise.
fn settings(environment: &[(&str, &str)]) -> Vec<(String, String)> {
    let usual =
        [("KONDUCTRO_LISTEN", "127.0.0.1:0"), ("KONDUCTRO_PASSWORD_HASHING", "cheap"), ("KONDUCTRO_DEMO", "false")];
    usual.iter().chain(environment).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn konductro(data: &Path, environment: &[(String, String)]) -> Command {
    let mut command = Command::new(binary());
    command.env("KONDUCTRO_DATA", data);
    for inherited in ["DATABASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "KONDUCTRO_MODEL"] {
        command.env_remove(inherited);
    }
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

async fn launch(
    data: &Path,
    environment: &[(String, String)],
) -> (Child, String, Option<String>, Arc<Mutex<Vec<String>>>) {
    let mut command = konductro(data, environment);
    command.arg("serve").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary starts");
    let output = Arc::new(Mutex::new(Vec::new()));
    let (found, mut lines) = tokio::sync::mpsc::unbounded_channel();
    listen(child.stdout.take().expect("stdout"), &output, found.clone());
    listen(child.stderr.take().expect("stderr"), &output, found);
    let (mut url, mut setup_code) = (None, None);
    let started = tokio::time::timeout(Duration::from_secs(90), async {
        while url.is_none() {
            let Some(line) = lines.recv().await else { break };
            if let Some(code) = line.strip_prefix("Set-up code: ") {
                setup_code = Some(code.trim().to_owned());
            }
            if let Some(at) = line.strip_prefix("Konductro is ready at ") {
                url = Some(at.trim().to_owned());
            }
        }
    });
    let _ = started.await;
    let Some(url) = url else {
        let _ = child.kill();
        panic!("the server did not become ready:\n{}", output.lock().unwrap().join("\n"));
    };
    (child, url, setup_code, output)
}

fn listen(
    stream: impl std::io::Read + Send + 'static,
    output: &Arc<Mutex<Vec<String>>>,
    found: tokio::sync::mpsc::UnboundedSender<String>,
) {
    let output = Arc::clone(output);
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            output.lock().unwrap().push(line.clone());
            let _ = found.send(line);
        }
    });
}
