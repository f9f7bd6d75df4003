//! Looks after open connections: a session or token that ended closes its sockets within seconds, however it ended.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use super::access::Access;
use super::hub::Hub;
use crate::identity::{Identity, SessionEnd};

/// How often sessions are looked at when nothing gives reason to look sooner.
const EVERY: Duration = Duration::from_secs(5);

/// Checks the sessions behind open connections, for as long as the process lives.
pub async fn watch_sessions(hub: Hub, access: Arc<dyn Access>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = hub.sessions_suspected() => {}
        }
        hub.tidy();
        let credentials = hub.credentials();
        if credentials.is_empty() {
            continue;
        }
        match access.ended(&credentials).await {
            Ok(ended) => ended.into_iter().filter_map(SessionEnd::of).for_each(|end| hub.sessions_ended(end)),
            // The next look is seconds away, and every request checks its session itself.
            Err(error) => tracing::warn!(%error, "the sessions behind open sockets could not be checked"),
        }
    }
}

/// Closes the sockets of every session that this process ends, at once.
pub async fn follow_session_ends(hub: Hub, identity: Identity) {
    let mut ends = identity.session_ends();
    loop {
        match ends.recv().await {
            Ok(end) => hub.sessions_ended(end),
            Err(RecvError::Lagged(_)) => hub.suspect_sessions(),
            Err(RecvError::Closed) => return,
        }
    }
}
