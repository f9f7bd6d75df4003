//! Every refusal of a project: one variant each, a sentence that says what to do next.

use crate::project::delegation::{MAX_DELEGATION_DAYS, MAX_DELEGATIONS};
use crate::project::policy::MAX_APPROVALS;
use crate::role::{Capability, Role, roles_with, spoken};
use crate::stage::Stage;

/// Longest project context, in bytes of UTF-8 (256 KiB).
pub const MAX_CONTEXT_BYTES: usize = 256 * 1024;
/// The largest monthly budget, in millionths of a currency unit: a thousand million units.
pub const MAX_BUDGET_MICROS: u64 = 1_000_000_000_000_000;
/// Longest name of a project or repository, in characters.
pub const MAX_NAME: usize = 120;

/// Why a project refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// There is no such project.
    #[error("there is no such project")]
    Unknown,
    /// A project of this id exists.
    #[error("this project exists already")]
    AlreadyCreated,
    /// The key has the wrong form.
    #[error("the key must be 2 to 10 capital letters or digits, starting with a letter, such as PAY")]
    BadKey,
    /// A name has the wrong form.
    #[error("the name must have 1 to {MAX_NAME} characters on one line")]
    BadName,
    /// The context is too long.
    #[error("the context is over {MAX_CONTEXT_BYTES} bytes; keep what every conversation needs, and link the rest")]
    ContextTooLong,
    /// A remote has the wrong form.
    #[error(
        "the remote must be an address of a repository on one line, such as https://example.com/pay.git or git@example.com:pay.git"
    )]
    BadRemote,
    /// The repository is there already.
    #[error("this repository is in the project already")]
    RepositoryKnown,
    /// The budget is beyond all bounds.
    #[error("a monthly budget is at most {MAX_BUDGET_MICROS} millionths of a currency unit; leave it out for no bound")]
    BudgetTooLarge,
    /// There is no such repository.
    #[error("there is no such repository in the project")]
    UnknownRepository,
    /// There is no such member.
    #[error("this person is not a member of the project")]
    UnknownMember,
    /// A member needs a role.
    #[error("choose at least one role, or remove the member")]
    NoRoles,
    /// Nobody could run the project any more.
    #[error("a project needs an SDM: make somebody else one first")]
    LastSdm,
    /// The person does not hold a role that may do this.
    #[error("this needs the role {} in the project", spoken(.0))]
    RoleRequired(Vec<Role>),
    /// Only an interactive session may do this (rule 4).
    #[error("only a person in a browser session can do this; sign in to the web app")]
    InteractiveOnly,
    /// A policy is for stages with an approval gate.
    #[error("{} has no approval gate, so it needs no policy", .0.title())]
    PolicyWithoutGate(Stage),
    /// A policy names a stage twice.
    #[error("{} is named twice; say once who approves it", .0.title())]
    PolicyTwice(Stage),
    /// A policy without roles would let nobody approve.
    #[error("choose at least one role that may approve {}", .0.title())]
    PolicyWithoutRoles(Stage),
    /// A policy can't give more than the matrix (rule 9).
    #[error("{} can be approved by {} only; leave out {}", stage.title(), spoken(roles_with(Capability::DecideAtGate(*stage))), spoken(roles))]
    PolicyBeyondMatrix {
        /// The stage.
        stage: Stage,
        /// The roles that may never approve it.
        roles: Vec<Role>,
    },
    /// The number of approvals is out of range.
    #[error("{} needs from 1 to {MAX_APPROVALS} approvals", .0.title())]
    PolicyApprovals(Stage),
    /// The role does not decide at any gate.
    #[error("only a role that decides at gates can be delegated: SDM or Architect")]
    RoleNotDelegable,
    /// One can't lend what one does not hold, nor pass on what was lent.
    #[error("you do not hold the role {} in this project, so you can't delegate it; what was delegated to you stays with you", .0.title())]
    RoleNotHeld(Role),
    /// A delegate must hold the same role.
    #[error("a delegate must be another member who holds the role {} too; a delegation never gives a role", .0.title())]
    DelegateWithoutRole(Role),
    /// A delegation has a bounded time.
    #[error("a delegation ends after it begins, not in the past, and at most {MAX_DELEGATION_DAYS} days later")]
    BadPeriod,
    /// Too many delegations run.
    #[error("you have {MAX_DELEGATIONS} delegations that have not ended; end one first")]
    TooManyDelegations,
    /// There is no such delegation.
    #[error("there is no such delegation")]
    UnknownDelegation,
    /// Only the two people, or an SDM, can end a delegation.
    #[error("only the two people it is about, or an SDM, can end a delegation")]
    NotYourDelegation,
}
