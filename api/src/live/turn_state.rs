//! The turn that a conversation is living through, as a value: no lock, no clock, no socket.
//!
//! Text is kept whole, and what listeners already have is a cursor into it; so a snapshot, a delta and a
//! merged delta can never disagree. The first piece goes out at once, later ones when enough time or text has gathered.

use std::time::{Duration, Instant};

use konductro_domain::ids::{MessageId, TurnId};
use time::OffsetDateTime;
use tokio::sync::watch;

use super::frames::{Delta, PartKind, SnapshotPart, SnapshotTurn, Topic, TurnState, utf16_units};

/// How long pieces gather before they go out together.
pub(super) const GATHER: Duration = Duration::from_millis(18);
/// How many bytes go out without waiting.
const GATHER_BYTES: usize = 2 * 1024;

/// Names one try at a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The turn.
    pub turn_id: TurnId,
    /// Which attempt, from 1.
    pub attempt: u32,
}

/// How a turn begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begin {
    /// Which turn and attempt.
    pub of: Attempt,
    /// The person's message.
    pub message_id: Option<MessageId>,
    /// When it began.
    pub at: OffsetDateTime,
}

/// Whether pieces are due, or have to wait for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gathered {
    /// Send them now.
    Due,
    /// Send them when `GATHER` has passed.
    Later,
    /// There is nothing to send.
    Nothing,
}

/// A live turn.
#[derive(Debug)]
pub(super) struct LiveTurn {
    pub(super) begin: Begin,
    pub(super) state: TurnState,
    stop: watch::Sender<bool>,
    parts: Vec<Part>,
    last_sent: Option<Instant>,
}

#[derive(Debug)]
struct Part {
    kind: PartKind,
    text: String,
    units: u64,
    sent_bytes: usize,
    sent_units: u64,
}

impl LiveTurn {
    pub(super) fn new(begin: Begin) -> Self {
        Self { begin, state: TurnState::Queued, stop: watch::Sender::new(false), parts: Vec::new(), last_sent: None }
    }

    /// Hears when somebody asks to stop the turn.
    pub(super) fn stop_signal(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Asks whoever runs the turn to stop it.
    pub(super) fn ask_to_stop(&self) {
        self.stop.send_replace(true);
    }

    /// Whether somebody in this process runs the turn.
    pub(super) fn runs_here(&self) -> bool {
        self.stop.receiver_count() > 0
    }

    /// A part begins. Parts are numbered in the order they begin; a number that is already there is left as it is.
    pub(super) fn open(&mut self, part: u32, kind: PartKind) -> bool {
        let new = part as usize == self.parts.len();
        if new {
            self.parts.push(Part { kind, text: String::new(), units: 0, sent_bytes: 0, sent_units: 0 });
        }
        new
    }

    /// Takes a piece of the newest part.
    pub(super) fn append(&mut self, part: u32, text: &str, now: Instant) -> Gathered {
        self.open(part, PartKind::Text {});
        if matches!(self.state, TurnState::Queued | TurnState::Retrying) {
            self.state = TurnState::Streaming;
        }
        let Some(part) = self.parts.get_mut(part as usize) else { return Gathered::Nothing };
        part.text.push_str(text);
        part.units += utf16_units(text);
        let pending = part.text.len() - part.sent_bytes;
        let rested = self.last_sent.is_none_or(|sent| now.duration_since(sent) >= GATHER);
        match pending {
            0 => Gathered::Nothing,
            _ if rested || pending >= GATHER_BYTES => Gathered::Due,
            _ => Gathered::Later,
        }
    }

    /// What listeners do not have yet; from now on they do.
    pub(super) fn take_pending(&mut self, topic: Topic, now: Instant) -> Vec<Delta> {
        let turn_id = self.begin.of.turn_id;
        let mut deltas = Vec::new();
        for (number, part) in (0..).zip(&mut self.parts) {
            if part.sent_bytes < part.text.len() {
                let text = part.text[part.sent_bytes..].to_owned();
                deltas.push(Delta { topic, turn_id, part: number, off: part.sent_units, text });
                part.sent_bytes = part.text.len();
                part.sent_units = part.units;
            }
        }
        if !deltas.is_empty() {
            self.last_sent = Some(now);
        }
        deltas
    }

    /// The whole turn as it stands. Take what is pending first, or a listener hears it twice.
    pub(super) fn snapshot(&self) -> SnapshotTurn {
        let chat = self.parts.iter().filter(|part| part.kind == PartKind::Text {});
        SnapshotTurn {
            turn_id: self.begin.of.turn_id,
            attempt: self.begin.of.attempt,
            state: self.state,
            text: chat.map(|part| part.text.as_str()).collect(),
            off: self.parts.iter().map(|part| part.units).sum(),
            parts: (0..)
                .zip(&self.parts)
                .map(|(number, part)| SnapshotPart { part: number, kind: part.kind.clone(), text: part.text.clone() })
                .collect(),
            started_at: self.begin.at,
        }
    }

    /// The numbers of the parts that hold documents, in order.
    pub(super) fn document_parts(&self) -> Vec<u32> {
        let numbered = (0..).zip(&self.parts);
        numbered.filter(|(_, part)| part.kind != PartKind::Text {}).map(|(number, _)| number).collect()
    }
}
