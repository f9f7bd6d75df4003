//! Artefacts: versions and their differences.

use actix_web::{HttpResponse, get, web};
use konductro_domain::ids::PhaseId;
use konductro_domain::stage::Stage;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InPhase;
use super::staged::StageInPath;
use crate::http::{Caller, InPath, Page, Query, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(get_artefact)
        .service(list_artefact_versions)
        .service(get_artefact_version)
        .service(diff_artefact_versions);
}

/// Two versions to compare.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    /// The earlier version.
    from: u32,
    /// The later version.
    to: u32,
}

/// Read a stage's artefact: latest version, state, findings, approvals, change requests, and what to know before deciding.
#[utoipa::path(operation_id = "getArtefact", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = views::Artefact),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}")]
async fn get_artefact(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    let findings = state.checker.at_gate(phase.phase_id, &phase.phase, stage).await?;
    let mut artefact = views::artefact::artefact(&state.pool, phase.reader(), stage, &findings).await?;
    if let Some(basis) = views::brief::basis(&state.pool, phase.reader(), stage, &artefact).await? {
        let brief = web::block(move || basis.brief()).await;
        artefact.brief = Some(brief.map_err(|error| Problem::unavailable("make the brief of a version", &error))?);
    }
    Ok(read(&artefact, Some(phase.version)))
}

/// List an artefact's versions, newest first, without their texts.
#[utoipa::path(operation_id = "listArtefactVersions", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = Page<views::ArtefactVersionSummary>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/versions")]
async fn list_artefact_versions(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    let items = views::artefact::versions(&state.pool, phase.phase_id, stage).await?;
    Ok(read(&Page { items, next_cursor: None }, None))
}

/// Read one version.
#[utoipa::path(operation_id = "getArtefactVersion", tag = "artefacts", security(("bearerAuth" = ["read"])),
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("version" = u32, Path)), responses(
    (status = 200, body = views::ArtefactVersion),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/versions/{version}")]
async fn get_artefact_version(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath, u32)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, stage, version) = path.0;
    let (phase, stage) = enter(&state, &caller, (phase_id, stage)).await?;
    let version = version_of(&state, &phase, stage, version).await?;
    Ok(read(&version, Some(version.about.version.into())))
}

/// Compare two versions, line by line and word by word, by section.
#[utoipa::path(operation_id = "diffArtefactVersions", tag = "artefacts", security(("bearerAuth" = ["read"])),
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), DiffQuery), responses(
    (status = 200, body = views::Diff),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/diff")]
async fn diff_artefact_versions(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
    query: Query<DiffQuery>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    let from = version_of(&state, &phase, stage, query.0.from).await?;
    let to = version_of(&state, &phase, stage, query.0.to).await?;
    let compared = web::block(move || views::diff::diff(&from, &to)).await;
    let diff = compared.map_err(|error| Problem::unavailable("compare two versions", &error))?;
    Ok(read(&diff, None))
}

pub(super) async fn enter(
    state: &AppState,
    caller: &Caller,
    (phase_id, stage): (PhaseId, StageInPath),
) -> Result<(InPhase, Stage), Problem> {
    let phase = InPhase::enter(state, caller, phase_id).await?;
    phase.has(stage.0)?;
    if !stage.0.has_artefact() {
        return Err(Problem::not_found("artefact"));
    }
    Ok((phase, stage.0))
}

pub(super) async fn version_of(
    state: &AppState,
    phase: &InPhase,
    stage: Stage,
    version: u32,
) -> Result<views::ArtefactVersion, Problem> {
    let found = views::artefact::version(&state.pool, phase.phase_id, stage, version).await?;
    found.ok_or_else(no_version)
}

pub(super) fn latest_of(phase: &InPhase, stage: Stage) -> Option<u32> {
    phase.phase.stages.get(&stage)?.latest.as_ref().map(|latest| latest.version)
}

pub(super) fn no_version() -> Problem {
    Problem::not_found("version")
}
