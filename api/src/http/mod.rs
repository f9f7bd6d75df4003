//! What every route has in common: who asks, what the body holds, which version it is based on, and
//! how an answer is told.
//!
//! [`api`] wraps all routes of `/api/v1` in the layers below, outermost first: request id (every answer
//! has one, every error is a problem), authentication, scopes of tokens, CSRF, idempotency. Routes use the extractors
//! [`Caller`], [`RequestContext`], [`Json`], [`InPath`] and [`Query`], never actix's own, whose errors
//! are plain text.

pub mod answer;
pub mod answers;
pub mod body;
pub mod caller;
pub mod context;
pub mod csrf;
pub mod fallback;
pub mod freshness;
pub mod headers;
pub mod idempotency;
mod pace;
pub mod page;
pub mod params;
pub mod request_id;
pub mod scopes;
pub mod site;

use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::from_fn;
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig;

pub use answer::{Written, read, written};
pub use body::Json;
pub use caller::Caller;
pub use context::RequestContext;
pub use headers::{ExpectedVersion, IfMatch};
pub use page::{Page, Paging};
pub use params::{InPath, Query};
pub use site::Site;

/// Where the API lives.
pub const API_BASE: &str = "/api/v1";

/// Where MCP clients come in.
pub const MCP: &str = "/mcp";

/// The MCP endpoint: the same request id, the same answer to who asks. What its tools ask passes every layer of the API.
pub fn mcp() -> impl HttpServiceFactory + 'static {
    actix_web::web::resource(MCP)
        .route(actix_web::web::post().to(crate::mcp::http::serve))
        .default_service(actix_web::web::to(crate::mcp::http::only_post))
        .wrap(from_fn(caller::authenticate))
        .wrap(from_fn(request_id::identify))
}

/// All routes of the API, inside the layers that each request passes.
pub fn api(routes: impl FnOnce(&mut ServiceConfig)) -> impl HttpServiceFactory + OpenApiFactory + 'static {
    utoipa_actix_web::scope::scope(API_BASE)
        .configure(routes)
        .default_service(actix_web::web::to(fallback::no_such_route))
        .wrap(from_fn(freshness::wait_for_min_position))
        .wrap(from_fn(idempotency::replay_or_remember))
        .wrap(from_fn(csrf::refuse_foreign_changes))
        .wrap(from_fn(scopes::hold_tokens_to_their_scopes))
        .wrap(from_fn(caller::authenticate))
        .wrap(from_fn(request_id::identify))
}
