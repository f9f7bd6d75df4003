//! The rules of Konductro, and nothing else.
//!
//! Phases, stages, gates and conversations as pure code: given events, when a command, then events.
//! This crate knows no database, HTTP or model; ids, time and the acting person come in from outside.

mod aggregate;

pub mod actor;
pub mod artefact;
pub mod conductor;
pub mod conversation;
pub mod event;
pub mod ids;
pub mod phase;
pub mod policies;
pub mod project;
pub mod role;
pub mod scope;
pub mod stage;
pub mod story;
pub mod story_review;
pub mod text;
pub mod workspace;

pub use aggregate::{Decided, Decider};
