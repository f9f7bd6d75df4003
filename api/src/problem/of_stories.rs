//! What reviews and stories refuse, as problems: one arm for each refusal, no wildcard.

use actix_web::http::header;
use konductro_domain::story::StoryError;
use konductro_domain::story::draft::DraftError;
use konductro_domain::story_review::StoryReviewError;

use super::of_the_domain::{role_required, sentence};
use super::{Code, Problem};
use crate::http::headers::etag;

impl From<StoryReviewError> for Problem {
    fn from(error: StoryReviewError) -> Self {
        let detail = sentence(&error);
        match error {
            StoryReviewError::RoleRequired(roles) => role_required(detail, &roles),
            StoryReviewError::InteractiveOnly => Problem::new(Code::InteractiveOnly, detail),
            StoryReviewError::GenerationRunning(generation) => {
                Problem::new(Code::GenerationRunning, detail).with("generation_id", generation)
            }
            StoryReviewError::GenerationNotRunning => Problem::new(Code::GenerationNotRunning, detail),
            StoryReviewError::ProposalUnknown(proposal) => {
                Problem::new(Code::ProposalUnknown, detail).with("proposal_id", proposal)
            }
            StoryReviewError::ProposalDecided { proposal_id, standing } => {
                Problem::new(Code::ProposalDecided, detail).with("proposal_id", proposal_id).with("standing", standing)
            }
            StoryReviewError::ProposalChanged { proposal_id, current_version } => {
                Problem::new(Code::ProposalChanged, detail)
                    .with("proposal_id", proposal_id)
                    .with("current_version", current_version)
                    .header(header::ETAG, &etag(current_version.into()))
            }
            StoryReviewError::CriteriaNotDistributed { missing, doubled } => {
                Problem::new(Code::CriteriaNotDistributed, detail).with("missing", missing).with("doubled", doubled)
            }
            StoryReviewError::Draft(error) => error.into(),
            StoryReviewError::TooManyProposals | StoryReviewError::IdTaken(_) => Problem::new(Code::Conflict, detail),
            StoryReviewError::BadSplit => Problem::invalid("/into", detail),
            StoryReviewError::BadMerge => Problem::invalid("/proposal_ids", detail),
            StoryReviewError::DependsOnItself => Problem::invalid("/depends_on", detail),
            StoryReviewError::NothingToUndo => Problem::new(Code::NothingToUndo, detail),
            StoryReviewError::ReasonMissing | StoryReviewError::ReasonTooLong => Problem::invalid("/reason", detail),
        }
    }
}

impl From<StoryError> for Problem {
    fn from(error: StoryError) -> Self {
        let detail = sentence(&error);
        match error {
            StoryError::Unknown => Problem::new(Code::StoryUnknown, detail),
            StoryError::AlreadyCreated => Problem::new(Code::Conflict, detail),
            StoryError::RoleRequired(roles) => role_required(detail, &roles),
            StoryError::Closed => Problem::new(Code::StoryClosed, detail),
            StoryError::EmptyRequest | StoryError::RequestTooLong => Problem::invalid("/request", detail),
            StoryError::Unstorable => Problem::invalid("", detail),
            StoryError::Draft(error) => error.into(),
            StoryError::DependsOnItself => Problem::invalid("/depends_on", detail),
            StoryError::AlreadyRunning => Problem::new(Code::AlreadyRunning, detail),
            StoryError::NotRunning => Problem::new(Code::Conflict, detail),
            StoryError::RefinementNotOpen => Problem::new(Code::RefinementNotOpen, detail),
            StoryError::ReasonMissing | StoryError::ReasonTooLong => Problem::invalid("/reason", detail),
        }
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Self {
        let detail = sentence(&error);
        match error {
            DraftError::BadTitle => Problem::invalid("/title", detail),
            DraftError::NarrativeTooLong => Problem::invalid("/narrative", detail),
            DraftError::ReasonTooLong => Problem::invalid("/complexity_reason", detail),
            DraftError::TooManyCriteria | DraftError::UnknownCriterion(_) | DraftError::CriterionTwice(_) => {
                Problem::invalid("/acceptance_criteria", detail)
            }
            DraftError::EmptyCriterion(place) | DraftError::CriterionTooLong(place) => {
                Problem::invalid(format!("/acceptance_criteria/{place}"), detail)
            }
            DraftError::BadReference | DraftError::Unstorable => Problem::invalid("", detail),
        }
    }
}
