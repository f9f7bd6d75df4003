//! A listener for tests: reads what its outbox holds as the socket's writer would, and puts texts together as a
//! browser would, but strictly: a hole or a repetition fails the test.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use std::sync::Arc;

use konductro_domain::ids::{PhaseId, ProjectId, TurnId, UserId};
use konductro_domain::stage::Stage;
use time::OffsetDateTime;
use uuid::Uuid;

use super::frames::{Outcome, Person, ServerFrame, Topic, utf16_units};
use super::hub::{Hub, ToSend};
use super::presence::Listener;
use super::room::TurnEnd;
use super::turn_state::{Attempt, Begin};

pub(super) const TOPIC: Topic = Topic::Conversation(PhaseId(Uuid::from_u128(1)), Stage::Requirements);
pub(super) const PROJECT: ProjectId = ProjectId(Uuid::from_u128(2));

pub(super) fn attempt(turn: u128, attempt: u32) -> Attempt {
    Attempt { turn_id: TurnId(Uuid::from_u128(turn)), attempt }
}

pub(super) fn begin(of: Attempt) -> Begin {
    Begin { of, message_id: None, at: OffsetDateTime::UNIX_EPOCH }
}

pub(super) fn end(of: Attempt, position: i64) -> TurnEnd {
    TurnEnd { of, outcome: Outcome::Completed, usage: Default::default(), failure: None, position }
}

pub(super) struct Client {
    pub(super) listener: Arc<Listener>,
    pub(super) parts: Vec<String>,
    pub(super) turn: Option<TurnId>,
    pub(super) done: Vec<TurnId>,
    pub(super) frames: Vec<Arc<ServerFrame>>,
}

impl Client {
    pub(super) fn new(user: u128) -> Self {
        let person = Person { user_id: UserId(Uuid::from_u128(user)), name: format!("person {user}") };
        let listener = Arc::new(Listener::new(Uuid::now_v7(), person, None));
        Self { listener, parts: Vec::new(), turn: None, done: Vec::new(), frames: Vec::new() }
    }

    pub(super) fn joined(hub: &Hub, user: u128) -> Self {
        let client = Self::new(user);
        client.join(hub);
        client
    }

    pub(super) fn join(&self, hub: &Hub) {
        hub.subscribe(&self.listener, TOPIC, PROJECT, self.turn, hub.membership_epoch()).unwrap();
    }

    pub(super) fn leave(&self, hub: &Hub) {
        hub.unsubscribe(self.listener.connection_id, TOPIC);
    }

    /// Reads at most so many frames.
    pub(super) fn read(&mut self, hub: &Hub, most: usize) {
        for _ in 0..most {
            match hub.next(&self.listener) {
                ToSend::Frames(frames) => frames.into_iter().for_each(|frame| self.take(frame)),
                ToSend::Wait | ToSend::Close(_) => return,
            }
        }
    }

    pub(super) fn read_all(&mut self, hub: &Hub) {
        self.read(hub, usize::MAX);
    }

    pub(super) fn text(&self) -> String {
        self.parts.concat()
    }

    fn take(&mut self, frame: Arc<ServerFrame>) {
        match frame.as_ref() {
            // A reader whose turn is gone keeps what it has until it reads the stored reply.
            ServerFrame::Snapshot { turn: Some(turn), .. } => {
                self.turn = Some(turn.turn_id);
                self.parts = turn.parts.iter().map(|part| part.text.clone()).collect();
                assert_eq!(turn.off, self.parts.iter().map(|part| utf16_units(part)).sum::<u64>());
            }
            ServerFrame::TurnStarted { turn_id, .. } => {
                self.turn = Some(*turn_id);
                self.parts.clear();
            }
            ServerFrame::ArtefactStarted { part, .. } => {
                assert_eq!(*part as usize, self.parts.len(), "parts begin in order");
                self.parts.push(String::new());
            }
            ServerFrame::TurnDelta(delta) => {
                assert_eq!(self.turn, Some(delta.turn_id));
                if delta.part as usize == self.parts.len() {
                    self.parts.push(String::new());
                }
                let part = self.parts.get_mut(delta.part as usize).unwrap();
                assert_eq!(utf16_units(part), delta.off, "no gap and no repetition");
                part.push_str(&delta.text);
            }
            ServerFrame::TurnDone { turn_id, .. } => self.done.push(*turn_id),
            _ => {}
        }
        self.frames.push(frame);
    }
}
