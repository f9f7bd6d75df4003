//! Signing a command line in: it shows a short code, a person confirms it in the browser, and it collects its token.
//!
//! A code lives for ten minutes and works once. Unknown, run out, decided and collected codes are answered alike. The
//! token is made when it is collected, so that its secret is never stored, not even for a moment.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Instant;

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::ids::{ProjectId, SessionId, UserId};
use konductro_domain::scope::Scope;
use konductro_domain::text::Hash;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sqlx::Row;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::tokens::{self, NewToken, Token, TokenSecret, scope_names, scopes_of};
use super::{By, Identity, IdentityError, passwords};

/// How long a code lives.
const LIFETIME: Duration = Duration::minutes(10);
/// Devices that wait at a time, over all: what nobody confirms ends after ten minutes.
const MOST_WAITING: i64 = 2_000;

/// A device that asks to be signed in.
#[derive(Debug, Clone)]
pub struct NewDeviceLogin {
    /// The tool, such as `konductro 0.1.0`.
    pub tool: String,
    /// The machine's name.
    pub host_name: String,
    /// What it wants to do.
    pub scopes: BTreeSet<Scope>,
    /// The key of the project it wants, where it says so.
    pub project_key: Option<String>,
    /// Where it asks from.
    pub from: IpAddr,
}

/// What a device gets to wait with.
pub struct WaitingDevice {
    /// What the person confirms, such as `7KQ4-MNBC`.
    pub user_code: String,
    /// What the device collects with.
    pub secret: String,
    /// When both end.
    pub expires_at: OffsetDateTime,
}

/// A device that waits, as the person who is to confirm it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceLogin {
    /// The code.
    pub user_code: String,
    /// The tool, as it says.
    pub tool: String,
    /// The machine's name, as it says.
    pub host_name: String,
    /// What it wants to do.
    pub scopes: BTreeSet<Scope>,
    /// The key of the project it wants, where it says so.
    pub project_key: Option<String>,
    /// When it asked.
    pub created_at: OffsetDateTime,
    /// When the code ends.
    pub expires_at: OffsetDateTime,
}

/// What a person gives a device.
#[derive(Debug, Clone)]
pub struct DeviceApproval {
    /// Who.
    pub user_id: UserId,
    /// In which session.
    pub session: SessionId,
    /// The only project that the token opens.
    pub project_id: ProjectId,
    /// What it is for.
    pub scopes: BTreeSet<Scope>,
    /// What it is called.
    pub name: String,
    /// When it ends.
    pub token_expires_at: OffsetDateTime,
}

/// What a device finds when it asks.
pub enum Collected {
    /// Nobody has decided yet.
    Waiting,
    /// Somebody said no.
    Refused,
    /// Its token, told this once.
    Token(Box<Token>, TokenSecret),
}

impl Identity {
    /// Gives a device a code to show and a secret to collect with.
    pub async fn start_device_login(&self, new: NewDeviceLogin) -> Result<WaitingDevice, IdentityError> {
        let line = |text: &str, field| tokens::token_name(text).map_err(|_| IdentityError::BadDevice(field));
        let (tool, host_name) = (line(&new.tool, "/tool")?, line(&new.host_name, "/host_name")?);
        let project_key = new.project_key.as_deref().map(|key| line(key, "/project_key")).transpose()?;
        if new.scopes.is_empty() {
            return Err(IdentityError::BadScopes);
        }
        self.throttle.device_login(new.from, Instant::now())?;
        let now = super::now();
        let (user_code, secret) = (passwords::random_groups(2, 4)?, new_secret()?);
        sqlx::query("DELETE FROM device_logins WHERE expires_at <= $1").bind(now).execute(&self.pool).await?;
        let added = sqlx::query(
            "INSERT INTO device_logins
               (device_login_id, user_code, secret_hash, tool, host_name, asked_scopes, asked_project, created_at, expires_at)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE (SELECT count(*) FROM device_logins) < $10",
        )
        .bind(Uuid::now_v7())
        .bind(&user_code)
        .bind(hash(&secret).bytes().as_slice())
        .bind(tool)
        .bind(host_name)
        .bind(scope_names(&new.scopes))
        .bind(project_key)
        .bind(now)
        .bind(now + LIFETIME)
        .bind(MOST_WAITING)
        .execute(&self.pool)
        .await?;
        if added.rows_affected() == 0 {
            return Err(IdentityError::TooManyDeviceLogins);
        }
        Ok(WaitingDevice { user_code, secret, expires_at: now + LIFETIME })
    }

    /// The device that waits with a code. Whoever guesses codes is slowed down.
    pub async fn device_login(&self, code: &str, asked_by: UserId) -> Result<DeviceLogin, IdentityError> {
        let guess = self.throttle.device_code(asked_by, Instant::now())?;
        let row = sqlx::query(
            "SELECT user_code, tool, host_name, asked_scopes, asked_project, created_at, expires_at FROM device_logins
             WHERE user_code = $1 AND expires_at > $2 AND decision IS NULL",
        )
        .bind(as_issued(code))
        .bind(super::now())
        .fetch_optional(&self.pool)
        .await?
        .ok_or(IdentityError::DeviceLoginUnknown)?;
        self.throttle.forgive(&guess);
        Ok(DeviceLogin {
            user_code: row.try_get("user_code")?,
            tool: row.try_get("tool")?,
            host_name: row.try_get("host_name")?,
            scopes: scopes_of(&row.try_get::<Vec<String>, _>("asked_scopes")?),
            project_key: row.try_get("asked_project")?,
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
        })
    }

    /// Says yes to the device of a code; it collects its token the next time it asks.
    pub async fn approve_device_login(&self, code: &str, yes: DeviceApproval) -> Result<(), IdentityError> {
        let name = tokens::token_name(&yes.name)?;
        if yes.scopes.is_empty() {
            return Err(IdentityError::BadScopes);
        }
        let guess = self.throttle.device_code(yes.user_id, Instant::now())?;
        let decided = sqlx::query(
            "UPDATE device_logins SET decision = 'approved', user_id = $3, session_id = $4, project_id = $5,
                    scopes = $6, name = $7, token_expires_at = $8
             WHERE user_code = $1 AND expires_at > $2 AND decision IS NULL",
        )
        .bind(as_issued(code))
        .bind(super::now())
        .bind(yes.user_id.0)
        .bind(yes.session.0)
        .bind(yes.project_id.0)
        .bind(scope_names(&yes.scopes))
        .bind(name)
        .bind(yes.token_expires_at)
        .execute(&self.pool)
        .await?;
        self.decided(decided.rows_affected(), &guess)
    }

    /// Says no to the device of a code.
    pub async fn refuse_device_login(&self, code: &str, by: UserId) -> Result<(), IdentityError> {
        let guess = self.throttle.device_code(by, Instant::now())?;
        let decided = sqlx::query(
            "UPDATE device_logins SET decision = 'refused', user_id = $3
             WHERE user_code = $1 AND expires_at > $2 AND decision IS NULL",
        )
        .bind(as_issued(code))
        .bind(super::now())
        .bind(by.0)
        .execute(&self.pool)
        .await?;
        self.decided(decided.rows_affected(), &guess)
    }

    fn decided(&self, rows: u64, guess: &super::throttle::Counted) -> Result<(), IdentityError> {
        if rows == 0 {
            return Err(IdentityError::DeviceLoginUnknown);
        }
        self.throttle.forgive(guess);
        Ok(())
    }

    /// What became of the device with a secret. A token is made and told at most once.
    pub async fn collect_device_login(&self, secret: &str, from: IpAddr, by: By) -> Result<Collected, IdentityError> {
        let guess = self.throttle.token(from, Instant::now())?;
        let now = super::now();
        // Devices ask every few seconds, and before anybody is signed in: only what is decided takes a turn.
        let waiting: Option<bool> =
            sqlx::query_scalar("SELECT decision IS NULL FROM device_logins WHERE secret_hash = $1 AND expires_at > $2")
                .bind(hash(secret).bytes().as_slice())
                .bind(now)
                .fetch_optional(&self.pool)
                .await?;
        let waiting = waiting.ok_or(IdentityError::DeviceLoginUnknown)?;
        self.throttle.forgive(&guess);
        if waiting { Ok(Collected::Waiting) } else { self.collect_decided(secret, now, by).await }
    }

    /// Takes what was decided, once: whoever comes second finds nothing any more.
    async fn collect_decided(&self, secret: &str, now: OffsetDateTime, by: By) -> Result<Collected, IdentityError> {
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        let row = sqlx::query(
            "SELECT d.device_login_id, d.decision, d.user_id, d.session_id, d.project_id, d.scopes, d.name,
                    d.token_expires_at, coalesce(u.disabled, false) AS disabled
             FROM device_logins d LEFT JOIN users u ON u.user_id = d.user_id
             WHERE d.secret_hash = $1 AND d.expires_at > $2 AND d.decision IS NOT NULL FOR UPDATE OF d",
        )
        .bind(hash(secret).bytes().as_slice())
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(IdentityError::DeviceLoginUnknown)?;
        let decision: String = row.try_get("decision")?;
        sqlx::query("DELETE FROM device_logins WHERE device_login_id = $1")
            .bind(row.try_get::<Uuid, _>("device_login_id")?)
            .execute(&mut *tx)
            .await?;
        if decision != "approved" || row.try_get("disabled")? {
            tx.commit().await?;
            return Ok(Collected::Refused);
        }
        let owner = UserId(row.try_get("user_id")?);
        let new = NewToken {
            owner,
            project_id: ProjectId(row.try_get("project_id")?),
            name: row.try_get("name")?,
            scopes: scopes_of(&row.try_get::<Vec<String>, _>("scopes")?),
            expires_at: row.try_get("token_expires_at")?,
        };
        let (token, secret) = tokens::insert(&mut tx, &new).await?;
        let confirmed = Credential::Session(SessionId(row.try_get("session_id")?));
        self.record(vec![tokens::issued(&token)], by.by_person(Actor::Person { user_id: owner }, confirmed)).await?;
        tx.commit().await?;
        Ok(Collected::Token(Box::new(token), secret))
    }
}

fn hash(secret: &str) -> Hash {
    Hash::of(secret.as_bytes())
}

fn new_secret() -> Result<String, IdentityError> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| IdentityError::NoRandomness)?;
    Ok(hex::encode(bytes))
}

/// A code as it was given out, however it was typed.
fn as_issued(code: &str) -> String {
    let letters: Vec<char> =
        code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).take(16).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(as_issued("7kq4 mnbc"), "7KQ4-MNBC");
        assert_eq!(as_issued("7KQ4-MNBC"), "7KQ4-MNBC");
        assert_eq!(as_issued("🦀"), "");
    }
}
