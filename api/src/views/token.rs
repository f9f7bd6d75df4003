//! API tokens as lists show them: everything but the secret.

use std::collections::{BTreeSet, HashMap};

use konductro_domain::scope;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::{People, Person};
use crate::identity;
use crate::problem::Problem;

/// What a token may do in its project. None decides anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(as = TokenScope)]
pub enum Scope {
    /// Read everything of the project.
    #[serde(rename = "read")]
    Read,
    /// Have a technical analysis checked, submit it, and report drift.
    #[serde(rename = "analysis:write")]
    AnalysisWrite,
    /// Raise findings against approved artefacts.
    #[serde(rename = "findings:write")]
    FindingsWrite,
}

impl From<scope::Scope> for Scope {
    fn from(scope: scope::Scope) -> Self {
        match scope {
            scope::Scope::Read => Scope::Read,
            scope::Scope::AnalysisWrite => Scope::AnalysisWrite,
            scope::Scope::FindingsWrite => Scope::FindingsWrite,
        }
    }
}

impl From<Scope> for scope::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => scope::Scope::Read,
            Scope::AnalysisWrite => scope::Scope::AnalysisWrite,
            Scope::FindingsWrite => scope::Scope::FindingsWrite,
        }
    }
}

/// An API token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Token {
    /// Names it.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// Whom it acts for.
    pub owner: Person,
    /// The only project that it opens.
    pub project_id: Uuid,
    /// The project's key.
    pub project_key: String,
    /// The project's name.
    pub project_name: String,
    /// What it is for.
    pub scopes: BTreeSet<Scope>,
    /// Since when there is one.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it ends by itself.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// Whether it has ended.
    pub expired: bool,
    /// When it was used last, to the minute; null where it never was.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
}

/// Tokens with the names of what they hold ids of, in the same order.
pub async fn shown(pool: &PgPool, tokens: &[identity::Token]) -> Result<Vec<Token>, Problem> {
    let people = People::named(pool, tokens.iter().map(|token| token.owner)).await?;
    let mut ids: Vec<Uuid> = tokens.iter().map(|token| token.project_id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let projects: Vec<(Uuid, String, String)> =
        sqlx::query_as("select project_id, key, name from projects where project_id = any($1)")
            .bind(ids)
            .fetch_all(pool)
            .await?;
    let projects: HashMap<Uuid, (String, String)> =
        projects.into_iter().map(|(id, key, name)| (id, (key, name))).collect();
    let now = OffsetDateTime::now_utc();
    let shown = tokens.iter().map(|token| {
        let (project_key, project_name) = projects.get(&token.project_id.0).cloned().unwrap_or_default();
        Token {
            id: token.token_id.0,
            name: token.name.clone(),
            owner: people.person(token.owner),
            project_id: token.project_id.0,
            project_key,
            project_name,
            scopes: token.scopes.iter().copied().map(Scope::from).collect(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            expired: token.expires_at <= now,
            last_used_at: token.last_used_at,
        }
    });
    Ok(shown.collect())
}
