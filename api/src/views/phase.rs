//! A phase as its page shows it: each stage with its gate, what it waits for, and what the reader may do.
//!
//! State and permissions come from the phase as the log has it; people, times and texts from read models,
//! which may lag by moments but say nothing about what is allowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use konductro_domain::actor::Person as Reader;
use konductro_domain::artefact::check::Finding;
use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::phase::plan::PhaseKind as DomainKind;
use konductro_domain::phase::{
    GateState as DomainState, OpenedPhase, PhaseError, PhaseVerb as DomainPhaseVerb, Verb as DomainVerb,
};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::stage::{GateKind as DomainGateKind, Stage as DomainStage};
use konductro_projections::artefact_versions::{self, ApprovalWithNote, ChangeRequestWithReason};
use konductro_projections::phase_board::{self, BoardPhase, Evidence, StageRow, Surroundings};
use konductro_projections::review_table::{self, Counts};
use konductro_projections::threads::{self, ThreadWithWords};
use konductro_projections::{ProjectionError, backlog, history};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change_request::{self, ChangeRequest, Colleagues};
use super::conditions::{self, Condition};
use super::evidence;
use super::gate::{self, Blocked, Gate, Record};
use super::people::{People, Person};
use super::review::ProposalCounts;
use super::review_policy::{self, ReviewPolicy};
use super::sentences::{ERASED, sentence};
use super::words::{GateKind, GateState, PhaseKind, PhaseStatus, PhaseVerb, Role, Stage, Verb, roles};

/// A phase as the log has it now, and who reads it.
#[derive(Debug, Clone, Copy)]
pub struct PhaseReader<'a> {
    /// The phase.
    pub phase_id: PhaseId,
    /// As the log has it.
    pub phase: &'a OpenedPhase,
    /// Its stream's sequence.
    pub version: i64,
    /// The reader, with roles and credential.
    pub person: &'a Reader,
}

/// A phase.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Phase {
    /// The phase.
    pub id: Uuid,
    /// Its project.
    pub project_id: Uuid,
    /// The project's key.
    pub project_key: String,
    /// Its number in the project.
    pub number: u32,
    /// Its kind.
    pub kind: PhaseKind,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub brief: String,
    /// Where it stands.
    pub status: PhaseStatus,
    /// Its version, which is its ETag.
    pub version: i64,
    /// When it was opened.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Who opened it; null when it opened by itself.
    pub opened_by: Option<Person>,
    /// Its stages, in order.
    pub stages: Vec<StageView>,
    /// My roles in the project.
    pub my_roles: Vec<Role>,
    /// The kind it had before it was promoted.
    pub promoted_from: Option<PhaseKind>,
    /// How many proposals stand where.
    pub proposals: ProposalCounts,
    /// How many stories it has in the backlog.
    pub stories: i64,
    /// What I may do with the whole phase now.
    pub may: Vec<PhaseVerb>,
    /// Since when it is ready for story generation.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ready_at: Option<OffsetDateTime>,
}

/// A stage of a phase.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StageView {
    /// The stage.
    pub stage: Stage,
    /// What closes it.
    pub kind: GateKind,
    /// Its state.
    pub state: GateState,
    /// Its cycle; each reopening begins another.
    pub cycle: u32,
    /// The latest version of its artefact.
    pub latest_version: Option<u32>,
    /// The version whose approval stands, or stood before it became stale.
    pub approved_version: Option<u32>,
    /// Its gate.
    pub gate: Gate,
    /// What it waits for.
    pub blocked_by: Vec<Blocked>,
    /// What I may do here now.
    pub may: Vec<Verb>,
    /// What I may not do here now, and why.
    pub may_not: Vec<MayNot>,
    /// What must be true before its gate opens.
    pub conditions: Vec<Condition>,
    /// The approval policy that its review is pinned to, and the one of now where that is another; null where there is no
    /// approval gate.
    pub policy: Option<ReviewPolicy>,
    /// What approving unlocks.
    pub effect: String,
    /// How many findings against its approved version wait for an answer.
    pub open_findings: usize,
    /// Where it stands, in one line.
    pub evidence: String,
    /// Since when it is in this state with its latest version: the time in gate.
    #[serde(with = "time::serde::rfc3339")]
    pub since: OffsetDateTime,
}

/// Something that the reader may not do now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MayNot {
    /// What.
    pub verb: Verb,
    /// Why not, and what to do about it.
    pub reason: String,
}

/// What the checker finds in the documents that await a decision.
pub type FoundInStages = BTreeMap<DomainStage, Arc<[Finding]>>;

/// The stages of a phase whose document awaits a decision, so that what is found in it matters.
pub fn awaiting_decision(phase: &OpenedPhase) -> impl Iterator<Item = DomainStage> {
    let awaits = |stage: &DomainStage| {
        matches!(phase.gate(*stage).state(), DomainState::InReview | DomainState::ChangesRequested | DomainState::Stale)
    };
    phase.kind.gated().filter(awaits)
}

/// A phase as the reader sees it.
pub async fn phase(pool: &PgPool, reader: PhaseReader<'_>, findings: &FoundInStages) -> Result<Phase, ProjectionError> {
    let (phase_id, phase) = (reader.phase_id, reader.phase);
    let surroundings = phase_board::surroundings(pool, phase_id, phase.project_id, &phase.brief.hash)
        .await?
        .ok_or_else(|| sqlx::Error::RowNotFound)?;
    let facts = Facts::read(pool, reader, &surroundings).await?;
    let people = People::named(pool, facts.people().chain(surroundings.opened_by)).await?;
    let stages = stages_of(phase)
        .map(|stage| facts.stage(reader, stage, &people, findings.get(&stage).map(AsRef::as_ref)))
        .collect();
    Ok(shown(reader, surroundings, stages, &people, &facts))
}

/// The stages of a phase in order; a promoted one still shows what it was planned with.
fn stages_of(phase: &OpenedPhase) -> impl Iterator<Item = DomainStage> {
    let before = phase.promoted_from.map(DomainKind::stages).unwrap_or_default();
    let kept = before.iter().filter(|stage| !phase.kind.has(**stage));
    kept.chain(phase.kind.stages()).copied()
}

fn shown(
    reader: PhaseReader<'_>,
    surroundings: Surroundings,
    stages: Vec<StageView>,
    people: &People,
    facts: &Facts,
) -> Phase {
    let phase = reader.phase;
    Phase {
        id: reader.phase_id.0,
        project_id: phase.project_id.0,
        project_key: surroundings.project_key.unwrap_or_default(),
        number: phase.number,
        kind: phase.kind.into(),
        title: phase.title.clone(),
        brief: surroundings.brief.unwrap_or_else(|| ERASED.to_owned()),
        status: phase.status.into(),
        version: reader.version,
        created_at: surroundings.opened_at,
        opened_by: surroundings.opened_by.map(|id| people.person(id)),
        stages,
        my_roles: roles(&reader.person.roles),
        promoted_from: phase.promoted_from.map(PhaseKind::from),
        proposals: facts.proposals.into(),
        stories: facts.stories,
        may: DomainPhaseVerb::ALL.into_iter().filter(|verb| facts.permits(reader, *verb)).map(Into::into).collect(),
        ready_at: facts.board.as_ref().and_then(|board| board.phase.ready_at),
    }
}

/// What read models add to a phase's stages.
struct Facts {
    opened_at: OffsetDateTime,
    board: Option<BoardPhase>,
    approvals: Vec<ApprovalWithNote>,
    change_requests: Vec<ChangeRequestWithReason>,
    threads: Vec<ThreadWithWords>,
    colleagues: Colleagues,
    policy: Option<ApprovalPolicy>,
    reopenings: Vec<(DomainStage, String)>,
    proposals: Counts,
    stories: i64,
    in_backlog: Vec<Vec<BasedOn>>,
}

impl Facts {
    async fn read(
        pool: &PgPool,
        reader: PhaseReader<'_>,
        surroundings: &Surroundings,
    ) -> Result<Self, ProjectionError> {
        let mut reopenings = Vec::new();
        let stale = |stage: &&DomainStage| reader.phase.gate(**stage).state() == DomainState::Stale;
        for stage in reader.phase.kind.stages().iter().filter(stale) {
            let cause = reader.phase.stages.get(stage).and_then(|record| record.stale_cause);
            if let Some(cause) = cause
                && let Some(reason) = history::reason_of_reopening(pool, reader.phase_id, cause).await?
            {
                reopenings.push((*stage, reason));
            }
        }
        let change_requests = artefact_versions::change_requests(pool, reader.phase_id).await?;
        let stories = backlog::of_phase(pool, reader.phase_id).await?;
        let in_backlog = match stories {
            0 => Vec::new(),
            _ => backlog::bases_of_phase(pool, reader.phase.project_id, reader.phase_id).await?,
        };
        Ok(Self {
            opened_at: surroundings.opened_at,
            policy: surroundings.approval_policy.clone(),
            threads: threads::of_phase(pool, reader.phase_id).await?,
            colleagues: Colleagues::read(pool, reader, &change_requests).await?,
            board: phase_board::phase(pool, reader.phase_id).await?,
            approvals: artefact_versions::approvals(pool, reader.phase_id).await?,
            change_requests,
            reopenings,
            proposals: review_table::counts(pool, reader.phase_id).await?,
            stories,
            in_backlog,
        })
    }

    /// Whether the reader may do something with the whole phase; completing it also waits for the review.
    fn permits(&self, reader: PhaseReader<'_>, verb: DomainPhaseVerb) -> bool {
        let undecided = verb == DomainPhaseVerb::Complete && self.proposals.proposed > 0;
        !undecided && reader.phase.permits_for_phase(verb, reader.person).is_ok()
    }

    /// Everybody whom the page names.
    fn people(&self) -> impl Iterator<Item = UserId> {
        let stages = self.board.iter().flat_map(|board| &board.stages);
        let approvers = self.approvals.iter().map(|given| given.row.approver);
        let requesters = self.change_requests.iter().flat_map(change_request::people_of);
        stages.flat_map(evidence::people).chain(approvers).chain(requesters)
    }

    fn row(&self, stage: DomainStage) -> Option<&StageRow> {
        self.board.iter().flat_map(|board| &board.stages).find(|row| row.stage == stage)
    }

    fn evidence(&self, stage: DomainStage) -> Evidence {
        self.row(stage).map(|row| row.evidence.clone()).unwrap_or_default()
    }

    fn change_requests_of(&self, reader: PhaseReader<'_>, stage: DomainStage, people: &People) -> Vec<ChangeRequest> {
        let (requests, threads) = (&self.change_requests, &self.threads);
        change_request::of_stage(requests, threads, people, reader, &self.colleagues, stage).collect()
    }

    fn stage(
        &self,
        reader: PhaseReader<'_>,
        stage: DomainStage,
        people: &People,
        findings: Option<&[Finding]>,
    ) -> StageView {
        let phase = reader.phase;
        let evidence = self.evidence(stage);
        let written_at = evidence.written.as_ref().map_or(self.opened_at, |written| written.at);
        let record = Record {
            approvals: &self.approvals,
            change_requests: self.change_requests_of(reader, stage, people),
            people,
            written_at,
            approved_at: evidence.approved.as_ref().map_or(written_at, |approved| approved.at),
            reopening: self.reopenings.iter().find(|(stale, _)| *stale == stage).map(|(_, reason)| reason.as_str()),
        };
        let state = evidence::state(stage, phase.gate(stage).state(), self.proposals);
        let known = phase.stages.get(&stage);
        let latest_version = known.and_then(|known| known.latest.as_ref()).map(|latest| latest.version);
        let (may, may_not) = permissions(reader, stage, &self.in_backlog);
        StageView {
            stage: stage.into(),
            kind: stage.gate_kind().into(),
            state: state.into(),
            cycle: known.map_or(1, |known| known.cycle),
            latest_version,
            approved_version: known.and_then(|known| known.approved.as_ref()).map(|approved| approved.version),
            gate: gate::shown(phase, stage, &record),
            blocked_by: gate::blocked(&phase.blocked_by(stage)),
            may,
            may_not,
            conditions: conditions::of(phase, stage, findings),
            policy: review_policy::of(phase, stage, self.policy.as_ref()),
            effect: conditions::effect(phase, stage),
            open_findings: phase.open_findings(stage),
            evidence: evidence::line(stage, state, latest_version, &evidence, self.proposals, people),
            since: self.row(stage).map_or(self.opened_at, |row| row.since),
        }
    }
}

/// What the reader may do in a stage now, and what not and why; verbs that the stage never has are left out.
fn permissions(reader: PhaseReader<'_>, stage: DomainStage, in_backlog: &[Vec<BasedOn>]) -> (Vec<Verb>, Vec<MayNot>) {
    let (mut may, mut may_not) = (Vec::new(), Vec::new());
    for verb in DomainVerb::ALL {
        if is_of_review(verb) && stage.gate_kind() != DomainGateKind::Review {
            continue;
        }
        let permitted = reader.phase.permits(verb, stage, reader.person).and_then(|_| match verb {
            DomainVerb::WithdrawApproval => reader.phase.bears_nothing_in_backlog(stage, in_backlog),
            _ => Ok(()),
        });
        match permitted {
            Ok(()) => may.push(verb.into()),
            Err(PhaseError::NoArtefact(_) | PhaseError::OneOffStories) => {}
            Err(_) if is_of_analysis(verb) && stage != DomainStage::TechnicalAnalysis => {}
            Err(error) => may_not.push(MayNot { verb: verb.into(), reason: sentence(&error) }),
        }
    }
    (may, may_not)
}

/// Whether a verb is of the hand-off to an IDE, which only the technical analysis has.
fn is_of_analysis(verb: DomainVerb) -> bool {
    matches!(verb, DomainVerb::SubmitTechnicalAnalysis | DomainVerb::AdoptSubmission | DomainVerb::ReportDrift)
}

/// Whether a verb is of the story review, which only the stories stage has.
fn is_of_review(verb: DomainVerb) -> bool {
    matches!(verb, DomainVerb::GenerateStories | DomainVerb::ReviewStories | DomainVerb::ApproveProposals)
}
