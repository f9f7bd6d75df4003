//! Stories of the backlog: `/stories/{id}`, its refinement and its enrichment.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, patch, post, web};
use konductro_domain::ids::StoryId;
use konductro_domain::role::Capability;
use konductro_domain::story::draft::StoryDraft;
use konductro_domain::story::{
    AcceptRefinement, CloseStory, CreatedStory, EditStory, EnrichmentAsker, RefinementProgress, RefuseRefinement,
    RequestEnrichment, RequestRefinement, Story, StoryCommand, StoryError, StoryEvent,
};
use konductro_projections::backlog;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{InProject, Told as _};
use super::drafts::StoryChange;
use super::gates::Reason;
use super::in_review::body_of;
use super::phases::place_of;
use crate::commands::{Envelope, Executed};
use crate::http::freshness::wait_for;
use crate::http::{Caller, InPath, Json, RequestContext, read, written};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views::{self, StoryReader};

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(get_story)
        .service(edit_story)
        .service(refine_story)
        .service(accept_refinement)
        .service(refuse_refinement)
        .service(enrich_story)
        .service(close_story);
}

/// Why a refinement is refused.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Kept with the refusal.
    #[serde(default)]
    reason: Option<String>,
}

/// Read a story with its refinement, its enrichment and its thread.
#[utoipa::path(operation_id = "getStory", tag = "stories", security(("bearerAuth" = ["read"])), params(("story_id" = Uuid, Path)), responses(
    (status = 200, body = views::Story),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/stories/{story_id}")]
async fn get_story(state: web::Data<AppState>, caller: Caller, path: InPath<StoryId>) -> Result<HttpResponse, Problem> {
    let story = shown(&state, &caller, path.0).await?;
    Ok(read(&story, Some(story.version)))
}

/// Change a story by hand.
#[utoipa::path(operation_id = "editStory", tag = "stories", params(("story_id" = Uuid, Path), ("If-Match" = String, Header)),
    request_body = StoryChange, responses(
    (status = 200, body = views::Story),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[patch("/stories/{story_id}")]
async fn edit_story(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<StoryId>,
    body: Json<StoryChange>,
) -> Result<HttpResponse, Problem> {
    let expected_version = context.if_match.required()?.number();
    let prepare = async || {
        let story = InStory::enter(&state, &caller, path.0).await?;
        let content = &story.story.content;
        let words = body_of(&state, content.outline.body).await?;
        let draft = body.0.over(StoryDraft::of(&content.outline, &words, content.depends_on.clone()))?;
        let by = story.project.person.clone();
        let command = StoryCommand::EditStory(EditStory { by, draft, salt: rand::random() });
        Ok((command, Envelope { expected_version, ..story.envelope(&context) }))
    };
    let done = state.commands.execute_with::<Story, Problem, _, _>(&path.0.to_string(), None, prepare).await?;
    answer(&state, &caller, path.0, StatusCode::OK, done).await
}

/// Have Conductor refine a story; nothing changes until somebody accepts.
#[utoipa::path(operation_id = "refineStory", tag = "stories", params(("story_id" = Uuid, Path)), responses(
    (status = 202, body = views::Story),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/stories/{story_id}/refine")]
async fn refine_story(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<StoryId>,
) -> Result<HttpResponse, Problem> {
    let command = async |story: &InStory| {
        Ok(StoryCommand::RequestRefinement(RequestRefinement { by: story.project.person.clone() }))
    };
    decide(&state, &caller, &context, path.0, StatusCode::ACCEPTED, command).await
}

/// Take the refinement over, as proposed or edited.
#[utoipa::path(operation_id = "acceptRefinement", tag = "stories", params(("story_id" = Uuid, Path)),
    request_body = StoryChange, responses(
    (status = 200, body = views::Story),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/stories/{story_id}/refinement/accept")]
async fn accept_refinement(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<StoryId>,
    body: Json<StoryChange>,
) -> Result<HttpResponse, Problem> {
    let command = async |story: &InStory| {
        let draft = match &story.story.refinement.progress {
            RefinementProgress::Proposed(proposed) if !body.0.is_empty() => {
                let words = body_of(&state, proposed.outline.body).await?;
                let draft = StoryDraft::of(&proposed.outline, &words, proposed.depends_on.clone());
                Some(body.0.over(draft)?)
            }
            _ => None,
        };
        Ok(StoryCommand::AcceptRefinement(AcceptRefinement {
            by: story.project.person.clone(),
            attempt: story.story.refinement.attempt,
            draft,
            salt: rand::random(),
        }))
    };
    decide(&state, &caller, &context, path.0, StatusCode::OK, command).await
}

/// Refuse the refinement; the story stays as it was.
#[utoipa::path(operation_id = "refuseRefinement", tag = "stories", params(("story_id" = Uuid, Path)),
    request_body = Refusal, responses(
    (status = 200, body = views::Story),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/stories/{story_id}/refinement/refuse")]
async fn refuse_refinement(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<StoryId>,
    body: Json<Refusal>,
) -> Result<HttpResponse, Problem> {
    let reason = body.0.reason.map(salted);
    let command = async |story: &InStory| {
        Ok(StoryCommand::RefuseRefinement(RefuseRefinement {
            by: story.project.person.clone(),
            attempt: story.story.refinement.attempt,
            reason: reason.clone(),
        }))
    };
    decide(&state, &caller, &context, path.0, StatusCode::OK, command).await
}

/// Have Conductor enrich a story, again or after a failure.
#[utoipa::path(operation_id = "enrichStory", tag = "stories", params(("story_id" = Uuid, Path)), responses(
    (status = 202, body = views::Story),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/stories/{story_id}/enrich")]
async fn enrich_story(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<StoryId>,
) -> Result<HttpResponse, Problem> {
    let command = async |story: &InStory| {
        let by = EnrichmentAsker::Person(story.project.person.clone());
        Ok(StoryCommand::RequestEnrichment(RequestEnrichment { by }))
    };
    decide(&state, &caller, &context, path.0, StatusCode::ACCEPTED, command).await
}

/// Close a story, with a reason.
#[utoipa::path(operation_id = "closeStory", tag = "stories", params(("story_id" = Uuid, Path)), request_body = Reason, responses(
    (status = 200, body = views::Story),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/stories/{story_id}/close")]
async fn close_story(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<StoryId>,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let reason = salted(body.0.reason);
    let command = async |story: &InStory| {
        Ok(StoryCommand::CloseStory(CloseStory { by: story.project.person.clone(), reason: reason.clone() }))
    };
    decide(&state, &caller, &context, path.0, StatusCode::OK, command).await
}

/// The caller at a story.
struct InStory {
    story: Box<CreatedStory>,
    project: InProject,
}

impl InStory {
    /// Enters a story; 404 for everybody who is no member of its project.
    async fn enter(state: &AppState, caller: &Caller, story_id: StoryId) -> Result<Self, Problem> {
        let unknown = || Problem::from(StoryError::Unknown);
        let loaded = state.commands.load::<Story>(&story_id.to_string()).await?;
        let Story::Created(story) = loaded.state else { return Err(unknown()) };
        let project = InProject::enter(state, caller, story.project_id).await.map_err(|_| unknown())?;
        Ok(Self { story, project })
    }

    fn envelope(&self, context: &RequestContext) -> Envelope {
        let envelope = self.project.envelope(context, Capability::ReviewStories);
        Envelope { phase_id: Some(self.story.phase_id), ..envelope }.with_result(context, Value::Null)
    }
}

/// Executes a story's command, and answers with the story as it is then.
async fn decide(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    story_id: StoryId,
    status: StatusCode,
    command: impl AsyncFn(&InStory) -> Result<StoryCommand, Problem>,
) -> Result<HttpResponse, Problem> {
    let prepare = async || {
        let story = InStory::enter(state, caller, story_id).await?;
        Ok((command(&story).await?, story.envelope(context)))
    };
    let done =
        state.commands.execute_with::<Story, Problem, _, _>(&story_id.to_string(), context.repeated(), prepare).await?;
    answer(state, caller, story_id, status, done).await
}

async fn answer(
    state: &AppState,
    caller: &Caller,
    story_id: StoryId,
    status: StatusCode,
    done: Executed<StoryEvent>,
) -> Result<HttpResponse, Problem> {
    wait_for(state, &done).await?;
    let story = shown(state, caller, story_id).await?;
    Ok(written(status, &story, Some(story.version), None, place_of(&done)))
}

/// The story as it is now, for a member of its project.
pub(super) async fn shown(state: &AppState, caller: &Caller, story_id: StoryId) -> Result<views::Story, Problem> {
    let unknown = || Problem::from(StoryError::Unknown);
    let project_id = backlog::project_of(&state.pool, story_id).await?.ok_or_else(unknown)?;
    let project = InProject::enter(state, caller, project_id).await.map_err(|_| unknown())?;
    let reader = StoryReader { person: &project.person };
    views::story::story(&state.pool, reader, story_id).await?.ok_or_else(unknown)
}
