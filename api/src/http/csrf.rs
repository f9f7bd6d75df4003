//! No page of somebody else's can make a browser change anything here.
//!
//! A change that a cookie vouches for needs a header that no form can send, JSON, and a browser that
//! does not say it comes from another origin. Signing in and set-up are held to the same, although
//! they have no cookie yet: nobody is to be signed in as somebody else unawares.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, ResponseError, web};

use super::body::is_json;
use super::caller::has_bearer;
use super::{API_BASE, Site};
use crate::problem::{Code, Problem};

/// The header that the web app sends with each change.
pub const X_KONDUCTRO: &str = "x-konductro";

/// Lets changes through that come from our own pages, or vouch for themselves by a token: a browser sends one only if
/// a page of this very origin makes it.
pub async fn refuse_foreign_changes(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match check(request.request()) {
        Ok(()) => Ok(next.call(request).await?.map_into_boxed_body()),
        Err(problem) => Ok(request.into_response(problem.error_response())),
    }
}

fn check(request: &HttpRequest) -> Result<(), Problem> {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS];
    if reads.contains(request.method()) || has_bearer(request) {
        return Ok(());
    }
    let Some(site) = request.app_data::<web::Data<Site>>() else {
        return Err(Problem::unavailable("tell our own origin", &"the site is not configured"));
    };
    let opens_a_session =
        request.path().strip_prefix(API_BASE).is_some_and(|path| ["/session", "/setup"].contains(&path));
    if site.session_token(request).is_none() && !opens_a_session {
        return Ok(());
    }
    if request.headers().get(X_KONDUCTRO).is_none_or(|value| value != "1") {
        return Err(Problem::new(Code::Csrf, "Send the header X-Konductro: 1 with each change."));
    }
    if !site.is_same_origin(request) {
        return Err(Problem::new(
            Code::Csrf,
            "The browser says that this comes from another site; use Konductro's own page.",
        ));
    }
    if has_body(request) && !is_json(request) {
        return Err(Problem::new(Code::UnsupportedMediaType, "Send JSON, with Content-Type: application/json."));
    }
    Ok(())
}

fn has_body(request: &HttpRequest) -> bool {
    let length = request.headers().get(header::CONTENT_LENGTH);
    request.headers().contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}
