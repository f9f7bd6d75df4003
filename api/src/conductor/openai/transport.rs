//! The transport under async-openai: bounded answers, and new attempts only while nothing was received.
//!
//! Its own error handling logs bodies and expects one shape of error; here a body that is no 2xx is read
//! leniently, up to 64 KiB, and becomes a failure that says what to do.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use konductro_domain::conductor::{ModelEvent, ModelFailureKind};
use rand::Rng;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Response};
use serde_json::Value;
use tokio::sync::mpsc;

use super::config::Endpoint;
use super::failure::{self, Again, Refusal, failure};
use super::guard::{MAX_EVENT_BYTES, Shared, guarded};

const ATTEMPTS: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_millis(400);
const LONGEST_WAIT: Duration = Duration::from_secs(20);
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// How one call is carried.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    pub(super) http: reqwest::Client,
    pub(super) endpoint: Arc<Endpoint>,
    pub(super) shared: Arc<Shared>,
    /// Where new attempts are announced.
    pub(super) notes: mpsc::UnboundedSender<ModelEvent>,
}

impl Transport {
    /// Sends the request until a 2xx comes, or no further attempt is due.
    pub(super) async fn send(self, factory: HttpRequestFactory) -> Result<Response, OpenAIError> {
        let mut attempt = 1;
        loop {
            let refusal = match self.attempt(&factory).await? {
                Ok(response) => return Ok(response),
                Err(refusal) => refusal,
            };
            let wait = match refusal.again {
                Again::Soon => backoff(attempt),
                Again::After(wait) if wait <= LONGEST_WAIT => wait,
                Again::After(_) | Again::Never => return Err(OpenAIError::Boxed(Box::new(refusal))),
            };
            if attempt == ATTEMPTS {
                return Err(OpenAIError::Boxed(Box::new(refusal)));
            }
            attempt += 1;
            let after_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            // Nobody listens any more when the reply was dropped, and then this future is dropped too.
            self.notes.send(ModelEvent::Retrying { attempt, after_ms, detail: refusal.failure.detail }).ok();
            tokio::time::sleep(wait).await;
        }
    }

    async fn attempt(&self, factory: &HttpRequestFactory) -> Result<Result<Response, Refusal>, OpenAIError> {
        let request = match factory.build().await {
            Ok(request) => request,
            Err(OpenAIError::Reqwest(error)) => return Ok(Err(failure::of_transport(&error))),
            Err(error) => return Err(error),
        };
        Ok(match self.http.execute(request).await {
            Ok(response) if response.status().is_success() => self.accept(response).await,
            Ok(response) => Err(self.refused(response).await),
            Err(error) => Err(failure::of_transport(&error)),
        })
    }

    async fn refused(&self, response: Response) -> Refusal {
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        let mut pieces = response.bytes_stream();
        while let Some(Ok(piece)) = pieces.next().await {
            body.extend_from_slice(&piece[..piece.len().min(MAX_ERROR_BYTES - body.len())]);
            if body.len() == MAX_ERROR_BYTES {
                break;
            }
        }
        let secret = self.endpoint.secret.as_ref().map(crate::config::Secret::expose);
        failure::of_status(status, &headers, &String::from_utf8_lossy(&body), secret)
    }

    /// A 2xx: its body within bounds, and as a stream of events even where it is one JSON object.
    async fn accept(&self, response: Response) -> Result<Response, Refusal> {
        let kind = media_type(response.headers());
        if kind == "text/html" {
            let detail = "the model's endpoint answered with a web page; check OPENAI_BASE_URL";
            return Err(Refusal::of(failure(ModelFailureKind::Rejected, false, detail), Again::Never));
        }
        let guarded = guarded(response.bytes_stream(), self.shared.clone(), self.endpoint.idle_timeout);
        let body = if kind == "application/json" {
            Body::wrap_stream(stream::once(as_event(guarded)))
        } else {
            Body::wrap_stream(guarded)
        };
        let response = http::Response::new(body);
        Ok(Response::from(response))
    }
}

/// One JSON object, as the one event of a stream: some servers do not stream.
async fn as_event(body: stream::BoxStream<'static, io::Result<Bytes>>) -> io::Result<Bytes> {
    let mut body = body;
    let mut whole = Vec::new();
    while let Some(piece) = body.next().await {
        whole.extend_from_slice(&piece?);
        if whole.len() > MAX_EVENT_BYTES {
            return Err(io::Error::other("the answer is larger than a reply may be"));
        }
    }
    let value: Value = serde_json::from_slice(&whole)?;
    Ok(Bytes::from(format!("data: {value}\n\n")))
}

fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Doubled at each attempt, and spread, so that many callers do not come back at once.
fn backoff(attempt: u32) -> Duration {
    let full = FIRST_WAIT * 2u32.saturating_pow(attempt.saturating_sub(1));
    full.mul_f64(rand::rng().random_range(0.5..1.0))
}
