//! A project's budget, and what is left of it this month.

use konductro_domain::ids::ProjectId;
use serde::Serialize;
use sqlx::{PgPool, Row};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::problem::Problem;

/// What Conductor may cost in a month, and what it did in this one. Money is in millionths of the price table's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Budget {
    /// What a month may cost; null for no bound.
    pub monthly_micros: Option<u64>,
    /// The month (UTC), such as `2026-11`.
    pub month: String,
    /// What replies that have ended cost.
    pub spent_micros: u64,
    /// What is held for replies that are being written.
    pub held_micros: u64,
    /// What is left; null where there is no bound.
    pub left_micros: Option<u64>,
}

/// The budget of a project this month.
pub async fn of(pool: &PgPool, project: ProjectId, monthly_micros: Option<u64>) -> Result<Budget, Problem> {
    let row = sqlx::query(
        "SELECT coalesce(sum(micros) FILTER (WHERE settled), 0)::bigint AS spent,
                coalesce(sum(micros) FILTER (WHERE NOT settled AND expires_at > now()), 0)::bigint AS held
           FROM budget_charges
          WHERE project_id = $1 AND month = (date_trunc('month', now() AT TIME ZONE 'UTC'))::date",
    )
    .bind(project.0)
    .fetch_one(pool)
    .await;
    let read = row.and_then(|row| Ok((row.try_get::<i64, _>("spent")?, row.try_get::<i64, _>("held")?)));
    let (spent, held) = read.map_err(|error| Problem::unavailable("read the budget", &error))?;
    let (spent_micros, held_micros) = (u64::try_from(spent).unwrap_or(0), u64::try_from(held).unwrap_or(0));
    let today = OffsetDateTime::now_utc().date();
    Ok(Budget {
        monthly_micros,
        month: format!("{:04}-{:02}", today.year(), u8::from(today.month())),
        spent_micros,
        held_micros,
        left_micros: monthly_micros.map(|bound| bound.saturating_sub(spent_micros + held_micros)),
    })
}
