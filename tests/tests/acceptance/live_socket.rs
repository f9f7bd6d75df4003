//! The socket on the wire: the same text for everybody, once and in order, whoever drops and returns; and nothing that
//! a client sends does more than close its own connection.
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use konductro_api::identity::SessionEnd;
use konductro_api::live::frames::{Outcome, Topic};
use konductro_api::live::{Attempt, Begin, Hub, TurnEnd, TurnFeed};
use konductro_domain::ids::{PhaseId, TurnId};
use konductro_domain::stage::Stage;
use konductro_tests::frame_schemas::FrameSchemas;
use konductro_tests::live_server::{LiveServer, PROJECT, session, user};
use konductro_tests::log::eventually;
use konductro_tests::socket::Socket;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

const TOPIC: Topic = Topic::Conversation(PhaseId(Uuid::from_u128(0x0c)), Stage::Requirements);

fn of() -> Attempt {
    Attempt { turn_id: TurnId(Uuid::from_u128(0x0d)), attempt: 1 }
}

fn feed(hub: &Hub) -> TurnFeed {
    hub.feed(TOPIC, Begin { of: of(), message_id: None, at: OffsetDateTime::UNIX_EPOCH }).unwrap()
}

fn done(hub: &Hub, position: i64) {
    let end = TurnEnd { of: of(), outcome: Outcome::Completed, usage: Default::default(), failure: None, position };
    hub.finish(TOPIC, &end);
}

/// A reply of some length, with characters of one and of two units, a document in the middle.
fn reply() -> [String; 3] {
    let chat = |n: usize| (0..n).map(|i| format!("Frage {i} – 😀?\n")).collect::<String>();
    [chat(60), chat(150), chat(40)]
}

/// Writes the reply piece by piece, at the pace of a quick model.
async fn write(feed: TurnFeed) {
    for (part, text) in (0_u32..).zip(reply()) {
        if part == 1 {
            feed.open_document(part, Stage::Requirements, "Requirements".to_owned());
        }
        let characters: Vec<char> = text.chars().collect();
        for piece in characters.chunks(7) {
            feed.append(part, &piece.iter().collect::<String>());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    feed.flush();
}

/// Listens, drops after so many frames and returns, until the turn is done; what was read in the end.
async fn drop_and_return(url: String, stays: usize) -> Vec<String> {
    let (mut turn, mut had) = (None, Vec::new());
    loop {
        let mut socket = Socket::open(&url, &[]).await.unwrap();
        socket.turn = turn;
        let snapshot = socket.subscribe(&TOPIC.to_string()).await;
        if snapshot["turn"].is_null() {
            // It ended while nobody was here: what was had before is a beginning of the stored reply.
            socket.until_type("turn.done").await;
            return had;
        }
        for _ in 0..stays {
            if socket.next().await.unwrap()["type"] == "turn.done" {
                return socket.parts;
            }
        }
        (turn, had) = socket.drop_connection();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_drops_and_returns_reads_the_same_text_as_whoever_stays() {
    let server = LiveServer::start(Hub::default()).await;
    let feed = feed(&server.hub);
    let stayers = (1..=4).map(|number| drop_and_return(server.socket_of(number), usize::MAX));
    let stayers: Vec<_> = stayers.map(tokio::spawn).collect();
    let returners = (5..=12).map(|number| drop_and_return(server.socket_of(number), usize::try_from(number).unwrap()));
    let returners: Vec<_> = returners.map(tokio::spawn).collect();
    eventually("everybody is connected", || async { server.hub.connections() >= 12 }).await;
    write(feed).await;
    done(&server.hub, 7);
    for reader in stayers {
        assert_eq!(reader.await.unwrap(), reply());
    }
    for reader in returners {
        let read = reader.await.unwrap();
        assert!(read.iter().zip(&reply()).all(|(part, whole)| whole.starts_with(part.as_str())));
    }
    eventually("every connection is gone", || async { server.hub.connections() == 0 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_late_has_every_character() {
    let server = LiveServer::start(Hub::default()).await;
    let mut early = Socket::open(&server.socket_of(1), &[]).await.unwrap();
    early.subscribe(&TOPIC.to_string()).await;
    let writer = tokio::spawn(write(feed(&server.hub)));
    early.until_type("turn.started").await;
    early.until_type("artefact.started").await;
    let mut late = Socket::open(&server.socket_of(2), &[]).await.unwrap();
    let snapshot = late.subscribe(&TOPIC.to_string()).await;
    assert_eq!(snapshot["turn"]["parts"][1]["kind"], "document");
    assert_eq!(snapshot["present"].as_array().unwrap().len(), 2);
    early.until_type("presence").await;
    writer.await.unwrap();
    done(&server.hub, 7);
    for socket in [&mut early, &mut late] {
        let end = socket.until_type("turn.done").await;
        assert_eq!((end["outcome"].as_str(), end["position"].as_i64()), (Some("completed"), Some(7)));
        assert_eq!(socket.parts, reply());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_drops_lose_and_double_nothing() {
    let server = LiveServer::start(Hub::default()).await;
    let feed = feed(&server.hub);
    let mut written = String::new();
    for round in 0..500 {
        let mut socket = Socket::open(&server.socket_of(1), &[]).await.unwrap();
        socket.subscribe(&TOPIC.to_string()).await;
        assert_eq!(socket.text(), written, "the snapshot of round {round}");
        let piece = format!("{round} 😀 ");
        feed.append(0, &piece);
        written.push_str(&piece);
        if round % 3 == 0 {
            socket.until_type("turn.delta").await;
            assert_eq!(socket.text(), written, "the deltas of round {round}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rubbish_earns_an_error_and_then_a_close() {
    let server = LiveServer::start(Hub::default()).await;
    let mut socket = Socket::open(&server.socket_of(1), &[]).await.unwrap();
    assert_eq!(socket.until_type("hello").await["position"], 0);
    for rubbish in ["", "{", "null", "[1]", r#"{"type":"approve"}"#, r#"{"type":"subscribe","topic":"x"}"#, "\u{0}"] {
        socket.send_text(rubbish).await;
        assert_eq!(socket.until_type("error").await["code"], "malformed", "{rubbish:?}");
    }
    socket.send(json!({ "type": "ping" })).await;
    socket.until_type("pong").await;
    for _ in 0..4 {
        socket.send_text("again").await;
    }
    assert_eq!(socket.until_closed().await, Some(4400));

    let mut binary = Socket::open(&server.socket_of(1), &[]).await.unwrap();
    binary.send_binary(vec![0, 159, 146, 150]).await;
    assert_eq!(binary.until_closed().await, Some(4400));

    let mut large = Socket::open(&server.socket_of(1), &[]).await.unwrap();
    large.send_text("x".repeat(64 * 1024 + 1)).await;
    assert_eq!(large.until_closed().await, Some(4429));

    let mut many = Socket::open(&server.socket_of(1), &[]).await.unwrap();
    for _ in 0..60 {
        many.send(json!({ "type": "ping" })).await;
    }
    assert_eq!(many.until_closed().await, Some(4429));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_sixteen_and_must_exist() {
    let server = LiveServer::start(Hub::default()).await;
    let mut socket = Socket::open(&server.socket_of(1), &[]).await.unwrap();
    let unknown = Topic::Phase(PhaseId(Uuid::from_u128(0xdead)));
    server.doors.unknown.lock().unwrap().insert(unknown);
    socket.send(json!({ "type": "subscribe", "topic": unknown.to_string() })).await;
    let error = socket.until_type("error").await;
    assert_eq!((error["code"].as_str(), error["topic"].as_str()), (Some("not-found"), Some(&*unknown.to_string())));
    let topics: BTreeSet<_> = (0..17).map(|n| format!("phase:{}", Uuid::from_u128(n))).collect();
    for topic in topics.iter().take(16) {
        assert!(socket.subscribe(topic).await["turn"].is_null());
    }
    socket.send(json!({ "type": "subscribe", "topic": topics.last() })).await;
    assert_eq!(socket.until_type("error").await["code"], "too-many-topics");
    socket.send(json!({ "type": "unsubscribe", "topic": topics.first() })).await;
    socket.subscribe(topics.last().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_listen_any_more_is_told_and_hears_nothing() {
    let server = LiveServer::start(Hub::default()).await;
    let open = async |number: u128| {
        let mut socket = Socket::open(&server.socket_of(number), &[]).await.unwrap();
        socket.subscribe(&TOPIC.to_string()).await;
        socket
    };
    let (mut removed, mut signed_out, mut disabled, mut stays) =
        (open(1).await, open(2).await, open(3).await, open(4).await);
    server.hub.membership_ended(PROJECT, user(1));
    server.hub.sessions_ended(SessionEnd::One(session(2)));
    server.hub.user_disabled(user(3));
    assert_eq!(signed_out.until_closed().await, Some(4401));
    assert_eq!(disabled.until_closed().await, Some(4403));
    let feed = feed(&server.hub);
    feed.append(0, "a secret");
    assert_eq!(removed.until_type("error").await["code"], "subscription-ended");
    stays.until_type("turn.delta").await;
    assert_eq!(stays.text(), "a secret");
    server.hub.close_all();
    for socket in [&mut removed, &mut stays] {
        assert_eq!(socket.until_closed().await, Some(1001));
    }
    assert!(removed.text().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_does_not_read_is_let_go_and_holds_nobody_up() {
    let server = LiveServer::start(Hub::default()).await;
    let mut slow = Socket::open(&server.socket_of(1), &[]).await.unwrap();
    slow.subscribe(&TOPIC.to_string()).await;
    let feed = feed(&server.hub);
    let piece = "x".repeat(64 * 1024);
    let began = Instant::now();
    // The system's own buffers hold some megabytes; beyond them the server sees that nobody reads.
    for part in 0..600 {
        feed.open_text(part);
        feed.append(part, &piece);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let mut quick = Socket::open(&server.socket_of(2), &[]).await.unwrap();
    quick.send(json!({ "type": "ping" })).await;
    quick.until_type("pong").await;
    assert!(began.elapsed() < Duration::from_secs(12), "the one who does not read holds nobody up");
    quick.drop_connection();
    eventually("the slow reader is let go", || async { server.hub.connections() == 0 }).await;
    drop(slow);
}

#[test]
fn every_message_is_described() {
    let described: BTreeSet<String> = FrameSchemas::committed().messages().into_iter().collect();
    let client = ["subscribe", "unsubscribe", "ping"];
    let server = ["hello", "snapshot", "changed", "presence", "resync", "error", "pong"];
    let turn = ["turn.started", "turn.status", "turn.delta", "turn.done", "artefact.started", "artefact.saved"];
    let spoken = client.into_iter().chain(server).chain(turn).map(str::to_owned).collect();
    assert_eq!(described, spoken);
}
