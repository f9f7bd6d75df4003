//! Order within the process: commands to one stream queue up, and one idempotency key runs once.
//!
//! Neither is needed to be right (primary keys are); both spare work that would be thrown away.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::OwnedMutexGuard;

type Turn = tokio::sync::Mutex<()>;

/// Streams with nobody in their queue that may stay in the map before they are swept.
const IDLE: usize = 1024;

#[derive(Debug, Default)]
pub(crate) struct Queues {
    streams: Mutex<HashMap<(&'static str, String), Weak<Turn>>>,
    running: Arc<Mutex<HashSet<(String, String)>>>,
}

impl Queues {
    /// Waits for one's turn in a stream.
    pub(crate) async fn enter(&self, aggregate_type: &'static str, stream_id: &str) -> OwnedMutexGuard<()> {
        self.queue(aggregate_type, stream_id).lock_owned().await
    }

    fn queue(&self, aggregate_type: &'static str, stream_id: &str) -> Arc<Turn> {
        let mut streams = held(&self.streams);
        if streams.len() > IDLE {
            streams.retain(|_, queue| queue.strong_count() > 0);
        }
        let queue = streams.entry((aggregate_type, stream_id.to_owned())).or_default();
        queue.upgrade().unwrap_or_else(|| {
            let turn = Arc::new(Turn::default());
            *queue = Arc::downgrade(&turn);
            turn
        })
    }

    /// Takes an idempotency key for as long as its command runs; `None` if it runs already.
    pub(crate) fn claim(&self, scope: &str, key: &str) -> Option<Claimed> {
        let name = (scope.to_owned(), key.to_owned());
        held(&self.running).insert(name.clone()).then(|| Claimed { name, running: Arc::clone(&self.running) })
    }
}

/// An idempotency key while its command runs.
#[derive(Debug)]
pub(crate) struct Claimed {
    name: (String, String),
    running: Arc<Mutex<HashSet<(String, String)>>>,
}

impl Drop for Claimed {
    fn drop(&mut self) {
        held(&self.running).remove(&self.name);
    }
}

/// Every change of these maps is one call, so they are whole even if a holder panicked.
fn held<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
