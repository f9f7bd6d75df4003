//! The live room: what Conductor is writing, and what has changed, told to every browser that looks.
//!
//! The socket tells and takes no commands. A turn runs in a task of its own as a durable job, whether anybody
//! listens or not; listeners come and go at any moment and still see every text once and in order.

use std::sync::{Mutex, MutexGuard, PoisonError};

mod access;
mod announce;
mod checkpoint;
mod clean;
mod connection;
mod ending;
mod feed;
pub mod frames;
mod hub;
mod membership;
mod outbox;
mod presence;
mod record;
mod request;
mod room;
mod run;
mod stories;
#[cfg(test)]
mod test_client;
mod turn_state;
mod watch;
mod worker;

pub use access::{Access, AccessUnavailable};
pub use announce::announce;
pub use connection::serve;
pub use feed::TurnFeed;
pub use hub::{Hub, MembershipEpoch, MembershipsChanged};
pub use membership::Doors;
pub use presence::Listener;
pub(crate) use request::{NothingToAsk, Place, Said, Sources};
pub use room::{Saved, TurnEnd};
pub use turn_state::{Attempt, Begin};
pub use watch::{follow_session_ends, watch_sessions};
pub use worker::Worker;

/// Locks. What a panic left behind is still whole: nothing in this room breaks off half-way.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
