//! Read models: what pages and gates read, folded from the log.
//!
//! Every row here can be thrown away and rebuilt from the log; nothing else may be stored here. The
//! log is read by position from a checkpoint, and only through `event_log`. A read model is one file:
//! row types, `project(tx, event)`, reads.

pub mod changes;
pub mod event_log;
pub mod metadata;
pub mod rebuild;
pub mod subscription;

pub use subscription::{Folding, ProjectionError, ReadModel};

/// Every read model that gates and pages need, in the order in which one event is folded into them.
pub const READ_MODELS: &[ReadModel] = &[];
