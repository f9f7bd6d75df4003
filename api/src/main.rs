//! The `konductro` program.

fn main() {}
