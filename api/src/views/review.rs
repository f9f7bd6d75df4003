//! The review table of a phase: proposals, coverage, the generation under way, and what can be taken back.

use konductro_domain::phase::Verb;
use konductro_domain::stage::Stage;
use konductro_domain::story_review::{ReviewStep, StoryReview};
use konductro_projections::ProjectionError;
use konductro_projections::review_table::{self, GenerationRow};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::conversation::{Failure, Usage};
use super::coverage::{self, Coverage};
use super::finding::StoryFinding;
use super::people::{People, Person};
use super::phase::PhaseReader;
use super::proposal::{Proposal, ProposalStatus, Shown};
use super::words::{GeneratedBy, GenerationMode, GenerationState, ReviewStep as StepWord};

/// The review table of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewTable {
    /// The proposals, in order.
    pub items: Vec<Proposal>,
    /// How many stand where.
    pub counts: ProposalCounts,
    /// Which requirement is covered by which proposal.
    pub coverage: Coverage,
    /// What the checker finds in the stories as a set.
    pub findings: Vec<StoryFinding>,
    /// The latest generation.
    pub generation: Option<Generation>,
    /// The step that can be taken back.
    pub undo: Option<UndoableStep>,
    /// What I may do with the whole table now.
    pub may: Vec<ReviewVerb>,
    /// The review's version, which is its ETag.
    pub version: i64,
}

/// How many proposals of a phase stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProposalCounts {
    /// Those that await a decision.
    pub proposed: u32,
    /// Those that became stories.
    pub approved: u32,
    /// Those that were rejected.
    pub rejected: u32,
}

impl From<review_table::Counts> for ProposalCounts {
    fn from(counts: review_table::Counts) -> Self {
        Self { proposed: counts.proposed, approved: counts.approved, rejected: counts.rejected }
    }
}

/// One run of Conductor that proposes stories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Generation {
    /// The generation.
    pub generation_id: Uuid,
    /// Where it stands.
    pub state: GenerationState,
    /// Whether it began anew or goes on.
    pub mode: GenerationMode,
    /// How many stories it has proposed.
    pub proposed: u32,
    /// What it wrote that was no story, and why.
    pub unusable: Vec<Unusable>,
    /// Why it broke off.
    pub failure: Option<Failure>,
    /// Who generates, once that is known.
    pub generated_by: Option<GeneratedBy>,
    /// What it consumed, once it ended.
    pub usage: Option<Usage>,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// Who asked for it.
    pub requested_by: Option<Person>,
}

/// Something that a model wrote where a story was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Unusable {
    /// Its place in what was written, from 0.
    pub ordinal: u32,
    /// Why it is no story.
    pub reason: String,
}

/// A step that can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UndoableStep {
    /// What kind of step.
    pub step: StepWord,
    /// What taking it back does, for a button.
    pub label: String,
}

/// Something to do with a whole review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewVerb {
    /// Have Conductor propose stories.
    Generate,
    /// Stop the generation.
    Stop,
    /// Let everything undecided into the backlog.
    ApproveAll,
    /// Take the last step back.
    Undo,
}

/// The review table as the reader sees it; what was set aside is left out unless all is asked for.
pub async fn table(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    review: &StoryReview,
    version: i64,
    only: &[ProposalStatus],
) -> Result<ReviewTable, ProjectionError> {
    // The generation first: one that is shown as ended then has all of its proposals here.
    let generation = review_table::latest_generation(pool, reader.phase_id).await?;
    let rows = review_table::proposals_of(pool, reader.phase_id).await?;
    let held = coverage::held(pool, reader.phase_id, reader.phase).await?;
    let shown = Shown::read(pool, reader, review, held.references(), &rows).await?;
    let items = rows.iter().filter(|row| ProposalStatus::of(row.standing).is_some_and(|status| only.contains(&status)));
    let people = People::named(pool, generation.iter().map(|generation| generation.requested_by)).await?;
    Ok(ReviewTable {
        items: items.filter_map(|row| shown.proposal(row)).collect(),
        counts: review_table::Counts::of(&rows).into(),
        findings: held.findings(&rows, review),
        coverage: held.coverage(&rows),
        generation: generation.map(|row| shown_generation(row, &people)),
        undo: undo(reader, review),
        may: may(reader, review),
        version,
    })
}

fn shown_generation(row: GenerationRow, people: &People) -> Generation {
    let unusable = row.unusable.into_iter().map(|it| Unusable { ordinal: it.ordinal, reason: it.reason });
    Generation {
        generation_id: row.generation_id.0,
        state: row.state.into(),
        mode: row.mode.into(),
        proposed: row.proposed,
        unusable: unusable.collect(),
        failure: row.failure.as_ref().map(Failure::from),
        generated_by: row.generated_by.map(GeneratedBy::from),
        usage: row.usage.map(Usage::from),
        started_at: row.started_at,
        requested_by: Some(people.person(row.requested_by)),
    }
}

fn undo(reader: PhaseReader<'_>, review: &StoryReview) -> Option<UndoableStep> {
    let permitted = reader.phase.permits(Verb::ReviewStories, Stage::Stories, reader.person).is_ok();
    let taken = review.undoable().filter(|_| permitted)?;
    let title = taken.before.values().next().map(|before| before.content.outline.title.as_str()).unwrap_or_default();
    let label = match taken.step {
        ReviewStep::Edit => format!("Undo the edit of “{title}”"),
        ReviewStep::Split => format!("Undo the split of “{title}”"),
        ReviewStep::Merge => format!("Undo the merge of {} proposals", taken.before.len()),
        ReviewStep::Reject => format!("Undo the rejection of “{title}”"),
        ReviewStep::Restore => format!("Undo the restoration of “{title}”"),
    };
    Some(UndoableStep { step: taken.step.into(), label })
}

fn may(reader: PhaseReader<'_>, review: &StoryReview) -> Vec<ReviewVerb> {
    let permits = |verb| reader.phase.permits(verb, Stage::Stories, reader.person).is_ok();
    let running = review.latest_generation().is_some_and(|generation| generation.progress.is_running());
    let undecided =
        review.proposals.values().any(|it| it.standing == konductro_domain::story_review::Standing::Proposed);
    let verbs = [
        (ReviewVerb::Generate, permits(Verb::GenerateStories) && !running),
        (ReviewVerb::Stop, permits(Verb::GenerateStories) && running),
        (ReviewVerb::ApproveAll, permits(Verb::ApproveProposals) && undecided),
        (ReviewVerb::Undo, permits(Verb::ReviewStories) && review.undoable().is_some()),
    ];
    verbs.into_iter().filter_map(|(verb, may)| may.then_some(verb)).collect()
}
