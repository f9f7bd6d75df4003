//! Who am I: my account, my projects, and who answers as Conductor.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use konductro_domain::ids::{ProjectId, UserId};
use konductro_domain::role::Roles;
use konductro_domain::workspace::WorkspaceVerb;
use konductro_projections::project_list::memberships_of;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::caller::origin_of;
use crate::http::{Caller, Json, RequestContext, Site, read};
use crate::identity::{Identity, IdentityError, LONGEST, Token};
use crate::problem::Problem;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_me).service(change_password);
}

/// Whether Conductor is a model or the guided interview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConductorMode {
    /// No model: a structured interview.
    Guided,
    /// A model.
    Model,
}

/// Who answers as Conductor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Conductor)]
pub struct ConductorInfo {
    /// A model, or the guided interview.
    pub mode: ConductorMode,
    /// The model's name, where there is one.
    pub model: Option<String>,
    /// How it is called on the page.
    pub label: String,
}

/// A project I am in.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MyProject {
    /// The project.
    #[schema(value_type = Uuid)]
    pub project_id: ProjectId,
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What I am in it.
    #[schema(value_type = Vec<views::Role>)]
    pub roles: Roles,
}

/// The person who asks.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Me {
    /// My id.
    #[schema(value_type = Uuid)]
    pub user_id: UserId,
    /// My name.
    pub name: String,
    /// The address I sign in with.
    pub email: String,
    /// Whether I administer the workspace.
    pub administrator: bool,
    /// The projects I am in, by key.
    pub projects: Vec<MyProject>,
    /// Who answers as Conductor.
    pub conductor: ConductorInfo,
    /// The token that asks for me, where it is one: then `projects` is its project alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<views::Token>,
}

/// What `Me` shows of somebody.
pub(super) async fn me_of(
    user_id: UserId,
    identity: &Identity,
    pool: &PgPool,
    conductor: &ConductorInfo,
) -> Result<Me, Problem> {
    let user = identity.user(user_id).await?;
    let projects = memberships_of(pool, user_id).await?.into_iter();
    let projects = projects
        .map(|in_it| MyProject { project_id: in_it.project_id, key: in_it.key, name: in_it.name, roles: in_it.roles })
        .collect();
    Ok(Me {
        user_id,
        name: user.name,
        email: user.email,
        administrator: user.administrator,
        projects,
        conductor: conductor.clone(),
        token: None,
    })
}

/// What a token finds out about itself and its owner: nothing of what it does not open.
async fn me_of_token(token: &Token, me: Me, pool: &PgPool) -> Result<Me, Problem> {
    let projects: Vec<_> = me.projects.into_iter().filter(|project| project.project_id == token.project_id).collect();
    let token = views::token::shown(pool, std::slice::from_ref(token)).await?.pop();
    Ok(Me { administrator: false, projects, token, ..me })
}

/// Who am I, and what may I do?
#[utoipa::path(operation_id = "getMe", tag = "session", security(("bearerAuth" = [])), responses((status = 200, description = "The person who asks", body = Me)))]
#[get("/me")]
async fn get_me(
    caller: Caller,
    identity: web::Data<Identity>,
    pool: web::Data<PgPool>,
    conductor: web::Data<ConductorInfo>,
) -> Result<HttpResponse, Problem> {
    let me = me_of(caller.user_id, &identity, &pool, &conductor).await?;
    match &caller.token {
        Some(token) => Ok(read(&me_of_token(token, me, &pool).await?, None)),
        None => Ok(read(&me, None)),
    }
}

/// A new password for me.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password I have.
    pub current_password: String,
    /// The password I want: 10 to 200 characters.
    #[schema(min_length = 10, max_length = 200)]
    pub new_password: String,
}

/// Change my password; my other sessions end.
#[utoipa::path(operation_id = "changePassword", tag = "session", responses((status = 204, description = "Changed; the answer renews the session cookie")))]
#[post("/me/password")]
async fn change_password(
    caller: Caller,
    context: RequestContext,
    request: HttpRequest,
    identity: web::Data<Identity>,
    site: web::Data<Site>,
    body: Json<PasswordChange>,
) -> Result<HttpResponse, Problem> {
    let Json(PasswordChange { current_password, new_password }) = body;
    let session = caller.session_for(WorkspaceVerb::ChangePassword)?;
    let from = origin_of(&request).address();
    let passwords = (current_password.as_str(), new_password.as_str());
    let session = identity
        .change_password(caller.user_id, session, passwords, from, context.by(&caller))
        .await
        .map_err(|error| match error {
            IdentityError::WeakPassword(why) => Problem::invalid("/new_password", why),
            other => other.into(),
        })?;
    Ok(HttpResponse::NoContent().cookie(site.session_cookie(session.token, LONGEST)).finish())
}
