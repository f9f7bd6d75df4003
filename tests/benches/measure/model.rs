//! A model server that keeps time: OpenAI's streaming answers at a fixed pace, and the moment of each word.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Words in each answer, all of the same length.
pub const WORDS: usize = 40;
/// Bytes of a word.
pub const WORD: usize = 6;
const FIRST_AFTER: Duration = Duration::from_millis(30);
const PACE: Duration = Duration::from_millis(10);

/// When a request had come, and when each word of its answer was sent.
#[derive(Debug, Clone)]
pub struct Played {
    pub received: Instant,
    pub sent: Vec<Instant>,
}

/// The server. It ends when this is dropped.
pub struct PacedModel {
    pub base_url: String,
    played: Arc<Mutex<Vec<Played>>>,
    task: JoinHandle<()>,
}

impl PacedModel {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let played: Arc<Mutex<Vec<Played>>> = Arc::default();
        let notes = Arc::clone(&played);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(play(socket, Arc::clone(&notes)));
            }
        });
        Self { base_url, played, task }
    }

    /// The last answer that was played to its end.
    pub fn last(&self) -> Played {
        self.played.lock().unwrap().last().expect("something was asked").clone()
    }
}

impl Drop for PacedModel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One request and its answer.
async fn play(mut socket: TcpStream, notes: Arc<Mutex<Vec<Played>>>) {
    socket.set_nodelay(true).unwrap();
    if !read_request(&mut socket).await {
        return;
    }
    let received = Instant::now();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    if socket.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    let mut sent = Vec::with_capacity(WORDS);
    for word in 0..WORDS {
        let due = received + FIRST_AFTER + PACE * u32::try_from(word).unwrap();
        tokio::time::sleep_until(due.into()).await;
        let line = chunk(json!({ "content": format!("w{word:04} ") }), None);
        sent.push(Instant::now());
        if socket.write_all(line.as_bytes()).await.is_err() {
            return;
        }
    }
    // Noted before the end is sent: whoever has seen the end finds it.
    notes.lock().unwrap().push(Played { received, sent });
    let end = format!("{}data: [DONE]\n\n", chunk(json!({}), Some("stop")));
    if socket.write_all(end.as_bytes()).await.is_ok() {
        let _ = socket.shutdown().await;
        while matches!(socket.read(&mut [0; 64]).await, Ok(read) if read > 0) {}
    }
}

fn chunk(delta: serde_json::Value, finish: Option<&str>) -> String {
    let choice = json!({ "index": 0, "delta": delta, "finish_reason": finish });
    let chunk = json!({
        "id": "chatcmpl-measured", "object": "chat.completion.chunk", "created": 1, "model": "metronome",
        "choices": [choice],
    });
    format!("data: {chunk}\n\n")
}

/// Reads a request to its end; false when nobody asked anything.
async fn read_request(socket: &mut TcpStream) -> bool {
    let mut read = Vec::new();
    loop {
        if !matches!(socket.read_buf(&mut read).await, Ok(more) if more > 0) {
            return false;
        }
        let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
        let length = head.split_once("content-length:").and_then(|(_, rest)| rest.lines().next()?.trim().parse().ok());
        if read.len() >= end + 4 + length.unwrap_or(0) {
            return true;
        }
    }
}
