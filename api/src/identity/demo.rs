//! The four people of the demo workspace. Their password is published, so they exist on the machine
//! itself only: that is looked at when they sign in and at each request.

use konductro_domain::ids::UserId;
use konductro_domain::role::Role;
use sqlx::Row;

use super::users::{NewUser, UserRow};
use super::{By, Identity, IdentityError};

/// The password of every demo person.
pub const DEMO_PASSWORD: &str = "konductro-demo";

/// Somebody to be in the demo workspace.
#[derive(Debug, Clone)]
pub struct NewDemoPerson {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The role that the sign-in page offers them by.
    pub role: Role,
    /// Whether they administer the workspace.
    pub administrator: bool,
}

/// Somebody the sign-in page offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoPerson {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The role they are offered by.
    pub role: Role,
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Sdm => "sdm",
        Role::Architect => "architect",
        Role::Developer => "developer",
        Role::Auditor => "auditor",
    }
}

impl Identity {
    /// Makes a demo person, or finds the one of this address.
    pub async fn add_demo_person(&self, new: NewDemoPerson, by: By) -> Result<UserId, IdentityError> {
        let person = NewUser {
            name: new.name,
            email: new.email,
            password: DEMO_PASSWORD.to_owned(),
            administrator: new.administrator,
        };
        let found: Option<uuid::Uuid> =
            sqlx::query_scalar("SELECT user_id FROM users WHERE email_key = $1 AND demo_role IS NOT NULL")
                .bind(UserRow::email_key(&person.email))
                .fetch_optional(&self.pool)
                .await?;
        match found {
            Some(found) => Ok(UserId(found)),
            None => Ok(self.insert_user(person, Some(role_name(new.role)), by).await?.user_id),
        }
    }

    /// The demo people, in the order of the matrix of roles; empty without a demo workspace.
    pub async fn demo_people(&self) -> Result<Vec<DemoPerson>, IdentityError> {
        let rows = sqlx::query("SELECT name, email, demo_role FROM users WHERE demo_role IS NOT NULL AND NOT disabled")
            .fetch_all(&self.pool)
            .await?;
        let mut people = Vec::new();
        for row in rows {
            let named: String = row.try_get("demo_role")?;
            if let Some(role) = Role::ALL.into_iter().find(|role| role_name(*role) == named) {
                people.push(DemoPerson { name: row.try_get("name")?, email: row.try_get("email")?, role });
            }
        }
        people.sort_by_key(|person| person.role);
        Ok(people)
    }
}
