//! Threads beside an artefact: remarks and answers that decide nothing, so that auditors only read them and tokens may
//! write them. A change request is a thread from the start, which is settled by its own verbs (rule 5).

use crate::ids::ThreadId;
use crate::phase::PhaseEvent;
use crate::phase::commands::{OpenThread, ReplyInThread, ResolveThread};
use crate::phase::errors::PhaseError;
use crate::phase::state::{OpenedPhase, ThreadRecord};
use crate::phase::verbs::Verb;
use crate::stage::Stage;
use crate::text::{Text, TextRef};

pub(super) fn open_thread(phase: &OpenedPhase, command: &OpenThread) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, thread_id, version) = (command.stage, command.thread_id, command.version);
    phase.permits(Verb::OpenThread, stage, &command.by)?;
    let text = said(&command.text)?;
    if phase.threads.contains_key(&thread_id) {
        return Ok(Vec::new());
    }
    let latest = phase.stage(stage)?.latest.as_ref().map_or(0, |latest| latest.version);
    // An older version can be talked about too: its text stays as it is.
    if version == 0 || version > latest {
        return Err(PhaseError::VersionOutdated(latest));
    }
    let (opened_by, anchor) = (command.by.user_id, command.place.anchor());
    Ok(vec![PhaseEvent::ThreadOpened { thread_id, stage, version, opened_by, anchor, text }])
}

/// An answer opens a settled thread again.
pub(super) fn reply_in_thread(phase: &OpenedPhase, command: &ReplyInThread) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, thread_id) = (command.stage, command.thread_id);
    phase.permits(Verb::ReplyInThread, stage, &command.by)?;
    let thread = phase.thread(stage, command.thread_id)?;
    let replied =
        PhaseEvent::ThreadReplied { thread_id, stage, author: command.by.user_id, text: said(&command.text)? };
    let reopened = thread.resolved.then_some(PhaseEvent::ThreadReopened { thread_id, stage });
    Ok([replied].into_iter().chain(reopened).collect())
}

pub(super) fn resolve_thread(phase: &OpenedPhase, command: &ResolveThread) -> Result<Vec<PhaseEvent>, PhaseError> {
    let (stage, thread_id) = (command.stage, command.thread_id);
    phase.permits(Verb::ResolveThread, stage, &command.by)?;
    match phase.thread(stage, thread_id)? {
        thread if thread.is_change_request => Err(PhaseError::IsChangeRequest),
        thread if thread.resolved => Ok(Vec::new()),
        _ => Ok(vec![PhaseEvent::ThreadResolved { thread_id, stage, resolved_by: command.by.user_id }]),
    }
}

impl OpenedPhase {
    fn thread(&self, stage: Stage, id: ThreadId) -> Result<ThreadRecord, PhaseError> {
        let thread = self.threads.get(&id).copied();
        thread.filter(|thread| thread.stage == stage).ok_or(PhaseError::NoSuchThread)
    }
}

fn said(text: &Text) -> Result<TextRef, PhaseError> {
    if text.body().trim().is_empty() { Err(PhaseError::NothingSaid) } else { Ok(text.reference()) }
}
