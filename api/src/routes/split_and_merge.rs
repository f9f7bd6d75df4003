//! Splitting a proposal and merging several; no criterion is lost or doubled by either.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, post, web};
use konductro_domain::ids::{PhaseId, ProposalId};
use konductro_domain::phase::Verb;
use konductro_domain::story_review::{
    MERGED_PROPOSALS, MergeProposals, PartCriterion, SplitPart, SplitProposal, StoryReviewCommand, StoryReviewEvent,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::drafts::{CriterionChange, complexity, criterion_id};
use super::in_review::{InReview, Proposals, answer_all, answer_one, decide};
use crate::http::{Caller, InPath, Json, RequestContext};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views::{Proposal, StoryType};

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(merge_proposals).service(split_proposal);
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
        for id in proposal_ids.iter().take(MERGED_PROPOSALS.end() + 1) {
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
