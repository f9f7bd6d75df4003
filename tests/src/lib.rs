//! What the tests share: the built server in a folder of its own and people who use it over HTTP; a database
//! with the log's machinery on it; and the parts of the outside world that answer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "test support: whatever fails here fails the test, and says so"
)]

pub mod aimock;
pub mod analysis;
pub mod audit;
pub mod chance;
pub mod database;
pub mod frame_schemas;
pub mod hostile_model;
pub mod identity;
pub mod invariants;
pub mod ledger;
pub mod live_server;
pub mod log;
pub mod long_phase;
pub mod mcp;
pub mod people;
pub mod person;
pub mod repository;
pub mod reviewed;
pub mod script;
pub mod server;
pub mod socket;
pub mod wait;
pub mod waiting;

pub use person::{Answer, Person};
pub use server::Server;
