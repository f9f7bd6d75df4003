//! What the tests from outside share: the built server in a folder of its own, people who use it over HTTP,
//! and the parts of the outside world that answer it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "test support: whatever fails here fails the test, and says so"
)]

pub mod person;
pub mod server;
pub mod wait;

pub use person::{Answer, Person};
pub use server::Server;
