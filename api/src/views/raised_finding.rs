//! Findings that people raised against an approved artefact, each at its place in the latest version.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use konductro_domain::artefact::anchor::{Place, Searchable};
use konductro_domain::artefact::reference::Reference;
use konductro_domain::ids::UserId;
use konductro_domain::phase::{FindingState as DomainState, Verb as DomainVerb};
use konductro_domain::stage::Stage as DomainStage;
use konductro_projections::raised_findings::{self, FindingWithWords};
use konductro_projections::{ProjectionError, artefact_versions};
use serde::Serialize;
use sqlx::PgPool;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::finding::Severity;
use super::people::{People, Person};
use super::phase::PhaseReader;
use super::sentences::ERASED;
use super::thread::FoundPlace;
use super::words::{FindingState, Stage, Verb};

/// A finding that somebody raised against an approved artefact.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RaisedFinding {
    /// The finding.
    pub id: Uuid,
    /// The phase.
    pub phase_id: Uuid,
    /// The artefact's stage.
    pub stage: Stage,
    /// The approved version.
    pub version: u32,
    /// The id that it is about, such as `R-2`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub text: String,
    /// The code that shows it, as `repository@commit:path#L12-L40`.
    pub evidence: Vec<String>,
    /// Who says so.
    pub raised_by: Person,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// What became of it.
    pub state: FindingState,
    /// The answer; null while it is open.
    pub answer: Option<FindingAnswer>,
    /// The version that was approved after it was accepted.
    pub settled_in: Option<u32>,
    /// Where its id is in the latest version; null where it is gone.
    pub found: Option<FoundPlace>,
    /// What I may do with it now.
    pub may: Vec<Verb>,
}

/// How a finding was answered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FindingAnswer {
    /// Who did.
    pub by: Person,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Why it was declined.
    pub reason: Option<String>,
}

/// Every finding of a phase, oldest first.
pub async fn of_phase(pool: &PgPool, reader: PhaseReader<'_>) -> Result<Vec<RaisedFinding>, ProjectionError> {
    let found = raised_findings::of_phase(pool, reader.phase_id).await?;
    shown(pool, reader, found).await
}

/// These findings of a phase.
pub async fn shown(
    pool: &PgPool,
    reader: PhaseReader<'_>,
    findings: Vec<FindingWithWords>,
) -> Result<Vec<RaisedFinding>, ProjectionError> {
    let people = People::named(pool, findings.iter().flat_map(people_of)).await?;
    let mut texts: BTreeMap<DomainStage, String> = BTreeMap::new();
    for finding in &findings {
        if let Entry::Vacant(unread) = texts.entry(finding.row.stage) {
            let latest = artefact_versions::latest(pool, reader.phase_id, finding.row.stage).await?;
            unread.insert(latest.and_then(|latest| latest.markdown).unwrap_or_default());
        }
    }
    let texts: BTreeMap<_, _> = texts.iter().map(|(stage, text)| (*stage, Searchable::of(text))).collect();
    let one = |finding: FindingWithWords| {
        let place = finding.row.reference.parse::<Reference>().ok().map(Place::Item);
        let found = place.and_then(|place| texts.get(&finding.row.stage)?.find(&place));
        view(finding, reader, &people, found.map(|found| FoundPlace { line: found.line, section: found.section }))
    };
    Ok(findings.into_iter().map(one).collect())
}

fn people_of(finding: &FindingWithWords) -> impl Iterator<Item = UserId> + use<> {
    [Some(finding.row.raised_by), finding.row.answered_by].into_iter().flatten()
}

fn view(
    finding: FindingWithWords,
    reader: PhaseReader<'_>,
    people: &People,
    found: Option<FoundPlace>,
) -> RaisedFinding {
    let FindingWithWords { row, text, reason } = finding;
    let answer = row.answered_by.zip(row.answered_at).map(|(by, at)| FindingAnswer {
        by: people.person(by),
        at,
        reason: row.reason_hash.map(|_| reason.unwrap_or_else(|| ERASED.to_owned())),
    });
    let permits = |verb: &DomainVerb| reader.phase.permits(*verb, row.stage, reader.person).is_ok();
    let open = row.state == DomainState::Open;
    let answers = [DomainVerb::AcceptFinding, DomainVerb::DeclineFinding];
    RaisedFinding {
        id: row.finding_id.0,
        phase_id: row.phase_id.0,
        stage: row.stage.into(),
        version: row.version,
        reference: row.reference.clone(),
        severity: row.severity.into(),
        text: text.unwrap_or_else(|| ERASED.to_owned()),
        evidence: row.evidence.iter().map(ToString::to_string).collect(),
        raised_by: people.person(row.raised_by),
        at: row.at,
        state: row.state.into(),
        answer,
        settled_in: row.settled_in,
        found,
        may: answers.into_iter().filter(|_| open).filter(permits).map(Verb::from).collect(),
    }
}
