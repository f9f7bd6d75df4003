//! The one table: which stages each kind of phase passes, in order. Who may converse and who may decide
//! there is the matrix in `role`; what closes a stage is `Stage::gate_kind`.

use serde::{Deserialize, Serialize};

use crate::stage::{GateKind, Stage};

/// How much planning a phase gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseKind {
    /// Three gated artefacts, then stories.
    Full,
    /// A short scoping conversation, then stories.
    Light,
    /// One-off stories only; one such phase a project.
    Adhoc,
}

impl PhaseKind {
    /// The stages, in order.
    pub fn stages(self) -> &'static [Stage] {
        match self {
            PhaseKind::Full => &[Stage::Requirements, Stage::TechnicalAnalysis, Stage::Architecture, Stage::Stories],
            PhaseKind::Light => &[Stage::Scoping, Stage::Stories],
            PhaseKind::Adhoc => &[Stage::Stories],
        }
    }

    /// Whether a phase of this kind has the stage.
    pub fn has(self, stage: Stage) -> bool {
        self.stages().contains(&stage)
    }

    /// The stages before this one.
    pub fn earlier(self, stage: Stage) -> impl Iterator<Item = Stage> {
        self.stages().iter().copied().take_while(move |earlier| *earlier != stage)
    }

    /// The stages with an approval gate before this one: what it stands on.
    pub fn upstream(self, stage: Stage) -> impl Iterator<Item = Stage> {
        self.earlier(stage).filter(|earlier| earlier.gate_kind() == GateKind::Approval)
    }

    /// The stages after this one.
    pub fn downstream(self, stage: Stage) -> impl Iterator<Item = Stage> {
        self.stages().iter().copied().skip_while(move |later| *later != stage).skip(1)
    }

    /// The stages whose artefacts must be approved before stories can be generated.
    pub fn gated(self) -> impl Iterator<Item = Stage> {
        self.stages().iter().copied().filter(|stage| stage.gate_kind() == GateKind::Approval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_phase_passes_three_gates_and_then_stories() {
        assert_eq!(PhaseKind::Full.gated().count(), 3);
        assert_eq!(PhaseKind::Full.stages().last(), Some(&Stage::Stories));
    }

    #[test]
    fn architecture_stands_on_requirements_and_technical_analysis() {
        let upstream: Vec<_> = PhaseKind::Full.upstream(Stage::Architecture).collect();
        assert_eq!(upstream, [Stage::Requirements, Stage::TechnicalAnalysis]);
        assert_eq!(PhaseKind::Full.upstream(Stage::Requirements).count(), 0);
    }

    #[test]
    fn the_stories_of_a_light_phase_stand_on_no_gate() {
        assert_eq!(PhaseKind::Light.upstream(Stage::Stories).count(), 0);
    }
}
