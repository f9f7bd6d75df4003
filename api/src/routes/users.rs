//! Users: managed by administrators, and listed by name and address for whoever picks members.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use konductro_domain::ids::UserId;
use konductro_domain::role::Role;
use konductro_projections::project_list::memberships_of;
use serde::Deserialize;
use sqlx::PgPool;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::http::{Caller, InPath, Json, Page, Paging, Query, RequestContext, Written, read, written};
use crate::identity::{Identity, ListedUser, NewUser, User, UserChange, UserFilter};
use crate::problem::{Code, Problem};

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_users).service(create_user).service(change_user);
}

/// Which users.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    /// Part of a name or address.
    pub q: Option<String>,
    /// How many at most (1 to 200, 50 by default).
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
    /// The `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Who is there? Administrators see everything; an SDM of any project sees whom to pick as a member.
#[utoipa::path(operation_id = "listUsers", tag = "users", params(UserQuery), responses((status = 200, description = "A page of users, by name", body = Page<ListedUser>)))]
#[get("/users")]
async fn list_users(
    caller: Caller,
    identity: web::Data<Identity>,
    pool: web::Data<PgPool>,
    query: Query<UserQuery>,
) -> Result<HttpResponse, Problem> {
    let Query(UserQuery { q, limit, cursor }) = query;
    if !caller.administrator && !is_sdm_somewhere(&pool, caller.user_id).await? {
        return Err(Problem::new(Code::RoleRequired, "Only administrators, and the SDMs of projects, can list users.")
            .with("roles", [Role::Sdm]));
    }
    let paging = Paging::<(String, Uuid)>::read(limit, cursor.as_deref())?;
    let filter = UserFilter { text: q, with_disabled: caller.administrator, after: paging.after, limit: paging.limit };
    let found = identity.users(&filter).await?;
    let page = Page::cut(found, paging.limit, |user| (user.name.to_lowercase(), user.user_id));
    let shown = if caller.administrator { ListedUser::from } else { ListedUser::to_pick };
    Ok(read(&Page { items: page.items.into_iter().map(shown).collect(), next_cursor: page.next_cursor }, None))
}

async fn is_sdm_somewhere(pool: &PgPool, user_id: UserId) -> Result<bool, Problem> {
    Ok(memberships_of(pool, user_id).await?.iter().any(|membership| membership.roles.contains(&Role::Sdm)))
}

/// An account to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserToCreate {
    /// The person's name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The address to sign in with.
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// The first password: 10 to 200 characters.
    #[schema(min_length = 10, max_length = 200)]
    pub password: String,
    /// Whether they administer the workspace; no, unless said.
    #[serde(default)]
    pub administrator: bool,
}

/// Create an account (administrators).
#[utoipa::path(operation_id = "createUser", tag = "users", responses((status = 201, description = "Created", body = User)))]
#[post("/users")]
async fn create_user(
    caller: Caller,
    context: RequestContext,
    identity: web::Data<Identity>,
    body: Json<UserToCreate>,
) -> Result<HttpResponse, Problem> {
    caller.require_administrator("create accounts")?;
    let Json(UserToCreate { name, email, password, administrator }) = body;
    let new = NewUser { name, email, password, administrator };
    let user = identity.create_user(new, context.by(&caller)).await?;
    Ok(written(StatusCode::CREATED, &user, None, None, Written::default()))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// The name from now on.
    #[schema(min_length = 1, max_length = 120)]
    pub name: Option<String>,
    /// Whether they are kept out; their sessions end at once.
    pub disabled: Option<bool>,
    /// Whether they administer the workspace.
    pub administrator: Option<bool>,
}

/// Change an account (administrators).
#[utoipa::path(
    operation_id = "changeUser", tag = "users",
    params(("user_id" = Uuid, Path, description = "The user")),
    responses((status = 200, description = "Changed", body = User)),
)]
#[patch("/users/{user_id}")]
async fn change_user(
    caller: Caller,
    context: RequestContext,
    identity: web::Data<Identity>,
    user_id: InPath<UserId>,
    body: Json<UserPatch>,
) -> Result<HttpResponse, Problem> {
    caller.require_administrator("change accounts")?;
    let Json(UserPatch { name, disabled, administrator }) = body;
    let change = UserChange { name, disabled, administrator };
    let user = identity.change_user(user_id.0, change, context.by(&caller)).await?;
    Ok(written(StatusCode::OK, &user, None, None, Written::default()))
}
