//! A scenario as one finite Markov chain, for programs that solve such chains: its states, where each leads, and where
//! on it every outcome and question is read off.
//!
//! A scenario with pressures is a chain in continuous time if nothing in it needs the calendar; one without pressures is
//! a chain that goes from boundary to boundary. A mixture is neither. All questions that can be carried share the
//! chain. Does not know how it is written down, and computes no probability.

mod carry;
mod explore;
mod graph;
mod obstacle;

use crate::model::{EventId, Model, RuleId, Step, VariableId};

use super::solution::Reason;
pub use graph::{Edge, Graph, Leads, graph};
pub use obstacle::Obstacle;

/// How the time of a chain goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Rates are per day.
    Continuous,
    /// One step a boundary, with one before boundary 0; the last is that of `T`.
    Discrete,
}

/// What a column of the states holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// The boundary whose instant has settled; -1 before boundary 0.
    Boundary,
    /// The value of a posture, indicator or flag.
    Variable(VariableId),
    /// 0, or 1 + the age in steps of a pending response.
    Pending(RuleId),
    /// Steps until a rule is available again.
    Cooldown(RuleId),
    /// How often a rule has fired, as far as its limit asks.
    Used(RuleId),
    /// How often an event has occurred, as far as somebody asks.
    Count(EventId),
    /// Steps since an event, as far as somebody asks; the highest also if it never occurred.
    Age(EventId),
    /// 1 once `stop_when` has held.
    Stopped,
    /// A code for what an outcome or question of this name remembers: mostly 0 for nothing yet, 1 for yes, 2 for no.
    Memory(String),
}

/// Where a state leads by one rule, or by a boundary.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// The pressure; `None` for a boundary.
    pub rule: Option<RuleId>,
    /// State and rate per day, or probability; ascending, each state once.
    pub to: Vec<(usize, f64)>,
}

/// A yes/no property: the probability to be in one of these states at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Name of the outcome or question.
    pub name: String,
    /// It is an outcome.
    pub is_outcome: bool,
    /// When, in days or steps of the chain.
    pub at: f64,
    /// By state: it holds there.
    pub holds: Vec<bool>,
}

/// When a reward is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Summed, or integrated, until its time.
    Total,
    /// At its time.
    Instant,
}

/// A number: the expectation of a reward.
#[derive(Debug, Clone, PartialEq)]
pub struct Reward {
    /// Name of the question.
    pub name: String,
    /// How it is read.
    pub reading: Reading,
    /// When, in days or steps of the chain.
    pub at: f64,
    /// By state, never negative: per day in continuous time, per step in discrete.
    pub values: Vec<f64>,
    /// What must be added to the expectation: what happens at the start, or what `values` were raised by.
    pub offset: f64,
}

/// An outcome or question that the chain does not carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub name: String,
    /// Why.
    pub why: &'static str,
}

/// A scenario as a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// How its time goes.
    pub time: Time,
    /// When it ends, in days or steps of the chain.
    pub end: f64,
    /// What tells states apart; what all of them share is left out.
    pub columns: Vec<Column>,
    /// By state, by column. The first state is the one that it begins in.
    pub states: Vec<Vec<i64>>,
    /// By state.
    pub moves: Vec<Vec<Move>>,
    /// Outcomes, then questions, in file order.
    pub properties: Vec<Property>,
    /// Questions for numbers, in file order.
    pub rewards: Vec<Reward>,
    /// What is not carried.
    pub left_out: Vec<LeftOut>,
}

/// Why a scenario is no such chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoChain {
    /// It asks nothing that could be carried.
    Nothing(Vec<LeftOut>),
    /// It has pressures, and what needs the calendar.
    Mixture {
        /// Some of its pressures, in file order.
        pressures: Vec<RuleId>,
        /// What needs the calendar.
        obstacles: Vec<Obstacle>,
    },
    /// A chain in continuous time begins in one state; what these do at the start is left to chance.
    Start(Vec<RuleId>),
    /// Some instant does not come to an end.
    Unsettled,
    /// It has too many states.
    TooLarge(Reason),
}

impl From<Reason> for NoChain {
    fn from(reason: Reason) -> Self {
        Self::TooLarge(reason)
    }
}

/// `model` as a chain of at most `limit` states.
///
/// # Errors
/// Why it is none.
pub fn chain(model: &Model, limit: usize) -> Result<Chain, NoChain> {
    let time = obstacle::time_of(model);
    let carried = carry::carry(model, time);
    explore::explore(model, time, carried, limit)
}

/// `step` boundaries after the start, in the time of the chain; `settled`: after the instant of that boundary.
fn time_at(model: &Model, time: Time, step: Step, settled: bool) -> f64 {
    match time {
        Time::Continuous => super::days(model, step),
        // Boundary 0 is the first step of the chain.
        Time::Discrete => f64::from(step) + f64::from(u8::from(settled)),
    }
}
