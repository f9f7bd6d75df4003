//! The auditor's pack of a phase: what was decided, by whom, on exactly which text, what was open then; whose words the
//! documents are; and whether the log is what was signed. One file that needs nothing else.

use std::collections::BTreeMap;

use konductro_domain::artefact::origins::shares;
use konductro_domain::ids::PhaseId;
use konductro_domain::stage::Stage as DomainStage;
use konductro_projections::ProjectionError;
use konductro_projections::artefact_versions::{self, ApprovalStanding, ApprovalWithNote, VersionRow};
use konductro_projections::history::Wanted;
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::artefact::{ArtefactVersionSummary, about};
use super::history::{self, HistoryActor};
use super::moment::{Moment, MomentPhase, MomentStage};
use super::people::{People, Person};
use super::provenance::{ProvenanceShare, share};
use super::sentences::ERASED;
use super::words::{Role, Stage};
use crate::audit::evidence::Checked;

/// The auditor's pack of a phase.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvidencePack {
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub made_at: OffsetDateTime,
    /// For whom.
    pub made_for: Person,
    /// The phase.
    pub phase: MomentPhase,
    /// Its stages as they stand.
    pub stages: Vec<MomentStage>,
    /// Every version of every document.
    pub versions: Vec<EvidenceVersion>,
    /// Every approval.
    pub approvals: Vec<EvidenceApproval>,
    /// Everything that happened, in order.
    pub timeline: Vec<EvidenceEvent>,
    /// What the log was held against.
    pub verification: Verification,
}

/// A version, and whose words it is made of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EvidenceVersion {
    /// The stage.
    pub stage: Stage,
    /// The version.
    #[serde(flatten)]
    pub version: ArtefactVersionSummary,
    /// Whose words it is made of.
    pub share: ProvenanceShare,
}

/// An approval, with what was open when it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceApproval {
    /// The event's position in the log.
    pub position: i64,
    /// The stage.
    pub stage: Stage,
    /// The version.
    pub version: u32,
    /// The hash of the text that was shown.
    pub content_hash: String,
    /// The hash of what it stood on, as shown.
    pub upstream_hash: String,
    /// The stage's cycle.
    pub cycle: u32,
    /// Who.
    pub by: Person,
    /// In which role.
    pub role: Role,
    /// Under which version of the approval policy.
    pub policy_version: u32,
    /// The note.
    pub note: Option<String>,
    /// The findings that were open.
    pub open_findings: Vec<EvidenceFinding>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Whether it still counts.
    pub counts: bool,
}

/// A finding that was open when somebody approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceFinding {
    /// The finding.
    pub finding_id: String,
    /// Whether it would have stopped the approval.
    pub blocking: bool,
    /// Why it was waived.
    pub waiver: Option<String>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EvidenceEvent {
    /// Its position in the log.
    pub position: i64,
    /// When it was decided.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Its name.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Who caused it.
    pub actor: HistoryActor,
    /// What happened, in one sentence.
    pub summary: String,
    /// The hash of its leaf; null where the event is not there.
    pub leaf_hash: Option<String>,
}

/// Whether the phase's events are what was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verification {
    /// Whether each event is in the signed log, unchanged.
    pub sound: bool,
    /// The position of the first that is not.
    pub first_bad: Option<i64>,
    /// How many were looked at.
    pub events: usize,
    /// The size of the log whose head they were held against.
    pub size: u64,
    /// The root of its tree, in hex.
    pub root_hash: String,
    /// The signed head, as a C2SP checkpoint.
    pub checkpoint: String,
    /// The public key line.
    pub key: String,
}

/// Everything that a pack is made of.
pub struct Parts {
    /// The phase as it stands.
    pub moment: Moment,
    /// Everything that happened.
    pub timeline: Vec<history::HistoryEvent>,
    /// What the events were held against.
    pub checked: Checked,
    /// The public key line.
    pub key: String,
    /// For whom it is made.
    pub made_for: Person,
}

/// Every event of a phase.
pub async fn timeline(pool: &PgPool, phase: PhaseId) -> Result<Vec<history::HistoryEvent>, ProjectionError> {
    const PAGE: i64 = 1_000;
    let (mut events, mut after) = (Vec::new(), 0);
    loop {
        let page = history::of_phase(pool, phase, &Wanted::default(), after, PAGE).await?;
        events.extend(page.items);
        match (page.next_cursor, events.last()) {
            (Some(_), Some(last)) => after = last.position,
            _ => return Ok(events),
        }
    }
}

/// Puts a pack together.
pub async fn pack(pool: &PgPool, phase: PhaseId, parts: Parts) -> Result<EvidencePack, ProjectionError> {
    let Parts { moment, timeline, checked, key, made_for } = parts;
    let (versions, shares) = versions(pool, phase).await?;
    let approvals = artefact_versions::approvals(pool, phase).await?;
    let named = versions.iter().flat_map(|row| row.authors.iter().copied().chain(row.created_by));
    let people = People::named(pool, named.chain(approvals.iter().map(|given| given.row.approver))).await?;
    let hash_of = |position: &i64| checked.leaves.get(position).map(|leaf| hex::encode(leaf.0));
    Ok(EvidencePack {
        made_at: OffsetDateTime::now_utc(),
        made_for,
        phase: moment.phase,
        stages: moment.stages,
        versions: versions
            .into_iter()
            .zip(shares)
            .map(|(row, share)| EvidenceVersion { stage: row.stage.into(), version: about(row, &people), share })
            .collect(),
        approvals: approvals.iter().map(|given| approval(given, &people)).collect(),
        verification: Verification {
            sound: checked.first_bad.is_none(),
            first_bad: checked.first_bad,
            events: timeline.len(),
            size: checked.head.size,
            root_hash: hex::encode(checked.head.root.0),
            checkpoint: checked.head.note.clone(),
            key,
        },
        timeline: timeline
            .into_iter()
            .map(|event| EvidenceEvent {
                leaf_hash: hash_of(&event.position),
                position: event.position,
                at: event.at,
                event_type: event.event_type,
                actor: event.actor,
                summary: event.summary,
            })
            .collect(),
    })
}

/// Every version, and whose words each is made of.
async fn versions(pool: &PgPool, phase: PhaseId) -> Result<(Vec<VersionRow>, Vec<ProvenanceShare>), ProjectionError> {
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for stage in DomainStage::ALL {
        let chain = artefact_versions::chain(pool, phase, stage, i32::MAX.unsigned_abs()).await?;
        let (of_stage, texts): (Vec<VersionRow>, Vec<Option<String>>) =
            chain.into_iter().map(|version| (version.row, version.markdown)).unzip();
        // Long documents take a while to follow.
        let followed = tokio::task::spawn_blocking(move || {
            shares(&texts.iter().map(|text| text.as_deref().unwrap_or_default()).collect::<Vec<_>>())
        });
        let came_with: Vec<BTreeMap<usize, usize>> = followed.await.map_err(|_| sqlx::Error::WorkerCrashed)?;
        all.extend(came_with.iter().map(|came_with| share(came_with, &of_stage)));
        rows.extend(of_stage);
    }
    Ok((rows, all))
}

fn approval(given: &ApprovalWithNote, people: &People) -> EvidenceApproval {
    let row = &given.row;
    let finding = |open: &konductro_domain::phase::OpenFinding| EvidenceFinding {
        finding_id: open.finding_id.clone(),
        blocking: open.blocking,
        waiver: open
            .waiver
            .map(|waiver| given.waivers.get(&waiver.hash.to_string()).cloned().unwrap_or_else(|| ERASED.to_owned())),
    };
    EvidenceApproval {
        position: row.position,
        stage: row.stage.into(),
        version: row.version,
        content_hash: row.content_hash.to_string(),
        upstream_hash: row.upstream_hash.to_string(),
        cycle: row.cycle,
        by: people.person(row.approver),
        role: row.role.into(),
        policy_version: row.policy_version,
        note: row.note_hash.map(|_| given.note.clone().unwrap_or_else(|| ERASED.to_owned())),
        open_findings: row.open_findings.iter().map(finding).collect(),
        at: row.at,
        counts: row.standing == ApprovalStanding::Counts,
    }
}
