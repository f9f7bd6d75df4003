//! A project: name, context, repositories, members with their roles, approval policy.

mod aggregate;
mod events;
pub mod policy;
#[cfg(test)]
mod tests;

pub use aggregate::{CreatedProject, MAX_CONTEXT_BYTES, MAX_NAME, Project, ProjectCommand, ProjectError};
pub use events::ProjectEvent;
