//! Document to model: checked, compiled, immutable. Dense ids instead of names; no errors after this.
//!
//! Does not know how a run is drawn, nor how many there are. `instant` is the one place where the rules
//! act; sampler and solver both call it and differ only in their `Choice`.

mod agenda;
pub mod ask;
pub mod assumption;
pub mod choice;
pub mod compile;
pub mod event;
mod firing;
#[cfg(test)]
pub(crate) mod fixture;
pub mod formula;
mod grid;
pub mod instant;
pub mod lint;
pub mod pending;
pub mod program;
mod queue;
pub mod rule;
pub mod schedule;
pub mod state;
pub mod table;

use crate::diagnostic::Span;
use crate::scenario::quantity::Duration;

pub use ask::{Ask, AskNumber, Asked, Comparison, Outcome, Question, When};
pub use assumption::{Assumption, Holds};
pub use rule::{Branch, Branches, Clock, Effect, Rule};

use formula::{Slot, Tabulated};
use program::Program;
use schedule::Schedule;

/// Index into `Model::variables`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(pub u32);

/// Index into `Model::rules`: rule instances in file order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u32);

/// Index into `Model::events`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

/// Index into `Model::counters`: events of which guards ask how often or how long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CounterId(pub u32);

/// Index into `Model::watches`: yes/no lets whose beginning or end somebody listens to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchId(pub u32);

/// A number of calendar steps, or the number of a boundary.
pub type Step = u32;

/// One compiled scenario under one set of overrides.
#[derive(Debug, Clone)]
pub struct Model {
    /// Title, or the empty string.
    pub title: String,
    /// About, or the empty string.
    pub about: String,
    /// BLAKE3 of the scenario text (as read, without a byte order mark), in hexadecimal.
    pub digest: String,
    /// Start, step and number of steps.
    pub calendar: Calendar,
    /// Postures, indicators and flags: the state that effects write.
    pub variables: Vec<Variable>,
    /// Actors, for people.
    pub actors: Vec<Actor>,
    /// Rule instances in file order; an indicator's decay is a recurring rule `decay of NAME` at the end.
    pub rules: Vec<Rule>,
    /// Every event that can be named: rules, branches, emitted names, posture changes, begins and ends, groups.
    pub events: Vec<Event>,
    /// What counts and ages are part of the state.
    pub counters: Vec<Counter>,
    /// Lets whose truth is compared at the end of each instant.
    pub watches: Vec<Watch>,
    /// Outcomes in file order; the last has `None` as its question.
    pub outcomes: Vec<Outcome>,
    /// Questions in file order.
    pub questions: Vec<Question>,
    /// When a run ends early.
    pub stop_when: Option<Tabulated<bool>>,
    /// Forced firings by boundary, in the order given.
    pub forced: Vec<Forced>,
    /// Parameters, for people and for overrides.
    pub parameters: Vec<Parameter>,
    /// All that `--set` can change, as it is in force: parameters in file order, then what rules state in place.
    pub assumptions: Vec<Assumption>,
    /// Declared omissions.
    pub omitted: Vec<String>,
    /// Variants that the file names.
    pub variants: Vec<Variant>,
    /// The overrides in force, as a command line would give them (`--set us_line=back`), in order.
    pub overrides: Vec<String>,
    /// Lets, for `explain`.
    pub lets: Vec<Let>,
    /// The event `start`.
    pub start_event: EventId,
    /// By variable: the events that its change raises.
    pub posture_events: Vec<PostureEvents>,
    /// Responses in file order: `Clock::Response::slot` indexes it and `State::pending`. Made by `finish`.
    pub responses: Vec<RuleId>,
    /// The rules as engines walk them. Made by `finish`.
    pub program: Program,
    /// What the calendar alone brings. Made by `finish`.
    pub schedule: Schedule,
}

/// The calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Seconds since 1970-01-01T00:00 of time 0; `None` for a scenario without dates.
    pub start: Option<i64>,
    /// Length of a step, seconds.
    pub step_seconds: u64,
    /// Number of steps `K`; boundaries are `0..K`, and `K` counts as a last one.
    pub steps: Step,
}

/// A piece of state that effects write.
#[derive(Debug, Clone)]
pub struct Variable {
    /// `dprk.military`, `tension`.
    pub name: String,
    /// What kind.
    pub kind: VariableKind,
    /// Value at the start.
    pub start: i32,
    /// Lowest value; 0 for postures and flags.
    pub low: i32,
    /// Highest value.
    pub high: i32,
    /// What it means, as written.
    pub says: String,
    /// Where it is declared.
    pub span: Span,
}

/// The kinds of variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableKind {
    /// A posture: values are named; `ordered` for a ladder.
    Posture {
        /// Names of the values, lowest first.
        values: Vec<String>,
        /// A ladder.
        ordered: bool,
    },
    /// An indicator.
    Indicator,
    /// A flag: 0 or 1.
    Flag,
}

/// An actor.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Its key.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its postures.
    pub postures: Vec<VariableId>,
}

/// An event that can be named.
#[derive(Debug, Clone)]
pub struct Event {
    /// As written in a scenario: `clash/war`, `dprk.military rises`.
    pub name: String,
    /// Responses that listen to it, in file order.
    pub listeners: Vec<RuleId>,
    /// What counts it.
    pub counters: Vec<CounterId>,
    /// Groups that it is a member of; a group's own members are resolved to the leaves.
    pub groups: Vec<EventId>,
    /// Some listener, counter, group, question or outcome asks for it.
    pub asked: bool,
}

/// A posture change that raises an event if somebody asks for it.
#[derive(Debug, Clone, Default)]
pub struct PostureEvents {
    /// `becomes` by value.
    pub becomes: Vec<Option<EventId>>,
    /// `rises`.
    pub rises: Option<EventId>,
    /// `falls`.
    pub falls: Option<EventId>,
}

/// An event whose number or age guards ask for.
#[derive(Debug, Clone)]
pub struct Counter {
    /// Which.
    pub event: EventId,
    /// `count` saturates here (one above the largest constant it is compared with); 0 if only the age is asked.
    pub cap: u32,
    /// The ages in steps at which some condition changes, ascending; empty if only the number is asked.
    pub thresholds: Vec<Step>,
}

/// A yes/no let whose changes are events.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Its name.
    pub name: String,
    /// What it says.
    pub condition: Tabulated<bool>,
    /// Raised when it becomes true.
    pub begins: EventId,
    /// Raised when it becomes false.
    pub ends: EventId,
}

/// A let, for people.
#[derive(Debug, Clone)]
pub struct Let {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A forced firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forced {
    /// When.
    pub at: Step,
    /// What.
    pub rule: RuleId,
    /// Index of the branch in file order (`otherwise` last); `None`: drawn.
    pub branch: Option<usize>,
}

/// A parameter as it is in force.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it means.
    pub says: String,
    /// The value in force, as text (`22%`, `0.22 per 1y`, `neutral`).
    pub value: String,
    /// The file's own value, if an override changed it.
    pub was: Option<String>,
    /// What it may be, as text; empty if anything.
    pub allowed: String,
    /// The value as a judgement band (5 % and 95 % points), where it is one.
    pub band: Option<(f64, f64)>,
    /// Where it is declared.
    pub span: Span,
}

/// A variant that the file names.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub says: String,
}

impl Model {
    /// Derives `responses`, `schedule` and `program` from the rest. The compiler's last step.
    #[must_use]
    pub fn finish(mut self) -> Self {
        self.responses = (0..self.rules.len() as u32)
            .map(RuleId)
            .filter(|id| matches!(self.rule(*id).clock, Clock::Response { .. }))
            .collect();
        let (mut turns, mut reads_day) = (Vec::new(), false);
        let steps = self.calendar.steps;
        self.each_read(|slot| match slot {
            Slot::During(from, to) => turns.extend([from, to].into_iter().filter(|s| (1..steps).contains(s))),
            Slot::Day => reads_day = true,
            Slot::Variable(_) | Slot::Count(_) | Slot::AgeAtLeast(..) => {}
        });
        self.schedule = Schedule::new(&self, turns, reads_day);
        self.program = Program::new(&self);
        self
    }

    /// Calls `see` with every slot that guards, hazards, chances, watches, outcomes, questions and
    /// `stop_when` read: what is asked at the end of an instant or can change a hazard. Slots repeat.
    pub fn each_read(&self, mut see: impl FnMut(Slot)) {
        for rule in &self.rules {
            rule.guard.reads.iter().for_each(|s| see(*s));
            match &rule.clock {
                Clock::Pressure { hazard: number, .. } | Clock::Response { chance: number, .. } => {
                    number.reads.iter().for_each(|s| see(*s));
                }
                Clock::Dated(_) | Clock::Recurring { .. } => {}
            }
        }
        self.watches.iter().flat_map(|w| &w.condition.reads).for_each(|s| see(*s));
        self.stop_when.iter().flat_map(|c| &c.reads).for_each(|s| see(*s));
        self.outcomes.iter().filter_map(|o| o.ask.as_ref()).for_each(|ask| ask.each_read(&mut see));
        self.questions.iter().for_each(|q| q.ask.each_read(&mut see));
    }

    /// The rule with this id.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.0 as usize]
    }

    /// The event with this id.
    pub fn event(&self, id: EventId) -> &Event {
        &self.events[id.0 as usize]
    }

    /// The variable with this id.
    pub fn variable(&self, id: VariableId) -> &Variable {
        &self.variables[id.0 as usize]
    }
}

impl Calendar {
    /// Whole days since the start, at a boundary.
    pub fn day(&self, step: Step) -> i32 {
        (u64::from(step) * self.step_seconds / 86_400) as i32
    }

    /// Ticks in a step: 86,400 · 2²⁴ a day.
    pub fn ticks_per_step(&self) -> u64 {
        self.step_seconds << TICK_BITS
    }

    /// The whole horizon, in ticks.
    pub fn end_ticks(&self) -> u64 {
        self.ticks_per_step() * u64::from(self.steps)
    }

    /// `duration` in whole steps, if it is a whole number of them.
    pub fn whole_steps(&self, duration: Duration) -> Option<u64> {
        duration.seconds.is_multiple_of(self.step_seconds).then(|| duration.seconds / self.step_seconds)
    }
}

/// A second is 2²⁴ ticks, so every second, minute, hour and day is a whole number of them.
pub const TICK_BITS: u32 = 24;

/// Hazards are below this, per day: about one in five seconds. The bands of occasions (SEMANTICS 7) end here.
pub const HIGHEST_HAZARD: f64 = 16_384.0;

/// Ticks in a day.
pub const TICKS_PER_DAY: u64 = 86_400 << TICK_BITS;
