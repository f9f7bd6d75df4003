//! What the rules refuse, as problems: one arm for each refusal, no wildcard, so that a new one does not
//! compile until it has its code.

use konductro_domain::conversation::ConversationError;
use konductro_domain::phase::{BadWaiver, Current, Missing, PhaseError};
use konductro_domain::project::ProjectError;
use konductro_domain::role::Role;
use serde_json::{Value, json};

use super::{Code, Problem};
use crate::views::Finding;

/// A lower-case clause of the domain as a sentence.
pub(super) fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with('.') { "" } else { "." };
    format!("{first}{}{stop}", letters.as_str())
}

fn missing(missing: &[Missing]) -> Vec<Value> {
    let one = |missing: &Missing| json!({"stage": missing.stage, "needs": missing.to_string(), "who": missing.who});
    missing.iter().map(one).collect()
}

pub(super) fn role_required(detail: String, roles: &[Role]) -> Problem {
    Problem::new(Code::RoleRequired, detail).with("roles", roles)
}

fn outdated(detail: String, current: &Current) -> Problem {
    Problem::new(Code::ApprovalOutdated, detail)
        .with("current_version", current.version)
        .with("content_hash", current.content_hash)
        .with("upstream_hash", current.upstream_hash)
        .with("cycle", current.cycle)
}

impl From<PhaseError> for Problem {
    fn from(error: PhaseError) -> Self {
        let detail = sentence(&error);
        match &error {
            PhaseError::Unknown => Problem::not_found("phase"),
            PhaseError::NoSuchStage { .. }
            | PhaseError::NoArtefact(_)
            | PhaseError::NoProposals(_)
            | PhaseError::NoSuchThread
            | PhaseError::NoSuchFinding
            | PhaseError::NoSuchSubmission
            | PhaseError::NoSuchChangeRequest => Problem::new(Code::NotFound, detail),
            PhaseError::FindingAnswered(_) => Problem::new(Code::FindingAnswered, detail),
            PhaseError::SubmissionOutdated(stages) => {
                Problem::new(Code::SubmissionOutdated, detail).with("stages", stages)
            }
            PhaseError::AlreadyOpened
            | PhaseError::NothingToFindIn(_)
            | PhaseError::TooManyFindings
            | PhaseError::NotApproved(_)
            | PhaseError::NotStale(_)
            | PhaseError::OneOffStories
            | PhaseError::AdHocStays
            | PhaseError::NoVersionYet(_)
            | PhaseError::IsChangeRequest
            | PhaseError::NoApprovalToWithdraw => Problem::new(Code::Conflict, detail),
            PhaseError::Closed(_) => Problem::new(Code::PhaseClosed, detail),
            PhaseError::StageClosed(stage) => Problem::new(Code::StageLocked, detail).with("stage", stage),
            PhaseError::NotLight => Problem::new(Code::PhaseNotLight, detail),
            PhaseError::NotReady(waits_for) => {
                Problem::new(Code::PhaseNotReady, detail).with("missing", missing(waits_for))
            }
            PhaseError::ProposalsUndecided(undecided) => {
                Problem::new(Code::ProposalsUndecided, detail).with("undecided", undecided)
            }
            PhaseError::StageLocked { stage, missing: waits_for } => {
                Problem::new(Code::StageLocked, detail).with("stage", stage).with("missing", missing(waits_for))
            }
            PhaseError::StageApproved { stage, version } => {
                Problem::new(Code::StageApproved, detail).with("stage", stage).with("version", version)
            }
            PhaseError::NothingInReview(stage) => Problem::new(Code::StageNotInReview, detail).with("stage", stage),
            PhaseError::RoleRequired(roles) => role_required(detail, roles),
            PhaseError::InteractiveOnly => Problem::new(Code::InteractiveOnly, detail),
            PhaseError::AuthorMayNotApprove(_)
            | PhaseError::AuthorMayNotClear
            | PhaseError::AuthorMayNotLower(_)
            | PhaseError::NotTheRequester
            | PhaseError::AuthorMayNotDismiss => Problem::new(Code::NotApprover, detail),
            PhaseError::ApprovalOutdated(current) => outdated(detail, current),
            PhaseError::VersionOutdated(version) => {
                Problem::new(Code::ApprovalOutdated, detail).with("current_version", version)
            }
            PhaseError::Incomplete(version) => Problem::new(Code::ArtefactIncomplete, detail).with("version", version),
            PhaseError::FindingsBlock(blocking) => {
                let findings: Vec<_> = blocking.iter().map(Finding::from).collect();
                Problem::new(Code::FindingsBlock, detail).with("findings", findings)
            }
            PhaseError::WaiverRefused { place, why } => {
                let member = match why {
                    BadWaiver::Unknown | BadWaiver::Advisory | BadWaiver::Twice => "finding_id",
                    BadWaiver::ReasonMissing | BadWaiver::ReasonTooLong => "reason",
                };
                Problem::invalid(format!("/waivers/{place}/{member}"), why.to_string())
            }
            PhaseError::NotAcknowledged(left) => {
                let left: Vec<_> = left.iter().map(ToString::to_string).collect();
                Problem::new(Code::NotAcknowledged, detail).with("open_points", left)
            }
            PhaseError::NothingToAcknowledge(_) => Problem::invalid("/acknowledged", detail),
            PhaseError::ChangesOpen(requesters) => {
                Problem::new(Code::ChangesOpen, detail).with("requested_by", requesters)
            }
            PhaseError::DownstreamApproved(stage) => {
                Problem::new(Code::DownstreamApproved, detail).with("stage", stage)
            }
            PhaseError::ReasonMissing | PhaseError::ReasonTooLong => Problem::invalid("/reason", detail),
            PhaseError::NothingSaid => Problem::invalid("/text", detail),
            PhaseError::AnswersNothing(_) => Problem::invalid("/answers", detail),
            PhaseError::BadTitle => Problem::invalid("/title", detail),
            PhaseError::EmptyDocument => Problem::invalid("/markdown", detail),
            PhaseError::DocumentTooLong => Problem::new(Code::ArtefactTooLarge, detail),
        }
    }
}

impl From<ProjectError> for Problem {
    fn from(error: ProjectError) -> Self {
        let detail = sentence(&error);
        match &error {
            ProjectError::Unknown => Problem::not_found("project"),
            ProjectError::UnknownRepository | ProjectError::UnknownMember | ProjectError::UnknownDelegation => {
                Problem::new(Code::NotFound, detail)
            }
            ProjectError::AlreadyCreated | ProjectError::RepositoryKnown => Problem::new(Code::Conflict, detail),
            ProjectError::BadKey => Problem::invalid("/key", detail),
            ProjectError::BadName => Problem::invalid("/name", detail),
            ProjectError::ContextTooLong => Problem::invalid("/context", detail),
            ProjectError::BudgetTooLarge => Problem::invalid("/monthly_micros", detail),
            ProjectError::BadRemote => Problem::invalid("/remote", detail),
            ProjectError::PolicyWithoutGate(_)
            | ProjectError::PolicyTwice(_)
            | ProjectError::PolicyWithoutRoles(_)
            | ProjectError::PolicyBeyondMatrix { .. }
            | ProjectError::PolicyApprovals(_) => Problem::invalid("/stages", detail),
            ProjectError::RoleNotDelegable => Problem::invalid("/role", detail),
            ProjectError::RoleNotHeld(role) => role_required(detail, &[*role]),
            ProjectError::DelegateWithoutRole(_) => Problem::invalid("/delegate", detail),
            ProjectError::BadPeriod => Problem::invalid("/until", detail),
            ProjectError::TooManyDelegations => Problem::new(Code::Conflict, detail),
            ProjectError::NotYourDelegation => Problem::new(Code::RoleRequired, detail),
            ProjectError::NoRoles => Problem::invalid("/roles", detail),
            ProjectError::LastSdm => Problem::new(Code::LastSdm, detail),
            ProjectError::RoleRequired(roles) => role_required(detail, roles),
            ProjectError::InteractiveOnly => Problem::new(Code::InteractiveOnly, detail),
        }
    }
}

impl From<ConversationError> for Problem {
    fn from(error: ConversationError) -> Self {
        let detail = sentence(&error);
        match &error {
            ConversationError::EmptyMessage => Problem::invalid("/text", detail),
            ConversationError::MessageTooLong { .. } => Problem::new(Code::MessageTooLarge, detail),
            ConversationError::TurnRunning(turn) => Problem::new(Code::TurnRunning, detail).with("turn_id", turn),
            ConversationError::MessageWaits(message) => {
                Problem::new(Code::MessageWaits, detail).with("message_id", message)
            }
            ConversationError::NothingToWaitFor => Problem::new(Code::TurnNotRunning, detail),
            ConversationError::NothingWaits => Problem::new(Code::NotFound, detail),
            ConversationError::NotYoursToCancel | ConversationError::NotYoursToEdit => {
                Problem::new(Code::NotYourMessage, detail)
            }
            ConversationError::TurnNotContinuable => Problem::new(Code::TurnNotContinuable, detail),
            ConversationError::UnknownTurn => Problem::new(Code::NotFound, detail),
            ConversationError::TurnNotRunning => Problem::new(Code::TurnNotRunning, detail),
            ConversationError::TurnNotRetryable => Problem::new(Code::TurnNotRetryable, detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use konductro_domain::phase::Needs;
    use konductro_domain::stage::Stage;

    use super::*;

    #[test]
    fn a_locked_stage_says_what_is_missing_and_who_could_give_it() {
        let waits_for = vec![Missing { stage: Stage::Requirements, needs: Needs::Approval, who: vec![Role::Sdm] }];
        let problem = Problem::from(PhaseError::StageLocked { stage: Stage::Architecture, missing: waits_for });
        let document = problem.document(None, None);
        assert_eq!(document["type"], "/problems/stage-locked");
        assert_eq!(document["missing"][0]["stage"], "requirements");
        assert_eq!(document["missing"][0]["who"][0], "sdm");
        assert_eq!(document["detail"], "Architecture is locked: Requirements awaits approval by SDM.");
    }
}
