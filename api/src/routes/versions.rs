//! The next version of an artefact, by hand or from the IDE.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, post, web};
use konductro_domain::artefact::submission::Sidecar;
use konductro_domain::ids::{ChangeRequestId, KeptSubmissionId, PhaseId, RaisedFindingId};
use konductro_domain::phase::artefact::{Source, SourceRepository};
use konductro_domain::phase::{
    AddArtefactVersion, MAX_ARTEFACT_BYTES, NewFinding, Phase, PhaseCommand, PhaseEvent, Submitted, Verb, Via,
};
use konductro_domain::role::{Capability, may};
use konductro_domain::scope::Scope;
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use konductro_projections::artefact_versions::VersionRow;
use konductro_projections::event_log;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::access::{InPhase, Told as _};
use super::artefacts::{latest_of, no_version, version_of};
use super::door::{Brought, NewSource, checked_source, refused};
use super::kept_submissions::kept_as_draft;
use super::phases::place_of;
use super::staged::StageInPath;
use crate::commands::Executed;
use crate::http::freshness::wait_for;
use crate::http::headers::etag;
use crate::http::{Caller, InPath, Json, RequestContext, written};
use crate::personal::drafts;
use crate::problem::{Code, Problem, ProblemDetails};
use crate::state::AppState;
use crate::views;

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(add_artefact_version);
}

/// A new version of a document.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewArtefactVersion {
    /// The document's title, 1 to 160 characters.
    title: String,
    /// The whole document (Markdown), up to 1 MiB.
    markdown: String,
    /// The tool and code it was written with: marks a submission from the IDE, which is held to what an analysis must hold
    /// (`must_hold` of `…/hand-off`).
    #[serde(default)]
    source: Option<NewSource>,
    /// What a submission says of itself beside the document; its schema is `must_hold.sidecar_schema` of `…/hand-off`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    sidecar: Option<Value>,
    /// The open change requests that it answers; each still waits for its requester.
    #[serde(default)]
    #[schema(value_type = Vec<Uuid>)]
    answers: Vec<ChangeRequestId>,
}

/// Most change requests that one version may say it answers.
const MAX_ANSWERS: usize = 100;

/// Save a version by hand, or submit a technical analysis from the IDE.
///
/// A submission is validated at the door: what is wrong with it is told all at once. While an analysis is approved, another
/// one is kept beside it, and counts only once a person adopts it.
#[utoipa::path(operation_id = "addArtefactVersion", tag = "artefacts", security(("bearerAuth" = ["analysis:write"])), params(("phase_id" = Uuid, Path), ("stage" = views::Stage, Path)),
    request_body = NewArtefactVersion, responses(
    (status = 201, body = views::ArtefactVersion, description = "A new version, which awaits a decision"),
    (status = 200, body = views::ArtefactVersion, description = "The text is the latest version's already"),
    (status = 202, body = views::KeptAsDraft, description = "Kept beside the approved version"),
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
    let NewArtefactVersion { title, markdown, source, sidecar, answers } = body.0;
    if answers.len() > MAX_ANSWERS {
        return Err(Problem::invalid("/answers", "may name at most 100 change requests"));
    }
    let source = source.map(checked_source).transpose()?;
    if markdown.len() > MAX_ARTEFACT_BYTES {
        return Err(Problem::new(Code::ArtefactTooLarge, "A document may have 1 MiB of text; shorten it."));
    }
    let content = Text::plain(markdown.clone());
    let brought = Brought { markdown, sidecar, source };
    let submission_id = KeptSubmissionId(Uuid::now_v7());
    let prepare = async || {
        let mut phase = InPhase::enter_stage(&state, &caller, phase_id, stage).await?;
        based_on_latest(&phase, stage, &context)?;
        let via = via(&state, &phase, stage, &brought, submission_id).await?;
        may_raise(&caller, &via)?;
        let mut connection = state.pool.acquire().await?;
        let earlier_authors =
            event_log::authors_of(&mut connection, phase.project.project_id, &content.reference().hash).await?;
        drop(connection);
        let verb = if via == Via::Hand { Verb::AddArtefactVersion } else { Verb::SubmitTechnicalAnalysis };
        let approval_policy = phase.project.approval_policy(&state.commands).await?;
        let texts = texts(&content, &via);
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
        let envelope =
            phase.envelope(&context, verb.capability(stage)).with_texts(texts).with_result(&context, json!({}));
        Ok((command, envelope))
    };
    let done: Executed<PhaseEvent> =
        state.commands.execute_with::<Phase, Problem, _, _>(&phase_id.to_string(), context.repeated(), prepare).await?;
    answer(&state, &caller, (phase_id, stage), &content, done).await
}

/// The texts that the version's events name.
fn texts(content: &Text, via: &Via) -> Vec<Text> {
    let mut texts = vec![content.clone()];
    if let Via::Ide(submitted) = via {
        texts.extend(submitted.sidecar.clone());
        texts.extend(submitted.findings.iter().map(|finding| finding.text.clone()));
    }
    texts
}

/// The version that was added, the draft that was kept, or what was there already.
async fn answer(
    state: &AppState,
    caller: &Caller,
    (phase_id, stage): (PhaseId, Stage),
    content: &Text,
    done: Executed<PhaseEvent>,
) -> Result<HttpResponse, Problem> {
    let added = done.recorded_at.and_then(|at| {
        done.events.iter().find_map(|event| VersionRow::added(event, phase_id, at, Some(caller.user_id)))
    });
    if let Some(added) = added {
        // What was saved is no draft any more; only its writer's, and only by hand.
        drafts::discard(&state.pool, caller.user_id, phase_id, stage).await?;
        let number = added.version;
        let sidecar = match &added.sidecar_hash {
            Some(hash) => event_log::text(&mut *state.pool.acquire().await?, hash).await?,
            None => None,
        };
        let texts = (content.body().to_owned(), sidecar);
        let version = views::artefact::just_added(&state.pool, added, texts, &caller.named()).await?;
        let location = format!("/api/v1/phases/{phase_id}/artefacts/{stage}/versions/{number}");
        return Ok(written(StatusCode::CREATED, &version, Some(number.into()), Some(&location), place_of(&done)));
    }
    wait_for(state, &done).await?;
    let phase = InPhase::after_acting(state, caller, phase_id).await?;
    let kept = done.events.iter().find_map(|event| match event {
        PhaseEvent::SubmissionKept { submission_id, .. } => Some(*submission_id),
        _ => None,
    });
    let known = || {
        let mut kept = phase.phase.kept_submissions.iter();
        let same = kept.find(|(_, kept)| {
            (kept.stage, kept.submitted_by, kept.content) == (stage, caller.user_id, content.reference())
        });
        same.map(|(id, _)| *id)
    };
    match kept.or_else(known) {
        Some(submission_id) => kept_as_draft(state, &phase, submission_id, place_of(&done)).await,
        None => {
            let latest = latest_of(&phase, stage).ok_or_else(no_version)?;
            let version = version_of(state, &phase, stage, latest).await?;
            Ok(written(StatusCode::OK, &version, Some(version.about.version.into()), None, place_of(&done)))
        }
    }
}

/// A submission is what says so, or comes from somebody who may submit but not edit by hand. One that says so was
/// held to what it must hold before it goes on; who may not submit at all is told that first.
async fn via(
    state: &AppState,
    phase: &InPhase,
    stage: Stage,
    brought: &Brought,
    submission_id: KeptSubmissionId,
) -> Result<Via, Problem> {
    let submitted =
        |source, sidecar, findings| Via::Ide(Box::new(Submitted { submission_id, source, sidecar, findings }));
    if brought.is_submission(phase, stage) {
        phase.phase.takes_submission(stage, phase.person())?;
        let sidecar = brought.held(state, phase).await?.map_err(|problems| refused(&problems))?;
        let source = with_repositories(brought.source.clone(), sidecar.as_ref());
        let findings = sidecar.as_ref().map(findings_of).transpose()?.unwrap_or_default();
        let text = sidecar.as_ref().map(Sidecar::to_json).transpose();
        let text = text.map_err(|error| Problem::unavailable("write a sidecar", &error))?.map(Text::plain);
        return Ok(submitted(source, text, findings));
    }
    let roles = &phase.person().roles;
    let submits = stage == Stage::TechnicalAnalysis
        && may(roles, Capability::SubmitTechnicalAnalysis)
        && !may(roles, Capability::EditArtefact(stage));
    // Only an analysis comes from an IDE; of anything else a source is refused by the phase.
    if submits || brought.source.is_some() || brought.sidecar.is_some() || !phase.person().credential.is_interactive() {
        return Ok(submitted(brought.source.clone(), None, Vec::new()));
    }
    Ok(Via::Hand)
}

/// What a sidecar finds wrong is raised with the submission, for which a token needs the scope of that too.
fn may_raise(caller: &Caller, via: &Via) -> Result<(), Problem> {
    let raises = matches!(via, Via::Ide(submitted) if !submitted.findings.is_empty());
    match &caller.token {
        Some(token) if raises && !token.scopes.contains(&Scope::FindingsWrite) => Err(Problem::new(
            Code::ScopeRequired,
            "The sidecar raises findings, for which the token needs findings:write; leave them out, or use another token.",
        )
        .with("scopes", [Scope::FindingsWrite])),
        Some(_) | None => Ok(()),
    }
}

/// The source, with the repositories of the sidecar where it names none itself.
fn with_repositories(source: Option<Source>, sidecar: Option<&Sidecar>) -> Option<Source> {
    let mut source = source?;
    if let Some(sidecar) = sidecar.filter(|_| source.repositories.is_empty()) {
        let named = sidecar.repositories.iter().map(|repository| SourceRepository {
            name: repository.name.clone(),
            remote: repository.remote.clone(),
            branch: repository.branch.clone(),
            commit: repository.commit.to_string(),
        });
        source.repositories = named.collect();
    }
    Some(source)
}

/// What the sidecar says is wrong with the requirements.
fn findings_of(sidecar: &Sidecar) -> Result<Vec<NewFinding>, Problem> {
    let read = |(index, finding): (usize, &konductro_domain::artefact::submission::SidecarFinding)| {
        let pointer = format!("/sidecar/findings/{index}/ref");
        let reference = finding.reference.parse();
        let reference = reference.map_err(|error: konductro_domain::artefact::reference::NoReference| {
            Problem::invalid(pointer, error.to_string())
        })?;
        Ok(NewFinding {
            finding_id: RaisedFindingId(Uuid::now_v7()),
            reference,
            severity: finding.severity,
            text: Text::plain(finding.text.clone()),
            evidence: finding.evidence.clone(),
        })
    };
    sidecar.findings.iter().enumerate().map(read).collect()
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
