//! What is mine beside an artefact: that I have seen a version, and the draft that I am writing.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, delete, get, put, web};
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::{MAX_ARTEFACT_BYTES, MAX_TITLE};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::artefacts::{enter, latest_of, no_version};
use super::staged::StageInPath;
use crate::http::headers::etag;
use crate::http::{Caller, InPath, Json, RequestContext, Written, read, written};
use crate::personal::drafts::Keep;
use crate::personal::{drafts, seen_versions};
use crate::problem::{Code, Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(mark_version_seen).service(get_draft).service(keep_draft).service(discard_draft);
}

/// Say that I have had a version on screen; the next one is shown against it.
#[utoipa::path(operation_id = "markVersionSeen", tag = "artefacts",
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("version" = u32, Path)), responses(
    (status = 204, description = "Remembered"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[put("/phases/{phase_id}/artefacts/{stage}/versions/{version}/seen")]
async fn mark_version_seen(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath, u32)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, stage, version) = path.0;
    let (phase, stage) = enter(&state, &caller, (phase_id, stage)).await?;
    if version == 0 || latest_of(&phase, stage).is_none_or(|latest| version > latest) {
        return Err(no_version());
    }
    seen_versions::mark(&state.pool, caller.user_id, phase_id, stage, version).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A draft to be kept.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDraft {
    /// The document's title, up to 160 characters.
    title: String,
    /// The text so far (Markdown), up to 1 MiB.
    markdown: String,
    /// The version that the edit started from; left out where there was none.
    #[serde(default)]
    base_version: Option<u32>,
}

/// Read my draft.
#[utoipa::path(operation_id = "getDraft", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = views::Draft),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/draft")]
async fn get_draft(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    let draft = drafts::draft(&state.pool, caller.user_id, phase.phase_id, stage).await?;
    let draft = draft.ok_or_else(|| Problem::new(Code::NotFound, "You have no draft of this document."))?;
    let revision = draft.revision;
    Ok(read(&views::Draft::from(draft), Some(revision)))
}

/// Keep my draft, so that another device has it too.
///
/// With `If-Match` it must follow the revision that is named (`"0"`: none is there); otherwise 412 tells which one is.
#[utoipa::path(operation_id = "keepDraft", tag = "artefacts", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path),
    ("If-Match" = Option<String>, Header)), request_body = NewDraft, responses(
    (status = 200, body = views::DraftSummary),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[put("/phases/{phase_id}/artefacts/{stage}/draft")]
async fn keep_draft(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
    body: Json<NewDraft>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    phase.phase.takes_draft(stage, phase.person())?;
    let NewDraft { title, markdown, base_version } = body.0;
    if markdown.len() > MAX_ARTEFACT_BYTES {
        return Err(Problem::new(Code::ArtefactTooLarge, "A document may have 1 MiB of text; shorten it."));
    }
    if title.chars().count() > MAX_TITLE {
        return Err(Problem::invalid("/title", format!("may have {MAX_TITLE} characters")));
    }
    let base_version = base_version.unwrap_or(0);
    if base_version > latest_of(&phase, stage).unwrap_or(0) {
        return Err(Problem::invalid("/base_version", "names a version that is not there"));
    }
    let draft = Keep { title, markdown, base_version, follows: context.if_match.version() };
    let Some(kept) = drafts::keep(&state.pool, caller.user_id, phase.phase_id, stage, &draft).await? else {
        let there = drafts::draft(&state.pool, caller.user_id, phase.phase_id, stage).await?;
        let revision = there.map_or(0, |draft| draft.revision);
        return Err(Problem::new(
            Code::VersionChanged,
            "You have changed this draft elsewhere; look at both, then keep the one you want.",
        )
        .with("current_version", revision)
        .header(header::ETAG, &etag(revision)));
    };
    let about = views::DraftSummary::from(&kept);
    Ok(written(StatusCode::OK, &about, Some(kept.revision), None, Written::default()))
}

/// Discard my draft.
#[utoipa::path(operation_id = "discardDraft", tag = "artefacts", params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 204, description = "Gone, or there was none"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[delete("/phases/{phase_id}/artefacts/{stage}/draft")]
async fn discard_draft(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    drafts::discard(&state.pool, caller.user_id, phase.phase_id, stage).await?;
    Ok(HttpResponse::NoContent().finish())
}
