//! What tests of the whole share: a database of their own, the log's machinery on it, people who act.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a failed expectation is a failed test"
)]

pub mod database;
pub mod frame_schemas;
pub mod live_server;
pub mod log;
pub mod people;
pub mod script;
pub mod socket;
