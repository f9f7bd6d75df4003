//! A POST with an `Idempotency-Key` is done once.
//!
//! The receipt that commits with a command's events is what guarantees it; this layer adds to it the
//! answer over HTTP, so that a repeat gets the very same, that a repeat of one still running is told so, and that a key is
//! not used for two things. Only successes are kept, never an answer that holds a secret, and secrets
//! of a body never enter its fingerprint, since a quick hash of a password is no better than the password.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::body::{BoxBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgPool, Row};

use super::API_BASE;
use super::body::collect;
use super::caller::caller_of;
use super::headers::{IDEMPOTENCY_KEY, IDEMPOTENCY_REPLAYED, KONDUCTRO_EVENT, KONDUCTRO_POSITION};
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
}

/// Marks an answer, in its extensions, as one that must not be kept.
#[derive(Debug, Clone, Copy)]
pub struct HoldsSecret;

/// The answers that repeats get, and which requests are running.
#[derive(Clone)]
pub struct Answers {
    pool: PgPool,
    running: Arc<Mutex<HashSet<(String, String)>>>,
}

struct Claim {
    running: Arc<Mutex<HashSet<(String, String)>>>,
    name: (String, String),
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

impl Answers {
    /// Keeps answers in this database.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, running: Arc::default() }
    }

    fn claim(&self, keyed: &Keyed) -> Option<Claim> {
        let name = (keyed.scope.clone(), keyed.key.clone());
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(name.clone()).then(|| Claim { running: self.running.clone(), name })
    }

    /// The first answer, where the key has one. A receipt without an answer is left to its command, which
    /// tells what the first call did.
    async fn find(&self, keyed: &Keyed) -> Result<Option<HttpResponse>, Problem> {
        let row = sqlx::query("SELECT fingerprint, answer FROM receipts WHERE scope = $1 AND key = $2")
            .bind(&keyed.scope)
            .bind(&keyed.key)
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        if row.try_get::<Vec<u8>, _>("fingerprint")? != keyed.fingerprint.bytes() {
            return Err(key_reused());
        }
        let first: Option<sqlx::types::Json<FirstAnswer>> = row.try_get("answer")?;
        Ok(first.map(|first| first.0.again()))
    }

    /// Keeps an answer with its receipt. It need not survive a crash of the database (the receipt does), so
    /// its commit does not wait for the disk.
    async fn keep(&self, keyed: &Keyed, answer: &FirstAnswer) {
        let kept = sqlx::query(
            "WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
             UPDATE receipts SET answer = $4 FROM quick WHERE scope = $1 AND key = $2 AND fingerprint = $3",
        )
        .bind(&keyed.scope)
        .bind(&keyed.key)
        .bind(keyed.fingerprint.bytes().as_slice())
        .bind(sqlx::types::Json(answer))
        .execute(&self.pool)
        .await;
        if let Err(error) = kept {
            tracing::warn!(%error, "an answer could not be kept; a repeat will be answered from its receipt");
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct FirstAnswer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl FirstAnswer {
    fn of<B>(answer: &HttpResponse<B>, body: &[u8]) -> Self {
        let kept = [header::CONTENT_TYPE, header::LOCATION, header::ETAG, KONDUCTRO_POSITION, KONDUCTRO_EVENT];
        let text =
            |name: &HeaderName| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            status: answer.status().as_u16(),
            headers: kept.iter().filter_map(|name| text(name).map(|value| (name.to_string(), value))).collect(),
            body: String::from_utf8_lossy(body).into_owned(),
        }
    }

    fn again(self) -> HttpResponse {
        let mut answer = HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or_default());
        for (name, value) in self.headers {
            answer.insert_header((name, value));
        }
        answer.insert_header((IDEMPOTENCY_REPLAYED, "true"));
        answer.body(self.body)
    }
}

/// Answers a repeat with the first answer, and keeps the answers of first requests.
pub async fn replay_or_remember(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (keyed, answers) = match prepare(&mut request).await {
        Ok(Some(prepared)) => prepared,
        Ok(None) => return Ok(next.call(request).await?.map_into_boxed_body()),
        Err(problem) => return Ok(request.into_response(problem.error_response())),
    };
    let Some(_claim) = answers.claim(&keyed) else {
        return Ok(request.into_response(still_running().error_response()));
    };
    match answers.find(&keyed).await {
        Ok(Some(first)) => return Ok(request.into_response(first)),
        Ok(None) => {}
        Err(problem) => return Ok(request.into_response(problem.error_response())),
    }
    request.extensions_mut().insert(keyed.clone());
    let answer = next.call(request).await?.map_into_boxed_body();
    if !may_be_kept(&answer) {
        return Ok(answer);
    }
    let (head, body) = answer.into_parts();
    let (answer, body) = body.into_parts();
    let body = to_bytes(body).await.unwrap_or_else(|_| Bytes::new());
    answers.keep(&keyed, &FirstAnswer::of(&answer, &body)).await;
    Ok(ServiceResponse::new(head, answer.set_body(BoxBody::new(body))))
}

async fn prepare(request: &mut ServiceRequest) -> Result<Option<(Keyed, Answers)>, Problem> {
    if request.method() != Method::POST || opens_or_guards_a_session(request.path()) {
        return Ok(None);
    }
    let Some(key) = request.headers().get(&IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=200).contains(&key.len())).map(str::to_owned).ok_or_else(|| {
        Problem::new(Code::Malformed, "Idempotency-Key takes 1 to 200 visible ASCII characters; a UUID is a good one.")
    })?;
    let (Some(caller), Some(answers)) = (caller_of(request.request()), request.app_data::<Data<Answers>>()) else {
        return Ok(None);
    };
    let answers = answers.get_ref().clone();
    let body = collect(request.take_payload()).await?;
    let scope = format!("{} POST {}", caller.user_id, request.path());
    let fingerprint = fingerprint(&body);
    request.set_payload(Payload::from(body));
    Ok(Some((Keyed { scope, key, fingerprint }, answers)))
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
