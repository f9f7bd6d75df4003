//! A very small HTTP client, so that what is measured is the server and not whoever asks it.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use uuid::Uuid;

/// One connection that is kept alive.
pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A POST of JSON with the session's cookie and an idempotency key of its own.
pub fn post(host: &str, path: &str, cookie: &str, body: &str) -> Vec<u8> {
    let (length, key) = (body.len(), Uuid::now_v7());
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nX-Konductro: 1\r\nIdempotency-Key: {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A GET with the session's cookie.
pub fn get(host: &str, path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n").into_bytes()
}

impl Connection {
    pub async fn open(host: &str) -> Self {
        let stream = TcpStream::connect(host).await.expect("the server listens");
        stream.set_nodelay(true).expect("TCP can do that");
        Self { stream, read: Vec::with_capacity(16 * 1024) }
    }

    /// Sends a request and reads its whole answer; ends the run unless it has this status.
    pub async fn ask(&mut self, request: &[u8], status: u16) {
        self.stream.write_all(request).await.expect("the server reads");
        self.read.clear();
        let head = loop {
            self.more().await;
            if let Some(end) = self.read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let length = content_length(&self.read[..head]);
        while self.read.len() < head + length {
            self.more().await;
        }
        let expected = format!("HTTP/1.1 {status} ");
        assert!(self.read.starts_with(expected.as_bytes()), "{}", String::from_utf8_lossy(&self.read));
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.read).await.expect("the server answers");
        assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(&self.read));
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).expect("a head is ASCII").to_ascii_lowercase();
    let (_, rest) = head.split_once("content-length:").expect("the answer says how long it is");
    rest.lines().next().unwrap_or_default().trim().parse().expect("a length is a number")
}
