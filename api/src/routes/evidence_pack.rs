//! The auditor's pack of a phase: `/phases/{id}/evidence-pack`.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use konductro_domain::ids::PhaseId;
use konductro_domain::role::Capability;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InPhase;
use crate::audit::evidence;
use crate::http::{Caller, InPath, Query};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views::{self, EvidenceParts, Remembered, WantedTurns};

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_evidence_pack);
}

/// Most events of a phase that a pack tells one by one.
const MOST_EVENTS: usize = 20_000;

/// The form of a pack.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackFormat {
    /// A page for people, which needs nothing else.
    #[default]
    Html,
    /// The same for programs.
    Json,
}

/// How the pack is wanted.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PackQuery {
    /// A page (the default), or JSON.
    #[serde(default)]
    #[param(inline)]
    format: PackFormat,
}

/// Get the auditor's pack of a phase: approvals on exact texts, what was open then, waivers, whose words, everything that
/// happened, and whether the log is what was signed.
#[utoipa::path(operation_id = "getEvidencePack", tag = "audit", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), PackQuery), responses(
    (status = 200, content((views::EvidencePack = "application/json"), (String = "text/html"))),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/evidence-pack")]
async fn get_evidence_pack(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<PhaseId>,
    query: Query<PackQuery>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, pool) = (path.0, &state.pool);
    let phase = InPhase::enter(&state, &caller, phase_id).await?;
    phase.project.require(Capability::Audit)?;
    let remembered = {
        let timeline = state.replays.of(pool, phase_id, phase.project.project_id).await.map_err(unreadable)?;
        if timeline.len() > MOST_EVENTS {
            let detail =
                format!("This phase has more than {MOST_EVENTS} events; export the project's part of the log.");
            return Err(Problem::invalid("/phase_id", detail));
        }
        Remembered::at(&timeline, i64::MAX, WantedTurns { most: 0, before: None }).map_err(unreadable)?
    };
    let gone = || Problem::not_found("phase");
    let moment = remembered.ok_or_else(gone)?.shown(pool, phase_id).await.map_err(unreadable)?.ok_or_else(gone)?;
    let timeline = views::evidence_timeline(pool, phase_id).await?;
    let positions: Vec<i64> = timeline.iter().map(|event| event.position).collect();
    let checked = evidence::check(pool, &positions).await.map_err(unreadable)?;
    let (key, made_for) = (state.audit.key.to_string(), caller.named());
    let name = format!("phase-{}-evidence", moment.phase.number);
    let parts = EvidenceParts { moment, timeline, checked, key, made_for };
    let pack = views::evidence_pack(pool, phase_id, parts).await?;
    let attached = |kind: &str| format!("attachment; filename=\"{name}.{kind}\"");
    let mut answer = HttpResponse::Ok();
    Ok(match query.0.format {
        PackFormat::Json => answer.insert_header((header::CONTENT_DISPOSITION, attached("json"))).json(pack),
        PackFormat::Html => answer
            .insert_header((header::CONTENT_DISPOSITION, attached("html")))
            .content_type("text/html; charset=utf-8")
            .body(views::evidence_html(&pack)),
    })
}

fn unreadable(error: impl std::fmt::Display) -> Problem {
    Problem::unavailable("put the evidence together", &error)
}
