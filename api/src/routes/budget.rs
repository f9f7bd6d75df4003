//! What Conductor may cost in a month: a project's budget, and what is left of it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, put, web};
use konductro_domain::ids::ProjectId;
use konductro_domain::project::{Project, ProjectCommand};
use konductro_domain::role::Capability;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{InProject, Told as _};
use super::phases::place_of;
use crate::commands::{Envelope, Loaded};
use crate::http::{Caller, InPath, Json, RequestContext, read, written};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_budget).service(set_budget);
}

/// What Conductor may cost from now on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBudget {
    /// In a month (UTC), in millionths of the price table's currency; null for no bound.
    monthly_micros: Option<u64>,
}

/// Read what Conductor may cost in this project in a month, and what is left of it.
#[utoipa::path(operation_id = "getBudget", tag = "projects", security(("bearerAuth" = ["read"])), params(("project_id" = Uuid, Path)), responses(
    (status = 200, body = views::Budget),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects/{project_id}/budget")]
async fn get_budget(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<ProjectId>,
) -> Result<HttpResponse, Problem> {
    InProject::enter(&state, &caller, path.0).await?.require(Capability::Read)?;
    let (budget, version) = shown(&state, path.0).await?;
    Ok(read(&budget, Some(version)))
}

/// Set what Conductor may cost in this project in a month. A reply that it does not reach for is not asked for, and says so.
#[utoipa::path(operation_id = "setBudget", tag = "projects",
    params(("project_id" = Uuid, Path), ("If-Match" = String, Header)), request_body = NewBudget, responses(
    (status = 200, body = views::Budget),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[put("/projects/{project_id}/budget")]
async fn set_budget(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<ProjectId>,
    body: Json<NewBudget>,
) -> Result<HttpResponse, Problem> {
    let (project_id, monthly_micros) = (path.0, body.0.monthly_micros);
    let prepare = async || {
        let project = InProject::enter(&state, &caller, project_id).await?;
        // Before the version is asked for, so that who may not is told that.
        project.require(Capability::ManageProject)?;
        let expected_version = context.if_match.required()?.number();
        let envelope = Envelope { expected_version, ..project.envelope(&context, Capability::ManageProject) };
        let command = ProjectCommand::SetBudget { by: project.person, monthly_micros };
        Ok((command, envelope.with_result(&context, json!({ "project_id": project_id }))))
    };
    let stream = project_id.to_string();
    let done = state.commands.execute_with::<Project, Problem, _, _>(&stream, context.repeated(), prepare).await?;
    let (budget, version) = shown(&state, project_id).await?;
    Ok(written(StatusCode::OK, &budget, Some(version), None, place_of(&done)))
}

async fn shown(state: &AppState, project_id: ProjectId) -> Result<(views::Budget, i64), Problem> {
    let Loaded { state: project, version } = state.commands.load::<Project>(&project_id.to_string()).await?;
    let monthly_micros = project.created().map_err(|_| Problem::not_found("project"))?.budget_micros;
    Ok((views::budget::of(&state.pool, project_id, monthly_micros).await?, version))
}
