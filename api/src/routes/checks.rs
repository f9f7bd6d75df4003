//! The checker on a text that nobody has saved: what an editor asks while somebody types.

use actix_web::{HttpResponse, post, web};
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::MAX_ARTEFACT_BYTES;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InPhase;
use super::staged::StageInPath;
use crate::http::{Caller, InPath, Json, read};
use crate::problem::{Code, Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(check_artefact);
}

/// A text to be checked.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnsavedText {
    /// The whole document (Markdown), up to 1 MiB.
    markdown: String,
}

/// Check a text as if it were the next version of the artefact. Nothing is saved.
///
/// The latest version's own text gets the findings of the latest version.
#[utoipa::path(operation_id = "checkArtefact", tag = "artefacts", security(("bearerAuth" = ["analysis:write"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)),
    request_body = UnsavedText, responses(
    (status = 200, body = views::Findings),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/check")]
async fn check_artefact(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
    body: Json<UnsavedText>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, StageInPath(stage)) = path.0;
    let phase = InPhase::enter(&state, &caller, phase_id).await?;
    phase.has(stage)?;
    if !stage.has_artefact() {
        return Err(Problem::not_found("artefact"));
    }
    let markdown = body.0.markdown;
    if markdown.len() > MAX_ARTEFACT_BYTES {
        return Err(Problem::new(Code::ArtefactTooLarge, "A document may have 1 MiB of text; shorten it."));
    }
    let found = state.checker.unsaved(phase_id, &phase.phase, stage, markdown).await?;
    let findings = found.iter().map(views::Finding::from).collect();
    Ok(read(&views::Findings { findings }, None))
}
