//! What must be true before a stage's gate opens, one line each, so that nobody has to guess.

use konductro_domain::artefact::check::Finding;
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::phase::{GateState, OpenedPhase, StageRecord};
use konductro_domain::stage::{GateKind, Stage as DomainStage};
use serde::Serialize;
use utoipa::ToSchema;

use super::sentences;
use super::words::Stage;

/// One thing that must be true before a stage's gate opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Condition {
    /// Whether it is; null where it can't be said yet.
    pub ok: Option<bool>,
    /// What.
    pub text: String,
    /// Where to look.
    pub link: Option<Link>,
}

/// A place in the phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// The stage.
    pub stage: Stage,
    /// The version of its artefact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The finding in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
}

/// The conditions of a stage, in the order in which they come true.
pub(super) fn of(phase: &OpenedPhase, stage: DomainStage, findings: Option<&[Finding]>) -> Vec<Condition> {
    let mut conditions: Vec<_> = phase.kind.earlier(stage).map(|earlier| upstream(phase, earlier)).collect();
    if let (GateKind::Approval, Some(record)) = (stage.gate_kind(), phase.stages.get(&stage)) {
        conditions.extend([version(stage, record), whole(record), no_open_change_requests(stage, record)]);
        conditions.extend(findings.map(|findings| no_blocking_finding(stage, record, findings)));
        conditions.push(approvals(phase, stage));
    }
    conditions
}

fn upstream(phase: &OpenedPhase, earlier: DomainStage) -> Condition {
    let approved = phase.stages.get(&earlier).and_then(|record| record.approved.as_ref());
    let version = approved.map(|approved| approved.version);
    let link = Some(Link { stage: earlier.into(), version, finding: None });
    let title = earlier.title();
    if earlier.gate_kind() == GateKind::FirstReply {
        let ok = Some(phase.gate(earlier).state() == GateState::Passed);
        return Condition { ok, text: format!("Conductor has replied in {title}"), link };
    }
    let (ok, text) = match (phase.gate(earlier).state(), version) {
        (GateState::Approved, Some(version)) => (true, format!("{title} is approved at v{version}")),
        (GateState::Stale, Some(version)) => (false, format!("{title} v{version} is stale")),
        _ => (false, format!("{title} is approved by {}", sentences::roles(&phase.approving_roles(earlier)))),
    };
    Condition { ok: Some(ok), text, link }
}

fn version(stage: DomainStage, record: &StageRecord) -> Condition {
    match &record.latest {
        Some(latest) => Condition {
            ok: Some(true),
            text: format!("v{} is there to decide on", latest.version),
            link: Some(Link { stage: stage.into(), version: Some(latest.version), finding: None }),
        },
        None => Condition { ok: Some(false), text: "A first version is written".to_owned(), link: None },
    }
}

fn whole(record: &StageRecord) -> Condition {
    let ok = record.latest.as_ref().map(|latest| latest.completeness == Completeness::Complete);
    Condition { ok, text: "The document is whole".to_owned(), link: None }
}

fn no_open_change_requests(stage: DomainStage, record: &StageRecord) -> Condition {
    let open = record.change_requests.len();
    let answered = record.change_requests.values().filter(|request| request.answered_in.is_some()).count();
    let text = match (open, answered) {
        (0, _) => "No change request is open".to_owned(),
        (1, 0) => "1 change request is open".to_owned(),
        (1, _) => "1 change request is answered, and waits for its requester".to_owned(),
        (more, 0) => format!("{more} change requests are open"),
        (more, answered) => format!("{more} change requests are open, {answered} of them answered"),
    };
    let link = (open > 0).then(|| Link { stage: stage.into(), version: None, finding: None });
    Condition { ok: record.latest.as_ref().map(|_| open == 0), text, link }
}

/// What blocks can also be waived, with the approval.
fn no_blocking_finding(stage: DomainStage, record: &StageRecord, findings: &[Finding]) -> Condition {
    let mut blocking = findings.iter().filter(|finding| finding.is_blocking());
    let first = blocking.next().map(|finding| finding.id.to_string());
    let text = match first.iter().count() + blocking.count() {
        0 => "No finding blocks".to_owned(),
        1 => "1 blocking finding".to_owned(),
        more => format!("{more} blocking findings"),
    };
    let latest = record.latest.as_ref();
    let ok = latest.map(|_| first.is_none());
    let version = latest.map(|latest| latest.version);
    let link = first.map(|finding| Link { stage: stage.into(), version, finding: Some(finding) });
    Condition { ok, text, link }
}

fn approvals(phase: &OpenedPhase, stage: DomainStage) -> Condition {
    let (given, required) = (phase.counting_approvals(stage).len(), phase.required_approvals(stage));
    let who = sentences::roles(&phase.approving_roles(stage));
    let text = match required {
        1 => format!("Approved by {who}"),
        more => format!("{given} of {more} approvals by {who}"),
    };
    // What nobody has decided yet is no failure.
    let ok = match phase.gate(stage).state() {
        GateState::Approved | GateState::Passed => Some(true),
        GateState::Stale => Some(false),
        GateState::Locked | GateState::Open | GateState::InReview | GateState::ChangesRequested => None,
    };
    Condition { ok, text, link: None }
}

/// What approving a stage unlocks, in one sentence.
pub(super) fn effect(phase: &OpenedPhase, stage: DomainStage) -> String {
    match stage.gate_kind() {
        GateKind::FirstReply => "Conductor's first reply makes the phase ready for story generation.".to_owned(),
        GateKind::Review => "Approved stories go to the backlog.".to_owned(),
        GateKind::Approval => {
            let next = phase.kind.gated().find(|later| phase.kind.upstream(*later).last() == Some(stage));
            next.map_or_else(
                || "Approving makes the phase ready for story generation.".to_owned(),
                |next| format!("Approving unlocks {}.", next.title()),
            )
        }
    }
}
