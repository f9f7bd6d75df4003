//! From requirement to architecture to story: `/phases/{id}/traceability`.

use actix_web::{HttpResponse, get, web};
use konductro_domain::ids::PhaseId;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InPhase;
use crate::http::{Caller, InPath, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_traceability);
}

/// Read every id of a phase's documents: where it is defined, what names it, which stories are for it.
#[utoipa::path(operation_id = "getTraceability", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path)), responses(
    (status = 200, body = views::Traceability),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/traceability")]
async fn get_traceability(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<PhaseId>,
) -> Result<HttpResponse, Problem> {
    let phase = InPhase::enter(&state, &caller, path.0).await?;
    let documents = views::traceability::documents(&state.pool, phase.reader()).await?;
    let traced = web::block(move || documents.traceability()).await;
    let traceability = traced.map_err(|error| Problem::unavailable("trace the ids of a phase", &error))?;
    Ok(read(&traceability, None))
}
