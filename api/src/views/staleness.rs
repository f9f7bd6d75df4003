//! Whether what was made from approved versions still stands: computed from the gates of now at each read.
//!
//! A story or proposal is stale when a stage it was made from is not approved now at exactly that version and
//! cycle. A scoping note needs no approval: there, a newer note makes stale what came from the older.

use std::collections::BTreeMap;

use konductro_domain::ids::PhaseId;
use konductro_domain::phase::GateState;
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::stage::{GateKind, Stage};
use konductro_projections::ProjectionError;
use konductro_projections::phase_board::{self, StageRow};
use sqlx::PgPool;

/// The gates of some phases as they are now.
#[derive(Debug, Clone, Default)]
pub(super) struct Gates(BTreeMap<(PhaseId, Stage), StageRow>);

impl Gates {
    /// Reads the gates of these phases.
    pub(super) async fn of(pool: &PgPool, phases: &[PhaseId]) -> Result<Self, ProjectionError> {
        let rows = phase_board::stages_of(pool, phases).await?;
        Ok(Self(rows.into_iter().map(|row| ((row.phase_id, row.stage), row)).collect()))
    }

    /// Why what was made from these versions is stale; `None` while it stands.
    pub(super) fn stale_reason(&self, phase: PhaseId, based_on: &[BasedOn]) -> Option<String> {
        // A stage that the phase has no longer (it was promoted) changes no more.
        based_on.iter().find_map(|on| reason(self.0.get(&(phase, on.stage))?, on))
    }
}

fn reason(now: &StageRow, on: &BasedOn) -> Option<String> {
    let (stage, version) = (on.stage.title(), on.version);
    if on.stage.gate_kind() != GateKind::Approval {
        let latest = now.latest_version.filter(|latest| *latest != version)?;
        return Some(format!("{stage} is at v{latest} now; this was made from v{version}."));
    }
    match (now.state, now.approved_version) {
        (GateState::Approved, Some(approved)) if approved != version => {
            Some(format!("{stage} is approved at v{approved} now; this was made from v{version}."))
        }
        (GateState::Approved, Some(_)) if now.cycle != on.cycle => {
            Some(format!("{stage} v{version} was reopened and approved again; this was made before."))
        }
        (GateState::Approved, Some(_)) => None,
        (GateState::Stale, _) => Some(format!("{stage} v{version} is stale: what it stands on has changed.")),
        _ => Some(format!("{stage} v{version} was reopened and is not approved now.")),
    }
}
