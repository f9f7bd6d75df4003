//! What tells the rest of the process that read models have moved on.
//!
//! `Changes` hands every folded page to whoever listens (the live hub, policies); `Visibility` lets a
//! write wait, without holding a connection, until its event can be read back. Both are only nudges:
//! whoever misses one reads the log from its own checkpoint.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::EventId;
use tokio::sync::{broadcast, oneshot, watch};

/// Pages that a slow listener may lag behind before it is told to catch up from the log.
const LAG: usize = 1024;

/// Folded pages, as they become visible.
#[derive(Debug, Clone)]
pub struct Changes {
    pages: broadcast::Sender<Arc<[Recorded<Event>]>>,
}

impl Default for Changes {
    fn default() -> Self {
        Self { pages: broadcast::Sender::new(LAG) }
    }
}

impl Changes {
    /// Listens from now on. A listener that lags gets `RecvError::Lagged` and reads the log instead.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[Recorded<Event>]>> {
        self.pages.subscribe()
    }

    /// Hands out a page; nobody listening is no failure.
    pub(crate) fn publish(&self, page: Arc<[Recorded<Event>]>) {
        drop(self.pages.send(page));
    }
}

/// How far read models have come, and who waits for them.
#[derive(Debug, Clone, Default)]
pub struct Visibility {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    folded: watch::Sender<i64>,
    waiting: Mutex<HashMap<EventId, oneshot::Sender<i64>>>,
    closed: AtomicBool,
}

impl Visibility {
    /// The position up to which read models are folded.
    pub fn folded(&self) -> i64 {
        *self.inner.folded.borrow()
    }

    /// Follows the folded position.
    pub fn watch(&self) -> watch::Receiver<i64> {
        self.inner.folded.subscribe()
    }

    /// Waits until read models have folded a position; whether they did in time.
    pub async fn reached(&self, position: i64, bound: Duration) -> bool {
        let mut folded = self.watch();
        matches!(tokio::time::timeout(bound, folded.wait_for(|at| *at >= position)).await, Ok(Ok(_)))
    }

    /// Announces that somebody will wait for an event. Call it before the event is appended.
    pub fn expect(&self, event_id: EventId) -> Waiter {
        let (sender, receiver) = oneshot::channel();
        if !self.inner.closed.load(Ordering::Acquire) {
            self.inner.waiting().insert(event_id, sender);
        }
        Waiter { event_id, receiver, inner: Arc::clone(&self.inner) }
    }

    /// Says that these events can be read back now.
    pub(crate) fn advance(&self, page: &[Recorded<Event>]) {
        let mut waiting = self.inner.waiting();
        if !waiting.is_empty() {
            for event in page {
                if let Some(sender) = waiting.remove(&event.event_id) {
                    // A waiter that gave up meanwhile has no use for the answer.
                    let _ = sender.send(event.position);
                }
            }
        }
        drop(waiting);
        if let Some(last) = page.last() {
            self.set(last.position);
        }
    }

    /// Nothing will be folded any more: whoever waits is told at once.
    pub(crate) fn close(&self) {
        self.inner.closed.store(true, Ordering::Release);
        self.inner.waiting().clear();
    }

    /// Sets the folded position where there is no page to hand out: at start.
    pub(crate) fn set(&self, position: i64) {
        self.inner.folded.send_if_modified(|at| {
            let moved = position > *at;
            *at = position.max(*at);
            moved
        });
    }
}

impl Inner {
    /// The map is whole even if a holder of the lock panicked: every change of it is one call.
    fn waiting(&self) -> MutexGuard<'_, HashMap<EventId, oneshot::Sender<i64>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for one event to become visible.
#[derive(Debug)]
pub struct Waiter {
    event_id: EventId,
    receiver: oneshot::Receiver<i64>,
    inner: Arc<Inner>,
}

impl Waiter {
    /// The event's position, once read models have folded it; `None` past the bound, or if nothing is folded.
    pub async fn visible(mut self, bound: Duration) -> Option<i64> {
        tokio::time::timeout(bound, &mut self.receiver).await.ok()?.ok()
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.inner.waiting().remove(&self.event_id);
    }
}
