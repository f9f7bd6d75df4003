//! The server: HTTP, WebSocket, Conductor, identity, the event store and the private PostgreSQL.
//!
//! Everything that knows the outside world lives here; `startup` puts the parts together.

pub mod audit;
pub mod checker;
pub mod checkout;
pub mod cli;
pub mod commands;
pub mod conductor;
pub mod config;
pub mod demo;
pub mod embedded_postgres;
pub mod event_store;
pub mod http;
pub mod identity;
pub mod jobs;
pub mod listen;
pub mod live;
pub mod mcp;
pub mod openapi;
pub mod personal;
pub mod policies;
pub mod problem;
pub mod replay;
pub mod routes;
pub mod salted;
pub mod startup;
pub mod state;
mod static_file;
pub mod telemetry;
pub mod views;
pub mod web_app;
