//! A project's approval policy: who approves what, how many, and whether an author may.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, put, web};
use konductro_domain::ids::ProjectId;
use konductro_domain::project::policy::{AuthorRule, StagePolicy};
use konductro_domain::project::{Project, ProjectCommand};
use konductro_domain::role::{Capability, Role};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{InProject, Told as _};
use super::phases::place_of;
use crate::commands::{Envelope, Loaded};
use crate::http::freshness::wait_for;
use crate::http::{Caller, InPath, Json, RequestContext, read, written};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_approval_policy).service(change_approval_policy);
}

/// Who approves what from now on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApprovalPolicy {
    /// The stages that change; the others keep what they have.
    stages: Vec<NewStagePolicy>,
}

/// How one stage's artefact is approved.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStagePolicy {
    /// The stage.
    stage: views::Stage,
    /// The roles that may approve; never more than the matrix of roles gives.
    roles: Vec<views::Role>,
    /// How many different people must, from 1 to 20.
    required_approvals: u32,
    /// Whether an author may be one of them.
    author_may_approve: bool,
}

impl From<NewStagePolicy> for StagePolicy {
    fn from(policy: NewStagePolicy) -> Self {
        Self {
            stage: policy.stage.into(),
            roles: policy.roles.into_iter().map(Role::from).collect(),
            required_approvals: policy.required_approvals,
            authors: if policy.author_may_approve { AuthorRule::MayApprove } else { AuthorRule::MayNotApprove },
        }
    }
}

/// Read who approves what, what nobody could satisfy today, and which reviews go by an older policy.
#[utoipa::path(operation_id = "getApprovalPolicy", tag = "projects", security(("bearerAuth" = ["read"])), params(("project_id" = Uuid, Path)), responses(
    (status = 200, body = views::ApprovalPolicyPage),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects/{project_id}/approval-policy")]
async fn get_approval_policy(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<ProjectId>,
) -> Result<HttpResponse, Problem> {
    InProject::enter(&state, &caller, path.0).await?;
    let (page, version) = page(&state, path.0).await?;
    Ok(read(&page, Some(version)))
}

/// Say anew who approves what. Reviews that run keep their policy until they are restarted. Needs a browser session.
///
/// Answers with warnings where nobody could satisfy it with today's members.
#[utoipa::path(operation_id = "changeApprovalPolicy", tag = "projects",
    params(("project_id" = Uuid, Path), ("If-Match" = String, Header)), request_body = NewApprovalPolicy, responses(
    (status = 200, body = views::ApprovalPolicyPage),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[put("/projects/{project_id}/approval-policy")]
async fn change_approval_policy(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<ProjectId>,
    body: Json<NewApprovalPolicy>,
) -> Result<HttpResponse, Problem> {
    let project_id = path.0;
    let stages: Vec<StagePolicy> = body.0.stages.into_iter().map(StagePolicy::from).collect();
    let prepare = async || {
        let project = InProject::enter(&state, &caller, project_id).await?;
        // Before the version is asked for, so that who may not is told that.
        project.require(Capability::ManageProject)?;
        let expected_version = context.if_match.required()?.number();
        let envelope = Envelope { expected_version, ..project.envelope(&context, Capability::ManageProject) };
        let command = ProjectCommand::ChangeApprovalPolicy { by: project.person, stages: stages.clone() };
        Ok((command, envelope.with_result(&context, json!({ "project_id": project_id }))))
    };
    let stream = project_id.to_string();
    let done = state.commands.execute_with::<Project, Problem, _, _>(&stream, context.repeated(), prepare).await?;
    wait_for(&state, &done).await?;
    let (page, version) = page(&state, project_id).await?;
    Ok(written(StatusCode::OK, &page, Some(version), None, place_of(&done)))
}

async fn page(state: &AppState, project_id: ProjectId) -> Result<(views::ApprovalPolicyPage, i64), Problem> {
    let Loaded { state: project, version } = state.commands.load::<Project>(&project_id.to_string()).await?;
    let page = views::approval_policy::page(&state.pool, project_id, project.created()?).await?;
    Ok((page, version))
}
