//! `konductro verify`: the evidence of an approved analysis, looked at again in today's checkout.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use konductro_domain::artefact::submission::{CodeReference, Commit};
use konductro_domain::text::Hash;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::checkout::{Checkout, CheckoutError, Drift, look_again, short};
use crate::cli::connection::Connection;
use crate::cli::exit::{Exit, Failure};
use crate::cli::server::{Output, ServerArgs};
use crate::mcp::api::{Api, Question};
use crate::mcp::{Refusal, phase_id};

/// Look again at the code that a phase's approved technical analysis rests on: is it still there, and the same?
///
/// Ends with 0 where all of it is unchanged or only moved, with 4 where some of it has changed or vanished.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    /// The phase: its id, or its project's key and its number, such as PAY-3.
    phase: String,
    /// Tell the phase what was found. It is shown beside the analysis, and changes no gate.
    #[arg(long)]
    report: bool,
    /// The commit, branch or tag to look at.
    #[arg(long, default_value = "HEAD")]
    commit: String,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    output: Output,
}

/// A version that is approved, and what it rests on.
struct Approved {
    phase: Uuid,
    version: u64,
    evidence: Vec<Evidence>,
}

struct Evidence {
    id: String,
    place: CodeReference,
    hash: Hash,
}

/// What became of one piece of evidence.
struct Looked {
    id: String,
    place: CodeReference,
    drift: Option<Drift>,
}

impl Verify {
    pub(in crate::cli) async fn run(self) -> Result<(), Failure> {
        let as_json = self.output.json;
        self.verify().await.map_err(|failure| failure.told_as_json(as_json))
    }

    async fn verify(&self) -> Result<(), Failure> {
        let folder = std::env::current_dir()?;
        let checkout = Checkout::find(&folder)?;
        let now = checkout.commit(&self.commit)?;
        let api = Connection::about(self.server.clone(), &self.phase);
        let approved = approved(&api, &self.phase).await?;
        let looked = look(folder, now.clone(), approved.evidence).await?;
        let reported = if self.report {
            let body = report(&now, approved.version, &looked);
            let question = Question::post(format!("/phases/{}/drift-reports", approved.phase), body, None);
            api.ask(question).await.map_err(Refusal::from)?.done()?;
            true
        } else {
            false
        };
        self.tell(&now, approved.version, &looked, reported)?;
        let drifted =
            looked.iter().filter(|looked| matches!(looked.drift, Some(Drift::Changed { .. } | Drift::Vanished)));
        match drifted.count() {
            0 => Ok(()),
            drifted => Err(Failure::new(
                Exit::Refused,
                format!("{drifted} of {} places have changed or vanished since the analysis.", looked.len()),
            )),
        }
    }

    fn tell(&self, now: &Commit, version: u64, looked: &[Looked], reported: bool) -> Result<(), Failure> {
        let evidence: Vec<_> = looked.iter().map(Looked::told).collect();
        let told = json!({ "version": version, "commit": now, "reported": reported, "evidence": evidence });
        self.output.print(&told, || {
            let mut lines = format!("Version {version} against commit {}:\n", short(now));
            for Looked { id, place, drift } in looked {
                let (state, to) = in_words(drift.as_ref());
                let to = to.map(|to| format!(" → {to}")).unwrap_or_default();
                lines.push_str(&format!("  {id:<6} {state:<10} {}:{}{to}\n", place.path, place.lines));
            }
            if looked.is_empty() {
                lines.push_str("  it cites no code\n");
            }
            if reported {
                lines.push_str("Reported to the phase.\n");
            }
            lines
        })
    }
}

impl Looked {
    fn told(&self) -> Value {
        let (state, _) = in_words(self.drift.as_ref());
        json!({ "id": self.id, "place": self.place, "state": state, "now": self.now() })
    }

    /// Where the lines are now, where they moved.
    fn now(&self) -> Option<CodeReference> {
        match &self.drift {
            Some(Drift::Moved { path, lines }) => {
                Some(CodeReference { path: path.clone(), lines: *lines, ..self.place.clone() })
            }
            Some(Drift::Unchanged | Drift::Changed { .. } | Drift::Vanished) | None => None,
        }
    }
}

fn in_words(drift: Option<&Drift>) -> (&'static str, Option<String>) {
    match drift {
        Some(Drift::Unchanged) => ("unchanged", None),
        Some(Drift::Moved { path, lines }) => ("moved", Some(format!("{path}:{lines}"))),
        Some(Drift::Changed { path }) => ("changed", Some(path.to_string())),
        Some(Drift::Vanished) => ("vanished", None),
        None => ("elsewhere", None),
    }
}

async fn approved(api: &dyn Api, phase: &str) -> Result<Approved, Failure> {
    let phase = phase_id(api, phase).await?;
    let hand_off = api.ask(Question::get(format!("/phases/{phase}/hand-off"))).await.map_err(Refusal::from)?.done()?;
    let analysis = &hand_off["technical_analysis"];
    let version = analysis["approved_version"].as_u64().ok_or_else(|| {
        Failure::new(Exit::Refused, "No technical analysis of this phase is approved; there is nothing to verify yet.")
    })?;
    let evidence = analysis["evidence"].as_array().into_iter().flatten().filter_map(evidence);
    Ok(Approved { phase, version, evidence: evidence.collect() })
}

fn evidence(cited: &Value) -> Option<Evidence> {
    let text = |name: &str| cited[name].as_str();
    let (place, hash) = (text("reference")?.parse().ok()?, text("sha256")?.parse().ok()?);
    Some(Evidence { id: text("id")?.to_owned(), place, hash })
}

async fn look(folder: PathBuf, now: Commit, evidence: Vec<Evidence>) -> Result<Vec<Looked>, Failure> {
    let looking = tokio::task::spawn_blocking(move || {
        let checkout = Checkout::find(&folder)?;
        evidence.into_iter().map(|it| look_at(&checkout, &now, it)).collect::<Result<Vec<_>, CheckoutError>>()
    });
    Ok(looking.await.map_err(|error| Failure::new(Exit::Error, error.to_string()))??)
}

/// Evidence of another repository is left alone.
fn look_at(checkout: &Checkout, now: &Commit, evidence: Evidence) -> Result<Looked, CheckoutError> {
    let Evidence { id, place, hash } = evidence;
    let is_here = place.repository == checkout.name() || checkout.has(&place.commit)?;
    let drift = if is_here { Some(look_again(checkout, &place, &hash, now)?) } else { None };
    Ok(Looked { id, place, drift })
}

/// What is told to the phase: what was looked at here.
fn report(now: &Commit, version: u64, looked: &[Looked]) -> Value {
    let here = || looked.iter().filter(|looked| looked.drift.is_some());
    let repositories: BTreeSet<_> = here().map(|looked| looked.place.repository.as_str()).collect();
    let checkouts = repositories.iter().map(|repository| json!({ "repository": repository, "commit": now }));
    let places = here().map(|looked| {
        let (state, _) = in_words(looked.drift.as_ref());
        let mut place = json!({ "evidence": looked.id, "state": state });
        if let Some(moved) = looked.now() {
            place["now"] = json!(CodeReference { commit: now.clone(), ..moved });
        }
        place
    });
    json!({ "version": version, "checkouts": checkouts.collect::<Vec<_>>(), "places": places.collect::<Vec<_>>() })
}
