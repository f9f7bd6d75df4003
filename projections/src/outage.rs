//! Tells an outage from a refusal: what may work a moment later from what never will.

use sqlx::postgres::PgDatabaseError;

/// SQLSTATE classes that speak of the server or of others, not of the statement: connection, transaction
/// state, rollback (deadlock, serialization), resources, operator intervention, system.
const CLASSES: [&str; 6] = ["08", "25", "40", "53", "57", "58"];

/// Whether the same statement may work when it is tried again.
pub fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(refusal) => refusal
            .try_downcast_ref::<PgDatabaseError>()
            .and_then(|refusal| refusal.code().get(..2))
            .is_some_and(|class| CLASSES.contains(&class)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}
