//! Versions and positions in headers: `ETag` and `If-Match`, `Konductro-Position` and
//! `Konductro-Min-Position`.

use actix_web::http::header::{self, HeaderMap, HeaderName};

use crate::problem::{Code, Problem};

/// The position of a write's last event in the log.
pub const KONDUCTRO_POSITION: HeaderName = HeaderName::from_static("konductro-position");
/// The last event's id, where it has no position yet.
pub const KONDUCTRO_EVENT: HeaderName = HeaderName::from_static("konductro-event");
/// A read waits until the read models have reached this position.
pub const KONDUCTRO_MIN_POSITION: HeaderName = HeaderName::from_static("konductro-min-position");
/// The key under which a POST is done once.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that the answer is the first one again.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A version as an entity tag.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The version that a change is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedVersion {
    /// Exactly this one.
    Exactly(i64),
    /// Whichever there is (`If-Match: *`).
    Any,
}

impl ExpectedVersion {
    /// The number to check, if one is to be checked.
    pub fn number(self) -> Option<i64> {
        match self {
            ExpectedVersion::Exactly(version) => Some(version),
            ExpectedVersion::Any => None,
        }
    }
}

/// The `If-Match` header of a request, if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(Option<ExpectedVersion>);

impl IfMatch {
    /// Reads the header; a tag that is none of ours matches no version.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(value) = headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(Some(ExpectedVersion::Any)));
        }
        let number = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map(str::parse::<i64>);
        match number {
            Some(Ok(version)) if version >= 0 => Ok(Self(Some(ExpectedVersion::Exactly(version)))),
            _ => Err(Problem::new(
                Code::VersionChanged,
                "If-Match names no version of this; send the ETag of your last read, such as \"3\".",
            )),
        }
    }

    /// The version, where one is named.
    pub fn version(self) -> Option<i64> {
        self.0.and_then(ExpectedVersion::number)
    }

    /// The version, which has to be named: 428 without.
    pub fn required(self) -> Result<ExpectedVersion, Problem> {
        self.0.ok_or_else(|| {
            Problem::new(
                Code::IfMatchRequired,
                "Send If-Match with the ETag of the version that your change is based on.",
            )
        })
    }
}

/// What a read waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinPosition {
    /// A position in the log.
    Position(i64),
    /// An event that had no position yet when its write was answered.
    Event(uuid::Uuid),
}

impl MinPosition {
    /// Reads the header, if it is there.
    pub fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let Some(value) = headers.get(&KONDUCTRO_MIN_POSITION) else { return Ok(None) };
        let text = value.to_str().unwrap_or_default().trim();
        let position = text.parse::<i64>().ok().filter(|position| *position >= 0).map(Self::Position);
        position.or_else(|| text.parse().ok().map(Self::Event)).map(Some).ok_or_else(|| {
            Problem::new(
                Code::Malformed,
                "Konductro-Min-Position takes what a write answered: a position or an event id.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn if_match_names_a_version_any_or_none() {
        assert_eq!(IfMatch::of(&with(header::IF_MATCH, "\"3\"")).unwrap().version(), Some(3));
        assert_eq!(IfMatch::of(&with(header::IF_MATCH, "*")).unwrap().required().unwrap(), ExpectedVersion::Any);
        assert_eq!(IfMatch::of(&HeaderMap::new()).unwrap().required().unwrap_err().code(), Code::IfMatchRequired);
        for odd in ["3", "W/\"3\"", "\"abc\"", "\"-1\"", "\"99999999999999999999\""] {
            assert_eq!(IfMatch::of(&with(header::IF_MATCH, odd)).unwrap_err().code(), Code::VersionChanged, "{odd}");
        }
    }

    #[test]
    fn a_read_waits_for_a_position_or_an_event() {
        let read = |value| MinPosition::of(&with(KONDUCTRO_MIN_POSITION, value));
        assert_eq!(read("12").unwrap(), Some(MinPosition::Position(12)));
        assert!(matches!(read("0192e4a0-0000-7000-8000-000000000000").unwrap(), Some(MinPosition::Event(_))));
        assert_eq!(read("-1").unwrap_err().code(), Code::Malformed);
    }
}
