//! The sealer: gives what was appended its place in the log.
pub struct Sealer;
