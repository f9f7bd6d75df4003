//! One line for each stage that says where it stands and by whose doing, for the board and the stepper.

use konductro_domain::ids::UserId;
use konductro_domain::phase::GateState;
use konductro_domain::phase::artefact::Origin;
use konductro_domain::stage::{GateKind, Stage};
use konductro_projections::phase_board::{Evidence, StageRow, Written};
use konductro_projections::review_table::Counts;

use super::people::People;
use super::sentences::day;

/// The state that is shown of a stage: that of the stories stage also says how far its review is.
pub(super) fn state(stage: Stage, state: GateState, proposals: Counts) -> GateState {
    match (stage.gate_kind(), state) {
        (GateKind::Review, GateState::Open) if proposals.proposed > 0 => GateState::InReview,
        (GateKind::Review, GateState::Open) if proposals.approved + proposals.rejected > 0 => GateState::Passed,
        _ => state,
    }
}

/// Where a stage stands, in one line, with its state as it is shown.
pub(super) fn line(
    stage: Stage,
    state: GateState,
    latest: Option<u32>,
    evidence: &Evidence,
    proposals: Counts,
    people: &People,
) -> String {
    let Counts { proposed, approved, rejected } = proposals;
    match state {
        GateState::InReview if stage.gate_kind() == GateKind::Review => {
            format!("{proposed} undecided, {approved} approved, {rejected} rejected")
        }
        GateState::Passed if stage.gate_kind() == GateKind::Review => {
            format!("{approved} approved, {rejected} rejected")
        }
        GateState::Locked => "Waits for the stages before it".to_owned(),
        GateState::Open if stage.gate_kind() == GateKind::Approval => "No version yet".to_owned(),
        GateState::Open if stage.gate_kind() == GateKind::FirstReply => "Waits for Conductor's first reply".to_owned(),
        GateState::Open => "Open".to_owned(),
        GateState::Passed => "Conductor has replied; stories can be generated".to_owned(),
        GateState::InReview => written(latest, evidence.written.as_ref(), people),
        GateState::ChangesRequested => match evidence.change_requests.last() {
            Some(request) => {
                let (version, who, when) = (request.version, people.name(request.user_id), day(request.at));
                format!("v{version} sent back by {who}, {when}")
            }
            None => "Changes requested".to_owned(),
        },
        GateState::Approved | GateState::Stale => match &evidence.approved {
            Some(approved) => {
                let (version, who, when) = (approved.version, people.spoken(&approved.by), day(approved.at));
                format!("v{version} approved by {who}, {when}")
            }
            None => "Approved".to_owned(),
        },
    }
}

fn written(latest: Option<u32>, written: Option<&Written>, people: &People) -> String {
    let version = latest.map_or_else(|| "A version".to_owned(), |version| format!("v{version}"));
    match written {
        Some(Written { at, origin: Origin::Conductor, .. }) => format!("{version} by Conductor, {}", day(*at)),
        Some(Written { at, authors, .. }) => format!("{version} by {}, {}", people.spoken(authors), day(*at)),
        None => format!("{version} awaits a decision"),
    }
}

/// Everybody whom the line of a stage may name.
pub(super) fn people(row: &StageRow) -> impl Iterator<Item = UserId> + use<'_> {
    let evidence = &row.evidence;
    let authors = evidence.written.iter().flat_map(|written| written.authors.iter().copied());
    let approvers = evidence.approved.iter().flat_map(|approved| approved.by.iter().copied());
    authors.chain(approvers).chain(evidence.change_requests.iter().map(|request| request.user_id))
}
