//! Phases: `/projects/{id}/phases` and `/phases/{id}`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{OpenPhase, Phase, PhaseCommand, PhaseEvent, RenamePhase};
use konductro_domain::role::Capability;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InPhase, InProject, Told as _};
use crate::checker::CheckerError;
use crate::commands::{Envelope, Executed};
use crate::http::page::PageQuery;
use crate::http::{Caller, InPath, Json, Page, Paging, Query, RequestContext, Written, read, written};
use crate::problem::{Code, Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;
use crate::views::phase::{FoundInStages, awaiting_decision};

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(list_phases).service(open_phase).service(get_phase).service(rename_phase);
}

/// Longest brief, in bytes of UTF-8 (32 KiB).
const MAX_BRIEF_BYTES: usize = 32 * 1024;

/// A new phase.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPhase {
    /// How much planning it gets.
    kind: NewPhaseKind,
    /// Its title, 1 to 160 characters.
    #[schema(example = "Split settlement for marketplace sellers")]
    title: String,
    /// What it is about (Markdown).
    #[serde(default)]
    brief: Option<String>,
}

/// The kinds of phase that a person opens.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NewPhaseKind {
    /// Three gated artefacts, then stories.
    Full,
    /// A short scoping conversation, then stories.
    Light,
}

/// What changes of a phase.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhaseEdit {
    /// The new title.
    #[serde(default)]
    title: Option<String>,
    /// The whole new brief.
    #[serde(default)]
    brief: Option<String>,
}

/// List a project's phases, newest first.
#[utoipa::path(operation_id = "listPhases", tag = "phases", security(("bearerAuth" = ["read"])), params(("project_id" = Uuid, Path), PageQuery), responses(
    (status = 200, body = Page<views::PhaseSummary>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects/{project_id}/phases")]
async fn list_phases(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<ProjectId>,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let paging = Paging::read(query.0.limit, query.0.cursor.as_deref())?;
    let project = InProject::enter(&state, &caller, path.0).await?;
    let page = views::board::summaries(&state.pool, &project.person, path.0, paging).await?;
    Ok(read(&page, None))
}

/// Open a phase.
#[utoipa::path(operation_id = "openPhase", tag = "phases", params(("project_id" = Uuid, Path)), request_body = NewPhase, responses(
    (status = 201, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/projects/{project_id}/phases")]
async fn open_phase(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<ProjectId>,
    body: Json<NewPhase>,
) -> Result<HttpResponse, Problem> {
    let project_id = path.0;
    let phase_id = PhaseId(Uuid::now_v7());
    let kind = match body.0.kind {
        NewPhaseKind::Full => PhaseKind::Full,
        NewPhaseKind::Light => PhaseKind::Light,
    };
    let brief = salted(checked_brief(body.0.brief.unwrap_or_default())?);
    let prepare = async || {
        let mut project = InProject::enter(&state, &caller, project_id).await?;
        project.require(Capability::ManagePhases)?;
        let approval_policy = project.approval_policy(&state.commands).await?;
        let command = PhaseCommand::OpenPhase(OpenPhase {
            by: project.person.clone(),
            project_id,
            number: state.commands.next_phase_number(project_id).await?,
            kind,
            title: body.0.title.clone(),
            brief: brief.clone(),
            approval_policy,
        });
        let envelope = Envelope { phase_id: Some(phase_id), ..project.envelope(&context, Capability::ManagePhases) }
            .with_texts([brief.clone()])
            .with_result(&context, json!({ "phase_id": phase_id }));
        Ok((command, envelope))
    };
    let done =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    // A repeat finds the phase that the first request opened.
    let phase_id = done.first_id("phase_id", phase_id);
    answer_phase(&state, &caller, phase_id, StatusCode::CREATED, done).await
}

/// Read a phase: its stages, what each waits for, and what I may do.
#[utoipa::path(operation_id = "getPhase", tag = "phases", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path)), responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}")]
async fn get_phase(state: web::Data<AppState>, caller: Caller, path: InPath<PhaseId>) -> Result<HttpResponse, Problem> {
    let phase = InPhase::enter(&state, &caller, path.0).await?;
    let view = shown(&state, &phase).await?;
    Ok(read(&view, Some(phase.version)))
}

/// Change title or brief.
#[utoipa::path(operation_id = "renamePhase", tag = "phases", params(("phase_id" = Uuid, Path), ("If-Match" = String, Header)),
    request_body = PhaseEdit, responses(
    (status = 200, body = views::Phase),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[patch("/phases/{phase_id}")]
async fn rename_phase(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
    body: Json<PhaseEdit>,
) -> Result<HttpResponse, Problem> {
    let expected_version = context.if_match.required()?.number();
    let brief = body.0.brief.map(checked_brief).transpose()?.map(salted);
    let prepare = async || {
        let phase = InPhase::enter(&state, &caller, path.0).await?;
        let command = PhaseCommand::RenamePhase(RenamePhase {
            by: phase.person().clone(),
            title: body.0.title.clone(),
            brief: brief.clone(),
        });
        let envelope = Envelope { expected_version, ..phase.envelope(&context, Capability::ManagePhases) }
            .with_texts(brief.clone());
        Ok((command, envelope))
    };
    let done = state.commands.execute_with::<Phase, Problem, _, _>(&path.0.to_string(), None, prepare).await?;
    answer_phase(&state, &caller, path.0, StatusCode::OK, done).await
}

fn checked_brief(brief: String) -> Result<String, Problem> {
    if brief.len() > MAX_BRIEF_BYTES {
        return Err(Problem::new(
            Code::PayloadTooLarge,
            format!("The brief is over {MAX_BRIEF_BYTES} bytes; put long text into the project context."),
        ));
    }
    Ok(brief)
}

/// Answers a change of a phase with the phase as it is now.
pub(super) async fn answer_phase(
    state: &AppState,
    caller: &Caller,
    phase_id: PhaseId,
    status: StatusCode,
    done: Executed<PhaseEvent>,
) -> Result<HttpResponse, Problem> {
    let phase = InPhase::after_acting(state, caller, phase_id).await?;
    let view = shown(state, &phase).await?;
    let location = (status == StatusCode::CREATED).then(|| format!("/api/v1/phases/{phase_id}"));
    Ok(written(status, &view, Some(phase.version), location.as_deref(), place_of(&done)))
}

/// The phase as the caller reads it, with what is found in the documents that await a decision.
async fn shown(state: &AppState, phase: &InPhase) -> Result<views::Phase, Problem> {
    let mut findings = FoundInStages::new();
    for stage in awaiting_decision(&phase.phase) {
        match state.checker.at_gate(phase.phase_id, &phase.phase, stage).await {
            Ok(found) => _ = findings.insert(stage, found),
            // The phase is shown all the same; the condition follows once read models do.
            Err(CheckerError::Behind) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(views::phase::phase(&state.pool, phase.reader(), &findings).await?)
}

/// Where in the log a command's events stand.
pub(super) fn place_of<E>(done: &Executed<E>) -> Written {
    Written::from(done)
}
