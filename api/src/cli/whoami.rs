//! `konductro whoami`.

use clap::Args;
use serde_json::{Value, json};

use super::client::Client;
use super::exit::Failure;
use super::server::{Output, ServerArgs};
use super::words::{joined, text};

/// Say who you are to the server, in which project, and what your token is for.
#[derive(Debug, Args)]
pub(super) struct Whoami {
    #[command(flatten)]
    server: ServerArgs,
    /// The project's key; by default the one you signed in to last.
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    #[command(flatten)]
    output: Output,
}

impl Whoami {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let as_json = self.output.json;
        self.ask().await.map_err(|failure| failure.told_as_json(as_json))
    }

    async fn ask(self) -> Result<(), Failure> {
        let client = Client::for_project(&self.server, self.project.as_deref())?;
        let me = client.get("/me").await?;
        let project = &me["projects"][0];
        let told = json!({
            "url": client.base(), "user_id": me["user_id"], "name": me["name"], "email": me["email"],
            "project": project, "token": me["token"],
        });
        self.output.print(&told, || in_words(client.base(), &me, project))
    }
}

fn in_words(url: &str, me: &Value, project: &Value) -> String {
    let token = &me["token"];
    let until = text(&token["expires_at"]);
    [
        format!("{} <{}> on {url}", text(&me["name"]), text(&me["email"])),
        format!("{} {}: {}", text(&project["key"]), text(&project["name"]), joined(&project["roles"])),
        format!(
            "token \"{}\": {}, until {}",
            text(&token["name"]),
            joined(&token["scopes"]),
            until.split('T').next().unwrap_or_default()
        ),
    ]
    .join("\n")
}
