//! `konductro submit technical-analysis`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::beside::Beside;
use super::paper::{Paper, Written};
use crate::cli::connection::Connection;
use crate::cli::exit::Failure;
use crate::cli::server::{Output, ServerArgs};
use crate::mcp::{Tool, phase_id, use_tool};

/// Submit a document to a phase. It becomes a version that people review; nothing is approved by it.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(in crate::cli) struct Submit {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    TechnicalAnalysis(TechnicalAnalysis),
}

/// Submit a technical analysis, with the hashes of its evidence; the same again changes nothing.
#[derive(Debug, Args)]
struct TechnicalAnalysis {
    /// The phase: its id, or its project's key and its number, such as PAY-3.
    phase: String,
    #[command(flatten)]
    paper: Paper,
    /// The title; by default the document's first heading.
    #[arg(long)]
    title: Option<String>,
    /// The tool that wrote it.
    #[arg(long, default_value = "konductro-cli")]
    tool: String,
    /// The model that wrote it.
    #[arg(long)]
    model: Option<String>,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    output: Output,
}

impl Submit {
    pub(in crate::cli) async fn run(self) -> Result<(), Failure> {
        let What::TechnicalAnalysis(analysis) = self.what;
        analysis.submit().await
    }
}

impl TechnicalAnalysis {
    async fn submit(self) -> Result<(), Failure> {
        let Written { markdown, sidecar } = self.paper.read()?;
        let api = Connection::about(self.server, &self.phase);
        let mut arguments = json!({ "phase": self.phase, "markdown": markdown, "tool": self.tool });
        let optional =
            [("sidecar", sidecar), ("title", self.title.map(Value::from)), ("model", self.model.map(Value::from))];
        for (name, value) in optional {
            if let Some(value) = value {
                arguments[name] = value;
            }
        }
        let local = Beside::here()?;
        let arguments = arguments.as_object().cloned();
        let answer = use_tool(Tool::SubmitTechnicalAnalysis, arguments, &api, Some(&local)).await;
        let as_json = self.output.json;
        let answer = answer.map_err(|refusal| Failure::from(refusal).told_as_json(as_json))?;
        // It is submitted, whether or not the token may read where.
        let page = match phase_id(&api, &self.phase).await {
            Ok(phase) => api.page_of(phase).await.ok(),
            Err(_) => None,
        };
        let told = json!({ "version": answer["version"], "kept_as_draft": answer["kept_as_draft"], "url": page, "answer": answer });
        self.output.print(&told, || in_words(&answer, page.as_deref().unwrap_or_default()))
    }
}

fn in_words(answer: &Value, url: &str) -> String {
    match answer["version"].as_u64() {
        Some(version) => format!("Version {version} awaits review: {url}"),
        None => format!("The analysis is approved already; yours is kept beside it, for a person to look at: {url}"),
    }
}
