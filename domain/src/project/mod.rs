//! A project: name, context, repositories, members with their roles, approval policy, delegations.

mod aggregate;
pub mod delegation;
mod errors;
mod events;
pub mod policy;
pub mod satisfiable;
#[cfg(test)]
mod tests;
mod verbs;

pub use aggregate::{CreatedProject, Project, ProjectCommand};
pub use errors::{MAX_BUDGET_MICROS, MAX_CONTEXT_BYTES, MAX_NAME, ProjectError};
pub use events::ProjectEvent;
pub use verbs::ProjectVerb;
