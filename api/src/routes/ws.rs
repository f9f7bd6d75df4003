//! `GET /ws`: the socket that tells what Conductor writes and what has changed.
//!
//! It takes no commands. Who may open it is decided here (session or token, origin, subprotocol); what each connection may
//! listen to is decided when it subscribes.

use std::sync::Arc;

use actix_web::http::header::SEC_WEBSOCKET_PROTOCOL;
use actix_web::{HttpRequest, HttpResponse, get, web};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::http::{Caller, Site};
use crate::live::frames::{Person, SUBPROTOCOL};
use crate::live::{Access, Hub, Listener, serve};
use crate::problem::{Code, Problem};

/// Registers the socket.
pub fn configure(config: &mut ServiceConfig) {
    config.service(open_socket);
}

/// Opens the live socket (WebSocket, subprotocol `konductro.v1`).
///
/// Frames are described in `openapi/asyncapi.yaml`. The socket only tells: everything that changes something goes
/// by the other operations.
#[utoipa::path(
    operation_id = "openSocket",
    tag = "live",
    security(("bearerAuth" = ["read"])),
    responses(
        (status = 101, description = "The connection speaks `konductro.v1` from here on"),
        (status = 400, description = "`malformed`: no WebSocket upgrade, or the subprotocol was not offered"),
        (status = 401, description = "`not-signed-in`"),
        (status = 403, description = "`csrf`: the page that asks is not Konductro's"),
    )
)]
#[get("/ws")]
pub(crate) async fn open_socket(
    request: HttpRequest,
    body: web::Payload,
    caller: Caller,
    site: web::Data<Site>,
    hub: web::Data<Hub>,
    access: web::Data<dyn Access>,
) -> Result<HttpResponse, Problem> {
    if !site.is_same_origin(&request) {
        return Err(Problem::new(
            Code::Csrf,
            "The browser says that this comes from another site; use Konductro's own page.",
        ));
    }
    if !offers_our_subprotocol(&request) {
        let detail = format!("Offer the subprotocol {SUBPROTOCOL} in Sec-WebSocket-Protocol.");
        return Err(Problem::new(Code::Malformed, detail));
    }
    let (response, session, messages) = actix_ws::handle_with_protocols(&request, body, &[SUBPROTOCOL])
        .map_err(|error| Problem::new(Code::Malformed, format!("This is no WebSocket handshake: {error}.")))?;
    let bound_to = caller.bound_to();
    let person = Person { user_id: caller.user_id, name: caller.name };
    let listener = Listener::new(Uuid::now_v7(), person, Some(caller.credential)).bound_to(bound_to);
    let listener = Arc::new(listener);
    let hub = hub.get_ref().clone();
    actix_web::rt::spawn(serve(hub, access.into_inner(), listener, session, messages));
    Ok(response)
}

fn offers_our_subprotocol(request: &HttpRequest) -> bool {
    let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    offered.flat_map(|value| value.split(',')).any(|name| name.trim() == SUBPROTOCOL)
}
