//! What comes from an IDE: a technical analysis, which becomes a version or is kept beside an approved one (rule 6), and
//! word of how its evidence fares in today's code.

use crate::phase::PhaseEvent;
use crate::phase::artefact::Completeness;
use crate::phase::artefact::{BasedOn, Origin};
use crate::phase::commands::{AddArtefactVersion, AdoptSubmission, ReportDrift, Submitted};
use crate::phase::errors::PhaseError;
use crate::phase::gate::GateState;
use crate::phase::permission::Taking;
use crate::phase::state::{KeptSubmission, OpenedPhase, Phase};
use crate::phase::verbs::Verb;
use crate::phase::versions::NewVersion;
use crate::stage::Stage;
use crate::text::Text;

/// The version, or the draft beside an approved one, with the findings that came along.
pub(super) fn submit(
    phase: &OpenedPhase,
    command: &AddArtefactVersion,
    submitted: &Submitted,
) -> Result<Vec<PhaseEvent>, PhaseError> {
    let taking = phase.takes_submission(command.stage, &command.by)?;
    let version = NewVersion {
        origin: Origin::Ide,
        source: submitted.source.clone(),
        sidecar: submitted.sidecar.as_ref().map(Text::reference),
        ..NewVersion::by_person(command)?
    };
    let mut events = match taking {
        _ if phase.is_latest(&version) => Vec::new(),
        Taking::AsVersion => {
            phase.answers_what_is_open(command)?;
            phase.version_events(version, &command.answers)
        }
        Taking::Beside(_) if phase.keeps_already(command, &version) => Vec::new(),
        Taking::Beside(beside) => vec![phase.kept(version, beside, command, submitted)],
    };
    // An analysis is submitted only on approved requirements, so there is a version that its findings are about.
    let requirements = phase.stages.get(&Stage::Requirements).and_then(|record| record.approved.as_ref());
    if let Some(approved) = requirements {
        let raised_by = command.by.user_id;
        events.extend(phase.raised(Stage::Requirements, approved.version, raised_by, &submitted.findings)?);
    }
    Ok(events)
}

/// One act: an approved stage is opened again, and the submission is its next version, whose authors are the submitter's.
pub(super) fn adopt_submission(phase: &OpenedPhase, command: &AdoptSubmission) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, submission_id) = (command.stage, command.submission_id);
    phase.permits(Verb::AdoptSubmission, stage, &command.by)?;
    let kept = phase.kept_submissions.get(&submission_id).filter(|kept| kept.stage == stage);
    let kept = kept.ok_or(PhaseError::NoSuchSubmission)?;
    if command.reason.body().trim().is_empty() {
        return Err(PhaseError::ReasonMissing);
    }
    let upstream = phase.upstream(stage);
    let outdated: Vec<Stage> = kept.based_on.iter().filter(|on| !upstream.contains(on)).map(|on| on.stage).collect();
    if !outdated.is_empty() || kept.based_on.len() != upstream.len() {
        return Err(PhaseError::SubmissionOutdated(outdated));
    }
    let reopened = (phase.gate(stage).state() == GateState::Approved).then(|| PhaseEvent::StageReopened {
        stage,
        cycle: phase.stages.get(&stage).map_or(1, |record| record.cycle + 1),
        reason: command.reason.reference(),
        approval_policy: command.approval_policy.clone(),
    });
    // The version belongs to the new cycle.
    let mut open = Phase::Opened(Box::new(phase.clone()));
    reopened.iter().cloned().for_each(|event| open.fold(event));
    let mut events: Vec<PhaseEvent> = reopened.into_iter().collect();
    events.extend(open.opened()?.version_events(adopted(kept, command), &[]));
    let version = events.iter().find_map(|event| match event {
        PhaseEvent::ArtefactVersionAdded { version, .. } => Some(*version),
        _ => None,
    });
    events.extend(version.map(|version| PhaseEvent::SubmissionAdopted { submission_id, stage, version }));
    Ok(events)
}

fn adopted<'a>(kept: &'a KeptSubmission, command: &'a AdoptSubmission) -> NewVersion<'a> {
    NewVersion {
        stage: command.stage,
        title: kept.title.clone(),
        content: kept.content,
        origin: Origin::Ide,
        completeness: Completeness::Complete,
        generated_by: None,
        written_by: kept.submitted_by,
        earlier_authors: kept.authors.iter().copied().collect(),
        document: None,
        source: kept.source.clone(),
        sidecar: kept.sidecar,
        approval_policy: &command.approval_policy,
    }
}

pub(super) fn report_drift(phase: &OpenedPhase, command: &ReportDrift) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, version, tally) = (command.stage, command.version, command.tally);
    phase.permits(Verb::ReportDrift, stage, &command.by)?;
    let latest = phase.stage(stage)?.latest.as_ref().map_or(0, |latest| latest.version);
    if version == 0 || version > latest {
        return Err(PhaseError::VersionOutdated(latest));
    }
    Ok(vec![PhaseEvent::DriftReported {
        stage,
        version,
        reported_by: command.by.user_id,
        checkouts: command.checkouts.clone(),
        unchanged: tally.unchanged,
        moved: tally.moved,
        changed: tally.changed,
        vanished: tally.vanished,
        report: command.report.reference(),
    }])
}

impl OpenedPhase {
    /// Whether the same person has submitted this already, and it is kept, on what is approved now.
    fn keeps_already(&self, command: &AddArtefactVersion, new: &NewVersion<'_>) -> bool {
        let upstream: Vec<BasedOn> = self.upstream(new.stage);
        self.kept_submissions.values().any(|kept| {
            (kept.stage, kept.submitted_by) == (new.stage, command.by.user_id)
                && (&kept.title, kept.content, kept.sidecar) == (&new.title, new.content, new.sidecar)
                && kept.based_on == upstream
        })
    }

    fn kept(
        &self,
        new: NewVersion<'_>,
        beside: u32,
        command: &AddArtefactVersion,
        submitted: &Submitted,
    ) -> PhaseEvent {
        let mut authors = new.earlier_authors;
        authors.insert(new.written_by);
        PhaseEvent::SubmissionKept {
            submission_id: submitted.submission_id,
            stage: new.stage,
            beside,
            title: new.title,
            content: new.content,
            sidecar: new.sidecar,
            submitted_by: command.by.user_id,
            authors: authors.into_iter().collect(),
            source: new.source,
            based_on: self.upstream(new.stage),
        }
    }
}
