//! Who can move a phase on: the roles that the first unfinished stage waits for, and who of them can't.

use std::collections::BTreeSet;

use konductro_domain::ids::UserId;
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::phase::{GateState, OpenedPhase, PhaseStatus};
use konductro_domain::project::policy::AuthorRule;
use konductro_domain::role::{Capability, Role, roles_with};
use konductro_domain::stage::{GateKind, Stage};
use serde::{Deserialize, Serialize};

/// What the first stage that is not approved waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// Somebody who writes to Conductor, and the reply.
    FirstReply,
    /// A first version.
    Version,
    /// A version that answers the change requests, or completes an incomplete one.
    Revision,
    /// Approvals of the version in review.
    Approval,
    /// A reaffirmation, or a revision, of what became stale.
    Reaffirmation,
}

/// What a phase waits for.
pub(super) struct Waiting {
    pub(super) stage: Stage,
    pub(super) what: WaitsFor,
    pub(super) roles: BTreeSet<Role>,
    pub(super) except: BTreeSet<UserId>,
}

/// What a phase waits for; nothing once it is ready, completed or cancelled.
pub(super) fn of(phase: &OpenedPhase) -> Option<Waiting> {
    if phase.status != PhaseStatus::Planning {
        return None;
    }
    phase.kind.stages().iter().find_map(|stage| stage_waits(phase, *stage))
}

fn stage_waits(phase: &OpenedPhase, stage: Stage) -> Option<Waiting> {
    match stage.gate_kind() {
        GateKind::Approval => {}
        GateKind::FirstReply if phase.gate(stage).state() == GateState::Open => {
            let roles = roles_with(Capability::Converse(stage)).iter().copied().collect();
            return Some(Waiting { stage, what: WaitsFor::FirstReply, roles, except: BTreeSet::new() });
        }
        GateKind::FirstReply | GateKind::Review => return None,
    }
    let latest = phase.stages.get(&stage).and_then(|record| record.latest.as_ref());
    let incomplete = latest.is_some_and(|latest| latest.completeness == Completeness::Incomplete);
    let what = match phase.gate(stage).state() {
        GateState::Locked | GateState::Approved | GateState::Passed => return None,
        GateState::Open => WaitsFor::Version,
        GateState::ChangesRequested => WaitsFor::Revision,
        GateState::InReview if incomplete => WaitsFor::Revision,
        GateState::InReview => WaitsFor::Approval,
        GateState::Stale => WaitsFor::Reaffirmation,
    };
    let (roles, except) = match what {
        WaitsFor::FirstReply | WaitsFor::Version | WaitsFor::Revision => {
            (roles_with(Capability::Converse(stage)).iter().copied().collect(), BTreeSet::new())
        }
        WaitsFor::Approval | WaitsFor::Reaffirmation => {
            (phase.approving_roles(stage).into_iter().collect(), not_approvers(phase, stage))
        }
    };
    Some(Waiting { stage, what, roles, except })
}

/// Who approved already, and under four eyes who wrote it.
fn not_approvers(phase: &OpenedPhase, stage: Stage) -> BTreeSet<UserId> {
    let mut except: BTreeSet<_> = phase.counting_approvals(stage).into_iter().collect();
    if let Some(record) = phase.stages.get(&stage)
        && record.policy.stage(stage).is_some_and(|policy| policy.authors == AuthorRule::MayNotApprove)
    {
        except.extend(record.latest.iter().flat_map(|latest| latest.authors.iter().copied()));
        except.extend(record.authors_since_approval.iter().copied());
    }
    except
}
