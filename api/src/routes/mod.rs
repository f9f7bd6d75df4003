//! One file for each resource; a handler is extract, one call, respond.

pub mod operations;
pub mod ws;
