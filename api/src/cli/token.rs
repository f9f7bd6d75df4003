//! `konductro token list` and `revoke`: the tokens that are stored on this machine.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Client;
use super::credentials::{Credentials, Store};
use super::exit::{Exit, Failure};
use super::logout;
use super::server::Output;
use super::words::{columns, joined, line, text};

/// Look after the tokens that are stored on this machine; all of yours are in the web app, under Account.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(super) struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the stored tokens, and ask each server whether they still open something.
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Revoke a stored token, and forget it.
    Revoke {
        /// The token's id, as `token list` shows it.
        id: Uuid,
        #[command(flatten)]
        output: Output,
    },
}

impl Token {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::List { output } => list(output).await.map_err(|failure| failure.told_as_json(output.json)),
            Command::Revoke { id, output } => {
                revoke(id, output).await.map_err(|failure| failure.told_as_json(output.json))
            }
        }
    }
}

async fn list(output: Output) -> Result<(), Failure> {
    let mut listed = Vec::new();
    for found in stored(&Store::read()?)? {
        let client = Client::anonymous(&found.url)?.with_token(found.token);
        let (standing, token) = match client.get("/me").await {
            Ok(me) => ("works", me["token"].clone()),
            Err(failure) if failure.exit == Exit::NotAllowed => ("opens nothing", Value::Null),
            Err(failure) if failure.exit == Exit::Unreachable => ("server can't be reached", Value::Null),
            Err(failure) => return Err(failure),
        };
        listed.push(json!({
            "id": found.token_id, "url": found.url, "project_key": found.project_key, "standing": standing,
            "name": token["name"], "scopes": token["scopes"], "expires_at": token["expires_at"],
        }));
    }
    let told = json!({ "items": listed });
    output.print(&told, || {
        if listed.is_empty() {
            return "No token is stored on this machine; `konductro login` stores one.".to_owned();
        }
        let row = |item: &Value| {
            ["id", "project_key", "url", "standing"]
                .map(|field| text(&item[field]))
                .into_iter()
                .chain([joined(&item["scopes"])])
                .collect()
        };
        columns(&listed.iter().map(row).collect::<Vec<_>>())
    })
}

async fn revoke(id: Uuid, output: Output) -> Result<(), Failure> {
    let mut store = Store::read()?;
    let found = stored(&store)?.into_iter().find(|found| found.token_id == Some(id)).ok_or_else(|| {
        Failure::new(Exit::Error, "No token of this id is stored on this machine; revoke others in the web app.")
    })?;
    logout::revoke(&found).await?;
    let project_key = found.project_key.unwrap_or_default();
    store.forget(&found.url, &project_key);
    store.write()?;
    let told = json!({ "id": id, "url": found.url, "project_key": project_key, "revoked": true });
    output.print(&told, || format!("Revoked and forgot the token for {} on {}.", line(&project_key), line(&found.url)))
}

/// Every stored token.
fn stored(store: &Store) -> Result<Vec<Credentials>, Failure> {
    let keys = store.servers.iter().flat_map(|(url, of_server)| of_server.projects.keys().map(move |key| (url, key)));
    keys.map(|(url, key)| store.find(Some(url), Some(key))).collect()
}
