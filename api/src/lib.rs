//! The server: HTTP, WebSocket, Conductor, identity, the event store and the private PostgreSQL.
//!
//! Everything that knows the outside world lives here; `startup` puts the parts together.

pub mod embedded_postgres;
pub mod live;
