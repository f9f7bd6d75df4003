//! Findings against an approved artefact: raise one, read them, answer one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use konductro_domain::artefact::ids::Ids;
use konductro_domain::artefact::reference::{NoReference, Reference};
use konductro_domain::artefact::submission::{BadCodeReference, CodeReference, MOST_CITED};
use konductro_domain::ids::{PhaseId, RaisedFindingId};
use konductro_domain::phase::{
    AcceptFinding, DeclineFinding, NewFinding, Phase, PhaseCommand, PhaseError, PhaseEvent, RaiseFinding, Verb,
};
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use konductro_projections::{event_log, raised_findings};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InPhase, Told as _};
use super::gates::{Reason, checked};
use super::phases::place_of;
use crate::commands::Executed;
use crate::http::freshness::wait_for;
use crate::http::{Caller, InPath, Json, Page, RequestContext, read, written};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(list_findings).service(raise_finding).service(accept_finding).service(decline_finding);
}

/// What is wrong with an approved artefact.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRaisedFinding {
    /// The artefact's stage.
    stage: views::Stage,
    /// The id in it that the finding is about, such as `R-2` or `R-2.1`.
    #[serde(rename = "ref")]
    reference: String,
    /// How much it matters.
    severity: views::Severity,
    /// What is wrong, and why.
    text: String,
    /// The code that shows it, as `repository@commit:path#L12-L40`; up to 20 places.
    #[serde(default)]
    evidence: Vec<String>,
}

/// List every finding that people raised in a phase, oldest first, with its answer.
#[utoipa::path(operation_id = "listFindings", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path)), responses(
    (status = 200, body = Page<views::RaisedFinding>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/findings")]
async fn list_findings(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<PhaseId>,
) -> Result<HttpResponse, Problem> {
    let phase = InPhase::enter(&state, &caller, path.0).await?;
    let items = views::raised_finding::of_phase(&state.pool, phase.reader()).await?;
    Ok(read(&Page { items, next_cursor: None }, None))
}

/// Raise a finding against an approved artefact; the same one by the same person is raised once.
#[utoipa::path(operation_id = "raiseFinding", tag = "artefacts", security(("bearerAuth" = ["findings:write"])), params(("phase_id" = Uuid, Path)),
    request_body = NewRaisedFinding, responses(
    (status = 201, body = views::RaisedFinding),
    (status = 200, body = views::RaisedFinding, description = "I raised it before"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/findings")]
async fn raise_finding(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
    body: Json<NewRaisedFinding>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, stage) = (path.0, Stage::from(body.0.stage));
    let finding = body.0.read()?;
    let finding_id = finding.finding_id;
    let prepare = async || {
        let phase = InPhase::enter(&state, &caller, phase_id).await?;
        phase.has(stage)?;
        let version = approved_with(&state, &phase, stage, finding.reference).await?;
        // A repeat finds the finding that was raised before.
        let before = phase.phase.same_finding(stage, version, caller.user_id, &finding);
        let result = json!({ "finding_id": before.unwrap_or(finding_id) });
        let command = RaiseFinding { by: phase.person().clone(), stage, version, finding: finding.clone() };
        let envelope =
            phase.envelope(&context, Verb::RaiseFinding.capability(stage)).with_texts([finding.text.clone()]);
        Ok((PhaseCommand::RaiseFinding(command), envelope.with_result(&context, result)))
    };
    let done: Executed<PhaseEvent> =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    wait_for(&state, &done).await?;
    let phase = InPhase::after_acting(&state, &caller, phase_id).await?;
    let raised = done.events.iter().find_map(|event| match event {
        PhaseEvent::FindingRaised { finding_id, .. } => Some(*finding_id),
        _ => None,
    });
    let status = if raised.is_some() { StatusCode::CREATED } else { StatusCode::OK };
    let known = || {
        let mut findings = phase.phase.findings.iter().rev();
        let same = findings.find(|(_, known)| {
            (known.stage, known.raised_by, known.text) == (stage, caller.user_id, finding.text.reference())
                && known.reference == finding.reference.to_string()
        });
        same.map(|(id, _)| *id)
    };
    let id = raised.or_else(known).unwrap_or_else(|| done.first_id("finding_id", finding_id));
    let view = one(&state, &phase, id).await?;
    Ok(written(status, &view, None, None, place_of(&done)))
}

impl NewRaisedFinding {
    fn read(self) -> Result<NewFinding, Problem> {
        let reference = self.reference.parse();
        let reference = reference.map_err(|error: NoReference| Problem::invalid("/ref", error.to_string()))?;
        if self.evidence.len() > MOST_CITED {
            return Err(Problem::invalid("/evidence", format!("may cite at most {MOST_CITED} places")));
        }
        let place = |(index, text): (usize, &String)| {
            text.trim()
                .parse::<CodeReference>()
                .map_err(|error: BadCodeReference| Problem::invalid(format!("/evidence/{index}"), error.to_string()))
        };
        Ok(NewFinding {
            finding_id: RaisedFindingId(Uuid::now_v7()),
            reference,
            severity: self.severity.into(),
            evidence: self.evidence.iter().enumerate().map(place).collect::<Result<_, _>>()?,
            text: Text::plain(checked("/text", self.text)?),
        })
    }
}

/// The approved version of a stage, which must define what a finding is about. Who may not raise one is told that first.
async fn approved_with(state: &AppState, phase: &InPhase, stage: Stage, reference: Reference) -> Result<u32, Problem> {
    phase.phase.permits(Verb::RaiseFinding, stage, phase.person())?;
    let approved = phase.phase.stages.get(&stage).and_then(|record| record.approved.as_ref());
    let approved = approved.ok_or(PhaseError::NothingToFindIn(stage))?;
    let text = event_log::text(&mut *state.pool.acquire().await?, &approved.content_hash).await?.unwrap_or_default();
    let known = web::block(move || Ids::of(stage, &text).live.contains(&reference)).await;
    if known.map_err(|error| Problem::unavailable("look for an id in a version", &error))? {
        return Ok(approved.version);
    }
    let detail = format!(
        "{reference} is not defined in the approved {} (version {}): correct the id",
        stage.title(),
        approved.version
    );
    Err(Problem::invalid("/ref", detail))
}

/// Agree with a finding; an approved stage is opened again, with the finding as the reason.
#[utoipa::path(operation_id = "acceptFinding", tag = "gates", params(("finding_id" = Uuid, Path)), responses(
    (status = 200, body = views::RaisedFinding),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/findings/{finding_id}/accept")]
async fn accept_finding(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<RaisedFindingId>,
) -> Result<HttpResponse, Problem> {
    let finding_id = path.0;
    let command = async |phase: &mut InPhase, stage| {
        let approval_policy = phase.project.approval_policy(&state.commands).await?;
        let by = phase.person().clone();
        Ok(PhaseCommand::AcceptFinding(AcceptFinding { by, stage, finding_id, approval_policy }))
    };
    answer(&state, &caller, &context, finding_id, Verb::AcceptFinding, None, command).await
}

/// Do not agree with a finding, and say why.
#[utoipa::path(operation_id = "declineFinding", tag = "gates", params(("finding_id" = Uuid, Path)), request_body = Reason, responses(
    (status = 200, body = views::RaisedFinding),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/findings/{finding_id}/decline")]
async fn decline_finding(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<RaisedFindingId>,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let finding_id = path.0;
    let reason = salted(checked("/reason", body.0.reason)?);
    let command = async |phase: &mut InPhase, stage| {
        let (by, reason) = (phase.person().clone(), reason.clone());
        Ok(PhaseCommand::DeclineFinding(DeclineFinding { by, stage, finding_id, reason }))
    };
    answer(&state, &caller, &context, finding_id, Verb::DeclineFinding, Some(&reason), command).await
}

/// Executes an answer to a finding, and shows the finding as it is then.
async fn answer(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    finding_id: RaisedFindingId,
    verb: Verb,
    reason: Option<&Text>,
    command: impl AsyncFn(&mut InPhase, Stage) -> Result<PhaseCommand, Problem>,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::not_found("finding");
    let row = raised_findings::finding(&state.pool, finding_id).await?.ok_or_else(unknown)?.row;
    let (phase_id, stage) = (row.phase_id, row.stage);
    let prepare = async || {
        // Somebody else's phase must not tell that the finding is there.
        let mut phase = InPhase::enter(state, caller, phase_id).await.map_err(|problem| match problem.code() {
            crate::problem::Code::NotFound => unknown(),
            _ => problem,
        })?;
        let command = command(&mut phase, stage).await?;
        let envelope = phase.envelope(context, verb.capability(stage)).with_texts(reason.cloned());
        Ok((command, envelope.with_result(context, json!({}))))
    };
    let done =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    wait_for(state, &done).await?;
    let phase = InPhase::after_acting(state, caller, phase_id).await?;
    let view = one(state, &phase, finding_id).await?;
    Ok(written(StatusCode::OK, &view, None, None, place_of(&done)))
}

async fn one(state: &AppState, phase: &InPhase, id: RaisedFindingId) -> Result<views::RaisedFinding, Problem> {
    let found = raised_findings::finding(&state.pool, id).await?;
    let found = found.filter(|found| found.row.phase_id == phase.phase_id);
    let shown = views::raised_finding::shown(&state.pool, phase.reader(), found.into_iter().collect()).await?;
    shown.into_iter().next().ok_or_else(|| Problem::not_found("finding"))
}
