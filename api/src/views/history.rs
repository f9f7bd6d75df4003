//! Every event of a phase as an auditor reads it: exactly what is in the log, and one sentence for people.

use std::collections::HashMap;

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::conversation::ConversationEvent;
use konductro_domain::event::Event;
use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::phase::PhaseEvent;
use konductro_domain::story::StoryEvent;
use konductro_domain::story_review::StoryReviewEvent;
use konductro_domain::text::Hash;
use konductro_domain::workspace::WorkspaceEvent;
use konductro_projections::history::{self, HistoryRow, Wanted};
use konductro_projections::{ProjectionError, event_log};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::People;
use super::words::Role;
use crate::http::Page;

mod conversation;
mod phase;
mod review;
mod story;

/// One event of a phase.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HistoryEvent {
    /// Its place in the log.
    pub position: i64,
    /// Its own id.
    pub id: Uuid,
    /// Its name.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The version of its shape.
    pub version: u32,
    /// When it was decided.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who caused it.
    pub actor: HistoryActor,
    /// The stream it belongs to.
    pub stream: String,
    /// Its place in its stream.
    pub sequence: i64,
    /// The phase.
    pub phase_id: Uuid,
    /// What happened; texts are named by hash.
    pub payload: Value,
    /// What happened, in one sentence.
    pub summary: String,
}

/// Who caused an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryActor {
    /// A person, Conductor or the system.
    pub kind: ActorKind,
    /// The person.
    pub user_id: Option<Uuid>,
    /// The person's name now.
    pub name: Option<String>,
    /// The role acted in.
    pub role: Option<Role>,
    /// How the person proved who they are.
    pub credential: Option<CredentialKind>,
}

/// What kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A person.
    Person,
    /// The AI, or guided mode in its place.
    Conductor,
    /// A policy, or start-up.
    System,
}

/// What kind of thing happened: what a history can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HistoryKind {
    /// The phase as a whole, and what its gates did.
    Gates,
    /// Versions of documents.
    Versions,
    /// What people and Conductor wrote.
    Conversation,
    /// Threads and change requests.
    Discussion,
    /// Proposals in review.
    Review,
    /// Stories of the backlog.
    Stories,
}

impl HistoryKind {
    /// The names of its events.
    pub fn types(self) -> Vec<String> {
        let names: Vec<&str> = match self {
            Self::Conversation => ConversationEvent::NAMES.to_vec(),
            Self::Review => StoryReviewEvent::NAMES.to_vec(),
            Self::Stories => StoryEvent::NAMES.to_vec(),
            Self::Gates | Self::Versions | Self::Discussion => {
                PhaseEvent::NAMES.iter().copied().filter(|name| Self::of(name) == self).collect()
            }
        };
        names.into_iter().map(str::to_owned).collect()
    }

    /// The kind of one of a phase's own events.
    fn of(name: &str) -> Self {
        match name {
            "ArtefactVersionAdded" | "DocumentSetAside" => Self::Versions,
            "ThreadOpened"
            | "ThreadReplied"
            | "ThreadResolved"
            | "ThreadReopened"
            | "ChangesRequested"
            | "ChangeRequestPlaced"
            | "ChangeRequestAnswered"
            | "ChangeRequestWithdrawn"
            | "ChangeRequestDismissed"
            | "ChangeRequestCleared" => Self::Discussion,
            _ => Self::Gates,
        }
    }
}

/// How a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// An interactive browser session.
    Session,
    /// An API token.
    Token,
    /// The machine's own console.
    Console,
}

/// A page of a phase's events after a position, oldest first; the cursor is the position to go on after.
pub async fn of_phase(
    pool: &PgPool,
    phase: PhaseId,
    wanted: &Wanted,
    after: i64,
    limit: i64,
) -> Result<Page<HistoryEvent>, ProjectionError> {
    let mut rows = history::of_phase(pool, phase, wanted, after, limit + 1).await?;
    let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    let next_cursor = rows.last().filter(|_| more).map(|row| row.position.to_string());
    let people = People::named(pool, rows.iter().flat_map(people_of)).await?;
    let reasons = reasons_of_erasing(pool, &rows).await?;
    Ok(Page { items: rows.into_iter().map(|row| shown(row, &people, &reasons)).collect(), next_cursor })
}

/// One event.
pub(super) async fn one(pool: &PgPool, row: HistoryRow) -> Result<HistoryEvent, ProjectionError> {
    let people = People::named(pool, people_of(&row)).await?;
    let reasons = reasons_of_erasing(pool, std::slice::from_ref(&row)).await?;
    Ok(shown(row, &people, &reasons))
}

/// Why texts were erased: auditors read that in the history itself.
async fn reasons_of_erasing(pool: &PgPool, rows: &[HistoryRow]) -> Result<HashMap<Hash, String>, ProjectionError> {
    let reason = |row: &HistoryRow| match &row.payload {
        Event::Workspace(WorkspaceEvent::TextErased { reason, .. }) => Some(reason.hash),
        _ => None,
    };
    let named: Vec<Hash> = rows.iter().filter_map(reason).collect();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(event_log::texts(&mut *pool.acquire().await?, &named).await?)
}

fn people_of(row: &HistoryRow) -> impl Iterator<Item = UserId> + use<> {
    let named = match &row.payload {
        Event::Phase(PhaseEvent::ArtefactApproved { approved_by, .. }) => approved_by.clone(),
        Event::Phase(PhaseEvent::ActedOnBehalf { delegator, .. }) => vec![*delegator],
        Event::Story(StoryEvent::StoryCreated { created_by, .. }) => vec![*created_by],
        _ => Vec::new(),
    };
    named.into_iter().chain(row.actor.user_id())
}

fn shown(row: HistoryRow, people: &People, reasons: &HashMap<Hash, String>) -> HistoryEvent {
    let summary = summary(&row, people, reasons);
    HistoryEvent {
        position: row.position,
        id: row.event_id.0,
        event_type: row.event_type,
        version: 1,
        at: row.at,
        actor: actor(row.actor, row.role, row.credential, people),
        stream: format!("{}/{}", row.aggregate_type, row.aggregate_id),
        sequence: row.sequence,
        phase_id: row.phase_id.0,
        payload: serde_json::to_value(&row.payload).unwrap_or_default(),
        summary,
    }
}

fn actor(
    actor: Actor,
    role: Option<konductro_domain::role::Role>,
    credential: Option<Credential>,
    people: &People,
) -> HistoryActor {
    let kind = match actor {
        Actor::Person { .. } => ActorKind::Person,
        Actor::Conductor => ActorKind::Conductor,
        Actor::System => ActorKind::System,
    };
    let user = actor.user_id();
    HistoryActor {
        kind,
        user_id: user.map(|id| id.0),
        name: user.map(|id| people.name(id).to_owned()),
        role: role.map(Role::from),
        credential: credential.map(|credential| match credential {
            Credential::Session(_) => CredentialKind::Session,
            Credential::Token(_) => CredentialKind::Token,
            Credential::Console => CredentialKind::Console,
        }),
    }
}

fn summary(row: &HistoryRow, people: &People, reasons: &HashMap<Hash, String>) -> String {
    let who = match row.actor {
        Actor::Person { user_id } => people.name(user_id),
        Actor::Conductor => "Conductor",
        Actor::System => "Konductro",
    };
    match &row.payload {
        Event::Phase(event) => phase::sentence(event, who, people),
        Event::Conversation(event) => conversation::sentence(event, who),
        Event::StoryReview(event) => review::sentence(event, who),
        Event::Story(event) => story::sentence(event, who, people),
        Event::Workspace(WorkspaceEvent::TextErased { reason, .. }) => match reasons.get(&reason.hash) {
            Some(reason) => format!("{who} erased a text: {reason}"),
            None => format!("{who} erased a text; the reason was erased too."),
        },
        Event::Project(_) | Event::Workspace(_) => format!("{} happened.", row.event_type),
    }
}
