//! Fences: rules that span streams hold although each stream has its own lock.
//!
//! A message depends on its phase's stage, everything on membership and policy. Each such fact has a row
//! with an epoch. A command reads the epoch *before* it loads what the fence guards, the append checks
//! that it still holds, and the events that change the fact raise it in their own append.

use konductro_domain::event::Event;
use konductro_domain::ids::{PhaseId, ProjectId, UserId};
use konductro_domain::phase::PhaseEvent;
use konductro_domain::project::ProjectEvent;
use konductro_domain::stage::Stage;
use serde_json::{Value, json};
use sqlx::{PgExecutor, Row};

use super::receipts;
use super::statement::Head;

/// What a fence guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FenceScope {
    /// The roles of one person in one project; the value is the array of roles, the authoritative one.
    Member(ProjectId, UserId),
    /// Whether one stage of a phase is open, locked, approved or over.
    Stage(PhaseId, Stage),
    /// Who acts for whom in a project.
    Delegations(ProjectId),
    /// A project's approval policy; the value is the policy (null in projects older than that).
    ProjectPolicy(ProjectId),
    /// The story review of a phase: what is proposed, decided and under way.
    Review(PhaseId),
}

impl std::fmt::Display for FenceScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FenceScope::Member(project, user) => write!(f, "member:{project}:{user}"),
            FenceScope::Stage(phase, stage) => write!(f, "stage:{phase}:{stage}"),
            FenceScope::Delegations(project) => write!(f, "delegations:{project}"),
            FenceScope::ProjectPolicy(project) => write!(f, "policy:{project}"),
            FenceScope::Review(phase) => write!(f, "review:{phase}"),
        }
    }
}

/// A fence as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct FenceState {
    /// How often the fact changed; 0 where it never did.
    pub epoch: i64,
    /// The fact itself, where the fence carries it; null otherwise.
    pub value: Value,
}

/// What guards whatever one person does in one phase, and how far the phase's stream goes, read at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct PhaseFences {
    /// The phase's project, which never changes.
    pub project: ProjectId,
    /// The person's roles in it.
    pub member: FenceState,
    /// The project's approval policy.
    pub policy: FenceState,
    /// The stage, where one was named.
    pub stage: FenceState,
    /// Where the phase's stream ends.
    pub(crate) head: Head,
}

/// What a command relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FenceCheck {
    /// The fence.
    pub scope: FenceScope,
    /// The epoch that was read.
    pub epoch: i64,
}

/// A fence that an event raises.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Raise {
    pub(crate) scope: FenceScope,
    /// The new fact, where the fence carries it.
    pub(crate) value: Option<Value>,
}

/// Reads a fence; one that was never raised is at epoch 0.
pub async fn read(executor: impl PgExecutor<'_>, scope: &FenceScope) -> Result<FenceState, sqlx::Error> {
    let row = sqlx::query("SELECT epoch, coalesce(value, 'null'::json) AS value FROM fences WHERE scope = $1")
        .bind(scope.to_string())
        .fetch_optional(executor)
        .await?;
    Ok(match row {
        None => FenceState { epoch: 0, value: Value::Null },
        Some(row) => FenceState { epoch: row.try_get("epoch")?, value: row.try_get("value")? },
    })
}

/// Reads the fences of a phase in one round trip; `None` where there is no such phase. Its project, where it is
/// known already, need not be looked up in the log.
pub async fn read_of_phase(
    executor: impl PgExecutor<'_>,
    phase: PhaseId,
    project: Option<ProjectId>,
    person: UserId,
    stage: Option<Stage>,
) -> Result<Option<PhaseFences>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT opened.project::uuid AS project, member.epoch AS member_epoch, member.value AS member_value,
                policy.epoch AS policy_epoch, policy.value AS policy_value, stage.epoch AS stage_epoch,
                head.sequence AS head_sequence, head.leaf_hash AS head_hash
           FROM (SELECT coalesce($4, (SELECT payload ->> 'project_id' FROM events
                                       WHERE aggregate_type = 'phase' AND aggregate_id = $1 AND sequence = 1)) AS project) AS opened
          CROSS JOIN (SELECT sequence, leaf_hash FROM events
                       WHERE aggregate_type = 'phase' AND aggregate_id = $1 ORDER BY sequence DESC LIMIT 1) AS head
           LEFT JOIN fences member ON member.scope = 'member:' || opened.project || ':' || $2
           LEFT JOIN fences policy ON policy.scope = 'policy:' || opened.project
           LEFT JOIN fences stage ON stage.scope = $3",
    )
    .bind(phase.to_string())
    .bind(person.to_string())
    .bind(stage.map(|stage| FenceScope::Stage(phase, stage).to_string()))
    .bind(project.map(|project| project.to_string()))
    .fetch_optional(executor)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let state = |epoch: &str, value: Option<Value>| {
        let epoch: Option<i64> = row.try_get(epoch)?;
        Ok::<_, sqlx::Error>(FenceState { epoch: epoch.unwrap_or(0), value: value.unwrap_or(Value::Null) })
    };
    Ok(Some(PhaseFences {
        project: ProjectId(row.try_get("project")?),
        member: state("member_epoch", row.try_get("member_value")?)?,
        policy: state("policy_epoch", row.try_get("policy_value")?)?,
        stage: state("stage_epoch", None)?,
        head: Head {
            sequence: row.try_get("head_sequence")?,
            leaf_hash: *receipts::hash("head_hash", row.try_get("head_hash")?)?.bytes(),
        },
    }))
}

/// The fences that one event of a stream raises.
pub(crate) fn raised_by(event: &Event, aggregate_id: &str) -> Vec<Raise> {
    match event {
        Event::Project(event) => aggregate_id.parse().map(|id| by_project(event, id)).unwrap_or_default(),
        Event::Phase(event) => aggregate_id.parse().map(|id| by_phase(event, id)).unwrap_or_default(),
        Event::StoryReview(_) => {
            let raise = |phase| Raise { scope: FenceScope::Review(phase), value: None };
            aggregate_id.parse().map(raise).into_iter().collect()
        }
        Event::Workspace(_) | Event::Conversation(_) | Event::Story(_) => Vec::new(),
    }
}

fn by_project(event: &ProjectEvent, project: ProjectId) -> Vec<Raise> {
    match event {
        ProjectEvent::MemberRolesSet { user_id, roles, .. } => {
            vec![Raise { scope: FenceScope::Member(project, *user_id), value: Some(json!(roles)) }]
        }
        ProjectEvent::MemberRemoved { user_id, .. } => {
            vec![Raise { scope: FenceScope::Member(project, *user_id), value: Some(json!([])) }]
        }
        ProjectEvent::ProjectCreated { approval_policy, .. }
        | ProjectEvent::ApprovalPolicyChanged { approval_policy } => {
            vec![Raise { scope: FenceScope::ProjectPolicy(project), value: Some(json!(approval_policy)) }]
        }
        ProjectEvent::RoleDelegated { .. } | ProjectEvent::DelegationEnded { .. } => {
            vec![Raise { scope: FenceScope::Delegations(project), value: None }]
        }
        ProjectEvent::BudgetSet { .. }
        | ProjectEvent::ProjectRenamed { .. }
        | ProjectEvent::ProjectContextChanged { .. }
        | ProjectEvent::RepositoryAdded { .. }
        | ProjectEvent::RepositoryRemoved { .. } => Vec::new(),
    }
}

fn by_phase(event: &PhaseEvent, phase: PhaseId) -> Vec<Raise> {
    let raise = |stage: Stage| Raise { scope: FenceScope::Stage(phase, stage), value: None };
    match event {
        PhaseEvent::FirstReplyReceived { stage, .. }
        | PhaseEvent::StageUnlocked { stage, .. }
        | PhaseEvent::StageLocked { stage, .. }
        | PhaseEvent::ArtefactApproved { stage, .. }
        | PhaseEvent::StageReturnedToReview { stage, .. }
        | PhaseEvent::StageReopened { stage, .. }
        | PhaseEvent::StageBecameStale { stage, .. } => vec![raise(*stage)],
        PhaseEvent::PhaseCancelled { .. } | PhaseEvent::PhaseCompleted {} | PhaseEvent::PhasePromoted { .. } => {
            Stage::ALL.into_iter().map(raise).collect()
        }
        PhaseEvent::PhaseOpened { .. }
        | PhaseEvent::PhaseRenamed { .. }
        | PhaseEvent::ArtefactVersionAdded { .. }
        | PhaseEvent::DocumentSetAside { .. }
        | PhaseEvent::ChangeRequestPlaced { .. }
        | PhaseEvent::ChangeRequestAnswered { .. }
        | PhaseEvent::ActedOnBehalf { .. }
        | PhaseEvent::ThreadOpened { .. }
        | PhaseEvent::ThreadReplied { .. }
        | PhaseEvent::ThreadResolved { .. }
        | PhaseEvent::ThreadReopened { .. }
        | PhaseEvent::SubmissionKept { .. }
        | PhaseEvent::SubmissionAdopted { .. }
        | PhaseEvent::FindingRaised { .. }
        | PhaseEvent::FindingAccepted { .. }
        | PhaseEvent::FindingDeclined { .. }
        | PhaseEvent::DriftReported { .. }
        | PhaseEvent::ApprovalGiven { .. }
        | PhaseEvent::OpenPointsAcknowledged { .. }
        | PhaseEvent::ApprovalWithdrawn { .. }
        | PhaseEvent::ChangesRequested { .. }
        | PhaseEvent::ChangeRequestWithdrawn { .. }
        | PhaseEvent::ChangeRequestDismissed { .. }
        | PhaseEvent::ChangeRequestCleared { .. }
        | PhaseEvent::ReviewRestarted { .. }
        | PhaseEvent::PhaseBecameReady {}
        | PhaseEvent::PhaseCeasedToBeReady { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use konductro_domain::role::{Role, Roles};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn membership_is_written_with_the_event_that_sets_it() {
        let (project, user) = (ProjectId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let event = Event::Project(ProjectEvent::MemberRolesSet { user_id: user, roles: Roles::from([Role::Sdm]) });
        let raised = raised_by(&event, &project.to_string());
        assert_eq!(raised, [Raise { scope: FenceScope::Member(project, user), value: Some(json!(["sdm"])) }]);
    }

    #[test]
    fn the_end_of_a_phase_raises_every_stage() {
        let phase = PhaseId(Uuid::from_u128(1));
        let raised = raised_by(&Event::Phase(PhaseEvent::PhaseCompleted {}), &phase.to_string());
        assert_eq!(raised.len(), Stage::ALL.len());
    }
}
