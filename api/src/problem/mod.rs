//! Every error that leaves the API, as RFC 9457 `application/problem+json`.
//!
//! A problem has a code of the one table, and a detail: a sentence that a person can act on. Errors of
//! the rooms below are mapped here and nowhere else. What went wrong inside is logged, never answered:
//! no text of a database or a library reaches a client.

mod code;
mod of_commands;
mod of_identity;
mod of_stories;
mod of_the_domain;
mod schema;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use serde_json::{Map, Value, json};

pub use code::Code;
pub use schema::{FieldProblem, ProblemDetails};

/// The media type of every problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An error on its way to the client.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    detail: String,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of this kind; the detail says what to do next.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), members: Map::new(), headers: Vec::new() }
    }

    /// 404, also for what the caller may not see.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no {what} here, or you are not a member of its project."))
    }

    /// 422 for one field, by its JSON pointer.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid_fields(vec![FieldProblem { pointer: pointer.into(), detail: detail.into() }])
    }

    /// 422 for several fields at once.
    pub fn invalid_fields(errors: Vec<FieldProblem>) -> Self {
        let detail = match errors.as_slice() {
            [one] if one.pointer.is_empty() => one.detail.clone(),
            [one] => format!("{}: {}", one.pointer, one.detail),
            many => format!("{} fields are not valid; `errors` names each.", many.len()),
        };
        Self::new(Code::Invalid, detail).with("errors", errors)
    }

    /// 429, to be tried again after so many seconds.
    pub fn rate_limited(detail: impl Into<String>, policy: &str, retry_after: u64) -> Self {
        Self::new(Code::RateLimited, detail)
            .retry_after(retry_after)
            .header(HeaderName::from_static("ratelimit"), &format!("\"{policy}\";r=0;t={retry_after}"))
    }

    /// 503 for a failure inside: logged here with its cause, answered without it.
    pub fn unavailable(doing: &str, cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "failed to {doing}");
        Self::new(Code::Unavailable, "The server could not do this just now; nothing was lost. Try again in a moment.")
            .retry_after(1)
    }

    /// Adds a member of the problem's type.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        self.members.insert(name.to_owned(), value);
        self
    }

    /// Says when to try again.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header(header::RETRY_AFTER, &seconds.to_string())
    }

    /// Adds a header to the answer.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// What kind of problem it is.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentence that a person can act on.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The document, for the request that it answers.
    pub fn document(&self, instance: Option<&str>, request_id: Option<&str>) -> Value {
        let mut document = Map::new();
        document.insert("type".to_owned(), json!(format!("/problems/{}", self.code.as_str())));
        document.insert("title".to_owned(), json!(self.code.title()));
        document.insert("status".to_owned(), json!(self.code.status().as_u16()));
        document.insert("detail".to_owned(), json!(self.detail));
        if let Some(instance) = instance {
            document.insert("instance".to_owned(), json!(instance));
        }
        if let Some(request_id) = request_id {
            document.insert("request_id".to_owned(), json!(request_id));
        }
        document.extend(self.members.clone());
        Value::Object(document)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    /// The answer as far as it is known here; the request-id layer adds `instance` and `request_id`,
    /// for which the problem travels along in the answer's extensions.
    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponseBuilder::new(self.code.status());
        if self.code.status() == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"konductro\""));
        }
        for (name, value) in &self.headers {
            answer.insert_header((name.clone(), value.clone()));
        }
        let mut answer = answer.content_type(PROBLEM_JSON).body(self.document(None, None).to_string());
        answer.extensions_mut().insert(self.clone());
        answer
    }
}

impl From<konductro_projections::ProjectionError> for Problem {
    fn from(error: konductro_projections::ProjectionError) -> Self {
        Problem::unavailable("read what the log was folded into", &error)
    }
}

impl From<crate::checker::CheckerError> for Problem {
    fn from(error: crate::checker::CheckerError) -> Self {
        Problem::unavailable("check a document", &error)
    }
}

impl From<crate::live::NothingToAsk> for Problem {
    fn from(error: crate::live::NothingToAsk) -> Self {
        use crate::live::NothingToAsk;
        match error {
            NothingToAsk::Reading(error) => error.into(),
            NothingToAsk::Phase(error) => error.into(),
            NothingToAsk::Gone => Problem::not_found("phase"),
            NothingToAsk::Behind => Problem::unavailable("gather what Conductor is given", &error),
        }
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        Problem::unavailable("ask the database", &error)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_document_names_type_status_and_members() {
        let problem = Problem::invalid("/title", "must not be empty");
        let document = problem.document(Some("/api/v1/projects"), Some("r-1"));
        assert_eq!(document["type"], "/problems/invalid");
        assert_eq!(document["status"], 422);
        assert_eq!(document["errors"][0]["pointer"], "/title");
        assert_eq!(document["instance"], "/api/v1/projects");
        assert_eq!(document["request_id"], "r-1");
    }

    #[test]
    fn a_limit_says_when_to_come_back() {
        let answer = Problem::rate_limited("Too many.", "sign-in", 30).error_response();
        assert_eq!(answer.headers().get(header::RETRY_AFTER).unwrap(), "30");
        assert_eq!(answer.headers().get("ratelimit").unwrap(), "\"sign-in\";r=0;t=30");
    }
}
