//! The bounds on a body that streams in: how much in all, how much without an event's end, how far ahead.
//!
//! The library under us reads as fast as the endpoint sends into a queue without a bound, keeps an unfinished
//! event for ever, and trips over a byte order mark. So what it is given is bounded here: past `AHEAD` unread
//! bytes the endpoint has to wait, and past the other two the reply ends.

use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use konductro_domain::conductor::{ModelFailure, ModelFailureKind};
use tokio::sync::Notify;

use super::failure::failure;

/// The most that a reply may be on the wire: a long reply of short pieces, each wrapped in its own JSON.
const MAX_WIRE_BYTES: usize = 64 * 1024 * 1024;
/// The most that one event may be.
pub(super) const MAX_EVENT_BYTES: usize = 2 * 1024 * 1024;
/// How much may wait to be read.
const AHEAD: usize = 1024 * 1024;
/// Pieces are handed on in this size, since the event parser copies the rest of a piece at every line.
const PIECE: usize = 16 * 1024;
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// What both ends of a body share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    unread: AtomicUsize,
    room: Notify,
    fault: OnceLock<ModelFailure>,
}

impl Shared {
    /// The reader has caught up.
    pub(super) fn caught_up(&self) {
        self.unread.store(0, Ordering::Release);
        self.room.notify_one();
    }

    /// Why the body ended before its end.
    pub(super) fn fault(&self) -> Option<&ModelFailure> {
        self.fault.get()
    }

    fn end(&self, failure: ModelFailure) -> io::Error {
        let error = io::Error::other(failure.detail.clone());
        // The first fault is the one that ended the body; a later one changes nothing.
        self.fault.get_or_init(|| failure);
        error
    }

    async fn wait_for_room(&self) {
        while self.unread.load(Ordering::Acquire) >= AHEAD {
            self.room.notified().await;
        }
    }
}

/// The body within its bounds.
pub(super) fn guarded(
    body: impl Stream<Item = reqwest::Result<Bytes>> + Send + 'static,
    shared: std::sync::Arc<Shared>,
    idle: Duration,
) -> BoxStream<'static, io::Result<Bytes>> {
    let guard = Guard {
        body: body.boxed(),
        shared,
        idle,
        head: Some(Vec::new()),
        rest: Bytes::new(),
        total: 0,
        event: EventLength::default(),
        ended: false,
    };
    stream::unfold(guard, |mut guard| async move { Some((guard.next().await?, guard)) }).boxed()
}

struct Guard {
    body: BoxStream<'static, reqwest::Result<Bytes>>,
    shared: std::sync::Arc<Shared>,
    idle: Duration,
    /// The first bytes, until it is known whether they are a byte order mark.
    head: Option<Vec<u8>>,
    rest: Bytes,
    total: usize,
    event: EventLength,
    ended: bool,
}

impl Guard {
    async fn next(&mut self) -> Option<io::Result<Bytes>> {
        if self.ended {
            return None;
        }
        if tokio::time::timeout(self.idle, self.shared.wait_for_room()).await.is_err() {
            return self.fail(failure(
                ModelFailureKind::TimedOut,
                true,
                "the reply was not read for too long; try again",
            ));
        }
        while self.rest.is_empty() {
            match self.body.next().await {
                None => return None,
                Some(Ok(bytes)) => self.rest = self.without_mark(bytes),
                Some(Err(error)) => return self.fail(broken_off(&error)),
            }
        }
        let piece = self.rest.split_to(self.rest.len().min(PIECE));
        self.total += piece.len();
        let finished = self.event.add(&piece);
        if self.total > MAX_WIRE_BYTES || self.event.longest > MAX_EVENT_BYTES {
            let detail = "the model sent more than a reply may hold, and was stopped; ask for less at once";
            return self.fail(failure(ModelFailureKind::TooLarge, false, detail));
        }
        // An unfinished event does not wake the reader, so it must not count, or nobody would make room.
        self.shared.unread.fetch_add(finished, Ordering::AcqRel);
        Some(Ok(piece))
    }

    fn fail(&mut self, failure: ModelFailure) -> Option<io::Result<Bytes>> {
        self.ended = true;
        Some(Err(self.shared.end(failure)))
    }

    fn without_mark(&mut self, bytes: Bytes) -> Bytes {
        let Some(mut head) = self.head.take() else { return bytes };
        head.extend_from_slice(&bytes);
        if head.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(&head) {
            self.head = Some(head);
            return Bytes::new();
        }
        let mut head = Bytes::from(head);
        if head.starts_with(&BYTE_ORDER_MARK) {
            head.split_off(BYTE_ORDER_MARK.len())
        } else {
            head.split_to(head.len())
        }
    }
}

/// Bytes since the last blank line, which is where an event ends.
#[derive(Debug, Default)]
struct EventLength {
    length: usize,
    line: usize,
    longest: usize,
}

impl EventLength {
    /// Takes a piece; answers with the bytes of the events that end in it.
    fn add(&mut self, piece: &[u8]) -> usize {
        let mut finished = 0;
        for byte in piece {
            self.length += 1;
            self.longest = self.longest.max(self.length);
            match byte {
                b'\n' if self.line == 0 => finished += std::mem::take(&mut self.length),
                b'\n' => self.line = 0,
                b'\r' => {}
                _ => self.line += 1,
            }
        }
        finished
    }
}

fn broken_off(error: &reqwest::Error) -> ModelFailure {
    if error.is_timeout() {
        failure(
            ModelFailureKind::TimedOut,
            true,
            "the model fell silent for too long in the middle of its reply; try again",
        )
    } else {
        failure(
            ModelFailureKind::Interrupted,
            true,
            "the connection to the model broke in the middle of its reply; try again",
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use std::sync::Arc;

    use super::*;

    fn body(pieces: Vec<&'static [u8]>) -> impl Stream<Item = reqwest::Result<Bytes>> + Send + 'static {
        stream::iter(pieces.into_iter().map(|piece| Ok(Bytes::from_static(piece))))
    }

    async fn read(pieces: Vec<&'static [u8]>) -> Vec<u8> {
        let guarded = guarded(body(pieces), Arc::default(), Duration::from_secs(5));
        guarded.map(|piece| piece.unwrap().to_vec()).concat().await
    }

    #[tokio::test]
    async fn a_byte_order_mark_goes_however_it_is_cut() {
        assert_eq!(read(vec![b"\xef\xbb\xbfdata"]).await, b"data");
        assert_eq!(read(vec![b"\xef", b"\xbb", b"\xbf", b"data"]).await, b"data");
        assert_eq!(read(vec![b"\xef", b"\xbbx"]).await, b"\xef\xbbx");
        assert_eq!(read(vec![b"data", b"\xef\xbb\xbf"]).await, b"data\xef\xbb\xbf");
    }

    #[tokio::test]
    async fn an_event_without_an_end_is_cut_off() {
        let shared = Arc::new(Shared::default());
        let line: &'static [u8] = Box::leak(b"data: x\n".repeat(8 * 1024).into_boxed_slice());
        let mut guarded = guarded(body(vec![line; 100]), shared.clone(), Duration::from_secs(5));
        while let Some(Ok(_)) = guarded.next().await {
            shared.caught_up();
        }
        assert_eq!(shared.fault().map(|fault| fault.kind), Some(ModelFailureKind::TooLarge));
    }

    #[tokio::test(start_paused = true)]
    async fn an_endpoint_waits_for_a_slow_reader_and_not_for_ever() {
        let shared = Arc::new(Shared::default());
        let event: &'static [u8] = Box::leak(b"data: x\n\n".repeat(1024).into_boxed_slice());
        let mut guarded = guarded(body(vec![event; 1000]), shared.clone(), Duration::from_secs(5));
        let mut ahead = 0;
        while let Some(Ok(piece)) = guarded.next().await {
            ahead += piece.len();
        }
        assert!((AHEAD..AHEAD + PIECE).contains(&ahead), "{ahead}");
        assert_eq!(shared.fault().map(|fault| fault.kind), Some(ModelFailureKind::TimedOut));
    }
}
