//! Signing in and out.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, web};
use konductro_domain::role::Role;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::me::{ConductorInfo, Me, me_of};
use crate::http::caller::origin_of;
use crate::http::{Json, RequestContext, Site, read};
use crate::identity::{DEMO_PASSWORD, Identity, LONGEST, Origin, SignIn};
use crate::problem::Problem;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_session_options).service(sign_in).service(sign_out);
}

/// Somebody of the demo workspace, to sign in as.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoSignIn {
    /// Their name.
    pub name: String,
    /// The address to sign in with.
    pub email: String,
    /// What they are in the demo project.
    #[schema(value_type = views::Role)]
    pub role: Role,
    /// Their password, which is no secret.
    pub password: String,
}

/// What the sign-in page offers.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionOptions {
    /// The demo people; null without a demo workspace, and to everybody on another machine.
    pub demo: Option<Vec<DemoSignIn>>,
    /// Who answers as Conductor.
    pub conductor: ConductorInfo,
}

/// What does the sign-in page offer?
#[utoipa::path(operation_id = "getSessionOptions", tag = "session", security(()), responses((status = 200, description = "How to sign in here", body = SessionOptions)))]
#[get("/session-options")]
async fn get_session_options(
    request: HttpRequest,
    identity: web::Data<Identity>,
    conductor: web::Data<ConductorInfo>,
) -> Result<HttpResponse, Problem> {
    let people = match origin_of(&request) {
        Origin::SameMachine(_) => identity.demo_people().await?,
        Origin::Elsewhere(_) => Vec::new(),
    };
    let offered = people.into_iter().map(|person| DemoSignIn {
        name: person.name,
        email: person.email,
        role: person.role,
        password: DEMO_PASSWORD.to_owned(),
    });
    let demo = Some(offered.collect::<Vec<_>>()).filter(|people| !people.is_empty());
    Ok(read(&SessionOptions { demo, conductor: conductor.get_ref().clone() }, None))
}

/// Address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The account's e-mail address, in any case.
    pub email: String,
    /// The account's password.
    pub password: String,
}

/// Sign in: opens a session and sets its cookie.
#[utoipa::path(operation_id = "signIn", tag = "session", security(()), responses((status = 200, description = "Signed in; the answer sets the session cookie", body = Me)))]
#[post("/session")]
async fn sign_in(
    context: RequestContext,
    request: HttpRequest,
    identity: web::Data<Identity>,
    site: web::Data<Site>,
    pool: web::Data<PgPool>,
    conductor: web::Data<ConductorInfo>,
    body: Json<Credentials>,
) -> Result<HttpResponse, Problem> {
    let Json(Credentials { email, password }) = body;
    let attempt = SignIn { email, password, origin: origin_of(&request), previous_token: site.session_token(&request) };
    let signed_in = identity.sign_in(attempt, context.by_nobody_yet()).await?;
    let me = me_of(signed_in.user_id, &identity, &pool, &conductor).await?;
    Ok(HttpResponse::Ok().cookie(site.session_cookie(signed_in.session.token, LONGEST)).json(me))
}

/// Sign out: ends the session, if there is one.
#[utoipa::path(operation_id = "signOut", tag = "session", security(()), responses((status = 204, description = "Signed out; the answer takes the cookie away")))]
#[delete("/session")]
async fn sign_out(
    context: RequestContext,
    request: HttpRequest,
    identity: web::Data<Identity>,
    site: web::Data<Site>,
) -> Result<HttpResponse, Problem> {
    if let Some(token) = site.session_token(&request) {
        identity.sign_out(&token, context.by_nobody_yet()).await?;
    }
    Ok(HttpResponse::NoContent().cookie(site.forget_session_cookie()).finish())
}
