//! What happens to a project.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::event_enum;
use crate::ids::{DelegationId, RepositoryId, UserId};
use crate::project::policy::ApprovalPolicy;
use crate::role::{Role, Roles};
use crate::text::TextRef;

event_enum! {
    /// What happens to a project.
    ProjectEvent {
        /// A project was created; its creator becomes its first SDM in the same commit.
        ProjectCreated {
            /// The short key that story keys start with, such as `PAY`.
            key: String,
            /// Its name.
            name: String,
            /// The approval policy that it starts with.
            approval_policy: ApprovalPolicy,
        },
        /// The name was changed.
        ProjectRenamed {
            /// The new name.
            name: String,
        },
        /// The project context was written or changed.
        ProjectContextChanged {
            /// Counts the context's versions, from 1.
            context_version: u32,
            /// The whole new context.
            context: TextRef,
        },
        /// A repository was added.
        RepositoryAdded {
            /// Its id.
            repository_id: RepositoryId,
            /// Its short name.
            name: String,
            /// Where it is.
            remote: String,
            /// The branch that counts, where one was named.
            default_branch: Option<String>,
        },
        /// A repository was removed.
        RepositoryRemoved {
            /// Its id.
            repository_id: RepositoryId,
        },
        /// Somebody's roles are now exactly these.
        MemberRolesSet {
            /// Whose.
            user_id: UserId,
            /// All the roles held from now on; never empty.
            roles: Roles,
        },
        /// Somebody is no longer a member.
        MemberRemoved {
            /// Who.
            user_id: UserId,
        },
        /// The approval policy was changed.
        ApprovalPolicyChanged {
            /// The whole new policy, with its version.
            approval_policy: ApprovalPolicy,
        },
        /// Somebody lent a role to a colleague who holds it too, for a time.
        RoleDelegated {
            /// The delegation.
            delegation_id: DelegationId,
            /// Who is away.
            delegator: UserId,
            /// Who acts meanwhile.
            delegate: UserId,
            /// The role, which both hold.
            role: Role,
            /// From when.
            #[serde(with = "time::serde::rfc3339")]
            from: OffsetDateTime,
            /// Until when, not included.
            #[serde(with = "time::serde::rfc3339")]
            until: OffsetDateTime,
        },
        /// What Conductor may cost in a month was set, or set free.
        BudgetSet {
            /// In millionths of the price table's currency; null for no bound.
            monthly_micros: Option<u64>,
        },
        /// A delegation was taken back or given back before its time.
        DelegationEnded {
            /// The delegation.
            delegation_id: DelegationId,
        },
    }
}
