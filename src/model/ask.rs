//! What a run is asked, after compilation: outcomes, yes/no questions, numbers (SEMANTICS 6).
//!
//! Does not know what has to be remembered to answer: that is `observe::question`.

use super::formula::{Slot, Tabulated};
use super::{EventId, Step};
use crate::diagnostic::Span;
use crate::scenario::expression::CompareOp;

/// An outcome.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Its sentence, or the empty string.
    pub says: String,
    /// What has to hold of the run; `None` on the last.
    pub ask: Option<Ask>,
    /// The question's text, or the empty string.
    pub text: String,
    /// How grave it is.
    pub severity: Option<u64>,
    /// Where it stands.
    pub span: Span,
}

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// Its sentence, or the empty string.
    pub says: String,
    /// What is asked.
    pub ask: Asked,
    /// The question's text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// Yes or no, or a number.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// Yes or no.
    YesNo(Ask),
    /// A number.
    Number(AskNumber),
}

/// A yes/no property of a run (SEMANTICS 6). `by TIME` is a `When`, `None` the whole run: `Before(k)` lets the instants
/// with a step number below `k` count (`by DATE`), `Settled(k)` also the instant of boundary `k` itself, but no
/// pressure after it in the step that it opens (`by DATE-WITH-TIME`, `by DURATION`).
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Not.
    Not(Box<Ask>),
    /// All of.
    And(Vec<Ask>),
    /// One of.
    Or(Vec<Ask>),
    /// Held at the end of some instant.
    Ever(Tabulated<bool>, Option<When>),
    /// Holds at the end of the run.
    AtEnd(Tabulated<bool>),
    /// Holds when something has ended.
    On(Tabulated<bool>, When),
    /// The number of occurrences compares so with a constant.
    Count(EventId, Comparison, Option<When>),
    /// Some `a` occurs and no `b` in an earlier or the same firing… `b` in an earlier firing; one firing that is both counts as `a` before `b` not holding.
    Before(EventId, EventId),
    /// Some `b` in a later firing than some `a`, step numbers at most this far apart.
    Then(EventId, EventId, Step),
    /// Holds at the end of every instant from some boundary k to boundary k + this, both included.
    Stays(Tabulated<bool>, Step),
}

/// A number of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum AskNumber {
    /// How often.
    Count(EventId, Option<When>),
    /// Value at the end of the run.
    AtEnd(Tabulated<f64>),
    /// Value when something has ended.
    On(Tabulated<f64>, When),
    /// Time until it first holds, from the start.
    First(Tabulated<bool>),
    /// Integral over time (value × days) of a number.
    Total(Tabulated<f64>),
    /// Days during which a condition holds.
    TotalTime(Tabulated<bool>),
    /// Highest value at the end of an instant.
    Highest(Tabulated<f64>),
}

/// A moment at which a question looks at the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Just before this boundary's instant begins, i.e. when the steps before it have ended (`on DATE`: the
    /// boundary after that day). `K` is the end.
    Before(Step),
    /// When this boundary's instant has settled (`on DATE-WITH-TIME`, `on DURATION`).
    Settled(Step),
}

/// `op constant` for a count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The sign.
    pub op: CompareOp,
    /// What the count is compared with.
    pub with: f64,
}

impl Asked {
    /// Calls `see` with every slot that it reads.
    pub fn each_read(&self, see: &mut impl FnMut(Slot)) {
        match self {
            Self::YesNo(ask) => ask.each_read(see),
            Self::Number(ask) => ask.each_read(see),
        }
    }
}

impl Ask {
    /// Calls `see` with every slot that it reads.
    pub fn each_read(&self, see: &mut impl FnMut(Slot)) {
        match self {
            Self::Not(ask) => ask.each_read(see),
            Self::And(list) | Self::Or(list) => list.iter().for_each(|ask| ask.each_read(see)),
            Self::Ever(c, _) | Self::AtEnd(c) | Self::On(c, _) | Self::Stays(c, _) => {
                c.reads.iter().for_each(|s| see(*s));
            }
            Self::Count(..) | Self::Before(..) | Self::Then(..) => {}
        }
    }
}

impl AskNumber {
    /// Calls `see` with every slot that it reads.
    pub fn each_read(&self, see: &mut impl FnMut(Slot)) {
        let reads = match self {
            Self::Count(..) => return,
            Self::AtEnd(n) | Self::On(n, _) | Self::Total(n) | Self::Highest(n) => &n.reads,
            Self::First(c) | Self::TotalTime(c) => &c.reads,
        };
        reads.iter().for_each(|s| see(*s));
    }
}
