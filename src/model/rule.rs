//! A rule after compilation: guard, clock, branches, effects.
//!
//! Does not know how it is drawn whether, when and which: that is `instant`'s, and a `Choice`'s.

use std::sync::Arc;

use super::formula::{Slot, Tabulated};
use super::table::DelayTable;
use super::{EventId, Step, VariableId};
use crate::diagnostic::Span;
use crate::scenario::document::{Because, Confidence, Evidence};

/// A rule instance.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id with template variables replaced; the text that keys its randomness.
    pub id: String,
    /// Its sentence, or the empty string.
    pub says: String,
    /// Its event.
    pub event: EventId,
    /// Its guard.
    pub guard: Tabulated<bool>,
    /// How it comes to fire.
    pub clock: Clock,
    /// What it does.
    pub branches: Branches,
    /// What a firing is if no branch is drawn: no effects, the rule's own event and its groups.
    pub nothing: Branch,
    /// Index into `State::used`, and how many firings a run allows.
    pub at_most: Option<(usize, u32)>,
    /// Index into `State::ready`, and the steps of unavailability after a firing.
    pub cooldown: Option<(usize, Step)>,
    /// Order among the items of a boundary: higher first.
    pub priority: i64,
    /// Forbidden in this run.
    pub forbidden: bool,
    /// Part of the escalation paths.
    pub milestone: bool,
    /// CAMEO code.
    pub cameo: Option<String>,
    /// Provenance, defaults merged in.
    pub because: Option<Because>,
    /// Kind of evidence, if stated.
    pub evidence: Option<Evidence>,
    /// Confidence, if stated.
    pub confidence: Option<Confidence>,
    /// Where its key stands; instances of a template share it.
    pub span: Span,
}

/// The four clocks.
#[derive(Debug, Clone)]
pub enum Clock {
    /// Acts at any moment.
    Pressure {
        /// Hazard while the guard holds, per day, factors included.
        hazard: Tabulated<f64>,
        /// The highest value that `hazard` can take, per day.
        highest: f64,
    },
    /// Follows a trigger.
    Response {
        /// Index into `State::pending`.
        slot: usize,
        /// Chance that it follows, factors included.
        chance: Tabulated<f64>,
        /// When it follows, if it does.
        delay: Arc<DelayTable>,
        /// Not cancelled when its guard lapses.
        keep: bool,
        /// A trigger while pending starts it again.
        restart: bool,
    },
    /// At fixed boundaries, ascending.
    Dated(Vec<Step>),
    /// At `from`, `from + every`, …
    Recurring {
        /// First boundary.
        from: Step,
        /// Steps between two.
        every: Step,
    },
}

/// What a firing does.
#[derive(Debug, Clone)]
pub enum Branches {
    /// Always the same.
    One(Branch),
    /// By weight: probabilities that sum to at most 1; what is missing is `otherwise`.
    Weighted {
        /// The branches in file order, each with its probability.
        branches: Vec<(Tabulated<f64>, Branch)>,
        /// Drawn with the probability that the others leave; `None`: nothing happens then.
        otherwise: Option<Branch>,
    },
    /// By relative odds among those whose condition holds.
    Odds {
        /// The branches in file order: condition, odds.
        branches: Vec<(Tabulated<bool>, Tabulated<f64>, Branch)>,
        /// Drawn if the odds sum to 0; `None`: nothing happens then.
        otherwise: Option<Branch>,
    },
}

/// A branch, or all that a rule without `choose` does.
#[derive(Debug, Clone)]
pub struct Branch {
    /// `rule/branch` without the rule; empty for a rule without `choose`.
    pub name: String,
    /// Its sentence.
    pub says: String,
    /// Forbidden in this run: it is drawn as ever, and then nothing happens.
    pub forbidden: bool,
    /// What changes, in the order written.
    pub effects: Vec<Effect>,
    /// The rule's event, the branch's, emitted names and every group with one of them, ascending.
    pub raises: Vec<EventId>,
    /// CAMEO code.
    pub cameo: Option<String>,
}

/// One change.
#[derive(Debug, Clone)]
pub enum Effect {
    /// `x = v`
    Set(VariableId, Tabulated<f64>),
    /// `x += n` (`n` may be negative), saturating at the ends of the range.
    Add(VariableId, Tabulated<f64>),
    /// Through a table made at load: new value by old value minus `low` (decay).
    Map(VariableId, Arc<[i32]>),
}

impl Branches {
    /// The branch at `index`, `otherwise` standing after the others; `None`: nothing happens.
    pub fn at(&self, index: usize) -> Option<&Branch> {
        match self {
            Self::One(branch) => Some(branch),
            Self::Weighted { branches, otherwise } => {
                branches.get(index).map(|(_, branch)| branch).or(otherwise.as_ref())
            }
            Self::Odds { branches, otherwise } => {
                branches.get(index).map(|(_, _, branch)| branch).or(otherwise.as_ref())
            }
        }
    }

    /// All branches in file order, `otherwise` last, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Branch> {
        let (one, weighted, odds, otherwise): (Option<&mut Branch>, &mut [_], &mut [_], Option<&mut Branch>) =
            match self {
                Self::One(branch) => (Some(branch), &mut [], &mut [], None),
                Self::Weighted { branches, otherwise } => (None, branches, &mut [], otherwise.as_mut()),
                Self::Odds { branches, otherwise } => (None, &mut [], branches, otherwise.as_mut()),
            };
        one.into_iter()
            .chain(weighted.iter_mut().map(|(_, branch): &mut (Tabulated<f64>, Branch)| branch))
            .chain(odds.iter_mut().map(|(_, _, branch): &mut (Tabulated<bool>, Tabulated<f64>, Branch)| branch))
            .chain(otherwise)
    }

    /// All branches in file order, `otherwise` last.
    pub fn iter(&self) -> impl Iterator<Item = &Branch> {
        let (one, weighted, odds, otherwise): (Option<&Branch>, &[_], &[_], Option<&Branch>) = match self {
            Self::One(branch) => (Some(branch), &[], &[], None),
            Self::Weighted { branches, otherwise } => (None, branches, &[], otherwise.as_ref()),
            Self::Odds { branches, otherwise } => (None, &[], branches, otherwise.as_ref()),
        };
        one.into_iter()
            .chain(weighted.iter().map(|(_, branch): &(Tabulated<f64>, Branch)| branch))
            .chain(odds.iter().map(|(_, _, branch): &(Tabulated<bool>, Tabulated<f64>, Branch)| branch))
            .chain(otherwise)
    }
}

impl Effect {
    /// The variable that it writes.
    pub fn target(&self) -> VariableId {
        match self {
            Self::Set(id, _) | Self::Add(id, _) | Self::Map(id, _) => *id,
        }
    }

    /// What it reads to know the new value.
    pub fn reads(&self) -> Vec<Slot> {
        match self {
            Self::Set(_, to) => to.reads.clone(),
            Self::Add(id, by) => by.reads.iter().copied().chain([Slot::Variable(*id)]).collect(),
            Self::Map(id, _) => vec![Slot::Variable(*id)],
        }
    }

    /// The new value, and whether the ends of the range `low..=high` held it back.
    pub fn result(&self, read: &impl Fn(Slot) -> i32, low: i32, high: i32) -> (i32, bool) {
        let wanted = match self {
            Self::Set(_, to) => to.value_where(read),
            Self::Add(id, by) => f64::from(read(Slot::Variable(*id))) + by.value_where(read),
            Self::Map(id, to) => f64::from(to[(read(Slot::Variable(*id)) - low) as usize]),
        };
        let held = wanted.clamp(f64::from(low), f64::from(high));
        (held as i32, (held - wanted).abs() > 0.0)
    }
}
