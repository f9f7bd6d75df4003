//! The demo workspace: a living product in the first minute. Everything in it is made by the same commands
//! that people's requests give, so it is also a test of them.
//!
//! Each step has a receipt, so that a start that was interrupted goes on where it stopped.

mod script;
mod stage_hands;

use konductro_domain::role::Role;

pub use script::load;

/// The four people, one for each role, with their names and addresses.
const PEOPLE: [(&str, &str, Role); 4] = [
    ("Dana Okafor", "dana@demo.example", Role::Sdm),
    ("Mara Lindqvist", "mara@demo.example", Role::Architect),
    ("Jonas Weil", "jonas@demo.example", Role::Developer),
    ("Aiko Tanaka", "aiko@demo.example", Role::Auditor),
];

/// Why the demo workspace could not be loaded.
#[derive(Debug, thiserror::Error)]
#[error("the demo workspace could not be loaded: {0}; start with --no-demo, or remove the data folder and start again")]
pub struct DemoError(pub String);
