//! Streams as this process last saw them, so that a load brings only what is newer.
//!
//! Nothing is true because it is remembered: a load asks the database for the stream's head in any case, and
//! what is decided without asking is refused by the stream's primary key if anybody was faster. So it may be
//! forgotten at any time, and it is bounded.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cqrs_es::Aggregate;

use super::statement::Head;

/// Streams in one generation. States are small: they hold no texts.
const MOST: usize = 1024;

/// A stream as it was after some event.
#[derive(Debug)]
pub(crate) struct Known<A> {
    /// The fold of its events.
    pub(crate) state: A,
    /// The event it goes up to.
    pub(crate) head: Head,
    /// The sequence of its latest snapshot that this process has heard of; 0 without one.
    pub(crate) snapshot: i64,
}

/// The streams that were used last.
#[derive(Debug, Default)]
pub(crate) struct KnownStreams {
    generations: Mutex<Generations>,
}

type Name = (&'static str, String);

/// What is used moves to the young; when they are many, they become the old, and the old are forgotten.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Name, Arc<dyn Any + Send + Sync>>,
    old: HashMap<Name, Arc<dyn Any + Send + Sync>>,
}

impl KnownStreams {
    /// The stream as it was when it was last seen, where it is still remembered.
    pub(crate) fn of<A: Aggregate + 'static>(&self, stream_id: &str) -> Option<Arc<Known<A>>> {
        let name = (A::TYPE, stream_id.to_owned());
        let mut generations = self.held();
        if let Some(known) = generations.young.get(&name) {
            return Arc::clone(known).downcast().ok();
        }
        let known = generations.old.remove(&name)?;
        generations.add(name, Arc::clone(&known));
        known.downcast().ok()
    }

    /// Remembers a stream, unless a later state of it is remembered already.
    pub(crate) fn remember<A: Aggregate + 'static>(&self, stream_id: &str, known: Arc<Known<A>>) {
        let later = |other: Arc<Known<A>>| other.head.sequence > known.head.sequence;
        if !self.of::<A>(stream_id).is_some_and(later) {
            self.held().add((A::TYPE, stream_id.to_owned()), known);
        }
    }

    /// Forgets a stream.
    pub(crate) fn forget<A: Aggregate>(&self, stream_id: &str) {
        let name = (A::TYPE, stream_id.to_owned());
        let mut generations = self.held();
        generations.young.remove(&name);
        generations.old.remove(&name);
    }

    /// Every change is whole even if a holder panicked: the worst is a stream forgotten.
    fn held(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn add(&mut self, name: Name, known: Arc<dyn Any + Send + Sync>) {
        if self.young.len() >= MOST {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, known);
    }
}

#[cfg(test)]
mod tests {
    use konductro_domain::project::Project;

    use super::*;

    fn at(sequence: i64) -> Arc<Known<Project>> {
        Arc::new(Known { state: Project::default(), head: Head { sequence, leaf_hash: [1; 32] }, snapshot: 0 })
    }

    fn version(streams: &KnownStreams, stream: &str) -> Option<i64> {
        streams.of::<Project>(stream).map(|known| known.head.sequence)
    }

    #[test]
    fn a_later_state_is_not_replaced_by_an_earlier_one() {
        let streams = KnownStreams::default();
        streams.remember("p", at(2));
        streams.remember("p", at(1));
        assert_eq!(version(&streams, "p"), Some(2));
        streams.forget::<Project>("p");
        assert_eq!(version(&streams, "p"), None);
    }

    #[test]
    fn what_is_used_stays_and_the_rest_is_forgotten() {
        let streams = KnownStreams::default();
        streams.remember("used", at(1));
        streams.remember("left", at(1));
        for number in 0..3 * MOST {
            streams.remember(&number.to_string(), at(1));
            assert_eq!(version(&streams, "used"), Some(1));
        }
        assert_eq!(version(&streams, "left"), None);
        let generations = streams.held();
        assert!(generations.young.len() + generations.old.len() <= 2 * MOST);
    }
}
