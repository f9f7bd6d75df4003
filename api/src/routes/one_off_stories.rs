//! One-off stories: `POST /projects/{id}/stories`. One sentence is enough.
//!
//! The story is tagged to the project's Ad-hoc phase, which opens on first need; its id is derived from the
//! project, so that there is one however many ask at once.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post, web};
use konductro_domain::ids::{PhaseId, ProjectId, StoryId};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{OpenPhase, Phase, PhaseCommand};
use konductro_domain::role::Capability;
use konductro_domain::story::{RequestStory, Story, StoryCommand};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InProject, Told as _};
use super::phases::place_of;
use super::stories::shown;
use crate::commands::{Envelope, Wait};
use crate::http::freshness::wait_for;
use crate::http::{Caller, InPath, Json, RequestContext, written};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(add_story);
}

/// A one-off story.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStory {
    /// What is wanted; one sentence is enough, 8 KiB at most.
    #[schema(example = "Show the payout date on each seller's page")]
    request: String,
}

/// Add a one-off story. It is there at once, as written; Conductor refines it.
#[utoipa::path(operation_id = "addStory", tag = "stories", params(("project_id" = Uuid, Path)), request_body = NewStory, responses(
    (status = 201, body = views::Story),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/projects/{project_id}/stories")]
async fn add_story(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<ProjectId>,
    body: Json<NewStory>,
) -> Result<HttpResponse, Problem> {
    let (project_id, phase_id) = (path.0, PhaseId::ad_hoc_of(path.0));
    let story_id = StoryId(Uuid::now_v7());
    let (request, salt) = (salted(body.0.request), rand::random());
    let prepare = async || {
        let project = InProject::enter(&state, &caller, project_id).await?;
        project.require(Capability::ReviewStories)?;
        let command = StoryCommand::RequestStory(RequestStory {
            by: project.person.clone(),
            story_id,
            project_id,
            phase_id,
            number: state.commands.next_story_number(project_id).await?,
            request: request.clone(),
            salt,
        });
        let envelope = project.envelope(&context, Capability::ReviewStories);
        let envelope =
            Envelope { phase_id: Some(phase_id), ..envelope }.with_result(&context, json!({ "story_id": story_id }));
        Ok((command, envelope))
    };
    open_ad_hoc_phase(&state, &caller, &context, project_id).await?;
    let done =
        state.commands.execute_with::<Story, Problem, _, _>(&story_id.to_string(), context.repeated(), prepare).await?;
    wait_for(&state, &done).await?;
    // A repeat finds the story that the first request added.
    let story = shown(&state, &caller, done.first_id("story_id", story_id)).await?;
    let location = format!("/api/v1/stories/{}", story.id);
    Ok(written(StatusCode::CREATED, &story, Some(story.version), Some(&location), place_of(&done)))
}

/// Opens the project's Ad-hoc phase where it is not open yet; its id is derived, so that it is one.
async fn open_ad_hoc_phase(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    project_id: ProjectId,
) -> Result<(), Problem> {
    let phase_id = PhaseId::ad_hoc_of(project_id);
    let brief = salted("One-off stories that belong to no planned phase.");
    let prepare = async || {
        let mut project = InProject::enter(state, caller, project_id).await?;
        project.require(Capability::ReviewStories)?;
        let command = PhaseCommand::OpenPhase(OpenPhase {
            by: project.person.clone(),
            project_id,
            number: state.commands.next_phase_number(project_id).await?,
            kind: PhaseKind::Adhoc,
            title: "Ad-hoc".to_owned(),
            brief: brief.clone(),
            approval_policy: project.approval_policy(&state.commands).await?,
        });
        let envelope = project.envelope(context, Capability::ReviewStories);
        let envelope = Envelope { phase_id: Some(phase_id), position_wait: Wait::None, ..envelope };
        Ok((command, envelope.with_texts([brief.clone()])))
    };
    if state.commands.load::<Phase>(&phase_id.to_string()).await?.state == Phase::NotOpened {
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), None, prepare).await?;
    }
    Ok(())
}
