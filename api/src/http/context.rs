//! What a command records about the request that gave it.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use konductro_domain::ids::CorrelationId;
use uuid::Uuid;

use super::headers::{IfMatch, MinPosition};
use super::idempotency::Keyed;
use super::request_id::RequestId;
use crate::problem::Problem;

/// A request's ids and conditions.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The request's id, as its answer tells it.
    pub request_id: String,
    /// Belongs to this request and to all that it sets off.
    pub correlation: CorrelationId,
    /// The version that the change is based on, where one is named.
    pub if_match: IfMatch,
    /// What a read waits for, where it does.
    pub min_position: Option<MinPosition>,
    /// The idempotency key with its scope and the body's fingerprint, on a POST that has one.
    pub keyed: Option<Keyed>,
}

impl FromRequest for RequestContext {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<RequestContext, Problem> {
    let extensions = request.extensions();
    Ok(RequestContext {
        request_id: extensions.get::<RequestId>().map_or_else(|| Uuid::now_v7().to_string(), |id| id.0.clone()),
        correlation: CorrelationId(Uuid::now_v7()),
        if_match: IfMatch::of(request.headers())?,
        min_position: MinPosition::of(request.headers())?,
        keyed: extensions.get::<Keyed>().cloned(),
    })
}
