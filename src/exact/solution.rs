//! What the exact solver says: every number as an interval that holds the truth, and what it stands on.
//!
//! Does not know how it was computed, nor how it is shown.

use crate::model::{RuleId, Step, VariableId};

use super::poisson::sum;

/// A closed interval that holds the exact value of the model's numbers, rounding and everything dropped included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Bounds {
    /// Exactly this.
    pub fn exactly(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// The number to show: the middle.
    pub fn value(&self) -> f64 {
        self.low + (self.high - self.low) / 2.0
    }

    /// Width relative to the larger end in absolute value; 0 if both are 0.
    pub fn relative_width(&self) -> f64 {
        let scale = self.low.abs().max(self.high.abs());
        if scale > 0.0 { (self.high - self.low) / scale } else { 0.0 }
    }

    /// A unit in the last place wider at both ends, for a last addition that was rounded.
    pub(super) fn widened(self) -> Self {
        Self { low: self.low.next_down(), high: self.high.next_up() }
    }

    /// The sum of these, with what rounding the sum can do.
    pub(super) fn sum<'a>(terms: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let sum = Self { low: sum(terms.clone().map(|b| &b.low)), high: sum(terms.clone().map(|b| &b.high)) };
        // A compensated sum is at most two units off, however many terms it has.
        if terms.take(2).count() > 1 { sum.widened().widened() } else { sum }
    }

    /// Whether `x` lies in it.
    pub fn contains(&self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }
}

/// The probability of a yes/no property of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Chance {
    /// That it holds, in [0, 1].
    pub yes: Bounds,
    /// That it does not; not made by subtraction, so a probability near 1 has as many right digits as one near 0.
    pub no: Bounds,
    /// That it is certain to hold by the end of the step before a boundary: ascending, the last is that of `T`.
    pub by: Vec<(Step, Bounds)>,
}

/// The distribution of a number of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution {
    /// The mean; of `first`, the mean given that it happens. `None` where it could not be had.
    pub mean: Option<Bounds>,
    /// Its values, ascending, with their probabilities. Empty where only the mean is known, and for `first`.
    pub values: Vec<(f64, Bounds)>,
    /// Of a count: it was followed up to and including the last of `values`; the probability of more.
    pub more: Option<Bounds>,
    /// Of `first`: that it happens at all, and by when.
    pub ever: Option<Chance>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Yes or no.
    YesNo(Chance),
    /// A number. Times are in days, totals in value × days.
    Number(Distribution),
}

/// What a variable was at the boundaries that were looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Occupancy {
    /// Which.
    pub variable: VariableId,
    /// Boundary (the state just before its instant; `K` is the end), and the probability of each value from `low` on.
    pub at: Vec<(Step, Vec<Bounds>)>,
}

/// Something that was solved, and in which slice.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<T> {
    /// What.
    pub value: T,
    /// Index into `Solution::slices`.
    pub slice: usize,
}

/// Solved, or not and why not.
pub type Solved<T> = Result<Found<T>, Refusal>;

/// A part of a scenario that can be solved without the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    /// Its rules, in file order.
    pub rules: Vec<RuleId>,
    /// Its variables, in file order.
    pub variables: Vec<VariableId>,
    /// States reached at the ends of instants.
    pub states: usize,
    /// Probability that was dropped, and is contained in every upper end; 0 or nearly so.
    pub dropped: f64,
    /// Part of `dropped`: instants that did not settle.
    pub unsettled: f64,
}

/// Why something was not solved.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// What stood in the way.
    pub reason: Reason,
    /// The rules of its slice, in file order.
    pub rules: Vec<RuleId>,
    /// The variables of its slice, in file order.
    pub variables: Vec<VariableId>,
    /// What makes the states so many: how many different values each part of the state was seen with, most first.
    pub contributors: Vec<Contributor>,
    /// What is known of a yes/no property from the steps that were solved: it holds at least, and at most, so often.
    pub known: Option<Bounds>,
}

/// What stood in the way of a solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// More than so many states, reached in the step that this boundary opens.
    States {
        /// The limit.
        limit: usize,
        /// The boundary.
        step: Step,
    },
    /// More work than was allowed, reached in the step that this boundary opens.
    Work {
        /// The boundary.
        step: Step,
    },
    /// One instant can go in so many ways that they do not fit into the room for them.
    Ways {
        /// Ways that there were when it was given up.
        ways: u32,
        /// What then had one way after the other.
        cause: Cause,
        /// What it left to chance at once in the last of these ways: each doubles them, or more.
        asked: u32,
        /// The boundary.
        step: Step,
    },
    /// The states and what is kept of them do not fit into the room for them.
    Memory {
        /// States so far.
        states: usize,
        /// The room, bytes.
        room: u64,
        /// The boundary.
        step: Step,
    },
    /// Pressures are so frequent that what is kept of each of their occasions does not fit into the room for it.
    Jumps {
        /// The room, bytes.
        room: u64,
        /// The boundary.
        step: Step,
    },
    /// One instant has too many intermediate states.
    Cascade {
        /// The boundary.
        step: Step,
    },
    /// It holds a slice of which so many states were reached before that was given up; it was not tried.
    Holds {
        /// How many.
        states: usize,
    },
    /// It holds a slice that was given up because of the ways of one instant; it was not tried.
    HoldsWays,
    /// The question is of a kind that has no finite state (a `highest` of fractions, …).
    NoFiniteState,
    /// It was stopped from outside.
    Interrupted,
}

/// What has many ways in an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The start, as those hear it that respond to it.
    Start,
    /// A rule that is reached or fires, with those that respond to it.
    Rule(RuleId),
    /// Conditions that begin or end to hold, with what responds to that.
    Turns,
}

/// A part of the state and how many different values it was seen with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contributor {
    /// Which part.
    pub part: Part,
    /// How many values.
    pub values: usize,
}

/// A part of the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A posture, indicator or flag.
    Variable(VariableId),
    /// Whether a response is pending, and since when: the longest delay makes it wide.
    Pending(RuleId),
    /// How long a rule still cools down.
    Cooldown(RuleId),
    /// How often a rule has fired (`at_most`).
    Used(RuleId),
    /// How often an event has occurred (index into `Model::counters`).
    Count(usize),
    /// How long ago an event occurred (index into `Model::counters`).
    Age(usize),
    /// What questions remember.
    Monitor,
}

/// All that was asked, solved or refused.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// By outcome, in file order.
    pub outcomes: Solved<Vec<Chance>>,
    /// By question, in file order.
    pub questions: Vec<Solved<Answer>>,
    /// By variable, in file order; empty unless `Wanted::history`.
    pub occupancy: Vec<Solved<Occupancy>>,
    /// By rule, in file order: the expected number of firings in a run; empty unless `Wanted::history`.
    pub firings: Vec<Solved<Bounds>>,
    /// The slices that were solved.
    pub slices: Vec<Slice>,
}

/// What is to be solved.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Also the occupancy of every variable over time and the expected firings of every rule.
    pub history: bool,
    /// Boundaries at which the occupancy is wanted, ascending.
    pub looks: Vec<Step>,
}

/// What may be kept in memory, bytes. They are reckoned from what is kept and not measured, so that the same command
/// solves and refuses the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// For the ways of one instant.
    pub instant: u64,
    /// For the states of a slice and what is kept of them.
    pub slice: u64,
}

impl Room {
    /// What a state may take with its transitions, on average: entering those of the peninsula takes 200, and every kind
    /// of boundary at which they are met has transitions of its own.
    pub const OF_STATE: u64 = 800;
    /// For the states of a slice, however few are allowed: there may be wide ones among a few.
    const LEAST: u64 = 512 << 20;
    /// For the ways of one instant: somewhat more than those of 20 responses that are left to chance at once.
    const OF_INSTANT: u64 = 1 << 30;

    /// The room for so many states.
    pub const fn of(states: usize) -> Self {
        let slice = (states as u64).saturating_mul(Self::OF_STATE);
        Self { instant: Self::OF_INSTANT, slice: if slice > Self::LEAST { slice } else { Self::LEAST } }
    }
}

/// How much may be spent, and how precise it must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The most states of a slice.
    pub states: usize,
    /// The most memory.
    pub room: Room,
    /// The most elementary steps (transitions made or multiplied) of a slice; `None`: no limit. Counted, not timed, so
    /// that the same command always solves the same.
    pub work: Option<u64>,
    /// Relative width of an answer above which it is tried again with less dropped.
    pub precision: f64,
}

/// What goes on while it is solved.
#[derive(Clone, Copy)]
pub struct Conduct<'a> {
    /// Set from outside to stop.
    pub stop: &'a std::sync::atomic::AtomicBool,
    /// Told now and then: the slice (from 0), of how many, the boundary reached, the states so far.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// How far it has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The slice being solved, from 0.
    pub slice: usize,
    /// Of so many.
    pub slices: usize,
    /// The boundary reached.
    pub step: Step,
    /// Of so many.
    pub steps: Step,
    /// States so far.
    pub states: usize,
}

impl std::fmt::Debug for Conduct<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conduct").finish_non_exhaustive()
    }
}
