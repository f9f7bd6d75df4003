//! aimock, a model server that others wrote: answers from fixtures, and a journal of what it was sent.
//!
//! It lives in `tests/aimock` (`npm ci` there). Fixtures are its own format; the first that matches wins:
//! `{"fixtures": [{"match": {"userMessage": "part of it"}, "response": {"content": "…"}}]}`. Fields that help:
//! `match.systemMessage`, `match.turnIndex`, `response.usage`, `response.finishReason`, `latency`, `chunkSize`.
//! A journal entry's body is cut off past 64 KiB.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

const LISTENING: &str = "server listening on ";
const START_LIMIT: Duration = Duration::from_secs(30);

/// A running aimock. It ends when this is dropped.
#[derive(Debug)]
pub struct AiMock {
    /// The base URL to configure: `http://127.0.0.1:port/v1`.
    pub base_url: String,
    /// The base URL of its OpenRouter dialect, which reports cached tokens: `http://127.0.0.1:port/api/v1`.
    pub openrouter_url: String,
    url: String,
    fixtures: PathBuf,
    _child: Child,
    /// Kept open: aimock logs each request there, and would end at a closed pipe.
    _log: tokio::task::JoinHandle<()>,
}

impl AiMock {
    /// Starts it with these fixtures. A request that matches none gets an error.
    pub async fn start(fixtures: Value) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("aimock/node_modules/@copilotkit/aimock/dist/cli.js");
        assert!(program.exists(), "aimock is not installed: run `npm ci` in tests/aimock");
        let file = fixtures_file(&fixtures);
        let mut child = Command::new("node")
            .arg(program)
            .args(["--port", "0", "--strict", "--journal-max", "0", "--log-level", "info", "--fixtures"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("node runs");
        let log = child.stdout.take().unwrap();
        let (url, log) = tokio::time::timeout(START_LIMIT, listening(log)).await.expect("aimock starts in time");
        Self {
            base_url: format!("{url}/v1"),
            openrouter_url: format!("{url}/api/v1"),
            url,
            fixtures: file,
            _child: child,
            _log: log,
        }
    }

    /// Everything that it was sent, oldest first: `body`, `headers`, `path`, `response.status` of each.
    pub async fn journal(&self) -> Vec<Value> {
        let answer = reqwest::get(format!("{}/__aimock/journal", self.url)).await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    /// The `messages` of every chat request, oldest first.
    pub async fn messages(&self) -> Vec<Vec<Value>> {
        let chat = |entry: &Value| entry["body"]["messages"].as_array().cloned();
        self.journal().await.iter().filter_map(chat).collect()
    }
}

impl Drop for AiMock {
    fn drop(&mut self) {
        std::fs::remove_file(&self.fixtures).ok();
    }
}

fn fixtures_file(fixtures: &Value) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("aimock-{}-{}.json", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let file = std::env::temp_dir().join(name);
    std::fs::write(&file, fixtures.to_string()).unwrap();
    file
}

/// Waits until it listens; its log is read on, so that it never blocks.
async fn listening(log: ChildStdout) -> (String, tokio::task::JoinHandle<()>) {
    let mut lines = BufReader::new(log).lines();
    let url = loop {
        let line = lines.next_line().await.unwrap().expect("aimock says where it listens before it ends");
        if let Some((_, url)) = line.split_once(LISTENING) {
            break url.trim().to_owned();
        }
    };
    (url, tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} }))
}
