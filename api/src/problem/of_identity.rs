//! What identity refuses, as problems.

use super::{Code, Problem};
use crate::identity::IdentityError;

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
