//! Why a page of events could not be folded, or a read model not read.

use konductro_domain::event::Stream;

/// Why a read model could not be folded or read.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The database refused or is away.
    #[error("the read models' database did not answer: {0}")]
    Database(#[from] sqlx::Error),
    /// The stream's name does not say what it belongs to.
    #[error("the stream {aggregate_type} {aggregate_id:?} names no project, phase or stage; verify the log", aggregate_type = .0.aggregate_type, aggregate_id = .0.aggregate_id)]
    Stream(Stream),
    /// An event speaks of something that no earlier event made.
    #[error(
        "the event at position {position} speaks of {missing}, which no earlier event made; rebuild the read models"
    )]
    OutOfOrder {
        /// Where it stands in the log.
        position: i64,
        /// What it speaks of.
        missing: String,
    },
}
