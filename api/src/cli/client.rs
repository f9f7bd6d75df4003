//! The API as commands use it: `GET`, `POST` and the rest with a bearer token, and problems as failures.
//!
//! [`Client::for_project`] finds the server and the token (environment, then what `konductro login` stored).
//! Every answer that is no success becomes a [`Failure`] with the problem's sentence, every reason that it lists with
//! its place, and the exit code.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::credentials::{self, Credentials};
use super::exit::{Exit, Failure};
use super::server::ServerArgs;
use crate::config::Secret;

/// How long connecting may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// No answer is larger than this.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;
/// The longest that a busy server is waited for by itself.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a request that may be repeated is repeated.
const REPEATS: u32 = 2;

/// A connection to one server, with a token or without.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<Secret>,
}

/// A successful answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status, 200 to 299.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null where there is none.
    pub body: Value,
}

impl Client {
    /// A client without a token.
    pub fn anonymous(base: &str) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("konductro-cli/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_WITHIN)
            .timeout(ANSWER_WITHIN)
            // A token goes to the server it is for, and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Failure::new(Exit::Error, format!("No HTTP client can be made: {error}.")))?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), token: None })
    }

    /// The same client with a token.
    #[must_use]
    pub fn with_token(mut self, token: Secret) -> Self {
        self.token = Some(token);
        self
    }

    /// The client of whoever is signed in, for a project by its key where one is named: tokens are bound to one.
    pub fn for_project(server: &ServerArgs, project_key: Option<&str>) -> Result<Self, Failure> {
        let Credentials { url, token, .. } = credentials::find(server, project_key)?;
        Ok(Self::anonymous(&url)?.with_token(token))
    }

    /// The server's address, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Reads something; the path begins with a slash, after `/api/v1`.
    pub async fn get(&self, path: &str) -> Result<Value, Failure> {
        Ok(self.send::<()>(Method::GET, path, None, None).await?.body)
    }

    /// Gives a command. The key makes a repeat harmless; without one a new one is made.
    pub async fn post(&self, path: &str, body: &impl Serialize, key: Option<&str>) -> Result<Answer, Failure> {
        let made = Uuid::now_v7().to_string();
        self.send(Method::POST, path, Some(body), Some(key.unwrap_or(&made))).await
    }

    /// Takes something away.
    pub async fn delete(&self, path: &str) -> Result<Answer, Failure> {
        self.send::<()>(Method::DELETE, path, None, None).await
    }

    /// Sends a request. One that may be repeated is, where the server is busy for a moment.
    pub async fn send<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
        key: Option<&str>,
    ) -> Result<Answer, Failure> {
        let may_repeat = method == Method::GET || key.is_some();
        let mut repeats = 0;
        loop {
            let response = self.once(method.clone(), path, body, key).await?;
            let busy = [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&response.status());
            let wait = seconds(response.headers()).filter(|wait| *wait <= PATIENCE);
            match wait {
                Some(wait) if busy && may_repeat && repeats < REPEATS => {
                    repeats += 1;
                    tokio::time::sleep(wait).await;
                }
                Some(_) | None => return self.read(response).await,
            }
        }
    }

    async fn once<B: Serialize>(
        &self,
        method: Method,
        path: &str,
        body: Option<&B>,
        key: Option<&str>,
    ) -> Result<reqwest::Response, Failure> {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose());
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.map_err(|error| self.unreachable(&error))
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Answer, Failure> {
        let (status, headers) = (response.status(), response.headers().clone());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.unreachable(&error))? {
            if bytes.len() + chunk.len() > LARGEST_ANSWER {
                return Err(Failure::new(Exit::Error, "The server's answer is too large."));
            }
            bytes.extend_from_slice(&chunk);
        }
        let body = match bytes.as_slice() {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes)
                .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned())),
        };
        if status.is_success() { Ok(Answer { status, headers, body }) } else { Err(self.refused(status, body)) }
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        let message =
            format!("{} can't be reached: {cause}. Is the address right, and is the server running?", self.base);
        Failure::new(Exit::Unreachable, message)
    }

    fn refused(&self, status: StatusCode, body: Value) -> Failure {
        let exit = match status.as_u16() {
            401 | 403 => Exit::NotAllowed,
            409 | 412 | 413 | 415 | 422 | 428 => Exit::Refused,
            429 | 500.. => Exit::Unreachable,
            _ => Exit::Error,
        };
        let Some(detail) = body["detail"].as_str() else {
            let message =
                format!("{} answered {status}, which Konductro does not say; is the address right?", self.base);
            return Failure::new(exit, message);
        };
        Failure::new(exit, message_of(detail, &body)).with_problem(body)
    }
}

/// A problem as people read it: its sentence, then each reason with its place on a line of its own.
fn message_of(detail: &str, problem: &Value) -> String {
    let mut message = detail.to_owned();
    let reasons = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    // A single reason is in the sentence already.
    if reasons.len() > 1 || reasons.iter().any(|reason| !detail.contains(reason["detail"].as_str().unwrap_or_default()))
    {
        for reason in reasons {
            let text = reason["detail"].as_str().unwrap_or_default();
            match place_of(reason) {
                Some(place) => message.push_str(&format!("\n  {place}: {text}")),
                None => message.push_str(&format!("\n  {text}")),
            }
        }
    }
    message
}

/// Where a reason is: a JSON pointer, a section, a line.
fn place_of(reason: &Value) -> Option<String> {
    let mut places = Vec::new();
    if let Some(pointer) = reason["pointer"].as_str().filter(|pointer| !pointer.is_empty()) {
        places.push(pointer.to_owned());
    }
    if let Some(section) = reason["section"].as_str() {
        places.push(format!("section {section}"));
    }
    if let Some(line) = reason["line"].as_u64() {
        places.push(format!("line {line}"));
    }
    (!places.is_empty()).then(|| places.join(", "))
}

fn seconds(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_reason_is_told_with_its_place() {
        let problem = json!({ "errors": [
            { "pointer": "/evidence/0/commit", "detail": "must be a commit" },
            { "pointer": "", "section": "Options", "line": 12, "detail": "recommends nothing" },
        ] });
        let message = message_of("2 fields are not valid.", &problem);
        assert_eq!(
            message,
            "2 fields are not valid.\n  /evidence/0/commit: must be a commit\n  section Options, line 12: recommends nothing"
        );
        let one = json!({ "errors": [{ "pointer": "/title", "detail": "must not be empty" }] });
        assert_eq!(message_of("/title: must not be empty", &one), "/title: must not be empty");
    }
}
