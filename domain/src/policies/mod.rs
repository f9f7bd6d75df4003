//! Everything that happens by itself.
