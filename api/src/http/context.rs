//! What a command records about the request that gave it.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use konductro_domain::actor::Actor;
use konductro_domain::ids::CorrelationId;
use serde_json::Value;
use uuid::Uuid;

use super::Caller;
use super::headers::{IfMatch, MinPosition};
use super::idempotency::{Keyed, Standing};
use super::request_id::RequestId;
use crate::commands::Receipt;
use crate::identity::By;
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

impl RequestContext {
    /// The receipt of a POST that has a key; the result is what a repeat needs that events do not say.
    pub fn receipt(&self, result: Value) -> Option<Receipt> {
        let Keyed { scope, key, fingerprint, .. } = self.keyed.clone()?;
        Some(Receipt { scope, key, fingerprint, result })
    }

    /// The receipt of a request that was done before: what it did is told, whatever holds by now.
    pub fn repeated(&self) -> Option<Receipt> {
        let keyed = self.keyed.as_ref()?;
        if keyed.standing == Standing::Repeated { self.receipt(Value::Null) } else { None }
    }

    /// Who changes something in identity.
    pub fn by(&self, caller: &Caller) -> By {
        By {
            actor: caller.actor(),
            credential: Some(caller.credential),
            receipt: self.receipt(Value::Null),
            ..self.by_nobody_yet()
        }
    }

    /// Somebody who is about to sign in; identity finds out who.
    pub fn by_nobody_yet(&self) -> By {
        By {
            actor: Actor::System,
            credential: None,
            correlation: self.correlation,
            request_id: Some(self.request_id.clone()),
            receipt: None,
        }
    }
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
