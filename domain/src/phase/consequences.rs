//! What follows from a decision: each transition of a stage that it causes is an event of the same
//! commit, found by comparing the computed gates before and after. So events and computed state can't differ.

use crate::phase::PhaseEvent;
use crate::phase::gate::{Gate, GateState};
use crate::phase::state::{OpenedPhase, Phase, PhaseStatus};
use crate::stage::Stage;

impl Phase {
    /// The decided events, followed by the transitions they cause; `cause` is the stage decided on.
    pub(super) fn with_consequences(&self, cause: Stage, mut decided: Vec<PhaseEvent>) -> Vec<PhaseEvent> {
        let Phase::Opened(before) = self else { return decided };
        let mut folded = self.clone();
        for event in &decided {
            folded.fold(event.clone());
        }
        let Phase::Opened(after) = folded else { return decided };
        decided.extend(stage_transitions(before, &after, cause));
        decided.extend(readiness_transition(before, &after, cause));
        decided
    }
}

fn stage_transitions(before: &OpenedPhase, after: &OpenedPhase, cause: Stage) -> Vec<PhaseEvent> {
    let transition = |stage: Stage| match (before.gate(stage).state(), after.gate(stage)) {
        (was, Gate::Stale(approved)) if was != GateState::Stale => {
            Some(PhaseEvent::StageBecameStale { stage, version: approved.version, cause })
        }
        // Also the stage decided on: a stale stage that is reopened too early waits for what it stands on.
        (was, Gate::Locked(missing)) if was != GateState::Locked => {
            let cause = missing.first().map_or(cause, |missing| missing.stage);
            Some(PhaseEvent::StageLocked { stage, cause })
        }
        (GateState::Locked, is) if is.state() != GateState::Locked => Some(PhaseEvent::StageUnlocked { stage }),
        _ => None,
    };
    after.kind.stages().iter().copied().filter_map(transition).collect()
}

fn readiness_transition(before: &OpenedPhase, after: &OpenedPhase, cause: Stage) -> Option<PhaseEvent> {
    let open = |phase: &OpenedPhase| matches!(phase.status, PhaseStatus::Planning | PhaseStatus::Ready);
    if !open(before) || !open(after) {
        return None;
    }
    match (after.status == PhaseStatus::Ready, after.is_ready()) {
        (false, true) => Some(PhaseEvent::PhaseBecameReady {}),
        (true, false) => Some(PhaseEvent::PhaseCeasedToBeReady { cause }),
        _ => None,
    }
}
