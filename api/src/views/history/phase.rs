//! What happened to a phase, one sentence for each event.

use konductro_domain::artefact::anchor::Anchor;
use konductro_domain::phase::PhaseEvent;

use crate::views::conversation::set_aside;
use crate::views::people::People;

pub(super) fn sentence(event: &PhaseEvent, who: &str, people: &People) -> String {
    match event {
        PhaseEvent::PhaseOpened { number, title, .. } => format!("{who} opened phase {number}: {title}."),
        PhaseEvent::PhaseRenamed { title, .. } => format!("{who} changed title or brief; the title is {title}."),
        PhaseEvent::PhaseCancelled { .. } => format!("{who} cancelled the phase."),
        PhaseEvent::PhasePromoted { .. } => format!("{who} promoted the phase to a full one."),
        PhaseEvent::PhaseCompleted {} => format!("{who} completed the phase."),
        PhaseEvent::FirstReplyReceived { stage, .. } => {
            format!("Conductor's first reply passed {}.", stage.title())
        }
        PhaseEvent::StageUnlocked { stage } => format!("{} unlocked.", stage.title()),
        PhaseEvent::StageLocked { stage, cause } => {
            format!("{} is locked again, since {} is no longer approved.", stage.title(), cause.title())
        }
        PhaseEvent::ArtefactVersionAdded { stage, version, turn_id, .. } => {
            let by = if turn_id.is_some() { "Conductor" } else { who };
            format!("{by} wrote {} v{version}.", stage.title())
        }
        PhaseEvent::DocumentSetAside { stage, reason, .. } => {
            format!("A document for {} was set aside: {}", stage.title(), set_aside(*reason))
        }
        PhaseEvent::ApprovalGiven { stage, version, open_findings, .. } => {
            let waived = open_findings.iter().filter(|open| open.waiver.is_some()).count();
            let waived = match waived {
                0 => String::new(),
                1 => ", and waived 1 finding".to_owned(),
                more => format!(", and waived {more} findings"),
            };
            format!("{who} approved {} v{version}{waived}.", stage.title())
        }
        PhaseEvent::OpenPointsAcknowledged { stage, version, acknowledged, left_open, .. } => {
            let (of, ids) = (format!("of {} v{version}", stage.title()), |ids: &[String]| ids.join(", "));
            if left_open.is_empty() {
                format!("{who} acknowledged what is open {of}: {}.", ids(acknowledged))
            } else {
                format!("{who} was not asked to acknowledge what is open {of}: {}.", ids(left_open))
            }
        }
        PhaseEvent::ArtefactApproved { stage, version, approved_by, .. } => {
            format!("{} v{version} is approved, by {}.", stage.title(), people.spoken(approved_by))
        }
        PhaseEvent::ApprovalWithdrawn { stage, version, .. } => {
            format!("{who} withdrew the approval of {} v{version}.", stage.title())
        }
        PhaseEvent::StageReturnedToReview { stage, version, .. } => {
            format!("{} v{version} awaits a decision again.", stage.title())
        }
        PhaseEvent::ChangesRequested { stage, version, .. } => {
            format!("{who} requested changes to {} v{version}.", stage.title())
        }
        PhaseEvent::ChangeRequestPlaced { stage, anchor, .. } => {
            format!("The change request for {} is about {}.", stage.title(), place(anchor))
        }
        PhaseEvent::ChangeRequestAnswered { stage, version, .. } => {
            format!("{} v{version} answers a change request.", stage.title())
        }
        PhaseEvent::ActedOnBehalf { delegator, stage, .. } => {
            format!("{who} acted for {} in {}.", people.name(*delegator), stage.title())
        }
        PhaseEvent::ThreadOpened { stage, version, .. } => {
            format!("{who} opened a thread beside {} v{version}.", stage.title())
        }
        PhaseEvent::ThreadReplied { stage, .. } => format!("{who} answered in a thread of {}.", stage.title()),
        PhaseEvent::ThreadResolved { stage, .. } => format!("{who} settled a thread of {}.", stage.title()),
        PhaseEvent::ThreadReopened { stage, .. } => {
            format!("The answer opened a settled thread of {} again.", stage.title())
        }
        PhaseEvent::SubmissionKept { stage, beside, .. } => {
            format!(
                "{who} submitted a {} that is kept beside v{beside}, which is approved.",
                stage.title().to_lowercase()
            )
        }
        PhaseEvent::SubmissionAdopted { stage, version, .. } => {
            format!("{who} adopted a kept submission as {} v{version}.", stage.title())
        }
        PhaseEvent::FindingRaised { stage, version, reference, .. } => {
            format!("{who} raised a finding against {reference} of {} v{version}.", stage.title())
        }
        PhaseEvent::FindingAccepted { stage, .. } => format!("{who} accepted a finding against {}.", stage.title()),
        PhaseEvent::FindingDeclined { stage, .. } => format!("{who} declined a finding against {}.", stage.title()),
        PhaseEvent::DriftReported { version, unchanged, moved, changed, vanished, .. } => {
            let (drifted, total) = (moved + changed + vanished, unchanged + moved + changed + vanished);
            format!("{who} reported that {drifted} of {total} places of the evidence of v{version} changed since.")
        }
        PhaseEvent::ChangeRequestWithdrawn { stage, .. } => {
            format!("{who} withdrew a change request for {}.", stage.title())
        }
        PhaseEvent::ChangeRequestDismissed { stage, .. } => {
            format!("{who} dismissed a change request for {}.", stage.title())
        }
        PhaseEvent::ChangeRequestCleared { stage, .. } => {
            format!("A change request for {} was cleared by its requester's approval.", stage.title())
        }
        PhaseEvent::StageReopened { stage, cycle, .. } => {
            format!("{who} reopened {}; cycle {cycle} begins.", stage.title())
        }
        PhaseEvent::StageBecameStale { stage, version, cause } => {
            format!("{} v{version} became stale, since {} changed.", stage.title(), cause.title())
        }
        PhaseEvent::ReviewRestarted { stage, version, .. } => {
            format!("{who} restarted the review of {} v{version} under the policy of now.", stage.title())
        }
        PhaseEvent::PhaseBecameReady {} => "The phase became ready for story generation.".to_owned(),
        PhaseEvent::PhaseCeasedToBeReady { cause } => {
            format!("The phase is no longer ready, since {} lost its approval.", cause.title())
        }
    }
}

/// A place for a sentence. Quoted words are kept beside the log, and so are headings.
fn place(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Whole => "the whole text".to_owned(),
        Anchor::Section { .. } => "one section".to_owned(),
        Anchor::Item { id } => id.clone(),
        Anchor::Quote { .. } => "quoted words".to_owned(),
    }
}
