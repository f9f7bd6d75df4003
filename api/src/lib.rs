//! Konductro's server: HTTP, WebSocket, Conductor and the composition of it all.

pub mod conductor;
