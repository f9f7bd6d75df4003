//! Artefacts: versions, differences, and the next version by hand or from the IDE.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, get, post, web};
use konductro_domain::actor::Credential;
use konductro_domain::ids::{ChangeRequestId, PhaseId};
use konductro_domain::phase::artefact::{Source, SourceRepository};
use konductro_domain::phase::{AddArtefactVersion, MAX_ARTEFACT_BYTES, Phase, PhaseCommand, Verb, Via};
use konductro_domain::role::{Capability, may};
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use konductro_projections::artefact_versions::VersionRow;
use konductro_projections::event_log;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::{InPhase, Told as _};
use super::phases::place_of;
use super::staged::StageInPath;
use crate::http::headers::etag;
use crate::http::{Caller, InPath, Json, Page, Query, RequestContext, read, written};
use crate::personal::drafts;
use crate::problem::{Code, Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(get_artefact)
        .service(list_artefact_versions)
        .service(get_artefact_version)
        .service(add_artefact_version)
        .service(diff_artefact_versions);
}

/// A new version of a document.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewArtefactVersion {
    /// The document's title, 1 to 160 characters.
    title: String,
    /// The whole document (Markdown), up to 1 MiB.
    markdown: String,
    /// The tool and code it was written with: marks a submission from the IDE.
    #[serde(default)]
    source: Option<NewSource>,
    /// The open change requests that it answers; each still waits for its requester.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    answers: Vec<ChangeRequestId>,
}

/// Most change requests that one version may say it answers.
const MAX_ANSWERS: usize = 100;

/// The tool and code that a submission was written with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSource {
    /// The tool, such as `claude-code`.
    tool: String,
    /// The model it used.
    #[serde(default)]
    model: Option<String>,
    /// The repositories it read.
    #[serde(default)]
    repositories: Vec<NewSourceRepository>,
}

/// One repository at one commit.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSourceRepository {
    /// Its short name.
    name: String,
    /// Where it is.
    #[serde(default)]
    remote: Option<String>,
    /// The branch.
    #[serde(default)]
    branch: Option<String>,
    /// The commit.
    commit: String,
}

impl From<NewSource> for Source {
    fn from(source: NewSource) -> Self {
        let repositories = source.repositories.into_iter().map(|repository| SourceRepository {
            name: repository.name,
            remote: repository.remote,
            branch: repository.branch,
            commit: repository.commit,
        });
        Source { tool: source.tool, model: source.model, repositories: repositories.collect() }
    }
}

/// Two versions to compare.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    /// The earlier version.
    from: u32,
    /// The later version.
    to: u32,
}

/// Read a stage's artefact: latest version, state, findings, approvals, change requests, and what to know before deciding.
#[utoipa::path(operation_id = "getArtefact", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = views::Artefact),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}")]
async fn get_artefact(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    let findings = state.checker.at_gate(phase.phase_id, &phase.phase, stage).await?;
    let mut artefact = views::artefact::artefact(&state.pool, phase.reader(), stage, &findings).await?;
    if let Some(basis) = views::brief::basis(&state.pool, phase.reader(), stage, &artefact).await? {
        let brief = web::block(move || basis.brief()).await;
        artefact.brief = Some(brief.map_err(|error| Problem::unavailable("make the brief of a version", &error))?);
    }
    Ok(read(&artefact, Some(phase.version)))
}

/// List an artefact's versions, newest first, without their texts.
#[utoipa::path(operation_id = "listArtefactVersions", tag = "artefacts", security(("bearerAuth" = ["read"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)), responses(
    (status = 200, body = Page<views::ArtefactVersionSummary>),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/versions")]
async fn list_artefact_versions(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    let items = views::artefact::versions(&state.pool, phase.phase_id, stage).await?;
    Ok(read(&Page { items, next_cursor: None }, None))
}

/// Read one version.
#[utoipa::path(operation_id = "getArtefactVersion", tag = "artefacts", security(("bearerAuth" = ["read"])),
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), ("version" = u32, Path)), responses(
    (status = 200, body = views::ArtefactVersion),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/versions/{version}")]
async fn get_artefact_version(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath, u32)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, stage, version) = path.0;
    let (phase, stage) = enter(&state, &caller, (phase_id, stage)).await?;
    let version = version_of(&state, &phase, stage, version).await?;
    Ok(read(&version, Some(version.about.version.into())))
}

/// Compare two versions, line by line and word by word, by section.
#[utoipa::path(operation_id = "diffArtefactVersions", tag = "artefacts", security(("bearerAuth" = ["read"])),
    params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path), DiffQuery), responses(
    (status = 200, body = views::Diff),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/phases/{phase_id}/artefacts/{stage}/diff")]
async fn diff_artefact_versions(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<(PhaseId, StageInPath)>,
    query: Query<DiffQuery>,
) -> Result<HttpResponse, Problem> {
    let (phase, stage) = enter(&state, &caller, path.0).await?;
    let from = version_of(&state, &phase, stage, query.0.from).await?;
    let to = version_of(&state, &phase, stage, query.0.to).await?;
    let compared = web::block(move || views::diff::diff(&from, &to)).await;
    let diff = compared.map_err(|error| Problem::unavailable("compare two versions", &error))?;
    Ok(read(&diff, None))
}

/// Save a version by hand, or submit a technical analysis from the IDE.
#[utoipa::path(operation_id = "addArtefactVersion", tag = "artefacts", security(("bearerAuth" = ["analysis:write"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)),
    request_body = NewArtefactVersion, responses(
    (status = 201, body = views::ArtefactVersion, description = "A new version, which awaits a decision"),
    (status = 200, body = views::ArtefactVersion, description = "The text is the latest version's already"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/artefacts/{stage}/versions")]
async fn add_artefact_version(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, StageInPath)>,
    body: Json<NewArtefactVersion>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, stage) = (path.0.0, path.0.1.0);
    let NewArtefactVersion { title, markdown, source, answers } = body.0;
    if answers.len() > MAX_ANSWERS {
        return Err(Problem::invalid("/answers", "may name at most 100 change requests"));
    }
    let source = source.map(checked_source).transpose()?;
    if markdown.len() > MAX_ARTEFACT_BYTES {
        return Err(Problem::new(Code::ArtefactTooLarge, "A document may have 1 MiB of text; shorten it."));
    }
    let content = Text::plain(markdown);
    let prepare = async || {
        let mut phase = InPhase::enter_stage(&state, &caller, phase_id, stage).await?;
        based_on_latest(&phase, stage, &context)?;
        let mut connection = state.pool.acquire().await?;
        let earlier_authors =
            event_log::authors_of(&mut connection, phase.project.project_id, &content.reference().hash).await?;
        drop(connection);
        let via = via(&phase, stage, source.clone());
        let verb = if via == Via::Hand { Verb::AddArtefactVersion } else { Verb::SubmitTechnicalAnalysis };
        let approval_policy = phase.project.approval_policy(&state.commands).await?;
        let command = PhaseCommand::AddArtefactVersion(AddArtefactVersion {
            by: phase.person().clone(),
            stage,
            title: title.clone(),
            content: content.clone(),
            via,
            earlier_authors,
            answers: answers.clone(),
            approval_policy,
        });
        let envelope = phase
            .envelope(&context, verb.capability(stage))
            .with_texts([content.clone()])
            .with_result(&context, json!({}));
        Ok((command, envelope))
    };
    let done =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    let added = done.recorded_at.and_then(|at| {
        done.events.iter().find_map(|event| VersionRow::added(event, phase_id, at, Some(caller.user_id)))
    });
    let Some(added) = added else {
        let phase = InPhase::after_acting(&state, &caller, phase_id).await?;
        let version = version_of(&state, &phase, stage, latest_of(&phase, stage).ok_or_else(no_version)?).await?;
        return Ok(written(StatusCode::OK, &version, Some(version.about.version.into()), None, place_of(&done)));
    };
    // What was saved is no draft any more; only its writer's, and only by hand.
    drafts::discard(&state.pool, caller.user_id, phase_id, stage).await?;
    let number = added.version;
    let version = views::artefact::just_added(&state.pool, added, content.body().to_owned(), &caller.named()).await?;
    let location = format!("/api/v1/phases/{phase_id}/artefacts/{stage}/versions/{number}");
    Ok(written(StatusCode::CREATED, &version, Some(number.into()), Some(&location), place_of(&done)))
}

/// A submission is what says so, comes by a token, or from somebody who may submit but not edit by hand.
fn via(phase: &InPhase, stage: Stage, source: Option<Source>) -> Via {
    let roles = &phase.person().roles;
    let submits = stage == Stage::TechnicalAnalysis
        && may(roles, Capability::SubmitTechnicalAnalysis)
        && !may(roles, Capability::EditArtefact(stage));
    let by_a_token = matches!(phase.person().credential, Credential::Token(_));
    match source {
        Some(source) => Via::Ide(Some(source)),
        None if submits || by_a_token => Via::Ide(None),
        None => Via::Hand,
    }
}

/// `If-Match`, where it is sent, names the latest version that the writer has seen.
fn based_on_latest(phase: &InPhase, stage: Stage, context: &RequestContext) -> Result<(), Problem> {
    let latest = latest_of(phase, stage).map_or(0, i64::from);
    match context.if_match.version() {
        Some(seen) if seen != latest => Err(Problem::new(
            Code::VersionChanged,
            format!("Version {latest} is the latest now; look at what changed, then save again based on it."),
        )
        .with("current_version", latest)
        .header(header::ETAG, &etag(latest))),
        _ => Ok(()),
    }
}

fn checked_source(source: NewSource) -> Result<Source, Problem> {
    let fits = |text: &str, longest: usize| !text.trim().is_empty() && text.len() <= longest && !text.contains('\n');
    if !fits(&source.tool, 100) {
        return Err(Problem::invalid("/source/tool", "must name the tool, in at most 100 characters"));
    }
    if source.repositories.len() > 50 {
        return Err(Problem::invalid("/source/repositories", "may name at most 50 repositories"));
    }
    for (index, repository) in source.repositories.iter().enumerate() {
        if !fits(&repository.name, 200) {
            return Err(Problem::invalid(format!("/source/repositories/{index}/name"), "must name the repository"));
        }
        let commit = &repository.commit;
        if !(7..=64).contains(&commit.len()) || !commit.chars().all(|c| c.is_ascii_hexdigit()) {
            let pointer = format!("/source/repositories/{index}/commit");
            return Err(Problem::invalid(pointer, "must be the commit's hash, 7 to 64 hex digits"));
        }
    }
    Ok(source.into())
}

pub(super) async fn enter(
    state: &AppState,
    caller: &Caller,
    (phase_id, stage): (PhaseId, StageInPath),
) -> Result<(InPhase, Stage), Problem> {
    let phase = InPhase::enter(state, caller, phase_id).await?;
    phase.has(stage.0)?;
    if !stage.0.has_artefact() {
        return Err(Problem::not_found("artefact"));
    }
    Ok((phase, stage.0))
}

async fn version_of(
    state: &AppState,
    phase: &InPhase,
    stage: Stage,
    version: u32,
) -> Result<views::ArtefactVersion, Problem> {
    let found = views::artefact::version(&state.pool, phase.phase_id, stage, version).await?;
    found.ok_or_else(no_version)
}

pub(super) fn latest_of(phase: &InPhase, stage: Stage) -> Option<u32> {
    phase.phase.stages.get(&stage)?.latest.as_ref().map(|latest| latest.version)
}

pub(super) fn no_version() -> Problem {
    Problem::not_found("version")
}
