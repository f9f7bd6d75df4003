//! Names for ids. Events hold ids only, so every page that shows a person asks here.

use std::collections::HashMap;

use konductro_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

/// What stands for the name of somebody who was erased: an account goes in no other way.
pub const ERASED_PERSON: &str = "Erased person";

/// A person, as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// Who.
    #[schema(value_type = Uuid)]
    pub user_id: UserId,
    /// Their name.
    pub name: String,
}

/// The people of these ids, in one query.
pub async fn people(pool: &PgPool, ids: &[UserId]) -> Result<HashMap<UserId, Person>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT user_id, name FROM users WHERE user_id = ANY($1)").bind(ids).fetch_all(pool).await?;
    Ok(rows.into_iter().map(|(id, name)| (UserId(id), Person { user_id: UserId(id), name })).collect())
}

/// One of them; who was erased has no name any more.
pub fn person(people: &HashMap<UserId, Person>, id: UserId) -> Person {
    people.get(&id).cloned().unwrap_or_else(|| Person { user_id: id, name: ERASED_PERSON.to_owned() })
}
