//! What happened in a conversation, one sentence for each event.

use konductro_domain::conversation::ConversationEvent;

pub(super) fn sentence(event: &ConversationEvent, who: &str) -> String {
    match event {
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
        ConversationEvent::TurnRetried { attempt, .. } => format!("{who} asked again (attempt {attempt})."),
    }
}
