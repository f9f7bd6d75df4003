//! `konductro phases`.

use clap::Args;
use serde_json::{Value, json};

use super::client::Client;
use super::exit::Failure;
use super::phase::phases_of;
use super::server::{Output, ServerArgs};
use super::words::{columns, text};

/// List the phases of your project, and what each waits for.
#[derive(Debug, Args)]
pub(super) struct Phases {
    #[command(flatten)]
    server: ServerArgs,
    /// The project's key; by default the one you signed in to last.
    #[arg(long, value_name = "KEY")]
    project: Option<String>,
    #[command(flatten)]
    output: Output,
}

impl Phases {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let as_json = self.output.json;
        self.list().await.map_err(|failure| failure.told_as_json(as_json))
    }

    async fn list(self) -> Result<(), Failure> {
        let key = self.project.map(|key| key.to_uppercase());
        let client = Client::for_project(&self.server, key.as_deref())?;
        let me = client.get("/me").await?;
        let project_key = text(&me["projects"][0]["key"]);
        let phases = phases_of(&client, key.as_deref()).await?;
        self.output.print(&json!({ "items": phases }), || {
            if phases.is_empty() {
                return format!("{project_key} has no phases yet.");
            }
            columns(&phases.iter().map(|phase| row(&project_key, phase)).collect::<Vec<_>>())
        })
    }
}

fn row(project_key: &str, phase: &Value) -> Vec<String> {
    vec![
        format!("{project_key}-{}", phase["number"]),
        text(&phase["status"]),
        text(&phase["waiting_for"]),
        text(&phase["title"]),
    ]
}
