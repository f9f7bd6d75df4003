//! A proposal as the review table shows it: what it says, where it stands and came from, what I may do with it.

use std::collections::{BTreeMap, HashMap};

use konductro_domain::ids::{GenerationId, PhaseId, ProposalId, TurnId, UserId};
use konductro_domain::phase::Verb;
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::stage::Stage as DomainStage;
use konductro_domain::story_review::{Standing, StoryReview};
use konductro_domain::text::Hash;
use konductro_projections::backlog::{self, Became};
use konductro_projections::review_table::{self, GenerationRow, ProposalRow};
use konductro_projections::{ProjectionError, artefact_versions, event_log, project_list};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::artefact::Based;
use super::people::{People, Person};
use super::phase::PhaseReader;
use super::sentences::ERASED;
use super::staleness::Gates;
use super::story_words::{References, StoryWords, Texts};
use super::words::GeneratedBy;

/// A story that Conductor proposed and that is in review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Proposal {
    /// The proposal.
    pub id: Uuid,
    /// Its phase.
    pub phase_id: Uuid,
    /// Its version, which is its ETag.
    pub version: u32,
    /// What it says.
    #[serde(flatten)]
    pub words: StoryWords,
    /// The proposals that must be done before it, as they are called now.
    pub depends_on: Vec<Uuid>,
    /// Where it stands.
    pub status: ProposalStatus,
    /// Whether a person changed it.
    pub edited: bool,
    /// Whether what it was made from no longer stands.
    pub stale: bool,
    /// Why, in a sentence.
    pub stale_reason: Option<String>,
    /// How it was rejected, while it is.
    pub rejection: Option<ProposalRejection>,
    /// The story that it became.
    pub story_id: Option<Uuid>,
    /// The story's key, once it is in the backlog.
    pub story_key: Option<String>,
    /// Whether the story is enriched.
    pub enriched: bool,
    /// Where it came from.
    pub lineage: ProposalLineage,
    /// What I may do with it now.
    pub may: Vec<ProposalVerb>,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalStatus {
    /// It awaits a decision.
    Proposed,
    /// It is a story.
    Approved,
    /// It was rejected.
    Rejected,
    /// It was split into others.
    Split,
    /// It went into another.
    Merged,
    /// A newer generation took its place.
    Superseded,
}

impl ProposalStatus {
    /// The status of a standing; none for what an undone step had made, which is shown nowhere.
    pub(super) fn of(standing: Standing) -> Option<Self> {
        match standing {
            Standing::Proposed => Some(Self::Proposed),
            Standing::Approved => Some(Self::Approved),
            Standing::Rejected => Some(Self::Rejected),
            Standing::Split => Some(Self::Split),
            Standing::Merged => Some(Self::Merged),
            Standing::Superseded => Some(Self::Superseded),
            Standing::Withdrawn => None,
        }
    }
}

/// Something to do with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalVerb {
    /// Let it into the backlog.
    Approve,
    /// Change it.
    Edit,
    /// Split it into several.
    Split,
    /// Merge it with others.
    Merge,
    /// Reject it.
    Reject,
    /// Take it back into the review.
    Restore,
}

/// Who rejected a proposal, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProposalRejection {
    /// Who.
    pub by: Person,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Where a proposal came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProposalLineage {
    /// The generation.
    pub generation_id: Uuid,
    /// The artefact versions that it was made from.
    pub based_on: Vec<Based>,
    /// The proposal that it is a part of.
    pub split_from: Option<Uuid>,
    /// The parts that it became.
    pub split_into: Vec<Uuid>,
    /// The proposals that it was merged of.
    pub merged_from: Vec<Uuid>,
    /// The proposal that it went into.
    pub merged_into: Option<Uuid>,
    /// Who generated it.
    pub generated_by: Option<GeneratedBy>,
    /// Who edited it.
    pub edited_by: Vec<Person>,
    /// The turn of the conversation that it came from.
    pub turn_id: Option<Uuid>,
}

/// Everything that proposals of one phase are shown with.
pub(super) struct Shown<'a> {
    reader: PhaseReader<'a>,
    review: &'a StoryReview,
    texts: Texts,
    people: People,
    generations: BTreeMap<GenerationId, (GenerationRow, Option<TurnId>)>,
    gates: Gates,
    became: HashMap<ProposalId, Became>,
    references: &'a References,
    project_key: String,
}

impl<'a> Shown<'a> {
    /// Reads what these rows are shown with.
    pub(super) async fn read(
        pool: &PgPool,
        reader: PhaseReader<'a>,
        review: &'a StoryReview,
        references: &'a References,
        rows: &[ProposalRow],
    ) -> Result<Self, ProjectionError> {
        let phase = reader.phase_id;
        let mut hashes: Vec<Hash> = rows.iter().map(|row| row.content.outline.body.hash).collect();
        hashes.extend(rows.iter().filter_map(|row| row.rejection.as_ref()).map(|rejection| rejection.reason_hash));
        let named = rows.iter().flat_map(people_of);
        let mut ids: Vec<GenerationId> = rows.iter().map(|row| row.generation_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut generations = BTreeMap::new();
        for row in review_table::generations(pool, &ids).await? {
            let turn = turn_of(pool, phase, row.scoping_turn, &row.based_on).await?;
            generations.insert(row.generation_id, (row, turn));
        }
        Ok(Self {
            reader,
            review,
            texts: event_log::texts(&mut *pool.acquire().await?, &hashes).await?,
            people: People::named(pool, named).await?,
            generations,
            gates: Gates::of(pool, &[phase]).await?,
            became: backlog::became(pool, phase).await?.into_iter().map(|it| (it.proposal_id, it)).collect(),
            references,
            project_key: project_list::key_of(pool, reader.phase.project_id).await?.unwrap_or_default(),
        })
    }

    /// One proposal; none for what an undone step had made.
    pub(super) fn proposal(&self, row: &ProposalRow) -> Option<Proposal> {
        let status = ProposalStatus::of(row.standing)?;
        let generation = self.generations.get(&row.generation_id);
        let based_on = generation.map(|(generation, _)| generation.based_on.as_slice()).unwrap_or_default();
        let stale_reason = self.gates.stale_reason(row.phase_id, based_on);
        let became = self.became.get(&row.proposal_id);
        Some(Proposal {
            id: row.proposal_id.0,
            phase_id: row.phase_id.0,
            version: row.version,
            words: StoryWords::shown(&row.content.outline, &self.texts, self.references),
            depends_on: self.review.dependencies(row.proposal_id).into_iter().map(|id| id.0).collect(),
            status,
            edited: !row.edited_by.is_empty(),
            stale: stale_reason.is_some(),
            stale_reason,
            rejection: self.rejection(row),
            story_id: row.story_id.map(|id| id.0),
            story_key: became.map(|became| format!("{}-{}", self.project_key, became.number)),
            enriched: became.is_some_and(|became| became.enriched),
            lineage: ProposalLineage {
                generation_id: row.generation_id.0,
                based_on: based_on.iter().copied().map(Based::from).collect(),
                split_from: row.split_from.map(|id| id.0),
                split_into: row.split_into.iter().map(|id| id.0).collect(),
                merged_from: row.merged_from.iter().map(|id| id.0).collect(),
                merged_into: row.merged_into.map(|id| id.0),
                generated_by: generation.and_then(|(row, _)| row.generated_by.clone()).map(GeneratedBy::from),
                edited_by: self.people.persons(&row.edited_by),
                turn_id: generation.and_then(|(_, turn)| *turn).map(|turn| turn.0),
            },
            may: may(self.reader, row.standing),
            updated_at: row.updated_at,
        })
    }

    fn rejection(&self, row: &ProposalRow) -> Option<ProposalRejection> {
        let rejection = row.rejection.as_ref().filter(|_| row.standing == Standing::Rejected)?;
        Some(ProposalRejection {
            by: self.people.person(rejection.by),
            reason: self.texts.get(&rejection.reason_hash).cloned().unwrap_or_else(|| ERASED.to_owned()),
            at: rejection.at,
        })
    }
}

fn people_of(row: &ProposalRow) -> impl Iterator<Item = UserId> + use<'_> {
    row.edited_by.iter().copied().chain(row.rejection.iter().map(|rejection| rejection.by))
}

/// The turn that something came from: of the scoping conversation, or the one that wrote the requirements.
pub(super) async fn turn_of(
    pool: &PgPool,
    phase: PhaseId,
    scoping_turn: Option<TurnId>,
    based_on: &[BasedOn],
) -> Result<Option<TurnId>, ProjectionError> {
    match (scoping_turn, based_on.first()) {
        (Some(turn), _) => Ok(Some(turn)),
        (None, Some(first)) => artefact_versions::turn_of(pool, phase, first.stage, first.version).await,
        (None, None) => Ok(None),
    }
}

/// What the reader may do with a proposal that stands here.
fn may(reader: PhaseReader<'_>, standing: Standing) -> Vec<ProposalVerb> {
    let PhaseReader { phase, person, .. } = reader;
    let permits = |verb| phase.permits(verb, DomainStage::Stories, person).is_ok();
    if !permits(Verb::ReviewStories) {
        return Vec::new();
    }
    match standing {
        Standing::Proposed => {
            let approve = permits(Verb::ApproveProposals).then_some(ProposalVerb::Approve);
            let others = [ProposalVerb::Edit, ProposalVerb::Split, ProposalVerb::Merge, ProposalVerb::Reject];
            approve.into_iter().chain(others).collect()
        }
        Standing::Rejected | Standing::Superseded => vec![ProposalVerb::Restore],
        Standing::Approved | Standing::Split | Standing::Merged | Standing::Withdrawn => Vec::new(),
    }
}

/// Some proposals of a phase, in the order of the table.
pub async fn proposals(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    review: &StoryReview,
    ids: &[ProposalId],
) -> Result<Vec<Proposal>, ProjectionError> {
    let rows = review_table::proposals_by_id(pool, reader.phase_id, ids).await?;
    let held = super::coverage::held(pool, reader.phase_id, reader.phase).await?;
    let shown = Shown::read(pool, reader, review, held.references(), &rows).await?;
    Ok(rows.iter().filter_map(|row| shown.proposal(row)).collect())
}
