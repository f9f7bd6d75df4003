//! The way into the backlog: the SDM's explicit approval of a proposal, or of several at once.
//!
//! An approval answers once a policy has let its story into the backlog, so that the key is there to be shown.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::{HttpResponse, post, web};
use konductro_domain::ids::{PhaseId, ProposalId, StoryId};
use konductro_domain::phase::Verb;
use konductro_domain::story_review::{ApproveProposals, Standing, StoryReviewCommand, StoryReviewEvent};
use konductro_projections::{backlog, review_table};
use serde::Deserialize;
use tokio::time::Instant;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::in_review::{InReview, Proposals, answer_all, answer_one, decide};
use crate::commands::Executed;
use crate::http::{Caller, InPath, Json, RequestContext};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views::Proposal;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(approve_all_proposals).service(approve_proposal);
}

/// How long an approval waits for its story.
const IN_BACKLOG_WITHIN: Duration = Duration::from_secs(5);

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
    // Stories take their keys in the order of the table.
    let table: Vec<ProposalId> = match &body.0.proposals {
        Some(_) => Vec::new(),
        None => review_table::proposals_of(&state.pool, path.0).await?.iter().map(|row| row.proposal_id).collect(),
    };
    let shown = |review: &InReview| match &body.0.proposals {
        Some(proposals) => proposals.iter().map(|shown| (shown.id, shown.version)).collect(),
        None => undecided(review, &table),
    };
    let done = approve(&state, &caller, &context, path.0, shown).await?;
    let mut ids: Vec<ProposalId> = done.events.iter().filter_map(approved).collect();
    in_backlog(&state, &ids).await?;
    // What was approved before is told too.
    ids.extend(body.0.proposals.iter().flatten().map(|shown| shown.id));
    answer_all(&state, &caller, path.0, &ids, &done).await
}

/// The proposals that await a decision, in the order of the table; what it does not show yet comes last.
fn undecided(review: &InReview, table: &[ProposalId]) -> Vec<(ProposalId, Option<u32>)> {
    let proposals = review.review.proposals.iter().filter(|(_, proposal)| proposal.standing == Standing::Proposed);
    let mut undecided: Vec<_> = proposals.map(|(id, proposal)| (*id, Some(proposal.version))).collect();
    let place: HashMap<ProposalId, usize> = table.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    undecided.sort_by_key(|(id, _)| place.get(id).copied().unwrap_or(table.len()));
    undecided
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
