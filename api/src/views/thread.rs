//! Threads beside an artefact as they are shown: each at its place in the latest version, or as gone from it.

use konductro_domain::artefact::anchor::{Anchor as DomainAnchor, Place, Searchable};
use konductro_domain::artefact::reference::Reference;
use konductro_domain::ids::{ThreadId, UserId};
use konductro_domain::phase::Verb as DomainVerb;
use konductro_domain::stage::Stage as DomainStage;
use konductro_domain::text::Text;
use konductro_projections::ProjectionError;
use konductro_projections::artefact_versions::{self, ChangeRequestWithReason};
use konductro_projections::threads::{self, ThreadWithWords};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change_request::{self, ChangeRequest, Colleagues};
use super::people::{People, Person};
use super::phase::PhaseReader;
use super::sentences::ERASED;
use super::words::{Stage, Verb};

/// A thread beside an artefact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Thread {
    /// The thread; of a change request its id.
    pub id: Uuid,
    /// The stage.
    pub stage: Stage,
    /// The version it was opened beside.
    pub version: u32,
    /// Who opened it.
    pub by: Person,
    /// What was said.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The place that it is about.
    pub anchor: Anchor,
    /// Where that is in the latest version; null where the text is gone.
    pub found: Option<FoundPlace>,
    /// The answers, oldest first.
    pub replies: Vec<ThreadReply>,
    /// Who declared it settled, and when; null while it is open, and for a change request.
    pub resolved: Option<Resolved>,
    /// The change request that it is; null for a remark.
    pub change_request: Option<ChangeRequest>,
    /// What I may do here now.
    pub may: Vec<Verb>,
}

/// The place that a thread is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Anchor {
    /// The whole text.
    Whole {},
    /// A section.
    Section {
        /// Its heading.
        heading: String,
    },
    /// What an id defines.
    Item {
        /// The id.
        id: String,
    },
    /// Quoted words.
    Quote {
        /// The words.
        words: String,
        /// Which of several equal quotes, from 0.
        occurrence: u32,
    },
}

/// Where a place is in the latest version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FoundPlace {
    /// The line it begins on, from 1.
    pub line: u32,
    /// The heading of its section; empty before the first one.
    pub section: String,
}

/// An answer in a thread.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ThreadReply {
    /// Where it stands in the log.
    pub position: i64,
    /// Who.
    pub by: Person,
    /// What.
    pub text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// Who declared a thread settled.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Resolved {
    /// Who.
    pub by: Person,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// The threads of a stage, in the order of their places; those whose text is gone come last.
pub async fn of_stage(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    stage: DomainStage,
) -> Result<Vec<Thread>, ProjectionError> {
    let known = threads::of_phase(pool, reader.phase_id).await?;
    let of_stage = known.into_iter().filter(|thread| thread.row.stage == stage).collect();
    let mut threads = shown(pool, reader, stage, of_stage).await?;
    threads.sort_by_key(|thread| (thread.found.as_ref().map_or(u32::MAX, |found| found.line), thread.at));
    Ok(threads)
}

/// One thread of a stage.
pub async fn one(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    stage: DomainStage,
    id: ThreadId,
) -> Result<Option<Thread>, ProjectionError> {
    let known = threads::thread(pool, id).await?;
    let known = known.filter(|thread| thread.row.stage == stage && thread.row.phase_id == reader.phase_id);
    Ok(shown(pool, reader, stage, known.into_iter().collect()).await?.pop())
}

async fn shown(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    stage: DomainStage,
    threads: Vec<ThreadWithWords>,
) -> Result<Vec<Thread>, ProjectionError> {
    if threads.is_empty() {
        return Ok(Vec::new());
    }
    let requests = artefact_versions::change_requests(pool, reader.phase_id).await?;
    let colleagues = Colleagues::read(pool, reader, &requests).await?;
    let latest = artefact_versions::latest(pool, reader.phase_id, stage).await?;
    let named = threads.iter().flat_map(people_of).chain(requests.iter().flat_map(change_request::people_of));
    let people = People::named(pool, named).await?;
    let markdown = latest.and_then(|latest| latest.markdown).unwrap_or_default();
    let text = Searchable::of(&markdown);
    let context = Context { reader, requests: &requests, colleagues: &colleagues, people: &people };
    Ok(threads.into_iter().map(|thread| context.thread(thread, &text)).collect())
}

fn people_of(thread: &ThreadWithWords) -> impl Iterator<Item = UserId> + use<'_> {
    let replies = thread.replies.iter().map(|reply| reply.row.author);
    replies.chain([thread.row.opened_by]).chain(thread.row.resolved_by)
}

/// What a thread is shown with.
struct Context<'a> {
    reader: PhaseReader<'a>,
    requests: &'a [ChangeRequestWithReason],
    colleagues: &'a Colleagues,
    people: &'a People,
}

impl Context<'_> {
    fn thread(&self, thread: ThreadWithWords, text: &Searchable<'_>) -> Thread {
        let row = &thread.row;
        let request = self.requests.iter().find(|request| ThreadId::of(request.row.change_request_id) == row.thread_id);
        let change_request = request
            .map(|request| change_request::shown(request, Some(&thread), self.people, self.reader, self.colleagues));
        let resolved = row.resolved_by.zip(row.resolved_at);
        let replies = thread.replies.iter().map(|reply| ThreadReply {
            position: reply.row.position,
            by: self.people.person(reply.row.author),
            text: reply.text.clone().unwrap_or_else(|| ERASED.to_owned()),
            at: reply.row.at,
        });
        Thread {
            id: row.thread_id.0,
            stage: row.stage.into(),
            version: row.version,
            by: self.people.person(row.opened_by),
            text: thread.text.clone().unwrap_or_else(|| ERASED.to_owned()),
            at: row.at,
            anchor: anchor(&thread),
            found: place(&thread)
                .and_then(|place| text.find(&place))
                .map(|found| FoundPlace { line: found.line, section: found.section }),
            replies: replies.collect(),
            resolved: resolved.map(|(by, at)| Resolved { by: self.people.person(by), at }),
            may: self.may(row.stage, change_request.is_some(), row.resolved_at.is_some()),
            change_request,
        }
    }

    fn may(&self, stage: DomainStage, is_change_request: bool, resolved: bool) -> Vec<Verb> {
        let permits = |verb: &DomainVerb| self.reader.phase.permits(*verb, stage, self.reader.person).is_ok();
        let settles = !is_change_request && !resolved;
        let verbs = [Some(DomainVerb::ReplyInThread), settles.then_some(DomainVerb::ResolveThread)];
        verbs.into_iter().flatten().filter(permits).map(Verb::from).collect()
    }
}

/// The place in words.
pub(super) fn anchor(thread: &ThreadWithWords) -> Anchor {
    let words = || thread.place.clone().unwrap_or_else(|| ERASED.to_owned());
    match &thread.row.anchor {
        DomainAnchor::Whole => Anchor::Whole {},
        DomainAnchor::Section { .. } => Anchor::Section { heading: words() },
        DomainAnchor::Item { id } => Anchor::Item { id: id.clone() },
        DomainAnchor::Quote { occurrence, .. } => Anchor::Quote { words: words(), occurrence: *occurrence },
    }
}

/// The place to look for; nothing where its words were erased.
fn place(thread: &ThreadWithWords) -> Option<Place> {
    let words = || thread.place.as_deref().map(Text::plain);
    match &thread.row.anchor {
        DomainAnchor::Whole => Some(Place::Whole),
        DomainAnchor::Section { .. } => words().map(Place::Section),
        DomainAnchor::Item { id } => id.parse::<Reference>().ok().map(Place::Item),
        DomainAnchor::Quote { occurrence, .. } => words().map(|words| Place::Quote(words, *occurrence)),
    }
}
