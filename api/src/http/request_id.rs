//! The outermost layer: each request has an id, each answer carries it, each error is a problem.
//!
//! What actix answers by itself (plain text) is turned into a problem here, so that no client ever
//! meets two kinds of error. Answers of the API are never cached, framed or sniffed.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use tracing::Instrument;
use uuid::Uuid;

use crate::problem::{Code, PROBLEM_JSON, Problem};

/// The header that carries a request's id, in and out.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id: the client's own where it sent a sane one.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    fn of(headers: &HeaderMap) -> Self {
        let sent = headers.get(&X_REQUEST_ID).and_then(|value| value.to_str().ok());
        let sane = |id: &&str| {
            (1..=64).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        Self(sent.filter(sane).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }
}

/// Marks an answer that tells an error in the words of its own protocol, which is left as it is.
#[derive(Debug, Clone, Copy)]
pub struct OwnWords;

/// Gives the request its id and finishes its answer.
pub async fn identify(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    request.extensions_mut().insert(id.clone());
    let span = tracing::info_span!("request", request_id = %id.0, method = %request.method(), path = request.path());
    let answer = next.call(request).instrument(span.clone()).await?.map_into_boxed_body();
    let answer = finish(answer, &id);
    span.in_scope(|| {
        let (status, elapsed) = (answer.status().as_u16(), started.elapsed());
        if answer.status().is_server_error() {
            tracing::warn!(status, ?elapsed, "answered");
        } else {
            tracing::debug!(status, ?elapsed, "answered");
        }
    });
    Ok(answer)
}

fn finish(answer: ServiceResponse<BoxBody>, id: &RequestId) -> ServiceResponse<BoxBody> {
    let instance = answer.request().path().to_owned();
    let problem = problem_of(&answer);
    let mut answer = match problem {
        Some(problem) => {
            let body = problem.document(Some(&instance), Some(&id.0)).to_string();
            answer.map_body(|head, _| {
                head.status = problem.code().status();
                head.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
                head.headers.remove(header::CONTENT_LENGTH);
                BoxBody::new(body)
            })
        }
        None => answer,
    };
    let headers = answer.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(X_REQUEST_ID, value);
    }
    for (name, value) in SECURITY_HEADERS {
        if !headers.contains_key(*name) {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
    answer
}

const SECURITY_HEADERS: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// The problem that an answer tells, if it tells one: ours, or what actix meant by its own.
fn problem_of(answer: &ServiceResponse<BoxBody>) -> Option<Problem> {
    if let Some(problem) = answer.response().extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    if answer.response().extensions().get::<OwnWords>().is_some() {
        return None;
    }
    let status = answer.status();
    let is_problem = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    if is_problem || !(status.is_client_error() || status.is_server_error()) {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => {
            Problem::new(Code::NotFound, "There is nothing at this address; /docs lists what there is.")
        }
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(Code::MethodNotAllowed, "Use another method; /docs lists them."),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Code::PayloadTooLarge, "Send less than 2 MiB at once."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(Code::UnsupportedMediaType, "Send JSON, as application/json.")
        }
        status if status.is_client_error() => {
            Problem::new(Code::Malformed, "The request could not be read; check its address, headers and body.")
        }
        _ => match answer.response().error() {
            Some(cause) => Problem::unavailable("answer a request", &cause),
            None => Problem::unavailable("answer a request", &status),
        },
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn an_odd_id_is_replaced() {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_static("abc-1"));
        assert_eq!(RequestId::of(&headers).0, "abc-1");
        headers.insert(X_REQUEST_ID, HeaderValue::from_static("a b\"c"));
        assert!(Uuid::parse_str(&RequestId::of(&headers).0).is_ok());
    }
}
