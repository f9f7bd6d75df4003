//! HTTP: the routes that every worker serves, and the same routes once more for `/mcp` to ask.

use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;

use actix_http::Request;
use actix_service::IntoServiceFactory;
use actix_web::body::{MessageBody, to_bytes_limited};
use actix_web::dev::{AppConfig, Server, Service as _, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::{App, Error, HttpServer, web};
use sqlx::PgPool;
use utoipa_actix_web::AppExt as _;

use crate::http::answers::Answers;
use crate::http::fallback::RouteTable;
use crate::http::scopes::TokenRules;
use crate::http::{self, API_BASE, Site};
use crate::identity::Identity;
use crate::live::{Access, Hub};
use crate::mcp::api::{Method, Reply, Unreachable};
use crate::mcp::http::{Asked, OwnRoutes};
use crate::routes::me::ConductorInfo;
use crate::routes::operations::{OpenApiDocument, ReadinessProbe};
use crate::state::AppState;
use crate::{openapi, web_app};

/// How long open requests may take to end once it stops.
const SHUTDOWN_WITHIN_SECONDS: u64 = 10;
/// No answer of the API is longer; what an export answers is no question of a tool's.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;

/// What the routes work with.
#[derive(Clone)]
pub(super) struct Shared {
    state: web::Data<AppState>,
    identity: web::Data<Identity>,
    answers: web::Data<Answers>,
    pool: web::Data<PgPool>,
    site: web::Data<Site>,
    hub: web::Data<Hub>,
    conductor: web::Data<ConductorInfo>,
    access: web::Data<dyn Access>,
    probe: web::Data<dyn ReadinessProbe>,
    document: web::Data<OpenApiDocument>,
    routes: web::Data<RouteTable>,
    token_rules: web::Data<TokenRules>,
}

impl Shared {
    pub(super) fn new(
        state: AppState,
        site: Site,
        conductor: ConductorInfo,
        hub: Hub,
        access: Arc<dyn Access>,
        probe: Arc<dyn ReadinessProbe>,
    ) -> Self {
        let described = openapi::document();
        Self {
            identity: web::Data::new(state.identity.clone()),
            answers: web::Data::new(Answers::new(state.pool.clone())),
            pool: web::Data::new(state.pool.clone()),
            state: web::Data::new(state),
            site: web::Data::new(site),
            hub: web::Data::new(hub),
            conductor: web::Data::new(conductor),
            access: web::Data::from(access),
            probe: web::Data::from(probe),
            document: web::Data::new(OpenApiDocument::new(openapi::openapi_json())),
            routes: web::Data::new(RouteTable::of(&described)),
            token_rules: web::Data::new(TokenRules::of(&described)),
        }
    }
}

/// Serves on these sockets.
pub(super) fn serve(sockets: Vec<TcpListener>, shared: Shared) -> Result<Server, std::io::Error> {
    let mut server = HttpServer::new(move || {
        let inside = shared.clone();
        app(shared.clone())
            .data_factory(move || own_routes(app(inside.clone())))
            .service(http::mcp())
            .default_service(web::route().to(web_app::serve))
            .wrap(web_app::security_headers())
    })
    .tcp_nodelay(true)
    .disable_signals()
    .shutdown_timeout(SHUTDOWN_WITHIN_SECONDS);
    for socket in sockets {
        server = server.listen(socket)?;
    }
    Ok(server.run())
}

/// The API, with all that it works with.
fn app(
    shared: Shared,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + 'static>,
        Error = Error,
        InitError = (),
    > + 'static,
> {
    let Shared { state, identity, answers, pool, site, hub, conductor, access, probe, document, routes, token_rules } =
        shared;
    App::new()
        .app_data(state)
        .app_data(identity)
        .app_data(answers)
        .app_data(pool)
        .app_data(site)
        .app_data(hub)
        .app_data(conductor)
        .app_data(access)
        .app_data(probe)
        .app_data(document)
        .app_data(routes)
        .app_data(token_rules)
        .into_utoipa_app()
        .configure(crate::routes::operations::configure)
        .service(http::api(crate::routes::configure_api))
        .into_app()
}

/// The API as a service of its own, which `/mcp` asks in the same worker.
async fn own_routes<T, B>(app: App<T>) -> Result<OwnRoutes, &'static str>
where
    T: ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<B>, Error = Error, InitError = ()>
        + 'static,
    B: MessageBody + 'static,
{
    let made = app.into_factory().new_service(AppConfig::default()).await;
    let service = Rc::new(made.map_err(|()| "the routes could not be made")?);
    Ok(OwnRoutes::new(move |asked| {
        let service = Rc::clone(&service);
        Box::pin(async move {
            let failed = |why: &dyn std::fmt::Display| {
                tracing::error!(%why, "the server's own routes did not answer");
                Unreachable("the server failed inside".to_owned())
            };
            let response = service.call(request(asked).map_err(|why| failed(&why))?).await;
            let response = match response {
                Ok(response) => response.map_into_boxed_body(),
                Err(error) => return Err(failed(&error)),
            };
            let status = response.status().as_u16();
            let body = to_bytes_limited(response.into_body(), LONGEST_ANSWER).await;
            let body =
                body.map_err(|_| Unreachable("the answer is too long".to_owned()))?.map_err(|why| failed(&why))?;
            let body = if body.is_empty() { Ok(serde_json::Value::Null) } else { serde_json::from_slice(&body) };
            Ok(Reply { status, body: body.map_err(|why| failed(&why))? })
        })
    }))
}

/// A question as a request that came in over the network would be.
fn request(asked: Asked) -> Result<Request, actix_web::error::HttpError> {
    let Asked { question, authorization, peer } = asked;
    let mut request = match &question.body {
        Some(body) => Request::with_payload(actix_http::Payload::from(web::Bytes::from(body.to_string()))),
        None => Request::new(),
    };
    let head = request.head_mut();
    head.uri = format!("{API_BASE}{}", question.path).parse()?;
    head.method = match question.method {
        Method::Get => actix_web::http::Method::GET,
        Method::Post => actix_web::http::Method::POST,
    };
    head.peer_addr = peer;
    head.headers.insert(header::AUTHORIZATION, authorization);
    if question.body.is_some() {
        head.headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    }
    if let Some(key) = &question.idempotency_key {
        let name = header::HeaderName::from_static("idempotency-key");
        head.headers.insert(name, header::HeaderValue::from_str(key)?);
    }
    Ok(request)
}
