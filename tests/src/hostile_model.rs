//! A model server that misbehaves exactly as a test tells it: it floods, stalls, resets, lies and never ends.
//!
//! One script for each request, in order; the last one repeats. It speaks just enough HTTP to be believed,
//! records what it was sent, and knows when a client went away.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does next with a request.
#[derive(Debug, Clone)]
pub enum Act {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes one at a time, each in a packet of its own.
    Trickle(Vec<u8>),
    /// Sends these bytes over and over, until the client goes away.
    Flood(Vec<u8>),
    /// Sends nothing more, until the client goes away.
    Stall,
    /// Sends nothing for this long.
    Pause(Duration),
    /// Tears the connection down.
    Reset,
}

/// The server. It ends when this is dropped.
#[derive(Debug)]
pub struct HostileModel {
    /// The base URL to configure: `http://127.0.0.1:port/v1`.
    pub base_url: String,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Seen {
    bodies: Vec<Value>,
    heads: Vec<String>,
    left: usize,
}

impl HostileModel {
    /// Starts a server that follows these scripts.
    pub async fn start(scripts: Vec<Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let task = tokio::spawn(serve(listener, scripts, seen.clone()));
        Self { base_url, seen, task }
    }

    /// The bodies of the requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.seen.lock().unwrap().bodies.clone()
    }

    /// The heads of the requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.seen.lock().unwrap().heads.clone()
    }

    /// Waits, at most this long, until a client went away in the middle of a reply; false when none did.
    pub async fn left_within(&self, limit: Duration) -> bool {
        let left = async {
            while self.seen.lock().unwrap().left == 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(limit, left).await.is_ok()
    }
}

impl Drop for HostileModel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The head of a streaming answer; its body ends with the connection.
pub fn stream_head() -> Act {
    Act::Send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n".to_vec())
}

/// One event with this data.
pub fn event(data: &str) -> Act {
    Act::Send(format!("data: {data}\n\n").into_bytes())
}

/// A piece of text, in a chunk as sloppy as real servers send.
pub fn text(text: &str) -> Act {
    event(&json!({"created": 1.5, "choices": [{"delta": {"content": text}}]}).to_string())
}

/// The end with this reason.
pub fn finish(reason: &str) -> Act {
    event(&json!({"choices": [{"delta": {}, "finish_reason": reason}]}).to_string())
}

/// The end of a stream.
pub fn done() -> Act {
    event("[DONE]")
}

/// A whole answer.
pub fn answer(status: u16, headers: &str, body: &str) -> Vec<Act> {
    let length = body.len();
    vec![Act::Send(
        format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
            .into_bytes(),
    )]
}

/// The bytes of a script that only sends, cut after `length` of them and then torn down.
pub fn cut(script: &[Act], length: usize) -> Vec<Act> {
    let mut bytes = sent(script);
    bytes.truncate(length);
    vec![Act::Send(bytes), Act::Reset]
}

/// The bytes of a script that only sends.
pub fn sent(script: &[Act]) -> Vec<u8> {
    script
        .iter()
        .flat_map(|act| match act {
            Act::Send(bytes) | Act::Trickle(bytes) => bytes.clone(),
            Act::Flood(_) | Act::Stall | Act::Pause(_) | Act::Reset => Vec::new(),
        })
        .collect()
}

async fn serve(listener: TcpListener, scripts: Vec<Vec<Act>>, seen: Arc<Mutex<Seen>>) {
    let mut requests = 0;
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((socket, _)) = listener.accept().await {
        let script = scripts.get(requests).or(scripts.last()).cloned().unwrap_or_default();
        requests += 1;
        connections.spawn(play(socket, script, seen.clone()));
    }
}

async fn play(mut socket: TcpStream, script: Vec<Act>, seen: Arc<Mutex<Seen>>) {
    socket.set_nodelay(true).unwrap();
    let Some((head, body)) = read_request(&mut socket).await else { return };
    {
        let mut seen = seen.lock().unwrap();
        seen.bodies.push(serde_json::from_slice(&body).unwrap_or(Value::Null));
        seen.heads.push(head);
    }
    let resets = matches!(script.last(), Some(Act::Reset));
    for act in script {
        if !perform(&mut socket, act).await {
            seen.lock().unwrap().left += 1;
            return;
        }
    }
    if resets {
        return;
    }
    // A connection that closes with unread or unsent data is reset; wait until the client has seen the end.
    socket.shutdown().await.ok();
    while matches!(socket.read(&mut [0; 64]).await, Ok(read) if read > 0) {}
}

/// Does it; false when the client has gone.
async fn perform(socket: &mut TcpStream, act: Act) -> bool {
    match act {
        Act::Send(bytes) => socket.write_all(&bytes).await.is_ok(),
        Act::Trickle(bytes) => {
            for byte in bytes {
                if socket.write_all(&[byte]).await.is_err() {
                    return false;
                }
                tokio::task::yield_now().await;
            }
            true
        }
        Act::Flood(bytes) => {
            while socket.write_all(&bytes).await.is_ok() {}
            false
        }
        Act::Stall => {
            while matches!(socket.read(&mut [0; 64]).await, Ok(read) if read > 0) {}
            false
        }
        Act::Pause(time) => {
            tokio::time::sleep(time).await;
            true
        }
        Act::Reset => {
            socket.set_zero_linger().unwrap();
            true
        }
    }
}

async fn read_request(socket: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let head = loop {
        let mut piece = [0; 8192];
        let read = socket.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let mut body = bytes.split_off(head);
    let head = String::from_utf8_lossy(&bytes).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok())
        .unwrap_or(0);
    let have = body.len();
    body.resize(length.max(have), 0);
    socket.read_exact(&mut body[have..]).await.ok()?;
    Some((head, body))
}
