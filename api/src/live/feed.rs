//! The hand of a running turn in the hub: what it writes is heard at once, or a moment later with what follows.
//!
//! A feed never waits. While text gathers, a small task sends it when its time has come.

use std::sync::Arc;

use konductro_domain::stage::Stage;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use super::frames::{PartKind, TurnState};
use super::room::Room;
use super::turn_state::{Attempt, GATHER, Gathered};

/// Feeds one turn to whoever listens.
#[derive(Debug)]
pub struct TurnFeed {
    room: Arc<Room>,
    of: Attempt,
    stop: watch::Receiver<bool>,
    gathering: Arc<Notify>,
    sender: AbortHandle,
}

impl TurnFeed {
    pub(super) fn new(room: Arc<Room>, of: Attempt, stop: watch::Receiver<bool>) -> Self {
        let gathering = Arc::new(Notify::new());
        let (to_flush, woken) = (Arc::clone(&room), Arc::clone(&gathering));
        let sender = tokio::spawn(async move {
            loop {
                woken.notified().await;
                tokio::time::sleep(GATHER).await;
                to_flush.flush();
            }
        })
        .abort_handle();
        Self { room, of, stop, gathering, sender }
    }

    /// Turns true when somebody asks to stop the turn.
    pub fn stop_signal(&self) -> watch::Receiver<bool> {
        self.stop.clone()
    }

    /// Conductor is asked.
    pub fn streaming(&self) {
        self.room.status(self.of, TurnState::Streaming, None);
    }

    /// The endpoint is asked again; nothing was shown yet.
    pub fn retrying(&self, detail: String) {
        self.room.status(self.of, TurnState::Retrying, Some(detail));
    }

    /// A stretch of chat begins.
    pub fn open_text(&self, part: u32) {
        self.room.open_part(self.of, part, PartKind::Text {});
    }

    /// A document begins.
    pub fn open_document(&self, part: u32, stage: Stage, title: String) {
        self.room.open_part(self.of, part, PartKind::Document { stage, title });
    }

    /// More of a part.
    pub fn append(&self, part: u32, text: &str) {
        if self.room.append(self.of, part, text) == Gathered::Later {
            self.gathering.notify_one();
        }
    }

    /// Everything that was written so far goes out.
    pub fn flush(&self) {
        self.room.flush();
    }
}

impl Drop for TurnFeed {
    fn drop(&mut self) {
        self.sender.abort();
        self.room.flush();
    }
}
