//! What happened in a phase, in order: `/phases/{id}/history`.

use actix_web::{HttpResponse, get, web};
use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::role::Capability;
use konductro_projections::history::Wanted;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InPhase;
use crate::http::{Caller, InPath, Page, Paging, Query, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(list_history);
}

/// Which part of a history.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Only what comes after this position of the log.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// How many items at most (1 to 200, 50 by default).
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before; goes on after it, whatever `after` says.
    cursor: Option<String>,
    /// Only what is of this kind.
    #[param(inline)]
    kind: Option<views::HistoryKind>,
    /// Only what this person caused.
    #[param(value_type = Option<Uuid>)]
    person: Option<UserId>,
}

/// List every event of a phase and its conversations, oldest first.
#[utoipa::path(operation_id = "listHistory", tag = "history", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), HistoryQuery), responses(
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
    let paging = Paging::<i64>::read(query.0.limit, query.0.cursor.as_deref())?;
    if query.0.after.is_some_and(|after| after < 0) {
        return Err(Problem::invalid("?after", "must be a position of the log, from 0"));
    }
    let phase = InPhase::enter(&state, &caller, path.0).await?;
    phase.project.require(Capability::Read)?;
    let after = paging.after.or(query.0.after).unwrap_or(0);
    let wanted = Wanted { types: query.0.kind.map(views::HistoryKind::types), person: query.0.person };
    let page = views::history::of_phase(&state.pool, path.0, &wanted, after, paging.limit).await?;
    Ok(read(&page, None))
}
