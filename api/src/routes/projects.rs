//! Projects: `/projects`, with members and repositories.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, patch, post, put, web};
use konductro_domain::ids::{ProjectId, RepositoryId, UserId};
use konductro_domain::project::{Project, ProjectCommand, ProjectEvent};
use konductro_domain::role::{Capability, Role, Roles};
use konductro_projections::project_list;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InProject, Told as _};
use crate::commands::{Envelope, Executed};
use crate::http::page::PageQuery;
use crate::http::{Caller, InPath, Json, Page, Paging, Query, RequestContext, Written, read, written};
use crate::problem::{Code, Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(list_projects)
        .service(create_project)
        .service(get_project)
        .service(edit_project)
        .service(set_member_roles)
        .service(remove_member)
        .service(add_repository)
        .service(remove_repository);
}

/// A new project.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    /// The short key that story keys start with: 2 to 10 capitals or digits.
    #[schema(example = "PAY")]
    key: String,
    /// The name.
    #[schema(example = "Payments")]
    name: String,
    /// Goals, stack, conventions, constraints (Markdown); every conversation gets it.
    #[serde(default)]
    context: Option<String>,
}

/// What changes of a project.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectEdit {
    /// The new name.
    #[serde(default)]
    name: Option<String>,
    /// The whole new context.
    #[serde(default)]
    context: Option<String>,
}

/// The roles of a member.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRoles {
    /// All the roles that the person holds from now on; at least one.
    roles: Vec<views::Role>,
}

/// A repository to add.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRepository {
    /// Its short name.
    name: String,
    /// Where it is, such as `https://example.com/pay.git`.
    remote: String,
    /// The branch that counts.
    #[serde(default)]
    default_branch: Option<String>,
}

/// List my projects.
#[utoipa::path(operation_id = "listProjects", tag = "projects", params(PageQuery), responses(
    (status = 200, body = Page<views::ProjectSummary>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects")]
async fn list_projects(
    state: web::Data<AppState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let paging = Paging::read(query.0.limit, query.0.cursor.as_deref())?;
    let page = views::project::summaries(&state.pool, caller.user_id, paging).await?;
    Ok(read(&page, None))
}

/// Create a project; whoever does is its first SDM.
#[utoipa::path(operation_id = "createProject", tag = "projects", request_body = NewProject, responses(
    (status = 201, body = views::Project),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/projects")]
async fn create_project(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    body: Json<NewProject>,
) -> Result<HttpResponse, Problem> {
    let project_id = ProjectId(Uuid::now_v7());
    let text = body.0.context.map(salted);
    let prepare = async || {
        may_create(&state, &caller).await?;
        let envelope = Envelope {
            role: Some(Role::Sdm),
            credential: Some(caller.credential),
            request_id: Some(context.request_id.clone()),
            project_id: Some(project_id),
            ..Envelope::new(caller.actor(), context.correlation)
        }
        .with_texts(text.clone())
        .with_result(&context, json!({ "project_id": project_id }));
        let command = ProjectCommand::CreateProject {
            creator: caller.user_id,
            key: body.0.key.clone(),
            name: body.0.name.clone(),
            context: text.clone(),
        };
        Ok((command, envelope))
    };
    let stream = project_id.to_string();
    let done = state.commands.execute_with::<Project, Problem, _, _>(&stream, context.repeated(), prepare).await?;
    // A repeat finds the project that the first request made.
    let project_id = done.first_id("project_id", project_id);
    answer(&state, &caller, project_id, StatusCode::CREATED, done).await
}

async fn may_create(state: &AppState, caller: &Caller) -> Result<(), Problem> {
    if caller.administrator {
        return Ok(());
    }
    let memberships = project_list::memberships_of(&state.pool, caller.user_id).await?;
    if memberships.iter().any(|membership| membership.roles.contains(&Role::Sdm)) {
        return Ok(());
    }
    Err(Problem::new(
        Code::RoleRequired,
        "Only an administrator, or an SDM of some project, can create a project; ask one of them.",
    )
    .with("roles", ["administrator", "sdm"]))
}

/// Read a project.
#[utoipa::path(operation_id = "getProject", tag = "projects", security(("bearerAuth" = ["read"])), params(("project_id" = Uuid, Path)), responses(
    (status = 200, body = views::Project),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects/{project_id}")]
async fn get_project(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<ProjectId>,
) -> Result<HttpResponse, Problem> {
    InProject::enter(&state, &caller, path.0).await?;
    let project = shown(&state, &caller, path.0).await?;
    Ok(read(&project, Some(project.version)))
}

/// Change name or context.
#[utoipa::path(operation_id = "editProject", tag = "projects", params(("project_id" = Uuid, Path), ("If-Match" = String, Header)),
    request_body = ProjectEdit, responses(
    (status = 200, body = views::Project),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[patch("/projects/{project_id}")]
async fn edit_project(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<ProjectId>,
    body: Json<ProjectEdit>,
) -> Result<HttpResponse, Problem> {
    let expected = context.if_match.required()?.number();
    let text = body.0.context.map(salted_if_new(&state, path.0).await?);
    let command = |by| ProjectCommand::EditProject { by, name: body.0.name.clone(), context: text.clone() };
    let done = manage(&state, &caller, &context, path.0, expected, text.clone(), command).await?;
    answer(&state, &caller, path.0, StatusCode::OK, done).await
}

/// The context's text as it is now keeps its salt, so that saving it unchanged changes nothing.
async fn salted_if_new(
    state: &AppState,
    project_id: ProjectId,
) -> Result<impl Fn(String) -> konductro_domain::text::Text, Problem> {
    let current = views::project::context_text(&state.pool, project_id).await?;
    Ok(move |body: String| match &current {
        Some(current) if current.body() == body => current.clone(),
        _ => salted(body),
    })
}

/// Set a member's roles.
#[utoipa::path(operation_id = "setMemberRoles", tag = "projects",
    params(("project_id" = Uuid, Path), ("user_id" = Uuid, Path)), request_body = MemberRoles, responses(
    (status = 200, body = views::Project),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[put("/projects/{project_id}/members/{user_id}")]
async fn set_member_roles(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(ProjectId, UserId)>,
    body: Json<MemberRoles>,
) -> Result<HttpResponse, Problem> {
    let (project_id, user_id) = path.0;
    let roles: Roles = body.0.roles.into_iter().map(Role::from).collect();
    InProject::enter(&state, &caller, project_id).await?.require(Capability::ManageProject)?;
    state.identity.user(user_id).await?;
    let command = |by| ProjectCommand::SetMemberRoles { by, user_id, roles: roles.clone() };
    let done = manage(&state, &caller, &context, project_id, context.if_match.version(), None, command).await?;
    answer(&state, &caller, project_id, StatusCode::OK, done).await
}

/// Remove a member.
#[utoipa::path(operation_id = "removeMember", tag = "projects",
    params(("project_id" = Uuid, Path), ("user_id" = Uuid, Path)), responses(
    (status = 200, body = views::Project),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[delete("/projects/{project_id}/members/{user_id}")]
async fn remove_member(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(ProjectId, UserId)>,
) -> Result<HttpResponse, Problem> {
    let (project_id, user_id) = path.0;
    let command = |by| ProjectCommand::RemoveMember { by, user_id };
    let done = manage(&state, &caller, &context, project_id, context.if_match.version(), None, command).await?;
    answer(&state, &caller, project_id, StatusCode::OK, done).await
}

/// Add a repository.
#[utoipa::path(operation_id = "addRepository", tag = "projects", params(("project_id" = Uuid, Path)),
    request_body = NewRepository, responses(
    (status = 201, body = views::Project),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/projects/{project_id}/repositories")]
async fn add_repository(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<ProjectId>,
    body: Json<NewRepository>,
) -> Result<HttpResponse, Problem> {
    let repository_id = RepositoryId(Uuid::now_v7());
    let NewRepository { name, remote, default_branch } = body.0;
    let command = |by| ProjectCommand::AddRepository {
        by,
        repository_id,
        name: name.clone(),
        remote: remote.clone(),
        default_branch: default_branch.clone(),
    };
    let done = manage(&state, &caller, &context, path.0, context.if_match.version(), None, command).await?;
    answer(&state, &caller, path.0, StatusCode::CREATED, done).await
}

/// Remove a repository.
#[utoipa::path(operation_id = "removeRepository", tag = "projects",
    params(("project_id" = Uuid, Path), ("repository_id" = Uuid, Path)), responses(
    (status = 200, body = views::Project),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[delete("/projects/{project_id}/repositories/{repository_id}")]
async fn remove_repository(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(ProjectId, RepositoryId)>,
) -> Result<HttpResponse, Problem> {
    let (project_id, repository_id) = path.0;
    let command = |by| ProjectCommand::RemoveRepository { by, repository_id };
    let done = manage(&state, &caller, &context, project_id, context.if_match.version(), None, command).await?;
    answer(&state, &caller, project_id, StatusCode::OK, done).await
}

/// Executes a command of somebody who manages the project.
async fn manage(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    project_id: ProjectId,
    expected_version: Option<i64>,
    text: Option<konductro_domain::text::Text>,
    command: impl Fn(konductro_domain::actor::Person) -> ProjectCommand,
) -> Result<Executed<ProjectEvent>, Problem> {
    let prepare = async || {
        let project = InProject::enter(state, caller, project_id).await?;
        let envelope = Envelope { expected_version, ..project.envelope(context, Capability::ManageProject) }
            .with_texts(text.clone())
            .with_result(context, json!({ "project_id": project_id }));
        Ok((command(project.person), envelope))
    };
    state.commands.execute_with::<Project, Problem, _, _>(&project_id.to_string(), context.repeated(), prepare).await
}

async fn shown(state: &AppState, caller: &Caller, project_id: ProjectId) -> Result<views::Project, Problem> {
    views::project::project(&state.pool, project_id, caller.user_id).await?.ok_or_else(|| Problem::not_found("project"))
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    project_id: ProjectId,
    status: StatusCode,
    done: Executed<ProjectEvent>,
) -> Result<HttpResponse, Problem> {
    let place = Written::from(&done);
    // Somebody who has just left the project can't read it any more; the change itself was done.
    let Some(project) = views::project::project(&state.pool, project_id, caller.user_id).await? else {
        return Ok(written(status, &json!({ "id": project_id }), None, None, place));
    };
    let location = (status == StatusCode::CREATED).then(|| format!("/api/v1/projects/{project_id}"));
    Ok(written(status, &project, Some(project.version), location.as_deref(), place))
}
