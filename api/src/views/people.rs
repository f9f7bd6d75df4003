//! Names of people, looked up when something is shown. Events hold ids only, so that a person can be
//! erased; whoever is not found any more was erased, and is shown so.

use std::collections::HashMap;

use konductro_domain::ids::UserId;
use konductro_projections::ProjectionError;
use sqlx::PgPool;
use uuid::Uuid;

use crate::identity::ERASED_PERSON;
pub use crate::identity::Person;

/// The people that one answer names.
#[derive(Debug, Clone, Default)]
pub struct People(HashMap<UserId, Known>);

#[derive(Debug, Clone)]
struct Known {
    name: String,
    email: String,
}

impl People {
    /// Looks up the names of these people, in one query.
    pub async fn named(pool: &PgPool, ids: impl IntoIterator<Item = UserId>) -> Result<Self, ProjectionError> {
        let mut ids: Vec<Uuid> = ids.into_iter().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Self::default());
        }
        let rows: Vec<(Uuid, String, String)> =
            sqlx::query_as("select user_id, name, email from users where user_id = any($1)")
                .bind(ids)
                .fetch_all(pool)
                .await?;
        Ok(Self(rows.into_iter().map(|(id, name, email)| (UserId(id), Known { name, email })).collect()))
    }

    /// The same where one of them asks: nothing is looked up for a caller who is all there is to name.
    pub async fn named_beside(
        pool: &PgPool,
        caller: &Person,
        ids: impl IntoIterator<Item = UserId>,
    ) -> Result<Self, ProjectionError> {
        let others = ids.into_iter().filter(|id| *id != caller.user_id);
        let mut people = Self::named(pool, others).await?;
        people.0.insert(caller.user_id, Known { name: caller.name.clone(), email: String::new() });
        Ok(people)
    }

    /// One person.
    pub fn person(&self, id: UserId) -> Person {
        Person { user_id: id, name: self.name(id).to_owned() }
    }

    /// Several people.
    pub fn persons<'a>(&self, ids: impl IntoIterator<Item = &'a UserId>) -> Vec<Person> {
        ids.into_iter().map(|id| self.person(*id)).collect()
    }

    /// A person's name.
    pub fn name(&self, id: UserId) -> &str {
        self.0.get(&id).map_or(ERASED_PERSON, |known| known.name.as_str())
    }

    /// A person's e-mail address; empty for who was erased.
    pub fn email(&self, id: UserId) -> &str {
        self.0.get(&id).map_or("", |known| known.email.as_str())
    }

    /// "Ana, Ben and Carla": names for a sentence.
    pub fn spoken<'a>(&self, ids: impl IntoIterator<Item = &'a UserId>) -> String {
        let names: Vec<&str> = ids.into_iter().map(|id| self.name(*id)).collect();
        match names.as_slice() {
            [] => "nobody".to_owned(),
            [one] => (*one).to_owned(),
            [init @ .., last] => format!("{} and {last}", init.join(", ")),
        }
    }
}
