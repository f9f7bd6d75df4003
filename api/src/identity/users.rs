//! Users: who there is, and what administrators change about them.

use konductro_domain::ids::UserId;
use konductro_domain::workspace::WorkspaceEvent;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, Row};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::passwords::check_new;
use super::sessions::{self, SessionEnd};
use super::{By, Identity, IdentityError, passwords, setup};

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// Who.
    #[schema(value_type = Uuid)]
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Whether they administer the workspace.
    pub administrator: bool,
    /// Whether they are kept from signing in.
    pub disabled: bool,
    /// Since when the account exists.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

impl FromRow<'_, PgRow> for User {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            user_id: UserId(row.try_get("user_id")?),
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            administrator: row.try_get("administrator")?,
            disabled: row.try_get("disabled")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

/// A person in a list: whole for administrators, name and address for who picks members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListedUser {
    /// Who.
    #[schema(value_type = Uuid)]
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Whether they administer the workspace; told to administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub administrator: Option<bool>,
    /// Whether they are kept from signing in; told to administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// Since when the account exists; told to administrators.
    #[serde(skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub created_at: Option<OffsetDateTime>,
}

impl From<User> for ListedUser {
    fn from(user: User) -> Self {
        let User { user_id, name, email, administrator, disabled, created_at } = user;
        Self {
            user_id,
            name,
            email,
            administrator: Some(administrator),
            disabled: Some(disabled),
            created_at: Some(created_at),
        }
    }
}

impl ListedUser {
    /// What somebody sees who is to pick a member.
    pub fn to_pick(user: User) -> Self {
        Self { administrator: None, disabled: None, created_at: None, ..user.into() }
    }
}

/// An account to be made.
pub struct NewUser {
    /// The person's name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// The first password.
    pub password: String,
    /// Whether they administer the workspace.
    pub administrator: bool,
}

/// What an administrator changes.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// The name from now on.
    pub name: Option<String>,
    /// Whether they are kept out from now on.
    pub disabled: Option<bool>,
    /// Whether they administer the workspace from now on.
    pub administrator: Option<bool>,
}

/// Which users a list shows.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Part of a name or address.
    pub text: Option<String>,
    /// Whether disabled ones are shown too.
    pub with_disabled: bool,
    /// After this name (in lower case) and id.
    pub after: Option<(String, Uuid)>,
    /// How many at most.
    pub limit: i64,
}

/// Checks of what goes into a row.
pub(super) struct UserRow;

impl UserRow {
    /// The name without what surrounds it.
    pub(super) fn name(text: &str) -> Result<String, IdentityError> {
        let name = text.trim();
        let fits = (1..=120).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        fits.then(|| name.to_owned()).ok_or(IdentityError::BadName)
    }

    /// The address without what surrounds it.
    pub(super) fn email(text: &str) -> Result<String, IdentityError> {
        let email = text.trim();
        let (local, domain) = email.rsplit_once('@').ok_or(IdentityError::BadEmail)?;
        let odd = |letter: char| letter.is_whitespace() || letter.is_control() || "@<>()[]\\,;:\"".contains(letter);
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        };
        let fits = email.len() <= 254
            && (1..=64).contains(&local.len())
            && !local.contains(odd)
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && domain.split('.').all(label);
        fits.then(|| email.to_owned()).ok_or(IdentityError::BadEmail)
    }

    /// What makes an address the same as another.
    pub(super) fn email_key(email: &str) -> String {
        email.trim().to_lowercase()
    }
}

const COLUMNS: &str = "user_id, name, email, administrator, disabled, created_at";

impl Identity {
    /// Makes an account.
    pub async fn create_user(&self, new: NewUser, by: By) -> Result<User, IdentityError> {
        self.insert_user(new, None, by).await
    }

    pub(super) async fn insert_user(
        &self,
        new: NewUser,
        demo_role: Option<&str>,
        mut by: By,
    ) -> Result<User, IdentityError> {
        let mut user = checked(&new)?;
        let hash = self.passwords.hash(&new.password).await?;
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        if user.administrator {
            setup::close(&mut tx, user.created_at).await?;
        }
        insert(&mut tx, &user, &hash, demo_role).await?;
        let mut facts = vec![WorkspaceEvent::UserCreated { user_id: user.user_id }];
        if user.administrator {
            facts.push(WorkspaceEvent::AdministratorAppointed { user_id: user.user_id });
        }
        if let Some(receipt) = &mut by.receipt {
            receipt.result = serde_json::json!({ "user_id": user.user_id });
        }
        let recorded = self.record(facts, by).await?;
        // Recorded before, and cut off before it was done: then under the id of the record.
        let first = recorded.result.get("user_id").and_then(|id| id.as_str());
        let first: Option<UserId> = first.and_then(|id| id.parse().ok());
        if let Some(first) = first.filter(|first| recorded.replayed && *first != user.user_id) {
            sqlx::query("UPDATE users SET user_id = $2 WHERE user_id = $1")
                .bind(user.user_id.0)
                .bind(first.0)
                .execute(&mut *tx)
                .await?;
            user.user_id = first;
        }
        tx.commit().await?;
        Ok(user)
    }

    /// The person of an id.
    pub async fn user(&self, id: UserId) -> Result<User, IdentityError> {
        let found = sqlx::query_as(&format!("SELECT {COLUMNS} FROM users WHERE user_id = $1"))
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        found.ok_or(IdentityError::UnknownUser("id"))
    }

    /// Users by name; one more than asked for, where there is one.
    pub async fn users(&self, filter: &UserFilter) -> Result<Vec<User>, IdentityError> {
        let like = filter.text.as_deref().map(|text| {
            let escaped = text.trim().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            format!("%{escaped}%")
        });
        let (after_name, after_id) = filter.after.clone().map_or((None, None), |(name, id)| (Some(name), Some(id)));
        let found = sqlx::query_as(&format!(
            "SELECT {COLUMNS} FROM users
             WHERE ($1::text IS NULL OR name ILIKE $1 OR email ILIKE $1) AND ($2 OR NOT disabled)
               AND ($3::text IS NULL OR (lower(name), user_id) > ($3, $4))
             ORDER BY lower(name), user_id LIMIT $5"
        ))
        .bind(like)
        .bind(filter.with_disabled)
        .bind(after_name)
        .bind(after_id)
        .bind(filter.limit + 1)
        .fetch_all(&self.pool)
        .await?;
        Ok(found)
    }

    /// Changes an account; disabling it ends its sessions.
    pub async fn change_user(&self, id: UserId, change: UserChange, by: By) -> Result<User, IdentityError> {
        let name = change.name.as_deref().map(UserRow::name).transpose()?;
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        // One at a time over all replicas, so that two administrators can't dismiss each other at once.
        setup::lock(&mut tx).await?;
        let before: User = sqlx::query_as(&format!("SELECT {COLUMNS} FROM users WHERE user_id = $1 FOR UPDATE"))
            .bind(id.0)
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(IdentityError::UnknownUser("id"))?;
        let after = User {
            name: name.unwrap_or_else(|| before.name.clone()),
            disabled: change.disabled.unwrap_or(before.disabled),
            administrator: change.administrator.unwrap_or(before.administrator),
            ..before.clone()
        };
        if is_active_administrator(&before) && !is_active_administrator(&after) && others(&mut tx, id).await? == 0 {
            return Err(IdentityError::LastAdministrator);
        }
        sqlx::query("UPDATE users SET name = $2, disabled = $3, administrator = $4 WHERE user_id = $1")
            .bind(id.0)
            .bind(&after.name)
            .bind(after.disabled)
            .bind(after.administrator)
            .execute(&mut *tx)
            .await?;
        let facts = what_changed(&before, &after);
        let ends = (after.disabled && !before.disabled).then_some(SessionEnd::AllOf(id));
        if let Some(end) = ends {
            sessions::end(&mut tx, end).await?;
        }
        if !facts.is_empty() {
            self.record(facts, by).await?;
        }
        tx.commit().await?;
        if let Some(end) = ends {
            self.tell(end);
        }
        Ok(after)
    }

    /// The person who signs in with an address, unless they are kept from it.
    pub async fn active_user(&self, email: &str) -> Result<User, IdentityError> {
        let found = sqlx::query_as(&format!("SELECT {COLUMNS} FROM users WHERE email_key = $1 AND NOT disabled"))
            .bind(UserRow::email_key(email))
            .fetch_optional(&self.pool)
            .await?;
        found.ok_or(IdentityError::UnknownUser("e-mail address"))
    }

    /// Erases a person: name, address, credentials, sessions, drafts. What they did stays in the log, under their id.
    pub async fn erase_user(&self, email: &str, by: By) -> Result<UserId, IdentityError> {
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        setup::lock(&mut tx).await?;
        let before: User = sqlx::query_as(&format!("SELECT {COLUMNS} FROM users WHERE email_key = $1 FOR UPDATE"))
            .bind(UserRow::email_key(email))
            .fetch_optional(&mut *tx)
            .await?
            .ok_or(IdentityError::UnknownUser("e-mail address"))?;
        let user_id = before.user_id;
        if is_active_administrator(&before) && others(&mut tx, user_id).await? == 0 {
            return Err(IdentityError::LastAdministrator);
        }
        sqlx::query("DELETE FROM users WHERE user_id = $1").bind(user_id.0).execute(&mut *tx).await?;
        self.record(vec![WorkspaceEvent::UserErased { user_id }], by).await?;
        tx.commit().await?;
        self.tell(SessionEnd::AllOf(user_id));
        Ok(user_id)
    }

    /// Gives somebody a new random password and ends their sessions.
    pub async fn reset_password(&self, email: &str) -> Result<String, IdentityError> {
        let password = passwords::random_password()?;
        let hash = self.passwords.hash(&password).await?;
        let _turn = self.turn.lock().await;
        let mut tx = self.pool.begin().await?;
        let id: Option<Uuid> = sqlx::query_scalar(
            "UPDATE users SET password_hash = $2 WHERE email_key = $1 AND demo_role IS NULL RETURNING user_id",
        )
        .bind(UserRow::email_key(email))
        .bind(hash)
        .fetch_optional(&mut *tx)
        .await?;
        let user_id = UserId(id.ok_or(IdentityError::UnknownUser("e-mail address"))?);
        sessions::end(&mut tx, SessionEnd::AllOf(user_id)).await?;
        self.record(vec![WorkspaceEvent::PasswordReset { user_id }], By::console()).await?;
        tx.commit().await?;
        self.tell(SessionEnd::AllOf(user_id));
        Ok(password)
    }
}

/// A new account's row, if name, address and password are good.
pub(super) fn checked(new: &NewUser) -> Result<User, IdentityError> {
    let (name, email) = (UserRow::name(&new.name)?, UserRow::email(&new.email)?);
    check_new(&new.password, &email)?;
    let (user_id, created_at) = (UserId(Uuid::now_v7()), super::now());
    Ok(User { user_id, name, email, administrator: new.administrator, disabled: false, created_at })
}

/// Adds the row; an address is taken once.
pub(super) async fn insert(
    tx: &mut PgConnection,
    user: &User,
    hash: &str,
    demo_role: Option<&str>,
) -> Result<(), IdentityError> {
    let inserted = sqlx::query(
        "INSERT INTO users (user_id, name, email, email_key, password_hash, administrator, demo_role, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(user.user_id.0)
    .bind(&user.name)
    .bind(&user.email)
    .bind(UserRow::email_key(&user.email))
    .bind(hash)
    .bind(user.administrator)
    .bind(demo_role)
    .bind(user.created_at)
    .execute(tx)
    .await;
    match inserted {
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("users_email_key") => {
            Err(IdentityError::EmailTaken)
        }
        other => other.map(|_| ()).map_err(IdentityError::from),
    }
}

fn is_active_administrator(user: &User) -> bool {
    user.administrator && !user.disabled
}

async fn others(tx: &mut PgConnection, id: UserId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT count(*) FROM users WHERE administrator AND NOT disabled AND user_id <> $1")
        .bind(id.0)
        .fetch_one(tx)
        .await
}

fn what_changed(before: &User, after: &User) -> Vec<WorkspaceEvent> {
    let user_id = before.user_id;
    let mut facts = Vec::new();
    match (before.administrator, after.administrator) {
        (false, true) => facts.push(WorkspaceEvent::AdministratorAppointed { user_id }),
        (true, false) => facts.push(WorkspaceEvent::AdministratorDismissed { user_id }),
        (true, true) | (false, false) => {}
    }
    match (before.disabled, after.disabled) {
        (false, true) => facts.push(WorkspaceEvent::UserDisabled { user_id }),
        (true, false) => facts.push(WorkspaceEvent::UserEnabled { user_id }),
        (true, true) | (false, false) => {}
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_looked_at_sanely() {
        for good in ["sam@example.com", " Sam.O'Neil+x@a-b.example ", "sam@localhost", "jürgen@bücher.example"] {
            assert!(UserRow::email(good).is_ok(), "{good}");
        }
        for bad in
            ["", "sam", "@example.com", "sam@", "a b@example.com", "sam@ex..com", "sam@-x.com", "a@b@c", "<x>@y.z"]
        {
            assert!(UserRow::email(bad).is_err(), "{bad}");
        }
        assert_eq!(UserRow::email_key(" Sam@Example.COM "), "sam@example.com");
    }
}
