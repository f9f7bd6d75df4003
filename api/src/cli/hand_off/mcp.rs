//! `konductro mcp`: the MCP server over standard input and output.

use std::sync::Arc;

use clap::Args;
use rmcp::ServiceExt as _;

use super::beside::Beside;
use crate::cli::connection::Connection;
use crate::cli::exit::{Exit, Failure};
use crate::cli::server::ServerArgs;
use crate::mcp::McpServer;

/// Serve an assistant as an MCP server, over standard input and output. IDEs start this; people need not.
#[derive(Debug, Args)]
pub(in crate::cli) struct Mcp {
    #[command(flatten)]
    server: ServerArgs,
}

impl Mcp {
    pub(in crate::cli) async fn run(self) -> Result<(), Failure> {
        let server = McpServer::new(Arc::new(Connection::to(self.server))).in_checkout(Arc::new(Beside::here()?));
        let (read, write) = rmcp::transport::stdio();
        let running = match server.serve((read, write)).await {
            Ok(running) => running,
            // A client that goes before it said hello is no error of ours.
            Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
            Err(error) => return Err(Failure::new(Exit::Error, format!("The assistant did not say hello: {error}"))),
        };
        running.waiting().await.map_err(|error| Failure::new(Exit::Error, error.to_string()))?;
        Ok(())
    }
}
