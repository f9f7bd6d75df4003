//! Why identity refuses or fails.

/// Why identity refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The system gives no random numbers.
    #[error("the system gives no random numbers; nothing secret can be made until it does")]
    NoRandomness,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}
