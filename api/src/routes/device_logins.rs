//! Signing in a command line: it asks, a person confirms in the browser, it collects its token.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use konductro_domain::ids::ProjectId;
use konductro_domain::workspace::WorkspaceVerb;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InProject;
use super::tokens::{IssuedToken, in_days};
use crate::http::caller::origin_of;
use crate::http::idempotency::HoldsSecret;
use crate::http::{Caller, InPath, Json, RequestContext, Site, Written, read, written};
use crate::identity::{Collected, DeviceApproval, DeviceLogin, Identity, NewDeviceLogin};
use crate::problem::Problem;
use crate::state::AppState;
use crate::views;

/// How long a device waits before it asks again, in seconds.
const ASK_EVERY: u32 = 2;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(start_device_login)
        .service(collect_device_login)
        .service(get_device_login)
        .service(approve_device_login)
        .service(refuse_device_login);
}

/// A command line that asks to be signed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceLoginToStart {
    /// The tool, such as `konductro 0.1.0`.
    #[schema(min_length = 1, max_length = 80)]
    pub tool: String,
    /// The machine's name.
    #[schema(min_length = 1, max_length = 80)]
    pub host_name: String,
    /// What it wants to do; at least one.
    #[schema(min_items = 1)]
    pub scopes: BTreeSet<views::Scope>,
    /// The key of the project it is for, if it knows.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 80)]
    pub project_key: Option<String>,
}

/// What it waits with.
#[derive(Debug, Serialize, ToSchema)]
pub struct StartedDeviceLogin {
    /// What the person confirms, such as `7KQ4-MNBC`.
    pub user_code: String,
    /// What the command line collects its token with; nobody else is to see it.
    pub device_secret: String,
    /// The page where the person confirms.
    pub verification_url: String,
    /// When both end.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
    /// How long to wait before asking again, in seconds.
    pub interval: u32,
}

/// Ask to be signed in: gives a code for the person and a secret to collect with.
#[utoipa::path(operation_id = "startDeviceLogin", tag = "tokens", security(()), responses(
    (status = 201, description = "Show the code, and ask for the token", body = StartedDeviceLogin),
))]
#[post("/device-logins")]
async fn start_device_login(
    request: HttpRequest,
    identity: web::Data<Identity>,
    site: web::Data<Site>,
    body: Json<DeviceLoginToStart>,
) -> Result<HttpResponse, Problem> {
    let Json(DeviceLoginToStart { tool, host_name, scopes, project_key }) = body;
    let scopes = scopes.into_iter().map(Into::into).collect();
    let from = origin_of(&request).address();
    let waiting = identity.start_device_login(NewDeviceLogin { tool, host_name, scopes, project_key, from }).await?;
    let started = StartedDeviceLogin {
        verification_url: format!("{}/device?code={}", site.base_url(&request), waiting.user_code),
        user_code: waiting.user_code,
        device_secret: waiting.secret,
        expires_at: waiting.expires_at,
        interval: ASK_EVERY,
    };
    let mut answer = written(StatusCode::CREATED, &started, None, None, Written::default());
    answer.extensions_mut().insert(HoldsSecret);
    Ok(answer)
}

/// What a command line collects with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceSecret {
    /// The secret that it was given.
    pub device_secret: String,
}

/// How far a sign-in is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeviceLoginState {
    /// Nobody has decided yet; ask again.
    Waiting,
    /// Somebody said no, or may no longer say yes.
    Refused,
    /// The token is in the answer.
    Approved,
}

/// How far a sign-in is, with the token once it is approved.
#[derive(Debug, Serialize, ToSchema)]
pub struct CollectedDeviceLogin {
    /// How far it is.
    pub state: DeviceLoginState,
    /// The token, told this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued: Option<IssuedToken>,
}

/// Ask whether the person has confirmed; once they have, the token is in the answer, once.
#[utoipa::path(operation_id = "collectDeviceLogin", tag = "tokens", security(()), responses(
    (status = 200, description = "How far it is", body = CollectedDeviceLogin),
))]
#[post("/device-logins/collect")]
async fn collect_device_login(
    state: web::Data<AppState>,
    request: HttpRequest,
    context: RequestContext,
    identity: web::Data<Identity>,
    body: Json<DeviceSecret>,
) -> Result<HttpResponse, Problem> {
    let from = origin_of(&request).address();
    let found = identity.collect_device_login(&body.0.device_secret, from, context.by_nobody_yet()).await?;
    let (state_of_it, issued) = match found {
        Collected::Waiting => (DeviceLoginState::Waiting, None),
        Collected::Refused => (DeviceLoginState::Refused, None),
        Collected::Token(token, secret) => {
            let token = views::token::shown(&state.pool, std::slice::from_ref(&*token)).await?.pop();
            let issued = token.map(|token| IssuedToken { secret: secret.expose().to_owned(), token });
            (DeviceLoginState::Approved, issued)
        }
    };
    let mut answer = read(&CollectedDeviceLogin { state: state_of_it, issued }, None);
    answer.extensions_mut().insert(HoldsSecret);
    Ok(answer)
}

/// A command line that waits, as it describes itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingDeviceLogin {
    /// The code that it shows.
    pub user_code: String,
    /// The tool, as it says.
    pub tool: String,
    /// The machine's name, as it says.
    pub host_name: String,
    /// What it wants to do.
    pub scopes: BTreeSet<views::Scope>,
    /// The key of the project it is for, if it says.
    pub project_key: Option<String>,
    /// When it asked.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When the code ends.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

impl From<DeviceLogin> for WaitingDeviceLogin {
    fn from(waiting: DeviceLogin) -> Self {
        Self {
            user_code: waiting.user_code,
            tool: waiting.tool,
            host_name: waiting.host_name,
            scopes: waiting.scopes.into_iter().map(Into::into).collect(),
            project_key: waiting.project_key,
            created_at: waiting.created_at,
            expires_at: waiting.expires_at,
        }
    }
}

/// What waits with this code? Unknown, used and ended codes are answered alike.
#[utoipa::path(operation_id = "getDeviceLogin", tag = "tokens",
    params(("user_code" = String, Path, description = "The code that the command line shows")),
    responses((status = 200, description = "What asks to be signed in", body = WaitingDeviceLogin)),
)]
#[get("/device-logins/{user_code}")]
async fn get_device_login(
    caller: Caller,
    identity: web::Data<Identity>,
    user_code: InPath<String>,
) -> Result<HttpResponse, Problem> {
    let waiting = identity.device_login(&user_code.0, caller.user_id).await?;
    Ok(read(&WaitingDeviceLogin::from(waiting), None))
}

/// What the command line gets.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceLoginApproval {
    /// The only project that its token opens; I am a member of it.
    #[schema(value_type = Uuid)]
    pub project_id: ProjectId,
    /// What the token is for: nothing that was not asked for.
    #[schema(min_items = 1)]
    pub scopes: BTreeSet<views::Scope>,
    /// In how many days it ends by itself.
    #[schema(minimum = 1, maximum = 366)]
    pub expires_in_days: u32,
}

/// Sign the command line of this code in, as me and in one project.
#[utoipa::path(operation_id = "approveDeviceLogin", tag = "tokens",
    params(("user_code" = String, Path, description = "The code that the command line shows")),
    responses((status = 204, description = "It collects its token the next time it asks")),
)]
#[post("/device-logins/{user_code}/approve")]
async fn approve_device_login(
    state: web::Data<AppState>,
    caller: Caller,
    identity: web::Data<Identity>,
    user_code: InPath<String>,
    body: Json<DeviceLoginApproval>,
) -> Result<HttpResponse, Problem> {
    let session = caller.session_for(WorkspaceVerb::ApproveDeviceLogin)?;
    let Json(DeviceLoginApproval { project_id, scopes, expires_in_days }) = body;
    let waiting = identity.device_login(&user_code.0, caller.user_id).await?;
    let scopes: BTreeSet<_> = scopes.into_iter().map(Into::into).collect();
    if !scopes.is_subset(&waiting.scopes) {
        return Err(Problem::invalid("/scopes", "must be among those that it asks for"));
    }
    InProject::enter(&state, &caller, project_id).await?;
    let yes = DeviceApproval {
        user_id: caller.user_id,
        session,
        project_id,
        scopes,
        name: name_of(&waiting),
        token_expires_at: in_days(expires_in_days)?,
    };
    identity.approve_device_login(&user_code.0, yes).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Refuse to sign the command line of this code in.
#[utoipa::path(operation_id = "refuseDeviceLogin", tag = "tokens",
    params(("user_code" = String, Path, description = "The code that the command line shows")),
    responses((status = 204, description = "It is told so the next time it asks")),
)]
#[post("/device-logins/{user_code}/refuse")]
async fn refuse_device_login(
    caller: Caller,
    identity: web::Data<Identity>,
    user_code: InPath<String>,
) -> Result<HttpResponse, Problem> {
    caller.session_for(WorkspaceVerb::RefuseDeviceLogin)?;
    identity.refuse_device_login(&user_code.0, caller.user_id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// "konductro 0.1.0 on laptop", shortened to what a token's name may have.
fn name_of(waiting: &DeviceLogin) -> String {
    format!("{} on {}", waiting.tool, waiting.host_name).chars().take(80).collect()
}
