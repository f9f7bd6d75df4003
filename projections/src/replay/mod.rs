//! A phase as it was after any of its events: folded from those events, by the very folds of the read models, and from
//! no table of today.
//!
//! A [`Timeline`] holds the events of one phase. Folding up to a moment begins at the nearest mark before it, so that a
//! step costs the same near the end of a long phase as near its beginning. What was said in conversations, which is most
//! of a long phase, is not held but only where it stands: a turn is folded from its own few events, and only the turns that
//! are shown are read.

mod conversation;
mod load;
mod state;

use std::collections::BTreeMap;
use std::sync::Arc;

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::{PhaseId, ProjectId, UserId};
use konductro_domain::project::ProjectEvent;
use konductro_domain::role::Roles;
use konductro_domain::stage::Stage;
use sqlx::PgPool;

pub use self::conversation::{PlannedTurns, TurnsAt};
pub use self::load::{event, turns};
pub use self::state::Folded;

use self::conversation::Turns;
use self::load::Read;
use crate::ProjectionError;
use crate::event_log::{EventLogError, Unreadable};

/// Events between two marks: what a step folds at most.
const BETWEEN_MARKS: usize = 2_000;

/// Why a phase can't be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log can't be read.
    #[error(transparent)]
    Log(#[from] EventLogError),
    /// An event can't be read.
    #[error("the event at position {position} can't be read: {reason}")]
    Unreadable {
        /// Where it stands.
        position: i64,
        /// Why.
        reason: Unreadable,
    },
    /// An event can't be folded.
    #[error(transparent)]
    Fold(#[from] ProjectionError),
    /// Reading was cut short.
    #[error("reading the events of the phase was cut short: {0}")]
    Interrupted(String),
}

impl From<sqlx::Error> for ReplayError {
    fn from(error: sqlx::Error) -> Self {
        Self::Log(error.into())
    }
}

/// The events of one phase, and how it was after each of them.
#[derive(Debug)]
pub struct Timeline {
    phase: PhaseId,
    project: ProjectId,
    events: Vec<Step>,
    marks: Vec<(usize, Folded)>,
    /// After the last event.
    latest: Folded,
    turns: BTreeMap<Stage, Turns>,
    /// Who held which roles from a position on.
    roles: Vec<(i64, UserId, Roles)>,
    /// How far the project's members were read.
    roles_up_to: i64,
}

/// One event of a phase.
#[derive(Debug, Clone)]
pub enum Step {
    /// Held whole.
    Whole(Box<Recorded<Event>>),
    /// Something that was said: where it stands.
    Said(Said),
}

/// Where something that was said stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// In the log.
    pub position: i64,
    /// In which conversation of the phase.
    pub stage: Stage,
    /// In that conversation's stream.
    pub sequence: i64,
}

impl Step {
    /// Its place in the log.
    pub fn position(&self) -> i64 {
        match self {
            Step::Whole(recorded) => recorded.position,
            Step::Said(said) => said.position,
        }
    }
}

impl Timeline {
    /// An empty one; `refresh` reads it.
    pub fn new(phase: PhaseId, project: ProjectId) -> Self {
        Self {
            phase,
            project,
            events: Vec::new(),
            marks: vec![(0, Folded::default())],
            latest: Folded::default(),
            turns: BTreeMap::new(),
            roles: Vec::new(),
            roles_up_to: 0,
        }
    }

    /// Reads what happened since.
    pub async fn refresh(&mut self, pool: &PgPool) -> Result<(), ReplayError> {
        load::events(self, pool).await?;
        load::members(self, pool).await
    }

    /// Takes over the next events.
    pub(crate) fn extend(&mut self, events: Vec<Read>) -> Result<(), ReplayError> {
        self.events.reserve(events.len());
        for Read { step, turn } in events {
            if let Step::Whole(recorded) = &step {
                self.latest.apply(recorded, self.phase)?;
            }
            conversation::note(&mut self.turns, &step, turn, self.events.len());
            self.events.push(step);
            if self.events.len().is_multiple_of(BETWEEN_MARKS) {
                self.marks.push((self.events.len(), self.latest.clone()));
            }
        }
        Ok(())
    }

    fn extend_roles(&mut self, position: i64, event: &ProjectEvent) {
        match event {
            ProjectEvent::MemberRolesSet { user_id, roles, .. } => {
                self.roles.push((position, *user_id, roles.clone()));
            }
            ProjectEvent::MemberRemoved { user_id, .. } => self.roles.push((position, *user_id, Roles::new())),
            _ => {}
        }
        self.roles_up_to = self.roles_up_to.max(position);
    }

    /// How many events it has.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The last position that it knows.
    pub fn last_position(&self) -> i64 {
        self.events.last().map_or(0, Step::position)
    }

    /// The number of the event at a position, or of the last one before it, from 1; `None` before the first.
    pub fn number_at(&self, position: i64) -> Option<usize> {
        let number = self.events.partition_point(|event| event.position() <= position);
        (number > 0).then_some(number)
    }

    /// The event of a number, from 1.
    pub fn step(&self, number: usize) -> Option<&Step> {
        self.events.get(number.checked_sub(1)?)
    }

    /// The phase as it was after the event of a number.
    pub fn folded(&self, number: usize) -> Result<Arc<Folded>, ReplayError> {
        if number >= self.events.len() {
            return Ok(Arc::new(self.latest.clone()));
        }
        let mark = self.marks.partition_point(|(at, _)| *at <= number).saturating_sub(1);
        let (from, mut folded) = self.marks.get(mark).cloned().unwrap_or_default();
        for step in self.events.get(from..number).unwrap_or_default() {
            if let Step::Whole(recorded) = step {
                folded.apply(recorded, self.phase)?;
            }
        }
        Ok(Arc::new(folded))
    }

    /// The last turns of each conversation after the event of a number; `before` a position, where older ones are wanted.
    pub fn planned(&self, number: usize, most: usize, before: Option<i64>) -> Vec<PlannedTurns> {
        let at = |(stage, turns): (&Stage, &Turns)| turns.at(*stage, &self.events, number, most, before);
        self.turns.iter().map(at).filter(|planned| planned.count > 0).collect()
    }

    /// Who held which roles in the project at a position.
    pub fn roles(&self, position: i64) -> BTreeMap<UserId, Roles> {
        let mut held = BTreeMap::new();
        for (_, person, roles) in self.roles.iter().take_while(|(at, ..)| *at <= position) {
            held.insert(*person, roles.clone());
        }
        held.retain(|_, roles| !roles.is_empty());
        held
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests say what they expect")]
mod tests {
    use konductro_domain::actor::Actor;
    use konductro_domain::event::Stream;
    use konductro_domain::ids::{CorrelationId, EventId};
    use konductro_domain::phase::PhaseEvent;
    use serde_json::json;
    use time::OffsetDateTime;
    use uuid::Uuid;

    use super::*;

    fn recorded(phase: PhaseId, position: i64, event: PhaseEvent) -> Recorded<Event> {
        Recorded {
            position,
            event_id: EventId(Uuid::now_v7()),
            stream: Stream { aggregate_type: "phase".to_owned(), aggregate_id: phase.to_string() },
            sequence: position,
            at: OffsetDateTime::UNIX_EPOCH,
            actor: Actor::System,
            role: None,
            credential: None,
            causation: None,
            correlation: CorrelationId(Uuid::now_v7()),
            project_id: None,
            phase_id: Some(phase),
            event: Event::Phase(event),
        }
    }

    fn renamed(number: i64) -> PhaseEvent {
        serde_json::from_value(json!({ "type": "PhaseRenamed", "title": format!("Title {number}"),
            "brief": { "hash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "bytes": 3 } }))
        .unwrap()
    }

    #[test]
    fn a_fold_from_a_mark_is_the_fold_from_the_beginning() {
        let (phase, project) = (PhaseId(Uuid::now_v7()), ProjectId(Uuid::now_v7()));
        let catalogue = include_str!("../../../domain/tests/event_catalogue.jsonl");
        let opened =
            catalogue.lines().find_map(|line| line.strip_prefix("phase 1 ").filter(|it| it.contains("PhaseOpened")));
        let mut events = vec![recorded(phase, 1, serde_json::from_str(opened.unwrap()).unwrap())];
        let many = i64::try_from(BETWEEN_MARKS).unwrap() * 2 + 10;
        events.extend((2..=many).map(|position| recorded(phase, position * 3, renamed(position))));
        let read = |recorded: &Recorded<Event>| Read { step: Step::Whole(Box::new(recorded.clone())), turn: None };
        let mut timeline = Timeline::new(phase, project);
        let mut pieces = events.chunks(999);
        for piece in &mut pieces {
            timeline.extend(piece.iter().map(read).collect()).unwrap();
        }
        assert_eq!(timeline.marks.len(), 3);
        let title = |number: usize| timeline.folded(number).unwrap().board().map(|board| board.phase.title.clone());
        assert_eq!(title(0), None);
        for number in [2, BETWEEN_MARKS - 1, BETWEEN_MARKS, BETWEEN_MARKS + 1, timeline.len() - 1, timeline.len()] {
            assert_eq!(title(number), Some(format!("Title {number}")), "after event {number}");
        }
        assert_eq!(timeline.number_at(0), None);
        assert_eq!(timeline.number_at(8), Some(2));
        assert_eq!(timeline.number_at(9), Some(3));
        assert_eq!(timeline.number_at(i64::MAX), Some(timeline.len()));
    }
}
