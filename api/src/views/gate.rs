//! A stage's gate, as computed by the domain, with the people and times that the log adds to it.

use konductro_domain::ids::UserId;
use konductro_domain::phase::{ApprovedRecord, Current, Gate as DomainGate, Missing, OpenFinding, OpenedPhase};
use konductro_projections::artefact_versions::{ApprovalStanding, ApprovalWithNote};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::change_request::ChangeRequest;
use super::people::{People, Person};
use super::sentences::ERASED;
use super::words::{ChangeRequestState, Role, Stage, roles};

/// One thing that a locked stage waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Blocked {
    /// The stage whose approval is missing.
    pub stage: Stage,
    /// What it needs, and who could give it.
    pub needs: String,
    /// The roles that could give it.
    pub who: Vec<Role>,
}

/// The gate of a stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Gate {
    /// An earlier stage is missing its approval.
    Locked {
        /// What is missing.
        blocked_by: Vec<Blocked>,
    },
    /// Work may go on; nothing awaits a decision.
    Open {},
    /// Conductor has replied, which is all that the stage waits for; its conversation may go on.
    Passed {},
    /// The latest version awaits a decision.
    InReview {
        /// The latest version.
        version: u32,
        /// The hash of its text: what an approval must name.
        content_hash: String,
        /// The hash of what it stands on now: what an approval must name.
        upstream_hash: String,
        /// The stage's cycle: what an approval must name.
        cycle: u32,
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        since: OffsetDateTime,
        /// Approvals of it so far.
        approvals: Vec<Approval>,
        /// How many different people must approve.
        required_approvals: usize,
        /// The roles that may approve.
        waiting_for: Vec<Role>,
        /// What people wanted changed in an earlier version, and have not cleared yet.
        change_requests: Vec<ChangeRequest>,
    },
    /// The latest version was sent back.
    ChangesRequested {
        /// The latest version.
        version: u32,
        /// The hash of its text.
        content_hash: String,
        /// The hash of what it stands on now.
        upstream_hash: String,
        /// The stage's cycle.
        cycle: u32,
        /// What people want changed.
        change_requests: Vec<ChangeRequest>,
    },
    /// The latest version is approved, and so is what it stands on.
    Approved {
        /// The approved version.
        version: u32,
        /// The hash of its text.
        content_hash: String,
        /// The hash of what it stands on.
        upstream_hash: String,
        /// The stage's cycle.
        cycle: u32,
        /// Whose approvals made it so.
        approvals: Vec<Approval>,
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// It was approved, but something it stands on has changed.
    Stale {
        /// The version that was approved.
        version: u32,
        /// The hash of its text.
        content_hash: String,
        /// The hash of what it stands on now: what a reaffirmation must name.
        upstream_hash: String,
        /// The stage's cycle.
        cycle: u32,
        /// The approvals that no longer count.
        approvals: Vec<Approval>,
        /// What changed.
        cause: Option<StaleCause>,
    },
}

/// What made an artefact stale.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StaleCause {
    /// The stage that changed.
    pub stage: Stage,
    /// Its version that the artefact was approved on.
    pub from_version: Option<u32>,
    /// Its version that is approved now.
    pub to_version: Option<u32>,
    /// Why it was opened again.
    pub reason: String,
}

/// One approval.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Approval {
    /// The version.
    pub version: u32,
    /// The hash of what was shown.
    pub content_hash: String,
    /// The hash of what it stood on, as shown.
    pub upstream_hash: String,
    /// The stage's cycle.
    pub cycle: u32,
    /// Who.
    pub by: Person,
    /// The role in which it was given.
    pub role: Role,
    /// The policy it was given under.
    pub policy_version: u32,
    /// A note for the record.
    pub note: Option<String>,
    /// How many findings were open then.
    pub open_findings: usize,
    /// The blocking ones among them, which were waived.
    pub waivers: Vec<Waiver>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it counts now.
    pub counts: bool,
}

/// A blocking finding that an approver took responsibility for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Waiver {
    /// The finding.
    pub finding_id: String,
    /// Why it may stand.
    pub reason: String,
}

/// What the log adds to a gate: people, times, notes, reasons.
pub(super) struct Record<'a> {
    pub(super) approvals: &'a [ApprovalWithNote],
    /// The change requests of the stage, oldest first.
    pub(super) change_requests: Vec<ChangeRequest>,
    pub(super) people: &'a People,
    /// When the latest version came.
    pub(super) written_at: OffsetDateTime,
    /// When the approval that stands was given.
    pub(super) approved_at: OffsetDateTime,
    /// Why the stage that made this one stale was opened again.
    pub(super) reopening: Option<&'a str>,
}

/// The gate of a stage with its record.
pub(super) fn shown(phase: &OpenedPhase, stage: konductro_domain::stage::Stage, record: &Record<'_>) -> Gate {
    let counting = phase.counting_approvals(stage);
    let approvals_of = |version: u32, cycle: u32| approvals(record, stage, version, cycle, &counting);
    match phase.gate(stage) {
        DomainGate::Locked(missing) => Gate::Locked { blocked_by: blocked(&missing) },
        DomainGate::Open => Gate::Open {},
        DomainGate::Passed => Gate::Passed {},
        DomainGate::InReview(Current { version, content_hash, upstream_hash, cycle }) => Gate::InReview {
            version,
            content_hash: content_hash.to_string(),
            upstream_hash: upstream_hash.to_string(),
            cycle,
            since: record.written_at,
            approvals: approvals_of(version, cycle),
            required_approvals: phase.required_approvals(stage),
            waiting_for: roles(&phase.approving_roles(stage)),
            change_requests: open(&record.change_requests),
        },
        DomainGate::ChangesRequested(Current { version, content_hash, upstream_hash, cycle }) => {
            Gate::ChangesRequested {
                version,
                content_hash: content_hash.to_string(),
                upstream_hash: upstream_hash.to_string(),
                cycle,
                change_requests: open(&record.change_requests),
            }
        }
        DomainGate::Approved(ApprovedRecord { version, content_hash, upstream_hash, cycle, .. }) => Gate::Approved {
            version,
            content_hash: content_hash.to_string(),
            upstream_hash: upstream_hash.to_string(),
            cycle,
            approvals: approvals_of(version, cycle),
            at: record.approved_at,
        },
        DomainGate::Stale(ApprovedRecord { version, content_hash, cycle, .. }) => Gate::Stale {
            version,
            content_hash: content_hash.to_string(),
            upstream_hash: phase.upstream_hash(stage).to_string(),
            cycle,
            approvals: approvals_of(version, cycle),
            cause: stale_cause(phase, stage, record.reopening),
        },
    }
}

fn open(requests: &[ChangeRequest]) -> Vec<ChangeRequest> {
    requests.iter().filter(|request| request.state == ChangeRequestState::Open).cloned().collect()
}

/// What a stage waits for.
pub(super) fn blocked(missing: &[Missing]) -> Vec<Blocked> {
    let one = |missing: &Missing| Blocked {
        stage: missing.stage.into(),
        needs: missing.to_string(),
        who: roles(&missing.who),
    };
    missing.iter().map(one).collect()
}

fn stale_cause(
    phase: &OpenedPhase,
    stage: konductro_domain::stage::Stage,
    reopening: Option<&str>,
) -> Option<StaleCause> {
    let record = phase.stages.get(&stage)?;
    let cause = record.stale_cause?;
    let stood_on = record.latest.as_ref().and_then(|latest| latest.based_on.iter().find(|on| on.stage == cause));
    let now = phase.stages.get(&cause).and_then(|record| record.approved.as_ref());
    let reopened = || format!("{} was opened again", cause.title());
    Some(StaleCause {
        stage: cause.into(),
        from_version: stood_on.map(|on| on.version),
        to_version: now.map(|approved| approved.version),
        reason: reopening.map_or_else(reopened, str::to_owned),
    })
}

/// The approvals of a version in a cycle, without those that were taken back.
fn approvals(
    record: &Record<'_>,
    stage: konductro_domain::stage::Stage,
    version: u32,
    cycle: u32,
    counting: &[UserId],
) -> Vec<Approval> {
    record
        .approvals
        .iter()
        .filter(|given| given.row.stage == stage && given.row.version == version && given.row.cycle == cycle)
        .filter(|given| given.row.standing != ApprovalStanding::Withdrawn)
        .map(|given| approval(given, record.people, counting))
        .collect()
}

/// One approval; it counts while the log and the domain both say so.
pub(super) fn approval(given: &ApprovalWithNote, people: &People, counting: &[UserId]) -> Approval {
    let row = &given.row;
    Approval {
        version: row.version,
        content_hash: row.content_hash.to_string(),
        upstream_hash: row.upstream_hash.to_string(),
        cycle: row.cycle,
        by: people.person(row.approver),
        role: row.role.into(),
        policy_version: row.policy_version,
        note: row.note_hash.map(|_| given.note.clone().unwrap_or_else(|| ERASED.to_owned())),
        open_findings: row.open_findings.len(),
        waivers: row.open_findings.iter().filter_map(|open| waiver(open, given)).collect(),
        at: row.at,
        counts: row.standing == ApprovalStanding::Counts && counting.contains(&row.approver),
    }
}

fn waiver(open: &OpenFinding, given: &ApprovalWithNote) -> Option<Waiver> {
    let reason = given.waivers.get(&open.waiver?.hash.to_string());
    let reason = reason.cloned().unwrap_or_else(|| ERASED.to_owned());
    Some(Waiver { finding_id: open.finding_id.clone(), reason })
}
