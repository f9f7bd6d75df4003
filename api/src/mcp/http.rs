//! `/mcp`: the MCP server over streamable HTTP, for whoever sends a token.
//!
//! No sessions are kept: each request stands for itself, so that there is nothing to run out of, and any replica
//! answers. What a tool asks goes through the server's own routes, in this very worker, as the same bearer: one path
//! for authorisation, limits and idempotency. A page in somebody's browser can't get here: the token is asked for in a
//! header, and another origin is refused.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use async_trait::async_trait;
use futures_util::future::LocalBoxFuture;
use http_body_util::{BodyExt as _, Full};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::sync::{mpsc, oneshot};

use super::McpServer;
use super::api::{Api, Question, Reply, Unreachable};
use crate::http::body::{BODY_LIMIT, collect};
use crate::http::request_id::OwnWords;
use crate::http::{Caller, Site};
use crate::problem::{Code, Problem};

/// Longer than any tool takes.
const WITHIN: Duration = Duration::from_secs(60);

/// The server's own API, asked in this worker: `startup` makes it.
pub struct OwnRoutes(Box<dyn Fn(Asked) -> LocalBoxFuture<'static, Result<Reply, Unreachable>>>);

/// A question, and as whom it is asked.
#[derive(Debug)]
pub struct Asked {
    /// What.
    pub question: Question,
    /// The bearer's `Authorization`.
    pub authorization: header::HeaderValue,
    /// Where the bearer is.
    pub peer: Option<std::net::SocketAddr>,
}

impl OwnRoutes {
    /// Routes that answer like this.
    pub fn new(answer: impl Fn(Asked) -> LocalBoxFuture<'static, Result<Reply, Unreachable>> + 'static) -> Self {
        Self(Box::new(answer))
    }
}

/// A question on its way to the worker that holds the routes.
type Pending = (Question, oneshot::Sender<Result<Reply, Unreachable>>);

/// Hands questions to the request that they belong to.
struct OfThisRequest(mpsc::Sender<Pending>);

#[async_trait]
impl Api for OfThisRequest {
    async fn ask(&self, question: Question) -> Result<Reply, Unreachable> {
        let gone = || Unreachable("the request has ended".to_owned());
        let (answer, answered) = oneshot::channel();
        self.0.send((question, answer)).await.map_err(|_| gone())?;
        answered.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// Answers one MCP request.
pub async fn serve(
    request: HttpRequest,
    payload: web::Payload,
    caller: Caller,
    site: web::Data<Site>,
    routes: web::Data<OwnRoutes>,
) -> Result<HttpResponse, Problem> {
    if !site.is_same_origin(&request) {
        return Err(Problem::new(Code::Csrf, "A page of another site can't use this; an MCP client sends no Origin."));
    }
    let authorization = request.headers().get(header::AUTHORIZATION).cloned();
    let authorization = authorization.filter(|_| caller.token.is_some()).ok_or_else(token_wanted)?;
    let body = collect(payload.into_inner()).await?;
    let (questions, asked) = mpsc::channel(1);
    let answer = answer(&request, body, Arc::new(OfThisRequest(questions)));
    let as_bearer = |question| Asked { question, authorization: authorization.clone(), peer: request.peer_addr() };
    let answered =
        tokio::time::timeout(WITHIN, beside(answer, asked, |question| (routes.0)(as_bearer(question)))).await;
    answered.unwrap_or_else(|_| Err(Problem::unavailable("answer an MCP request in time", &"it took over a minute")))
}

/// Answers every other method: there is no stream to listen to, and no session to end.
pub async fn only_post() -> Result<HttpResponse, Problem> {
    let detail = "MCP requests come by POST here; no sessions are kept, so there is nothing to listen to or to end.";
    Err(Problem::new(Code::MethodNotAllowed, detail).header(header::ALLOW, "POST"))
}

/// Waits for the answer, and meanwhile answers what is asked for it.
async fn beside(
    answer: impl Future<Output = Result<HttpResponse, Problem>>,
    mut asked: mpsc::Receiver<Pending>,
    ask: impl Fn(Question) -> LocalBoxFuture<'static, Result<Reply, Unreachable>>,
) -> Result<HttpResponse, Problem> {
    let mut answer = std::pin::pin!(answer);
    loop {
        tokio::select! {
            answered = &mut answer => return answered,
            Some((question, to)) = asked.recv() => {
                // Whoever asked may have been cancelled; then nobody wants to know.
                let told = to.send(ask(question).await);
                tracing::trace!(told = told.is_ok(), "answered a question of an MCP request");
            }
        }
    }
}

async fn answer(request: &HttpRequest, body: Bytes, api: Arc<dyn Api>) -> Result<HttpResponse, Problem> {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(BODY_LIMIT)
        .disable_allowed_hosts();
    let server = McpServer::new(api);
    let service =
        StreamableHttpService::new(move || Ok(server.clone()), Arc::new(NeverSessionManager::default()), config);
    let odd = |error: &dyn std::fmt::Display| Problem::unavailable("carry an MCP request over", error);
    let mut carried = http::Request::builder().method(request.method().as_str()).uri("/mcp");
    let secrets = [header::AUTHORIZATION, header::COOKIE];
    for (name, value) in request.headers().iter().filter(|(name, _)| !secrets.contains(name)) {
        carried = carried.header(name.as_str(), value.as_bytes());
    }
    let carried = carried.body(Full::<Bytes>::new(body)).map_err(|error| odd(&error))?;
    let (head, body) = service.handle(carried).await.into_parts();
    let body = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(never) => match never {},
    };
    let kind = head.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // What is no JSON-RPC is plain words of the transport's.
    if head.status.is_client_error() && !kind.starts_with("application/json") {
        let code = if head.status.as_u16() == 415 { Code::UnsupportedMediaType } else { Code::Malformed };
        return Err(Problem::new(code, String::from_utf8_lossy(&body).into_owned()));
    }
    let status = actix_web::http::StatusCode::from_u16(head.status.as_u16()).map_err(|error| odd(&error))?;
    let mut response = HttpResponse::build(status);
    for (name, value) in &head.headers {
        response.append_header((name.as_str(), value.as_bytes()));
    }
    let mut response = response.insert_header((header::CACHE_CONTROL, "no-store")).body(body);
    response.extensions_mut().insert(OwnWords);
    Ok(response)
}

fn token_wanted() -> Problem {
    Problem::new(Code::NotSignedIn, "Send an API token: Authorization: Bearer kon_….")
        .header(header::WWW_AUTHENTICATE, "Bearer")
}
