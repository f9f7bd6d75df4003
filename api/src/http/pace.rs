//! How often a token may still ask, told with each answer: `RateLimit` and `RateLimit-Policy`.

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::identity::Allowance;

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Adds both headers to an answer.
pub(super) fn tell(headers: &mut HeaderMap, allowance: Allowance) {
    let Allowance { limit, window, remaining, reset } = allowance;
    for (name, text) in [
        (RATELIMIT_POLICY, format!("\"token\";q={limit};w={window}")),
        (RATELIMIT, format!("\"token\";r={remaining};t={reset}")),
    ] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}
