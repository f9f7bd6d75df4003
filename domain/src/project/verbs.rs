//! What a person can do with a project: one list, with the capability each needs and the ones that only an
//! interactive session may use (rule 4). Its like for stages and phases is in `phase::verbs`.

use crate::actor::Person;
use crate::project::ProjectError;
use crate::role::Capability;

/// A verb of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProjectVerb {
    /// Change name or context.
    Edit,
    /// Add or remove a repository.
    ManageRepositories,
    /// Give somebody roles.
    SetMemberRoles,
    /// Take somebody out.
    RemoveMember,
    /// Say who approves what.
    ChangeApprovalPolicy,
    /// Say what Conductor may cost in a month.
    SetBudget,
    /// Lend a role of one's own for a time.
    DelegateRole,
    /// End a delegation before its time.
    EndDelegation,
}

impl ProjectVerb {
    /// Every verb.
    pub const ALL: [ProjectVerb; 8] = [
        ProjectVerb::Edit,
        ProjectVerb::ManageRepositories,
        ProjectVerb::SetMemberRoles,
        ProjectVerb::RemoveMember,
        ProjectVerb::ChangeApprovalPolicy,
        ProjectVerb::SetBudget,
        ProjectVerb::DelegateRole,
        ProjectVerb::EndDelegation,
    ];

    /// Whether only a person in an interactive browser session may.
    pub fn is_interactive_only(self) -> bool {
        match self {
            ProjectVerb::Edit | ProjectVerb::ManageRepositories | ProjectVerb::SetBudget => false,
            ProjectVerb::SetMemberRoles
            | ProjectVerb::RemoveMember
            | ProjectVerb::ChangeApprovalPolicy
            | ProjectVerb::DelegateRole
            | ProjectVerb::EndDelegation => true,
        }
    }

    /// The capability that it needs; none where it is about what is one's own.
    pub fn capability(self) -> Option<Capability> {
        match self {
            ProjectVerb::Edit
            | ProjectVerb::ManageRepositories
            | ProjectVerb::SetMemberRoles
            | ProjectVerb::RemoveMember
            | ProjectVerb::ChangeApprovalPolicy
            | ProjectVerb::SetBudget => Some(Capability::ManageProject),
            ProjectVerb::DelegateRole | ProjectVerb::EndDelegation => None,
        }
    }

    /// Refuses whoever does not sit in front of a browser, where that is wanted.
    pub(super) fn admits(self, by: &Person) -> Result<(), ProjectError> {
        if self.is_interactive_only() && !by.credential.is_interactive() {
            return Err(ProjectError::InteractiveOnly);
        }
        Ok(())
    }
}
