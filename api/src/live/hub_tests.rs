#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use konductro_domain::ids::UserId;
use konductro_domain::stage::Stage;
use proptest::prelude::*;

use super::super::frames::{ErrorCode, TurnState};
use super::super::test_client::{Client, PROJECT, TOPIC, attempt, begin, end};
use super::*;

const REPLY: &str = "Who books, and how? 😀 Ärzte möchten …\nEnd.";

fn pieces() -> Vec<String> {
    REPLY.chars().map(String::from).collect()
}

#[tokio::test]
async fn whoever_drops_and_returns_at_any_offset_reads_every_text_once_and_in_order() {
    let pieces = pieces();
    for gone_at in 0..=pieces.len() {
        for back_at in gone_at..=pieces.len() {
            let hub = Hub::default();
            let feed = hub.feed(TOPIC, begin(attempt(1, 1))).unwrap();
            let mut client = Client::joined(&hub, 1);
            for (at, piece) in pieces.iter().enumerate() {
                if at == gone_at {
                    client.leave(&hub);
                }
                if at == back_at {
                    client.join(&hub);
                }
                feed.append(0, piece);
                client.read_all(&hub);
            }
            if gone_at == pieces.len() {
                client.leave(&hub);
            }
            if back_at == pieces.len() {
                client.join(&hub);
            }
            feed.flush();
            client.read_all(&hub);
            assert_eq!(client.text(), REPLY, "gone at {gone_at}, back at {back_at}");
        }
    }
}

#[tokio::test]
async fn chat_and_document_are_parts_of_their_own() {
    let hub = Hub::default();
    let feed = hub.feed(TOPIC, begin(attempt(1, 1))).unwrap();
    let mut early = Client::joined(&hub, 1);
    feed.append(0, "Here it is.");
    feed.open_document(1, Stage::Requirements, "Requirements".to_owned());
    feed.append(1, "# R-1");
    feed.append(2, "Anything else?");
    let mut late = Client::joined(&hub, 2);
    feed.flush();
    early.read_all(&hub);
    late.read_all(&hub);
    assert_eq!(early.parts, ["Here it is.", "# R-1", "Anything else?"]);
    assert_eq!(late.parts, early.parts);
    let snapshot = late.frames.iter().find_map(|frame| match frame.as_ref() {
        ServerFrame::Snapshot { turn, .. } => turn.clone(),
        _ => None,
    });
    assert_eq!(snapshot.unwrap().text, "Here it is.Anything else?");
}

#[tokio::test]
async fn a_slow_reader_costs_a_bounded_queue_and_still_ends_with_the_whole_text() {
    let hub = Hub::default();
    let feed = hub.feed(TOPIC, begin(attempt(1, 1))).unwrap();
    let mut slow = Client::joined(&hub, 1);
    slow.read_all(&hub);
    let piece = "x".repeat(3000);
    for part in 0..400 {
        feed.open_document(part, Stage::Requirements, format!("document {part}"));
        feed.append(part, &piece);
    }
    slow.read_all(&hub);
    assert_eq!(slow.text().len(), 400 * 3000);
    assert!(slow.frames.len() < 300, "{} frames were kept for a reader who did not read", slow.frames.len());
}

#[tokio::test]
async fn a_slow_reader_hears_how_the_turn_ended() {
    let hub = Hub::default();
    let of = attempt(1, 1);
    let feed = hub.feed(TOPIC, begin(of)).unwrap();
    let mut slow = Client::joined(&hub, 1);
    slow.read_all(&hub);
    feed.append(0, &"x".repeat(300 * 1024));
    hub.finish(TOPIC, &end(of, 9));
    slow.read_all(&hub);
    assert_eq!(slow.done, [of.turn_id]);
}

#[tokio::test]
async fn whoever_was_away_at_the_end_is_told_of_it_once() {
    let hub = Hub::default();
    let of = attempt(1, 1);
    let feed = hub.feed(TOPIC, begin(of)).unwrap();
    let mut client = Client::joined(&hub, 1);
    feed.append(0, "half");
    client.read_all(&hub);
    client.leave(&hub);
    hub.finish(TOPIC, &end(of, 9));
    client.join(&hub);
    client.read_all(&hub);
    assert_eq!(client.done, [of.turn_id]);
    let mut stranger = Client::joined(&hub, 2);
    stranger.read_all(&hub);
    assert!(stranger.done.is_empty(), "whoever did not read that turn is not told of it");
}

#[tokio::test]
async fn a_turn_that_lives_and_ends_before_the_snapshot_is_sent_is_not_lost() {
    let hub = Hub::default();
    let of = attempt(1, 1);
    let mut client = Client::joined(&hub, 1);
    drop(hub.feed(TOPIC, begin(of)).unwrap());
    hub.finish(TOPIC, &end(of, 9));
    let changed =
        ServerFrame::Changed { topic: TOPIC, position: 9, what: vec!["conversation:requirements".to_owned()] };
    hub.tell(TOPIC, changed.clone());
    client.read_all(&hub);
    assert_eq!(client.done, [of.turn_id]);
    assert_eq!(client.frames.last().unwrap().as_ref(), &changed, "REST has changed since whoever joined looked");
}

#[tokio::test]
async fn what_the_log_tells_later_does_not_bring_a_turn_back() {
    let hub = Hub::default();
    let of = attempt(1, 1);
    let mut client = Client::joined(&hub, 1);
    client.read_all(&hub);
    let feed = hub.feed(TOPIC, begin(of)).unwrap();
    feed.append(0, "all");
    hub.finish(TOPIC, &end(of, 9));
    drop(feed);
    hub.begin(TOPIC, begin(of));
    hub.finish(TOPIC, &end(of, 9));
    assert!(hub.feed(TOPIC, begin(of)).is_none());
    client.read_all(&hub);
    assert_eq!(client.done, [of.turn_id]);
    let started = client.frames.iter().filter(|frame| matches!(frame.as_ref(), ServerFrame::TurnStarted { .. }));
    assert_eq!(started.count(), 1);

    let again = attempt(1, 2);
    assert!(hub.feed(TOPIC, begin(again)).is_some(), "another attempt is another life");
}

#[tokio::test]
async fn the_first_piece_goes_out_at_once_and_the_next_ones_gather() {
    let hub = Hub::default();
    let feed = hub.feed(TOPIC, begin(attempt(1, 1))).unwrap();
    let mut client = Client::joined(&hub, 1);
    client.read_all(&hub);
    feed.append(0, "a");
    client.read_all(&hub);
    assert_eq!(client.text(), "a");
    let before = client.frames.len();
    for _ in 0..50 {
        feed.append(0, "b");
    }
    while client.text().len() < 51 {
        client.listener.outbox.filled().await;
        client.read_all(&hub);
    }
    assert!(client.frames.len() - before < 10, "fifty pieces came in {} frames", client.frames.len() - before);
}

#[tokio::test]
async fn a_stop_reaches_whoever_runs_the_turn() {
    let hub = Hub::default();
    let of = attempt(1, 1);
    let feed = hub.feed(TOPIC, begin(of)).unwrap();
    let mut client = Client::joined(&hub, 1);
    client.read_all(&hub);
    hub.ask_to_stop(TOPIC, of.turn_id);
    hub.ask_to_stop(TOPIC, of.turn_id);
    assert!(*feed.stop_signal().borrow());
    client.read_all(&hub);
    let stopping = client
        .frames
        .iter()
        .filter(|frame| matches!(frame.as_ref(), ServerFrame::TurnStatus { state: TurnState::Stopping, .. }));
    assert_eq!(stopping.count(), 1);
}

#[tokio::test]
async fn whoever_is_no_longer_a_member_hears_no_more() {
    let hub = Hub::default();
    let feed = hub.feed(TOPIC, begin(attempt(1, 1))).unwrap();
    let (mut gone, mut stays) = (Client::joined(&hub, 1), Client::joined(&hub, 2));
    let epoch = hub.membership_epoch();
    hub.membership_ended(PROJECT, UserId(Uuid::from_u128(1)));
    feed.append(0, "secret");
    gone.read_all(&hub);
    stays.read_all(&hub);
    assert_eq!(stays.text(), "secret");
    assert!(gone.text().is_empty());
    assert!(
        gone.frames
            .iter()
            .any(|frame| matches!(frame.as_ref(), ServerFrame::Error { code: ErrorCode::SubscriptionEnded, .. }))
    );
    assert!(
        hub.subscribe(&gone.listener, TOPIC, PROJECT, None, epoch).is_err(),
        "a membership that was checked before it ended does not count"
    );
    feed.append(0, " more");
    feed.flush();
    gone.read_all(&hub);
    assert!(gone.text().is_empty());
}

#[tokio::test]
async fn people_are_present_once_however_many_tabs_they_have() {
    let hub = Hub::default();
    let mut first = Client::joined(&hub, 1);
    let (_tab, other) = (Client::joined(&hub, 1), Client::joined(&hub, 2));
    first.read_all(&hub);
    other.leave(&hub);
    first.read_all(&hub);
    let seen: Vec<usize> = first
        .frames
        .iter()
        .filter_map(|frame| match frame.as_ref() {
            ServerFrame::Snapshot { present, .. } | ServerFrame::Presence { present, .. } => Some(present.len()),
            _ => None,
        })
        .collect();
    assert_eq!(seen, [2, 1]);
}

#[tokio::test]
async fn an_empty_room_is_closed() {
    let hub = Hub::default();
    let client = Client::joined(&hub, 1);
    assert_eq!(hub.rooms().len(), 1);
    client.leave(&hub);
    assert!(hub.rooms().is_empty());
}

#[tokio::test]
async fn events_that_were_missed_make_everybody_look_again() {
    let hub = Hub::default();
    hub.begin(TOPIC, begin(attempt(1, 1)));
    let mut client = Client::joined(&hub, 1);
    client.read_all(&hub);
    hub.resync_all();
    client.read_all(&hub);
    assert!(matches!(client.frames.last().unwrap().as_ref(), ServerFrame::Resync { .. }));
    client.join(&hub);
    client.read_all(&hub);
    assert!(
        matches!(client.frames.last().unwrap().as_ref(), ServerFrame::Snapshot { turn: None, .. }),
        "a turn that nobody here runs is no longer vouched for"
    );
}

#[derive(Debug, Clone)]
enum Step {
    Write(String),
    OpenDocument,
    Flush,
    Read(usize, usize),
    Leave(usize),
    Join(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => "[a-zé😀]{1,40}".prop_map(Step::Write),
        1 => Just(Step::Write("w".repeat(40_000))),
        1 => Just(Step::OpenDocument),
        2 => Just(Step::Flush),
        4 => (0..3usize, 1..4usize).prop_map(|(who, most)| Step::Read(who, most)),
        1 => (0..3usize).prop_map(Step::Leave),
        2 => (0..3usize).prop_map(Step::Join),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// However reading, writing, leaving and coming back interleave, and however much merges or is replaced by
    /// snapshots: whoever listens at the end has the whole text.
    #[test]
    fn every_interleaving_ends_with_the_same_text(steps in prop::collection::vec(step(), 1..150)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let hub = Hub::default();
            let of = attempt(1, 1);
            let feed = hub.feed(TOPIC, begin(of)).unwrap();
            let mut clients = [Client::joined(&hub, 1), Client::joined(&hub, 2), Client::joined(&hub, 3)];
            let mut written = vec![String::new()];
            for step in steps {
                match step {
                    Step::Write(text) => {
                        feed.append(u32::try_from(written.len() - 1).unwrap(), &text);
                        written.last_mut().unwrap().push_str(&text);
                    }
                    Step::OpenDocument => {
                        if written.last().unwrap().is_empty() {
                            feed.append(u32::try_from(written.len() - 1).unwrap(), "-");
                            written.last_mut().unwrap().push('-');
                        }
                        feed.open_document(u32::try_from(written.len()).unwrap(), Stage::Requirements, "D".to_owned());
                        written.push(String::new());
                    }
                    Step::Flush => feed.flush(),
                    Step::Read(who, most) => clients[who].read(&hub, most),
                    Step::Leave(who) => clients[who].leave(&hub),
                    Step::Join(who) => clients[who].join(&hub),
                }
            }
            for client in &clients {
                client.join(&hub);
            }
            feed.flush();
            for client in &mut clients {
                client.read_all(&hub);
                assert_eq!(client.text(), written.concat());
            }
        });
    }
}
