//! Signing in and out, and changing one's own password.
//!
//! Unknown account, wrong password and disabled account give the same answer in the same time. Each
//! sign-in opens a new session with a new token, and ends the one that the browser had.

use std::net::IpAddr;
use std::time::Instant;

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::ids::{SessionId, UserId};
use konductro_domain::workspace::WorkspaceEvent;
use sqlx::Row;
use uuid::Uuid;

use super::passwords::check_new;
use super::sessions::{self, SessionEnd};
use super::users::UserRow;
use super::{By, Identity, IdentityError, OpenedSession};

/// Where a request was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// On the server's own machine.
    SameMachine(IpAddr),
    /// Anywhere else.
    Elsewhere(IpAddr),
}

impl Origin {
    /// The peer's address.
    pub fn address(self) -> IpAddr {
        match self {
            Origin::SameMachine(address) | Origin::Elsewhere(address) => address,
        }
    }
}

/// Somebody who wants to sign in.
pub struct SignIn {
    /// The address they give.
    pub email: String,
    /// The password they give.
    pub password: String,
    /// Where they are.
    pub origin: Origin,
    /// The token of the session that their browser has already.
    pub previous_token: Option<String>,
}

/// Somebody who is.
pub struct SignedIn {
    /// Who.
    pub user_id: UserId,
    /// Their new session.
    pub session: OpenedSession,
}

struct Account {
    user_id: UserId,
    hash: String,
    disabled: bool,
    is_demo: bool,
}

impl Identity {
    /// Signs somebody in.
    pub async fn sign_in(&self, attempt: SignIn, by: By) -> Result<SignedIn, IdentityError> {
        let email_key = UserRow::email_key(&attempt.email);
        let counted = self.throttle.sign_in(&email_key, attempt.origin.address(), Instant::now())?;
        let account = self.account_by_email(&email_key).await?;
        let hash = account.as_ref().map(|account| account.hash.as_str());
        let matches = self.passwords.matches(&attempt.password, hash).await?;
        let account = account.filter(|account| matches && !account.disabled).ok_or(IdentityError::SignInFailed)?;
        self.throttle.forgive(&counted);
        if account.is_demo && matches!(attempt.origin, Origin::Elsewhere(_)) {
            return Err(IdentityError::DemoElsewhere);
        }
        self.open_session(account.user_id, attempt.previous_token.as_deref(), by).await
    }

    async fn open_session(
        &self,
        user_id: UserId,
        previous_token: Option<&str>,
        by: By,
    ) -> Result<SignedIn, IdentityError> {
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        let mut facts = Vec::new();
        let mut ended = None;
        if let Some(token) = previous_token
            && let Some((session_id, user_id)) = sessions::of_token(&mut tx, token).await?
        {
            sessions::end(&mut tx, SessionEnd::One(session_id)).await?;
            facts.push(WorkspaceEvent::SignedOut { user_id, session_id });
            ended = Some(SessionEnd::One(session_id));
        }
        let session_id = SessionId(Uuid::now_v7());
        let session = sessions::open(&mut tx, user_id, session_id, super::now()).await?;
        facts.push(WorkspaceEvent::SignedIn { user_id, session_id });
        self.record(facts, by.by_person(Actor::Person { user_id }, Credential::Session(session_id))).await?;
        tx.commit().await?;
        if let Some(ended) = ended {
            self.tell(ended);
        }
        Ok(SignedIn { user_id, session })
    }

    /// Ends the session of a token; one that is no more needs no ending.
    pub async fn sign_out(&self, token: &str, by: By) -> Result<(), IdentityError> {
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        let Some((session_id, user_id)) = sessions::of_token(&mut tx, token).await? else { return Ok(()) };
        sessions::end(&mut tx, SessionEnd::One(session_id)).await?;
        let facts = vec![WorkspaceEvent::SignedOut { user_id, session_id }];
        self.record(facts, by.by_person(Actor::Person { user_id }, Credential::Session(session_id))).await?;
        tx.commit().await?;
        self.tell(SessionEnd::One(session_id));
        Ok(())
    }

    /// Changes one's own password: other sessions end, and this one gets a new token.
    pub async fn change_password(
        &self,
        user_id: UserId,
        session_id: SessionId,
        (current, new): (&str, &str),
        from: IpAddr,
        by: By,
    ) -> Result<OpenedSession, IdentityError> {
        let (email_key, account) = self.account_by_id(user_id).await?;
        if account.is_demo {
            return Err(IdentityError::DemoPasswordFixed);
        }
        let counted = self.throttle.sign_in(&email_key, from, Instant::now())?;
        if !self.passwords.matches(current, Some(&account.hash)).await? {
            return Err(IdentityError::WrongPassword);
        }
        self.throttle.forgive(&counted);
        check_new(new, &email_key)?;
        let hash = self.passwords.hash(new).await?;
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        // Only what was checked is replaced: a reset at the console meanwhile stands.
        let replaced = sqlx::query("UPDATE users SET password_hash = $2 WHERE user_id = $1 AND password_hash = $3")
            .bind(user_id.0)
            .bind(hash)
            .bind(&account.hash)
            .execute(&mut *tx)
            .await?;
        if replaced.rows_affected() == 0 {
            return Err(IdentityError::WrongPassword);
        }
        sessions::end(&mut tx, SessionEnd::AllBut(user_id, session_id)).await?;
        let session = sessions::rotate(&mut tx, session_id).await?;
        self.record(vec![WorkspaceEvent::PasswordChanged { user_id }], by).await?;
        tx.commit().await?;
        self.tell(SessionEnd::AllBut(user_id, session_id));
        Ok(session)
    }

    async fn account_by_email(&self, email_key: &str) -> Result<Option<Account>, IdentityError> {
        let row = sqlx::query(
            "SELECT user_id, password_hash, disabled, demo_role IS NOT NULL AS is_demo FROM users WHERE email_key = $1",
        )
        .bind(email_key)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Account {
            user_id: UserId(row.try_get("user_id")?),
            hash: row.try_get("password_hash")?,
            disabled: row.try_get("disabled")?,
            is_demo: row.try_get("is_demo")?,
        }))
    }

    async fn account_by_id(&self, id: UserId) -> Result<(String, Account), IdentityError> {
        let email_key: Option<String> = sqlx::query_scalar("SELECT email_key FROM users WHERE user_id = $1")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        let email_key = email_key.ok_or(IdentityError::UnknownUser("id"))?;
        let account = self.account_by_email(&email_key).await?.ok_or(IdentityError::UnknownUser("id"))?;
        Ok((email_key, account))
    }
}
