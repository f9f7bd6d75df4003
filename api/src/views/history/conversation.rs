//! What happened in a conversation, one sentence for each event.

use konductro_domain::actor::Actor;
use konductro_domain::conversation::{ConversationEvent, QueueReturn};

pub(super) fn sentence(event: &ConversationEvent, actor: Actor, who: &str) -> String {
    match event {
        ConversationEvent::MessagePosted { stage, .. } if actor == Actor::System => {
            format!("The message that waited was sent to Conductor, about {}.", stage.title())
        }
        ConversationEvent::MessagePosted { stage, .. } => format!("{who} wrote to Conductor about {}.", stage.title()),
        ConversationEvent::ReplyStarted { generated_by, .. } => {
            format!("Conductor began to reply ({}).", generated_by.model)
        }
        ConversationEvent::ReplyStopRequested { .. } => format!("{who} asked to stop the reply."),
        ConversationEvent::ReplyCompleted { documents, .. } => match documents.len() {
            0 => "Conductor replied.".to_owned(),
            1 => "Conductor replied, with a document.".to_owned(),
            more => format!("Conductor replied, with {more} documents."),
        },
        ConversationEvent::ReplyStopped { .. } => "The reply was stopped; what had arrived is kept.".to_owned(),
        ConversationEvent::ReplyFailed { .. } => "The reply failed; what had arrived is kept.".to_owned(),
        ConversationEvent::MessageQueued { stage, .. } => {
            format!("{who} wrote to Conductor about {}; the message waits for the reply to end.", stage.title())
        }
        ConversationEvent::QueuedMessageCancelled { author, cancelled_by, .. } if author == cancelled_by => {
            format!("{who} took back the message that waited.")
        }
        ConversationEvent::QueuedMessageCancelled { .. } => format!("{who} took back somebody's message that waited."),
        ConversationEvent::QueuedMessageReturned { reason, .. } => {
            format!("The message that waited was given back to its author: {}.", why_returned(*reason))
        }
        ConversationEvent::TurnReplaced { .. } => format!("{who} said the last message differently."),
        ConversationEvent::TurnContinued { attempt, .. } => {
            format!("{who} asked for the rest of the reply (attempt {attempt}).")
        }
        ConversationEvent::DocumentExtracted { document, .. } => {
            format!("{who} took the reply for a document of {}.", document.stage.title())
        }
        ConversationEvent::TurnRetried { attempt, .. } => format!("{who} asked again (attempt {attempt})."),
    }
}

/// Why a message that waited was not sent, as a clause.
pub(in crate::views) fn why_returned(reason: QueueReturn) -> &'static str {
    match reason {
        QueueReturn::StageLocked => "the stage was locked meanwhile",
        QueueReturn::StageApproved => "the stage was approved meanwhile",
        QueueReturn::PhaseClosed => "the phase is over",
        QueueReturn::NotAllowed => "its author may not write here any more",
    }
}
