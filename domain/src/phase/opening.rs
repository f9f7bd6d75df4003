//! Opening and renaming a phase. The Ad-hoc phase opens by itself on first need, exactly once: asking again
//! changes nothing.

use crate::phase::PhaseEvent;
use crate::phase::commands::{OpenPhase, RenamePhase};
use crate::phase::errors::{MAX_TITLE, PhaseError};
use crate::phase::permission::require;
use crate::phase::plan::PhaseKind;
use crate::phase::state::{OpenedPhase, Phase};
use crate::role::Capability;

pub(super) fn open_phase(phase: &Phase, command: &OpenPhase) -> Result<Vec<PhaseEvent>, PhaseError> {
    match phase {
        Phase::NotOpened => {}
        Phase::Opened(there) if (there.kind, command.kind) == (PhaseKind::Adhoc, PhaseKind::Adhoc) => {
            return Ok(Vec::new());
        }
        Phase::Opened(_) => return Err(PhaseError::AlreadyOpened),
    }
    let capability = match command.kind {
        PhaseKind::Full | PhaseKind::Light => Capability::ManagePhases,
        PhaseKind::Adhoc => Capability::ReviewStories,
    };
    require(&command.by, capability)?;
    let title = checked_title(&command.title)?;
    let mut events = vec![PhaseEvent::PhaseOpened {
        project_id: command.project_id,
        number: command.number,
        kind: command.kind,
        title,
        brief: command.brief.reference(),
        approval_policy: command.approval_policy.clone(),
    }];
    // The first stage of a phase waits for nothing; saying so starts its history.
    events.extend(command.kind.stages().first().map(|first| PhaseEvent::StageUnlocked { stage: *first }));
    if command.kind == PhaseKind::Adhoc {
        events.push(PhaseEvent::PhaseBecameReady {});
    }
    Ok(events)
}

pub(super) fn rename_phase(phase: &OpenedPhase, command: &RenamePhase) -> Result<Vec<PhaseEvent>, PhaseError> {
    require(&command.by, Capability::ManagePhases)?;
    phase.live()?;
    let title = match &command.title {
        Some(title) => checked_title(title)?,
        None => phase.title.clone(),
    };
    let brief = command.brief.as_ref().map_or(phase.brief, |brief| brief.reference());
    if title == phase.title && brief == phase.brief {
        return Ok(Vec::new());
    }
    Ok(vec![PhaseEvent::PhaseRenamed { title, brief }])
}

/// A title is one line of 1 to 160 characters; blanks around it do not count.
pub(super) fn checked_title(title: &str) -> Result<String, PhaseError> {
    let title = title.trim();
    let fits = !title.is_empty() && title.chars().count() <= MAX_TITLE && !title.chars().any(char::is_control);
    if fits { Ok(title.to_owned()) } else { Err(PhaseError::BadTitle) }
}
