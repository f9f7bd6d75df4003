//! What can be said of an artefact's text alone, without a phase around it.

pub mod anchor;
mod blocks;
pub mod coverage;
pub mod diff;
pub mod open_points;
pub mod parse;
pub mod reading;
pub mod reference;
mod sections;
pub mod trace;
