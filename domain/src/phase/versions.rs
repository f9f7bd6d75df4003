//! New versions of an artefact: by a person's hand, from the IDE, from Conductor (rules 6 and 8).

use std::collections::BTreeSet;

use crate::conductor::GeneratedBy;
use crate::conversation::Substance;
use crate::ids::{ChangeRequestId, TurnId, UserId};
use crate::phase::artefact::{Completeness, Origin, Source, upstream_hash};
use crate::phase::commands::{AddArtefactVersion, SaveDocument, Via};
use crate::phase::errors::{MAX_ARTEFACT_BYTES, PhaseError};
use crate::phase::gate::GateState;
use crate::phase::opening::checked_title;
use crate::phase::state::{OpenedPhase, TakenDocument};
use crate::phase::verbs::Verb;
use crate::phase::{PhaseEvent, SetAsideReason, submitting};
use crate::project::policy::ApprovalPolicy;
use crate::stage::Stage;
use crate::text::TextRef;

pub(super) fn add_artefact_version(
    phase: &OpenedPhase,
    command: &AddArtefactVersion,
) -> Result<Vec<PhaseEvent>, PhaseError> {
    if let Via::Ide(submitted) = &command.via {
        return submitting::submit(phase, command, submitted);
    }
    phase.permits(Verb::AddArtefactVersion, command.stage, &command.by)?;
    let version = NewVersion::by_person(command)?;
    if phase.is_latest(&version) {
        return Ok(Vec::new());
    }
    phase.answers_what_is_open(command)?;
    Ok(phase.version_events(version, &command.answers))
}

pub(super) fn save_document(phase: &OpenedPhase, command: &SaveDocument) -> Vec<PhaseEvent> {
    let document = TakenDocument {
        turn_id: command.turn_id,
        ordinal: command.ordinal,
        content: command.content.hash,
        completeness: Some(command.completeness),
    };
    if phase.taken.iter().any(|taken| taken.is_repeated_by(&document)) {
        return Vec::new();
    }
    let version = NewVersion {
        stage: command.stage,
        title: checked_title(&command.title).unwrap_or_else(|_| command.stage.title().to_owned()),
        content: command.content,
        origin: Origin::Conductor,
        completeness: command.completeness,
        generated_by: Some(command.generated_by.clone()),
        written_by: command.asked_by,
        earlier_authors: command.earlier_authors.iter().copied().collect(),
        document: Some((command.turn_id, command.ordinal)),
        source: None,
        sidecar: None,
        approval_policy: &command.approval_policy,
    };
    match set_aside_reason(phase, command, &version) {
        Some(reason) => vec![PhaseEvent::DocumentSetAside {
            stage: command.stage,
            turn_id: command.turn_id,
            ordinal: command.ordinal,
            content: command.content,
            reason,
        }],
        None => phase.version_events(version, &command.answers),
    }
}

fn set_aside_reason(phase: &OpenedPhase, command: &SaveDocument, version: &NewVersion<'_>) -> Option<SetAsideReason> {
    match command.substance {
        Substance::Placeholder => return Some(SetAsideReason::Placeholder),
        Substance::Unusable => return Some(SetAsideReason::Unusable),
        Substance::Whole => {}
    }
    if phase.live().is_err() {
        return Some(SetAsideReason::PhaseClosed);
    }
    match phase.takes_versions(command.stage) {
        Err(PhaseError::StageApproved { .. }) => Some(SetAsideReason::StageApproved),
        Err(_) => Some(SetAsideReason::StageLocked),
        Ok(()) if phase.is_latest(version) => Some(SetAsideReason::Unchanged),
        Ok(()) => None,
    }
}

/// A version about to be added.
pub(super) struct NewVersion<'a> {
    pub(super) stage: Stage,
    pub(super) title: String,
    pub(super) content: TextRef,
    pub(super) origin: Origin,
    pub(super) completeness: Completeness,
    pub(super) generated_by: Option<GeneratedBy>,
    pub(super) written_by: UserId,
    pub(super) earlier_authors: BTreeSet<UserId>,
    pub(super) document: Option<(TurnId, u32)>,
    pub(super) source: Option<Source>,
    pub(super) sidecar: Option<TextRef>,
    pub(super) approval_policy: &'a ApprovalPolicy,
}

impl<'a> NewVersion<'a> {
    /// What a person wrote, as if by hand.
    pub(super) fn by_person(command: &'a AddArtefactVersion) -> Result<Self, PhaseError> {
        let title = checked_title(&command.title)?;
        if command.content.body().trim().is_empty() {
            return Err(PhaseError::EmptyDocument);
        }
        if command.content.body().len() > MAX_ARTEFACT_BYTES {
            return Err(PhaseError::DocumentTooLong);
        }
        Ok(Self {
            stage: command.stage,
            title,
            content: command.content.reference(),
            origin: Origin::Person,
            completeness: Completeness::Complete,
            generated_by: None,
            written_by: command.by.user_id,
            earlier_authors: command.earlier_authors.iter().copied().collect(),
            document: None,
            source: None,
            sidecar: None,
            approval_policy: &command.approval_policy,
        })
    }
}

impl OpenedPhase {
    /// Whether it is the latest version already. What stands beside it counts only where it is given.
    pub(super) fn is_latest(&self, new: &NewVersion<'_>) -> bool {
        let latest = self.stages.get(&new.stage).and_then(|record| record.latest.as_ref());
        latest.is_some_and(|latest| {
            latest.content.hash == new.content.hash
                && latest.title == new.title
                && latest.completeness == new.completeness
                && (new.sidecar.is_none() || latest.sidecar == new.sidecar)
        }) && self.gate(new.stage).state() != GateState::Stale
    }

    /// Whether the change requests that a version answers are all open.
    pub(super) fn answers_what_is_open(&self, command: &AddArtefactVersion) -> Result<(), PhaseError> {
        let open = &self.stage(command.stage)?.change_requests;
        let unknown = command.answers.iter().find(|answered| !open.contains_key(answered));
        unknown.map_or(Ok(()), |unknown| Err(PhaseError::AnswersNothing(*unknown)))
    }

    /// The version, and which open change requests it says it answers.
    pub(super) fn version_events(&self, new: NewVersion<'_>, answers: &[ChangeRequestId]) -> Vec<PhaseEvent> {
        let stage = new.stage;
        let record = self.stages.get(&stage);
        let version = record.and_then(|record| record.latest.as_ref()).map_or(1, |latest| latest.version + 1);
        let is_open = |id: &ChangeRequestId| record.is_some_and(|record| record.change_requests.contains_key(id));
        let answered: BTreeSet<_> = answers.iter().copied().filter(is_open).collect();
        let mut events = vec![self.version_event(new)];
        events.extend(answered.into_iter().map(|change_request_id| PhaseEvent::ChangeRequestAnswered {
            change_request_id,
            stage,
            version,
        }));
        events
    }

    fn version_event(&self, new: NewVersion<'_>) -> PhaseEvent {
        let record = self.stages.get(&new.stage);
        let latest = record.and_then(|record| record.latest.as_ref());
        let based_on = self.upstream(new.stage);
        PhaseEvent::ArtefactVersionAdded {
            stage: new.stage,
            version: latest.map_or(1, |latest| latest.version + 1),
            cycle: record.map_or(1, |record| record.cycle),
            title: new.title,
            content: new.content,
            origin: new.origin,
            completeness: new.completeness,
            generated_by: new.generated_by,
            authors: self.authors(new.stage, new.written_by, &new.earlier_authors),
            upstream_hash: upstream_hash(&based_on),
            based_on,
            turn_id: new.document.map(|(turn, _)| turn),
            ordinal: new.document.map(|(_, ordinal)| ordinal),
            source: new.source,
            sidecar: new.sidecar,
            approval_policy: self.pinned_policy(new.stage, new.approval_policy),
        }
    }

    /// Everybody who wrote what is pending, and whoever wrote the same text before (rule 8).
    ///
    /// Who wrote the version before this one is always among them: it awaits approval itself, or its approval no longer
    /// holds since it was reopened or became stale. So neither a colleague's small edit sheds authorship, nor going
    /// back to an earlier text, nor a copy.
    fn authors(&self, stage: Stage, writer: UserId, earlier: &BTreeSet<UserId>) -> Vec<UserId> {
        let mut authors = BTreeSet::from([writer]);
        authors.extend(earlier.iter().copied());
        if let Some(record) = self.stages.get(&stage) {
            authors.extend(record.authors_since_approval.iter().copied());
            authors.extend(record.latest.iter().flat_map(|latest| latest.authors.iter().copied()));
        }
        authors.into_iter().collect()
    }

    /// The policy is pinned when a review starts (rule 9): a running review keeps its own.
    fn pinned_policy(&self, stage: Stage, now: &ApprovalPolicy) -> ApprovalPolicy {
        match (self.gate(stage).state(), self.stages.get(&stage)) {
            (GateState::InReview | GateState::ChangesRequested, Some(record)) => record.policy.clone(),
            _ => now.clone(),
        }
    }
}
