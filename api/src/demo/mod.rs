//! The demo workspace: a living product in the first minute. Everything in it is made by the same commands
//! that people's requests give, so it is also a test of them.
//!
//! Each step has a receipt, so that a start that was interrupted goes on where it stopped.

mod script;
mod stage_hands;

use konductro_domain::role::Role;

pub use script::load;

/// Everybody's password in the demo workspace; they can sign in on loopback only.
pub const PASSWORD: &str = "konductro-demo";

/// One of the four people of the demo workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoPerson {
    /// Their name.
    pub name: &'static str,
    /// Their address.
    pub email: &'static str,
    /// The role they show.
    pub role: Role,
}

/// The four people, one for each role.
pub const PEOPLE: [DemoPerson; 4] = [
    DemoPerson { name: "Dana Okafor", email: "dana@demo.example", role: Role::Sdm },
    DemoPerson { name: "Mara Lindqvist", email: "mara@demo.example", role: Role::Architect },
    DemoPerson { name: "Jonas Weil", email: "jonas@demo.example", role: Role::Developer },
    DemoPerson { name: "Aiko Tanaka", email: "aiko@demo.example", role: Role::Auditor },
];

/// Why the demo workspace could not be loaded.
#[derive(Debug, thiserror::Error)]
#[error("the demo workspace could not be loaded: {0}; start with --no-demo, or remove the data folder and start again")]
pub struct DemoError(pub String);
