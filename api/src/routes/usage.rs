//! What Conductor consumed in a project: `/projects/{id}/usage`.

use actix_web::{HttpResponse, get, web};
use konductro_domain::ids::ProjectId;
use konductro_domain::role::Capability;
use serde::Deserialize;
use time::macros::format_description;
use time::{Date, OffsetDateTime};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InProject;
use crate::http::{Caller, InPath, Query, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_usage);
}

/// The longest period, in days: what a page can show day by day.
const LONGEST: i64 = 366;

/// Which days.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// The first day (UTC), such as `2026-10-01`; 30 days in all by default.
    #[param(format = Date)]
    from: Option<String>,
    /// The last day (UTC); today by default.
    #[param(format = Date)]
    to: Option<String>,
}

impl UsageQuery {
    fn days(&self) -> Result<(Date, Date), Problem> {
        let to = match &self.to {
            Some(day) => parsed("?to", day)?,
            None => OffsetDateTime::now_utc().date(),
        };
        let from = match &self.from {
            Some(day) => parsed("?from", day)?,
            None => views::usage::thirty_days_to(to),
        };
        if from > to {
            return Err(Problem::invalid("?from", "must not be after the last day"));
        }
        if (to - from).whole_days() >= LONGEST {
            return Err(Problem::invalid("?from", format!("may be at most {LONGEST} days in all; ask for fewer")));
        }
        Ok((from, to))
    }
}

fn parsed(name: &str, day: &str) -> Result<Date, Problem> {
    let parsed = Date::parse(day, format_description!("[year]-[month]-[day]")).ok();
    // Anything else is a slip, and some of it no timestamp of the database's.
    let known = parsed.filter(|day| (2000..=9998).contains(&day.year()));
    known.ok_or_else(|| Problem::invalid(name, "must be a day such as 2026-10-01"))
}

/// Read what Conductor consumed in a project: tokens, cached share, cost, by phase, stage, model and day.
#[utoipa::path(operation_id = "getUsage", tag = "projects", security(("bearerAuth" = ["read"])), params(("project_id" = Uuid, Path), UsageQuery), responses(
    (status = 200, body = views::ProjectUsage),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects/{project_id}/usage")]
async fn get_usage(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<ProjectId>,
    query: Query<UsageQuery>,
) -> Result<HttpResponse, Problem> {
    let (from, to) = query.0.days()?;
    let project = InProject::enter(&state, &caller, path.0).await?;
    project.require(Capability::Read)?;
    let usage = views::usage::of_project(&state.pool, project.project_id, from, to).await?;
    Ok(read(&usage, None))
}
