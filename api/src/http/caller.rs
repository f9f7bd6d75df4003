//! Who asks. Resolved once per request, before everything that depends on it.
//!
//! A route that takes a [`Caller`] answers 401 to everybody else; one that does not is open. Which
//! projects the caller may see is not decided here but where the project is read.
//!
//! A request proves who asks by a session's cookie or by `Authorization: Bearer kon_…`. One that has both is the
//! token's: what a program was given for a purpose is never widened by a cookie that happens to be there.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use konductro_domain::actor::{Actor, Credential, Person};
use konductro_domain::ids::{ProjectId, SessionId, UserId};
use konductro_domain::role::Roles;
use konductro_domain::workspace::{InteractiveOnly, WorkspaceVerb};

use super::{Site, pace};
use crate::identity::{Allowance, EarlierReceipt, Identity, IdentityError, Key, Origin, Token, TokenSecret};
use crate::problem::{Code, Problem};

/// A person who is signed in, or a token that acts for one.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// Whether they administer the workspace; no token does.
    pub administrator: bool,
    /// How they proved who they are.
    pub credential: Credential,
    /// The token, where it is one.
    pub token: Option<Token>,
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

    /// The only project that exists for the caller, where a token asks.
    pub fn bound_to(&self) -> Option<ProjectId> {
        self.token.as_ref().map(|token| token.project_id)
    }

    /// The session, for what only a person in a browser can do.
    pub fn session_for(&self, verb: WorkspaceVerb) -> Result<SessionId, Problem> {
        verb.admits(self.credential)?;
        match self.credential {
            Credential::Session(session) => Ok(session),
            Credential::Token(_) | Credential::Console => Err(InteractiveOnly.into()),
        }
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

/// Finds out who asks, and passes every request on. A token is told with each answer how often it may still ask.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (standing, allowance) = standing_of(request.request()).await;
    request.extensions_mut().insert(standing);
    let mut answer = next.call(request).await?.map_into_boxed_body();
    if let Some(allowance) = allowance {
        pace::tell(answer.headers_mut(), allowance);
    }
    Ok(answer)
}

async fn standing_of(request: &HttpRequest) -> (Standing, Option<Allowance>) {
    let (Some(site), Some(identity)) =
        (request.app_data::<web::Data<Site>>(), request.app_data::<web::Data<Identity>>())
    else {
        let problem = Problem::unavailable("look up a session", &"identity is not configured");
        return (Standing::Refused(problem), None);
    };
    let asked = super::idempotency::what(request);
    let key = super::idempotency::key_of(request).and_then(Result::ok).map(|key| Key { of: &asked, key });
    if request.headers().contains_key(header::AUTHORIZATION) {
        return standing_of_token(request, identity, key).await;
    }
    let Some(token) = site.session_token(request) else { return (Standing::Anonymous, None) };
    (standing_of_session(request, identity, &token, key).await, None)
}

async fn standing_of_session(
    request: &HttpRequest,
    identity: &Identity,
    token: &str,
    key: Option<Key<'_>>,
) -> Standing {
    match identity.authenticate(token, key).await {
        Ok(Some(found)) if found.is_demo && !Site::is_loopback(request) => Standing::Refused(demo_elsewhere()),
        Ok(Some(found)) => Standing::SignedIn(
            Caller {
                user_id: found.user_id,
                name: found.name,
                administrator: found.administrator,
                credential: Credential::Session(found.session),
                token: None,
            },
            found.receipt,
        ),
        Ok(None) => Standing::Refused(Problem::new(Code::NotSignedIn, "Your session has ended; sign in again.")),
        Err(error) => Standing::Refused(error.into()),
    }
}

async fn standing_of_token(
    request: &HttpRequest,
    identity: &Identity,
    key: Option<Key<'_>>,
) -> (Standing, Option<Allowance>) {
    let Some(secret) = bearer(request).and_then(TokenSecret::read) else {
        let detail = "This is no API token: one begins with kon_, and is sent whole as `Authorization: Bearer kon_…`.";
        return (Standing::Refused(Problem::new(Code::NotSignedIn, detail)), None);
    };
    match identity.authenticate_token(&secret, origin_of(request).address(), key).await {
        Ok(found) if found.is_demo && !Site::is_loopback(request) => (Standing::Refused(demo_elsewhere()), None),
        Ok(found) => {
            let caller = Caller {
                user_id: found.token.owner,
                name: found.owner_name,
                administrator: false,
                credential: Credential::Token(found.token.token_id),
                token: Some(found.token),
            };
            (Standing::SignedIn(caller, found.receipt), Some(found.allowance))
        }
        Err(IdentityError::TooManyRequests(allowance)) => {
            (Standing::Refused(IdentityError::TooManyRequests(allowance).into()), Some(allowance))
        }
        Err(error) => (Standing::Refused(error.into()), None),
    }
}

/// What follows `Bearer` in a request's one `Authorization` header.
fn bearer(request: &HttpRequest) -> Option<&str> {
    let mut sent = request.headers().get_all(header::AUTHORIZATION);
    let (one, None) = (sent.next()?, sent.next()) else { return None };
    let (scheme, secret) = one.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// Whether a request vouches for itself by a bearer token, as no form of a foreign page can.
pub(super) fn has_bearer(request: &HttpRequest) -> bool {
    bearer(request).is_some()
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
