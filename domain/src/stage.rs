//! Stages, the artefacts they produce, and what kind of gate closes each.

use serde::{Deserialize, Serialize};

/// One step of a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// What is to be built, and why.
    Requirements,
    /// What the live code says to it; written in the IDE.
    TechnicalAnalysis,
    /// How it is built.
    Architecture,
    /// The stories that come of it.
    Stories,
    /// The short conversation of a light phase.
    Scoping,
}

impl Stage {
    /// Every stage of every kind of phase.
    pub const ALL: [Stage; 5] =
        [Stage::Requirements, Stage::TechnicalAnalysis, Stage::Architecture, Stage::Stories, Stage::Scoping];

    /// The stage's name in addresses, events and topics.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Requirements => "requirements",
            Stage::TechnicalAnalysis => "technical_analysis",
            Stage::Architecture => "architecture",
            Stage::Stories => "stories",
            Stage::Scoping => "scoping",
        }
    }

    /// The stage's name for people.
    pub fn title(self) -> &'static str {
        match self {
            Stage::Requirements => "Requirements",
            Stage::TechnicalAnalysis => "Technical analysis",
            Stage::Architecture => "Architecture",
            Stage::Stories => "Stories",
            Stage::Scoping => "Scoping",
        }
    }

    /// What closes the stage.
    pub fn gate_kind(self) -> GateKind {
        match self {
            Stage::Requirements | Stage::TechnicalAnalysis | Stage::Architecture => GateKind::Approval,
            Stage::Scoping => GateKind::FirstReply,
            Stage::Stories => GateKind::Review,
        }
    }

    /// Whether the stage produces a document.
    pub fn has_artefact(self) -> bool {
        self != Stage::Stories
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no stage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no stage of that name; use requirements, technical_analysis, architecture, stories or scoping")]
pub struct UnknownStage;

impl std::str::FromStr for Stage {
    type Err = UnknownStage;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Stage::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or(UnknownStage)
    }
}

/// What closes a stage (product, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// People approve an exact version of the artefact.
    Approval,
    /// Open until Conductor's first reply, then passed.
    FirstReply,
    /// Done when no proposal is undecided.
    Review,
}
