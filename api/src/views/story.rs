//! A story as its own page shows it: what it says, its refinement and enrichment, and the thread it hangs by.

use konductro_domain::ids::{StoryId, UserId};
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::story::StorySource;
use konductro_domain::story_review::Lineage;
use konductro_domain::text::Hash;
use konductro_projections::backlog::{self, StoryDetails, WholeStory};
use konductro_projections::review_table::{self, GenerationRow, ProposalRow};
use konductro_projections::{ProjectionError, event_log, phase_board, project_list};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::{People, Person};
use super::proposal::turn_of;
use super::sentences::ERASED;
use super::staleness::Gates;
use super::story_words::{References, StoryWords, Texts};
use super::words::{PhaseKind, Stage, StoryStatus};

mod enrichment;
mod may;
mod refinement;
mod thread;

pub use enrichment::{Enrichment, PlannedFile, SliceOfArchitecture};
pub use may::{StoryReader, StoryVerb};
pub use refinement::Refinement;
pub use thread::HistoryLine;

/// A story of the backlog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Story {
    /// The story.
    pub id: Uuid,
    /// Its project.
    pub project_id: Uuid,
    /// Its phase.
    pub phase_id: Uuid,
    /// Its phase, by number and title.
    pub phase: PhaseOfStory,
    /// Its key, such as `PAY-12`.
    pub key: String,
    /// Its number in the project.
    pub number: u32,
    /// What it says.
    #[serde(flatten)]
    pub words: StoryWords,
    /// The stories that must be done before it, as far as they are in the backlog.
    pub depends_on: Vec<StoryLink>,
    /// Whether it is open.
    pub status: StoryStatus,
    /// Whether it has an enrichment.
    pub enriched: bool,
    /// Its enrichment.
    pub enrichment: Enrichment,
    /// Its refinement.
    pub refinement: Refinement,
    /// Whether what it was made from no longer stands.
    pub stale: bool,
    /// Why, in a sentence.
    pub stale_reason: Option<String>,
    /// The request of a one-off story, as written.
    pub request: Option<String>,
    /// Why it was closed.
    pub closing_reason: Option<String>,
    /// Who let it in.
    pub created_by: Person,
    /// When it entered the backlog.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// Its version, which is its ETag.
    pub version: i64,
    /// Where it came from.
    pub lineage: StoryLineage,
    /// What I may do with it now.
    pub may: Vec<StoryVerb>,
}

/// The phase of a story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhaseOfStory {
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: PhaseKind,
}

/// Another story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoryLink {
    /// The story.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
}

/// Where a story came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoryLineage {
    /// An approved proposal, or one sentence in the backlog.
    pub source: StoryOrigin,
    /// The proposal that it was.
    pub proposal_id: Option<Uuid>,
    /// The generation that its oldest ancestor came from.
    pub generation_id: Option<Uuid>,
    /// The artefact versions that it was made from.
    pub based_on: Vec<BasedLink>,
    /// The proposal that it was a part of.
    pub split_from: Option<Uuid>,
    /// The proposals that it was merged of.
    pub merged_from: Vec<Uuid>,
    /// What happened to it and to what it came from, in order.
    pub history: Vec<HistoryLine>,
    /// The turn of the conversation that it came from.
    pub turn_id: Option<Uuid>,
}

/// Whence a story came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoryOrigin {
    /// An approved proposal.
    Proposal,
    /// One sentence in the backlog.
    Adhoc,
}

/// An artefact version, and where it can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BasedLink {
    /// The stage.
    pub stage: Stage,
    /// The version.
    pub version: u32,
    /// Its content hash.
    pub content_hash: String,
    /// Its address in this API.
    pub link: String,
}

/// A story as the reader sees it; `None` where there is none.
pub async fn story(
    pool: &PgPool,
    reader: StoryReader<'_>,
    story_id: StoryId,
) -> Result<Option<Story>, ProjectionError> {
    let Some(whole) = backlog::story(pool, story_id).await? else { return Ok(None) };
    let sources = Sources::read(pool, &whole).await?;
    Ok(Some(sources.story(reader, whole)))
}

/// What other read models add to a story.
struct Sources {
    texts: Texts,
    people: People,
    project_key: String,
    phase: PhaseOfStory,
    links: Vec<backlog::Named>,
    stale_reason: Option<String>,
    /// The proposal and everything it came from, the oldest first.
    ancestry: Vec<ProposalRow>,
    generation: Option<GenerationRow>,
    turn_id: Option<Uuid>,
}

impl Sources {
    async fn read(pool: &PgPool, whole: &WholeStory) -> Result<Self, ProjectionError> {
        let (row, details) = (&whole.row, &whole.details);
        let texts = event_log::texts(&mut *pool.acquire().await?, &hashes_of(details)).await?;
        let (mut ancestry, mut generation, mut turn_id) = (Vec::new(), None, None);
        let mut based_on: &[BasedOn] = &[];
        if let StorySource::Proposal { proposal_id, generation_id, based_on: made_from, .. } = &details.source {
            ancestry = review_table::ancestry(pool, *proposal_id).await?;
            generation = review_table::generations(pool, &[*generation_id]).await?.into_iter().next();
            let scoping = generation.as_ref().and_then(|generation| generation.scoping_turn);
            turn_id = turn_of(pool, row.phase_id, scoping, made_from).await?.map(|turn| turn.0);
            based_on = made_from;
        }
        let gates = Gates::of(pool, &[row.phase_id]).await?;
        let people = People::named(pool, people_of(details, &ancestry, generation.as_ref())).await?;
        Ok(Self {
            texts,
            people,
            project_key: project_list::key_of(pool, row.project_id).await?.unwrap_or_default(),
            phase: phase_of(pool, whole).await?,
            links: backlog::named(pool, &details.content.depends_on).await?,
            stale_reason: gates.stale_reason(row.phase_id, based_on),
            ancestry,
            generation,
            turn_id,
        })
    }

    fn story(&self, reader: StoryReader<'_>, whole: WholeStory) -> Story {
        let WholeStory { row, details } = whole;
        let references = References::default();
        let link = |named: &backlog::Named| StoryLink {
            id: named.story_id.0,
            key: format!("{}-{}", self.project_key, named.number),
            title: named.title.clone(),
        };
        Story {
            id: row.story_id.0,
            project_id: row.project_id.0,
            phase_id: row.phase_id.0,
            phase: self.phase.clone(),
            key: format!("{}-{}", self.project_key, row.number),
            number: row.number,
            words: StoryWords::shown(&details.content.outline, &self.texts, &references),
            depends_on: self.links.iter().map(link).collect(),
            status: row.status.into(),
            enriched: row.enriched,
            enrichment: enrichment::shown(&details.enrichment, &self.texts),
            refinement: refinement::shown(&details.refinement, &self.texts),
            stale: self.stale_reason.is_some(),
            stale_reason: self.stale_reason.clone(),
            request: match &details.source {
                StorySource::AdHoc { request } => Some(text(&self.texts, &request.hash)),
                StorySource::Proposal { .. } => None,
            },
            closing_reason: details.closing.as_ref().map(|closing| text(&self.texts, &closing.reason_hash)),
            created_by: self.people.person(details.created_by),
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
            may: may::of(reader, &row, &details),
            lineage: self.lineage(&row, &details),
        }
    }

    fn lineage(&self, row: &backlog::StoryRow, details: &StoryDetails) -> StoryLineage {
        let history = thread::history(&self.ancestry, self.generation.as_ref(), details, &self.people);
        let mut lineage = StoryLineage {
            source: StoryOrigin::Adhoc,
            proposal_id: None,
            generation_id: None,
            based_on: Vec::new(),
            split_from: None,
            merged_from: Vec::new(),
            history,
            turn_id: self.turn_id,
        };
        if let StorySource::Proposal { proposal_id, generation_id, lineage: came_from, based_on, .. } = &details.source
        {
            let Lineage { split_from, merged_from } = came_from;
            lineage.source = StoryOrigin::Proposal;
            lineage.proposal_id = Some(proposal_id.0);
            lineage.generation_id = Some(generation_id.0);
            lineage.split_from = split_from.map(|id| id.0);
            lineage.merged_from = merged_from.iter().map(|id| id.0).collect();
            lineage.based_on = based_on.iter().map(|on| based(row, on)).collect();
        }
        lineage
    }
}

fn based(row: &backlog::StoryRow, on: &BasedOn) -> BasedLink {
    BasedLink {
        stage: on.stage.into(),
        version: on.version,
        content_hash: on.content_hash.to_string(),
        link: format!("/api/v1/phases/{}/artefacts/{}/versions/{}", row.phase_id, on.stage, on.version),
    }
}

async fn phase_of(pool: &PgPool, whole: &WholeStory) -> Result<PhaseOfStory, ProjectionError> {
    let phase = phase_board::phase(pool, whole.row.phase_id).await?.ok_or(sqlx::Error::RowNotFound)?.phase;
    Ok(PhaseOfStory { number: phase.number, title: phase.title, kind: phase.kind.into() })
}

fn people_of(
    details: &StoryDetails,
    ancestry: &[ProposalRow],
    generation: Option<&GenerationRow>,
) -> impl Iterator<Item = UserId> {
    let of_story = details.trail.iter().filter_map(|step| step.by);
    let of_proposals = ancestry.iter().flat_map(|row| row.trail.iter().filter_map(|step| step.by));
    let of_generation = generation.iter().map(|generation| generation.requested_by).collect::<Vec<_>>();
    of_story.chain(of_proposals).chain(of_generation).chain([details.created_by])
}

/// The hashes of every text that a story's page shows.
fn hashes_of(details: &StoryDetails) -> Vec<Hash> {
    let refinement = &details.refinement;
    let mut hashes = vec![details.content.outline.body.hash];
    if let StorySource::AdHoc { request } = &details.source {
        hashes.push(request.hash);
    }
    let contents = [&refinement.proposed, &refinement.before].into_iter().flatten();
    hashes.extend(contents.map(|content| content.outline.body.hash));
    hashes.extend(refinement.questions_hash.iter().chain(&refinement.refusal_hash));
    hashes.extend(&details.enrichment.enrichment_hash);
    hashes.extend(details.closing.iter().map(|closing| closing.reason_hash));
    hashes
}

fn text(texts: &Texts, hash: &Hash) -> String {
    texts.get(hash).cloned().unwrap_or_else(|| ERASED.to_owned())
}
