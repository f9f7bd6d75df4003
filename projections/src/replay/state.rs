//! What is folded of a phase at a moment: board, versions, review and stories, by the read models' own folds.

use std::collections::BTreeMap;
use std::sync::Arc;

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::PhaseId;
use konductro_domain::stage::Stage;

use crate::artefact_versions::{self, ApprovalRow, ChangeRequestRow, VersionRow};
use crate::backlog::{self, WholeStory};
use crate::phase_board::BoardPhase;
use crate::review_table::{self, GenerationRow, ProposalRow};
use crate::{ProjectionError, streams};

/// A phase at a moment. Versions never change, so they are shared by all moments.
#[derive(Debug, Clone, Default)]
pub struct Folded {
    board: Option<BoardPhase>,
    versions: Vec<Arc<VersionRow>>,
    artefacts: artefact_versions::Changes,
    review: review_table::Changes,
    stories: backlog::Changes,
}

impl Folded {
    pub(super) fn apply(&mut self, recorded: &Recorded<Event>, phase: PhaseId) -> Result<(), ProjectionError> {
        match &recorded.event {
            Event::Phase(event) => {
                if let Some(opened) = BoardPhase::opened(recorded, event, phase) {
                    self.board = Some(opened);
                }
                let missing =
                    || ProjectionError::OutOfOrder { position: recorded.position, missing: format!("phase {phase}") };
                self.board.as_mut().ok_or_else(missing)?.apply(recorded, event);
                self.artefacts.apply(recorded, event, phase);
                self.versions.extend(self.artefacts.versions.drain(..).map(Arc::new));
            }
            Event::StoryReview(event) => self.review.apply(recorded, event, phase)?,
            Event::Story(event) => self.stories.apply(recorded, event, streams::story_of(&recorded.stream)?)?,
            Event::Conversation(_) | Event::Workspace(_) | Event::Project(_) => {}
        }
        Ok(())
    }

    /// The phase and its stages; `None` before it was opened.
    pub fn board(&self) -> Option<&BoardPhase> {
        self.board.as_ref()
    }

    /// Every version of every artefact, in the order they were added.
    pub fn versions(&self) -> impl Iterator<Item = &VersionRow> {
        self.versions.iter().map(AsRef::as_ref)
    }

    /// The latest version of each artefact.
    pub fn latest(&self) -> BTreeMap<Stage, &VersionRow> {
        self.versions().map(|version| (version.stage, version)).collect()
    }

    /// Every approval, with whether it counted at that moment.
    pub fn approvals(&self) -> impl Iterator<Item = &ApprovalRow> {
        self.artefacts.approvals.values()
    }

    /// Every change request, with whether it was open at that moment.
    pub fn change_requests(&self) -> impl Iterator<Item = &ChangeRequestRow> {
        self.artefacts.requests.values()
    }

    /// Every proposal, in the order of the table.
    pub fn proposals(&self) -> Vec<&ProposalRow> {
        let mut rows: Vec<&ProposalRow> = self.review.proposals.values().collect();
        rows.sort_by(|a, b| a.place.cmp(&b.place));
        rows
    }

    /// The generations, in the order they were started.
    pub fn generations(&self) -> Vec<&GenerationRow> {
        let mut rows: Vec<&GenerationRow> = self.review.generations.values().collect();
        rows.sort_by_key(|row| row.position);
        rows
    }

    /// The stories, by their numbers.
    pub fn stories(&self) -> Vec<&WholeStory> {
        let mut rows: Vec<&WholeStory> = self.stories.stories.values().collect();
        rows.sort_by_key(|story| story.row.number);
        rows
    }
}
