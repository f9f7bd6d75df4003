//! Delegations: lend a role to a colleague who holds it too, for a time.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, web};
use konductro_domain::ids::{DelegationId, ProjectId, UserId};
use konductro_domain::project::delegation::DelegateRole;
use konductro_domain::project::{Project, ProjectCommand, ProjectEvent};
use konductro_domain::role::{Capability, Role};
use konductro_projections::delegations;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InProject, Told as _};
use super::phases::place_of;
use crate::commands::Executed;
use crate::http::freshness::wait_for;
use crate::http::{Caller, InPath, Json, Page, RequestContext, read, written};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(list_delegations).service(delegate_role).service(end_delegation);
}

/// A role of mine that a colleague is to look after.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDelegation {
    /// Who acts meanwhile: another member who holds the role too.
    #[schema(value_type = Uuid)]
    delegate: UserId,
    /// The role, which I hold: SDM or Architect.
    role: views::Role,
    /// From when; left out, or in the past: from now.
    #[serde(default, with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    /// Until when, at most 90 days later.
    #[serde(with = "time::serde::rfc3339")]
    until: OffsetDateTime,
}

/// List a project's delegations, the latest first.
#[utoipa::path(operation_id = "listDelegations", tag = "projects", security(("bearerAuth" = ["read"])), params(("project_id" = Uuid, Path)), responses(
    (status = 200, body = Page<views::Delegation>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects/{project_id}/delegations")]
async fn list_delegations(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<ProjectId>,
) -> Result<HttpResponse, Problem> {
    let items = shown(&state, &caller, path.0).await?;
    Ok(read(&Page { items, next_cursor: None }, None))
}

/// Have a colleague with the same role look after my change requests for a time. Needs a browser session.
///
/// They decide in their own name, as they may anyway; a delegation lets them take back my change requests, which would
/// block until I return, unless they are an author of what is pending. It can't be passed on.
#[utoipa::path(operation_id = "delegateRole", tag = "projects", params(("project_id" = Uuid, Path)),
    request_body = NewDelegation, responses(
    (status = 201, body = views::Delegation),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/projects/{project_id}/delegations")]
async fn delegate_role(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<ProjectId>,
    body: Json<NewDelegation>,
) -> Result<HttpResponse, Problem> {
    let delegation_id = DelegationId(Uuid::now_v7());
    let NewDelegation { delegate, role, from, until } = body.0;
    let command = |project: &InProject| {
        let now = OffsetDateTime::now_utc();
        ProjectCommand::DelegateRole(DelegateRole {
            by: project.person.clone(),
            delegation_id,
            delegate,
            role: Role::from(role),
            from: from.unwrap_or(now),
            until,
            now,
        })
    };
    let done = decide(&state, &caller, &context, path.0, delegation_id, command).await?;
    answer(&state, &caller, path.0, delegation_id, StatusCode::CREATED, done).await
}

/// End a delegation before its time: the two people it is about can, and every SDM. Needs a browser session.
#[utoipa::path(operation_id = "endDelegation", tag = "projects",
    params(("project_id" = Uuid, Path), ("delegation_id" = Uuid, Path)), responses(
    (status = 200, body = views::Delegation),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[delete("/projects/{project_id}/delegations/{delegation_id}")]
async fn end_delegation(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(ProjectId, DelegationId)>,
) -> Result<HttpResponse, Problem> {
    let (project_id, delegation_id) = path.0;
    let command = |project: &InProject| ProjectCommand::EndDelegation { by: project.person.clone(), delegation_id };
    let done = decide(&state, &caller, &context, project_id, delegation_id, command).await?;
    answer(&state, &caller, project_id, delegation_id, StatusCode::OK, done).await
}

async fn decide(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    project_id: ProjectId,
    delegation_id: DelegationId,
    command: impl Fn(&InProject) -> ProjectCommand,
) -> Result<Executed<ProjectEvent>, Problem> {
    let prepare = async || {
        let project = InProject::enter(state, caller, project_id).await?;
        let envelope = project.envelope(context, Capability::ManagePhases);
        Ok((command(&project), envelope.with_result(context, json!({ "delegation_id": delegation_id }))))
    };
    state.commands.execute_with::<Project, Problem, _, _>(&project_id.to_string(), context.repeated(), prepare).await
}

async fn shown(state: &AppState, caller: &Caller, project_id: ProjectId) -> Result<Vec<views::Delegation>, Problem> {
    let member = InProject::enter(state, caller, project_id).await?;
    let project = state.commands.load::<Project>(&project_id.to_string()).await?.state;
    let rows = delegations::of_project(&state.pool, project_id).await?;
    let now = OffsetDateTime::now_utc();
    Ok(views::delegation::shown(&state.pool, rows, project.created()?, &member.person, now).await?)
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    project_id: ProjectId,
    delegation_id: DelegationId,
    status: StatusCode,
    done: Executed<ProjectEvent>,
) -> Result<HttpResponse, Problem> {
    wait_for(state, &done).await?;
    // A repeat finds the delegation that the first request made.
    let id: DelegationId = done.first_id("delegation_id", delegation_id);
    let found = shown(state, caller, project_id).await?.into_iter().find(|delegation| delegation.id == id.0);
    let delegation = found.ok_or_else(|| Problem::not_found("delegation"))?;
    Ok(written(status, &delegation, None, None, place_of(&done)))
}
