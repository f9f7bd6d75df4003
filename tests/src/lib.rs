//! What the tests from outside stand on: servers that play a part, and the server under test.

pub mod aimock;
pub mod hostile_model;
