//! Where everything live meets: rooms by topic, open connections, and the feeds of running turns.
//!
//! The hub holds nothing that is not also in the log or can't be lost: after a restart the same is told again.
//! Its own lock covers only the tables of rooms and connections, and is never held while a room is spoken to,
//! but to close a room that nobody needs.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use konductro_domain::actor::Credential;
use konductro_domain::ids::{ProjectId, TurnId, UserId};
use konductro_projections::changes::Visibility;
use tokio::sync::Notify;
use uuid::Uuid;

use super::feed::TurnFeed;
use super::frames::{CloseReason, ServerFrame, Topic};
use super::lock;
use super::outbox::{Next, Promise};
use super::presence::Listener;
use super::room::{Room, RoomClosed, Saved, TurnEnd};
use super::turn_state::{Attempt, Begin};
use crate::identity::SessionEnd;

/// The live hub; clones are the same hub.
#[derive(Debug, Clone, Default)]
pub struct Hub {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    rooms: Mutex<HashMap<Topic, Arc<Room>>>,
    listeners: Mutex<HashMap<Uuid, Arc<Listener>>>,
    visibility: Visibility,
    memberships: AtomicU64,
    suspicion: Notify,
}

/// A membership ended while it was checked: check again.
#[derive(Debug)]
pub struct MembershipsChanged;

/// A number that changes whenever a membership ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembershipEpoch(u64);

/// What a connection's writer does next.
#[derive(Debug)]
pub(super) enum ToSend {
    Frames(Vec<Arc<ServerFrame>>),
    Close(CloseReason),
    Wait,
}

impl Hub {
    /// A hub that tells how far read models have come.
    pub fn new(visibility: Visibility) -> Self {
        Self { inner: Arc::new(Inner { visibility, ..Inner::default() }) }
    }

    /// A connection opens.
    pub fn enter(&self, listener: &Arc<Listener>) {
        lock(&self.inner.listeners).insert(listener.connection_id, Arc::clone(listener));
        let hello = ServerFrame::Hello { position: self.position(), connection_id: listener.connection_id };
        listener.outbox.push(&Arc::new(hello));
    }

    /// A connection is gone, with all that it listened to.
    pub fn leave(&self, connection: Uuid, topics: impl IntoIterator<Item = Topic>) {
        lock(&self.inner.listeners).remove(&connection);
        for topic in topics {
            self.unsubscribe(connection, topic);
        }
    }

    /// What must be unchanged when somebody subscribes on the strength of a membership.
    pub fn membership_epoch(&self) -> MembershipEpoch {
        MembershipEpoch(self.inner.memberships.load(Ordering::SeqCst))
    }

    /// Somebody listens to a topic of a project that they are a member of, as of `epoch`.
    pub fn subscribe(
        &self,
        listener: &Arc<Listener>,
        topic: Topic,
        project: ProjectId,
        reading: Option<TurnId>,
        epoch: MembershipEpoch,
    ) -> Result<(), MembershipsChanged> {
        self.in_room(topic, |room| room.join(listener, project, reading));
        // Checked after joining: a membership that ends from here on finds the listener in the room.
        if self.membership_epoch() == epoch {
            return Ok(());
        }
        self.unsubscribe(listener.connection_id, topic);
        Err(MembershipsChanged)
    }

    /// Somebody listens no longer.
    pub fn unsubscribe(&self, connection: Uuid, topic: Topic) {
        if let Some(room) = self.room(topic)
            && room.leave(connection)
        {
            self.close_if_idle(topic);
        }
    }

    /// What a connection's writer does next.
    pub(super) fn next(&self, listener: &Listener) -> ToSend {
        match listener.outbox.next() {
            Next::Send(frame) => ToSend::Frames(vec![frame]),
            Next::Take(promise) => ToSend::Frames(self.keep(listener, promise)),
            Next::Close(reason) => ToSend::Close(reason),
            Next::Wait => ToSend::Wait,
        }
    }

    fn keep(&self, listener: &Listener, promise: Promise) -> Vec<Arc<ServerFrame>> {
        match self.room(promise.topic) {
            Some(room) => room.keep(listener, promise, self.position()),
            None => {
                listener.outbox.forget(promise.topic);
                Vec::new()
            }
        }
    }

    /// A turn begins, here or elsewhere; saying it again changes nothing.
    pub fn begin(&self, topic: Topic, begin: Begin) {
        self.in_room(topic, |room| room.begin(begin));
    }

    /// A turn runs here: what it writes goes through the feed. None where it ended already.
    pub fn feed(&self, topic: Topic, begin: Begin) -> Option<TurnFeed> {
        let (room, signal) = self.in_room(topic, |room| Ok((Arc::clone(room), room.begin(begin)?)));
        signal.map(|signal| TurnFeed::new(room, begin.of, signal))
    }

    /// Asks whoever runs the turn in this process to stop it.
    pub fn ask_to_stop(&self, topic: Topic, turn_id: TurnId) {
        if let Some(room) = self.room(topic) {
            room.ask_to_stop(turn_id);
        }
    }

    /// A turn ended; saying it again changes nothing.
    pub fn finish(&self, topic: Topic, end: &TurnEnd) {
        self.in_room(topic, |room| room.finish(end));
    }

    /// Nobody here knows how a turn ends: those who read it look again.
    pub fn lose(&self, topic: Topic, of: Attempt) {
        if let Some(room) = self.room(topic) {
            room.lose(of);
        }
    }

    /// A document of a turn became a version.
    pub(super) fn saved(&self, topic: Topic, saved: Saved) {
        if let Some(room) = self.room(topic) {
            room.saved(saved);
        }
    }

    /// Tells everybody who listens to the frame's topic.
    pub(super) fn tell(&self, topic: Topic, frame: ServerFrame) {
        if let Some(room) = self.room(topic) {
            room.tell(frame);
        }
    }

    /// The position that read models have reached.
    pub fn position(&self) -> i64 {
        self.inner.visibility.folded()
    }

    /// Somebody is no longer a member of a project: they hear no more of it.
    pub fn membership_ended(&self, project: ProjectId, user: UserId) {
        self.inner.memberships.fetch_add(1, Ordering::SeqCst);
        for room in self.rooms() {
            room.show_out(project, user);
        }
    }

    /// Closes the connections of sessions that ended.
    pub fn sessions_ended(&self, end: SessionEnd) {
        self.close_where(CloseReason::SignedOut, |listener| {
            listener.credential.is_some_and(|credential| end.ends(listener.person.user_id, credential))
        });
    }

    /// Closes the connections of somebody who may no longer sign in.
    pub fn user_disabled(&self, user: UserId) {
        self.close_where(CloseReason::Forbidden, |listener| listener.person.user_id == user);
    }

    /// Closes every connection: the server stops.
    pub fn close_all(&self) {
        self.close_where(CloseReason::GoingAway, |_| true);
    }

    /// Something happened to credentials: sessions are worth a look now.
    pub(super) fn suspect_sessions(&self) {
        self.inner.suspicion.notify_one();
    }

    /// Resolves when sessions are worth a look before their time.
    pub(super) async fn sessions_suspected(&self) {
        self.inner.suspicion.notified().await;
    }

    /// The sessions and tokens behind open connections, each once.
    pub(super) fn credentials(&self) -> Vec<Credential> {
        let all: HashSet<_> = lock(&self.inner.listeners).values().filter_map(|l| l.credential).collect();
        all.into_iter().collect()
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        lock(&self.inner.listeners).len()
    }

    /// Events were missed: everybody looks again.
    pub(super) fn resync_all(&self) {
        for room in self.rooms() {
            room.resync();
        }
    }

    /// Closes rooms that nobody needs any more.
    pub(super) fn tidy(&self) {
        lock(&self.inner.rooms).retain(|_, room| !room.close_if_idle());
    }

    fn close_where(&self, reason: CloseReason, which: impl Fn(&Listener) -> bool) {
        for listener in lock(&self.inner.listeners).values().filter(|listener| which(listener)) {
            listener.outbox.close(reason);
        }
    }

    fn room(&self, topic: Topic) -> Option<Arc<Room>> {
        lock(&self.inner.rooms).get(&topic).cloned()
    }

    fn rooms(&self) -> Vec<Arc<Room>> {
        lock(&self.inner.rooms).values().cloned().collect()
    }

    /// Speaks to a topic's room, which is made where there is none.
    fn in_room<T>(&self, topic: Topic, speak: impl Fn(&Arc<Room>) -> Result<T, RoomClosed>) -> T {
        loop {
            let room = Arc::clone(lock(&self.inner.rooms).entry(topic).or_insert_with(|| Arc::new(Room::new(topic))));
            if let Ok(answer) = speak(&room) {
                return answer;
            }
        }
    }

    fn close_if_idle(&self, topic: Topic) {
        let mut rooms = lock(&self.inner.rooms);
        if rooms.get(&topic).is_some_and(|room| room.close_if_idle()) {
            rooms.remove(&topic);
        }
    }
}

#[cfg(test)]
#[path = "hub_tests.rs"]
mod tests;
