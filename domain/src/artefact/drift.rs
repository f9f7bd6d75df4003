//! Whether the code that an analysis rests on is still where it was.

use serde::{Deserialize, Serialize};

use super::submission::CodeReference;

/// How a piece of evidence fares in today's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftState {
    /// The lines are as they were.
    Unchanged,
    /// The same lines are elsewhere.
    Moved,
    /// Other lines are there.
    Changed,
    /// The file, or the lines, are gone.
    Vanished,
}

/// One piece of evidence in today's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftedPlace {
    /// Its id in the analysis, such as `E-3`.
    pub evidence: String,
    /// How it fares.
    pub state: DriftState,
    /// Where the lines are now, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<CodeReference>,
}

/// How many pieces of evidence fare how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DriftTally {
    /// As they were.
    pub unchanged: u32,
    /// Elsewhere.
    pub moved: u32,
    /// Other lines.
    pub changed: u32,
    /// Gone.
    pub vanished: u32,
}

impl DriftTally {
    /// Counts.
    pub fn of(places: &[DriftedPlace]) -> Self {
        let count = |state| {
            let alike = places.iter().filter(|place| place.state == state).count();
            u32::try_from(alike).unwrap_or(u32::MAX)
        };
        Self {
            unchanged: count(DriftState::Unchanged),
            moved: count(DriftState::Moved),
            changed: count(DriftState::Changed),
            vanished: count(DriftState::Vanished),
        }
    }

    /// How many there are in all.
    pub fn total(self) -> u32 {
        [self.unchanged, self.moved, self.changed, self.vanished].into_iter().fold(0, u32::saturating_add)
    }

    /// How many are not as they were.
    pub fn drifted(self) -> u32 {
        self.total() - self.unchanged
    }
}
