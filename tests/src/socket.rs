//! A client of the live socket, as strict as a browser is lenient: it holds every frame against its schema, puts
//! texts together by `off`, and fails the test at a hole.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::frame_schemas::FrameSchemas;

/// How long a frame may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open socket, and what it has heard.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Every frame, in order.
    pub frames: Vec<Value>,
    /// The turn that is read, or was read last.
    pub turn: Option<String>,
    /// Its parts, put together.
    pub parts: Vec<String>,
    /// The close code, once the server has closed.
    pub closed: Option<u16>,
}

/// The server refused to open the socket.
#[derive(Debug)]
pub struct Refused {
    /// The status.
    pub status: u16,
    /// The problem.
    pub problem: Value,
}

impl Socket {
    /// Opens a socket with these headers (a cookie, an origin), offering our subprotocol.
    pub async fn open(url: &str, headers: &[(&str, &str)]) -> Result<Self, Refused> {
        let mut all = vec![("sec-websocket-protocol", "konductro.v1")];
        all.extend_from_slice(headers);
        Self::open_as(url, &all).await
    }

    /// Opens a socket with exactly these headers.
    pub async fn open_as(url: &str, headers: &[(&str, &str)]) -> Result<Self, Refused> {
        let url = url.replacen("http", "ws", 1);
        let mut request = url.as_str().into_client_request().expect("the address is one");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a header's name");
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header's value"));
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((stream, _)) => Ok(Self { stream, frames: Vec::new(), turn: None, parts: Vec::new(), closed: None }),
            Err(Error::Http(response)) => Err(Refused {
                status: response.status().as_u16(),
                problem: response
                    .body()
                    .as_deref()
                    .and_then(|body| serde_json::from_slice(body).ok())
                    .unwrap_or(Value::Null),
            }),
            Err(error) => panic!("the socket could not be opened: {error}"),
        }
    }

    /// Sends any text.
    pub async fn send_text(&mut self, text: impl Into<String>) {
        // A server that has closed meanwhile is noticed when the next frame is read.
        let _ = self.stream.send(Message::text(text.into())).await;
    }

    /// Sends bytes, which no client should.
    pub async fn send_binary(&mut self, bytes: Vec<u8>) {
        let _ = self.stream.send(Message::binary(bytes)).await;
    }

    /// Sends a frame that is as described.
    pub async fn send(&mut self, frame: Value) {
        FrameSchemas::committed().check(&frame);
        self.send_text(frame.to_string()).await;
    }

    /// Subscribes, and waits for the snapshot.
    pub async fn subscribe(&mut self, topic: &str) -> Value {
        let after = match &self.turn {
            Some(turn) => json!({ "turn": turn, "off": self.off() }),
            None => json!({}),
        };
        self.send(json!({ "type": "subscribe", "topic": topic, "after": after })).await;
        let wanted = topic.to_owned();
        self.until("a snapshot", move |frame| frame["type"] == "snapshot" && frame["topic"] == wanted.as_str()).await
    }

    /// The next frame; none once the server has closed.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.stream.next()).await;
            match message.unwrap_or_else(|_| panic!("nothing came for {PATIENCE:?}; heard: {:?}", self.tail())) {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                    FrameSchemas::committed().check(&frame);
                    self.read(&frame);
                    self.frames.push(frame.clone());
                    return Some(frame);
                }
                Some(Ok(Message::Close(close))) => {
                    self.closed = close.map(|close| CloseCode::into(close.code)).or(Some(1005));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    /// Reads until a frame is as wanted.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            match self.next().await {
                Some(frame) if wanted(&frame) => return frame,
                Some(_) => {}
                None => panic!("closed with {:?} before {what}; heard: {:?}", self.closed, self.tail()),
            }
        }
    }

    /// Reads until a frame of this type.
    pub async fn until_type(&mut self, kind: &str) -> Value {
        self.until(kind, |frame| frame["type"] == kind).await
    }

    /// Reads until the server closes, and gives its code.
    pub async fn until_closed(&mut self) -> Option<u16> {
        while self.next().await.is_some() {}
        self.closed
    }

    /// Hangs up without a word.
    pub fn drop_connection(self) -> (Option<String>, Vec<String>) {
        (self.turn, self.parts)
    }

    /// All parts, one after the other.
    pub fn text(&self) -> String {
        self.parts.concat()
    }

    /// UTF-16 units over all parts.
    pub fn off(&self) -> usize {
        self.parts.iter().map(|part| units(part)).sum()
    }

    fn read(&mut self, frame: &Value) {
        match frame["type"].as_str().unwrap_or_default() {
            "snapshot" if !frame["turn"].is_null() => {
                let turn = &frame["turn"];
                self.turn = turn["turn_id"].as_str().map(str::to_owned);
                let parts = turn["parts"].as_array().expect("parts").iter();
                self.parts = parts.map(|part| part["text"].as_str().expect("text").to_owned()).collect();
                assert_eq!(
                    turn["off"].as_u64(),
                    u64::try_from(self.off()).ok(),
                    "off counts UTF-16 units of all parts"
                );
            }
            "turn.started" => {
                self.turn = frame["turn_id"].as_str().map(str::to_owned);
                self.parts.clear();
            }
            "artefact.started" => {
                let part = index(frame);
                assert_eq!(part, self.parts.len(), "parts begin in order");
                self.parts.push(String::new());
            }
            "turn.delta" => {
                let part = index(frame);
                if part == self.parts.len() {
                    self.parts.push(String::new());
                }
                let have = self.parts.get_mut(part).expect("no part is skipped");
                let off = usize::try_from(frame["off"].as_u64().expect("off")).expect("fits");
                assert_eq!(units(have), off, "no gap and no repetition");
                have.push_str(frame["text"].as_str().expect("text"));
            }
            _ => {}
        }
    }

    fn tail(&self) -> &[Value] {
        &self.frames[self.frames.len().saturating_sub(5)..]
    }
}

fn index(frame: &Value) -> usize {
    usize::try_from(frame["part"].as_u64().expect("part")).expect("fits")
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
