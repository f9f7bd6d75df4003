//! Every version of every artefact, with the approvals and change requests it got.
//!
//! Versions are only ever added; approvals and change requests change their state. A version's text is
//! joined when it is read, and never copied here.

use std::collections::{BTreeMap, BTreeSet};

use konductro_domain::conductor::GeneratedBy;
use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{ChangeRequestId, PhaseId, TurnId, UserId};
use konductro_domain::phase::artefact::{BasedOn, Completeness, Origin, Source};
use konductro_domain::phase::{ApprovalBasis, OpenFinding, PhaseEvent};
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use sqlx::types::{Json, Uuid};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{ProjectionError, Writes, rows, streams};

mod decisions;

pub use decisions::{approvals, change_requests};

/// The tables of this read model.
pub const TABLES: &[&str] = &["artefact_versions", "artefact_approvals", "change_requests"];

/// One version of an artefact, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// The version's number, from 1.
    pub version: u32,
    /// The document's title.
    pub title: String,
    /// SHA-256 of its text.
    pub content_hash: Hash,
    /// Length of its text in bytes.
    pub bytes: u32,
    /// The hash of what it was written on.
    pub upstream_hash: Hash,
    /// The stage's cycle.
    pub cycle: u32,
    /// Where it came from.
    pub origin: Origin,
    /// Whether all of it arrived.
    pub completeness: Completeness,
    /// The model, where one wrote it.
    pub generated_by: Option<GeneratedBy>,
    /// Its authors.
    pub authors: Vec<UserId>,
    /// The approved versions it was written on.
    pub based_on: Vec<BasedOn>,
    /// The turn that wrote it.
    pub turn_id: Option<TurnId>,
    /// The tool and repositories it was written with.
    pub source: Option<Source>,
    /// What stands beside it as JSON.
    pub sidecar_hash: Option<Hash>,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// The person who added it; `None` when Conductor wrote it.
    pub created_by: Option<UserId>,
}

impl VersionRow {
    /// The version that an event adds, as it is read from then on; none where it adds none.
    pub fn added(event: &PhaseEvent, phase_id: PhaseId, at: OffsetDateTime, by: Option<UserId>) -> Option<Self> {
        let PhaseEvent::ArtefactVersionAdded {
            stage,
            version,
            cycle,
            title,
            content,
            origin,
            completeness,
            generated_by,
            authors,
            based_on,
            upstream_hash,
            turn_id,
            source,
            sidecar,
            ..
        } = event
        else {
            return None;
        };
        Some(Self {
            phase_id,
            stage: *stage,
            version: *version,
            title: title.clone(),
            content_hash: content.hash,
            bytes: content.bytes,
            upstream_hash: *upstream_hash,
            cycle: *cycle,
            origin: *origin,
            completeness: *completeness,
            generated_by: generated_by.clone(),
            authors: authors.clone(),
            based_on: based_on.clone(),
            turn_id: *turn_id,
            source: source.clone(),
            sidecar_hash: sidecar.map(|sidecar| sidecar.hash),
            created_at: at,
            created_by: by,
        })
    }
}

/// One approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRow {
    /// Where it stands in the log.
    pub position: i64,
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// The version.
    pub version: u32,
    /// The hash of what was shown.
    pub content_hash: Hash,
    /// The hash of what it stood on, as shown.
    pub upstream_hash: Hash,
    /// The stage's cycle.
    pub cycle: u32,
    /// Who.
    pub approver: UserId,
    /// The role in which it was given.
    pub role: Role,
    /// The policy it was given under.
    pub policy_version: u32,
    /// Whether it was a review or a reaffirmation.
    pub basis: ApprovalBasis,
    /// The note, where there is one.
    pub note_hash: Option<Hash>,
    /// The findings that were open then, with their waivers.
    pub open_findings: Vec<OpenFinding>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it still counts.
    pub standing: ApprovalStanding,
}

/// Whether an approval still counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStanding {
    /// It counts.
    Counts,
    /// The approver took it back.
    Withdrawn,
    /// A new version, a reopening or a change of what it stood on ended it.
    Superseded,
}

/// One change request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRequestRow {
    /// The request.
    pub change_request_id: ChangeRequestId,
    /// The phase.
    pub phase_id: PhaseId,
    /// The stage.
    pub stage: Stage,
    /// The version that was sent back.
    pub version: u32,
    /// What is to change.
    pub reason_hash: Hash,
    /// Who wants it.
    pub requested_by: UserId,
    /// The role in which it was asked.
    pub role: Role,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it still blocks, or how it ended.
    pub state: ChangeRequestState,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339::option")]
    pub settled_at: Option<OffsetDateTime>,
    /// Who ended it.
    pub settled_by: Option<UserId>,
    /// Why it was dismissed.
    pub dismissal_hash: Option<Hash>,
}

/// Whether a change request still blocks, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeRequestState {
    /// It blocks.
    Open,
    /// The requester took it back.
    Withdrawn,
    /// An SDM set it aside.
    Dismissed,
    /// The requester approved.
    Cleared,
}

/// Folds a page of events.
pub async fn project(tx: &mut PgConnection, page: &[Recorded<Event>]) -> Result<Writes, ProjectionError> {
    let mut events = Vec::new();
    for recorded in page {
        if let Event::Phase(event) = &recorded.event {
            events.push((recorded, event, streams::phase_of(&recorded.stream)?));
        }
    }
    let keys: BTreeSet<Uuid> = events.iter().map(|(.., phase)| phase.0).collect();
    let mut changes = Changes::load(tx, &keys.into_iter().collect::<Vec<_>>()).await?;
    for (recorded, event, phase_id) in events {
        changes.apply(recorded, event, phase_id);
    }
    changes.writes()
}

/// What a page adds and changes: only approvals that count and requests that are open can still change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changes {
    pub(crate) versions: Vec<VersionRow>,
    pub(crate) approvals: BTreeMap<i64, ApprovalRow>,
    pub(crate) requests: BTreeMap<ChangeRequestId, ChangeRequestRow>,
    before: Changeable,
}

/// What stood when the page was begun.
#[derive(Debug, Clone, Default, Deserialize)]
struct Changeable {
    approvals: Vec<ApprovalRow>,
    requests: Vec<ChangeRequestRow>,
}

impl Changes {
    async fn load(tx: &mut PgConnection, phases: &[Uuid]) -> Result<Self, ProjectionError> {
        let before: Vec<Changeable> = rows::load(tx, CHANGEABLE, phases).await?;
        let before = before.into_iter().next().unwrap_or_default();
        Ok(Self {
            versions: Vec::new(),
            approvals: before.approvals.iter().map(|row| (row.position, row.clone())).collect(),
            requests: before.requests.iter().map(|row| (row.change_request_id, row.clone())).collect(),
            before,
        })
    }

    pub(crate) fn apply(&mut self, recorded: &Recorded<Event>, event: &PhaseEvent, phase_id: PhaseId) {
        match event {
            PhaseEvent::ArtefactVersionAdded { stage, .. } => {
                self.supersede(phase_id, *stage);
                self.versions.extend(VersionRow::added(event, phase_id, recorded.at, recorded.actor.user_id()));
            }
            PhaseEvent::ApprovalGiven { .. } => {
                self.approvals.extend(approval_row(recorded, event, phase_id).map(|row| (row.position, row)));
            }
            PhaseEvent::ApprovalWithdrawn { stage, approver, .. } => {
                self.end_approvals(ApprovalStanding::Withdrawn, |row| {
                    row.phase_id == phase_id && row.stage == *stage && row.approver == *approver
                });
            }
            PhaseEvent::StageReopened { stage, .. }
            | PhaseEvent::StageBecameStale { stage, .. }
            | PhaseEvent::ReviewRestarted { stage, .. } => self.supersede(phase_id, *stage),
            PhaseEvent::ChangesRequested { .. } => {
                self.requests.extend(request_row(recorded, event, phase_id).map(|row| (row.change_request_id, row)));
            }
            PhaseEvent::ChangeRequestWithdrawn { change_request_id, .. } => {
                self.settle(recorded, *change_request_id, ChangeRequestState::Withdrawn, None);
            }
            PhaseEvent::ChangeRequestDismissed { change_request_id, reason, .. } => {
                self.settle(recorded, *change_request_id, ChangeRequestState::Dismissed, Some(reason.hash));
            }
            PhaseEvent::ChangeRequestCleared { change_request_id, .. } => {
                self.settle(recorded, *change_request_id, ChangeRequestState::Cleared, None);
            }
            PhaseEvent::PhaseOpened { .. }
            | PhaseEvent::PhaseRenamed { .. }
            | PhaseEvent::PhaseCancelled { .. }
            | PhaseEvent::PhasePromoted { .. }
            | PhaseEvent::PhaseCompleted {}
            | PhaseEvent::FirstReplyReceived { .. }
            | PhaseEvent::StageUnlocked { .. }
            | PhaseEvent::StageLocked { .. }
            | PhaseEvent::DocumentSetAside { .. }
            | PhaseEvent::ChangeRequestPlaced { .. }
            | PhaseEvent::ChangeRequestAnswered { .. }
            | PhaseEvent::ActedOnBehalf { .. }
            | PhaseEvent::ThreadOpened { .. }
            | PhaseEvent::ThreadReplied { .. }
            | PhaseEvent::ThreadResolved { .. }
            | PhaseEvent::ThreadReopened { .. }
            | PhaseEvent::SubmissionKept { .. }
            | PhaseEvent::SubmissionAdopted { .. }
            | PhaseEvent::FindingRaised { .. }
            | PhaseEvent::FindingAccepted { .. }
            | PhaseEvent::FindingDeclined { .. }
            | PhaseEvent::DriftReported { .. }
            | PhaseEvent::OpenPointsAcknowledged { .. }
            | PhaseEvent::ArtefactApproved { .. }
            | PhaseEvent::StageReturnedToReview { .. }
            | PhaseEvent::PhaseBecameReady {}
            | PhaseEvent::PhaseCeasedToBeReady { .. } => {}
        }
    }

    fn supersede(&mut self, phase_id: PhaseId, stage: Stage) {
        self.end_approvals(ApprovalStanding::Superseded, |row| row.phase_id == phase_id && row.stage == stage);
    }

    fn end_approvals(&mut self, standing: ApprovalStanding, ends: impl Fn(&ApprovalRow) -> bool) {
        let counting = self.approvals.values_mut().filter(|row| row.standing == ApprovalStanding::Counts);
        for row in counting.filter(|row| ends(row)) {
            row.standing = standing;
        }
    }

    fn settle(
        &mut self,
        recorded: &Recorded<Event>,
        id: ChangeRequestId,
        state: ChangeRequestState,
        dismissal: Option<Hash>,
    ) {
        if let Some(row) = self.requests.get_mut(&id) {
            row.state = state;
            row.settled_at = Some(recorded.at);
            row.settled_by = recorded.actor.user_id();
            row.dismissal_hash = dismissal;
        }
    }

    /// What is new or different.
    fn writes(mut self) -> Result<Writes, ProjectionError> {
        for row in &self.before.approvals {
            if self.approvals.get(&row.position) == Some(row) {
                self.approvals.remove(&row.position);
            }
        }
        for row in &self.before.requests {
            if self.requests.get(&row.change_request_id) == Some(row) {
                self.requests.remove(&row.change_request_id);
            }
        }
        let mut writes = Writes::default();
        writes.add(ADD_VERSIONS, &self.versions)?;
        writes.add(STORE_APPROVALS, &self.approvals.into_values().collect::<Vec<_>>())?;
        writes.add(STORE_REQUESTS, &self.requests.into_values().collect::<Vec<_>>())?;
        Ok(writes)
    }
}

fn approval_row(recorded: &Recorded<Event>, event: &PhaseEvent, phase_id: PhaseId) -> Option<ApprovalRow> {
    let PhaseEvent::ApprovalGiven {
        approver,
        stage,
        version,
        content_hash,
        upstream_hash,
        cycle,
        basis,
        role,
        policy_version,
        open_findings,
        note,
    } = event
    else {
        return None;
    };
    Some(ApprovalRow {
        position: recorded.position,
        phase_id,
        stage: *stage,
        version: *version,
        content_hash: *content_hash,
        upstream_hash: *upstream_hash,
        cycle: *cycle,
        approver: *approver,
        role: *role,
        policy_version: *policy_version,
        basis: *basis,
        note_hash: note.map(|note| note.hash),
        open_findings: open_findings.clone(),
        at: recorded.at,
        standing: ApprovalStanding::Counts,
    })
}

fn request_row(recorded: &Recorded<Event>, event: &PhaseEvent, phase_id: PhaseId) -> Option<ChangeRequestRow> {
    let PhaseEvent::ChangesRequested { change_request_id, stage, version, requested_by, reason, role } = event else {
        return None;
    };
    Some(ChangeRequestRow {
        change_request_id: *change_request_id,
        phase_id,
        stage: *stage,
        version: *version,
        reason_hash: reason.hash,
        requested_by: *requested_by,
        role: *role,
        at: recorded.at,
        state: ChangeRequestState::Open,
        settled_at: None,
        settled_by: None,
        dismissal_hash: None,
    })
}

const CHANGEABLE: &str = "select jsonb_build_object( \
    'approvals', (select coalesce(jsonb_agg(a), '[]') from artefact_approvals a \
                  where phase_id = any($1) and standing = 'counts'), \
    'requests', (select coalesce(jsonb_agg(c), '[]') from change_requests c \
                 where phase_id = any($1) and state = 'open'))";
const ADD_VERSIONS: &str =
    "insert into artefact_versions select * from jsonb_populate_recordset(null::artefact_versions, $rows)";
const STORE_APPROVALS: &str = "insert into artefact_approvals \
    select * from jsonb_populate_recordset(null::artefact_approvals, $rows) \
    on conflict (position) do update set standing = excluded.standing";
const STORE_REQUESTS: &str = "insert into change_requests \
    select * from jsonb_populate_recordset(null::change_requests, $rows) \
    on conflict (change_request_id) do update set state = excluded.state, settled_at = excluded.settled_at, \
    settled_by = excluded.settled_by, dismissal_hash = excluded.dismissal_hash";

/// A version with its text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct VersionWithText {
    /// The version.
    pub row: VersionRow,
    /// Its text; `None` once it was erased.
    pub markdown: Option<String>,
    /// What stands beside it as JSON, where there is any.
    pub sidecar: Option<String>,
}

/// An approval with its note.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ApprovalWithNote {
    /// The approval.
    #[serde(flatten)]
    pub row: ApprovalRow,
    /// Its note.
    pub note: Option<String>,
    /// Why findings were waived, by the hash of each reason; what was erased is absent.
    pub waivers: BTreeMap<String, String>,
}

/// A change request with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ChangeRequestWithReason {
    /// The request.
    #[serde(flatten)]
    pub row: ChangeRequestRow,
    /// What is to change; `None` once it was erased.
    pub reason: Option<String>,
    /// Why it was dismissed.
    pub dismissal: Option<String>,
}

/// All versions of an artefact, newest first, without texts.
pub async fn versions(pool: &PgPool, phase: PhaseId, stage: Stage) -> Result<Vec<VersionRow>, ProjectionError> {
    let rows: Vec<Json<VersionRow>> = sqlx::query_scalar(
        "select to_jsonb(v) from artefact_versions v where phase_id = $1 and stage = $2 order by version desc",
    )
    .bind(phase.0)
    .bind(stage.as_str())
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// A version as its successors have to know it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct VersionMark {
    /// The version's number.
    pub version: u32,
    /// SHA-256 of its text.
    pub content_hash: Hash,
    /// Whether somebody approved it and did not take that back.
    pub signed: bool,
}

/// Versions of an artefact from one to another, oldest first.
pub async fn marks(
    pool: &PgPool,
    phase: PhaseId,
    stage: Stage,
    from: u32,
    to: u32,
) -> Result<Vec<VersionMark>, ProjectionError> {
    let rows: Vec<Json<VersionMark>> = sqlx::query_scalar(
        "select jsonb_build_object('version', v.version, 'content_hash', v.content_hash, 'signed', exists( \
             select 1 from artefact_approvals a where a.phase_id = v.phase_id and a.stage = v.stage \
                and a.version = v.version and a.standing <> 'withdrawn')) \
         from artefact_versions v where v.phase_id = $1 and v.stage = $2 and v.version between $3 and $4 \
         order by v.version",
    )
    .bind(phase.0)
    .bind(stage.as_str())
    .bind(i64::from(from))
    .bind(i64::from(to))
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// Every version of an artefact up to one, oldest first, with their texts.
pub async fn chain(
    pool: &PgPool,
    phase: PhaseId,
    stage: Stage,
    up_to: u32,
) -> Result<Vec<VersionWithText>, ProjectionError> {
    let statement =
        format!("{WITH_TEXT} where v.phase_id = $1 and v.stage = $2 and v.version <= $3 order by v.version");
    let rows: Vec<Json<VersionWithText>> = sqlx::query_scalar(&statement)
        .bind(phase.0)
        .bind(stage.as_str())
        .bind(i64::from(up_to))
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// One version with its text.
pub async fn version(
    pool: &PgPool,
    phase: PhaseId,
    stage: Stage,
    version: u32,
) -> Result<Option<VersionWithText>, ProjectionError> {
    let row: Option<Json<VersionWithText>> =
        sqlx::query_scalar(&format!("{WITH_TEXT} where v.phase_id = $1 and v.stage = $2 and v.version = $3"))
            .bind(phase.0)
            .bind(stage.as_str())
            .bind(i64::from(version))
            .fetch_optional(pool)
            .await?;
    Ok(row.map(|Json(row)| row))
}

/// The turn that wrote a version; `None` where a person did.
pub async fn turn_of(
    pool: &PgPool,
    phase: PhaseId,
    stage: Stage,
    version: u32,
) -> Result<Option<TurnId>, ProjectionError> {
    let turn: Option<Option<Uuid>> =
        sqlx::query_scalar("select turn_id from artefact_versions where phase_id = $1 and stage = $2 and version = $3")
            .bind(phase.0)
            .bind(stage.as_str())
            .bind(i64::from(version))
            .fetch_optional(pool)
            .await?;
    Ok(turn.flatten().map(TurnId))
}

/// The latest version with its text.
pub async fn latest(pool: &PgPool, phase: PhaseId, stage: Stage) -> Result<Option<VersionWithText>, ProjectionError> {
    let statement = format!("{WITH_TEXT} where v.phase_id = $1 and v.stage = $2 order by v.version desc limit 1");
    let row: Option<Json<VersionWithText>> =
        sqlx::query_scalar(&statement).bind(phase.0).bind(stage.as_str()).fetch_optional(pool).await?;
    Ok(row.map(|Json(row)| row))
}

const WITH_TEXT: &str = "select json_build_object('row', v, 'markdown', t.body, 'sidecar', s.body) \
    from artefact_versions v left join texts t on t.hash = decode(v.content_hash, 'hex') \
    left join texts s on s.hash = decode(v.sidecar_hash, 'hex')";
