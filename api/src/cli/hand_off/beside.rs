//! The checkout that a command or the MCP server runs in, looked at without keeping anybody waiting.

use std::path::PathBuf;

use async_trait::async_trait;
use serde_json::Value;

use crate::checkout::{Checkout, CheckoutError, Held, hold};
use crate::mcp::Local;

/// The folder in which the program was started.
pub(super) struct Beside(PathBuf);

impl Beside {
    pub(super) fn here() -> std::io::Result<Self> {
        std::env::current_dir().map(Self)
    }
}

#[async_trait]
impl Local for Beside {
    async fn hold(&self, markdown: String, sidecar: Option<Value>) -> Result<Held, String> {
        let folder = self.0.clone();
        let held = tokio::task::spawn_blocking(move || held(&folder, markdown, sidecar)).await;
        held.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }
}

/// Outside a repository there is nothing to hold a document against.
fn held(folder: &std::path::Path, markdown: String, sidecar: Option<Value>) -> Result<Held, CheckoutError> {
    match Checkout::find(folder) {
        Ok(checkout) => hold(&checkout, &markdown, sidecar),
        Err(CheckoutError::NoRepository(_) | CheckoutError::NoGit(_)) => {
            Ok(Held { markdown, sidecar, ..Held::default() })
        }
        Err(error) => Err(error),
    }
}
