//! Where a document's words come from: `…/versions/{n}/provenance`.

use actix_web::{HttpResponse, get, web};
use konductro_domain::artefact::origins::origins;
use konductro_domain::ids::PhaseId;
use konductro_domain::role::Capability;
use konductro_projections::artefact_versions;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InPhase;
use super::staged::StageInPath;
use crate::http::{Caller, InPath, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_provenance);
}

/// Read where a version's words come from: by paragraph, the versions, turns and people behind them, and Conductor's share.
///
/// What stayed the same from version to version belongs to the version that brought it, word by word.
#[utoipa::path(operation_id = "getProvenance", tag = "audit", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("version" = u32, Path)), responses(
    (status = 200, body = views::Provenance),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/versions/{version}/provenance")]
async fn get_provenance(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath, u32)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage), version) = path.0;
    let phase = InPhase::enter(&state, &caller, phase_id).await?;
    phase.project.require(Capability::Read)?;
    phase.has(stage)?;
    let chain = artefact_versions::chain(&state.pool, phase_id, stage, version).await?;
    if chain.last().is_none_or(|last| last.row.version != version) {
        return Err(Problem::not_found("version"));
    }
    // Long documents take a while to follow.
    let texts: Vec<String> = chain.iter().map(|version| version.markdown.clone().unwrap_or_default()).collect();
    let found = web::block(move || origins(&texts.iter().map(String::as_str).collect::<Vec<_>>())).await;
    let found = found.map_err(|error| Problem::unavailable("follow a document", &error))?;
    let shown = views::provenance(&state.pool, phase_id, chain, &found).await?;
    Ok(read(&shown.ok_or_else(|| Problem::not_found("version"))?, None))
}
