//! The symbol table of one scenario: what every name means, and what the value of every parameter is.
//!
//! Does not know rules' contents: only that a rule, a branch or an emitted name exists.
//!
//! A name whose declaration held a mistake is *poisoned*: it is known, and its uses are no mistakes.

use super::interval::Interval;
use crate::diagnostic::Diagnostics;
use crate::model::formula::{Domain, Slot};
use crate::model::{Actor, Calendar, Counter, Event, EventId, PostureEvents, RuleId, Variable, Watch};
use crate::scenario::document::Document;
use crate::scenario::quantity::Duration;

/// The value of a parameter in force, as expressions see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A plain number, or a probability (a judgement: its median).
    Number {
        /// The value in force.
        value: f64,
        /// What it may be: `range` and the value in force.
        range: Interval,
    },
    /// A duration.
    Duration(Duration),
    /// One of several names.
    Choice {
        /// The names, in file order.
        names: Vec<String>,
        /// Index of the one in force.
        chosen: usize,
    },
    /// A number with `per`, or a probability with `within`: it stands alone under `pressure`.
    Rate,
}

/// The symbol table. It holds the variables and actors of the model, checked.
#[derive(Debug)]
pub struct Scope {
    /// Postures in file order of their actors, then indicators, then flags.
    pub variables: Vec<Variable>,
    /// Actors in file order.
    pub actors: Vec<Actor>,
    /// Start, step and number of steps; `None` if the clock held a mistake.
    pub calendar: Option<Calendar>,
}

/// What the expressions of a scenario ask of a run: events, counters, watches.
#[derive(Debug)]
pub struct Demand {}

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

/// What typing an expression needs and adds to.
pub struct Context<'a> {
    /// What names mean.
    pub scope: &'a Scope,
    /// What has been asked so far.
    pub demand: &'a mut Demand,
    /// Mistakes so far.
    pub diagnostics: &'a mut Diagnostics,
}

impl Scope {
    /// Declares every name of `document`, whose templates have been expanded: `RuleId`s are positions in
    /// `document.rules`. Checks actors, postures, ladders, indicators (but not `decays`), flags, lets, events and
    /// all names. `parameters` go with `document.parameters` one by one, `None` for one that held a mistake.
    pub fn declare(
        _document: &Document,
        _parameters: Vec<Option<Value>>,
        _calendar: Option<Calendar>,
        _diagnostics: &mut Diagnostics,
    ) -> (Self, Demand) {
        unimplemented!()
    }

    /// The value of a parameter; `None` if there is none of that name or it held a mistake.
    pub fn parameter(&self, _name: &str) -> Option<&Value> {
        unimplemented!()
    }

    /// The indicator or flag of that name.
    pub fn variable(&self, _name: &str) -> Option<crate::model::VariableId> {
        unimplemented!()
    }
}

impl Demand {
    /// The event of a rule.
    pub fn rule_event(&self, _rule: RuleId) -> EventId {
        unimplemented!()
    }

    /// The event of the branch at this place of a rule's `choose`, in file order (`otherwise` where it stands).
    pub fn branch_event(&self, _rule: RuleId, _branch: usize) -> EventId {
        unimplemented!()
    }

    /// `events` and every group with one of them, ascending, each once: what a branch raises.
    pub fn with_groups(&self, _events: &[EventId]) -> Vec<EventId> {
        unimplemented!()
    }

    /// The closed range of values of a slot.
    pub fn domain(&self, _slot: Slot, _scope: &Scope) -> Domain {
        unimplemented!()
    }
}

impl Context<'_> {
    /// Types the lets that nothing uses and those that are watched: call it when every other expression has been typed.
    pub fn finish(&mut self) -> Demanded {
        unimplemented!()
    }
}
