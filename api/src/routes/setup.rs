//! First-run set-up: the first administrator, with the code that the server printed.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::me::{ConductorInfo, Me, me_of};
use crate::http::caller::origin_of;
use crate::http::{Json, RequestContext, Site, read};
use crate::identity::{Identity, LONGEST, SetUp};
use crate::problem::Problem;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_setup).service(set_up);
}

/// Whether set-up is open.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetupState {
    /// Whether the first administrator is still to come.
    pub open: bool,
}

/// Is first-run set-up open?
#[utoipa::path(operation_id = "getSetup", tag = "setup", security(()), responses((status = 200, description = "Whether set-up is open", body = SetupState)))]
#[get("/setup")]
async fn get_setup(identity: web::Data<Identity>) -> Result<HttpResponse, Problem> {
    Ok(read(&SetupState { open: identity.setup_is_open().await? }, None))
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstAdministrator {
    /// The one-time code that the server printed when it started.
    pub code: String,
    /// The person's name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The address to sign in with.
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// The password: 10 to 200 characters.
    #[schema(min_length = 10, max_length = 200)]
    pub password: String,
}

/// Create the first administrator and sign them in.
#[utoipa::path(operation_id = "setUp", tag = "setup", security(()), responses((status = 201, description = "Set up and signed in", body = Me)))]
#[post("/setup")]
async fn set_up(
    context: RequestContext,
    request: HttpRequest,
    identity: web::Data<Identity>,
    site: web::Data<Site>,
    pool: web::Data<PgPool>,
    conductor: web::Data<ConductorInfo>,
    body: Json<FirstAdministrator>,
) -> Result<HttpResponse, Problem> {
    let Json(FirstAdministrator { code, name, email, password }) = body;
    let asked = SetUp { code, name, email, password, from: origin_of(&request).address() };
    let (user, session) = identity.set_up(asked, context.by_nobody_yet()).await?;
    let me = me_of(user.user_id, &identity, &pool, &conductor).await?;
    Ok(HttpResponse::Created().cookie(site.session_cookie(session.token, LONGEST)).json(me))
}
