//! Phases and the state of each of their stages: what the project's page shows, and what waits for whom.
//!
//! Each row keeps what the domain remembers of the phase, folded by the domain itself, so that the board
//! can't say anything else of a gate than a decision would. Beside it stand people and times.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, ProjectId, UserId};
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{Phase, PhaseEvent, PhaseStatus};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use sqlx::types::{Json, Uuid};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, rows, streams};

mod stage;
mod waiting;

pub use stage::{Approved, Evidence, Opinion, StageRow, Written};
pub use waiting::WaitsFor;

/// The tables of this read model.
pub const TABLES: &[&str] = &["phases", "phase_stages"];

/// A phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseRow {
    /// The phase.
    pub phase_id: PhaseId,
    /// Its project.
    pub project_id: ProjectId,
    /// Its number in the project.
    pub number: u32,
    /// Its kind.
    pub kind: PhaseKind,
    /// Its title.
    pub title: String,
    /// The text of its brief.
    pub brief_hash: Hash,
    /// Where it stands.
    pub status: PhaseStatus,
    /// Who opened it; `None` for the Ad-hoc phase that opened by itself.
    pub opened_by: Option<UserId>,
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// Since when it is ready.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ready_at: Option<OffsetDateTime>,
    /// The last sequence of its stream.
    pub version: i64,
    /// The stage that waits for somebody.
    pub waiting_stage: Option<Stage>,
    /// What it waits for.
    pub waits_for: Option<WaitsFor>,
    /// The roles that can give it.
    pub waiting_roles: BTreeSet<Role>,
    /// Who can't, whatever their roles: they approved already, or wrote it under four eyes.
    pub waiting_except: BTreeSet<UserId>,
    /// What the domain remembers of it.
    memory: Phase,
}

/// A phase with its stages, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardPhase {
    /// The phase.
    pub phase: PhaseRow,
    /// Its stages.
    pub stages: Vec<StageRow>,
}

impl BoardPhase {
    pub(crate) fn opened(recorded: &Recorded<Event>, event: &PhaseEvent, phase_id: PhaseId) -> Option<Self> {
        let PhaseEvent::PhaseOpened { project_id, number, kind, title, brief, .. } = event else {
            return None;
        };
        let phase = PhaseRow {
            phase_id,
            project_id: *project_id,
            number: *number,
            kind: *kind,
            title: title.clone(),
            brief_hash: brief.hash,
            status: PhaseStatus::Planning,
            opened_by: recorded.actor.user_id(),
            created_at: recorded.at,
            updated_at: recorded.at,
            ready_at: None,
            version: recorded.sequence,
            waiting_stage: None,
            waits_for: None,
            waiting_roles: BTreeSet::new(),
            waiting_except: BTreeSet::new(),
            memory: Phase::default(),
        };
        Some(Self { phase, stages: Vec::new() })
    }

    pub(crate) fn apply(&mut self, recorded: &Recorded<Event>, event: &PhaseEvent) {
        self.phase.version = recorded.sequence;
        self.phase.updated_at = recorded.at;
        match event {
            PhaseEvent::PhaseBecameReady {} => self.phase.ready_at = Some(recorded.at),
            PhaseEvent::PhaseCeasedToBeReady { .. } => self.phase.ready_at = None,
            _ => {}
        }
        self.phase.memory.fold(event.clone());
        if matches!(event, PhaseEvent::PhaseOpened { .. } | PhaseEvent::PhasePromoted { .. }) {
            self.lay_out_stages(recorded.at);
        }
        stage::note(&mut self.stages, recorded, event);
        self.settle(recorded.at);
    }

    /// One row for each stage of the phase's kind; what is known of a stage is kept.
    fn lay_out_stages(&mut self, at: OffsetDateTime) {
        let Phase::Opened(phase) = &self.phase.memory else { return };
        let mut known: BTreeMap<Stage, StageRow> = self.stages.drain(..).map(|row| (row.stage, row)).collect();
        self.stages = (0..)
            .zip(phase.kind.stages())
            .map(|(ordinal, stage)| StageRow {
                ordinal,
                ..known.remove(stage).unwrap_or_else(|| StageRow::new(self.phase.phase_id, ordinal, *stage, at))
            })
            .collect();
    }

    /// Takes over what the domain says of the phase now.
    fn settle(&mut self, at: OffsetDateTime) {
        let row = &mut self.phase;
        let Phase::Opened(phase) = &row.memory else { return };
        for stage in &mut self.stages {
            stage.settle(phase, at);
        }
        let waiting = waiting::of(phase);
        row.kind = phase.kind;
        row.title.clone_from(&phase.title);
        row.brief_hash = phase.brief.hash;
        row.status = phase.status;
        row.waiting_stage = waiting.as_ref().map(|waiting| waiting.stage);
        row.waits_for = waiting.as_ref().map(|waiting| waiting.what);
        (row.waiting_roles, row.waiting_except) =
            waiting.map(|waiting| (waiting.roles, waiting.except)).unwrap_or_default();
    }
}

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut events = Vec::new();
    for recorded in page {
        if let Event::Phase(event) = &recorded.event {
            events.push((recorded, event, streams::phase_of(&recorded.stream)?));
        }
    }
    let keys: BTreeSet<Uuid> = events.iter().map(|(.., phase)| phase.0).collect();
    let before = load(tx, &keys.into_iter().collect::<Vec<_>>()).await?;
    let mut phases = before.clone();
    for (recorded, event, phase_id) in events {
        if let Some(opened) = BoardPhase::opened(recorded, event, phase_id) {
            phases.insert(phase_id, opened);
        }
        let phase = phases.get_mut(&phase_id).ok_or_else(|| ProjectionError::OutOfOrder {
            position: recorded.position,
            missing: format!("phase {phase_id}"),
        })?;
        phase.apply(recorded, event);
    }
    writes(&before, phases)
}

async fn load(tx: &mut PgConnection, keys: &[Uuid]) -> Result<BTreeMap<PhaseId, BoardPhase>, ProjectionError> {
    let statement = format!("{SELECT} where p.phase_id = any($1)");
    let loaded: Vec<BoardPhase> = rows::load(tx, &statement, keys).await?;
    Ok(loaded.into_iter().map(|phase| (phase.phase.phase_id, phase)).collect())
}

/// What is new or different.
fn writes(
    before: &BTreeMap<PhaseId, BoardPhase>,
    phases: BTreeMap<PhaseId, BoardPhase>,
) -> Result<Writes, ProjectionError> {
    let (mut rows, mut changed, mut gone) = (Vec::new(), Vec::new(), Vec::new());
    for (phase_id, board) in phases {
        let known = before.get(&phase_id).map_or(&[][..], |board| &board.stages);
        // A promoted phase has other stages than before: those are gone.
        let has = |stage: Stage| board.stages.iter().any(|row| row.stage == stage);
        gone.extend(known.iter().filter(|row| !has(row.stage)).map(|row| (phase_id, row.stage)));
        changed.extend(board.stages.into_iter().filter(|row| !known.contains(row)));
        rows.push(board.phase);
    }
    let mut writes = Writes::default();
    writes.add(STORE_PHASES, &rows)?;
    writes.add(REMOVE_STAGES, &gone)?;
    writes.add(STORE_STAGES, &changed)?;
    Ok(writes)
}

// As `json`, which PostgreSQL writes straight out: to build a `jsonb` first takes more than twice as long.
const SELECT: &str = "select json_build_object('phase', p, 'stages', \
    (select coalesce(json_agg(s order by s.ordinal), '[]') from phase_stages s where s.phase_id = p.phase_id)) \
    from phases p";
const STORE_PHASES: &str = "insert into phases select * from jsonb_populate_recordset(null::phases, $rows) \
    on conflict (phase_id) do update set kind = excluded.kind, title = excluded.title, \
    brief_hash = excluded.brief_hash, status = excluded.status, updated_at = excluded.updated_at, \
    ready_at = excluded.ready_at, version = excluded.version, waiting_stage = excluded.waiting_stage, \
    waits_for = excluded.waits_for, waiting_roles = excluded.waiting_roles, \
    waiting_except = excluded.waiting_except, memory = excluded.memory";
const REMOVE_STAGES: &str = "delete from phase_stages s using jsonb_array_elements($rows) gone \
    where s.phase_id = (gone ->> 0)::uuid and s.stage = gone ->> 1";
const STORE_STAGES: &str = "insert into phase_stages \
    select * from jsonb_populate_recordset(null::phase_stages, $rows) \
    on conflict (phase_id, stage) do update set ordinal = excluded.ordinal, state = excluded.state, \
    cycle = excluded.cycle, latest_version = excluded.latest_version, \
    approved_version = excluded.approved_version, open_change_requests = excluded.open_change_requests, \
    since = excluded.since, evidence = excluded.evidence";

/// How many phases of a project stand where, and how many wait for the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Tally {
    /// The project.
    pub project_id: ProjectId,
    /// Phases in planning.
    pub planning: u32,
    /// Phases ready for stories.
    pub ready: u32,
    /// Completed phases.
    pub completed: u32,
    /// Cancelled phases.
    pub cancelled: u32,
    /// Phases that wait for the reader.
    pub waiting_for_me: u32,
}

/// The tallies of some projects, for one reader; a project without phases has none.
pub async fn tallies(pool: &PgPool, projects: &[ProjectId], reader: UserId) -> Result<Vec<Tally>, ProjectionError> {
    let keys: Vec<Uuid> = projects.iter().map(|project| project.0).collect();
    let rows: Vec<Json<Tally>> = sqlx::query_scalar(
        "select jsonb_build_object('project_id', p.project_id, \
             'planning', count(*) filter (where p.status = 'planning'), \
             'ready', count(*) filter (where p.status = 'ready'), \
             'completed', count(*) filter (where p.status = 'completed'), \
             'cancelled', count(*) filter (where p.status = 'cancelled'), \
             'waiting_for_me', count(*) filter (where p.waiting_roles && m.roles and not $2 = any(p.waiting_except))) \
         from phases p left join project_members m on m.project_id = p.project_id and m.user_id = $2 \
         where p.project_id = any($1) group by p.project_id",
    )
    .bind(keys)
    .bind(reader.0)
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// One phase.
pub async fn phase(pool: &PgPool, phase: PhaseId) -> Result<Option<BoardPhase>, ProjectionError> {
    let row: Option<Json<BoardPhase>> =
        sqlx::query_scalar(&format!("{SELECT} where p.phase_id = $1")).bind(phase.0).fetch_optional(pool).await?;
    Ok(row.map(|Json(row)| row))
}

/// A page of a project's phases, newest number first, below a number.
pub async fn phases_of(
    pool: &PgPool,
    project: ProjectId,
    below: Option<u32>,
    limit: i64,
) -> Result<Vec<BoardPhase>, ProjectionError> {
    let statement = format!(
        "{SELECT} where p.project_id = $1 and ($2::bigint is null or p.number < $2) order by p.number desc limit $3"
    );
    let rows: Vec<Json<BoardPhase>> =
        sqlx::query_scalar(&statement).bind(project.0).bind(below.map(i64::from)).bind(limit).fetch_all(pool).await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// The highest phase number of a project; 0 where it has none. A first guess only: the append decides.
pub async fn highest_number(pool: &PgPool, project: ProjectId) -> Result<u32, ProjectionError> {
    let number: i32 = sqlx::query_scalar("select coalesce(max(number), 0) from phases where project_id = $1")
        .bind(project.0)
        .fetch_one(pool)
        .await?;
    Ok(number.unsigned_abs())
}

/// A phase by number and title.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PhaseName {
    /// The phase.
    pub phase_id: PhaseId,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: PhaseKind,
}

/// Some phases by number and title.
pub async fn names_of(pool: &PgPool, phases: &[PhaseId]) -> Result<Vec<PhaseName>, ProjectionError> {
    let rows: Vec<Json<PhaseName>> = sqlx::query_scalar(
        "select jsonb_build_object('phase_id', phase_id, 'number', number, 'title', title, 'kind', kind) \
         from phases where phase_id = any($1)",
    )
    .bind(phases.iter().map(|phase| phase.0).collect::<Vec<Uuid>>())
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// The stages of some phases.
pub async fn stages_of(pool: &PgPool, phases: &[PhaseId]) -> Result<Vec<StageRow>, ProjectionError> {
    let rows: Vec<Json<StageRow>> =
        sqlx::query_scalar("select to_jsonb(s) from phase_stages s where phase_id = any($1)")
            .bind(phases.iter().map(|phase| phase.0).collect::<Vec<Uuid>>())
            .fetch_all(pool)
            .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// What a phase's page shows beside what the domain remembers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Surroundings {
    /// The key of its project.
    pub project_key: Option<String>,
    /// The project's approval policy now.
    pub approval_policy: Option<ApprovalPolicy>,
    /// The text of its brief; `None` once it was erased.
    pub brief: Option<String>,
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    pub opened_at: OffsetDateTime,
    /// Who opened it.
    pub opened_by: Option<UserId>,
}

/// What a phase's page shows beside what the domain remembers, from the log itself: there from the moment the
/// phase is, however far the read models have come.
pub async fn surroundings(
    pool: &PgPool,
    phase: PhaseId,
    project: ProjectId,
    brief: &Hash,
) -> Result<Option<Surroundings>, ProjectionError> {
    let row: Option<Json<Surroundings>> = sqlx::query_scalar(
        "select jsonb_build_object('opened_at', e.recorded_at, 'opened_by', e.metadata ->> 'user_id', \
             'project_key', (select key from projects where project_id = $2), \
             'approval_policy', (select approval_policy from projects where project_id = $2), \
             'brief', (select body from texts where hash = $3)) \
         from events e where e.aggregate_type = 'phase' and e.aggregate_id = $1 and e.sequence = 1",
    )
    .bind(phase.to_string())
    .bind(project.0)
    .bind(brief.bytes().as_slice())
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|Json(row)| row))
}

/// A review that runs under an older policy than the project has now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OlderReview {
    /// The phase.
    pub phase_id: PhaseId,
    /// Its number in the project.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// The stage under review.
    pub stage: Stage,
    /// The version of the policy that it was pinned to.
    pub policy_version: u32,
}

/// The reviews of a project that run under an older policy than this version of it.
pub async fn older_reviews(
    pool: &PgPool,
    project: ProjectId,
    policy_version: u32,
) -> Result<Vec<OlderReview>, ProjectionError> {
    let rows: Vec<Json<OlderReview>> = sqlx::query_scalar(
        "select jsonb_build_object('phase_id', p.phase_id, 'number', p.number, 'title', p.title, 'stage', s.stage, \
             'policy_version', p.memory #> array['opened', 'stages', s.stage, 'policy', 'version']) \
         from phases p join phase_stages s using (phase_id) \
         where p.project_id = $1 and p.status in ('planning', 'ready') \
             and s.state in ('in_review', 'changes_requested', 'stale') \
             and (p.memory #>> array['opened', 'stages', s.stage, 'policy', 'version'])::bigint < $2 \
         order by p.number, s.ordinal",
    )
    .bind(project.0)
    .bind(i64::from(policy_version))
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}
