//! One file for each resource; a handler is extract, one call, respond.

pub mod access;
pub mod artefacts;
pub mod conversations;
pub mod gates;
pub mod history;
pub mod me;
pub mod operations;
pub mod phases;
pub mod projects;
pub mod session;
pub mod setup;
mod staged;
pub mod users;
pub mod ws;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every route of the API, inside its layers.
pub fn configure_api(config: &mut ServiceConfig<'_>) {
    setup::configure(config);
    session::configure(config);
    me::configure(config);
    users::configure(config);
    projects::configure(config);
    phases::configure(config);
    artefacts::configure(config);
    gates::configure(config);
    conversations::configure(config);
    history::configure(config);
    ws::configure(config);
}
