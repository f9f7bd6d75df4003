//! `konductro logout`.

use clap::Args;
use serde_json::json;

use super::client::Client;
use super::credentials::{Credentials, Store};
use super::exit::{Exit, Failure};
use super::server::{Output, ServerArgs};

/// Sign out: revoke the stored token, and forget it.
#[derive(Debug, Args)]
pub(super) struct Logout {
    #[command(flatten)]
    server: ServerArgs,
    /// The project's key; by default the one you signed in to last.
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    /// Only forget the token, where the server can't be reached; revoke it in the web app then.
    #[arg(long)]
    local: bool,
    #[command(flatten)]
    output: Output,
}

impl Logout {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let as_json = self.output.json;
        self.sign_out().await.map_err(|failure| failure.told_as_json(as_json))
    }

    async fn sign_out(self) -> Result<(), Failure> {
        let mut store = Store::read()?;
        let found = store.find(self.server.url.as_deref(), self.project.as_deref())?;
        if !self.local {
            revoke(&found).await?;
        }
        let (url, project_key) = (found.url, found.project_key.unwrap_or_default());
        store.forget(&url, &project_key);
        store.write()?;
        let told = json!({ "url": url, "project_key": project_key, "revoked": !self.local });
        self.output.print(&told, || {
            let how = if self.local { "Forgot the token" } else { "Revoked and forgot the token" };
            format!("{how} for {project_key} on {url}.")
        })
    }
}

/// Has a token revoke itself; one that opens nothing any more needs no revoking.
pub(super) async fn revoke(found: &Credentials) -> Result<(), Failure> {
    let client = Client::anonymous(&found.url)?.with_token(found.token.clone());
    let id = found
        .token_id
        .ok_or_else(|| Failure::new(Exit::Error, "The stored token has no id; revoke it in the web app."))?;
    match client.delete(&format!("/tokens/{id}")).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.problem.as_ref().is_some_and(|problem| problem["status"] == 401) => Ok(()),
        Err(failure) => Err(failure),
    }
}
