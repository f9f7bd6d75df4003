//! The live socket alone, without sign-in or database: for tests of what goes over the wire.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use async_trait::async_trait;
use konductro_api::live::frames::{Person, SUBPROTOCOL, Topic};
use konductro_api::live::{Access, AccessUnavailable, Hub, Listener, serve};
use konductro_domain::actor::Credential;
use konductro_domain::ids::{ProjectId, SessionId, UserId};
use uuid::Uuid;

/// The project that every topic belongs to.
pub const PROJECT: ProjectId = ProjectId(Uuid::from_u128(0x0b));

/// Lets everybody listen, but for those who were shown out and topics that do not exist.
#[derive(Default)]
pub struct OpenDoors {
    /// Topics that do not exist.
    pub unknown: Mutex<BTreeSet<Topic>>,
}

#[async_trait]
impl Access for OpenDoors {
    async fn project_of(&self, _: UserId, topic: Topic) -> Result<Option<ProjectId>, AccessUnavailable> {
        Ok((!self.unknown.lock().expect("no holder panics").contains(&topic)).then_some(PROJECT))
    }

    async fn ended(&self, _: &[Credential]) -> Result<Vec<Credential>, AccessUnavailable> {
        Ok(Vec::new())
    }
}

/// A server that has nothing but the socket.
pub struct LiveServer {
    /// Where it answers.
    pub url: String,
    /// Its hub.
    pub hub: Hub,
    /// Its doors.
    pub doors: Arc<OpenDoors>,
    handle: actix_web::dev::ServerHandle,
}

impl LiveServer {
    /// Starts one around a hub.
    pub async fn start(hub: Hub) -> Self {
        let doors = Arc::new(OpenDoors::default());
        let (shared_hub, shared_doors) = (hub.clone(), Arc::clone(&doors));
        let (started, starting) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = move || {
                    let access: Arc<dyn Access> = shared_doors.clone();
                    App::new()
                        .app_data(web::Data::new(shared_hub.clone()))
                        .app_data(web::Data::from(access))
                        .route("/ws/{user}", web::get().to(open))
                };
                let server = HttpServer::new(app).workers(2).tcp_nodelay(true).disable_signals();
                let server = server.bind(("127.0.0.1", 0)).expect("a free port");
                let address = server.addrs()[0];
                let running = server.run();
                let _ = started.send((address, running.handle()));
                running.await.expect("the server runs");
            });
        });
        let (address, handle) = starting.await.expect("the server starts");
        Self { url: format!("http://{address}"), hub, doors, handle }
    }

    /// Where this person's socket is.
    pub fn socket_of(&self, user: u128) -> String {
        format!("{}/ws/{user}", self.url)
    }
}

impl Drop for LiveServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

/// A person of the tests.
pub fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

/// The session of a person of the tests.
pub fn session(number: u128) -> SessionId {
    SessionId(Uuid::from_u128(number))
}

async fn open(
    request: HttpRequest,
    body: web::Payload,
    number: web::Path<u64>,
    hub: web::Data<Hub>,
    access: web::Data<dyn Access>,
) -> actix_web::Result<HttpResponse> {
    let (response, socket, messages) = actix_ws::handle_with_protocols(&request, body, &[SUBPROTOCOL])?;
    let number = u128::from(*number);
    let person = Person { user_id: user(number), name: format!("Person {number}") };
    let listener = Arc::new(Listener::new(Uuid::now_v7(), person, Some(Credential::Session(session(number)))));
    actix_web::rt::spawn(serve(hub.get_ref().clone(), access.into_inner(), listener, socket, messages));
    Ok(response)
}
