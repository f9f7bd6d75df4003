//! `konductro validate`: an analysis held against the checkout, and against its phase.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Map, Value, json};

use super::beside::Beside;
use super::paper::{Paper, Written};
use crate::checkout::Held;
use crate::cli::connection::Connection;
use crate::cli::exit::{Exit, Failure};
use crate::cli::server::{Output, ServerArgs};
use crate::mcp::{Local as _, Tool, places, use_tool};

/// Check a technical analysis: its evidence against this checkout, and the whole against its phase. Submits nothing.
#[derive(Debug, Args)]
pub(in crate::cli) struct Validate {
    #[command(flatten)]
    paper: Paper,
    /// The phase, such as PAY-3; without it only the evidence is checked.
    #[arg(long)]
    phase: Option<String>,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    output: Output,
}

impl Validate {
    pub(in crate::cli) async fn run(self) -> Result<(), Failure> {
        let Written { markdown, sidecar } = self.paper.read()?;
        let local = Beside::here()?;
        let held = local.hold(markdown, sidecar).await.map_err(|why| Failure::new(Exit::Error, why))?;
        let verdict = match &self.phase {
            None => Ok(None),
            Some(phase) => {
                let mut arguments = Map::from_iter([
                    ("phase".to_owned(), Value::from(phase.as_str())),
                    ("markdown".to_owned(), Value::from(held.markdown.as_str())),
                ]);
                arguments.extend(held.sidecar.clone().map(|sidecar| ("sidecar".to_owned(), sidecar)));
                let api = Connection::about(self.server.clone(), phase);
                use_tool(Tool::ValidateTechnicalAnalysis, Some(arguments), &api, Some(&local)).await.map(Some)
            }
        };
        let as_json = self.output.json;
        let verdict = verdict.map_err(|refusal| Failure::from(refusal).told_as_json(as_json))?;
        self.tell(&held, verdict.as_ref())?;
        let refused = verdict.is_some_and(|verdict| verdict["accepted"] == false);
        let message = match (refused, held.wrong.len()) {
            (false, 0) => return Ok(()),
            (true, _) => "The phase would not take it; every reason is listed.".to_owned(),
            (false, wrong) => format!("{wrong} pieces of evidence do not hold against this checkout."),
        };
        Err(Failure::new(Exit::Refused, message).told_as_json(as_json))
    }

    fn tell(&self, held: &Held, verdict: Option<&Value>) -> Result<(), Failure> {
        let wrong = held.wrong.iter().map(|wrong| json!({ "place": wrong.place, "detail": wrong.detail }));
        let evidence = json!({ "holds": held.holds, "elsewhere": held.elsewhere, "wrong": wrong.collect::<Vec<_>>() });
        self.output.print(&json!({ "evidence": evidence, "verdict": verdict }), || {
            let mut told = format!("Evidence: {} hold in this checkout", held.holds);
            if held.elsewhere > 0 {
                let _ = write!(told, ", {} are of other repositories and were not looked at", held.elsewhere);
            }
            let wrong = match verdict {
                Some(verdict) => places(verdict),
                None => held.wrong.iter().map(ToString::to_string).collect(),
            };
            wrong.iter().for_each(|place| told.push_str(&format!("\n  {place}")));
            match &self.phase {
                Some(phase) if wrong.is_empty() => told.push_str(&format!("\n{phase} would take it.")),
                Some(_) => {}
                None => told.push_str("\nName the phase with --phase to have the rest checked too."),
            }
            told
        })
    }
}
