//! One file for each resource; a handler is extract, one call, respond.

pub mod me;
pub mod operations;
pub mod session;
pub mod setup;
pub mod users;
pub mod ws;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every route of the API, inside its layers.
pub fn configure_api(config: &mut ServiceConfig<'_>) {
    setup::configure(config);
    session::configure(config);
    me::configure(config);
    users::configure(config);
    ws::configure(config);
}
