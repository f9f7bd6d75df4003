//! Sockets that drop at random while Conductor writes: what each reader saw at any moment is the beginning of what is stored,
//! once, in order.

use konductro_tests::chance::{Chance, times};
use konductro_tests::conversing::Conversing;
use konductro_tests::hostile_model::{Act, done, finish, stream_head, text};
use konductro_tests::socket::Socket;
use serde_json::Value;
use std::time::Duration;

/// How many people read at once, each over a line of their own.
const READERS: usize = 5;

/// A reply in many small pieces, with letters of one, two and four bytes, and a document in the middle.
fn long_reply() -> Vec<Act> {
    let chat = |n: usize| format!("Satz {n} – ganz wörtlich 😀. ");
    let words = (0..60)
        .map(chat)
        .chain(["\n<artefact kind=\"requirements\" title=\"Pay-out\">\n".to_owned()])
        .chain((0..60).map(|n| format!("- R-{n} Zahlt täglich aus 💶\n")))
        .chain(["</artefact>\n".to_owned()])
        .chain((60..90).map(chat));
    let written = words.flat_map(|words| [text(&words), Act::Pause(Duration::from_millis(8))]);
    [stream_head()].into_iter().chain(written).chain([finish("stop"), done()]).collect()
}

/// Reads a reply over a line that drops again and again; gives what was seen at each drop, and at the end.
async fn read_over_a_bad_line(room: &Conversing, turn: &str, mut chance: Chance) -> Vec<Vec<String>> {
    let url = format!("{}/api/v1/ws", room.server.url());
    let headers = [("cookie", room.dana.cookie()), ("origin", room.server.url())];
    let topic = format!("conversation:{}:requirements", room.phase);
    let mut seen = Vec::new();
    loop {
        let mut socket = Socket::open(&url, &headers).await.unwrap();
        let snapshot = socket.subscribe(&topic).await;
        if snapshot["turn"].is_null() {
            // It has ended meanwhile: the rest is read where it is stored.
            return seen;
        }
        assert_eq!(snapshot["turn"]["turn_id"], turn);
        for _ in 0..chance.below(9) {
            let frame = socket.next().await.expect("the server stays");
            if frame["type"] == "turn.done" {
                seen.push(socket.drop_connection().1);
                return seen;
            }
        }
        seen.push(socket.drop_connection().1);
    }
}

/// The parts of a reply as they are stored: chat from the message, the document from its version.
async fn stored(room: &Conversing, reply: &Value) -> Vec<String> {
    let version = room.dana.version_reached(&room.phase, "requirements", 1).await;
    let parts = reply["parts"].as_array().unwrap().iter();
    let text = |part: &Value| match part["kind"].as_str() {
        Some("document") => version["markdown"].as_str().unwrap().to_owned(),
        _ => part["text"].as_str().unwrap().to_owned(),
    };
    parts.map(text).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_readers_saw_over_bad_lines_is_the_beginning_of_what_is_stored() {
    let mut chance = Chance::seeded();
    let wanted = times(50, 500);
    let mut drops = 0;
    while drops < wanted {
        let room = Conversing::with(vec![long_reply()]).await;
        let turn = room.begun_saying("Sellers wait three days.", "Satz").await;
        let readers = (0..READERS).map(|_| {
            let mut own = chance.clone();
            chance.below(2);
            own.below(2);
            read_over_a_bad_line(&room, &turn, own)
        });
        let seen = futures_util::future::join_all(readers).await.concat();
        let reply = room.reply_of(&turn).await;
        assert_eq!(reply["state"], "completed");
        let stored = stored(&room, &reply).await;
        for parts in &seen {
            assert!(parts.len() <= stored.len(), "{parts:?}");
            for (number, (part, whole)) in parts.iter().zip(&stored).enumerate() {
                let is_last = number + 1 == parts.len();
                let fits = if is_last { whole.starts_with(part.as_str()) } else { whole.trim_end() == part.trim_end() };
                assert!(fits, "part {number} was seen as {part:?}, and is stored as {whole:?}");
            }
        }
        drops += seen.len();
        println!("{drops} connections dropped");
    }
}
