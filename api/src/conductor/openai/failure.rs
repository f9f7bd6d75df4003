//! What went wrong, in a sentence for people: never with a key, never with a whole body.

use std::time::Duration;

use konductro_domain::conductor::{ModelFailure, ModelFailureKind};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use super::request::OptionalField;

const LONGEST_MESSAGE: usize = 300;

/// Whether, and when, the same request may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Not.
    Never,
    /// After a wait of our choice.
    Soon,
    /// After the wait that the endpoint asks for.
    After(Duration),
}

/// A request that got no reply.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{failure}")]
pub(super) struct Refusal {
    pub(super) failure: ModelFailure,
    pub(super) again: Again,
    /// The optional field that the endpoint does not take.
    pub(super) refused_field: Option<OptionalField>,
}

impl Refusal {
    pub(super) fn of(failure: ModelFailure, again: Again) -> Self {
        Self { failure, again, refused_field: None }
    }
}

pub(super) fn failure(kind: ModelFailureKind, retryable: bool, detail: impl Into<String>) -> ModelFailure {
    ModelFailure { kind, status: None, retryable, detail: detail.into() }
}

/// What an answer that is no 2xx means. Its body is read as leniently as people wrote it.
pub(super) fn of_status(status: StatusCode, headers: &HeaderMap, body: &str, secret: Option<&str>) -> Refusal {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let said = parsed.as_ref().and_then(message_of).map(|message| presentable(&message, secret));
    let quota = status == StatusCode::TOO_MANY_REQUESTS && is_quota(body);
    let code = status.as_u16();
    let (kind, retryable, what) = match code {
        401 | 403 => {
            (ModelFailureKind::Unauthorised, false, "the model's endpoint refused the key; check OPENAI_API_KEY")
        }
        429 if quota => (ModelFailureKind::RateLimited, false, "the quota at the model's endpoint is used up"),
        429 => (ModelFailureKind::RateLimited, true, "the model's endpoint is asked too often; try again in a moment"),
        408 | 504 => (ModelFailureKind::TimedOut, true, "the model's endpoint took too long; try again"),
        409 => (ModelFailureKind::Rejected, true, "the model's endpoint reports a conflict; try again"),
        404 => (
            ModelFailureKind::Rejected,
            false,
            "the model's endpoint does not know this address or model; check OPENAI_BASE_URL and KONDUCTRO_MODEL",
        ),
        413 => (ModelFailureKind::Rejected, false, "the prompt is too large for the model's endpoint"),
        500.. => (ModelFailureKind::ServerError, true, "the model's endpoint failed; try again"),
        _ => (ModelFailureKind::Rejected, false, "the model's endpoint refused the request"),
    };
    // What an endpoint says of a key may hold a piece of it.
    let detail = match said.filter(|_| kind != ModelFailureKind::Unauthorised) {
        Some(said) => format!("{what} ({code}: {said})"),
        None => format!("{what} ({code})"),
    };
    let again = match code {
        408 | 409 | 429 | 500.. if !quota => retry_after(headers).map_or(Again::Soon, Again::After),
        _ => Again::Never,
    };
    let refused_field = matches!(code, 400 | 422).then(|| refused_field(body)).flatten();
    let failure = ModelFailure { kind, status: Some(code), retryable, detail };
    Refusal { failure, again, refused_field }
}

/// What it means that no answer came at all.
pub(super) fn of_transport(error: &reqwest::Error) -> Refusal {
    if error.is_builder() {
        let detail = "the request could not be made; check OPENAI_BASE_URL";
        return Refusal::of(failure(ModelFailureKind::Rejected, false, detail), Again::Never);
    }
    if error.is_connect() {
        let detail = "the model's endpoint can't be reached; check OPENAI_BASE_URL and that it runs";
        return Refusal::of(failure(ModelFailureKind::Unreachable, true, detail), Again::Soon);
    }
    if error.is_timeout() {
        let detail = "the model's endpoint did not answer in time; try again";
        return Refusal::of(failure(ModelFailureKind::TimedOut, true, detail), Again::Never);
    }
    let detail = "the model's endpoint closed the connection before it answered; try again";
    Refusal::of(failure(ModelFailureKind::Unreachable, true, detail), Again::Soon)
}

/// What an error inside a stream means.
pub(super) fn of_error_event(error: &Value, secret: Option<&str>) -> ModelFailure {
    let text =
        |name: &str| error.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let status = ["status", "code", "status_code"]
        .iter()
        .filter_map(|name| text(name)?.parse::<u16>().ok())
        .find(|status| (400..600).contains(status));
    let tags = ["type", "code"].iter().filter_map(|name| text(name)).collect::<Vec<_>>().join(" ").to_ascii_lowercase();
    let quota = is_quota(&tags);
    let (kind, retryable, what) = match status {
        Some(429) => (ModelFailureKind::RateLimited, !quota, "the model's endpoint reached its limit during the reply"),
        Some(401 | 403) => {
            (ModelFailureKind::Unauthorised, false, "the model's endpoint refused the key during the reply")
        }
        _ if quota || tags.contains("rate_limit") => {
            (ModelFailureKind::RateLimited, !quota, "the model's endpoint reached its limit during the reply")
        }
        _ if tags.contains("content_filter") => {
            (ModelFailureKind::Blocked, false, "the provider's filter blocked the reply; say it differently")
        }
        Some(400..=499) => {
            (ModelFailureKind::Rejected, false, "the model's endpoint refused the request during the reply")
        }
        _ => (ModelFailureKind::ServerError, true, "the model's endpoint failed during the reply; try again"),
    };
    let said = message_of(error).filter(|_| kind != ModelFailureKind::Unauthorised);
    let detail = match said.map(|message| presentable(&message, secret)) {
        Some(said) => format!("{what} ({said})"),
        None => what.to_owned(),
    };
    ModelFailure { kind, status, retryable, detail }
}

fn is_quota(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["insufficient_quota", "exceeded your current quota", "billing", "credit balance"]
        .iter()
        .any(|sign| text.contains(sign))
}

/// The optional field that a refusal speaks of.
fn refused_field(body: &str) -> Option<OptionalField> {
    let named = OptionalField::ALL.into_iter().find(|field| body.contains(field.as_str()));
    // Servers that take no parts complain of the content, not of the marks on it.
    let wants_string = body.contains("content") && body.contains("string") && !body.contains("context length");
    named.or_else(|| wants_string.then_some(OptionalField::CacheControl))
}

/// The sentence in an error body, wherever it is.
fn message_of(body: &Value) -> Option<String> {
    let inner = body.get("error").unwrap_or(body);
    let found = inner.as_str().or_else(|| {
        ["message", "detail", "error_description", "msg"].iter().find_map(|name| inner.get(name)?.as_str())
    })?;
    Some(found.to_owned()).filter(|message| !message.trim().is_empty())
}

/// A foreign sentence on one line, short, without the key or what looks like one.
fn presentable(message: &str, secret: Option<&str>) -> String {
    let mut message = message.to_owned();
    if let Some(secret) = secret.map(str::trim).filter(|secret| !secret.is_empty()) {
        message = message.replace(secret, "***");
    }
    let words: Vec<&str> = message
        .split_whitespace()
        .map(|word| if word.contains("sk-") || word.starts_with("Bearer") { "***" } else { word })
        .collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).take(LONGEST_MESSAGE).collect();
    line
}

/// The wait that an endpoint asks for: seconds, milliseconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let seconds = |seconds: f64| Duration::try_from_secs_f64(seconds.max(0.0)).ok();
    if let Some(wait) = text("retry-after-ms").and_then(|ms| seconds(ms.parse::<f64>().ok()? / 1000.0)) {
        return Some(wait);
    }
    let value = text(RETRY_AFTER.as_str())?;
    match value.parse::<f64>() {
        Ok(number) => seconds(number),
        Err(_) => {
            let at = OffsetDateTime::parse(value, &Rfc2822).ok()?;
            seconds((at - OffsetDateTime::now_utc()).as_seconds_f64())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use serde_json::json;

    use super::*;

    fn refused(status: u16, body: &str) -> Refusal {
        of_status(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body, Some("sk-secret"))
    }

    #[test]
    fn each_status_is_what_people_can_act_on() {
        for (status, kind, again) in [
            (401, ModelFailureKind::Unauthorised, Again::Never),
            (400, ModelFailureKind::Rejected, Again::Never),
            (404, ModelFailureKind::Rejected, Again::Never),
            (408, ModelFailureKind::TimedOut, Again::Soon),
            (409, ModelFailureKind::Rejected, Again::Soon),
            (429, ModelFailureKind::RateLimited, Again::Soon),
            (500, ModelFailureKind::ServerError, Again::Soon),
            (529, ModelFailureKind::ServerError, Again::Soon),
            (302, ModelFailureKind::Rejected, Again::Never),
        ] {
            let refusal = refused(status, "<html>oops</html>");
            assert_eq!((refusal.failure.kind, refusal.again), (kind, again), "{status}");
            assert_eq!(refusal.failure.status, Some(status));
            assert!(!refusal.failure.detail.contains("html"));
        }
    }

    #[test]
    fn a_used_up_quota_is_not_tried_again() {
        let refusal = refused(429, r#"{"error": {"message": "no", "code": "insufficient_quota"}}"#);
        assert_eq!((refusal.again, refusal.failure.retryable), (Again::Never, false));
    }

    #[test]
    fn a_message_is_found_wherever_it_is_and_holds_no_key() {
        for body in [
            r#"{"error": {"message": "bad sk-secret thing", "code": 400}}"#,
            r#"{"error": "bad sk-secret thing"}"#,
            r#"{"detail": "bad Bearer sk-secretary\nthing"}"#,
        ] {
            let detail = refused(400, body).failure.detail;
            assert!(detail.contains("bad") && detail.contains("thing") && !detail.contains("sk-"), "{detail}");
        }
        assert!(!refused(401, r#"{"error": {"message": "Incorrect key abc***"}}"#).failure.detail.contains("abc"));
    }

    #[test]
    fn the_field_that_was_refused_is_named() {
        let named = |body: &str| refused(400, body).refused_field;
        assert_eq!(
            named(r#"{"error":{"message":"Unknown parameter: 'prompt_cache_key'."}}"#),
            Some(OptionalField::PromptCacheKey)
        );
        assert_eq!(
            named(r#"{"detail":"stream_options: extra inputs not permitted"}"#),
            Some(OptionalField::StreamOptions)
        );
        assert_eq!(named(r#"{"message":"content must be a string"}"#), Some(OptionalField::CacheControl));
        assert_eq!(
            named(
                r#"{"error":{"message":"Invalid parameter: 'response_format' of type 'json_object' is not supported"}}"#
            ),
            Some(OptionalField::ResponseFormat)
        );
        assert_eq!(named(r#"{"message":"no"}"#), None);
        assert_eq!(refused(500, "stream_options").refused_field, None);
    }

    #[test]
    fn the_wait_is_read_in_every_form() {
        let wait = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            retry_after(&headers)
        };
        assert_eq!(wait("retry-after", "2"), Some(Duration::from_secs(2)));
        assert_eq!(wait("retry-after", "0.5"), Some(Duration::from_millis(500)));
        assert_eq!(wait("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        assert_eq!(wait("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        for rubbish in ["soon", "NaN", "1e300", "inf"] {
            assert_eq!(wait("retry-after", rubbish).filter(|wait| *wait > Duration::ZERO), None, "{rubbish}");
        }
    }

    #[test]
    fn errors_inside_a_stream_have_numbers_or_words_for_codes() {
        let kind = |error: Value| of_error_event(&error, None).kind;
        assert_eq!(kind(json!({"code": 429, "message": "slow"})), ModelFailureKind::RateLimited);
        assert_eq!(kind(json!({"type": "rate_limit_error"})), ModelFailureKind::RateLimited);
        assert_eq!(kind(json!({"code": "content_filter"})), ModelFailureKind::Blocked);
        assert_eq!(kind(json!("it broke")), ModelFailureKind::ServerError);
    }
}
