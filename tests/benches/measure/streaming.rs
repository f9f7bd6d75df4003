//! What we add to a model's stream: the time to the first frame and the delay of each word on the WebSocket, beside
//! a client that reads the model server itself. The two take turns.

use std::time::Instant;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::bed::Bed;
use crate::model::{PacedModel, Played, WORD, WORDS};
use crate::samples::Samples;
use crate::table::{Mark, Quantity, Table};

const TURNS: usize = 24;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// What one way of listening heard.
#[derive(Default)]
struct Heard {
    first: Samples,
    words: Samples,
}

impl Heard {
    fn note(&mut self, played: &Played, arrived: &[Instant]) {
        assert_eq!(arrived.len(), WORDS, "every word arrives");
        self.first.add(arrived[0] - played.received);
        for (arrived, sent) in arrived.iter().zip(&played.sent) {
            self.words.add(arrived.saturating_duration_since(*sent));
        }
    }
}

pub async fn measure(bed: &Bed, model: &PacedModel, table: &mut Table) {
    let phase = bed.sdm.open_phase(&bed.project, "Streamed").await;
    let mut socket = subscribed(bed, &phase).await;
    let client = reqwest::Client::new();
    let (mut ours, mut theirs, mut asked) = (Heard::default(), Heard::default(), Samples::default());
    for turn in 0..=TURNS {
        let direct = direct(&client, &model.base_url).await;
        let direct = (direct, model.last());
        let posted = Instant::now();
        let path = format!("/phases/{phase}/stages/requirements/messages");
        bed.sdm.post(&path, json!({ "text": "Sellers wait three days; what do you need to know?" })).await.expect(202);
        let arrived = reply(&mut socket).await;
        let played = model.last();
        // The first of each only opens connections.
        if turn > 0 {
            theirs.note(&direct.1, &direct.0);
            ours.note(&played, &arrived);
            asked.add(played.received.saturating_duration_since(posted));
        }
    }
    let alone = |seconds: f64| ("the model server alone", Quantity::ms(seconds));
    table.compare(
        "time to first token added, p50",
        Quantity::ms(ours.first.p50() - theirs.first.p50()),
        alone(theirs.first.p50()),
        Mark::Under(5.0),
    );
    table.compare(
        "time to first token added, p99",
        Quantity::ms(ours.first.p99() - theirs.first.p99()),
        alone(theirs.first.p99()),
        Mark::None,
    );
    for (name, added, direct) in [
        ("p50", ours.words.p50() - theirs.words.p50(), theirs.words.p50()),
        ("p99", ours.words.p99() - theirs.words.p99(), theirs.words.p99()),
    ] {
        let what = format!("delay added to each token (gathered for 18 ms), {name}");
        table.compare(what, Quantity::ms(added), alone(direct), Mark::None);
    }
    table.note("message sent until the model server is asked, p50", Quantity::ms(asked.p50()));
    table.note("message sent until the model server is asked, p99", Quantity::ms(asked.p99()));
}

/// Asks the model server itself; when each word arrived.
async fn direct(client: &reqwest::Client, base_url: &str) -> Vec<Instant> {
    let body = json!({ "model": "metronome", "stream": true, "messages": [{ "role": "user", "content": "Hello" }] });
    let answer = client.post(format!("{base_url}/chat/completions")).json(&body).send().await.unwrap();
    let (mut stream, mut arrived, mut read) = (answer.bytes_stream(), Vec::new(), String::new());
    while let Some(bytes) = stream.next().await {
        read.push_str(std::str::from_utf8(&bytes.unwrap()).unwrap());
        let now = Instant::now();
        let words = read.matches("\"content\"").count();
        arrived.resize(words, now);
    }
    arrived
}

/// A socket that hears the conversation.
async fn subscribed(bed: &Bed, phase: &str) -> Socket {
    let mut request = format!("ws://{}/api/v1/ws", bed.address()).into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("cookie", bed.sdm.cookie().parse().unwrap());
    headers.insert("origin", bed.server.url().parse().unwrap());
    headers.insert("sec-websocket-protocol", "konductro.v1".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.expect("the socket opens");
    let subscribe = json!({ "type": "subscribe", "topic": format!("conversation:{phase}:requirements") });
    socket.send(Message::text(subscribe.to_string())).await.unwrap();
    while frame(&mut socket).await["type"] != "snapshot" {}
    socket
}

/// Listens to one reply to its end; when each word arrived.
async fn reply(socket: &mut Socket) -> Vec<Instant> {
    let (mut arrived, mut bytes) = (Vec::new(), 0);
    loop {
        let frame = frame(socket).await;
        let now = Instant::now();
        match frame["type"].as_str() {
            Some("turn.delta") => {
                bytes += frame["text"].as_str().unwrap().len();
                // The blank that ends a word may be held back until more is known of it.
                arrived.resize((bytes + 1) / WORD, now);
            }
            Some("turn.done") => {
                assert_eq!(frame["outcome"], "completed", "{frame}");
                return arrived;
            }
            _ => {}
        }
    }
}

async fn frame(socket: &mut Socket) -> Value {
    loop {
        match socket.next().await.expect("the socket stays open").expect("frames arrive") {
            Message::Text(text) => return serde_json::from_str(&text).expect("frames are JSON"),
            Message::Ping(_) | Message::Pong(_) => {}
            other => panic!("an unexpected frame: {other:?}"),
        }
    }
}
