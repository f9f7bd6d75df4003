//! The phases of a project, one line each.

use konductro_domain::actor::Person as Reader;
use konductro_domain::ids::ProjectId;
use konductro_projections::ProjectionError;
use konductro_projections::phase_board::{self, BoardPhase, PhaseRow, StageRow, WaitsFor};
use konductro_projections::review_table::{self, Counts};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::{People, Person};
use super::words::{GateState, PhaseKind, PhaseStatus, Stage};
use super::{evidence, sentences};
use crate::http::{Page, Paging};

/// A line of the project's page.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PhaseSummary {
    /// The phase.
    pub id: Uuid,
    /// Its project.
    pub project_id: Uuid,
    /// Its number in the project.
    pub number: u32,
    /// Its kind.
    pub kind: PhaseKind,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub status: PhaseStatus,
    /// Its stages, in order.
    pub stages: Vec<StageSummary>,
    /// What it waits for, and from whom: "SDM to approve Requirements v2".
    pub waiting_for: Option<String>,
    /// Whether it waits for me.
    pub waiting_for_me: bool,
    /// Who opened it; null when it opened by itself.
    pub opened_by: Option<Person>,
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// One stage on the line of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StageSummary {
    /// The stage.
    pub stage: Stage,
    /// Its state.
    pub state: GateState,
    /// Where it stands, in one line.
    pub evidence: String,
    /// Since when it is in this state with its latest version: the time in gate.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// A page of a project's phases, newest first.
pub async fn summaries(
    pool: &PgPool,
    reader: &Reader,
    project: ProjectId,
    paging: Paging<u32>,
) -> Result<Page<PhaseSummary>, ProjectionError> {
    let rows = phase_board::phases_of(pool, project, paging.after, paging.limit + 1).await?;
    let named =
        rows.iter().flat_map(|board| board.stages.iter().flat_map(evidence::people).chain(board.phase.opened_by));
    let people = People::named(pool, named).await?;
    let phases: Vec<_> = rows.iter().map(|board| board.phase.phase_id).collect();
    let reviews = review_table::counts_of(pool, &phases).await?;
    let lines = rows.into_iter().map(|board| {
        let review = reviews.get(&board.phase.phase_id).copied().unwrap_or_default();
        summary(board, review, reader, &people)
    });
    let lines = lines.collect();
    Ok(Page::cut(lines, paging.limit, |line: &PhaseSummary| line.number))
}

fn summary(board: BoardPhase, review: Counts, reader: &Reader, people: &People) -> PhaseSummary {
    let BoardPhase { phase, stages } = board;
    let line = |row: &StageRow| {
        let state = evidence::state(row.stage, row.state, review);
        let evidence = evidence::line(row.stage, state, row.latest_version, &row.evidence, review, people);
        StageSummary { stage: row.stage.into(), state: state.into(), evidence, since: row.since }
    };
    let latest = stages.iter().find(|row| Some(row.stage) == phase.waiting_stage).and_then(|row| row.latest_version);
    PhaseSummary {
        id: phase.phase_id.0,
        project_id: phase.project_id.0,
        number: phase.number,
        kind: phase.kind.into(),
        status: phase.status.into(),
        stages: stages.iter().map(line).collect(),
        waiting_for: waiting_for(&phase, latest),
        waiting_for_me: waits_for(&phase, reader),
        opened_by: phase.opened_by.map(|id| people.person(id)),
        created_at: phase.created_at,
        updated_at: phase.updated_at,
        title: phase.title,
    }
}

fn waits_for(phase: &PhaseRow, reader: &Reader) -> bool {
    reader.roles.iter().any(|role| phase.waiting_roles.contains(role))
        && !phase.waiting_except.contains(&reader.user_id)
}

/// "SDM to approve Requirements v2".
fn waiting_for(phase: &PhaseRow, latest: Option<u32>) -> Option<String> {
    let who = sentences::roles(&phase.waiting_roles);
    let stage = phase.waiting_stage?.title();
    let what = latest.map_or_else(|| stage.to_owned(), |version| format!("{stage} v{version}"));
    Some(match phase.waits_for? {
        WaitsFor::FirstReply => format!("{who} to write to Conductor in {stage}"),
        WaitsFor::Version => format!("{who} to write {stage}"),
        WaitsFor::Revision => format!("{who} to revise {what}"),
        WaitsFor::Approval => format!("{who} to approve {what}"),
        WaitsFor::Reaffirmation => format!("{who} to reaffirm or revise {what}"),
    })
}
