//! Why identity refuses or fails.

use konductro_domain::workspace::WorkspaceError;

use super::tokens::{Allowance, MOST_TOKENS};
use crate::commands::CommandError;

/// Why identity refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Unknown account, wrong password or disabled account: which of them is nobody's business.
    #[error("the e-mail address or the password is wrong")]
    SignInFailed,
    /// A demo person, from elsewhere.
    #[error("the demo people can be used on the server's own machine only")]
    DemoElsewhere,
    /// Too many wrong attempts.
    #[error("too many wrong attempts; try again in {retry_after} seconds")]
    TooManyAttempts {
        /// When to try again, in seconds.
        retry_after: u64,
    },
    /// The current password is wrong.
    #[error("this is not your current password")]
    WrongPassword,
    /// A demo person's password is published, and stays.
    #[error("the demo people's passwords are fixed, so that the sign-in page can offer them")]
    DemoPasswordFixed,
    /// A password that would not protect anything.
    #[error("{0}")]
    WeakPassword(&'static str),
    /// The address is none.
    #[error("must be an e-mail address, such as sam@example.com")]
    BadEmail,
    /// The name is none.
    #[error("must have 1 to 120 characters on one line")]
    BadName,
    /// Somebody has the address.
    #[error("somebody else has this e-mail address")]
    EmailTaken,
    /// There is no such person.
    #[error("there is no user of this {0}")]
    UnknownUser(&'static str),
    /// No token that opens anything: unknown, revoked, run out, or its owner may not any more; which of them is
    /// nobody's business.
    #[error("this token opens nothing")]
    TokenUnknown,
    /// A token asks too often.
    #[error("this token asked too often; ask again in {} seconds", .0.reset)]
    TooManyRequests(Allowance),
    /// A token that was issued under the same key before: its secret can't be shown again.
    #[error("a token was issued with this key already")]
    TokenShownBefore,
    /// The token's name is none.
    #[error("must have 1 to 80 characters on one line")]
    BadTokenName,
    /// A token that is for nothing.
    #[error("must name at least one scope")]
    BadScopes,
    /// A token that ends too late, or ended already.
    #[error("must be 1 to 366 days")]
    BadExpiry,
    /// Too many tokens.
    #[error("you have {} tokens; revoke one that you do not need first", MOST_TOKENS)]
    TooManyTokens,
    /// No device of this code waits to be signed in, or not any more.
    #[error("no device waits with this code")]
    DeviceLoginUnknown,
    /// Too many devices wait to be signed in.
    #[error("too many devices wait to be signed in; try again in a few minutes")]
    TooManyDeviceLogins,
    /// What a device says of itself does not fit.
    #[error("must have 1 to 80 characters on one line")]
    BadDevice(&'static str),
    /// Nobody could manage users any more.
    #[error("a workspace needs an administrator: make somebody else one first")]
    LastAdministrator,
    /// Set-up is done.
    #[error("set-up is done; sign in, or ask an administrator for an account")]
    SetupClosed,
    /// The code is wrong.
    #[error("the code is wrong; the server printed it when it started")]
    SetupCodeWrong,
    /// Too many passwords are being checked.
    #[error("too many people sign in at this moment; try again")]
    Busy,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers; nothing secret can be made until it does")]
    NoRandomness,
    /// A password could not be hashed, or a stored hash not be read.
    #[error("a password could not be checked: {0}")]
    Hashing(String),
    /// What happened could not be recorded, so it was not done.
    #[error("it could not be recorded, so it was not done: {0}")]
    Unrecorded(#[from] CommandError<WorkspaceError>),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
}
