//! What the expressions of a scenario ask of a run: which events, how often and how long ago, which lets are watched.
//!
//! Does not know who asks.

use std::collections::{BTreeMap, BTreeSet};

use super::interval::Interval;
use super::names::Scope;
use crate::diagnostic::Span;
use crate::model::formula::{Condition, Domain, Number, Slot, Tabulated};
use crate::model::{Counter, CounterId, Event, EventId, PostureEvents, RuleId, Step, VariableId, Watch};

/// A let after typing.
#[derive(Debug, Clone)]
pub(super) enum Typed {
    /// A condition.
    YesNo(Condition),
    /// A number and what it can be.
    Number(Number, Interval),
}

/// How far a let has been typed.
#[derive(Debug, Clone)]
pub(super) enum Progress {
    /// Nothing has used it yet.
    Untouched,
    /// It is being typed now: a use of it is a use of itself.
    Begun,
    /// `None` if it held a mistake.
    Done(Option<Typed>),
}

/// A let whose beginning or end is an event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched {
    pub(super) begins: EventId,
    pub(super) ends: EventId,
    /// Where this was asked first.
    pub(super) span: Span,
}

/// What the expressions of a scenario ask of a run.
#[derive(Debug, Clone)]
pub struct Demand {
    pub(super) events: Vec<Event>,
    /// By the name of the event, as written in a scenario.
    pub(super) ids: BTreeMap<String, EventId>,
    pub(super) start: EventId,
    /// By rule: its event and those of its branches.
    pub(super) rules: Vec<(EventId, Vec<EventId>)>,
    pub(super) postures: Vec<PostureEvents>,
    counters: Vec<Counter>,
    /// By event, and by cap where the number is asked, 0 where the age is.
    counted: BTreeMap<(EventId, u32), CounterId>,
    /// By let.
    pub(super) watched: BTreeMap<usize, Watched>,
    /// By let.
    pub(super) lets: Vec<Progress>,
    /// Lets that are being typed, outermost first.
    pub(super) open_lets: Vec<usize>,
}

/// What `Demand` comes to when all expressions have been typed.
#[derive(Debug)]
pub struct Demanded {
    /// For `Model::events`; listeners still empty.
    pub events: Vec<Event>,
    /// For `Model::counters`.
    pub counters: Vec<Counter>,
    /// For `Model::watches`, in file order.
    pub watches: Vec<Watch>,
    /// For `Model::posture_events`, by variable.
    pub posture_events: Vec<PostureEvents>,
    /// For `Model::start_event`.
    pub start_event: EventId,
}

impl Demand {
    /// Nothing asked; the event `start` exists.
    pub(super) fn new(scope: &Scope) -> Self {
        let postures = scope.variables.iter().enumerate().map(|(index, _)| PostureEvents {
            becomes: vec![None; scope.values(VariableId(index as u32)).len()],
            rises: None,
            falls: None,
        });
        let mut demand = Self {
            events: Vec::new(),
            ids: BTreeMap::new(),
            start: EventId(0),
            rules: Vec::new(),
            postures: postures.collect(),
            counters: Vec::new(),
            counted: BTreeMap::new(),
            watched: BTreeMap::new(),
            lets: vec![Progress::Untouched; scope.lets.len()],
            open_lets: Vec::new(),
        };
        demand.start = demand.event("start");
        demand
    }

    /// The event of this name, made if it is new.
    pub(super) fn event(&mut self, name: &str) -> EventId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = EventId(self.events.len() as u32);
        self.events.push(Event {
            name: name.to_owned(),
            listeners: Vec::new(),
            counters: Vec::new(),
            groups: Vec::new(),
            asked: false,
        });
        self.ids.insert(name.to_owned(), id);
        id
    }

    pub(super) fn event_at(&mut self, id: EventId) -> &mut Event {
        &mut self.events[id.0 as usize]
    }

    /// The event of a rule.
    pub fn rule_event(&self, rule: RuleId) -> EventId {
        self.rules[rule.0 as usize].0
    }

    /// The event of the branch at this place of a rule's `choose`, in file order (`otherwise` where it stands).
    pub fn branch_event(&self, rule: RuleId, branch: usize) -> EventId {
        self.rules[rule.0 as usize].1[branch]
    }

    /// `events` and every group with one of them, ascending, each once: what a branch raises.
    pub fn with_groups(&self, events: &[EventId]) -> Vec<EventId> {
        let groups = events.iter().flat_map(|id| &self.events[id.0 as usize].groups);
        let all: BTreeSet<EventId> = events.iter().chain(groups).copied().collect();
        all.into_iter().collect()
    }

    /// What counts `event` up to `cap`.
    pub(super) fn count(&mut self, event: EventId, cap: u32) -> CounterId {
        self.counter(event, cap)
    }

    /// What knows whether the latest `event` is at least `steps` ago.
    pub(super) fn age(&mut self, event: EventId, steps: Step) -> CounterId {
        let id = self.counter(event, 0);
        let thresholds = &mut self.counters[id.0 as usize].thresholds;
        if let Err(place) = thresholds.binary_search(&steps) {
            thresholds.insert(place, steps);
        }
        id
    }

    /// Comparisons with different numbers have counters of their own: together they have no more states than one
    /// with the highest cap, and a question that depends on one of them need not carry the others.
    fn counter(&mut self, event: EventId, cap: u32) -> CounterId {
        if let Some(id) = self.counted.get(&(event, cap)) {
            return *id;
        }
        let id = CounterId(self.counters.len() as u32);
        self.counters.push(Counter { event, cap, thresholds: Vec::new() });
        self.counted.insert((event, cap), id);
        self.event_at(event).counters.push(id);
        self.event_at(event).asked = true;
        id
    }

    /// The closed range of values of a slot.
    pub fn domain(&self, slot: Slot, scope: &Scope) -> Domain {
        match slot {
            Slot::Variable(id) => (scope.variable_at(id).low, scope.variable_at(id).high),
            Slot::Count(id) => (0, self.counters[id.0 as usize].cap as i32),
            Slot::AgeAtLeast(..) | Slot::During(..) => (0, 1),
            Slot::Day => (0, scope.calendar.as_ref().map_or(0, |c| c.day(c.steps))),
        }
    }

    /// `condition`, tabulated.
    pub fn tabulate_condition(&self, condition: Condition, scope: &Scope) -> Tabulated<bool> {
        Tabulated::condition(condition, |slot| self.domain(slot, scope))
    }

    /// `number`, tabulated.
    pub fn tabulate_number(&self, number: Number, scope: &Scope) -> Tabulated<f64> {
        Tabulated::number(number, |slot| self.domain(slot, scope))
    }

    /// What all this comes to, once the watched lets have been typed.
    pub(super) fn demanded(self, scope: &Scope) -> Demanded {
        let watches = self.watched.iter().map(|(index, watched)| {
            let condition = match &self.lets[*index] {
                Progress::Done(Some(Typed::YesNo(condition))) => condition.clone(),
                _ => Condition::Constant(false),
            };
            Watch {
                name: scope.lets[*index].name.clone(),
                condition: self.tabulate_condition(condition, scope),
                begins: watched.begins,
                ends: watched.ends,
            }
        });
        let watches = watches.collect();
        Demanded {
            watches,
            events: self.events,
            counters: self.counters,
            posture_events: self.postures,
            start_event: self.start,
        }
    }
}
