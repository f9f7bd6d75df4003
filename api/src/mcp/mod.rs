//! Konductro for coding assistants: an MCP server with the tools of the IDE hand-off.
//!
//! One definition, two ways in: `konductro mcp` speaks over standard input and output beside the developer's checkout,
//! and the server answers at `/mcp`. Whatever a tool does it does by the REST API as the person whose token it is.

pub mod api;
mod arguments;
pub mod http;
mod references;
mod refusal;
mod resources;
mod server;
mod tools;

use async_trait::async_trait;
use serde_json::Value;

use crate::checkout::Held;
pub(crate) use references::{phase_id, project_key};
pub(crate) use refusal::places;
pub use refusal::{Refusal, RefusalKind};
pub use server::McpServer;
pub use tools::{Name as Tool, call as use_tool};

/// The checkout beside which a server runs.
#[async_trait]
pub trait Local: Send + Sync {
    /// Adds hashes that are left out, and says which evidence does not hold.
    async fn hold(&self, markdown: String, sidecar: Option<Value>) -> Result<Held, String>;
}
