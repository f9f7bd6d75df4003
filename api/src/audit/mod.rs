//! Tamper evidence: that the log is what it was, shown to somebody who trusts neither the server nor its database.
//!
//! The sealed log is a Merkle tree as RFC 6962 has it (`tree`); about once a second, when it grew, its head is signed as
//! a C2SP checkpoint (`signer`, `key`). An export (`export`) holds the leaf lines of events with their proofs against
//! such a head, and the texts that they name; `verify` checks one offline, and `watch` keeps heads and notices when the
//! log is not the continuation of what it was. `evidence` does for a phase what an export lets others do. `erase` takes away texts and people, and the log stays whole.

pub mod erase;
pub mod evidence;
pub mod export;
pub mod heads;
pub mod key;
pub mod signer;
pub mod tree;
pub mod verify;
pub mod watch;

pub use key::AuditKey;
pub use signer::HeadSigner;
