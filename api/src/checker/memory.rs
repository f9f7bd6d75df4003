//! What a checker remembers: a bounded number of verdicts and of the ids of earlier versions. Losing it costs time only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use konductro_domain::artefact::check::Finding;
use konductro_domain::artefact::ids::EarlierIds;
use konductro_domain::ids::PhaseId;
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;

/// How many of each are remembered; then it begins anew.
const MOST: usize = 512;
/// A document with more ids is read again rather than remembered.
const MOST_IDS: usize = 20_000;

/// What a verdict is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Verdict {
    pub(super) phase_id: PhaseId,
    pub(super) stage: Stage,
    pub(super) version: u32,
    pub(super) upstream: Hash,
}

/// The ids of the versions before this one.
type UpTo = (u32, Arc<EarlierIds>);

#[derive(Debug, Default)]
pub(super) struct Memory {
    findings: Mutex<HashMap<Verdict, Arc<[Finding]>>>,
    /// The ids of the versions before one, by phase and stage: of the latest version that was asked for.
    earlier: Mutex<HashMap<(PhaseId, Stage), UpTo>>,
}

impl Memory {
    pub(super) fn findings(&self, verdict: &Verdict) -> Option<Arc<[Finding]>> {
        locked(&self.findings).get(verdict).cloned()
    }

    pub(super) fn keep_findings(&self, verdict: Verdict, findings: Arc<[Finding]>) {
        let mut known = locked(&self.findings);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(verdict, findings);
    }

    /// The ids of versions before one, as far as they are known: before which version, from 1.
    pub(super) fn earlier(&self, phase_id: PhaseId, stage: Stage, before: u32) -> (u32, Arc<EarlierIds>) {
        let known = locked(&self.earlier).get(&(phase_id, stage)).cloned();
        known.filter(|(version, _)| *version <= before).unwrap_or_else(|| (1, Arc::default()))
    }

    pub(super) fn keep_earlier(&self, phase_id: PhaseId, stage: Stage, before: u32, earlier: Arc<EarlierIds>) {
        if earlier.ever.len() + earlier.retired.len() > MOST_IDS {
            return;
        }
        let mut known = locked(&self.earlier);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((phase_id, stage), (before, earlier));
    }
}

/// A map is whole even if a holder of the lock panicked: every change of it is one call.
fn locked<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
