//! The web app: files of `web/dist`, and the page for every address that the app knows itself.
//!
//! Release builds carry the files; debug builds read them when asked, so that the web app can be built
//! again without the server. What must stay true: nothing that a model or a person wrote can run. The
//! page's policy allows scripts of our own only, and styles only with the nonce of this very answer; the
//! frame that draws diagrams has a policy of its own and no origin.

use actix_web::http::{Method, header};
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::static_file::{Cache, StaticFile};

const NONCE_MARK: &str = "__NONCE__";
const PAGE: &str = "index.html";
const DIAGRAM: &str = "diagram.html";
const DIAGRAM_POLICY: &str = "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; frame-ancestors 'self'";
const NOT_BUILT: &str = "The web app has not been built. Run ./justw web, or start with ./justw run.\n";

#[derive(RustEmbed)]
#[folder = "../web/dist/"]
#[allow_missing = true]
struct Dist;

/// What every answer of the server says to a browser, unless it says something stricter itself.
#[must_use]
pub fn security_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::REFERRER_POLICY, "same-origin"))
        .add((
            header::PERMISSIONS_POLICY,
            "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        ))
        .add((header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"))
        .add((header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"))
        .add((header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
}

/// Answers whatever no route took: a file, the app's page, or a problem below `/api`.
pub async fn serve(request: HttpRequest) -> HttpResponse {
    let path = request.path();
    if path == "/api" || path.starts_with("/api/") {
        return not_found(&request, "there is nothing at this address of the API: /docs lists what there is");
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return method_not_allowed(&request);
    }
    let name = path.trim_start_matches('/');
    match Dist::get(name) {
        Some(file) if name == DIAGRAM => diagram(file),
        Some(file) if name != PAGE && !name.is_empty() => asset(&request, name, file),
        _ if name.starts_with("assets/") => {
            not_found(&request, "this file belongs to another version of the web app: reload the page")
        }
        _ => page(),
    }
}

/// The app's one page; which view it shows is decided by the address, in the browser.
fn page() -> HttpResponse {
    let Some(file) = Dist::get(PAGE) else {
        return HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body(NOT_BUILT);
    };
    let nonce = hex::encode(rand::random::<[u8; 16]>());
    let html = String::from_utf8_lossy(&file.data).replace(NONCE_MARK, &nonce);
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, page_policy(&nonce)))
        .body(html)
}

fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
}

fn diagram(file: EmbeddedFile) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, DIAGRAM_POLICY))
        .body(file.data.into_owned())
}

fn asset(request: &HttpRequest, name: &str, file: EmbeddedFile) -> HttpResponse {
    let content_type = content_type(file.metadata.mimetype());
    let hash = file.metadata.sha256_hash();
    let file = StaticFile { bytes: file.data, hash, content_type };
    if !name.starts_with("assets/") {
        return file.respond(request, Cache::AskAgain);
    }
    let mut response = file.respond(request, Cache::Immutable);
    // The diagram's frame has no origin, and still loads its script and fonts.
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, header::HeaderValue::from_static("*"));
    headers.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, header::HeaderValue::from_static("cross-origin"));
    response
}

fn content_type(kind: &str) -> String {
    let is_text = kind.starts_with("text/") || kind == "application/javascript" || kind == "application/json";
    if is_text { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

fn not_found(request: &HttpRequest, detail: &str) -> HttpResponse {
    problem(HttpResponse::NotFound(), "not-found", "Not found", 404, detail, request)
}

fn method_not_allowed(request: &HttpRequest) -> HttpResponse {
    let mut response = HttpResponse::MethodNotAllowed();
    response.insert_header((header::ALLOW, "GET, HEAD"));
    problem(
        response,
        "method-not-allowed",
        "Method not allowed",
        405,
        "pages can only be read: the API is at /api/v1",
        request,
    )
}

fn problem(
    mut response: actix_web::HttpResponseBuilder,
    code: &str,
    title: &str,
    status: u16,
    detail: &str,
    request: &HttpRequest,
) -> HttpResponse {
    response.content_type("application/problem+json").body(
        serde_json::json!({
            "type": format!("/problems/{code}"),
            "title": title,
            "status": status,
            "detail": detail,
            "instance": request.path(),
        })
        .to_string(),
    )
}

#[cfg(test)]
mod tests;
