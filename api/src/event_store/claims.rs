//! Claims: names that are unique over streams, taken in the append of the event that uses them.
//!
//! A claim is never given back: an event that names it stays in the log.

use konductro_domain::event::Event;
use konductro_domain::ids::ProjectId;
use konductro_domain::phase::PhaseEvent;
use konductro_domain::project::ProjectEvent;
use konductro_domain::story::StoryEvent;
use sqlx::PgExecutor;

/// A name that only one stream can have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Claim {
    /// A project's key.
    ProjectKey(String),
    /// A phase's number in its project.
    PhaseNumber(ProjectId, u32),
    /// A story's number in its project.
    StoryNumber(ProjectId, u32),
}

impl Claim {
    /// What it is unique within.
    pub(crate) fn scope(&self) -> String {
        match self {
            Claim::ProjectKey(_) => "project_key".to_owned(),
            Claim::PhaseNumber(project, _) => phase_numbers(*project),
            Claim::StoryNumber(project, _) => story_numbers(*project),
        }
    }

    /// The name.
    pub(crate) fn key(&self) -> String {
        match self {
            Claim::ProjectKey(key) => key.clone(),
            Claim::PhaseNumber(_, number) | Claim::StoryNumber(_, number) => number.to_string(),
        }
    }
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Claim::ProjectKey(key) => write!(f, "the project key {key}"),
            Claim::PhaseNumber(_, number) => write!(f, "phase number {number}"),
            Claim::StoryNumber(_, number) => write!(f, "story number {number}"),
        }
    }
}

fn phase_numbers(project: ProjectId) -> String {
    format!("phase_number:{project}")
}

fn story_numbers(project: ProjectId) -> String {
    format!("story_number:{project}")
}

/// The name that an event takes, where it takes one.
pub(crate) fn taken_by(event: &Event) -> Option<Claim> {
    match event {
        Event::Project(ProjectEvent::ProjectCreated { key, .. }) => Some(Claim::ProjectKey(key.clone())),
        Event::Phase(PhaseEvent::PhaseOpened { project_id, number, .. }) => {
            Some(Claim::PhaseNumber(*project_id, *number))
        }
        Event::Story(StoryEvent::StoryCreated { project_id, number, .. }) => {
            Some(Claim::StoryNumber(*project_id, *number))
        }
        _ => None,
    }
}

/// The number that the project's next phase may take; whoever is later by a moment asks again.
pub async fn next_phase_number(executor: impl PgExecutor<'_>, project: ProjectId) -> Result<u32, sqlx::Error> {
    next_number(executor, phase_numbers(project)).await
}

/// The number that the project's next story may take; whoever is later by a moment asks again.
pub async fn next_story_number(executor: impl PgExecutor<'_>, project: ProjectId) -> Result<u32, sqlx::Error> {
    next_number(executor, story_numbers(project)).await
}

/// One more than the highest number claimed. The longest key is the highest, and among equally long ones the last:
/// that is the end of an index, so it costs the same at the ten thousandth as at the first.
async fn next_number(executor: impl PgExecutor<'_>, scope: String) -> Result<u32, sqlx::Error> {
    let last: Option<i32> = sqlx::query_scalar(
        "SELECT key::integer FROM claims WHERE scope = $1 ORDER BY length(key) DESC, key DESC LIMIT 1",
    )
    .bind(scope)
    .fetch_optional(executor)
    .await?;
    Ok(last.and_then(|last| u32::try_from(last).ok()).unwrap_or(0).saturating_add(1))
}
