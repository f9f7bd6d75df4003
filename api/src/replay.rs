//! Timelines of the phases that people step through, kept in memory so that each step is quick.
//!
//! The most recently used are kept, up to a number of events in all; a phase that is longer than that is kept alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex as Held, PoisonError};

use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_projections::replay::{ReplayError, Timeline};
use sqlx::PgPool;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Events in memory, at most. What was said takes a few bytes each, everything else some hundred.
const MOST_EVENTS: usize = 300_000;

/// The timelines of one process.
#[derive(Clone, Default)]
pub struct Replays {
    kept: Arc<Held<Kept>>,
}

#[derive(Default)]
struct Kept {
    timelines: HashMap<PhaseId, Place>,
    /// Counts uses, so that the longest unused goes first.
    uses: u64,
}

struct Place {
    timeline: Arc<Mutex<Timeline>>,
    events: usize,
    used: u64,
}

impl Replays {
    /// A phase's timeline, up to now. Whoever else wants it waits.
    pub async fn of(
        &self,
        pool: &PgPool,
        phase: PhaseId,
        project: ProjectId,
    ) -> Result<OwnedMutexGuard<Timeline>, ReplayError> {
        let timeline = self.place(phase, project);
        let mut timeline = timeline.lock_owned().await;
        if let Err(error) = timeline.refresh(pool).await {
            // What was half read is read anew.
            *timeline = Timeline::new(phase, project);
            return Err(error);
        }
        self.note(phase, timeline.len());
        Ok(timeline)
    }

    fn place(&self, phase: PhaseId, project: ProjectId) -> Arc<Mutex<Timeline>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let used = kept.uses;
        let place = kept.timelines.entry(phase).or_insert_with(|| Place {
            timeline: Arc::new(Mutex::new(Timeline::new(phase, project))),
            events: 0,
            used,
        });
        place.used = used;
        Arc::clone(&place.timeline)
    }

    /// Notes how long a timeline is, and lets the longest unused go where it is too much.
    fn note(&self, phase: PhaseId, events: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.timelines.get_mut(&phase) {
            place.events = events;
        }
        while kept.timelines.values().map(|place| place.events).sum::<usize>() > MOST_EVENTS {
            let others = kept.timelines.iter().filter(|(id, _)| **id != phase);
            let Some(oldest) = others.min_by_key(|(_, place)| place.used).map(|(id, _)| *id) else { return };
            kept.timelines.remove(&oldest);
        }
    }
}
