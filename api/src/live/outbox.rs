//! What one connection still has to be told: a bounded queue that never blocks whoever fills it.
//!
//! Deltas that follow one another merge. Above the mark, what is queued for topics is thrown away and replaced
//! by a promise of a fresh snapshot, which is taken only when its turn to be sent comes. So a slow reader costs a
//! bounded amount of memory, holds nobody up, and still ends with every text once and in order.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use konductro_domain::ids::TurnId;
use tokio::sync::Notify;

use super::frames::{CloseReason, Delta, ServerFrame, Topic};
use super::lock;

/// Frames that a queue holds at most.
const MOST_FRAMES: usize = 256;
/// Bytes of text that a queue holds at most.
const MOST_BYTES: usize = 256 * 1024;
/// What a frame counts for besides its text.
const FRAME_BYTES: usize = 200;

/// Something that waits to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Queued {
    /// A frame as it is.
    Frame(Arc<ServerFrame>),
    /// A delta that may still grow.
    Delta(Delta),
    /// A snapshot, taken when it is sent.
    Snapshot(Promise),
}

/// A snapshot that is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Promise {
    /// Of what.
    pub(super) topic: Topic,
    /// The turn that the client was reading: if it ended since, it is told how.
    pub(super) reading: Option<TurnId>,
}

impl Queued {
    fn topic(&self) -> Option<Topic> {
        match self {
            Queued::Frame(frame) => frame.topic(),
            Queued::Delta(delta) => Some(delta.topic),
            Queued::Snapshot(promise) => Some(promise.topic),
        }
    }

    fn turn(&self) -> Option<TurnId> {
        match self {
            Queued::Snapshot(promise) => promise.reading,
            Queued::Delta(delta) => Some(delta.turn_id),
            Queued::Frame(frame) => turn_of(frame),
        }
    }

    fn cost(&self) -> usize {
        match self {
            Queued::Delta(delta) => FRAME_BYTES + delta.text.len(),
            Queued::Frame(_) | Queued::Snapshot(_) => FRAME_BYTES,
        }
    }
}

/// The queue of one connection.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Queued>,
    bytes: usize,
    close: Option<CloseReason>,
}

/// What comes next.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// Send this.
    Send(Arc<ServerFrame>),
    /// Take this snapshot, then `keep` the promise.
    Take(Promise),
    /// Close the connection.
    Close(CloseReason),
    /// Nothing yet.
    Wait,
}

impl Outbox {
    /// Queues a frame, unless a snapshot that is still owed will say the same.
    pub(super) fn push(&self, frame: &Arc<ServerFrame>) {
        let mut queue = lock(&self.queue);
        if !queue.is_covered(frame) {
            match frame.as_ref() {
                ServerFrame::TurnDelta(delta) => queue.push_delta(delta),
                _ => queue.push(Queued::Frame(Arc::clone(frame))),
            }
        }
        drop(queue);
        self.filled.notify_one();
    }

    /// Owes a snapshot of a topic; whatever was queued for the topic is part of it.
    pub(super) fn promise(&self, promise: Promise) {
        let mut queue = lock(&self.queue);
        queue.forget(promise.topic);
        queue.push(Queued::Snapshot(promise));
        drop(queue);
        self.filled.notify_one();
    }

    /// Forgets a topic.
    pub(super) fn forget(&self, topic: Topic) {
        lock(&self.queue).forget(topic);
    }

    /// Closes the connection as soon as its writer looks; the first reason counts.
    pub(super) fn close(&self, reason: CloseReason) {
        lock(&self.queue).close.get_or_insert(reason);
        self.filled.notify_one();
    }

    /// Takes what comes next, but leaves a promise where it is: it must be kept under the topic's lock.
    pub(super) fn next(&self) -> Next {
        let mut queue = lock(&self.queue);
        if let Some(reason) = queue.close {
            return Next::Close(reason);
        }
        match queue.items.front() {
            None => Next::Wait,
            Some(Queued::Snapshot(promise)) => Next::Take(*promise),
            Some(Queued::Frame(_) | Queued::Delta(_)) => match queue.pop() {
                Some(Queued::Frame(frame)) => Next::Send(frame),
                Some(Queued::Delta(delta)) => Next::Send(Arc::new(ServerFrame::TurnDelta(delta))),
                Some(Queued::Snapshot(_)) | None => Next::Wait,
            },
        }
    }

    /// Whether the promise is still owed next; from now on frames of its topic are queued again.
    pub(super) fn keep(&self, promise: Promise) -> bool {
        let mut queue = lock(&self.queue);
        let owed = queue.items.front() == Some(&Queued::Snapshot(promise));
        if owed {
            queue.pop();
        }
        owed
    }

    /// Resolves when there may be something to take.
    pub(super) async fn filled(&self) {
        self.filled.notified().await;
    }
}

impl Queue {
    /// Whether a snapshot is owed that will say what the frame says. A turn that begins or ends meanwhile is noted,
    /// so that whoever waits for the snapshot still hears how it ended.
    fn is_covered(&mut self, frame: &Arc<ServerFrame>) -> bool {
        let by_a_snapshot = match frame.as_ref() {
            ServerFrame::TurnStarted { .. }
            | ServerFrame::TurnStatus { .. }
            | ServerFrame::TurnDelta(_)
            | ServerFrame::ArtefactStarted { .. }
            | ServerFrame::TurnDone { .. }
            | ServerFrame::Presence { .. } => frame.topic(),
            _ => None,
        };
        let turn = turn_of(frame);
        let owed = self.items.iter_mut().find_map(|item| match item {
            Queued::Snapshot(promise) if Some(promise.topic) == by_a_snapshot => Some(promise),
            _ => None,
        });
        let covered = owed.is_some();
        if let Some(promise) = owed {
            promise.reading = turn.or(promise.reading);
        }
        covered
    }

    fn push(&mut self, item: Queued) {
        self.bytes += item.cost();
        self.items.push_back(item);
        self.keep_below_the_mark();
    }

    fn push_delta(&mut self, delta: &Delta) {
        let newest = self.items.iter_mut().rev().find(|item| item.topic() == Some(delta.topic));
        if let Some(Queued::Delta(before)) = newest
            && merge(before, delta)
        {
            self.bytes += delta.text.len();
            self.keep_below_the_mark();
        } else {
            self.push(Queued::Delta(delta.clone()));
        }
    }

    fn pop(&mut self) -> Option<Queued> {
        let item = self.items.pop_front()?;
        self.bytes -= item.cost();
        Some(item)
    }

    fn forget(&mut self, topic: Topic) {
        self.items.retain(|item| item.topic() != Some(topic));
        self.bytes = self.items.iter().map(Queued::cost).sum();
    }

    fn keep_below_the_mark(&mut self) {
        if self.items.len() <= MOST_FRAMES && self.bytes <= MOST_BYTES {
            return;
        }
        let mut kept = VecDeque::new();
        let mut promises: Vec<Promise> = Vec::new();
        for item in self.items.drain(..) {
            let Some(topic) = item.topic() else {
                kept.push_back(item);
                continue;
            };
            let reading = item.turn();
            match promises.iter_mut().find(|promise| promise.topic == topic) {
                Some(promise) => promise.reading = reading.or(promise.reading),
                None => promises.push(Promise { topic, reading }),
            }
        }
        kept.extend(promises.into_iter().map(Queued::Snapshot));
        self.items = kept;
        self.bytes = self.items.iter().map(Queued::cost).sum();
        if self.items.len() > MOST_FRAMES {
            // Only answers to what the client itself sends can pile up like this.
            self.close = Some(CloseReason::TooMuch);
        }
    }
}

/// The turn whose life a frame tells of.
fn turn_of(frame: &ServerFrame) -> Option<TurnId> {
    match frame {
        ServerFrame::TurnStarted { turn_id, .. }
        | ServerFrame::TurnStatus { turn_id, .. }
        | ServerFrame::TurnDelta(Delta { turn_id, .. })
        | ServerFrame::ArtefactStarted { turn_id, .. }
        | ServerFrame::TurnDone { turn_id, .. } => Some(*turn_id),
        _ => None,
    }
}

/// Lengthens a delta by the one that follows it; false when it does not follow.
fn merge(before: &mut Delta, next: &Delta) -> bool {
    let end = before.off + super::frames::utf16_units(&before.text);
    let follows = before.turn_id == next.turn_id && before.part == next.part && end == next.off;
    if follows {
        before.text.push_str(&next.text);
    }
    follows
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
