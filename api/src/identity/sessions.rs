//! Browser sessions: a random token in a cookie, its SHA-256 in the database.
//!
//! A session ends after 14 days without use, 30 days after sign-in, at sign-out, when its owner is
//! disabled, and when the password changes (all others) or is reset (all). Every end is told on a
//! channel, so that open sockets follow within moments.

use konductro_domain::actor::Credential;
use konductro_domain::ids::{SessionId, TokenId, UserId};
use rand::TryRngCore;
use rand::rngs::OsRng;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, Row};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::{Identity, IdentityError};

const IDLE: Duration = Duration::days(14);
/// How long a session lasts at most.
pub const LONGEST: Duration = Duration::days(30);
/// Each use is not worth a write.
const SEEN_EVERY: Duration = Duration::minutes(5);

/// A session that was just opened. The token is told once.
pub struct OpenedSession {
    /// Names the session, in events too.
    pub session_id: SessionId,
    /// Opens it; belongs in the cookie and nowhere else.
    pub token: String,
}

/// A request's idempotency key, whose receipt is looked up on the way.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// What is asked: method and path.
    pub of: &'a str,
    /// The key.
    pub key: &'a str,
}

/// The receipt that a key has already, as far as HTTP needs it.
#[derive(Debug, Clone)]
pub struct EarlierReceipt {
    /// The hash of what was asked the first time.
    pub fingerprint: Vec<u8>,
    /// The whole first answer, where it was kept.
    pub answer: Option<Value>,
}

/// Whose session a token opens.
#[derive(Debug, Clone)]
pub struct Authenticated {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they administer the workspace.
    pub administrator: bool,
    /// Whether they are one of the demo people.
    pub is_demo: bool,
    /// The session.
    pub session: SessionId,
    /// The receipt under the key that was given, where there is one.
    pub receipt: Option<EarlierReceipt>,
}

/// Credentials that are no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionEnd {
    /// This one.
    One(SessionId),
    /// All of a person.
    AllOf(UserId),
    /// All of a person but this one.
    AllBut(UserId, SessionId),
    /// No session, but this API token.
    Token(TokenId),
}

impl SessionEnd {
    /// The end of one credential, of those that can end.
    pub fn of(credential: Credential) -> Option<Self> {
        match credential {
            Credential::Session(session) => Some(SessionEnd::One(session)),
            Credential::Token(token) => Some(SessionEnd::Token(token)),
            Credential::Console => None,
        }
    }

    /// Whether it means this credential of this person. Tokens do not end with their owner's sessions.
    pub fn ends(self, user: UserId, credential: Credential) -> bool {
        match (self, credential) {
            (SessionEnd::One(ended), Credential::Session(session)) => ended == session,
            (SessionEnd::AllOf(of), Credential::Session(_)) => of == user,
            (SessionEnd::AllBut(of, kept), Credential::Session(session)) => of == user && kept != session,
            (SessionEnd::Token(ended), Credential::Token(token)) => ended == token,
            (
                SessionEnd::One(_) | SessionEnd::AllOf(_) | SessionEnd::AllBut(..),
                Credential::Token(_) | Credential::Console,
            )
            | (SessionEnd::Token(_), Credential::Session(_) | Credential::Console) => false,
        }
    }
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn new_token() -> Result<String, IdentityError> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| IdentityError::NoRandomness)?;
    Ok(hex::encode(bytes))
}

impl Identity {
    /// Whose session this token opens, if it still does; and, in the same round trip, what its owner did under a key.
    pub async fn authenticate(&self, token: &str, key: Option<Key<'_>>) -> Result<Option<Authenticated>, sqlx::Error> {
        let now = OffsetDateTime::now_utc();
        let row = sqlx::query(
            "SELECT s.session_id, s.last_seen_at, u.user_id, u.name, u.administrator, u.demo_role IS NOT NULL AS is_demo,
                    r.fingerprint, r.answer
             FROM sessions s JOIN users u USING (user_id)
             LEFT JOIN receipts r ON r.scope = u.user_id || ' ' || $4 AND r.key = $5
             WHERE s.token_hash = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND NOT u.disabled",
        )
        .bind(hash(token))
        .bind(now)
        .bind(now - IDLE)
        .bind(key.map(|key| key.of))
        .bind(key.map(|key| key.key))
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let session = SessionId(row.try_get("session_id")?);
        if row.try_get::<OffsetDateTime, _>("last_seen_at")? < now - SEEN_EVERY {
            sqlx::query("UPDATE sessions SET last_seen_at = $2 WHERE session_id = $1")
                .bind(session.0)
                .bind(now)
                .execute(&self.pool)
                .await?;
        }
        Ok(Some(Authenticated {
            user_id: UserId(row.try_get("user_id")?),
            name: row.try_get("name")?,
            administrator: row.try_get("administrator")?,
            is_demo: row.try_get("is_demo")?,
            session,
            receipt: match row.try_get("fingerprint")? {
                Some(fingerprint) => Some(EarlierReceipt { fingerprint, answer: row.try_get("answer")? }),
                None => None,
            },
        }))
    }

    /// Whether a session is still open; for connections that outlive a request.
    pub async fn session_is_open(&self, session: SessionId) -> Result<bool, sqlx::Error> {
        let now = OffsetDateTime::now_utc();
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM sessions s JOIN users u USING (user_id)
             WHERE s.session_id = $1 AND s.expires_at > $2 AND s.last_seen_at > $3 AND NOT u.disabled)",
        )
        .bind(session.0)
        .bind(now)
        .bind(now - IDLE)
        .fetch_one(&self.pool)
        .await
    }

    /// Tells of every session that this process ends.
    pub fn session_ends(&self) -> tokio::sync::broadcast::Receiver<SessionEnd> {
        self.session_ends.subscribe()
    }

    /// Takes away the sessions that have run out.
    pub async fn sweep_sessions(&self) -> Result<u64, sqlx::Error> {
        let now = OffsetDateTime::now_utc();
        let swept = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2");
        Ok(swept.bind(now).bind(now - IDLE).execute(&self.pool).await?.rows_affected())
    }

    pub(super) fn tell(&self, end: SessionEnd) {
        // Nobody may be listening; then there is nobody to tell.
        drop(self.session_ends.send(end));
    }
}

/// Opens a session.
pub(super) async fn open(
    tx: &mut PgConnection,
    user: UserId,
    session_id: SessionId,
    now: OffsetDateTime,
) -> Result<OpenedSession, IdentityError> {
    let token = new_token()?;
    sqlx::query(
        "INSERT INTO sessions (session_id, token_hash, user_id, created_at, last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $4, $5)",
    )
    .bind(session_id.0)
    .bind(hash(&token))
    .bind(user.0)
    .bind(now)
    .bind(now + LONGEST)
    .execute(tx)
    .await?;
    Ok(OpenedSession { session_id, token })
}

/// Gives a session a new token; the old one opens nothing any more.
pub(super) async fn rotate(tx: &mut PgConnection, session_id: SessionId) -> Result<OpenedSession, IdentityError> {
    let token = new_token()?;
    sqlx::query("UPDATE sessions SET token_hash = $2 WHERE session_id = $1")
        .bind(session_id.0)
        .bind(hash(&token))
        .execute(tx)
        .await?;
    Ok(OpenedSession { session_id, token })
}

/// The session that a token opens, with its owner, whatever else is true of them.
pub(super) async fn of_token(tx: &mut PgConnection, token: &str) -> Result<Option<(SessionId, UserId)>, sqlx::Error> {
    let row: Option<(Uuid, Uuid)> = sqlx::query_as("SELECT session_id, user_id FROM sessions WHERE token_hash = $1")
        .bind(hash(token))
        .fetch_optional(tx)
        .await?;
    Ok(row.map(|(session, user)| (SessionId(session), UserId(user))))
}

/// Ends sessions.
pub(super) async fn end(tx: &mut PgConnection, which: SessionEnd) -> Result<(), sqlx::Error> {
    let query = match which {
        SessionEnd::One(session) => sqlx::query("DELETE FROM sessions WHERE session_id = $1").bind(session.0),
        SessionEnd::AllOf(user) => sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user.0),
        SessionEnd::AllBut(user, kept) => {
            sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND session_id <> $2").bind(user.0).bind(kept.0)
        }
        // Revoking a token is a statement of its own.
        SessionEnd::Token(_) => return Ok(()),
    };
    query.execute(tx).await?;
    Ok(())
}
