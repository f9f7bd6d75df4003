//! The backlog: every story of a project, with its refinement and enrichment.
//!
//! A story is two rows: a slim one that lists filter, sort and page by, and its details. What it was made from is
//! kept once for all stories made from the same, since whether that still stands is computed when it is read.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::StoryId;
use konductro_domain::story::StoryEvent;
use sqlx::PgConnection;
use sqlx::types::{Json, Uuid};

use crate::{ProjectionError, Writes, streams};

mod basis;
mod details;
mod list;
mod reads;
mod story;

pub use basis::{Basis, bases_of, bases_of_phase, basis_of};
pub use details::{Closing, Enrichment, EnrichmentState, Refinement, RefinementState, StoryDetails, StoryStep};
pub use list::{BacklogFilter, BacklogOrder, BacklogPlace, count, page_of};
pub use reads::{Became, Named, WholeStory, became, named, of_phase, present, project_of, story, whole};
pub use story::StoryRow;

/// The tables of this read model.
pub const TABLES: &[&str] = &["backlog_stories", "backlog_details", "backlog_bases"];

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut events = Vec::new();
    for recorded in page {
        if let Event::Story(event) = &recorded.event {
            events.push((recorded, event, streams::story_of(&recorded.stream)?));
        }
    }
    if events.is_empty() {
        return Ok(Writes::default());
    }
    let mut changes = Changes::load(tx, events.iter().map(|(.., story)| *story)).await?;
    for (recorded, event, story_id) in events {
        changes.apply(recorded, event, story_id)?;
    }
    changes.writes()
}

/// What a page adds and changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    pub(crate) stories: BTreeMap<StoryId, WholeStory>,
    bases: BTreeMap<String, Basis>,
}

impl Changes {
    async fn load(tx: &mut PgConnection, stories: impl Iterator<Item = StoryId>) -> Result<Self, ProjectionError> {
        let keys: Vec<Uuid> = stories.map(|id| id.0).collect::<BTreeSet<_>>().into_iter().collect();
        let rows: Vec<Json<WholeStory>> = sqlx::query_scalar(reads::WHOLE_BY_ID).bind(keys).fetch_all(tx).await?;
        let stories = rows.into_iter().map(|Json(whole)| (whole.row.story_id, whole)).collect();
        Ok(Self { stories, bases: BTreeMap::new() })
    }

    pub(crate) fn apply(
        &mut self,
        recorded: &Recorded<Event>,
        event: &StoryEvent,
        story_id: StoryId,
    ) -> Result<(), ProjectionError> {
        if let Some((created, basis)) = WholeStory::created(recorded, event) {
            self.stories.insert(story_id, created);
            self.bases.extend(basis.map(|basis| (basis.basis.clone(), basis)));
            return Ok(());
        }
        let story = self.stories.get_mut(&story_id).ok_or_else(|| ProjectionError::OutOfOrder {
            position: recorded.position,
            missing: format!("story {story_id}"),
        })?;
        story.details.apply(recorded, event);
        story.row.settle(recorded, &story.details);
        Ok(())
    }

    fn writes(self) -> Result<Writes, ProjectionError> {
        let mut writes = Writes::default();
        let (stories, details): (Vec<_>, Vec<_>) =
            self.stories.into_values().map(|whole| (whole.row, whole.details)).unzip();
        writes.add(STORE_BASES, &self.bases.into_values().collect::<Vec<_>>())?;
        writes.add(STORE_STORIES, &stories)?;
        writes.add(STORE_DETAILS, &details)?;
        Ok(writes)
    }
}

impl WholeStory {
    /// The story that an event brings into the backlog, and what it was made from.
    fn created(recorded: &Recorded<Event>, event: &StoryEvent) -> Option<(Self, Option<Basis>)> {
        let details = StoryDetails::created(recorded, event)?;
        let (mut row, basis) = StoryRow::created(recorded, event)?;
        row.settle(recorded, &details);
        Some((Self { row, details }, basis))
    }
}

const STORE_STORIES: &str = "insert into backlog_stories \
    select * from jsonb_populate_recordset(null::backlog_stories, $rows) \
    on conflict (story_id) do update set title = excluded.title, title_key = excluded.title_key, \
    search = excluded.search, story_type = excluded.story_type, complexity = excluded.complexity, \
    status = excluded.status, enriched = excluded.enriched, refinement_state = excluded.refinement_state, \
    enrichment_state = excluded.enrichment_state, requirement_ids = excluded.requirement_ids, \
    updated_at = excluded.updated_at, version = excluded.version";
const STORE_DETAILS: &str = "insert into backlog_details \
    select * from jsonb_populate_recordset(null::backlog_details, $rows) \
    on conflict (story_id) do update set content = excluded.content, refinement = excluded.refinement, \
    enrichment = excluded.enrichment, closing = excluded.closing, trail = excluded.trail";
const STORE_BASES: &str = "insert into backlog_bases \
    select * from jsonb_populate_recordset(null::backlog_bases, $rows) on conflict (basis) do nothing";
