//! One thing that monitors remember, and how firings, settled instants and dates move it.
//!
//! Does not know of which question it is a part.

use crate::model::formula::{Slot, Tabulated};
use crate::model::state::State;
use crate::model::{EventId, Model, Step, When};
use crate::observe::histogram::Fixed;

/// One thing to remember.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Term {
    Ever(Tabulated<bool>, Option<When>),
    AtEnd(Tabulated<bool>),
    On(Tabulated<bool>, When),
    Count { event: EventId, by: Option<When>, cap: u32 },
    Before(EventId, EventId),
    Then(EventId, EventId, Step),
    Stays(Tabulated<bool>, Step),
    NumberAtEnd(Tabulated<f64>),
    NumberOn(Tabulated<f64>, When),
    First(Tabulated<bool>),
    Total(Tabulated<f64>, usize),
    TotalTime(Tabulated<bool>, usize),
    Highest(Tabulated<f64>),
}

/// What is remembered for one term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Nothing yet: no, so far.
    Open,
    /// Yes, whatever follows.
    Yes,
    /// No, whatever follows.
    No,
    /// So many so far, saturating at the term's cap.
    Count(u32),
    /// So many, whatever follows: the term's `by` is past.
    Counted(u32),
    /// `then`: the step of the latest `a`. `stays`: the boundary from which the condition holds.
    Since(Step),
    /// A number seen.
    Value(Fixed),
    /// Ticks after the start.
    Time(u64),
}

/// An integral over time so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Integral {
    /// Up to `since`, in units of `Fixed` × ticks.
    sum: i128,
    /// The number since then.
    value: i64,
    /// Ticks after the start.
    since: u64,
}

/// An instant has settled.
#[derive(Clone, Copy)]
pub struct Settled<'a> {
    /// Of which model.
    pub model: &'a Model,
    /// The state now.
    pub state: &'a State,
    /// Ticks after the start, worked out when asked for.
    pub now: &'a dyn Fn() -> u64,
    /// It is the instant of boundary `state.step`.
    pub boundary: bool,
}

/// What a term is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Formula<'a> {
    Condition(&'a Tabulated<bool>),
    Number(&'a Tabulated<f64>),
}

impl<'a> Formula<'a> {
    /// What it reads.
    pub(super) fn reads(self) -> &'a [Slot] {
        match self {
            Self::Condition(condition) => &condition.reads,
            Self::Number(number) => &number.reads,
        }
    }

    /// How many entries its table has, if there is one.
    pub(super) fn size(self) -> Option<usize> {
        match self {
            Self::Condition(condition) => condition.table().map(<[bool]>::len),
            Self::Number(number) => number.table().map(<[f64]>::len),
        }
    }

    /// Its table, if there is one: a number as `Fixed`, of a condition 1 or 0.
    pub(super) fn table(self) -> Option<Vec<i64>> {
        match self {
            Self::Condition(condition) => Some(condition.table()?.iter().map(|holds| i64::from(*holds)).collect()),
            Self::Number(number) => Some(number.table()?.iter().map(|value| Fixed::nearest(*value).0).collect()),
        }
    }

    /// Its value now.
    pub(super) fn value(self, settled: &Settled<'_>) -> i64 {
        match self {
            Self::Condition(condition) => i64::from(settled.holds(condition)),
            Self::Number(number) => settled.value(number).0,
        }
    }
}

impl Settled<'_> {
    /// Whether it is `T`.
    pub(super) fn at_end(&self) -> bool {
        self.boundary && self.state.step >= self.model.calendar.steps
    }

    fn holds(&self, condition: &Tabulated<bool>) -> bool {
        condition.holds(self.state, self.model)
    }

    fn value(&self, number: &Tabulated<f64>) -> Fixed {
        Fixed::nearest(number.value(self.state, self.model))
    }
}

impl Term {
    /// The mark of a run that has not begun.
    pub(super) fn first_mark(&self) -> Mark {
        if matches!(self, Self::Count { .. }) { Mark::Count(0) } else { Mark::Open }
    }

    /// The mark where nobody asks for it any more: one that nothing moves, if it has one. Otherwise what is past could come
    /// again, and change the state.
    pub(super) fn closed_mark(&self) -> Mark {
        match self {
            Self::Ever(..) | Self::AtEnd(_) | Self::On(..) | Self::Before(..) | Self::Then(..) | Self::Stays(..) => {
                Mark::No
            }
            _ => self.first_mark(),
        }
    }

    /// The events that it listens to.
    pub(super) fn events(&self) -> impl Iterator<Item = EventId> {
        let (a, b) = match self {
            Self::Count { event, .. } => (Some(*event), None),
            Self::Before(a, b) | Self::Then(a, b, _) => (Some(*a), (a != b).then_some(*b)),
            _ => (None, None),
        };
        a.into_iter().chain(b)
    }

    /// The moment at which it looks at the state, or is closed.
    pub(super) fn when(&self) -> Option<When> {
        match self {
            Self::On(_, when) | Self::NumberOn(_, when) => Some(*when),
            Self::Ever(_, by) | Self::Count { by, .. } => *by,
            _ => None,
        }
    }

    /// What it is made of, if it is asked when an instant has settled at which something that it reads has changed.
    pub(super) fn watched(&self) -> Option<Formula<'_>> {
        match self {
            Self::Ever(c, _) | Self::Stays(c, _) | Self::First(c) | Self::TotalTime(c, _) => {
                Some(Formula::Condition(c))
            }
            Self::Total(n, _) | Self::Highest(n) => Some(Formula::Number(n)),
            // Asked at their own time.
            Self::AtEnd(_) | Self::NumberAtEnd(_) | Self::On(..) | Self::NumberOn(..)
            // Asked of events only.
            | Self::Count { .. } | Self::Before(..) | Self::Then(..) => None,
        }
    }

    /// Whether only a higher value than all before means anything to it.
    pub(super) fn waits(&self) -> bool {
        matches!(self, Self::Ever(..) | Self::First(_) | Self::Highest(_))
    }

    /// Whether it is asked at `T` though nothing that it reads has changed.
    pub(super) fn is_last(&self) -> bool {
        matches!(self, Self::AtEnd(_) | Self::NumberAtEnd(_) | Self::Stays(..) | Self::Total(..) | Self::TotalTime(..))
    }

    /// The mark after an instant has settled, `mark` being that before.
    pub(super) fn settled(&self, mark: Mark, integrals: &mut [Integral], settled: &Settled<'_>) -> Mark {
        match (self, mark) {
            (Self::Ever(condition, _) | Self::First(condition), Mark::Open)
            | (Self::Stays(condition, _), Mark::Open | Mark::Since(_))
            | (Self::TotalTime(condition, _), _) => {
                self.found(mark, Formula::Condition(condition).value(settled), integrals, settled)
            }
            (Self::Highest(number) | Self::Total(number, _), _) => {
                self.found(mark, Formula::Number(number).value(settled), integrals, settled)
            }
            // Too old for any later `b`.
            (Self::Then(_, _, within), Mark::Since(a)) if settled.state.step - a > *within => Mark::Open,
            (Self::AtEnd(condition), Mark::Open) if settled.at_end() => yes_or_no(settled.holds(condition)),
            (Self::NumberAtEnd(number), _) if settled.at_end() => Mark::Value(settled.value(number)),
            _ => mark,
        }
    }

    /// The mark after an instant has settled at which what it is made of is `value`: a number as `Fixed`, of a condition 1
    /// if it holds, else 0.
    pub(super) fn found(&self, mark: Mark, value: i64, integrals: &mut [Integral], settled: &Settled<'_>) -> Mark {
        let holds = value != 0;
        match (self, mark) {
            (Self::Ever(..), Mark::Open) if holds => Mark::Yes,
            (Self::First(_), Mark::Open) if holds => Mark::Time((settled.now)()),
            (Self::Stays(_, steps), Mark::Open | Mark::Since(_)) => {
                stays(mark, holds, *steps, settled.state.step, settled.boundary)
            }
            // A mark that is open is below every value.
            (Self::Highest(_), _) => mark.max(Mark::Value(Fixed(value))),
            (Self::Total(_, slot) | Self::TotalTime(_, slot), _) => {
                integrals[*slot].settled(value, settled);
                mark
            }
            _ => mark,
        }
    }

    /// The mark when its date has come: it looks at the state, or its `by` is past.
    pub(super) fn dated(&self, mark: Mark, model: &Model, state: &State) -> Mark {
        match (self, mark) {
            (Self::On(condition, _), Mark::Open) => yes_or_no(condition.holds(state, model)),
            (Self::NumberOn(number, _), _) => Mark::Value(Fixed::nearest(number.value(state, model))),
            (Self::Ever(..), Mark::Open) => Mark::No,
            (Self::Count { .. }, Mark::Count(count)) => Mark::Counted(count),
            _ => mark,
        }
    }

    /// The mark after a firing that raised `event`, which is among `raised`. A term that listens to two of
    /// them is called twice, and the second call must change nothing.
    pub(super) fn fired(&self, mark: Mark, event: EventId, raised: &[EventId], step: Step) -> Mark {
        let also = |other: &EventId| raised.binary_search(other).is_ok();
        match (self, mark) {
            (Self::Count { cap, .. }, Mark::Count(count)) if count < *cap => Mark::Count(count + 1),
            (Self::Before(_, b), Mark::Open) if also(b) => Mark::No,
            (Self::Before(..), Mark::Open) => Mark::Yes,
            (Self::Then(a, b, within), Mark::Since(_) | Mark::Open) => {
                let in_time = matches!(mark, Mark::Since(earlier) if step - earlier <= *within);
                // An `a` of this very firing must not be mistaken for an earlier one, so of two calls the first
                // decides: it is that of the lesser event, and both look at `raised`.
                let first = event == *a.min(b) || !(also(a) && also(b));
                match mark {
                    _ if !first => mark,
                    _ if also(b) && in_time => Mark::Yes,
                    // The latest `a` is the nearest to any later `b`.
                    _ if also(a) => Mark::Since(step),
                    _ => mark,
                }
            }
            _ => mark,
        }
    }
}

/// `stays(c) for D` after an instant in `step`: `mark` is that before it. Boundaries that were skipped count as
/// if they had been asked, since nothing changed at them.
fn stays(mark: Mark, holds: bool, steps: Step, step: Step, boundary: bool) -> Mark {
    if let Mark::Since(from) = mark {
        let enough = u64::from(from) + u64::from(steps);
        // It held through the last boundary before this instant; a pressure's instant is after that of `step`.
        let through = if boundary { u64::from(step).checked_sub(1) } else { Some(u64::from(step)) };
        if through.is_some_and(|through| through >= enough) || (holds && boundary && u64::from(step) >= enough) {
            return Mark::Yes;
        }
        return if holds { mark } else { Mark::Open };
    }
    match (holds, boundary) {
        (false, _) => Mark::Open,
        (true, true) if steps == 0 => Mark::Yes,
        (true, true) => Mark::Since(step),
        // What holds from a moment within the step is first seen at the next boundary.
        (true, false) => Mark::Since(step + 1),
    }
}

impl Integral {
    /// Up to the last instant at which the number changed, and at `T` up to that; in units of `Fixed` × ticks.
    pub(super) fn sum(&self) -> i128 {
        self.sum
    }

    /// The number is `value` from now on. The time is asked for only where the number changes: what stays the same
    /// adds up to the same. At `T` the sum is completed.
    fn settled(&mut self, value: i64, settled: &Settled<'_>) {
        if value != self.value || (settled.at_end() && value != 0) {
            let now = (settled.now)();
            self.sum += i128::from(self.value) * i128::from(now - self.since);
            (self.value, self.since) = (value, now);
        }
    }
}

fn yes_or_no(holds: bool) -> Mark {
    if holds { Mark::Yes } else { Mark::No }
}
