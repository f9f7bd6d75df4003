//! The checker on a text that nobody has saved: what an editor asks while somebody types.

use actix_web::{HttpResponse, post, web};
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::MAX_ARTEFACT_BYTES;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InPhase;
use super::door::{Brought, NewSource, checked_source};
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
    /// The tool and code it was written with: asks what the door would say of it as a submission from the IDE.
    #[serde(default)]
    source: Option<NewSource>,
    /// What a submission says of itself beside the document.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    sidecar: Option<Value>,
}

/// Check a text as if it were the next version of the artefact. Nothing is saved.
///
/// The latest version's own text gets the findings of the latest version. With a source or a sidecar the answer also holds
/// what the door would say of it as a submission.
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
    let UnsavedText { markdown, source, sidecar } = body.0;
    let source = source.map(checked_source).transpose()?;
    if markdown.len() > MAX_ARTEFACT_BYTES {
        return Err(Problem::new(Code::ArtefactTooLarge, "A document may have 1 MiB of text; shorten it."));
    }
    let brought = Brought { markdown, sidecar, source };
    let submission = match brought.is_submission(&phase, stage) {
        true => {
            let held = brought.held(&state, &phase).await?;
            Some(views::SubmissionVerdict::of(held.err().as_deref().unwrap_or_default()))
        }
        false => None,
    };
    let found = state.checker.unsaved(phase_id, &phase.phase, stage, brought.markdown).await?;
    let findings = found.iter().map(views::Finding::from).collect();
    Ok(read(&views::Findings { findings, submission }, None))
}
