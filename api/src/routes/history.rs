//! The history of a phase: every event of it and of its conversations, in the order of the log.

use actix_web::{HttpResponse, get, web};
use konductro_domain::ids::PhaseId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::InPhase;
use crate::http::page::LARGEST_PAGE;
use crate::http::{Caller, InPath, Page, Query, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(list_history);
}

/// Which stretch of the history.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Only events after this position in the log; the `next_cursor` of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// How many events at most (1 to 200, 50 by default).
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Read what happened in a phase, oldest first, each event with a sentence for people.
#[utoipa::path(operation_id = "listHistory", tag = "audit", params(("phase_id" = Uuid, Path), HistoryQuery), responses(
    (status = 200, body = Page<views::HistoryEvent>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/history")]
async fn list_history(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<PhaseId>,
    query: Query<HistoryQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = query.0.limit.unwrap_or(50);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        return Err(Problem::invalid("?limit", format!("must be between 1 and {LARGEST_PAGE}")));
    }
    let phase = InPhase::enter(&state, &caller, path.0).await?;
    let page = views::history::of_phase(&state.pool, phase.phase_id, query.0.after.unwrap_or(0), limit).await?;
    Ok(read(&page, None))
}
