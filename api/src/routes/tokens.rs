//! API tokens: issued and revoked by their owner, listed and revoked by the SDM of their project.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, delete, get, post, web};
use konductro_domain::ids::{ProjectId, TokenId};
use konductro_domain::role::{Capability, may};
use konductro_domain::workspace::WorkspaceVerb;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InProject;
use crate::http::idempotency::HoldsSecret;
use crate::http::{Caller, InPath, Json, Page, Query, RequestContext, Written, read, written};
use crate::identity::{Identity, IdentityError, NewToken, Token};
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_tokens).service(issue_token).service(revoke_token);
}

/// Whose tokens.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TokenQuery {
    /// Everybody's tokens for this project, which its SDMs see; without it, my own.
    #[param(value_type = Option<Uuid>)]
    pub project_id: Option<ProjectId>,
}

/// List my API tokens; for the SDM of a project, all that open it. The newest first, without their secrets.
#[utoipa::path(operation_id = "listTokens", tag = "tokens", params(TokenQuery), responses(
    (status = 200, description = "Tokens, also those that ended in the last 30 days", body = Page<views::Token>),
))]
#[get("/tokens")]
async fn list_tokens(
    state: web::Data<AppState>,
    caller: Caller,
    query: Query<TokenQuery>,
) -> Result<HttpResponse, Problem> {
    let tokens = match query.0.project_id {
        Some(project_id) => {
            let project = InProject::enter(&state, &caller, project_id).await?;
            project.require(Capability::ManageProject)?;
            state.identity.tokens_in(project_id).await?
        }
        None => state.identity.tokens_of(caller.user_id).await?,
    };
    Ok(read(&Page { items: views::token::shown(&state.pool, &tokens).await?, next_cursor: None }, None))
}

/// A token to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenToIssue {
    /// What I call it, such as the machine it is for.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// The only project that it opens; I am a member of it.
    #[schema(value_type = Uuid)]
    pub project_id: ProjectId,
    /// What it is for; at least one.
    #[schema(min_items = 1)]
    pub scopes: BTreeSet<views::Scope>,
    /// In how many days it ends by itself.
    #[schema(minimum = 1, maximum = 366)]
    pub expires_in_days: u32,
}

/// A new token, with its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedToken {
    /// The token itself, `kon_…`. It is shown this once.
    pub secret: String,
    /// What it is.
    pub token: views::Token,
}

/// Issue an API token that acts for me in one project. Its secret is in this answer and never shown again.
#[utoipa::path(operation_id = "issueToken", tag = "tokens", responses(
    (status = 201, description = "Issued; keep the secret now", body = IssuedToken),
))]
#[post("/tokens")]
async fn issue_token(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    identity: web::Data<Identity>,
    body: Json<TokenToIssue>,
) -> Result<HttpResponse, Problem> {
    caller.session_for(WorkspaceVerb::IssueToken)?;
    if context.repeated().is_some() {
        return Err(IdentityError::TokenShownBefore.into());
    }
    let Json(TokenToIssue { name, project_id, scopes, expires_in_days }) = body;
    InProject::enter(&state, &caller, project_id).await?;
    let new = NewToken {
        owner: caller.user_id,
        project_id,
        name,
        scopes: scopes.into_iter().map(Into::into).collect(),
        expires_at: in_days(expires_in_days)?,
    };
    let (token, secret) = identity.issue_token(new, context.by(&caller)).await?;
    let location = format!("/api/v1/tokens/{}", token.token_id);
    let issued = IssuedToken { secret: secret.expose().to_owned(), token: shown(&state, &token).await? };
    let mut answer = written(StatusCode::CREATED, &issued, None, Some(&location), Written::default());
    answer.extensions_mut().insert(HoldsSecret);
    Ok(answer)
}

/// Revoke an API token: one of mine, or, as an SDM, one that opens my project. It opens nothing from now on. A token may
/// ask it for itself.
#[utoipa::path(operation_id = "revokeToken", tag = "tokens", security(("bearerAuth" = [])),
    params(("token_id" = Uuid, Path, description = "The token")),
    responses((status = 204, description = "Revoked")),
)]
#[delete("/tokens/{token_id}")]
async fn revoke_token(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    identity: web::Data<Identity>,
    token_id: InPath<TokenId>,
) -> Result<HttpResponse, Problem> {
    match &caller.token {
        Some(own) if own.token_id == token_id.0 => {
            WorkspaceVerb::GiveUpToken.admits(caller.credential)?;
            identity.revoke_token(own, context.by(&caller)).await?;
        }
        Some(_) | None => {
            caller.session_for(WorkspaceVerb::RevokeToken)?;
            let found = identity.token(token_id.0).await?;
            let token = found.ok_or_else(|| Problem::not_found("token"))?;
            if token.owner != caller.user_id && !manages(&state, &caller, token.project_id).await? {
                return Err(Problem::not_found("token"));
            }
            identity.revoke_token(&token, context.by(&caller)).await?;
        }
    }
    Ok(HttpResponse::NoContent().finish())
}

/// Whether the caller is an SDM of the project.
async fn manages(state: &AppState, caller: &Caller, project_id: ProjectId) -> Result<bool, Problem> {
    match InProject::enter(state, caller, project_id).await {
        Ok(project) => Ok(may(&project.person.roles, Capability::ManageProject)),
        Err(problem) if problem.code() == Code::NotFound => Ok(false),
        Err(problem) => Err(problem),
    }
}

async fn shown(state: &AppState, token: &Token) -> Result<views::Token, Problem> {
    let shown = views::token::shown(&state.pool, std::slice::from_ref(token)).await?.pop();
    shown.ok_or_else(|| Problem::not_found("token"))
}

/// The end of a token that is to live so many days, to the second.
pub(super) fn in_days(days: u32) -> Result<OffsetDateTime, Problem> {
    if !(1..=366).contains(&days) {
        return Err(Problem::invalid("/expires_in_days", "must be 1 to 366 days"));
    }
    let now = OffsetDateTime::now_utc();
    Ok(now.replace_nanosecond(0).unwrap_or(now) + Duration::days(days.into()))
}
