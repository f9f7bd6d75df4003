#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use super::super::frames::ErrorCode;
use super::super::test_client::{TOPIC, attempt};
use super::*;

fn delta(part: u32, off: u64, text: &str) -> Arc<ServerFrame> {
    let turn_id = attempt(1, 1).turn_id;
    Arc::new(ServerFrame::TurnDelta(Delta { topic: TOPIC, turn_id, part, off, text: text.to_owned() }))
}

fn drain(outbox: &Outbox) -> Vec<Next> {
    std::iter::from_fn(|| match outbox.next() {
        Next::Wait => None,
        Next::Take(promise) => {
            assert!(outbox.keep(promise));
            Some(Next::Take(promise))
        }
        next => Some(next),
    })
    .take(1000)
    .collect()
}

#[test]
fn deltas_that_follow_one_another_merge_and_others_do_not() {
    let outbox = Outbox::default();
    for frame in [delta(0, 0, "a😀"), delta(0, 3, "b"), delta(1, 0, "c"), delta(1, 2, "hole"), delta(1, 6, "!")] {
        outbox.push(&frame);
    }
    let expected = [delta(0, 0, "a😀b"), delta(1, 0, "c"), delta(1, 2, "hole!")];
    assert_eq!(drain(&outbox), expected.map(Next::Send));
}

#[test]
fn above_the_mark_a_snapshot_replaces_what_was_queued() {
    let outbox = Outbox::default();
    let pong = Arc::new(ServerFrame::Pong {});
    outbox.push(&pong);
    outbox.push(&delta(0, 0, &"x".repeat(MOST_BYTES)));
    outbox.push(&delta(0, MOST_BYTES as u64, "and more"));
    let reading = Some(attempt(1, 1).turn_id);
    assert_eq!(drain(&outbox), [Next::Send(pong), Next::Take(Promise { topic: TOPIC, reading })]);
    outbox.push(&delta(0, 7, "after"));
    assert_eq!(drain(&outbox).len(), 1, "after the snapshot deltas flow again");
}

#[test]
fn a_client_that_makes_the_server_talk_without_listening_is_closed() {
    let outbox = Outbox::default();
    let error = ServerFrame::Error { topic: None, code: ErrorCode::Malformed, detail: String::new() };
    let error = Arc::new(error);
    for _ in 0..=MOST_FRAMES {
        outbox.push(&error);
    }
    assert_eq!(outbox.next(), Next::Close(CloseReason::TooMuch));
}

#[test]
fn the_first_reason_to_close_counts() {
    let outbox = Outbox::default();
    outbox.close(CloseReason::SignedOut);
    outbox.close(CloseReason::GoingAway);
    assert_eq!(outbox.next(), Next::Close(CloseReason::SignedOut));
}
