//! What happened to a story of the backlog, one sentence for each event.

use konductro_domain::story::{StoryEvent, StorySource};

use crate::views::people::People;

pub(super) fn sentence(event: &StoryEvent, who: &str, people: &People) -> String {
    match event {
        StoryEvent::StoryCreated { number, created_by, source, content, .. } => {
            let (title, by) = (&content.outline.title, people.name(*created_by));
            match source {
                StorySource::Proposal { .. } => {
                    format!("Story {number} entered the backlog: {title}; {by} had approved it.")
                }
                StorySource::AdHoc { .. } => format!("{by} added story {number} to the backlog: {title}."),
            }
        }
        StoryEvent::StoryEdited { content, .. } => format!("{who} edited the story “{}”.", content.outline.title),
        StoryEvent::RefinementRequested { attempt, .. } => {
            format!("Conductor is to refine the story (attempt {attempt}).")
        }
        StoryEvent::RefinementAsked { generated_by, .. } => {
            format!("Conductor began to refine the story ({}).", generated_by.model)
        }
        StoryEvent::RefinementProposed { content, .. } => {
            format!("Conductor proposed a refinement: “{}”.", content.outline.title)
        }
        StoryEvent::RefinementFailed { .. } => "The refinement failed; the story stays as written.".to_owned(),
        StoryEvent::RefinementAccepted { .. } => format!("{who} accepted the refinement."),
        StoryEvent::RefinementRefused { .. } => format!("{who} refused the refinement."),
        StoryEvent::EnrichmentRequested { attempt, .. } => {
            format!("Conductor is to enrich the story (attempt {attempt}).")
        }
        StoryEvent::EnrichmentAsked { generated_by, .. } => {
            format!("Conductor began to enrich the story ({}).", generated_by.model)
        }
        StoryEvent::StoryEnriched { files_left_out: 0, .. } => "Conductor enriched the story.".to_owned(),
        StoryEvent::StoryEnriched { files_left_out, .. } => {
            format!("Conductor enriched the story; {files_left_out} files without evidence were left out.")
        }
        StoryEvent::EnrichmentFailed { .. } => "The enrichment failed; it can be tried again.".to_owned(),
        StoryEvent::StoryClosed { .. } => format!("{who} closed the story."),
    }
}
