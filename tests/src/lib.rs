//! What tests of the whole share: a database of their own, the log's machinery on it, people who act.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a failed expectation is a failed test"
)]

pub mod database;
pub mod log;
pub mod people;
