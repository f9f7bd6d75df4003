//! Decisions in a story review: edit, approve, reject, restore, split, merge, undo.
//!
//! Nothing enters the backlog but by an approval here; an approval answers once its story is there.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, patch, post, web};
use konductro_domain::ids::{PhaseId, ProposalId, StoryId};
use konductro_domain::phase::Verb;
use konductro_domain::story::draft::StoryDraft;
use konductro_domain::story_review::{
    ApproveProposals, EditProposal, MergeProposals, PartCriterion, RejectProposal, RestoreProposal, SplitPart,
    SplitProposal, Standing, StoryReviewCommand, StoryReviewEvent, UndoReviewStep,
};
use konductro_projections::backlog;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::drafts::{CriterionChange, StoryChange, complexity, criterion_id};
use super::gates::Reason;
use super::in_review::{InReview, decide};
use super::phases::place_of;
use crate::commands::Executed;
use crate::http::{Caller, InPath, Json, RequestContext, written};
use crate::problem::{Problem, ProblemDetails};
use crate::salted::salted;
use crate::state::AppState;
use crate::views::{self, Proposal, StoryType};

/// Registers the routes. What is fixed in an address comes before what is named by an id.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(merge_proposals)
        .service(approve_all_proposals)
        .service(undo_review_step)
        .service(edit_proposal)
        .service(approve_proposal)
        .service(reject_proposal)
        .service(restore_proposal)
        .service(split_proposal);
}

/// How long an approval waits for its story.
const IN_BACKLOG_WITHIN: Duration = Duration::from_secs(5);

/// Some proposals.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Proposals {
    /// The proposals, in the order of the table.
    items: Vec<Proposal>,
}

/// A step that was taken back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepUndone {
    /// What kind of step it was.
    step: views::ReviewStep,
    /// The proposals as they are again.
    items: Vec<Proposal>,
}

/// An approval of a proposal.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalApproval {
    /// The version shown; when it is named, nothing newer is approved.
    #[serde(default)]
    version: Option<u32>,
}

/// Approvals of several proposals: all of them or none.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalApprovals {
    /// The proposals; left out: everything undecided.
    #[serde(default)]
    proposals: Option<Vec<ShownProposal>>,
}

/// A proposal at the version shown.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownProposal {
    /// The proposal.
    #[schema(value_type = Uuid)]
    id: ProposalId,
    /// The version shown.
    #[serde(default)]
    version: Option<u32>,
}

/// How a proposal is split.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSplit {
    /// The parts, 2 to 12.
    into: Vec<NewPart>,
}

/// A part of a split; what it leaves out it takes from the whole.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPart {
    /// Its title.
    title: String,
    /// Its narrative.
    #[serde(default)]
    narrative: Option<String>,
    /// What kind of work it is.
    #[serde(default, rename = "type")]
    story_type: Option<StoryType>,
    /// How much work it is: 1, 2, 3, 5, 8 or 13.
    #[serde(default)]
    complexity: Option<u8>,
    /// Its criteria: ids of the whole's, or new ones.
    #[serde(default)]
    acceptance_criteria: Vec<PartOfCriteria>,
}

/// A criterion of a part: one of the whole by its id, or a new one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PartOfCriteria {
    /// One of the whole, such as `AC-3`.
    Kept(String),
    /// A new one.
    New(CriterionChange),
}

/// Which proposals become one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMerge {
    /// The proposals, 2 to 12, in the order in which their criteria are to stand.
    #[schema(value_type = Vec<Uuid>)]
    proposal_ids: Vec<ProposalId>,
    /// The title; that of the first when it is left out.
    #[serde(default)]
    title: Option<String>,
    /// The narrative; all of them when it is left out.
    #[serde(default)]
    narrative: Option<String>,
}

/// Change a proposal. Send If-Match so that nothing that others changed is overwritten.
#[utoipa::path(operation_id = "editProposal", tag = "stories",
    params(("phase_id" = Uuid, Path), ("proposal_id" = Uuid, Path), ("If-Match" = Option<String>, Header)),
    request_body = StoryChange, responses(
    (status = 200, body = Proposal),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[patch("/phases/{phase_id}/proposals/{proposal_id}")]
async fn edit_proposal(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, ProposalId)>,
    body: Json<StoryChange>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, proposal_id) = path.0;
    // A number that no version can have matches none.
    let seen = context.if_match.version().map(|version| u32::try_from(version).unwrap_or(0));
    let command = async |review: &InReview| {
        let words = review.words(&state, proposal_id).await?;
        let proposal = review.review.proposal(proposal_id)?;
        let draft = StoryDraft::of(&proposal.content.outline, &words.body, proposal.content.depends_on.clone());
        Ok(StoryReviewCommand::EditProposal(EditProposal {
            by: review.phase.person().clone(),
            proposal_id,
            expected_version: Some(seen.unwrap_or(proposal.version)),
            draft: body.0.over(draft)?,
            salt: rand::random(),
        }))
    };
    let done = decide(&state, &caller, &context, phase_id, Verb::ReviewStories, command).await?;
    answer_one(&state, &caller, phase_id, proposal_id, done).await
}

/// Let a proposal into the backlog. Needs a browser session.
#[utoipa::path(operation_id = "approveProposal", tag = "stories",
    params(("phase_id" = Uuid, Path), ("proposal_id" = Uuid, Path)), request_body = ProposalApproval, responses(
    (status = 200, body = Proposal),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/{proposal_id}/approve")]
async fn approve_proposal(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, ProposalId)>,
    body: Json<ProposalApproval>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, proposal_id) = path.0;
    let shown = |_: &InReview| vec![(proposal_id, body.0.version)];
    let done = approve(&state, &caller, &context, phase_id, shown).await?;
    in_backlog(&state, &[proposal_id]).await?;
    answer_one(&state, &caller, phase_id, proposal_id, done).await
}

/// Let several proposals into the backlog, all or none; without a list, everything undecided.
#[utoipa::path(operation_id = "approveAllProposals", tag = "stories", params(("phase_id" = Uuid, Path)),
    request_body = ProposalApprovals, responses(
    (status = 200, body = Proposals),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/approve-all")]
async fn approve_all_proposals(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
    body: Json<ProposalApprovals>,
) -> Result<HttpResponse, Problem> {
    let shown = |review: &InReview| match &body.0.proposals {
        Some(proposals) => proposals.iter().map(|shown| (shown.id, shown.version)).collect(),
        None => undecided(review),
    };
    let done = approve(&state, &caller, &context, path.0, shown).await?;
    let mut ids: Vec<ProposalId> = done.events.iter().filter_map(approved).collect();
    in_backlog(&state, &ids).await?;
    // What was approved before is told too.
    ids.extend(body.0.proposals.iter().flatten().map(|shown| shown.id));
    answer_all(&state, &caller, path.0, &ids, &done).await
}

fn undecided(review: &InReview) -> Vec<(ProposalId, Option<u32>)> {
    let proposals = review.review.proposals.iter().filter(|(_, proposal)| proposal.standing == Standing::Proposed);
    proposals.map(|(id, proposal)| (*id, Some(proposal.version))).collect()
}

fn approved(event: &StoryReviewEvent) -> Option<ProposalId> {
    match event {
        StoryReviewEvent::ProposalApproved { proposal_id, .. } => Some(*proposal_id),
        _ => None,
    }
}

async fn approve(
    state: &AppState,
    caller: &Caller,
    context: &RequestContext,
    phase_id: PhaseId,
    shown: impl Fn(&InReview) -> Vec<(ProposalId, Option<u32>)>,
) -> Result<Executed<StoryReviewEvent>, Problem> {
    let command = async |review: &InReview| {
        Ok(StoryReviewCommand::ApproveProposals(ApproveProposals {
            by: review.phase.person().clone(),
            project_id: review.phase.project.project_id,
            phase_id,
            proposals: shown(review),
        }))
    };
    decide(state, caller, context, phase_id, Verb::ApproveProposals, command).await
}

/// Waits, bounded, until a policy has let these proposals' stories into the backlog and they can be read.
async fn in_backlog(state: &AppState, proposals: &[ProposalId]) -> Result<(), Problem> {
    let stories: Vec<StoryId> = proposals.iter().map(|id| StoryId::of(*id)).collect();
    let deadline = Instant::now() + IN_BACKLOG_WITHIN;
    let mut folded = state.visibility.watch();
    while backlog::present(&state.pool, &stories).await? < stories.len() {
        // Past the bound it is answered anyway; the story comes all the same.
        match tokio::time::timeout_at(deadline, folded.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return Ok(()),
        }
    }
    Ok(())
}

/// Reject a proposal, with a reason.
#[utoipa::path(operation_id = "rejectProposal", tag = "stories",
    params(("phase_id" = Uuid, Path), ("proposal_id" = Uuid, Path)), request_body = Reason, responses(
    (status = 200, body = Proposal),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/{proposal_id}/reject")]
async fn reject_proposal(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, ProposalId)>,
    body: Json<Reason>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, proposal_id) = path.0;
    let reason = salted(body.0.reason);
    let command = async |review: &InReview| {
        let by = review.phase.person().clone();
        Ok(StoryReviewCommand::RejectProposal(RejectProposal { by, proposal_id, reason: reason.clone() }))
    };
    let done = decide(&state, &caller, &context, phase_id, Verb::ReviewStories, command).await?;
    answer_one(&state, &caller, phase_id, proposal_id, done).await
}

/// Take a rejected or superseded proposal back into the review.
#[utoipa::path(operation_id = "restoreProposal", tag = "stories",
    params(("phase_id" = Uuid, Path), ("proposal_id" = Uuid, Path)), responses(
    (status = 200, body = Proposal),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/{proposal_id}/restore")]
async fn restore_proposal(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, ProposalId)>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, proposal_id) = path.0;
    let command = async |review: &InReview| {
        let by = review.phase.person().clone();
        Ok(StoryReviewCommand::RestoreProposal(RestoreProposal { by, proposal_id }))
    };
    let done = decide(&state, &caller, &context, phase_id, Verb::ReviewStories, command).await?;
    answer_one(&state, &caller, phase_id, proposal_id, done).await
}

/// Split a proposal; each of its criteria goes to exactly one part.
#[utoipa::path(operation_id = "splitProposal", tag = "stories",
    params(("phase_id" = Uuid, Path), ("proposal_id" = Uuid, Path)), request_body = NewSplit, responses(
    (status = 200, body = Proposals),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/{proposal_id}/split")]
async fn split_proposal(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<(PhaseId, ProposalId)>,
    body: Json<NewSplit>,
) -> Result<HttpResponse, Problem> {
    let (phase_id, proposal_id) = path.0;
    let parts = body.0.into.iter().enumerate();
    let into: Vec<SplitPart> =
        parts.map(|(place, part)| part.read(&format!("/into/{place}"))).collect::<Result<_, _>>()?;
    let command = async |review: &InReview| {
        Ok(StoryReviewCommand::SplitProposal(SplitProposal {
            by: review.phase.person().clone(),
            proposal_id,
            words: review.words(&state, proposal_id).await?,
            into: into.clone(),
            salt: rand::random(),
        }))
    };
    let done = decide(&state, &caller, &context, phase_id, Verb::ReviewStories, command).await?;
    let made = done.events.iter().flat_map(|event| match event {
        StoryReviewEvent::ProposalSplit { into, .. } => into.iter().map(|part| part.proposal_id).collect(),
        _ => Vec::new(),
    });
    let made: Vec<ProposalId> = made.collect();
    answer_all(&state, &caller, phase_id, &made, &done).await
}

impl NewPart {
    fn read(&self, pointer: &str) -> Result<SplitPart, Problem> {
        let criterion = |(place, criterion): (usize, &PartOfCriteria)| {
            let pointer = format!("{pointer}/acceptance_criteria/{place}");
            match criterion {
                PartOfCriteria::Kept(id) => criterion_id(&pointer, id).map(PartCriterion::Kept),
                PartOfCriteria::New(criterion) => criterion.draft(&pointer).map(PartCriterion::New),
            }
        };
        Ok(SplitPart {
            proposal_id: ProposalId(Uuid::now_v7()),
            title: self.title.clone(),
            narrative: self.narrative.clone(),
            story_type: self.story_type.map(Into::into),
            complexity: self.complexity.map(|it| complexity(&format!("{pointer}/complexity"), it)).transpose()?,
            criteria: self.acceptance_criteria.iter().enumerate().map(criterion).collect::<Result<_, _>>()?,
        })
    }
}

/// Merge proposals into a new one, with all their criteria.
#[utoipa::path(operation_id = "mergeProposals", tag = "stories", params(("phase_id" = Uuid, Path)),
    request_body = NewMerge, responses(
    (status = 200, body = Proposal),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/merge")]
async fn merge_proposals(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
    body: Json<NewMerge>,
) -> Result<HttpResponse, Problem> {
    let into = ProposalId(Uuid::now_v7());
    let NewMerge { proposal_ids, title, narrative } = &body.0;
    let command = async |review: &InReview| {
        let mut words = BTreeMap::new();
        for id in proposal_ids.iter().take(konductro_domain::story_review::MERGED_PROPOSALS.end() + 1) {
            words.insert(*id, review.words(&state, *id).await?);
        }
        Ok(StoryReviewCommand::MergeProposals(MergeProposals {
            by: review.phase.person().clone(),
            proposal_ids: proposal_ids.clone(),
            words,
            into,
            title: title.clone(),
            narrative: narrative.clone(),
            salt: rand::random(),
        }))
    };
    let done = decide(&state, &caller, &context, path.0, Verb::ReviewStories, command).await?;
    let made = done.events.iter().find_map(|event| match event {
        StoryReviewEvent::ProposalsMerged { into, .. } => Some(into.proposal_id),
        _ => None,
    });
    answer_one(&state, &caller, path.0, made.unwrap_or(into), done).await
}

/// Take the last step back; again, the one before it.
#[utoipa::path(operation_id = "undoReviewStep", tag = "stories", params(("phase_id" = Uuid, Path)), responses(
    (status = 200, body = StepUndone),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[post("/phases/{phase_id}/proposals/undo")]
async fn undo_review_step(
    state: web::Data<AppState>,
    caller: Caller,
    context: RequestContext,
    path: InPath<PhaseId>,
) -> Result<HttpResponse, Problem> {
    let command = async |review: &InReview| {
        Ok(StoryReviewCommand::UndoReviewStep(UndoReviewStep { by: review.phase.person().clone() }))
    };
    let done = decide(&state, &caller, &context, path.0, Verb::ReviewStories, command).await?;
    let undone = done.events.iter().find_map(|event| match event {
        StoryReviewEvent::ReviewStepUndone { step, restored, .. } => Some((*step, restored)),
        _ => None,
    });
    let Some((step, restored)) = undone else {
        return Err(konductro_domain::story_review::StoryReviewError::NothingToUndo.into());
    };
    let ids: Vec<ProposalId> = restored.iter().map(|proposal| proposal.proposal_id).collect();
    let items = shown(&state, &caller, path.0, &ids).await?;
    let answer = StepUndone { step: step.into(), items };
    Ok(written(StatusCode::OK, &answer, None, None, place_of(&done)))
}

/// The proposals as they are now.
async fn shown(
    state: &AppState,
    caller: &Caller,
    phase_id: PhaseId,
    ids: &[ProposalId],
) -> Result<Vec<Proposal>, Problem> {
    let InReview { phase, review, .. } = InReview::after_acting(state, caller, phase_id).await?;
    Ok(views::proposal::proposals(&state.pool, phase.reader(), &review, ids).await?)
}

async fn answer_one(
    state: &AppState,
    caller: &Caller,
    phase_id: PhaseId,
    proposal_id: ProposalId,
    done: Executed<StoryReviewEvent>,
) -> Result<HttpResponse, Problem> {
    let found = shown(state, caller, phase_id, &[proposal_id]).await?.into_iter().next();
    let proposal = found.ok_or(konductro_domain::story_review::StoryReviewError::ProposalUnknown(proposal_id))?;
    Ok(written(StatusCode::OK, &proposal, Some(proposal.version.into()), None, place_of(&done)))
}

async fn answer_all(
    state: &AppState,
    caller: &Caller,
    phase_id: PhaseId,
    ids: &[ProposalId],
    done: &Executed<StoryReviewEvent>,
) -> Result<HttpResponse, Problem> {
    let answer = Proposals { items: shown(state, caller, phase_id, ids).await? };
    Ok(written(StatusCode::OK, &answer, None, None, place_of(done)))
}
