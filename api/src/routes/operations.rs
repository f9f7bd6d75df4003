//! What operators and programmers ask outside `/api/v1`: is it alive, is it ready, what is the API.
//!
//! `/healthz` says that the process answers; `/readyz` says that it can do its work, and names what
//! cannot. `/docs` shows the OpenAPI document with Swagger UI out of the binary, under a policy that
//! loads nothing from elsewhere.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, web};
use async_trait::async_trait;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::problem::{Code, Problem, ProblemDetails};
use crate::static_file::{Cache, StaticFile};

const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Whether one part of the server can do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckState {
    /// It can.
    Ok,
    /// It cannot, and why.
    NotReady(String),
}

/// One part of the server and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which part, such as `database`.
    pub name: &'static str,
    /// How it is.
    pub state: CheckState,
}

/// How all parts of the server are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Every part that was asked.
    pub checks: Vec<Check>,
}

impl Readiness {
    /// Adds what one part says; an error is the reason why it is not ready.
    #[must_use]
    pub fn with<E: std::fmt::Display>(mut self, name: &'static str, outcome: Result<(), E>) -> Self {
        let state = outcome.map_or_else(|error| CheckState::NotReady(error.to_string()), |()| CheckState::Ok);
        self.checks.push(Check { name, state });
        self
    }

    /// Whether every part can do its work.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.checks.iter().all(|check| check.state == CheckState::Ok)
    }
}

/// Asks every part of the server how it is, each time somebody wants to know.
#[async_trait]
pub trait ReadinessProbe: Send + Sync {
    /// How all parts are now.
    async fn readiness(&self) -> Readiness;
}

/// The OpenAPI document, written once.
#[derive(Debug, Clone)]
pub struct OpenApiDocument {
    json: Arc<str>,
    hash: [u8; 32],
}

impl OpenApiDocument {
    /// Keeps the document's text.
    #[must_use]
    pub fn new(json: impl Into<Arc<str>>) -> Self {
        let json = json.into();
        Self { hash: Sha256::digest(json.as_bytes()).into(), json }
    }
}

/// The server answers.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always `ok`.
    status: &'static str,
    /// The server's version.
    version: &'static str,
}

/// Whether the server can do its work.
#[derive(Debug, Serialize, ToSchema)]
struct ReadinessAnswer {
    /// Whether every part is ready.
    ready: bool,
    /// Every part.
    checks: Vec<CheckAnswer>,
}

/// One part of the server.
#[derive(Debug, Serialize, ToSchema)]
struct CheckAnswer {
    /// Which part.
    name: &'static str,
    /// Whether it is ready.
    ok: bool,
    /// Why it is not.
    #[schema(required)]
    reason: Option<String>,
}

impl From<Check> for CheckAnswer {
    fn from(check: Check) -> Self {
        match check.state {
            CheckState::Ok => Self { name: check.name, ok: true, reason: None },
            CheckState::NotReady(reason) => Self { name: check.name, ok: false, reason: Some(reason) },
        }
    }
}

/// Health, readiness, the OpenAPI document and its page.
///
/// Needs `web::Data<dyn ReadinessProbe>` and `web::Data<OpenApiDocument>`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(healthz)
        .service(readyz)
        .route("/openapi.json", web::get().to(openapi_json))
        .route("/docs", web::get().to(docs_page))
        .route("/docs/", web::get().to(docs_page))
        .route("/docs/{file}", web::get().to(docs_file));
}

/// Is the server alive?
#[utoipa::path(operation_id = "getHealth", tag = "operations", responses((status = 200, description = "The server answers", body = Health)))]
#[get("/healthz")]
async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Can the server do its work?
#[utoipa::path(
    operation_id = "getReadiness",
    tag = "operations",
    responses(
        (status = 200, description = "Every part is ready", body = ReadinessAnswer),
        (status = 503, description = "At least one part is not ready: `checks` says which and why", body = ProblemDetails)
    )
)]
#[get("/readyz")]
async fn readyz(probe: web::Data<dyn ReadinessProbe>) -> Result<HttpResponse, Problem> {
    let readiness = probe.readiness().await;
    let ready = readiness.is_ready();
    let checks: Vec<_> = readiness.checks.into_iter().map(CheckAnswer::from).collect();
    if !ready {
        let waiting: Vec<_> = checks.iter().filter(|check| !check.ok).map(|check| check.name).collect();
        let detail = format!("Not ready: {}. `checks` says why.", waiting.join(", "));
        return Err(Problem::new(Code::NotReady, detail).with("ready", false).with("checks", checks).retry_after(1));
    }
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(ReadinessAnswer { ready, checks }))
}

async fn openapi_json(request: HttpRequest, document: web::Data<OpenApiDocument>) -> HttpResponse {
    let bytes = Cow::Owned(document.json.as_bytes().to_vec());
    StaticFile { bytes, hash: document.hash, content_type: "application/json".to_owned() }
        .respond(&request, Cache::AskAgain)
}

async fn docs_page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, DOCS_POLICY))
        .body(include_str!("docs/index.html"))
}

async fn docs_file(request: HttpRequest, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let file = match name.as_str() {
        "start.js" => Some((Cow::Borrowed(include_bytes!("docs/start.js").as_slice()), "text/javascript".to_owned())),
        "swagger-ui.css" | "swagger-ui-bundle.js" => swagger_ui(&name),
        _ => None,
    };
    let Some((bytes, content_type)) = file else {
        return Err(Problem::new(Code::NotFound, "There is no such file; the page is at /docs."));
    };
    let hash = Sha256::digest(&bytes).into();
    Ok(StaticFile { bytes, hash, content_type }.respond(&request, Cache::AskAgain))
}

fn swagger_ui(name: &str) -> Option<(Cow<'static, [u8]>, String)> {
    static CONFIG: LazyLock<Arc<utoipa_swagger_ui::Config<'static>>> = LazyLock::new(Arc::default);
    let file = utoipa_swagger_ui::serve(name, Arc::clone(&CONFIG)).ok().flatten()?;
    Some((file.bytes, file.content_type))
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::{self, TestRequest};
    use utoipa_actix_web::AppExt as _;

    use super::*;

    struct Fixed(Readiness);

    #[async_trait]
    impl ReadinessProbe for Fixed {
        async fn readiness(&self) -> Readiness {
            self.0.clone()
        }
    }

    async fn answer(readiness: Readiness, path: &str) -> actix_web::dev::ServiceResponse {
        let probe: Arc<dyn ReadinessProbe> = Arc::new(Fixed(readiness));
        let app = actix_web::App::new()
            .into_utoipa_app()
            .app_data(web::Data::from(probe))
            .app_data(web::Data::new(OpenApiDocument::new("{\"openapi\":\"3.1.0\"}")))
            .configure(configure)
            .into_app();
        test::call_service(&test::init_service(app).await, TestRequest::get().uri(path).to_request()).await
    }

    #[actix_web::test]
    async fn ready_only_when_every_part_is() {
        let well = Readiness::default().with("database", Ok::<(), String>(()));
        assert_eq!(answer(well.clone(), "/readyz").await.status(), StatusCode::OK);
        let response = answer(well.with("sealer", Err("no events were sealed for 10 s")), "/readyz").await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body: serde_json::Value = test::read_body_json(response).await;
        assert_eq!((&body["type"], &body["ready"]), (&"/problems/not-ready".into(), &false.into()));
        assert_eq!(
            body["checks"],
            serde_json::json!([
                {"name": "database", "ok": true, "reason": null},
                {"name": "sealer", "ok": false, "reason": "no events were sealed for 10 s"},
            ])
        );
    }

    #[actix_web::test]
    async fn health_document_and_page_come_out_of_the_binary() {
        for (path, kind) in [
            ("/healthz", "application/json"),
            ("/openapi.json", "application/json"),
            ("/docs", "text/html; charset=utf-8"),
            ("/docs/swagger-ui.css", "text/css"),
            ("/docs/swagger-ui-bundle.js", "text/javascript"),
            ("/docs/start.js", "text/javascript"),
        ] {
            let response = answer(Readiness::default(), path).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            assert_eq!(content_type, Some(kind), "{path}");
        }
        assert_eq!(answer(Readiness::default(), "/docs/other").await.status(), StatusCode::NOT_FOUND);
    }
}
