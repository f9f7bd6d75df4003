//! A phase as it was after any of its events: `/phases/{id}/history/{position}`.

use actix_web::{HttpResponse, get, web};
use konductro_domain::ids::PhaseId;
use konductro_domain::role::Capability;
use konductro_projections::replay::ReplayError;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InPhase;
use crate::http::{Caller, InPath, Query, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views::{self, Remembered, WantedTurns};

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(get_phase_at);
}

/// Most turns of each conversation in one answer.
const MOST_TURNS: usize = 100;

/// What is wanted of a moment.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MomentQuery {
    /// How many turns of each conversation at most, the last ones (0 to 100, 25 by default).
    #[param(minimum = 0, maximum = 100)]
    turns: Option<usize>,
    /// Only turns before this position: the `earlier` of an answer.
    #[param(minimum = 1)]
    turns_before: Option<i64>,
    /// Leaves out what was the same after the event at this position: the difference of two moments, or a step.
    #[param(minimum = 1)]
    from: Option<i64>,
}

/// Read a phase as it was after an event: stages and gates, documents, conversations, proposals, stories, roles.
///
/// Folded from the log, and from nothing of today but words and names: what was erased since is erased here too. With
/// `from`, the lists hold only what differs from that earlier moment, `gone` what was there then and is not any more, and
/// `phase` is left out where it is the same.
#[utoipa::path(operation_id = "getPhaseAt", tag = "audit", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("position" = i64, Path), MomentQuery), responses(
    (status = 200, body = views::Moment),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/history/{position}")]
async fn get_phase_at(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, i64)>,
    query: Query<MomentQuery>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, position) = path.0;
    let MomentQuery { turns, turns_before, from } = query.0;
    let most = turns.unwrap_or(25);
    if most > MOST_TURNS {
        return Err(Problem::invalid("?turns", format!("must be a number from 0 to {MOST_TURNS}")));
    }
    let phase = InPhase::enter(&state, &caller, phase_id).await?;
    phase.project.require(Capability::Read)?;
    let wanted = WantedTurns { most, before: turns_before };
    let (moment, earlier) = {
        let timeline = state.replays.of(&state.pool, phase_id, phase.project.project_id).await.map_err(unreadable)?;
        let moment = Remembered::at(&timeline, position, wanted).map_err(unreadable)?;
        let earlier = match from {
            Some(from) => Some(Remembered::at(&timeline, from, wanted).map_err(unreadable)?.ok_or_else(before_it_was)?),
            None => None,
        };
        (moment.ok_or_else(before_it_was)?, earlier)
    };
    let shown = moment.shown(&state.pool, phase_id).await.map_err(unreadable)?.ok_or_else(before_it_was)?;
    let Some(earlier) = earlier else { return Ok(read(&shown, None)) };
    let earlier = earlier.shown(&state.pool, phase_id).await.map_err(unreadable)?.ok_or_else(before_it_was)?;
    let in_json = |moment: &views::Moment| {
        serde_json::to_value(moment).map_err(|error| Problem::unavailable("write a moment", &error))
    };
    Ok(read(&views::only_what_differs(in_json(&shown)?, &in_json(&earlier)?), None))
}

fn before_it_was() -> Problem {
    Problem::not_found("moment: the phase was opened later, or the event")
}

fn unreadable(error: ReplayError) -> Problem {
    Problem::unavailable("replay a phase", &error)
}
