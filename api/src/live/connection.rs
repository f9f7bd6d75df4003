//! One socket: reads what little a client may say, writes what its outbox holds, and ends for exactly one reason.
//!
//! Reading and writing go on side by side in one task, so that a client that does not read can still not hold
//! anything but itself. Everything that comes in is hostile: rubbish earns an `error` frame, then a close.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use actix_ws::{AggregatedMessage, AggregatedMessageStream, MessageStream, ProtocolError, Session};
use futures_util::StreamExt;
use konductro_domain::ids::ProjectId;
use tokio::time::{Instant, interval_at, timeout};

use super::access::Access;
use super::frames::{After, ClientFrame, CloseReason, ErrorCode, ServerFrame, Topic};
use super::hub::{Hub, ToSend};
use super::presence::Listener;

/// Largest frame or message that a client may send.
const MOST_INBOUND_BYTES: usize = 64 * 1024;
/// Frames a second that a client may send, and how many it may save up: a page that opens subscribes all at once.
const FRAMES_A_SECOND: f64 = 20.0;
const BURST: f64 = 40.0;
/// Topics that one connection may listen to.
const MOST_TOPICS: usize = 16;
/// Frames that can't be understood before the connection is closed.
const MOST_RUBBISH: u32 = 10;
/// How long a client may take to make room for one frame.
const WRITE_WITHIN: Duration = Duration::from_secs(15);
/// How often the client is asked whether it is there, and how long it may be silent.
const PING_EVERY: Duration = Duration::from_secs(20);
const SILENT_AT_MOST: Duration = Duration::from_secs(60);
/// How long a goodbye may take.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// Serves one connection until it ends.
pub async fn serve(
    hub: Hub,
    access: Arc<dyn Access>,
    listener: Arc<Listener>,
    mut session: Session,
    messages: MessageStream,
) {
    hub.enter(&listener);
    let messages = messages.max_frame_size(MOST_INBOUND_BYTES).aggregate_continuations();
    let mut reader = Reader {
        hub: &hub,
        access: access.as_ref(),
        listener: &listener,
        topics: BTreeSet::new(),
        allowance: Allowance::new(Instant::now()),
        rubbish: 0,
    };
    let reason = {
        let answers = session.clone();
        tokio::select! {
            reason = reader.read(messages.max_continuation_size(MOST_INBOUND_BYTES), answers) => reason,
            reason = write(&hub, &listener, &mut session) => reason,
        }
    };
    let topics = reader.topics;
    hub.leave(listener.connection_id, topics);
    tracing::debug!(connection = %listener.connection_id, ?reason, "socket closed");
    let farewell = reason.map(|reason| actix_ws::CloseReason {
        code: actix_ws::CloseCode::from(reason.code()),
        description: Some(reason.sentence().to_owned()),
    });
    // A client that does not read does not hear it; dropping the session ends the connection all the same.
    drop(timeout(CLOSE_WITHIN, session.close(farewell)).await);
}

/// Writes until the connection is to close; None when it is gone.
async fn write(hub: &Hub, listener: &Listener, session: &mut Session) -> Option<CloseReason> {
    let mut ping = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    loop {
        match hub.next(listener) {
            ToSend::Close(reason) => return Some(reason),
            ToSend::Frames(frames) => {
                for frame in frames {
                    let Ok(text) = serde_json::to_string(frame.as_ref()) else { return Some(CloseReason::Internal) };
                    match timeout(WRITE_WITHIN, session.text(text)).await {
                        Ok(Ok(())) => {}
                        Ok(Err(_)) => return None,
                        Err(_) => return Some(CloseReason::TooSlow),
                    }
                }
            }
            ToSend::Wait => tokio::select! {
                () = listener.outbox.filled() => {}
                _ = ping.tick() => match timeout(WRITE_WITHIN, session.ping(b"")).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => return None,
                    Err(_) => return Some(CloseReason::TooSlow),
                },
            },
        }
    }
}

struct Reader<'a> {
    hub: &'a Hub,
    access: &'a dyn Access,
    listener: &'a Arc<Listener>,
    topics: BTreeSet<Topic>,
    allowance: Allowance,
    rubbish: u32,
}

impl Reader<'_> {
    /// Reads until the connection is to close; None when the client closed it or is gone.
    async fn read(&mut self, mut messages: AggregatedMessageStream, mut answers: Session) -> Option<CloseReason> {
        loop {
            let message = match timeout(SILENT_AT_MOST, messages.next()).await {
                Err(_) => return Some(CloseReason::TooSlow),
                Ok(None | Some(Err(ProtocolError::Io(_)))) => return None,
                Ok(Some(Err(ProtocolError::Overflow))) => return Some(CloseReason::TooMuch),
                Ok(Some(Err(_))) => return Some(CloseReason::Malformed),
                Ok(Some(Ok(message))) => message,
            };
            if !self.allowance.take(Instant::now()) {
                return Some(CloseReason::TooMuch);
            }
            match message {
                AggregatedMessage::Text(text) => {
                    if let Err(reason) = self.text(&text).await {
                        return Some(reason);
                    }
                }
                AggregatedMessage::Ping(bytes) => {
                    if answers.pong(&bytes).await.is_err() {
                        return None;
                    }
                }
                AggregatedMessage::Pong(_) => {}
                AggregatedMessage::Binary(_) => return Some(CloseReason::Malformed),
                AggregatedMessage::Close(_) => return None,
            }
        }
    }

    async fn text(&mut self, text: &str) -> Result<(), CloseReason> {
        match serde_json::from_str(text) {
            Ok(ClientFrame::Ping {}) => self.tell(ServerFrame::Pong {}),
            Ok(ClientFrame::Subscribe { topic, after }) => self.subscribe(topic, after.unwrap_or_default()).await,
            Ok(ClientFrame::Unsubscribe { topic }) => {
                self.topics.remove(&topic);
                self.hub.unsubscribe(self.listener.connection_id, topic);
            }
            Err(error) => {
                self.rubbish += 1;
                if self.rubbish > MOST_RUBBISH {
                    return Err(CloseReason::Malformed);
                }
                self.refuse(None, ErrorCode::Malformed, format!("this frame can't be read: {error}"));
            }
        }
        Ok(())
    }

    async fn subscribe(&mut self, topic: Topic, after: After) {
        if self.topics.len() >= MOST_TOPICS && !self.topics.contains(&topic) {
            let detail = format!("one connection may listen to {MOST_TOPICS} topics; unsubscribe from another first");
            return self.refuse(Some(topic), ErrorCode::TooManyTopics, detail);
        }
        loop {
            let epoch = self.hub.membership_epoch();
            let found = self.access.project_of(self.listener.person.user_id, topic).await;
            let project = match found.map(|project| project.filter(|project| self.may_hear_of(*project, topic))) {
                Ok(Some(project)) => project,
                Ok(None) => {
                    self.topics.remove(&topic);
                    self.hub.unsubscribe(self.listener.connection_id, topic);
                    let detail = "there is no such topic, or it is not for you".to_owned();
                    return self.refuse(Some(topic), ErrorCode::NotFound, detail);
                }
                Err(error) => {
                    tracing::warn!(%error, "a subscription could not be checked");
                    let detail = "this can't be checked now; subscribe again in a moment".to_owned();
                    return self.refuse(Some(topic), ErrorCode::Unavailable, detail);
                }
            };
            if self.hub.subscribe(self.listener, topic, project, after.turn, epoch).is_ok() {
                self.topics.insert(topic);
                return;
            }
        }
    }

    /// A token hears of its own project only; and who edits is shown to others, so that is for people.
    fn may_hear_of(&self, project: ProjectId, topic: Topic) -> bool {
        let listener = self.listener;
        listener.bound_to.is_none_or(|bound| bound == project)
            && !(listener.is_a_token_s() && matches!(topic, Topic::Editing(..)))
    }

    fn refuse(&self, topic: Option<Topic>, code: ErrorCode, detail: String) {
        self.tell(ServerFrame::Error { topic: topic.map(|topic| topic.to_string()), code, detail });
    }

    fn tell(&self, frame: ServerFrame) {
        self.listener.outbox.push(&Arc::new(frame));
    }
}

/// How many frames a client may still send.
struct Allowance {
    left: f64,
    counted: Instant,
}

impl Allowance {
    fn new(now: Instant) -> Self {
        Self { left: BURST, counted: now }
    }

    fn take(&mut self, now: Instant) -> bool {
        let earned = now.duration_since(self.counted).as_secs_f64() * FRAMES_A_SECOND;
        self.left = (self.left + earned).min(BURST) - 1.0;
        self.counted = now;
        self.left >= 0.0
    }
}
