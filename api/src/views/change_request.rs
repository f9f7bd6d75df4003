//! A change request as it is shown: whether a version says that it answers it, how it ended, and what the reader may do.

use std::collections::BTreeMap;

use konductro_domain::ids::{ThreadId, UserId};
use konductro_domain::project::delegation::OnBehalf;
use konductro_domain::role::Roles;
use konductro_domain::stage::Stage as DomainStage;
use konductro_projections::ProjectionError;
use konductro_projections::artefact_versions::{ChangeRequestState as State, ChangeRequestWithReason};
use konductro_projections::threads::ThreadWithWords;
use konductro_projections::{delegations, project_list};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::people::{People, Person};
use super::phase::PhaseReader;
use super::sentences::ERASED;
use super::thread::{self, Anchor};
use super::words::{ChangeRequestState, Verb};

/// One change request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeRequest {
    /// The request.
    pub id: Uuid,
    /// The version that was sent back.
    pub version: u32,
    /// Who wants it.
    pub by: Person,
    /// What is to change.
    pub reason: String,
    /// The place that it is about.
    pub anchor: Anchor,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it still blocks, or how it ended.
    pub state: ChangeRequestState,
    /// The versions that say they answer it.
    pub answered_in: Vec<u32>,
    /// Whether a version says that it answers it. Only its requester can say that it does.
    pub addressed: bool,
    /// How many answers were written to it.
    pub replies: usize,
    /// How it was set aside, where it was.
    pub dismissal: Option<Dismissal>,
    /// What I may do with it now: take it back, or set it aside.
    pub may: Vec<Verb>,
}

/// How a change request was set aside.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Dismissal {
    /// Who did.
    pub by: Option<Person>,
    /// Why.
    pub reason: String,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    pub at: Option<OffsetDateTime>,
}

/// What the reader may do with other people's requests depends on them: their roles, and for whom the reader acts.
#[derive(Debug, Default)]
pub(super) struct Colleagues {
    roles: BTreeMap<UserId, Roles>,
    acts_for: Vec<OnBehalf>,
}

impl Colleagues {
    /// Looks them up where a request is open; where none is, they do not matter.
    pub(super) async fn read(
        pool: &PgPool,
        reader: PhaseReader<'_>,
        requests: &[ChangeRequestWithReason],
    ) -> Result<Self, ProjectionError> {
        if !requests.iter().any(|request| request.row.state == State::Open) {
            return Ok(Self::default());
        }
        let project = reader.phase.project_id;
        let roles = project_list::members_of(pool, project).await?;
        let acts_for =
            delegations::running_for(pool, project, reader.person.user_id, OffsetDateTime::now_utc()).await?;
        Ok(Self { roles: roles.into_iter().map(|member| (member.user_id, member.roles)).collect(), acts_for })
    }
}

/// The change requests of a stage, oldest first.
pub(super) fn of_stage<'a>(
    requests: &'a [ChangeRequestWithReason],
    threads: &'a [ThreadWithWords],
    people: &'a People,
    reader: PhaseReader<'a>,
    colleagues: &'a Colleagues,
    stage: DomainStage,
) -> impl Iterator<Item = ChangeRequest> + use<'a> {
    let of_stage = requests.iter().filter(move |request| request.row.stage == stage);
    of_stage.map(move |request| {
        let id = ThreadId::of(request.row.change_request_id);
        let thread = threads.iter().find(|thread| thread.row.thread_id == id);
        shown(request, thread, people, reader, colleagues)
    })
}

/// Everybody whom a request names.
pub(super) fn people_of(request: &ChangeRequestWithReason) -> impl Iterator<Item = UserId> + use<> {
    [request.row.requested_by].into_iter().chain(request.row.settled_by)
}

/// One request.
pub(super) fn shown(
    request: &ChangeRequestWithReason,
    thread: Option<&ThreadWithWords>,
    people: &People,
    reader: PhaseReader<'_>,
    colleagues: &Colleagues,
) -> ChangeRequest {
    let row = &request.row;
    let answered_in = thread.map(|thread| thread.row.answered_in.clone()).unwrap_or_default();
    let dismissal = (row.state == State::Dismissed).then(|| Dismissal {
        by: row.settled_by.map(|by| people.person(by)),
        reason: request.dismissal.clone().unwrap_or_else(|| ERASED.to_owned()),
        at: row.settled_at,
    });
    ChangeRequest {
        id: row.change_request_id.0,
        version: row.version,
        by: people.person(row.requested_by),
        reason: request.reason.clone().unwrap_or_else(|| ERASED.to_owned()),
        anchor: thread.map_or(Anchor::Whole {}, thread::anchor),
        at: row.at,
        state: row.state.into(),
        addressed: !answered_in.is_empty(),
        answered_in,
        replies: thread.map_or(0, |thread| thread.replies.len()),
        dismissal,
        may: may(request, reader, colleagues),
    }
}

fn may(request: &ChangeRequestWithReason, reader: PhaseReader<'_>, colleagues: &Colleagues) -> Vec<Verb> {
    let (phase, person, stage) = (reader.phase, reader.person, request.row.stage);
    let (id, none) = (request.row.change_request_id, Roles::new());
    let roles = colleagues.roles.get(&request.row.requested_by).unwrap_or(&none);
    let mut may = Vec::new();
    if phase.may_withdraw_request(stage, id, person, &colleagues.acts_for).is_ok() {
        may.push(Verb::WithdrawChangeRequest);
    }
    if phase.may_dismiss_request(stage, id, person, roles).is_ok() {
        may.push(Verb::DismissChangeRequest);
    }
    may
}
