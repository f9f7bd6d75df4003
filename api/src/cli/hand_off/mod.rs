//! The commands of the IDE hand-off that work on a checkout: `evidence`, `validate`, `submit`, `verify`, `mcp`.

mod beside;
pub(super) mod evidence;
pub(super) mod mcp;
mod paper;
pub(super) mod submit;
pub(super) mod validate;
pub(super) mod verify;
