//! How an answer is told: its version as an ETag, and a write's position in the log.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use konductro_domain::ids::EventId;
use serde::Serialize;

use super::headers::{IDEMPOTENCY_REPLAYED, KONDUCTRO_EVENT, KONDUCTRO_POSITION, etag};
use crate::commands::Executed;

/// Where in the log a write stands.
#[derive(Debug, Clone, Copy, Default)]
pub struct Written {
    /// The position of its last event, once sealed.
    pub position: Option<i64>,
    /// Its last event.
    pub event_id: Option<EventId>,
    /// Whether it was done by an earlier request with the same key.
    pub replayed: bool,
}

impl<E> From<&Executed<E>> for Written {
    fn from(executed: &Executed<E>) -> Self {
        Self { position: executed.position, event_id: executed.event_ids.last().copied(), replayed: executed.replayed }
    }
}

/// Answers a read.
pub fn read(body: &impl Serialize, version: Option<i64>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    if let Some(version) = version {
        answer.insert_header((header::ETAG, etag(version)));
    }
    answer.json(body)
}

/// Answers a write; a location is told where something was made.
pub fn written(
    status: StatusCode,
    body: &impl Serialize,
    version: Option<i64>,
    location: Option<&str>,
    written: Written,
) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    if let Some(version) = version {
        answer.insert_header((header::ETAG, etag(version)));
    }
    if let Some(location) = location {
        answer.insert_header((header::LOCATION, location));
    }
    match (written.position, written.event_id) {
        (Some(position), _) => {
            answer.insert_header((KONDUCTRO_POSITION, position));
        }
        (None, Some(event_id)) => {
            answer.insert_header((KONDUCTRO_EVENT, event_id.to_string()));
        }
        (None, None) => {}
    }
    if written.replayed {
        answer.insert_header((IDEMPOTENCY_REPLAYED, "true"));
    }
    answer.json(body)
}
