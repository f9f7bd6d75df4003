//! What a developer's IDE needs to write the technical analysis of a phase.

use actix_web::{HttpResponse, get, web};
use konductro_domain::ids::PhaseId;
use konductro_domain::stage::Stage;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InPhase;
use crate::http::{Caller, InPath, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_hand_off);
}

/// Read all that is needed to write the technical analysis of a phase against the code.
#[utoipa::path(operation_id = "getHandOff", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path)), responses(
    (status = 200, body = views::HandOff),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/hand-off")]
async fn get_hand_off(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<PhaseId>,
) -> Result<HttpResponse, Problem> {
    let phase = InPhase::enter(&state, &caller, path.0).await?;
    if !phase.phase.kind.has(Stage::TechnicalAnalysis) {
        return Err(Problem::not_found("technical analysis"));
    }
    let project = views::project::project(&state.pool, phase.phase.project_id, caller.user_id).await?;
    let project = project.ok_or_else(|| Problem::not_found("phase"))?;
    let hand_off = views::hand_off::hand_off(&state.pool, phase.reader(), project).await?;
    Ok(read(&hand_off, Some(phase.version)))
}
