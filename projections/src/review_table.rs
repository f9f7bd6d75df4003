//! The review of a phase's stories: its proposals, where each stands and came from, and its generations.
//!
//! A proposal that was split, merged, superseded or withdrawn keeps its row, since others came from it. Words
//! are joined when they are read. What may be done with a proposal is the aggregate's to say, not this table's.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{GenerationId, PhaseId, ProposalId};
use konductro_domain::story_review::{NewProposal, RestoredProposal, Standing, StoryReviewEvent};
use sqlx::PgConnection;
use sqlx::types::Uuid;

use crate::{ProjectionError, Writes, rows, streams};

mod generation;
mod proposal;
mod reads;

pub use generation::{GenerationRow, GenerationState};
pub use proposal::{ProposalRow, ProposalStep, Rejection, Trail};
pub use reads::{Counts, ancestry, counts, counts_of, generations, latest_generation, proposals_by_id, proposals_of};

/// The tables of this read model.
pub const TABLES: &[&str] = &["review_proposals", "review_generations"];

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut events = Vec::new();
    for recorded in page {
        if let Event::StoryReview(event) = &recorded.event {
            events.push((recorded, event, streams::phase_of(&recorded.stream)?));
        }
    }
    if events.is_empty() {
        return Ok(Writes::default());
    }
    let mut changes = Changes::load(tx, events.iter().map(|(_, event, _)| *event)).await?;
    for (recorded, event, phase_id) in events {
        changes.apply(recorded, event, phase_id)?;
    }
    changes.writes()
}

/// What a page adds and changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    pub(crate) proposals: BTreeMap<ProposalId, ProposalRow>,
    pub(crate) generations: BTreeMap<GenerationId, GenerationRow>,
}

impl Changes {
    async fn load(
        tx: &mut PgConnection,
        events: impl Iterator<Item = &StoryReviewEvent>,
    ) -> Result<Self, ProjectionError> {
        let (mut proposals, mut generations) = (BTreeSet::<Uuid>::new(), BTreeSet::<Uuid>::new());
        for event in events {
            proposals.extend(proposals_of_event(event).map(|id| id.0));
            generations.extend(generation_of_event(event).map(|id| id.0));
        }
        let keys: Vec<Uuid> = proposals.into_iter().collect();
        let proposals: Vec<ProposalRow> = rows::load(tx, LOAD_PROPOSALS, &keys).await?;
        let keys: Vec<Uuid> = generations.into_iter().collect();
        let generations: Vec<GenerationRow> = rows::load(tx, LOAD_GENERATIONS, &keys).await?;
        Ok(Self {
            proposals: proposals.into_iter().map(|row| (row.proposal_id, row)).collect(),
            generations: generations.into_iter().map(|row| (row.generation_id, row)).collect(),
        })
    }

    pub(crate) fn apply(
        &mut self,
        recorded: &Recorded<Event>,
        event: &StoryReviewEvent,
        phase_id: PhaseId,
    ) -> Result<(), ProjectionError> {
        if let Some(started) = GenerationRow::started(recorded, event) {
            self.generations.insert(started.generation_id, started);
            return Ok(());
        }
        if let Some(generation_id) = generation_of_event(event) {
            self.generation(recorded, generation_id)?.apply(recorded, event);
        }
        match event {
            StoryReviewEvent::ProposalAdded { proposal_id, generation_id, ordinal, content } => {
                let place = vec![recorded.position, i64::from(*ordinal)];
                let new = NewProposal { proposal_id: *proposal_id, content: content.clone() };
                let row = ProposalRow::new(recorded, phase_id, *generation_id, place, new);
                self.proposals.insert(*proposal_id, row);
            }
            StoryReviewEvent::ProposalSplit { proposal_id, into, .. } => self.split(recorded, *proposal_id, into)?,
            StoryReviewEvent::ProposalsMerged { proposal_ids, into, .. } => {
                self.merge(recorded, proposal_ids, into)?;
            }
            StoryReviewEvent::ReviewStepUndone { step, restored, withdrawn, .. } => {
                for was in restored {
                    self.restore(recorded, was)?.note(recorded, ProposalStep::Undone { step: *step });
                }
                for gone in withdrawn {
                    self.proposal(recorded, *gone)?.stand(recorded, Standing::Withdrawn);
                }
            }
            StoryReviewEvent::ProposalEdited { proposal_id, .. }
            | StoryReviewEvent::ProposalSuperseded { proposal_id, .. }
            | StoryReviewEvent::ProposalRejected { proposal_id, .. }
            | StoryReviewEvent::ProposalRestored { proposal_id, .. }
            | StoryReviewEvent::ProposalApproved { proposal_id, .. } => {
                self.proposal(recorded, *proposal_id)?.apply(recorded, event);
            }
            StoryReviewEvent::GenerationStarted { .. }
            | StoryReviewEvent::GenerationAsked { .. }
            | StoryReviewEvent::GenerationStopRequested { .. }
            | StoryReviewEvent::GenerationCompleted { .. }
            | StoryReviewEvent::GenerationStopped { .. }
            | StoryReviewEvent::GenerationFailed { .. } => {}
        }
        Ok(())
    }

    fn split(
        &mut self,
        recorded: &Recorded<Event>,
        source: ProposalId,
        into: &[NewProposal],
    ) -> Result<(), ProjectionError> {
        let row = self.proposal(recorded, source)?;
        row.stand(recorded, Standing::Split);
        row.split_into = into.iter().map(|part| part.proposal_id).collect();
        row.note(recorded, ProposalStep::Split { parts: row.split_into.len() });
        let (phase_id, generation_id, place) = (row.phase_id, row.generation_id, row.place.clone());
        for (index, part) in (1_i64..).zip(into) {
            let place = place.iter().copied().chain([index]).collect();
            let mut row = ProposalRow::new(recorded, phase_id, generation_id, place, part.clone());
            row.split_from = Some(source);
            self.proposals.insert(part.proposal_id, row);
        }
        Ok(())
    }

    fn merge(
        &mut self,
        recorded: &Recorded<Event>,
        sources: &[ProposalId],
        into: &NewProposal,
    ) -> Result<(), ProjectionError> {
        let mut place = None;
        let mut oldest: Option<(Option<i64>, PhaseId, GenerationId)> = None;
        for source in sources {
            let row = self.proposal(recorded, *source)?;
            row.stand(recorded, Standing::Merged);
            row.merged_into = Some(into.proposal_id);
            row.note(recorded, ProposalStep::Merged { sources: sources.len() });
            place.get_or_insert(row.place.clone());
            let came = (row.place.first().copied(), row.phase_id, row.generation_id);
            if oldest.is_none_or(|(earliest, ..)| came.0 < earliest) {
                oldest = Some(came);
            }
        }
        let (Some(place), Some((_, phase_id, generation_id))) = (place, oldest) else { return Ok(()) };
        let place = place.into_iter().chain([0]).collect();
        let mut row = ProposalRow::new(recorded, phase_id, generation_id, place, into.clone());
        row.merged_from = sources.to_vec();
        self.proposals.insert(into.proposal_id, row);
        Ok(())
    }

    /// Puts a proposal back to what an undone step had made of it.
    fn restore(
        &mut self,
        recorded: &Recorded<Event>,
        was: &RestoredProposal,
    ) -> Result<&mut ProposalRow, ProjectionError> {
        let row = self.proposal(recorded, was.proposal_id)?;
        row.stand(recorded, was.standing);
        row.version = was.version;
        row.content = was.content.clone();
        row.split_into.clear();
        row.merged_into = None;
        Ok(row)
    }

    fn proposal(
        &mut self,
        recorded: &Recorded<Event>,
        proposal_id: ProposalId,
    ) -> Result<&mut ProposalRow, ProjectionError> {
        self.proposals.get_mut(&proposal_id).ok_or_else(|| ProjectionError::OutOfOrder {
            position: recorded.position,
            missing: format!("proposal {proposal_id}"),
        })
    }

    fn generation(
        &mut self,
        recorded: &Recorded<Event>,
        generation_id: GenerationId,
    ) -> Result<&mut GenerationRow, ProjectionError> {
        self.generations.get_mut(&generation_id).ok_or_else(|| ProjectionError::OutOfOrder {
            position: recorded.position,
            missing: format!("generation {generation_id}"),
        })
    }

    fn writes(self) -> Result<Writes, ProjectionError> {
        let mut writes = Writes::default();
        writes.add(STORE_GENERATIONS, &self.generations.into_values().collect::<Vec<_>>())?;
        writes.add(STORE_PROPOSALS, &self.proposals.into_values().collect::<Vec<_>>())?;
        Ok(writes)
    }
}

/// The proposals whose rows an event changes; not those that it makes.
fn proposals_of_event(event: &StoryReviewEvent) -> impl Iterator<Item = ProposalId> + use<> {
    let ids: Vec<ProposalId> = match event {
        StoryReviewEvent::ProposalSuperseded { proposal_id, .. }
        | StoryReviewEvent::ProposalEdited { proposal_id, .. }
        | StoryReviewEvent::ProposalSplit { proposal_id, .. }
        | StoryReviewEvent::ProposalRejected { proposal_id, .. }
        | StoryReviewEvent::ProposalRestored { proposal_id, .. }
        | StoryReviewEvent::ProposalApproved { proposal_id, .. } => vec![*proposal_id],
        StoryReviewEvent::ProposalsMerged { proposal_ids, .. } => proposal_ids.clone(),
        StoryReviewEvent::ReviewStepUndone { restored, withdrawn, .. } => {
            restored.iter().map(|was| was.proposal_id).chain(withdrawn.iter().copied()).collect()
        }
        StoryReviewEvent::GenerationStarted { .. }
        | StoryReviewEvent::GenerationAsked { .. }
        | StoryReviewEvent::GenerationStopRequested { .. }
        | StoryReviewEvent::ProposalAdded { .. }
        | StoryReviewEvent::GenerationCompleted { .. }
        | StoryReviewEvent::GenerationStopped { .. }
        | StoryReviewEvent::GenerationFailed { .. } => Vec::new(),
    };
    ids.into_iter()
}

/// The generation whose row an event changes; not the one that it starts.
fn generation_of_event(event: &StoryReviewEvent) -> Option<GenerationId> {
    match event {
        StoryReviewEvent::GenerationAsked { generation_id, .. }
        | StoryReviewEvent::GenerationStopRequested { generation_id }
        | StoryReviewEvent::ProposalAdded { generation_id, .. }
        | StoryReviewEvent::GenerationCompleted { generation_id, .. }
        | StoryReviewEvent::GenerationStopped { generation_id, .. }
        | StoryReviewEvent::GenerationFailed { generation_id, .. } => Some(*generation_id),
        StoryReviewEvent::GenerationStarted { .. }
        | StoryReviewEvent::ProposalSuperseded { .. }
        | StoryReviewEvent::ProposalEdited { .. }
        | StoryReviewEvent::ProposalSplit { .. }
        | StoryReviewEvent::ProposalsMerged { .. }
        | StoryReviewEvent::ProposalRejected { .. }
        | StoryReviewEvent::ProposalRestored { .. }
        | StoryReviewEvent::ProposalApproved { .. }
        | StoryReviewEvent::ReviewStepUndone { .. } => None,
    }
}

const LOAD_PROPOSALS: &str = "select to_jsonb(p) from review_proposals p where proposal_id = any($1)";
const LOAD_GENERATIONS: &str = "select to_jsonb(g) from review_generations g where generation_id = any($1)";
const STORE_PROPOSALS: &str = "insert into review_proposals \
    select * from jsonb_populate_recordset(null::review_proposals, $rows) \
    on conflict (proposal_id) do update set version = excluded.version, standing = excluded.standing, \
    content = excluded.content, edited_by = excluded.edited_by, rejection = excluded.rejection, \
    story_id = excluded.story_id, split_into = excluded.split_into, merged_into = excluded.merged_into, \
    trail = excluded.trail, updated_at = excluded.updated_at";
const STORE_GENERATIONS: &str = "insert into review_generations \
    select * from jsonb_populate_recordset(null::review_generations, $rows) \
    on conflict (generation_id) do update set state = excluded.state, proposed = excluded.proposed, \
    unusable = excluded.unusable, failure = excluded.failure, generated_by = excluded.generated_by, \
    model_returned = excluded.model_returned, usage = excluded.usage, ended_at = excluded.ended_at";
