//! What somebody should know before they decide at a gate: what changed since they last looked, what the document
//! itself leaves open, what it stands on, who must still approve, how long it takes to read.

use konductro_domain::artefact::open_points::{self, OpenPointKind as DomainKind};
use konductro_domain::artefact::{diff, reading};
use konductro_domain::ids::{PhaseId, UserId};
use konductro_domain::phase::{FindingState, GateState, OpenedPhase};
use konductro_domain::project::policy::AuthorRule;
use konductro_domain::stage::{GateKind, Stage as DomainStage};
use konductro_projections::{ProjectionError, artefact_versions, project_list, raised_findings};
use serde::Serialize;
use sqlx::PgPool;
use utoipa::ToSchema;
use uuid::Uuid;

use super::artefact::Artefact;
use super::people::{People, Person};
use super::phase::PhaseReader;
use super::sentences::ERASED;
use super::words::{Role, SectionChange, Stage, roles};

/// Most people that are named as those who could approve.
const MOST_NAMES: i64 = 12;

/// What somebody should know before they decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Brief {
    /// The version that it is about.
    pub version: u32,
    /// How many words it has.
    pub words: usize,
    /// How many minutes it takes to read.
    pub reading_minutes: usize,
    /// What changed since the version I last saw or sent back; null where this is the first that I see.
    pub since: Option<Since>,
    /// Its assumptions and open questions: to be acknowledged one by one.
    pub open_points: Vec<OpenPoint>,
    /// Findings that were accepted since the last approval: what the version has to answer.
    pub accepted_findings: Vec<AcceptedFinding>,
    /// The approved versions that it stands on now.
    pub stands_on: Vec<StandsOn>,
    /// Who must still approve.
    pub approvals: PendingApprovals,
}

/// What changed since a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Since {
    /// The version that I last saw or sent back.
    pub version: u32,
    /// Which of both.
    pub because: SinceBecause,
    /// How many words are new.
    pub added_words: usize,
    /// How many words are gone.
    pub removed_words: usize,
    /// How many minutes it takes to read what is new.
    pub reading_minutes: usize,
    /// The sections that are different, in reading order.
    pub sections: Vec<ChangedSection>,
}

/// Why a version is the one to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SinceBecause {
    /// I had it on screen.
    Seen,
    /// I sent it back.
    SentBack,
}

/// A section that is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChangedSection {
    /// Its heading; empty before the first.
    pub heading: String,
    /// What happened.
    pub kind: SectionChange,
    /// How many places in it are different.
    pub changes: usize,
    /// How many words of it are new.
    pub added_words: usize,
    /// How many words of it are gone.
    pub removed_words: usize,
}

/// An assumption or an open question of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpenPoint {
    /// Its id, such as `A-2` or `Q-1`.
    pub id: String,
    /// What it is.
    pub kind: OpenPointKind,
    /// What it says.
    pub text: String,
}

/// A finding that was accepted since the last approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AcceptedFinding {
    /// The finding.
    pub id: Uuid,
    /// The id that it is about.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What is wrong.
    pub text: String,
    /// Who raised it.
    pub raised_by: Person,
}

/// What kind of open point it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenPointKind {
    /// Taken to be so until somebody says otherwise.
    Assumption,
    /// Nobody has answered it.
    Question,
}

/// An approved version that a document stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StandsOn {
    /// The stage.
    pub stage: Stage,
    /// The version that is approved now.
    pub version: u32,
    /// Its content hash.
    pub content_hash: String,
    /// The version that was approved when the document was written, where that is another or none.
    pub written_on: Option<u32>,
}

/// Who must still approve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PendingApprovals {
    /// How many different people must.
    pub required: usize,
    /// Who has.
    pub given: Vec<Person>,
    /// How many are missing.
    pub missing: usize,
    /// The roles that may.
    pub roles: Vec<Role>,
    /// Members who may and have not; the first dozen.
    pub could: Vec<Person>,
}

/// Everything that a brief is made of. Comparing long documents takes a while: `brief` belongs off the event loop.
#[derive(Debug, Clone)]
pub struct Basis {
    version: u32,
    markdown: String,
    since: Option<(u32, SinceBecause, String)>,
    stands_on: Vec<StandsOn>,
    accepted_findings: Vec<AcceptedFinding>,
    approvals: PendingApprovals,
}

/// What the brief of an artefact is made of; `None` where nothing awaits a decision.
pub async fn basis(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    stage: DomainStage,
    artefact: &Artefact,
) -> Result<Option<Basis>, ProjectionError> {
    let pending = matches!(
        reader.phase.gate(stage).state(),
        GateState::InReview | GateState::ChangesRequested | GateState::Stale
    );
    let Some(latest) = artefact.latest.as_ref().filter(|_| pending && stage.gate_kind() == GateKind::Approval) else {
        return Ok(None);
    };
    let known = match (artefact.sent_back_version, artefact.last_seen_version) {
        (Some(sent), seen) if seen.is_none_or(|seen| seen <= sent) => Some((sent, SinceBecause::SentBack)),
        (_, Some(seen)) => Some((seen, SinceBecause::Seen)),
        (_, None) => None,
    };
    let since = match known {
        Some((version, because)) => {
            let earlier = artefact_versions::version(pool, reader.phase_id, stage, version).await?;
            earlier.and_then(|earlier| Some((version, because, earlier.markdown?)))
        }
        None => None,
    };
    let written_on = |stage: Stage| latest.about.based_on.iter().find(|on| on.stage == stage).map(|on| on.version);
    let stands_on = reader.phase.upstream(stage).into_iter().map(|on| StandsOn {
        stage: on.stage.into(),
        version: on.version,
        content_hash: on.content_hash.to_string(),
        written_on: written_on(on.stage.into()).filter(|version| *version != on.version),
    });
    Ok(Some(Basis {
        version: latest.about.version,
        markdown: latest.markdown.clone(),
        since,
        stands_on: stands_on.collect(),
        accepted_findings: accepted_findings(pool, reader.phase_id, stage).await?,
        approvals: approvals(pool, reader.phase, stage).await?,
    }))
}

/// What was agreed with since the last approval.
async fn accepted_findings(
    pool: &PgPool,
    phase: PhaseId,
    stage: DomainStage,
) -> Result<Vec<AcceptedFinding>, ProjectionError> {
    let mut findings = raised_findings::of_phase(pool, phase).await?;
    findings
        .retain(|it| it.row.stage == stage && it.row.state == FindingState::Accepted && it.row.settled_in.is_none());
    let people = People::named(pool, findings.iter().map(|it| it.row.raised_by)).await?;
    let shown = findings.into_iter().map(|it| AcceptedFinding {
        id: it.row.finding_id.0,
        reference: it.row.reference,
        text: it.text.unwrap_or_else(|| ERASED.to_owned()),
        raised_by: people.person(it.row.raised_by),
    });
    Ok(shown.collect())
}

/// Who has approved, and who could.
async fn approvals(
    pool: &PgPool,
    phase: &OpenedPhase,
    stage: DomainStage,
) -> Result<PendingApprovals, ProjectionError> {
    let given = phase.counting_approvals(stage);
    let may = phase.approving_roles(stage);
    let authors: Vec<UserId> = match phase.stages.get(&stage) {
        Some(record)
            if record.policy.stage(stage).is_some_and(|policy| policy.authors == AuthorRule::MayNotApprove) =>
        {
            record.latest.iter().flat_map(|latest| latest.authors.iter().copied()).collect()
        }
        _ => Vec::new(),
    };
    let members = project_list::members_with(pool, phase.project_id, &may, MOST_NAMES).await?;
    let could: Vec<UserId> = members.into_iter().filter(|id| !given.contains(id) && !authors.contains(id)).collect();
    let people = People::named(pool, given.iter().chain(&could).copied()).await?;
    let required = phase.required_approvals(stage);
    Ok(PendingApprovals {
        required,
        missing: required.saturating_sub(given.len()),
        given: people.persons(&given),
        roles: roles(&may),
        could: people.persons(&could),
    })
}

impl Basis {
    /// The brief.
    pub fn brief(self) -> Brief {
        let words = reading::words(&self.markdown);
        Brief {
            version: self.version,
            words,
            reading_minutes: reading::minutes(words),
            since: self.since.map(|(version, because, text)| since(version, because, &text, &self.markdown)),
            open_points: open_points::open_points(&self.markdown).into_iter().map(OpenPoint::from).collect(),
            accepted_findings: self.accepted_findings,
            stands_on: self.stands_on,
            approvals: self.approvals,
        }
    }
}

fn since(version: u32, because: SinceBecause, before: &str, now: &str) -> Since {
    let compared = diff::diff(before, now);
    // A blank line more is nothing to read.
    let different = compared.sections.into_iter().filter(|section| section.added_words + section.removed_words > 0);
    Since {
        version,
        because,
        added_words: compared.added_words,
        removed_words: compared.removed_words,
        reading_minutes: reading::minutes(compared.added_words),
        sections: different
            .map(|section| ChangedSection {
                heading: section.heading,
                kind: section.kind.into(),
                changes: section.changes,
                added_words: section.added_words,
                removed_words: section.removed_words,
            })
            .collect(),
    }
}

impl From<open_points::OpenPoint> for OpenPoint {
    fn from(point: open_points::OpenPoint) -> Self {
        let kind = match point.kind {
            DomainKind::Assumption => OpenPointKind::Assumption,
            DomainKind::Question => OpenPointKind::Question,
        };
        Self { id: point.id.to_string(), kind, text: point.text }
    }
}
