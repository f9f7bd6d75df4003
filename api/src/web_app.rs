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

use crate::problem::{Code, Problem};
use crate::static_file::{Cache, StaticFile};

const NONCE_MARK: &str = "__NONCE__";
const PAGE: &str = "index.html";
const DIAGRAM: &str = "diagram.html";
const DIAGRAM_POLICY: &str = "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; frame-ancestors 'self'";
const NOT_BUILT: &str = "The web app has not been built. Run ./justw web, or start with ./justw run.";

#[derive(RustEmbed)]
#[folder = "../web/dist/"]
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
///
/// # Errors
/// The problem, when there is nothing at the address or it can only be read.
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let path = request.path();
    if path == "/api" || path.starts_with("/api/") {
        return Err(Problem::new(Code::NotFound, "There is nothing at this address; /docs lists what there is."));
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let refusal = Problem::new(Code::MethodNotAllowed, "Pages can only be read; the API is at /api/v1.");
        return Err(refusal.header(header::ALLOW, "GET, HEAD"));
    }
    let name = path.trim_start_matches('/');
    match Dist::get(name) {
        Some(file) if name == DIAGRAM => Ok(diagram(file)),
        Some(file) if name != PAGE && !name.is_empty() => Ok(asset(&request, name, file)),
        _ if name.starts_with("assets/") => {
            Err(Problem::new(Code::NotFound, "This file belongs to another version of the web app; reload the page."))
        }
        _ => page(),
    }
}

/// The app's one page; which view it shows is decided by the address, in the browser.
fn page() -> Result<HttpResponse, Problem> {
    let file = Dist::get(PAGE).ok_or_else(|| Problem::new(Code::NotFound, NOT_BUILT))?;
    let nonce = hex::encode(rand::random::<[u8; 16]>());
    let html = String::from_utf8_lossy(&file.data).replace(NONCE_MARK, &nonce);
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::CONTENT_SECURITY_POLICY, page_policy(&nonce)))
        .body(html))
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

#[cfg(test)]
mod tests;
