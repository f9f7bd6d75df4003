//! When a reply has ended, the documents in it are saved by themselves.
//!
//! A whole document is saved however the reply ended. One that broke off is kept as an incomplete version
//! only where the model ran out of room, since then it can be continued; after a stop or a failure it stays
//! in the reply's text, and never becomes a version with a hole. What a person took for a document is saved the same way.

use crate::conductor::GeneratedBy;
use crate::conversation::{ConversationEvent, WrittenDocument};
use crate::event::{Event, Recorded};
use crate::ids::{TurnId, UserId};
use crate::phase::artefact::Completeness;
use crate::policies::Reaction;

pub(super) fn react(recorded: &Recorded<Event>, event: &ConversationEvent) -> Vec<Reaction> {
    match event {
        ConversationEvent::ReplyCompleted { turn_id, asked_by, documents, generated_by, .. } => {
            save(recorded, *turn_id, *asked_by, generated_by, documents.iter())
        }
        ConversationEvent::ReplyStopped { turn_id, asked_by, documents, generated_by, .. }
        | ConversationEvent::ReplyFailed { turn_id, asked_by, documents, generated_by, .. } => {
            let whole = documents.iter().filter(|document| document.completeness == Completeness::Complete);
            save(recorded, *turn_id, *asked_by, generated_by, whole)
        }
        ConversationEvent::DocumentExtracted { turn_id, asked_by, document, generated_by } => {
            save(recorded, *turn_id, *asked_by, generated_by, std::iter::once(document))
        }
        _ => Vec::new(),
    }
}

fn save<'a>(
    recorded: &Recorded<Event>,
    turn_id: TurnId,
    asked_by: UserId,
    generated_by: &GeneratedBy,
    documents: impl Iterator<Item = &'a WrittenDocument>,
) -> Vec<Reaction> {
    let (Some(project_id), Some(phase_id)) = (recorded.project_id, recorded.phase_id) else { return Vec::new() };
    documents
        .map(|document| Reaction::SaveDocument {
            project_id,
            phase_id,
            turn_id,
            asked_by,
            document: document.clone(),
            generated_by: generated_by.clone(),
        })
        .collect()
}
