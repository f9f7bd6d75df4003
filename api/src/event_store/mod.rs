//! The log's writing side: facts go in once, in one statement, and are never changed.
//!
//! `repository` stands under cqrs-es's event store, one value for each command; `statement` is the one
//! round trip that appends; `sealer` gives what was appended its place in the log. What a command must
//! commit together with its events is here too: receipts, fences, claims, job rows. `known` remembers what
//! was loaded.

pub mod claims;
pub mod database;
pub mod fences;
pub(crate) mod known;
pub mod leaf;
pub mod receipts;
pub mod repository;
pub mod sealer;
pub mod snapshots;
pub mod statement;

pub use claims::Claim;
pub use fences::{FenceCheck, FenceScope, FenceState, PhaseFences};
pub use receipts::Receipt;
pub use repository::EventRepository;
pub use sealer::Sealer;
pub use statement::{AppendError, NewJob};
