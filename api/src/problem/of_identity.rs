//! What identity refuses, as problems.

use konductro_domain::workspace::InteractiveOnly;

use super::{Code, Problem};
use crate::identity::IdentityError;

impl From<InteractiveOnly> for Problem {
    fn from(error: InteractiveOnly) -> Self {
        Problem::new(Code::InteractiveOnly, format!("{}.", capitalised(&error)))
    }
}

/// An error's sentence as a problem's begins.
fn capitalised(error: &impl std::fmt::Display) -> String {
    let sentence = error.to_string();
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

impl From<IdentityError> for Problem {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::SignInFailed => Problem::new(
                Code::SignInFailed,
                "There is no active account with this e-mail address and password; check both, or ask an administrator for a new password.",
            ),
            IdentityError::DemoElsewhere => crate::http::caller::demo_elsewhere(),
            IdentityError::TooManyAttempts { retry_after } => Problem::rate_limited(
                format!("Too many wrong attempts; try again in {retry_after} seconds."),
                "wrong-attempts",
                retry_after,
            ),
            IdentityError::WrongPassword => Problem::invalid("/current_password", error.to_string()),
            IdentityError::DemoPasswordFixed => Problem::invalid("/new_password", error.to_string()),
            IdentityError::WeakPassword(why) => Problem::invalid("/password", why),
            IdentityError::BadEmail => Problem::invalid("/email", error.to_string()),
            IdentityError::BadName => Problem::invalid("/name", error.to_string()),
            IdentityError::EmailTaken => Problem::new(
                Code::EmailTaken,
                "Somebody has this e-mail address already; find them in the list of users.",
            ),
            IdentityError::TokenUnknown => Problem::new(
                Code::NotSignedIn,
                "This token opens nothing: it is unknown, revoked or has run out, or its owner is no member of its project any more. Sign in again, or issue another one.",
            ),
            IdentityError::TooManyRequests(allowance) => {
                let detail = format!("This token asked too often; ask again in {} seconds.", allowance.reset);
                Problem::rate_limited(detail, "token", allowance.reset)
            }
            IdentityError::TokenShownBefore => Problem::new(
                Code::Conflict,
                "A token was issued with this Idempotency-Key already, and its secret is shown only once; revoke it and issue another one.",
            ),
            IdentityError::BadTokenName => Problem::invalid("/name", error.to_string()),
            IdentityError::BadScopes => Problem::invalid("/scopes", error.to_string()),
            IdentityError::BadExpiry => Problem::invalid("/expires_in_days", error.to_string()),
            IdentityError::BadDevice(field) => Problem::invalid(field, error.to_string()),
            IdentityError::TooManyTokens => Problem::new(Code::Conflict, format!("{}.", capitalised(&error))),
            IdentityError::DeviceLoginUnknown => Problem::new(
                Code::NotFound,
                "Nothing waits with this code: it is wrong, was used, or has run out. Run `konductro login` again.",
            ),
            IdentityError::TooManyDeviceLogins => Problem::rate_limited(
                "Too many devices wait to be signed in; try again in a few minutes.",
                "devices",
                120,
            ),
            IdentityError::UnknownUser(_) => Problem::new(Code::NotFound, "There is no such user."),
            IdentityError::LastAdministrator => Problem::new(
                Code::LastAdministrator,
                "The workspace needs an active administrator; make somebody else one first.",
            ),
            IdentityError::SetupClosed => {
                Problem::new(Code::SetupClosed, "Set-up is done; sign in, or ask an administrator for an account.")
            }
            IdentityError::SetupCodeWrong => Problem::new(
                Code::SetupCodeWrong,
                "This is not the code that the server printed when it started; look there and type it again.",
            ),
            IdentityError::Busy => {
                Problem::new(Code::Unavailable, "Too many people sign in at this moment; try again.").retry_after(2)
            }
            IdentityError::NoRandomness => Problem::unavailable("make a secret", &error),
            IdentityError::Hashing(cause) => Problem::unavailable("check a password", &cause),
            IdentityError::Unrecorded(cause) => cause.into(),
            IdentityError::Database(cause) => cause.into(),
        }
    }
}
