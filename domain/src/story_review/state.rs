//! What a story review remembers: where each proposal stands and what it says without its words, how far the latest
//! generation is, and the steps that can be taken back.
//!
//! Everything here is folded from events. The number of the next criterion only ever grows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::{GenerationId, ProposalId, TurnId, UserId};
use crate::phase::artefact::BasedOn;
use crate::story::content::ProposalContent;
use crate::story::draft::next_after;
use crate::story_review::{
    GenerationMode, Lineage, NewProposal, RestoredProposal, ReviewStep, Standing, StoryReviewEvent,
};

/// The review of a phase's stories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryReview {
    /// Every generation, in the order they were started.
    pub generations: Vec<Generation>,
    /// Every proposal there ever was.
    pub proposals: BTreeMap<ProposalId, Proposal>,
    /// The number that the next new criterion takes.
    pub next_criterion: u32,
    /// The steps that were taken and not taken back, oldest first; the last [`KEPT_STEPS`] of them.
    pub steps: Vec<TakenStep>,
}

/// How many steps can be taken back at most.
pub const KEPT_STEPS: usize = 100;

/// One run of Conductor over the artefacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Its id.
    pub generation_id: GenerationId,
    /// Who asked.
    pub requested_by: UserId,
    /// Whether it begins anew or goes on.
    pub mode: GenerationMode,
    /// What it is made from.
    pub based_on: Vec<BasedOn>,
    /// The last turn of the scoping conversation, where it is made from one.
    pub scoping_turn: Option<TurnId>,
    /// How far it is.
    pub progress: GenerationProgress,
    /// How many proposals it has made.
    pub proposed: u32,
}

/// How far a generation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenerationProgress {
    /// Waiting for Conductor.
    Queued,
    /// Conductor writes.
    Running,
    /// Somebody asked to stop it.
    Stopping,
    /// All has come.
    Completed,
    /// It was stopped.
    Stopped,
    /// It broke off.
    Failed,
}

impl GenerationProgress {
    /// Whether it is still to end.
    pub fn is_running(self) -> bool {
        match self {
            GenerationProgress::Queued | GenerationProgress::Running | GenerationProgress::Stopping => true,
            GenerationProgress::Completed | GenerationProgress::Stopped | GenerationProgress::Failed => false,
        }
    }
}

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its version, from 1; each change of what it says takes the next.
    pub version: u32,
    /// Where it stands.
    pub standing: Standing,
    /// What it says.
    pub content: ProposalContent,
    /// The generation that its oldest ancestor came from.
    pub generation_id: GenerationId,
    /// What it was split from or merged of.
    pub lineage: Lineage,
    /// What it was split into, or the one it was merged into.
    pub became: Vec<ProposalId>,
    /// Everybody who ever did something with it. Nothing that a person touched is superseded.
    pub touched_by: BTreeSet<UserId>,
}

/// A step that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenStep {
    /// What kind.
    pub step: ReviewStep,
    /// Who took it.
    pub by: UserId,
    /// The proposals it was about, as they were before.
    pub before: BTreeMap<ProposalId, Before>,
    /// The proposals it made.
    pub made: BTreeSet<ProposalId>,
}

/// A proposal before a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// Where it stood.
    pub standing: Standing,
    /// What it said.
    pub content: ProposalContent,
}

impl Default for StoryReview {
    fn default() -> Self {
        Self { generations: Vec::new(), proposals: BTreeMap::new(), next_criterion: 1, steps: Vec::new() }
    }
}

impl TakenStep {
    /// Every proposal it has to do with.
    pub fn proposals(&self) -> impl Iterator<Item = &ProposalId> {
        self.before.keys().chain(&self.made)
    }
}

impl StoryReview {
    /// Folds one event.
    pub fn fold(&mut self, event: StoryReviewEvent) {
        match event {
            StoryReviewEvent::GenerationStarted {
                generation_id, requested_by, mode, based_on, scoping_turn, ..
            } => self.generations.push(Generation {
                generation_id,
                requested_by,
                mode,
                based_on,
                scoping_turn,
                progress: GenerationProgress::Queued,
                proposed: 0,
            }),
            StoryReviewEvent::GenerationAsked { generation_id, .. } => {
                self.progress(generation_id, GenerationProgress::Running);
            }
            StoryReviewEvent::GenerationStopRequested { generation_id } => {
                self.progress(generation_id, GenerationProgress::Stopping);
            }
            StoryReviewEvent::GenerationCompleted { generation_id, .. } => {
                self.progress(generation_id, GenerationProgress::Completed);
            }
            StoryReviewEvent::GenerationStopped { generation_id, .. } => {
                self.progress(generation_id, GenerationProgress::Stopped);
            }
            StoryReviewEvent::GenerationFailed { generation_id, .. } => {
                self.progress(generation_id, GenerationProgress::Failed);
            }
            StoryReviewEvent::ProposalAdded { proposal_id, generation_id, content, .. } => {
                if let Some(generation) = self.generation_mut(generation_id) {
                    generation.proposed = generation.proposed.saturating_add(1);
                }
                self.insert(proposal_id, content, generation_id, Lineage::default(), None);
            }
            StoryReviewEvent::ProposalSuperseded { proposal_id, .. } => {
                self.at(proposal_id, |proposal| proposal.standing = Standing::Superseded);
            }
            StoryReviewEvent::ProposalEdited { proposal_id, version, edited_by, content } => {
                self.take_step(ReviewStep::Edit, edited_by, &[proposal_id], &[]);
                self.next_criterion = next_after(self.next_criterion, &content.outline);
                self.at(proposal_id, |proposal| {
                    proposal.version = version;
                    proposal.content = content;
                });
            }
            StoryReviewEvent::ProposalSplit { proposal_id, split_by, into } => self.split(proposal_id, split_by, into),
            StoryReviewEvent::ProposalsMerged { proposal_ids, merged_by, into } => {
                self.merge(proposal_ids, merged_by, into);
            }
            StoryReviewEvent::ProposalRejected { proposal_id, rejected_by, .. } => {
                self.take_step(ReviewStep::Reject, rejected_by, &[proposal_id], &[]);
                self.at(proposal_id, |proposal| proposal.standing = Standing::Rejected);
            }
            StoryReviewEvent::ProposalRestored { proposal_id, restored_by } => {
                self.take_step(ReviewStep::Restore, restored_by, &[proposal_id], &[]);
                self.at(proposal_id, |proposal| proposal.standing = Standing::Proposed);
            }
            StoryReviewEvent::ProposalApproved { proposal_id, approved_by, .. } => self.at(proposal_id, |proposal| {
                proposal.standing = Standing::Approved;
                proposal.touched_by.insert(approved_by);
            }),
            StoryReviewEvent::ReviewStepUndone { step, restored, withdrawn, .. } => {
                self.undo(step, restored, &withdrawn);
            }
        }
    }

    fn generation_mut(&mut self, id: GenerationId) -> Option<&mut Generation> {
        self.generations.iter_mut().find(|generation| generation.generation_id == id)
    }

    fn progress(&mut self, id: GenerationId, progress: GenerationProgress) {
        if let Some(generation) = self.generation_mut(id) {
            generation.progress = progress;
        }
    }

    fn at(&mut self, id: ProposalId, change: impl FnOnce(&mut Proposal)) {
        if let Some(proposal) = self.proposals.get_mut(&id) {
            change(proposal);
        }
    }

    fn insert(
        &mut self,
        id: ProposalId,
        content: ProposalContent,
        generation_id: GenerationId,
        lineage: Lineage,
        by: Option<UserId>,
    ) {
        self.next_criterion = next_after(self.next_criterion, &content.outline);
        self.proposals.insert(
            id,
            Proposal {
                version: 1,
                standing: Standing::Proposed,
                content,
                generation_id,
                lineage,
                became: Vec::new(),
                touched_by: by.into_iter().collect(),
            },
        );
    }

    /// Remembers a step, before what it does is folded.
    fn take_step(&mut self, step: ReviewStep, by: UserId, about: &[ProposalId], made: &[ProposalId]) {
        let mut before = BTreeMap::new();
        for id in about {
            if let Some(proposal) = self.proposals.get_mut(id) {
                proposal.touched_by.insert(by);
                before.insert(*id, Before { standing: proposal.standing, content: proposal.content.clone() });
            }
        }
        if self.steps.len() == KEPT_STEPS {
            self.steps.remove(0);
        }
        self.steps.push(TakenStep { step, by, before, made: made.iter().copied().collect() });
    }

    fn split(&mut self, whole: ProposalId, by: UserId, into: Vec<NewProposal>) {
        let parts: Vec<_> = into.iter().map(|part| part.proposal_id).collect();
        self.take_step(ReviewStep::Split, by, &[whole], &parts);
        let Some(proposal) = self.proposals.get_mut(&whole) else { return };
        proposal.standing = Standing::Split;
        proposal.became = parts;
        let generation_id = proposal.generation_id;
        for part in into {
            let lineage = Lineage { split_from: Some(whole), merged_from: Vec::new() };
            self.insert(part.proposal_id, part.content, generation_id, lineage, Some(by));
        }
    }

    fn merge(&mut self, merged: Vec<ProposalId>, by: UserId, into: NewProposal) {
        self.take_step(ReviewStep::Merge, by, &merged, &[into.proposal_id]);
        let Some(generation_id) = self.oldest_generation(&merged) else { return };
        for id in &merged {
            self.at(*id, |proposal| {
                proposal.standing = Standing::Merged;
                proposal.became = vec![into.proposal_id];
            });
        }
        let lineage = Lineage { split_from: None, merged_from: merged };
        self.insert(into.proposal_id, into.content, generation_id, lineage, Some(by));
    }

    /// The oldest of the generations that these proposals came from.
    fn oldest_generation(&self, proposals: &[ProposalId]) -> Option<GenerationId> {
        let of: BTreeSet<_> =
            proposals.iter().filter_map(|id| self.proposals.get(id)).map(|proposal| proposal.generation_id).collect();
        self.generations.iter().map(|generation| generation.generation_id).find(|id| of.contains(id))
    }

    fn undo(&mut self, step: ReviewStep, restored: Vec<RestoredProposal>, withdrawn: &[ProposalId]) {
        let is_undone = |taken: &TakenStep| {
            taken.step == step
                && taken.made.len() == withdrawn.len()
                && withdrawn.iter().all(|id| taken.made.contains(id))
                && taken.before.len() == restored.len()
                && restored.iter().all(|proposal| taken.before.contains_key(&proposal.proposal_id))
        };
        if let Some(place) = self.steps.iter().rposition(is_undone) {
            self.steps.remove(place);
        }
        for RestoredProposal { proposal_id, version, standing, content } in restored {
            self.at(proposal_id, |proposal| {
                proposal.version = version;
                proposal.standing = standing;
                proposal.content = content;
                proposal.became.clear();
            });
        }
        for id in withdrawn {
            self.at(*id, |proposal| proposal.standing = Standing::Withdrawn);
        }
    }
}
