//! Who asks. Resolved once per request, before everything that depends on it.
//!
//! A route that takes a [`Caller`] answers 401 to everybody else; one that does not is open. Which
//! projects the caller may see is not decided here but where the project is read.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use konductro_domain::actor::{Actor, Credential, Person};
use konductro_domain::ids::{SessionId, UserId};
use konductro_domain::role::Roles;

use super::Site;
use crate::identity::{EarlierReceipt, Identity, Key, Origin};
use crate::problem::{Code, Problem};

/// A person who is signed in.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they administer the workspace.
    pub administrator: bool,
    /// Their session.
    pub session: SessionId,
    /// How they proved who they are.
    pub credential: Credential,
}

impl Caller {
    /// The actor that events name.
    pub fn actor(&self) -> Actor {
        Actor::Person { user_id: self.user_id }
    }

    /// The person as answers name them.
    pub fn named(&self) -> crate::identity::Person {
        crate::identity::Person { user_id: self.user_id, name: self.name.clone() }
    }

    /// The person that the domain decides about, with the roles they hold in the project.
    pub fn person(&self, roles: Roles) -> Person {
        Person { user_id: self.user_id, roles, credential: self.credential }
    }

    /// 403 unless they administer the workspace.
    pub fn require_administrator(&self, to: &str) -> Result<(), Problem> {
        if self.administrator {
            return Ok(());
        }
        Err(Problem::new(Code::RoleRequired, format!("Only an administrator of the workspace can {to}."))
            .with("roles", ["administrator"]))
    }
}

/// What is known of a request's sender.
#[derive(Debug, Clone)]
enum Standing {
    Anonymous,
    SignedIn(Caller, Option<EarlierReceipt>),
    Refused(Problem),
}

/// Finds out who asks, and passes every request on.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let standing = standing_of(request.request()).await;
    request.extensions_mut().insert(standing);
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn standing_of(request: &HttpRequest) -> Standing {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Standing::Refused(Problem::new(
            Code::NotSignedIn,
            "This server takes no API tokens; sign in with POST /api/v1/session and send its cookie.",
        ));
    }
    let (Some(site), Some(identity)) =
        (request.app_data::<web::Data<Site>>(), request.app_data::<web::Data<Identity>>())
    else {
        return Standing::Refused(Problem::unavailable("look up a session", &"identity is not configured"));
    };
    let Some(token) = site.session_token(request) else { return Standing::Anonymous };
    let asked = super::idempotency::what(request);
    let key = super::idempotency::key_of(request).and_then(Result::ok).map(|key| Key { of: &asked, key });
    match identity.authenticate(&token, key).await {
        Ok(Some(found)) if found.is_demo && !Site::is_loopback(request) => Standing::Refused(demo_elsewhere()),
        Ok(Some(found)) => Standing::SignedIn(
            Caller {
                user_id: found.user_id,
                name: found.name,
                administrator: found.administrator,
                session: found.session,
                credential: Credential::Session(found.session),
            },
            found.receipt,
        ),
        Ok(None) => Standing::Refused(Problem::new(Code::NotSignedIn, "Your session has ended; sign in again.")),
        Err(error) => Standing::Refused(error.into()),
    }
}

/// Where a request was made, by its peer's address; headers can only make it stranger.
pub fn origin_of(request: &HttpRequest) -> Origin {
    let address = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    if Site::is_loopback(request) { Origin::SameMachine(address) } else { Origin::Elsewhere(address) }
}

/// Demo people have a published password, so they exist on the machine itself only.
pub(crate) fn demo_elsewhere() -> Problem {
    Problem::new(
        Code::DemoLoopbackOnly,
        "The demo people can be used on the server's own machine only, as http://localhost; ask for an account of your own.",
    )
}

/// The signed-in person of a request, for the layers.
pub(super) fn caller_of(request: &HttpRequest) -> Option<Caller> {
    match request.extensions().get::<Standing>() {
        Some(Standing::SignedIn(caller, _)) => Some(caller.clone()),
        _ => None,
    }
}

/// The receipt that was read together with the session, for a request with an idempotency key.
pub(super) fn earlier_receipt_of(request: &HttpRequest) -> Option<EarlierReceipt> {
    match request.extensions().get::<Standing>() {
        Some(Standing::SignedIn(_, receipt)) => receipt.clone(),
        _ => None,
    }
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(match request.extensions().get::<Standing>() {
            Some(Standing::SignedIn(caller, _)) => Ok(caller.clone()),
            Some(Standing::Refused(problem)) => Err(problem.clone()),
            Some(Standing::Anonymous) | None => {
                Err(Problem::new(Code::NotSignedIn, "Sign in first: POST /api/v1/session."))
            }
        })
    }
}
