//! Personal API tokens: each acts for its owner, in one project, for what its scopes say, until it ends.
//!
//! The secret is told once; what is stored is its hash. A token opens nothing once it is revoked or has run out, once
//! its owner is disabled or no longer a member of its project: all of it is looked at with each use.

mod pace;
mod secret;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Instant;

use konductro_domain::ids::{ProjectId, TokenId, UserId};
use konductro_domain::scope::Scope;
use konductro_domain::workspace::WorkspaceEvent;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::sessions::{EarlierReceipt, Key, SessionEnd};
use super::{By, Identity, IdentityError};

pub use pace::Allowance;
pub(super) use pace::Pace;
pub use secret::TokenSecret;

/// The longest that a token may live.
pub const LONGEST_TOKEN: Duration = Duration::days(366);
/// The most tokens that a person has at a time.
pub(super) const MOST_TOKENS: i64 = 100;
/// Each use is not worth a write.
const USED_EVERY: Duration = Duration::minutes(1);
/// How long a token that ran out is still shown to its owner.
const SHOWN_AFTER_END: Duration = Duration::days(30);

/// What somebody wants a token for.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whom it acts for.
    pub owner: UserId,
    /// The only project that it opens.
    pub project_id: ProjectId,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub scopes: BTreeSet<Scope>,
    /// When it ends.
    pub expires_at: OffsetDateTime,
}

/// A token, as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Names it, in events too.
    pub token_id: TokenId,
    /// Whom it acts for.
    pub owner: UserId,
    /// The only project that it opens.
    pub project_id: ProjectId,
    /// What its owner calls it.
    pub name: String,
    /// What it is for.
    pub scopes: BTreeSet<Scope>,
    /// Since when there is one.
    pub created_at: OffsetDateTime,
    /// When it ends.
    pub expires_at: OffsetDateTime,
    /// When it was used last, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

impl FromRow<'_, PgRow> for Token {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            token_id: TokenId(row.try_get("token_id")?),
            owner: UserId(row.try_get("user_id")?),
            project_id: ProjectId(row.try_get("project_id")?),
            name: row.try_get("name")?,
            scopes: scopes_of(&row.try_get::<Vec<String>, _>("scopes")?),
            created_at: row.try_get("created_at")?,
            expires_at: row.try_get("expires_at")?,
            last_used_at: row.try_get("last_used_at")?,
        })
    }
}

/// Whose token it is, and what it opens.
#[derive(Debug, Clone)]
pub struct TokenOpened {
    /// Its owner's name.
    pub owner_name: String,
    /// Whether the owner is one of the demo people.
    pub is_demo: bool,
    /// The token.
    pub token: Token,
    /// How often it may still ask.
    pub allowance: Allowance,
    /// The receipt under the key that was given, where there is one.
    pub receipt: Option<EarlierReceipt>,
}

const COLUMNS: &str =
    "t.token_id, t.user_id, t.project_id, t.name, t.scopes, t.created_at, t.expires_at, t.last_used_at";

/// Which tokens still open something, in a query over `tokens t` with the time as `$1`. The planner may look at other
/// fences' values first, and not each is an array.
const HOLDS: &str = "t.expires_at > $1 \
    AND EXISTS (SELECT FROM users u WHERE u.user_id = t.user_id AND NOT u.disabled) \
    AND EXISTS (SELECT FROM fences f WHERE f.scope = 'member:' || t.project_id || ':' || t.user_id \
                AND CASE json_typeof(f.value) WHEN 'array' THEN json_array_length(f.value) > 0 ELSE false END)";

impl Identity {
    /// Whose token this is, if it still opens something; and, in the same round trip, what its owner did under a key.
    /// Whoever guesses is slowed down by their address.
    pub async fn authenticate_token(
        &self,
        secret: &TokenSecret,
        from: IpAddr,
        key: Option<Key<'_>>,
    ) -> Result<TokenOpened, IdentityError> {
        let (hash, instant) = (secret.hash(), Instant::now());
        let guess = if self.pace.knows(&hash, instant) { None } else { Some(self.throttle.token(from, instant)?) };
        let now = super::now();
        let row = sqlx::query(&format!(
            "SELECT {COLUMNS}, u.name AS owner_name, u.demo_role IS NOT NULL AS is_demo, r.fingerprint, r.answer
             FROM tokens t JOIN users u USING (user_id)
             LEFT JOIN receipts r ON r.scope = u.user_id || ' ' || $3 AND r.key = $4
             WHERE t.token_hash = $2 AND {HOLDS}"
        ))
        .bind(now)
        .bind(hash.bytes().as_slice())
        .bind(key.map(|key| key.of))
        .bind(key.map(|key| key.key))
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            self.pace.forget(&hash);
            return Err(IdentityError::TokenUnknown);
        };
        if let Some(guess) = guess {
            self.throttle.forgive(&guess);
        }
        let token = Token::from_row(&row)?;
        let allowance = self.pace.count(hash, instant).map_err(IdentityError::TooManyRequests)?;
        if token.last_used_at.is_none_or(|used| used < now - USED_EVERY) {
            sqlx::query("UPDATE tokens SET last_used_at = $2 WHERE token_id = $1")
                .bind(token.token_id.0)
                .bind(now)
                .execute(&self.pool)
                .await?;
        }
        Ok(TokenOpened {
            owner_name: row.try_get("owner_name")?,
            is_demo: row.try_get("is_demo")?,
            token,
            allowance,
            receipt: match row.try_get("fingerprint")? {
                Some(fingerprint) => Some(EarlierReceipt { fingerprint, answer: row.try_get("answer")? }),
                None => None,
            },
        })
    }

    /// Whether a token still opens something; for connections that outlive a request.
    pub async fn token_is_open(&self, token: TokenId) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(&format!("SELECT EXISTS (SELECT FROM tokens t WHERE t.token_id = $2 AND {HOLDS})"))
            .bind(super::now())
            .bind(token.0)
            .fetch_one(&self.pool)
            .await
    }

    /// Issues a token. Its secret is told now and never again.
    pub async fn issue_token(&self, new: NewToken, mut by: By) -> Result<(Token, TokenSecret), IdentityError> {
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        let (token, secret) = insert(&mut tx, &new).await?;
        if let Some(receipt) = &mut by.receipt {
            receipt.result = serde_json::json!({ "token_id": token.token_id });
        }
        if self.record(vec![issued(&token)], by).await?.replayed {
            return Err(IdentityError::TokenShownBefore);
        }
        tx.commit().await?;
        Ok((token, secret))
    }

    /// Revokes a token: from now on it opens nothing, and its sockets close.
    pub async fn revoke_token(&self, token: &Token, by: By) -> Result<(), IdentityError> {
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        let gone =
            sqlx::query("DELETE FROM tokens WHERE token_id = $1").bind(token.token_id.0).execute(&mut *tx).await?;
        if gone.rows_affected() == 0 {
            return Ok(());
        }
        let Token { token_id, owner: user_id, project_id, .. } = *token;
        self.record(vec![WorkspaceEvent::TokenRevoked { token_id, user_id, project_id }], by).await?;
        tx.commit().await?;
        self.tell(SessionEnd::Token(token_id));
        Ok(())
    }

    /// A token by its id, whoever asks.
    pub async fn token(&self, id: TokenId) -> Result<Option<Token>, IdentityError> {
        let found = sqlx::query_as(&format!("SELECT {COLUMNS} FROM tokens t WHERE t.token_id = $1"))
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found)
    }

    /// Somebody's tokens, the newest first.
    pub async fn tokens_of(&self, owner: UserId) -> Result<Vec<Token>, IdentityError> {
        let found =
            format!("SELECT {COLUMNS} FROM tokens t WHERE t.user_id = $1 ORDER BY t.created_at DESC, t.token_id");
        Ok(sqlx::query_as(&found).bind(owner.0).fetch_all(&self.pool).await?)
    }

    /// All tokens that open a project, the newest first, at most a thousand.
    pub async fn tokens_in(&self, project: ProjectId) -> Result<Vec<Token>, IdentityError> {
        let found = format!(
            "SELECT {COLUMNS} FROM tokens t WHERE t.project_id = $1 ORDER BY t.created_at DESC, t.token_id LIMIT 1000"
        );
        Ok(sqlx::query_as(&found).bind(project.0).fetch_all(&self.pool).await?)
    }

    /// Takes away tokens that ran out a while ago.
    pub async fn sweep_tokens(&self) -> Result<u64, sqlx::Error> {
        let swept = sqlx::query("DELETE FROM tokens WHERE expires_at < $1").bind(super::now() - SHOWN_AFTER_END);
        Ok(swept.execute(&self.pool).await?.rows_affected())
    }
}

/// Adds a token's row, with a new secret.
pub(super) async fn insert(tx: &mut PgConnection, new: &NewToken) -> Result<(Token, TokenSecret), IdentityError> {
    let name = token_name(&new.name)?;
    let now = super::now();
    if new.scopes.is_empty() {
        return Err(IdentityError::BadScopes);
    }
    if new.expires_at <= now || new.expires_at > now + LONGEST_TOKEN {
        return Err(IdentityError::BadExpiry);
    }
    let held: i64 = sqlx::query_scalar("SELECT count(*) FROM tokens WHERE user_id = $1")
        .bind(new.owner.0)
        .fetch_one(&mut *tx)
        .await?;
    if held >= MOST_TOKENS {
        return Err(IdentityError::TooManyTokens);
    }
    let secret = TokenSecret::generate()?;
    let token = Token {
        token_id: TokenId(Uuid::now_v7()),
        owner: new.owner,
        project_id: new.project_id,
        name,
        scopes: new.scopes.clone(),
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
    };
    sqlx::query(
        "INSERT INTO tokens (token_id, token_hash, user_id, project_id, name, scopes, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(token.token_id.0)
    .bind(secret.hash().bytes().as_slice())
    .bind(token.owner.0)
    .bind(token.project_id.0)
    .bind(&token.name)
    .bind(scope_names(&token.scopes))
    .bind(token.created_at)
    .bind(token.expires_at)
    .execute(tx)
    .await?;
    Ok((token, secret))
}

/// What the log says of a new token.
pub(super) fn issued(token: &Token) -> WorkspaceEvent {
    WorkspaceEvent::TokenIssued {
        token_id: token.token_id,
        user_id: token.owner,
        project_id: token.project_id,
        scopes: token.scopes.iter().copied().collect(),
        expires_at: token.expires_at,
    }
}

/// A name for a token: one line of 1 to 80 characters.
pub(super) fn token_name(text: &str) -> Result<String, IdentityError> {
    let name = text.trim();
    let fits = (1..=80).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(IdentityError::BadTokenName) }
}

/// Scopes as the tables have them.
pub(super) fn scope_names(scopes: &BTreeSet<Scope>) -> Vec<String> {
    scopes.iter().map(|scope| scope.as_str().to_owned()).collect()
}

/// Scopes from the tables; a name that this version does not know gives nothing.
pub(super) fn scopes_of(names: &[String]) -> BTreeSet<Scope> {
    names.iter().filter_map(|name| Scope::named(name)).collect()
}
