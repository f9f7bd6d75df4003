//! What can be said of an artefact's text alone, without a phase around it.

mod align;
pub mod anchor;
mod blocks;
pub mod check;
pub mod coverage;
mod definitions;
pub mod diff;
pub mod drift;
mod fences;
pub mod ids;
pub mod open_points;
pub mod origins;
pub mod parse;
pub mod reading;
pub mod reference;
mod retiring;
mod sections;
pub mod submission;
pub mod trace;
