//! Word of how the evidence of an analysis fares in today's code.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use konductro_domain::artefact::drift::{DriftTally, DriftedPlace};
use konductro_domain::artefact::submission::{BadCodeReference, CodeReference, Commit, Sidecar, evidence_of};
use konductro_domain::ids::PhaseId;
use konductro_domain::phase::artefact::Checkout;
use konductro_domain::phase::{Phase, PhaseCommand, PhaseEvent, ReportDrift, Verb};
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use konductro_projections::artefact_versions;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{InPhase, Told as _};
use super::artefacts::no_version;
use super::phases::place_of;
use crate::commands::Executed;
use crate::http::freshness::wait_for;
use crate::http::{Caller, InPath, Json, RequestContext, written};
use crate::problem::{FieldProblem, Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(report_drift);
}

/// How the evidence of an analysis fares in somebody's checkout.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDriftReport {
    /// The version whose evidence was looked for.
    version: u32,
    /// What I have before me; up to 50 repositories.
    #[serde(default)]
    checkouts: Vec<views::Checkout>,
    /// Each piece of evidence that was looked for; up to 1,000.
    places: Vec<views::DriftedPlace>,
}

/// Most repositories and places of one report.
const MOST_CHECKOUTS: usize = 50;
const MOST_PLACES: usize = 1_000;
const STAGE: Stage = Stage::TechnicalAnalysis;

/// Report how the evidence of the technical analysis fares in today's code. It is shown, and decides nothing.
#[utoipa::path(operation_id = "reportDrift", tag = "artefacts", security(("bearerAuth" = ["analysis:write"])), params(("phase_id" = Uuid, Path)),
    request_body = NewDriftReport, responses(
    (status = 201, body = views::DriftReport),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/drift-reports")]
async fn report_drift(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
    body: Json<NewDriftReport>,
) -> Result<HttpResponse, Problem> {
    let phase_id = path.0;
    let version = body.0.version;
    let Read { checkouts, places } = body.0.read()?;
    let report = serde_json::to_string(&places).map_err(|error| Problem::unavailable("write a report", &error))?;
    let (report, tally) = (Text::plain(report), DriftTally::of(&places));
    let prepare = async || {
        let phase = InPhase::enter(&state, &caller, phase_id).await?;
        phase.has(STAGE)?;
        phase.phase.permits(Verb::ReportDrift, STAGE, phase.person())?;
        knows_all(&state, &phase, version, &places).await?;
        let command = ReportDrift {
            by: phase.person().clone(),
            stage: STAGE,
            version,
            checkouts: checkouts.clone(),
            tally,
            report: report.clone(),
        };
        let envelope = phase.envelope(&context, Verb::ReportDrift.capability(STAGE)).with_texts([report.clone()]);
        Ok((PhaseCommand::ReportDrift(command), envelope.with_result(&context, json!({}))))
    };
    let done: Executed<PhaseEvent> =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    wait_for(&state, &done).await?;
    let shown = views::drift::latest(&state.pool, phase_id, STAGE, version).await?;
    let shown = shown.ok_or_else(|| Problem::not_found("drift report"))?;
    Ok(written(StatusCode::CREATED, &shown, None, None, place_of(&done)))
}

struct Read {
    checkouts: Vec<Checkout>,
    places: Vec<DriftedPlace>,
}

impl NewDriftReport {
    fn read(self) -> Result<Read, Problem> {
        if self.checkouts.len() > MOST_CHECKOUTS {
            return Err(Problem::invalid("/checkouts", format!("may name at most {MOST_CHECKOUTS} repositories")));
        }
        if self.places.is_empty() || self.places.len() > MOST_PLACES {
            return Err(Problem::invalid("/places", format!("must hold 1 to {MOST_PLACES} pieces of evidence")));
        }
        let mut wrong = Vec::new();
        let mut tell = |pointer: String, error: BadCodeReference| {
            wrong.push(FieldProblem { pointer, detail: error.to_string() });
        };
        let (mut checkouts, mut places) = (Vec::new(), Vec::new());
        for (index, checkout) in self.checkouts.into_iter().enumerate() {
            match checkout.commit.parse::<Commit>() {
                Ok(commit) if (1..=200).contains(&checkout.repository.len()) => {
                    checkouts.push(Checkout { repository: checkout.repository, commit });
                }
                Ok(_) => tell(format!("/checkouts/{index}/repository"), BadCodeReference::Repository),
                Err(error) => tell(format!("/checkouts/{index}/commit"), error),
            }
        }
        for (index, place) in self.places.into_iter().enumerate() {
            match place.now.as_deref().map(str::parse::<CodeReference>).transpose() {
                Ok(now) => places.push(DriftedPlace { evidence: place.evidence, state: place.state.into(), now }),
                Err(error) => tell(format!("/places/{index}/now"), error),
            }
        }
        if wrong.is_empty() { Ok(Read { checkouts, places }) } else { Err(Problem::invalid_fields(wrong)) }
    }
}

/// The version holds every piece of evidence that is reported on, and each is reported on once.
async fn knows_all(state: &AppState, phase: &InPhase, version: u32, places: &[DriftedPlace]) -> Result<(), Problem> {
    let found =
        artefact_versions::version(&state.pool, phase.phase_id, STAGE, version).await?.ok_or_else(no_version)?;
    let cited = web::block(move || {
        let sidecar = found.sidecar.as_deref().and_then(|json| Sidecar::from_json(json).ok());
        let cited = evidence_of(&found.markdown.unwrap_or_default(), sidecar.as_ref());
        cited.into_iter().map(|cited| cited.id).collect::<BTreeSet<_>>()
    });
    let cited = cited.await.map_err(|error| Problem::unavailable("read the evidence of a version", &error))?;
    let mut seen = BTreeSet::new();
    let wrong = places.iter().enumerate().filter_map(|(index, place)| {
        let detail = if !cited.contains(&place.evidence) {
            format!("is no evidence of version {version}; name one such as E-1")
        } else if !seen.insert(place.evidence.as_str()) {
            "is reported on twice".to_owned()
        } else {
            return None;
        };
        Some(FieldProblem { pointer: format!("/places/{index}/evidence"), detail })
    });
    let wrong: Vec<_> = wrong.take(50).collect();
    if wrong.is_empty() { Ok(()) } else { Err(Problem::invalid_fields(wrong)) }
}
