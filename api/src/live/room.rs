//! Everybody who listens to one topic, and the turn that lives there.
//!
//! One lock covers both: who joins sees a snapshot, and hears exactly what comes after it. Nothing in here waits,
//! so a slow listener can't hold up the turn.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use konductro_domain::conductor::Usage;
use konductro_domain::ids::{ProjectId, TurnId, UserId};
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use tokio::sync::watch;
use uuid::Uuid;

use super::frames::{ErrorCode, Failure, Outcome, PartKind, Person, ServerFrame, Topic, TurnState};
use super::lock;
use super::outbox::Promise;
use super::presence::{self, Listener};
use super::turn_state::{Attempt, Begin, Gathered, LiveTurn};

/// How long an ended turn is remembered. The log tells of its beginning and end as well, a little later,
/// and that must not bring it back to life.
const REMEMBERED: Duration = Duration::from_secs(60);

/// How a turn ended.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnEnd {
    /// Which turn and attempt.
    pub of: Attempt,
    /// How.
    pub outcome: Outcome,
    /// What it consumed.
    pub usage: Usage,
    /// Why there is no whole reply, where there is none.
    pub failure: Option<Failure>,
    /// The position of the end in the log.
    pub position: i64,
}

/// A document that became a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// The turn that wrote it.
    pub turn_id: TurnId,
    /// Its place among the turn's documents, from 0.
    pub ordinal: Option<u32>,
    /// The artefact's stage.
    pub stage: Stage,
    /// The version's number.
    pub version: u32,
    /// SHA-256 of its text.
    pub content_hash: Hash,
}

/// One topic.
#[derive(Debug)]
pub(super) struct Room {
    topic: Topic,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Set once nobody needs the room: it is no longer in the hub, and must not be joined.
    closed: bool,
    project: Option<ProjectId>,
    listeners: Vec<Arc<Listener>>,
    turn: Option<LiveTurn>,
    ended: Option<Ended>,
}

/// The turn that ended last, for those who come back and for documents that are saved after it.
#[derive(Debug)]
struct Ended {
    of: Attempt,
    at: Instant,
    done: Arc<ServerFrame>,
    document_parts: Vec<u32>,
}

/// The room was closed meanwhile; ask the hub for the new one.
#[derive(Debug)]
pub(super) struct RoomClosed;

impl Room {
    pub(super) fn new(topic: Topic) -> Self {
        Self { topic, state: Mutex::default() }
    }

    /// Lets somebody listen: from here on they miss nothing and hear nothing twice.
    pub(super) fn join(
        &self,
        listener: &Arc<Listener>,
        project: ProjectId,
        reading: Option<TurnId>,
    ) -> Result<(), RoomClosed> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(RoomClosed);
        }
        state.project = Some(project);
        let before = presence::present(&state.listeners);
        if !state.listeners.iter().any(|other| other.connection_id == listener.connection_id) {
            state.listeners.push(Arc::clone(listener));
        }
        listener.outbox.promise(Promise { topic: self.topic, reading });
        self.tell_presence(&state, &before);
        Ok(())
    }

    /// Lets somebody go; true when the room was theirs.
    pub(super) fn leave(&self, connection: Uuid) -> bool {
        let mut state = lock(&self.state);
        let before = presence::present(&state.listeners);
        let Some(place) = state.listeners.iter().position(|listener| listener.connection_id == connection) else {
            return false;
        };
        let listener = state.listeners.remove(place);
        listener.outbox.forget(self.topic);
        self.tell_presence(&state, &before);
        true
    }

    /// Shows somebody who is no longer a member of the project out.
    pub(super) fn show_out(&self, project: ProjectId, user: UserId) -> Vec<Arc<Listener>> {
        let mut state = lock(&self.state);
        if state.project != Some(project) {
            return Vec::new();
        }
        let before = presence::present(&state.listeners);
        let (gone, stay) = std::mem::take(&mut state.listeners).into_iter().partition(|l| l.person.user_id == user);
        state.listeners = stay;
        let gone: Vec<Arc<Listener>> = gone;
        let frame = Arc::new(ServerFrame::Error {
            topic: Some(self.topic.to_string()),
            code: ErrorCode::SubscriptionEnded,
            detail: "you are no longer a member of this project".to_owned(),
        });
        for listener in &gone {
            listener.outbox.forget(self.topic);
            listener.outbox.push(&frame);
        }
        self.tell_presence(&state, &before);
        gone
    }

    /// Closes the room when nobody listens, nothing lives in it, and what ended there is long past.
    pub(super) fn close_if_idle(&self) -> bool {
        let mut state = lock(&self.state);
        let past = state.ended.as_ref().is_none_or(|ended| ended.at.elapsed() > REMEMBERED);
        state.closed = state.listeners.is_empty() && state.turn.is_none() && past;
        state.closed
    }

    /// Keeps a promise of a snapshot: the frames to send now.
    pub(super) fn keep(&self, listener: &Listener, promise: Promise, position: i64) -> Vec<Arc<ServerFrame>> {
        let mut state = lock(&self.state);
        // Everybody hears what is pending first, so that the snapshot ends where the next delta begins.
        self.send_pending(&mut state);
        if !listener.outbox.keep(promise) {
            return Vec::new();
        }
        let turn = state.turn.as_ref().map(LiveTurn::snapshot);
        let over = state.ended.as_ref().filter(|ended| {
            promise.reading == Some(ended.of.turn_id)
                && turn.as_ref().is_none_or(|turn| turn.turn_id != ended.of.turn_id)
        });
        let done = over.map(|ended| Arc::clone(&ended.done));
        let present = presence::present(&state.listeners);
        let snapshot = ServerFrame::Snapshot { topic: self.topic, position, turn, present };
        std::iter::once(Arc::new(snapshot)).chain(done).collect()
    }

    /// Tells everybody.
    pub(super) fn tell(&self, frame: ServerFrame) {
        let mut state = lock(&self.state);
        self.send_pending(&mut state);
        broadcast(&state, frame);
    }

    /// A turn begins, unless it is known already. Its stop signal, where it lives.
    pub(super) fn begin(&self, begin: Begin) -> Result<Option<watch::Receiver<bool>>, RoomClosed> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(RoomClosed);
        }
        if state.ended.as_ref().is_some_and(|ended| is_past(begin.of, ended.of)) {
            return Ok(None);
        }
        if let Some(turn) = &state.turn
            && is_past(begin.of, turn.begin.of)
        {
            return Ok((turn.begin.of == begin.of).then(|| turn.stop_signal()));
        }
        let turn = LiveTurn::new(begin);
        let signal = turn.stop_signal();
        state.turn = Some(turn);
        let Begin { of, message_id, at } = begin;
        let frame =
            ServerFrame::TurnStarted { topic: self.topic, turn_id: of.turn_id, attempt: of.attempt, message_id, at };
        broadcast(&state, frame);
        Ok(Some(signal))
    }

    /// A turn does something else now.
    pub(super) fn status(&self, of: Attempt, next: TurnState, detail: Option<String>) {
        let mut state = lock(&self.state);
        let Some(turn) = live(&mut state, of) else { return };
        if turn.state == TurnState::Stopping || (turn.state == next && detail.is_none()) {
            return;
        }
        turn.state = next;
        self.send_pending(&mut state);
        let frame = ServerFrame::TurnStatus { topic: self.topic, turn_id: of.turn_id, state: next, detail };
        broadcast(&state, frame);
    }

    /// Asks whoever runs the turn, here, to stop it.
    pub(super) fn ask_to_stop(&self, turn_id: TurnId) {
        let of = match &lock(&self.state).turn {
            Some(turn) if turn.begin.of.turn_id == turn_id => {
                turn.ask_to_stop();
                turn.begin.of
            }
            _ => return,
        };
        self.status(of, TurnState::Stopping, None);
    }

    /// A part of the reply begins.
    pub(super) fn open_part(&self, of: Attempt, part: u32, kind: PartKind) {
        let mut state = lock(&self.state);
        self.send_pending(&mut state);
        let Some(turn) = live(&mut state, of) else { return };
        if turn.open(part, kind.clone())
            && let PartKind::Document { stage, title } = kind
        {
            let frame = ServerFrame::ArtefactStarted { topic: self.topic, turn_id: of.turn_id, part, stage, title };
            broadcast(&state, frame);
        }
    }

    /// A piece of the reply arrives.
    pub(super) fn append(&self, of: Attempt, part: u32, text: &str) -> Gathered {
        let mut state = lock(&self.state);
        let Some(turn) = live(&mut state, of) else { return Gathered::Nothing };
        let gathered = turn.append(part, text, Instant::now());
        if gathered == Gathered::Due {
            self.send_pending(&mut state);
        }
        gathered
    }

    /// Sends what has gathered.
    pub(super) fn flush(&self) {
        self.send_pending(&mut lock(&self.state));
    }

    /// A turn ended; said once, however many know of it.
    pub(super) fn finish(&self, end: &TurnEnd) -> Result<(), RoomClosed> {
        let mut state = lock(&self.state);
        if state.closed {
            return Err(RoomClosed);
        }
        if state.ended.as_ref().is_some_and(|ended| is_past(end.of, ended.of)) {
            return Ok(());
        }
        self.send_pending(&mut state);
        let mine = state.turn.take_if(|turn| is_past(turn.begin.of, end.of));
        let TurnEnd { of, outcome, usage, failure, position } = end.clone();
        let frame = ServerFrame::TurnDone { topic: self.topic, turn_id: of.turn_id, outcome, usage, failure, position };
        let document_parts = mine.map(|turn| turn.document_parts()).unwrap_or_default();
        state.ended = Some(Ended { of, at: Instant::now(), done: Arc::new(frame.clone()), document_parts });
        broadcast(&state, frame);
        Ok(())
    }

    /// A document of a turn became a version.
    pub(super) fn saved(&self, saved: Saved) {
        let state = lock(&self.state);
        let ended = state.ended.as_ref().filter(|ended| ended.of.turn_id == saved.turn_id);
        let part =
            ended.zip(saved.ordinal).and_then(|(ended, ordinal)| ended.document_parts.get(ordinal as usize).copied());
        let Saved { turn_id, stage, version, content_hash, .. } = saved;
        let frame = ServerFrame::ArtefactSaved { topic: self.topic, turn_id, part, stage, version, content_hash };
        broadcast(&state, frame);
    }

    /// Drops the live turn without an end: nobody here knows how it ended.
    pub(super) fn lose(&self, of: Attempt) {
        let mut state = lock(&self.state);
        if live(&mut state, of).is_some() {
            state.turn = None;
            broadcast(&state, ServerFrame::Resync { topic: self.topic });
        }
    }

    /// Events were missed: everybody looks again, and turns that live elsewhere are no longer vouched for.
    pub(super) fn resync(&self) {
        let mut state = lock(&self.state);
        state.turn.take_if(|turn| !turn.runs_here());
        broadcast(&state, ServerFrame::Resync { topic: self.topic });
    }

    /// What is pending goes to everybody.
    fn send_pending(&self, state: &mut State) {
        let Some(turn) = &mut state.turn else { return };
        for delta in turn.take_pending(self.topic, Instant::now()) {
            broadcast(state, ServerFrame::TurnDelta(delta));
        }
    }

    fn tell_presence(&self, state: &State, before: &[Person]) {
        let present = presence::present(&state.listeners);
        if present != before {
            broadcast(state, ServerFrame::Presence { topic: self.topic, present });
        }
    }
}

fn broadcast(state: &State, frame: ServerFrame) {
    let frame = Arc::new(frame);
    for listener in &state.listeners {
        listener.outbox.push(&frame);
    }
}

fn live(state: &mut State, of: Attempt) -> Option<&mut LiveTurn> {
    state.turn.as_mut().filter(|turn| turn.begin.of == of)
}

/// Whether an attempt is the other one or an earlier one of the same turn, or of an earlier turn.
fn is_past(of: Attempt, other: Attempt) -> bool {
    // Turns of a conversation follow one another and their ids are UUIDv7, but two may be made in the same
    // millisecond; so only the same turn is compared.
    of.turn_id == other.turn_id && of.attempt <= other.attempt
}
