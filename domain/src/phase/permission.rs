//! Who may use which verb in a stage now. Decisions and the page ask the same question here, so that the
//! page never offers what a decision would refuse.

use crate::actor::Person;
use crate::phase::artefact::BasedOn;
use crate::phase::errors::{PhaseError, StoriesOvertaken};
use crate::phase::gate::{Gate, GateState};
use crate::phase::plan::PhaseKind;
use crate::phase::state::{FindingState, OpenedPhase, RaisedFinding, StageRecord};
use crate::phase::verbs::{PhaseVerb, Verb};
use crate::role::{Capability, Role, acting_role, roles_with};
use crate::stage::{GateKind, Stage};

/// How a submission from an IDE is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taking {
    /// It becomes the next version.
    AsVersion,
    /// It is kept beside the approved version.
    Beside(u32),
}

impl OpenedPhase {
    /// Whether a person may use a verb in a stage now, and if so in which role.
    pub fn permits(&self, verb: Verb, stage: Stage, by: &Person) -> Result<Role, PhaseError> {
        let role = self.admits(verb, stage, by)?;
        self.fits_gate(verb, stage, self.stage(stage)?, by)?;
        Ok(role)
    }

    /// Whether a person may use a verb in a stage at all, whatever the state of its gate.
    pub(super) fn admits(&self, verb: Verb, stage: Stage, by: &Person) -> Result<Role, PhaseError> {
        self.stage(stage)?;
        let role = self.role_for(verb, stage, by)?;
        if verb.is_interactive_only() && !by.credential.is_interactive() {
            return Err(PhaseError::InteractiveOnly);
        }
        self.live()?;
        self.goes_on(stage)?;
        Ok(role)
    }

    /// Whether a person may do something with the whole phase now, and if so in which role. How many proposals are
    /// undecided is the review's to say.
    pub fn permits_for_phase(&self, verb: PhaseVerb, by: &Person) -> Result<Role, PhaseError> {
        let role = require(by, Capability::ManagePhases)?;
        if verb.is_interactive_only() && !by.credential.is_interactive() {
            return Err(PhaseError::InteractiveOnly);
        }
        self.live()?;
        match (verb, self.kind) {
            (PhaseVerb::Rename, _) | (PhaseVerb::Promote, PhaseKind::Light) => Ok(role),
            (PhaseVerb::Promote, PhaseKind::Full | PhaseKind::Adhoc) => Err(PhaseError::NotLight),
            (PhaseVerb::Cancel | PhaseVerb::Complete, PhaseKind::Adhoc) => Err(PhaseError::AdHocStays),
            (PhaseVerb::Cancel, PhaseKind::Full | PhaseKind::Light) => Ok(role),
            (PhaseVerb::Complete, PhaseKind::Full | PhaseKind::Light) => match self.blocked_by(Stage::Stories) {
                missing if missing.is_empty() => Ok(role),
                missing => Err(PhaseError::NotReady(missing)),
            },
        }
    }

    /// Whether the stage is one that this phase still passes: a promoted one keeps what it had, for reading.
    fn goes_on(&self, stage: Stage) -> Result<(), PhaseError> {
        if self.kind.has(stage) { Ok(()) } else { Err(PhaseError::StageClosed(stage)) }
    }

    /// What the phase remembers of a stage.
    pub fn stage(&self, stage: Stage) -> Result<&StageRecord, PhaseError> {
        self.stages.get(&stage).ok_or(PhaseError::NoSuchStage { kind: self.kind, stage })
    }

    /// Whether the stage is unlocked (rule 1).
    pub(super) fn unlocked(&self, stage: Stage) -> Result<(), PhaseError> {
        let missing = self.blocked_by(stage);
        if missing.is_empty() { Ok(()) } else { Err(PhaseError::StageLocked { stage, missing }) }
    }

    fn role_for(&self, verb: Verb, stage: Stage, by: &Person) -> Result<Role, PhaseError> {
        match verb {
            Verb::ApproveArtefact | Verb::ReaffirmArtefact => {
                let roles = self.approving_roles(stage);
                let role = roles.iter().copied().find(|role| by.roles.contains(role));
                role.ok_or(PhaseError::RoleRequired(roles))
            }
            Verb::PostMessage
            | Verb::AddArtefactVersion
            | Verb::SubmitTechnicalAnalysis
            | Verb::RequestChanges
            | Verb::WithdrawApproval
            | Verb::WithdrawChangeRequest
            | Verb::DismissChangeRequest
            | Verb::ReopenStage
            | Verb::RestartReview
            | Verb::OpenThread
            | Verb::ReplyInThread
            | Verb::ResolveThread
            | Verb::AdoptSubmission
            | Verb::RaiseFinding
            | Verb::AcceptFinding
            | Verb::DeclineFinding
            | Verb::ReportDrift
            | Verb::GenerateStories
            | Verb::ReviewStories
            | Verb::ApproveProposals => require(by, verb.capability(stage)),
        }
    }

    fn fits_gate(&self, verb: Verb, stage: Stage, record: &StageRecord, by: &Person) -> Result<(), PhaseError> {
        match verb {
            Verb::PostMessage => self.unlocked(stage),
            Verb::AddArtefactVersion => self.takes_versions(stage),
            Verb::SubmitTechnicalAnalysis if stage != Stage::TechnicalAnalysis => Err(PhaseError::NoArtefact(stage)),
            Verb::SubmitTechnicalAnalysis => self.takes_versions(stage),
            Verb::ApproveArtefact => {
                self.is_decidable(stage)?;
                self.admits_author(stage, record, by)?;
                record.clearable_requests(by.user_id).map(|_| ())
            }
            Verb::RequestChanges => self.is_decidable(stage),
            Verb::WithdrawApproval => self.has_withdrawable_approval(stage, by),
            Verb::WithdrawChangeRequest => {
                if record.change_requests.values().any(|request| request.requested_by == by.user_id) {
                    Ok(())
                } else if record.change_requests.is_empty() {
                    Err(PhaseError::NoSuchChangeRequest)
                } else {
                    Err(PhaseError::NotTheRequester)
                }
            }
            Verb::DismissChangeRequest if record.change_requests.is_empty() => Err(PhaseError::NoSuchChangeRequest),
            Verb::DismissChangeRequest => Ok(()),
            Verb::ReopenStage => match self.gate(stage) {
                Gate::Approved(_) | Gate::Stale(_) => Ok(()),
                Gate::Locked(_) | Gate::Open | Gate::InReview(_) | Gate::ChangesRequested(_) | Gate::Passed => {
                    Err(PhaseError::NotApproved(stage))
                }
            },
            Verb::ReaffirmArtefact => {
                if self.gate(stage).state() != GateState::Stale {
                    return Err(PhaseError::NotStale(stage));
                }
                self.unlocked(stage)?;
                self.admits_author(stage, record, by)
            }
            Verb::RestartReview => match self.gate(stage) {
                Gate::InReview(_) | Gate::ChangesRequested(_) | Gate::Stale(_) => Ok(()),
                Gate::Locked(_) | Gate::Open | Gate::Approved(_) | Gate::Passed => {
                    Err(PhaseError::NothingInReview(stage))
                }
            },
            Verb::OpenThread | Verb::ReplyInThread | Verb::ResolveThread => self.has_version(stage, record),
            Verb::AdoptSubmission => self.has_kept_submission(stage),
            Verb::RaiseFinding => self.takes_findings(stage, record),
            Verb::AcceptFinding | Verb::DeclineFinding => self.has_open_finding(stage),
            Verb::ReportDrift if stage != Stage::TechnicalAnalysis => Err(PhaseError::NoArtefact(stage)),
            Verb::ReportDrift => self.has_version(stage, record),
            Verb::GenerateStories | Verb::ReviewStories | Verb::ApproveProposals => self.has_review(stage),
        }
    }

    /// Whether there is a text to talk about.
    fn has_version(&self, stage: Stage, record: &StageRecord) -> Result<(), PhaseError> {
        if !stage.has_artefact() {
            return Err(PhaseError::NoArtefact(stage));
        }
        if record.latest.is_some() { Ok(()) } else { Err(PhaseError::NoVersionYet(stage)) }
    }

    /// Whether a finding can be raised here: against what is approved, be it stale.
    fn takes_findings(&self, stage: Stage, record: &StageRecord) -> Result<(), PhaseError> {
        if stage.gate_kind() != GateKind::Approval {
            return Err(PhaseError::NoArtefact(stage));
        }
        if record.approved.is_some() { Ok(()) } else { Err(PhaseError::NothingToFindIn(stage)) }
    }

    fn has_open_finding(&self, stage: Stage) -> Result<(), PhaseError> {
        let open = |finding: &RaisedFinding| finding.stage == stage && finding.state == FindingState::Open;
        if self.findings.values().any(open) { Ok(()) } else { Err(PhaseError::NoSuchFinding) }
    }

    /// Whether a kept submission can become the next version: of an approved stage by opening it again.
    fn has_kept_submission(&self, stage: Stage) -> Result<(), PhaseError> {
        if !self.kept_submissions.values().any(|kept| kept.stage == stage) {
            return Err(PhaseError::NoSuchSubmission);
        }
        match self.takes_versions(stage) {
            Err(PhaseError::StageApproved { .. }) => Ok(()),
            taken => taken,
        }
    }

    /// How a submission from an IDE would be taken now: as a version, or kept beside an approved one (rule 6).
    pub fn takes_submission(&self, stage: Stage, by: &Person) -> Result<Taking, PhaseError> {
        self.admits(Verb::SubmitTechnicalAnalysis, stage, by)?;
        if stage != Stage::TechnicalAnalysis {
            return Err(PhaseError::NoArtefact(stage));
        }
        match self.takes_versions(stage) {
            Ok(()) => Ok(Taking::AsVersion),
            Err(PhaseError::StageApproved { version, .. }) => Ok(Taking::Beside(version)),
            Err(refused) => Err(refused),
        }
    }

    /// Whether proposals can be made and decided on here now.
    fn has_review(&self, stage: Stage) -> Result<(), PhaseError> {
        if stage.gate_kind() != GateKind::Review {
            return Err(PhaseError::NoProposals(stage));
        }
        if self.kind == PhaseKind::Adhoc {
            return Err(PhaseError::OneOffStories);
        }
        self.unlocked(stage)
    }

    /// Whether stories that come of these versions may still be proposed and completed.
    pub fn bears_stories_of(&self, based_on: &[BasedOn]) -> Result<(), StoriesOvertaken> {
        self.live()?;
        self.unlocked(Stage::Stories)?;
        let now = self.upstream(Stage::Stories);
        let needs_approval = |on: &&BasedOn| on.stage.gate_kind() == GateKind::Approval;
        match based_on.iter().filter(needs_approval).find(|on| !now.contains(on)) {
            Some(on) => Err(StoriesOvertaken::Reapproved(on.stage)),
            None => Ok(()),
        }
    }

    /// Whether the stage takes a new version: unlocked, with a document, and not approved (rules 1 and 6).
    pub(super) fn takes_versions(&self, stage: Stage) -> Result<(), PhaseError> {
        if !stage.has_artefact() {
            return Err(PhaseError::NoArtefact(stage));
        }
        self.goes_on(stage)?;
        self.unlocked(stage)?;
        match self.gate(stage) {
            Gate::Approved(approved) => Err(PhaseError::StageApproved { stage, version: approved.version }),
            Gate::Locked(_)
            | Gate::Open
            | Gate::InReview(_)
            | Gate::ChangesRequested(_)
            | Gate::Stale(_)
            | Gate::Passed => Ok(()),
        }
    }

    /// Whether somebody may keep a draft of a stage's artefact: whoever may write a version, also beside one that is
    /// approved (rule 6).
    pub fn takes_draft(&self, stage: Stage, by: &Person) -> Result<(), PhaseError> {
        self.stage(stage)?;
        let edits = require(by, Capability::EditArtefact(stage));
        let submits = stage == Stage::TechnicalAnalysis && require(by, Capability::SubmitTechnicalAnalysis).is_ok();
        if !submits {
            edits?;
        }
        self.live()?;
        match self.takes_versions(stage) {
            Err(PhaseError::StageApproved { .. }) => Ok(()),
            taken => taken,
        }
    }

    /// Whether a version awaits a decision.
    fn is_decidable(&self, stage: Stage) -> Result<(), PhaseError> {
        if stage.gate_kind() != GateKind::Approval {
            return Err(PhaseError::NoArtefact(stage));
        }
        match self.gate(stage) {
            Gate::Locked(missing) => Err(PhaseError::StageLocked { stage, missing }),
            Gate::Approved(approved) => Err(PhaseError::StageApproved { stage, version: approved.version }),
            Gate::Open | Gate::Stale(_) | Gate::Passed => Err(PhaseError::NothingInReview(stage)),
            Gate::InReview(_) | Gate::ChangesRequested(_) => Ok(()),
        }
    }

    fn admits_author(&self, stage: Stage, record: &StageRecord, by: &Person) -> Result<(), PhaseError> {
        let forbids = record
            .policy
            .stage(stage)
            .is_some_and(|policy| policy.authors == crate::project::policy::AuthorRule::MayNotApprove);
        match &record.latest {
            Some(latest) if forbids && record.is_author(by.user_id) => {
                Err(PhaseError::AuthorMayNotApprove(latest.version))
            }
            _ => Ok(()),
        }
    }

    /// Whether the person has an approval that counts, and nothing later in the phase was approved on it (rule 10).
    /// What is in the backlog is the review's to say.
    fn has_withdrawable_approval(&self, stage: Stage, by: &Person) -> Result<(), PhaseError> {
        if !self.counting_approvals(stage).contains(&by.user_id) {
            return Err(PhaseError::NoApprovalToWithdraw);
        }
        let approved_on_it = |later: &Stage| {
            let approved = self.stages.get(later).and_then(|record| record.approved.as_ref());
            approved.is_some_and(|approved| self.bears(stage, &approved.stands_on))
        };
        let approved_on_it = self.kind.downstream(stage).find(approved_on_it);
        approved_on_it.map_or(Ok(()), |later| Err(PhaseError::DownstreamApproved(later)))
    }

    /// Whether nothing that came into the backlog stands on this stage's approval (rule 10). `in_backlog`: what each
    /// generation with a story there was made from.
    pub fn bears_nothing_in_backlog(&self, stage: Stage, in_backlog: &[Vec<BasedOn>]) -> Result<(), PhaseError> {
        match in_backlog.iter().any(|made_from| self.bears(stage, made_from)) {
            true => Err(PhaseError::DownstreamApproved(Stage::Stories)),
            false => Ok(()),
        }
    }

    /// Whether what stands on these versions stands on the approvals that this stage's version has now: on the
    /// version, and on the very things that it stands on itself.
    fn bears(&self, stage: Stage, stands_on: &[BasedOn]) -> bool {
        let Some(record) = self.stages.get(&stage) else { return false };
        let Some(latest) = &record.latest else { return false };
        let own = (stage, latest.version, latest.content.hash, record.cycle);
        stands_on.iter().any(|on| (on.stage, on.version, on.content_hash, on.cycle) == own)
            && self.upstream(stage).iter().all(|on| stands_on.contains(on))
    }
}

/// The role in which a person uses a capability, or which roles could.
pub(super) fn require(by: &Person, capability: Capability) -> Result<Role, PhaseError> {
    acting_role(&by.roles, capability).ok_or_else(|| PhaseError::RoleRequired(roles_with(capability).to_vec()))
}
