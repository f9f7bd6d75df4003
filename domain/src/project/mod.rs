//! A project: name, context, repositories, members with their roles, approval policy.

mod events;
pub mod policy;

pub use events::ProjectEvent;
