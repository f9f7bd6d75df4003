//! The thread a story hangs by: what happened to the proposals it came from, and to itself, one line each.

use konductro_domain::ids::UserId;
use konductro_domain::story_review::ReviewStep;
use konductro_projections::backlog::{StoryDetails, StoryStep};
use konductro_projections::review_table::{GenerationRow, ProposalRow, ProposalStep};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::views::people::People;

/// Something that happened to a story or to what it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryLine {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What, in a sentence.
    pub text: String,
}

/// Everything that happened, in order.
pub(super) fn history(
    ancestry: &[ProposalRow],
    generation: Option<&GenerationRow>,
    details: &StoryDetails,
    people: &People,
) -> Vec<HistoryLine> {
    let asked = generation.map(|generation| HistoryLine {
        at: generation.started_at,
        text: format!("{} had Conductor propose stories.", people.name(generation.requested_by)),
    });
    let mut lines: Vec<HistoryLine> = asked.into_iter().collect();
    for row in ancestry {
        let title = &row.content.outline.title;
        let made = row.split_from.is_none() && row.merged_from.is_empty();
        lines.extend(row.trail.iter().filter_map(|step| {
            let text = of_proposal(step.step, title, made, who(step.by, people))?;
            Some(HistoryLine { at: step.at, text })
        }));
    }
    lines.extend(details.trail.iter().map(|step| {
        let text = of_story(step.step, who(step.by, people));
        HistoryLine { at: step.at, text }
    }));
    lines.sort_by_key(|line| line.at);
    lines
}

fn who(by: Option<UserId>, people: &People) -> &str {
    by.map_or("Conductor", |by| people.name(by))
}

/// A proposal that a split or merge made is told of by that split or merge.
fn of_proposal(step: ProposalStep, title: &str, by_conductor: bool, who: &str) -> Option<String> {
    Some(match step {
        ProposalStep::Made if by_conductor => format!("Conductor proposed “{title}”."),
        ProposalStep::Made => return None,
        ProposalStep::Edited => format!("{who} edited “{title}”."),
        ProposalStep::Split { parts } => format!("{who} split “{title}” into {parts}."),
        ProposalStep::Merged { sources } => format!("{who} merged “{title}” into one of {sources}."),
        ProposalStep::Rejected => format!("{who} rejected “{title}”."),
        ProposalStep::Restored => format!("{who} took “{title}” back into the review."),
        ProposalStep::Approved => format!("{who} approved “{title}”."),
        ProposalStep::Superseded => format!("A newer generation took the place of “{title}”."),
        ProposalStep::Undone { step } => format!("{who} undid {} of “{title}”.", undone(step)),
    })
}

fn undone(step: ReviewStep) -> &'static str {
    match step {
        ReviewStep::Edit => "the edit",
        ReviewStep::Split => "the split",
        ReviewStep::Merge => "the merge",
        ReviewStep::Reject => "the rejection",
        ReviewStep::Restore => "the restoration",
    }
}

fn of_story(step: StoryStep, who: &str) -> String {
    match step {
        StoryStep::Created => format!("The story entered the backlog, let in by {who}."),
        StoryStep::Edited => format!("{who} edited the story."),
        StoryStep::RefinementProposed => "Conductor proposed a refinement.".to_owned(),
        StoryStep::RefinementFailed => "The refinement failed; the story stayed as it was.".to_owned(),
        StoryStep::RefinementAccepted => format!("{who} accepted the refinement."),
        StoryStep::RefinementRefused => format!("{who} refused the refinement."),
        StoryStep::Enriched => "Conductor enriched the story.".to_owned(),
        StoryStep::EnrichmentFailed => "The enrichment failed.".to_owned(),
        StoryStep::Closed => format!("{who} closed the story."),
    }
}
