//! Delegation: who looks after somebody's change requests while they are away.
//!
//! A person who decides at gates in a role lends it to another member who holds the same role, for a time. It gives
//! the delegate no right that the matrix does not give already, and no second voice: an approval is always the
//! approver's own, and a quorum counts people. What it does give is what only the delegator could do: take back a
//! change request of the delegator's that would otherwise block until they return. It is not transitive, since one
//! can lend only a role that one holds, and only in one's own name; and it runs only as long as both hold the role.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::actor::Person;
use crate::ids::{DelegationId, UserId};
use crate::project::{CreatedProject, ProjectError, ProjectEvent, ProjectVerb};
use crate::role::{Capability, Role, may, roles_with};
use crate::stage::Stage;

/// Longest delegation, in days.
pub const MAX_DELEGATION_DAYS: i64 = 90;
/// Most delegations of one person that have not ended.
pub const MAX_DELEGATIONS: usize = 20;

/// A role that somebody lent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Who is away.
    pub delegator: UserId,
    /// Who acts meanwhile.
    pub delegate: UserId,
    /// The role, which both hold.
    pub role: Role,
    /// From when.
    #[serde(with = "time::serde::rfc3339")]
    pub from: OffsetDateTime,
    /// Until when, not included.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

/// Lend a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegateRole {
    /// Who is away.
    pub by: Person,
    /// The new delegation's id.
    pub delegation_id: DelegationId,
    /// Who acts meanwhile.
    pub delegate: UserId,
    /// The role.
    pub role: Role,
    /// From when; a time that is over means from now.
    pub from: OffsetDateTime,
    /// Until when.
    pub until: OffsetDateTime,
    /// When it is decided.
    pub now: OffsetDateTime,
}

/// On whose behalf somebody acts, and by which delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnBehalf {
    /// The delegation.
    pub delegation_id: DelegationId,
    /// Who lent the role.
    pub delegator: UserId,
    /// The role.
    pub role: Role,
}

/// Whether a role decides at some gate.
pub fn is_delegable(role: Role) -> bool {
    Stage::ALL.into_iter().any(|stage| roles_with(Capability::DecideAtGate(stage)).contains(&role))
}

impl CreatedProject {
    /// On whose behalf a member acts at a moment: only while both of them hold the role.
    pub fn acts_for(&self, delegate: UserId, at: OffsetDateTime) -> Vec<OnBehalf> {
        let runs = |delegation: &Delegation| {
            delegation.delegate == delegate
                && delegation.from <= at
                && at < delegation.until
                && self.holds(delegate, delegation.role)
                && self.holds(delegation.delegator, delegation.role)
        };
        let running = self.delegations.iter().filter(|(_, delegation)| runs(delegation));
        running
            .map(|(id, delegation)| OnBehalf {
                delegation_id: *id,
                delegator: delegation.delegator,
                role: delegation.role,
            })
            .collect()
    }

    pub(super) fn delegate_role(&self, command: &DelegateRole) -> Result<Vec<ProjectEvent>, ProjectError> {
        let (by, role) = (&command.by, command.role);
        if !is_delegable(role) {
            return Err(ProjectError::RoleNotDelegable);
        }
        if !by.roles.contains(&role) {
            return Err(ProjectError::RoleNotHeld(role));
        }
        ProjectVerb::DelegateRole.admits(by)?;
        if self.delegations.contains_key(&command.delegation_id) {
            return Ok(Vec::new());
        }
        if command.delegate == by.user_id || !self.holds(command.delegate, role) {
            return Err(ProjectError::DelegateWithoutRole(role));
        }
        let from = command.from.max(command.now);
        if command.until <= from || command.until - from > Duration::days(MAX_DELEGATION_DAYS) {
            return Err(ProjectError::BadPeriod);
        }
        let own = |delegation: &&Delegation| delegation.delegator == by.user_id && delegation.until > command.now;
        if self.delegations.values().filter(own).count() >= MAX_DELEGATIONS {
            return Err(ProjectError::TooManyDelegations);
        }
        Ok(vec![ProjectEvent::RoleDelegated {
            delegation_id: command.delegation_id,
            delegator: by.user_id,
            delegate: command.delegate,
            role,
            from,
            until: command.until,
        }])
    }

    pub(super) fn end_delegation(
        &self,
        by: &Person,
        delegation_id: DelegationId,
    ) -> Result<Vec<ProjectEvent>, ProjectError> {
        let delegation = self.delegations.get(&delegation_id).ok_or(ProjectError::UnknownDelegation)?;
        let concerned = [delegation.delegator, delegation.delegate].contains(&by.user_id);
        if !concerned && !may(&by.roles, Capability::ManageProject) {
            return Err(ProjectError::NotYourDelegation);
        }
        ProjectVerb::EndDelegation.admits(by)?;
        Ok(vec![ProjectEvent::DelegationEnded { delegation_id }])
    }

    fn holds(&self, member: UserId, role: Role) -> bool {
        self.members.get(&member).is_some_and(|roles| roles.contains(&role))
    }
}
