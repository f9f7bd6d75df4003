//! First-run set-up: whoever has the code that the server printed becomes the first administrator, once.
//!
//! It is open while there is no administrator, and closed for good afterwards. The one row of `setup` is
//! also the lock under which administrators come and go, so that two at once can't both be first.

use std::net::IpAddr;
use std::time::Instant;

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::ids::SessionId;
use konductro_domain::workspace::WorkspaceEvent;
use sqlx::PgConnection;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;
use uuid::Uuid;

use super::users::{self, NewUser, User};
use super::{By, Identity, IdentityError, OpenedSession, passwords, sessions};

/// What set-up is asked for.
pub struct SetUp {
    /// The code that the server printed.
    pub code: String,
    /// The first administrator's name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The password.
    pub password: String,
    /// Where the request comes from.
    pub from: IpAddr,
}

/// Takes the row, and with it every other change of who administers.
pub(super) async fn lock(tx: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let code: Option<Option<String>> = sqlx::query_scalar("SELECT code FROM setup WHERE closed_at IS NULL FOR UPDATE")
        .fetch_optional(&mut *tx)
        .await?;
    match code {
        Some(code) => Ok(code),
        None => {
            sqlx::query("SELECT one FROM setup FOR UPDATE").execute(tx).await?;
            Ok(None)
        }
    }
}

/// Closes set-up for good.
pub(super) async fn close(tx: &mut PgConnection, now: OffsetDateTime) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE setup SET closed_at = coalesce(closed_at, $1), code = NULL").bind(now).execute(tx).await?;
    Ok(())
}

impl Identity {
    /// Whether the first administrator is still to come.
    pub async fn setup_is_open(&self) -> Result<bool, IdentityError> {
        let open = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM setup WHERE closed_at IS NULL)
                AND NOT EXISTS (SELECT FROM users WHERE administrator AND NOT disabled)",
        );
        Ok(open.fetch_one(&self.pool).await?)
    }

    /// The one-time code, made at first need; none once there was an administrator.
    pub async fn setup_code(&self) -> Result<Option<String>, IdentityError> {
        if !self.setup_is_open().await? {
            return Ok(None);
        }
        let fresh = passwords::random_groups(3, 4)?;
        let code =
            sqlx::query_scalar("UPDATE setup SET code = coalesce(code, $1) WHERE closed_at IS NULL RETURNING code")
                .bind(fresh)
                .fetch_optional(&self.pool)
                .await?;
        Ok(code)
    }

    /// Makes the first administrator and signs them in.
    pub async fn set_up(&self, asked: SetUp, by: By) -> Result<(User, OpenedSession), IdentityError> {
        if !self.setup_is_open().await? {
            return Err(IdentityError::SetupClosed);
        }
        let counted = self.throttle.setup(asked.from, Instant::now())?;
        let code: Option<String> = sqlx::query_scalar("SELECT code FROM setup").fetch_one(&self.pool).await?;
        check_code(&asked.code, code.as_deref())?;
        self.throttle.forgive(&counted);
        let new = NewUser { name: asked.name, email: asked.email, password: asked.password, administrator: true };
        let user = users::checked(&new)?;
        let hash = self.passwords.hash(&new.password).await?;
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        // Whoever waited here for somebody else's set-up finds the code gone.
        let code = lock(&mut tx).await?.ok_or(IdentityError::SetupClosed)?;
        check_code(&asked.code, Some(&code))?;
        users::insert(&mut tx, &user, &hash, None).await?;
        close(&mut tx, user.created_at).await?;
        let session_id = SessionId(Uuid::now_v7());
        let session = sessions::open(&mut tx, user.user_id, session_id, user.created_at).await?;
        let user_id = user.user_id;
        let facts = vec![
            WorkspaceEvent::UserCreated { user_id },
            WorkspaceEvent::WorkspaceSetUp { user_id },
            WorkspaceEvent::AdministratorAppointed { user_id },
            WorkspaceEvent::SignedIn { user_id, session_id },
        ];
        self.record(facts, by.by_person(Actor::Person { user_id }, Credential::Session(session_id))).await?;
        tx.commit().await?;
        Ok((user, session))
    }
}

/// Compares in constant time; dashes, blanks and case are for people.
fn check_code(given: &str, expected: Option<&str>) -> Result<(), IdentityError> {
    let plain = |code: &str| -> Vec<u8> {
        code.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase()).collect()
    };
    let expected = expected.map(plain).filter(|expected| !expected.is_empty()).ok_or(IdentityError::SetupCodeWrong)?;
    if bool::from(plain(given).ct_eq(&expected)) { Ok(()) } else { Err(IdentityError::SetupCodeWrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert!(check_code("ab2d efgh-jklm", Some("AB2D-EFGH-JKLM")).is_ok());
        assert!(check_code("AB2D-EFGH-JKLN", Some("AB2D-EFGH-JKLM")).is_err());
        assert!(check_code("", Some("")).is_err() && check_code("", None).is_err());
    }
}
