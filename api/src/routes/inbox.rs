//! What waits for me: `/inbox`.

use actix_web::{HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::page::PageQuery;
use crate::http::{Caller, Page, Paging, Query, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_inbox);
}

/// List what waits for me in all my projects, longest first; for a token, in its project.
#[utoipa::path(operation_id = "getInbox", tag = "phases", security(("bearerAuth" = ["read"])), params(PageQuery), responses(
    (status = 200, body = Page<views::InboxItem>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/inbox")]
async fn get_inbox(
    state: web::Data<AppState>,
    caller: Caller,
    query: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let paging = Paging::read(query.0.limit, query.0.cursor.as_deref())?;
    Ok(read(&views::inbox::inbox(&state.pool, caller.user_id, caller.bound_to(), paging).await?, None))
}
