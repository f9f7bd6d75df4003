//! Conversations at a moment: which turns there were, each folded from its own events.

use std::collections::{BTreeMap, HashMap};

use konductro_domain::event::{Event, Recorded};
use konductro_domain::ids::TurnId;
use konductro_domain::stage::Stage;

use super::{ReplayError, Said, Step};
use crate::conversation_view::{Changes, TurnRow, turn_of};

/// The turns of one stage, and the events of each.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// In the order of their messages: the message's position, and the turn.
    order: Vec<(i64, TurnId)>,
    /// Where the events of a turn stand in the timeline.
    events: HashMap<TurnId, Vec<usize>>,
}

/// Notes which turn an event belongs to; `turn` is that of something that was said.
pub(super) fn note(turns: &mut BTreeMap<Stage, Turns>, step: &Step, turn: Option<TurnId>, place: usize) {
    match (step, turn) {
        (Step::Said(said), Some(turn)) => {
            let of_stage = turns.entry(said.stage).or_default();
            // A turn begins with its message.
            let events = of_stage.events.entry(turn).or_default();
            if events.is_empty() {
                of_stage.order.push((said.position, turn));
            }
            events.push(place);
        }
        (Step::Whole(recorded), _) => {
            // What became of a document may be about any stage; it goes where its turn is.
            let turn = turn_of(&recorded.event);
            let of_turn = turn.and_then(|turn| turns.values_mut().find_map(|it| it.events.get_mut(&turn)));
            if let Some(events) = of_turn {
                events.push(place);
            }
        }
        (Step::Said(_), None) => {}
    }
}

/// The turns of one stage at a moment, to be read.
#[derive(Debug, Clone)]
pub struct PlannedTurns {
    pub(super) stage: Stage,
    /// How many turns there were.
    pub count: usize,
    turns: Vec<Vec<Step>>,
}

/// The turns of one stage at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnsAt {
    /// The stage.
    pub stage: Stage,
    /// How many turns there were.
    pub count: usize,
    /// Those that were asked for, oldest first.
    pub rows: Vec<TurnRow>,
}

impl Turns {
    /// The last turns after the event of a number; a turn that is before a position, where one is named.
    pub(super) fn at(
        &self,
        stage: Stage,
        events: &[Step],
        number: usize,
        most: usize,
        before: Option<i64>,
    ) -> PlannedTurns {
        let until = number.checked_sub(1).and_then(|last| events.get(last)).map_or(0, Step::position);
        let count = self.order.partition_point(|(position, _)| *position <= until);
        let end = before.map_or(count, |before| self.order.partition_point(|(at, _)| *at < before).min(count));
        let shown = self.order.get(end.saturating_sub(most)..end).unwrap_or_default();
        let of_turn = |(_, turn): &(i64, TurnId)| {
            let places = self.events.get(turn).map(Vec::as_slice).unwrap_or_default();
            let until_then = places.iter().take_while(|place| **place < number);
            until_then.filter_map(|place| events.get(*place).cloned()).collect()
        };
        PlannedTurns { stage, count, turns: shown.iter().map(of_turn).collect() }
    }
}

impl PlannedTurns {
    /// What was said in these turns.
    pub(super) fn said(&self) -> impl Iterator<Item = Said> {
        self.turns.iter().flatten().filter_map(|step| match step {
            Step::Said(said) => Some(*said),
            Step::Whole(_) => None,
        })
    }

    /// The turns, with what was said in them.
    pub(super) fn fold(&self, said: &HashMap<i64, Recorded<Event>>) -> Result<TurnsAt, ReplayError> {
        let mut rows = Vec::with_capacity(self.turns.len());
        for steps in &self.turns {
            let mut changes = Changes::default();
            for step in steps {
                match step {
                    Step::Said(at) => {
                        if let Some(recorded) = said.get(&at.position)
                            && let Event::Conversation(event) = &recorded.event
                        {
                            changes.apply(recorded, event)?;
                        }
                    }
                    Step::Whole(recorded) => {
                        if let Event::Phase(event) = &recorded.event {
                            changes.note_outcome(event);
                        }
                    }
                }
            }
            rows.extend(changes.turns.into_values());
        }
        Ok(TurnsAt { stage: self.stage, count: self.count, rows })
    }
}
