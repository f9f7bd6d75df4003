//! Findings against an approved artefact: raised by whoever meets the code, answered by whoever decides at the gate.
//!
//! What the checker says of a document is called a finding too (`artefact::check`); these are a person's, and the types
//! are kept apart.

use crate::ids::{RaisedFindingId, UserId};
use crate::phase::PhaseEvent;
use crate::phase::commands::{AcceptFinding, DeclineFinding, NewFinding, RaiseFinding};
use crate::phase::errors::PhaseError;
use crate::phase::gate::Gate;
use crate::phase::state::{FindingState, OpenedPhase, RaisedFinding};
use crate::phase::verbs::Verb;
use crate::stage::Stage;

/// Most findings of one phase, answered ones among them: a tool in a loop must not fill it.
pub const MAX_FINDINGS: usize = 500;

pub(super) fn raise_finding(phase: &OpenedPhase, command: &RaiseFinding) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, version) = (command.stage, command.version);
    phase.permits(Verb::RaiseFinding, stage, &command.by)?;
    let approved = phase.stage(stage)?.approved.as_ref().ok_or(PhaseError::NothingToFindIn(stage))?;
    if approved.version != version {
        return Err(PhaseError::VersionOutdated(approved.version));
    }
    phase.raised(stage, version, command.by.user_id, std::slice::from_ref(&command.finding))
}

/// An approved stage is opened again, with the finding as the reason; in one that is open already it is only agreed with.
pub(super) fn accept_finding(phase: &OpenedPhase, command: &AcceptFinding) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, finding_id) = (command.stage, command.finding_id);
    phase.admits(Verb::AcceptFinding, stage, &command.by)?;
    let finding = phase.finding(stage, finding_id)?;
    match finding.state {
        FindingState::Open => {}
        FindingState::Accepted => return Ok(Vec::new()),
        FindingState::Declined => return Err(PhaseError::FindingAnswered("declined")),
    }
    let accepted = PhaseEvent::FindingAccepted { finding_id, stage, accepted_by: command.by.user_id };
    let reopened = match phase.gate(stage) {
        Gate::Approved(_) | Gate::Stale(_) => Some(PhaseEvent::StageReopened {
            stage,
            cycle: phase.stage(stage)?.cycle + 1,
            reason: finding.text,
            approval_policy: command.approval_policy.clone(),
        }),
        Gate::Locked(_) | Gate::Open | Gate::InReview(_) | Gate::ChangesRequested(_) | Gate::Passed => None,
    };
    Ok([accepted].into_iter().chain(reopened).collect())
}

pub(super) fn decline_finding(phase: &OpenedPhase, command: &DeclineFinding) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, finding_id) = (command.stage, command.finding_id);
    phase.admits(Verb::DeclineFinding, stage, &command.by)?;
    if command.reason.body().trim().is_empty() {
        return Err(PhaseError::ReasonMissing);
    }
    match phase.finding(stage, finding_id)?.state {
        FindingState::Open => {}
        FindingState::Declined => return Ok(Vec::new()),
        FindingState::Accepted => return Err(PhaseError::FindingAnswered("accepted")),
    }
    let (declined_by, reason) = (command.by.user_id, command.reason.reference());
    Ok(vec![PhaseEvent::FindingDeclined { finding_id, stage, declined_by, reason }])
}

impl OpenedPhase {
    /// Findings of one person against an approved version. One that they raised before, word for word, is not raised again.
    pub(super) fn raised(
        &self,
        stage: Stage,
        version: u32,
        raised_by: UserId,
        findings: &[NewFinding],
    ) -> Result<Vec<PhaseEvent>, PhaseError> {
        let mut events: Vec<PhaseEvent> = Vec::new();
        for new in findings {
            if new.text.body().trim().is_empty() {
                return Err(PhaseError::NothingSaid);
            }
            let (reference, text) = (new.reference.to_string(), new.text.reference());
            let is_new = self.same_finding(stage, version, raised_by, new).is_none()
                && !events.iter().any(|event| {
                    matches!(event, PhaseEvent::FindingRaised { reference: r, text: t, .. } if (r, t) == (&reference, &text))
                });
            if is_new {
                events.push(PhaseEvent::FindingRaised {
                    finding_id: new.finding_id,
                    stage,
                    version,
                    reference,
                    severity: new.severity,
                    text,
                    evidence: new.evidence.clone(),
                    raised_by,
                });
            }
        }
        if self.findings.len() + events.len() > MAX_FINDINGS {
            return Err(PhaseError::TooManyFindings);
        }
        Ok(events)
    }

    /// A finding that the same person raised before in the same words.
    pub fn same_finding(
        &self,
        stage: Stage,
        version: u32,
        raised_by: UserId,
        new: &NewFinding,
    ) -> Option<RaisedFindingId> {
        let (reference, text) = (new.reference.to_string(), new.text.reference());
        let same = |known: &RaisedFinding| {
            (known.stage, known.version, known.raised_by) == (stage, version, raised_by)
                && (&known.reference, known.text) == (&reference, text)
        };
        self.findings.iter().find(|(_, known)| same(known)).map(|(id, _)| *id)
    }

    /// How many findings against a stage's artefact wait for an answer.
    pub fn open_findings(&self, stage: Stage) -> usize {
        let open = |finding: &&RaisedFinding| finding.stage == stage && finding.state == FindingState::Open;
        self.findings.values().filter(open).count()
    }

    fn finding(&self, stage: Stage, id: RaisedFindingId) -> Result<&RaisedFinding, PhaseError> {
        self.findings.get(&id).filter(|finding| finding.stage == stage).ok_or(PhaseError::NoSuchFinding)
    }
}
