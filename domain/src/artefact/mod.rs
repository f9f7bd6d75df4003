//! What can be said of an artefact's text alone, without a phase around it.

pub mod diff;
mod sections;
