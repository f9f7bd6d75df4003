//! The review table of a phase: `/phases/{id}/proposals`, and having Conductor propose.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use konductro_domain::conversation::{Conversation, TurnProgress, conversation_stream};
use konductro_domain::ids::{GenerationId, PhaseId, TurnId};
use konductro_domain::phase::Verb;
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::stage::Stage;
use konductro_domain::story_review::{
    GenerationMode, GenerationProgress, RequestStop, StartGeneration, StoryReview, StoryReviewCommand,
    StoryReviewError, StoryReviewEvent,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::InPhase;
use super::in_review::{InReview, decide};
use super::phases::place_of;
use crate::http::{Caller, InPath, Json, Query, RequestContext, read, written};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views::{self, ProposalStatus};

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(list_proposals).service(generate_proposals).service(stop_generation);
}

/// Which proposals.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProposalsQuery {
    /// Only those that stand there.
    status: Option<ProposalStatus>,
    /// `all`: also what was split, merged and superseded.
    #[param(inline)]
    include: Option<Include>,
}

/// What else a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Include {
    /// Everything.
    All,
}

impl ProposalsQuery {
    fn statuses(&self) -> Vec<ProposalStatus> {
        use ProposalStatus::{Approved, Merged, Proposed, Rejected, Split, Superseded};
        match (self.status, self.include) {
            (Some(status), _) => vec![status],
            (None, Some(Include::All)) => vec![Proposed, Approved, Rejected, Split, Merged, Superseded],
            (None, None) => vec![Proposed, Approved, Rejected],
        }
    }
}

/// What Conductor is to propose.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGeneration {
    /// Whether to begin anew or to go on; left out: goes on after one that broke off or was stopped.
    #[serde(default)]
    mode: Option<views::GenerationMode>,
}

/// A generation that is under way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GenerationStarted {
    /// The generation.
    generation_id: Uuid,
}

/// Read the review table: proposals, coverage, the generation, and what I may do.
#[utoipa::path(operation_id = "listProposals", tag = "stories", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ProposalsQuery), responses(
    (status = 200, body = views::ReviewTable),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/proposals")]
async fn list_proposals(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<PhaseId>,
    query: Query<ProposalsQuery>,
) -> Result<HttpResponse, Problem> {
    let phase = InPhase::enter(&state, &caller, path.0).await?;
    phase.has(Stage::Stories)?;
    let InReview { phase, review, version } = InReview::read(&state, phase).await?;
    let table = views::review::table(&state.pool, phase.reader(), &review, version, &query.0.statuses()).await?;
    Ok(read(&table, Some(version)))
}

/// Have Conductor propose stories; they appear in the table one by one.
#[utoipa::path(operation_id = "generateProposals", tag = "stories", params(("phase_id" = Uuid, Path)), request_body = NewGeneration, responses(
    (status = 202, body = GenerationStarted),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/generate")]
async fn generate_proposals(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
    body: Json<NewGeneration>,
) -> Result<HttpResponse, Problem> {
    let generation_id = GenerationId(Uuid::now_v7());
    let command = async |review: &InReview| {
        Ok(StoryReviewCommand::StartGeneration(StartGeneration {
            by: review.phase.person().clone(),
            generation_id,
            project_id: review.phase.project.project_id,
            phase_id: review.phase.phase_id,
            mode: body.0.mode.map_or_else(|| mode_after(&review.review), GenerationMode::from),
            based_on: review.phase.phase.story_sources(),
            scoping_turn: scoping_turn(&state, &review.phase).await?,
        }))
    };
    let done = decide(&state, &caller, &context, path.0, Verb::GenerateStories, command).await?;
    let started = done.events.iter().find_map(|event| match event {
        StoryReviewEvent::GenerationStarted { generation_id, .. } => Some(*generation_id),
        _ => None,
    });
    let answer = GenerationStarted { generation_id: started.unwrap_or(generation_id).0 };
    Ok(written(StatusCode::ACCEPTED, &answer, None, None, place_of(&done)))
}

/// What broke off goes on; everything else begins anew.
fn mode_after(review: &StoryReview) -> GenerationMode {
    match review.latest_generation().map(|generation| generation.progress) {
        Some(GenerationProgress::Failed | GenerationProgress::Stopped) => GenerationMode::Continue,
        _ => GenerationMode::Fresh,
    }
}

/// The last turn of a light phase's scoping conversation, if it is whole; otherwise the first reply.
async fn scoping_turn(state: &AppState, phase: &InPhase) -> Result<Option<TurnId>, Problem> {
    if phase.phase.kind != PhaseKind::Light {
        return Ok(None);
    }
    let stream = conversation_stream(phase.phase_id, Stage::Scoping);
    let conversation = state.commands.load::<Conversation>(&stream).await?.state;
    let latest = conversation.turn.filter(|turn| turn.progress == TurnProgress::Completed).map(|turn| turn.turn_id);
    let first = phase.phase.stages.get(&Stage::Scoping).and_then(|record| record.first_reply);
    Ok(latest.or(first))
}

/// Stop the generation; what has come stays.
#[utoipa::path(operation_id = "stopGeneration", tag = "stories", params(("phase_id" = Uuid, Path)), responses(
    (status = 202, body = GenerationStarted),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/generate/stop")]
async fn stop_generation(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
) -> Result<HttpResponse, Problem> {
    let command = async |review: &InReview| {
        let latest = review.review.latest_generation().ok_or(StoryReviewError::GenerationNotRunning)?;
        let (by, generation_id) = (review.phase.person().clone(), latest.generation_id);
        Ok(StoryReviewCommand::RequestStop(RequestStop { by, generation_id }))
    };
    let done = decide(&state, &caller, &context, path.0, Verb::GenerateStories, command).await?;
    let review = InReview::after_acting(&state, &caller, path.0).await?;
    let generation = review.review.latest_generation().ok_or(StoryReviewError::GenerationNotRunning)?;
    let answer = GenerationStarted { generation_id: generation.generation_id.0 };
    Ok(written(StatusCode::ACCEPTED, &answer, None, None, place_of(&done)))
}
