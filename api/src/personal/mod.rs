//! What is somebody's own and no fact of a phase: plain tables beside the log, which go with the account.

pub mod drafts;
pub mod seen_versions;
