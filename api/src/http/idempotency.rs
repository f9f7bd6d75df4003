//! A POST with an `Idempotency-Key` is done once.
//!
//! The receipt that commits with a command's events is what guarantees it; this layer adds to it the
//! answer over HTTP, so that a repeat gets the very same, that a repeat of one still running is told so, and that a key is
//! not used for two things. Only successes are kept, never an answer that holds a secret, and secrets
//! of a body never enter its fingerprint, since a quick hash of a password is no better than the password.

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpRequest, ResponseError};
use konductro_domain::text::Hash;
use serde_json::Value;

use super::API_BASE;
use super::answers::{Answers, FirstAnswer, Found};
use super::body::collect;
use super::caller::{caller_of, earlier_receipt_of};
use super::headers::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED};
use crate::problem::{Code, Problem};

/// A request's key: within its scope (caller, method, path), for this content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed {
    /// Caller, method and path.
    pub scope: String,
    /// The key that the client chose.
    pub key: String,
    /// The content, without its secrets.
    pub fingerprint: Hash,
    /// Whether it was used before.
    pub standing: Standing,
}

/// Whether a key was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not as far as is known.
    New,
    /// It has a receipt, but the first answer was not kept.
    Repeated,
}

/// Marks an answer, in its extensions, as one that must not be kept.
#[derive(Debug, Clone, Copy)]
pub struct HoldsSecret;

/// Answers a repeat with the first answer, and keeps the answers of first requests.
pub async fn replay_or_remember(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (mut keyed, answers) = match prepare(&mut request).await {
        Ok(Some(prepared)) => prepared,
        Ok(None) => return Ok(next.call(request).await?.map_into_boxed_body()),
        Err(problem) => return Ok(request.into_response(problem.error_response())),
    };
    let Some(_claim) = answers.claim(&keyed) else {
        return Ok(request.into_response(still_running().error_response()));
    };
    match answers.known(&keyed, earlier_receipt_of(request.request())) {
        Ok(Found::Answer(first)) => return Ok(request.into_response(first.again())),
        Ok(Found::Receipt) => keyed.standing = Standing::Repeated,
        Ok(Found::Nothing) => {}
        Err(problem) => return Ok(request.into_response(problem.error_response())),
    }
    request.extensions_mut().insert(keyed.clone());
    let answer = next.call(request).await?.map_into_boxed_body();
    if !answer.status().is_success() || answer.headers().contains_key(IDEMPOTENCY_REPLAYED) {
        return Ok(the_first_if_it_ended_meanwhile(&answers, &keyed, answer).await);
    }
    if !may_be_kept(&answer) {
        return Ok(answer);
    }
    let (head, body) = answer.into_parts();
    let (answer, body) = body.into_parts();
    let body = to_bytes(body).await.unwrap_or_else(|_| Bytes::new());
    answers.keep(&keyed, FirstAnswer::of(&answer, &body));
    Ok(ServiceResponse::new(head, answer.set_body(BoxBody::new(body))))
}

/// The first request may have ended between the look at its receipt and now, here or on another replica.
async fn the_first_if_it_ended_meanwhile(
    answers: &Answers,
    keyed: &Keyed,
    answer: ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    match answers.find(keyed).await {
        Ok(Found::Answer(first)) => {
            let (head, _) = answer.into_parts();
            ServiceResponse::new(head, first.again())
        }
        Ok(Found::Receipt | Found::Nothing) | Err(_) => answer,
    }
}

async fn prepare(request: &mut ServiceRequest) -> Result<Option<(Keyed, Answers)>, Problem> {
    let Some(key) = key_of(request.request()) else { return Ok(None) };
    let key = key.map(str::to_owned)?;
    let (Some(caller), Some(answers)) = (caller_of(request.request()), request.app_data::<Data<Answers>>()) else {
        return Ok(None);
    };
    let answers = answers.get_ref().clone();
    let body = collect(request.take_payload()).await?;
    let scope = format!("{} {}", caller.user_id, what(request.request()));
    let fingerprint = fingerprint(&body);
    request.set_payload(Payload::from(body));
    Ok(Some((Keyed { scope, key, fingerprint, standing: Standing::New }, answers)))
}

/// The key of a request that is done once; a problem where it is none.
pub(super) fn key_of(request: &HttpRequest) -> Option<Result<&str, Problem>> {
    if request.method() != Method::POST || opens_or_guards_a_session(request.path()) {
        return None;
    }
    let key = request.headers().get(&IDEMPOTENCY_KEY)?;
    Some(key.to_str().ok().filter(|key| (1..=200).contains(&key.len())).ok_or_else(|| {
        Problem::new(Code::Malformed, "Idempotency-Key takes 1 to 200 visible ASCII characters; a UUID is a good one.")
    }))
}

/// What such a request asks for: with who asks, the key's scope.
pub(super) fn what(request: &HttpRequest) -> String {
    format!("POST {}", request.path())
}

fn opens_or_guards_a_session(path: &str) -> bool {
    path.strip_prefix(API_BASE).is_some_and(|path| ["/session", "/setup", "/me/password"].contains(&path))
}

fn fingerprint(body: &[u8]) -> Hash {
    match serde_json::from_slice(body) {
        Ok(Value::Object(mut fields)) => {
            fields.retain(|name, _| !name.contains("password") && name != "secret" && name != "code");
            Hash::of(Value::Object(fields).to_string().as_bytes())
        }
        _ => Hash::of(body),
    }
}

fn may_be_kept(answer: &ServiceResponse<BoxBody>) -> bool {
    answer.status().is_success()
        && !answer.headers().contains_key(header::SET_COOKIE)
        && answer.response().extensions().get::<HoldsSecret>().is_none()
}

/// 409: the first request is not done yet.
pub(crate) fn still_running() -> Problem {
    Problem::new(Code::StillRunning, "The first request with this key is still running; ask again in a moment.")
        .retry_after(1)
}

/// 422: the key stands for another request.
pub(crate) fn key_reused() -> Problem {
    Problem::new(
        Code::IdempotencyKeyReused,
        "This Idempotency-Key was used with another body; take a new key for a new request.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_knows_the_content_but_not_the_password() {
        let of = |body: &str| fingerprint(body.as_bytes());
        assert_eq!(of(r#"{"a":1,"b":2}"#), of(r#"{ "b": 2, "a": 1 }"#));
        assert_ne!(of(r#"{"a":1}"#), of(r#"{"a":2}"#));
        assert_eq!(of(r#"{"a":1,"password":"x"}"#), of(r#"{"a":1,"password":"y"}"#));
    }
}
