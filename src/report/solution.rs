//! What only a solution has: complements, curves over time, slices, refusals.
//!
//! Part of the value that `report` defines; computes no numbers either.

use serde::Serialize;

use super::{Moment, Share};

/// What a solved share leaves of 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Complement {
    /// The share of all else.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How probable it is that something is certain by some time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sooner {
    /// By when: the end of the step before.
    #[serde(flatten)]
    pub time: Moment,
    /// The probability.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A value and its probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Weight {
    /// The value.
    pub value: f64,
    /// How probable it is.
    pub share: Share,
}

/// A part of the scenario that was solved without the rest.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice {
    /// Its rules, in file order.
    pub rules: Vec<String>,
    /// How many rules the scenario has.
    pub of_rules: usize,
    /// Its postures, indicators and flags, in file order.
    pub variables: Vec<String>,
    /// Its reachable states, at the ends of instants.
    pub states: usize,
    /// Probability that was dropped, and is contained in every upper end.
    pub dropped: f64,
    /// Part of `dropped`: instants that did not settle.
    pub unsettled: f64,
    /// What was answered on it: the outcomes (all together: `outcomes`), questions, `NAME over time`, `firings of RULE`.
    pub answers: Vec<String>,
}

/// Why something was not solved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// What: `outcomes`, or questions, postures and rules; those for which all else is the same.
    pub about: Vec<String>,
    /// Stable kebab-case name of the reason.
    pub code: String,
    /// What stood in the way.
    pub message: String,
    /// The rules of the slice, in file order.
    pub rules: Vec<String>,
    /// How many rules the scenario has.
    pub of_rules: usize,
    /// What makes the states so many, in words, most first.
    pub contributors: Vec<String>,
    /// What to try.
    pub advice: Vec<String>,
    /// What is known of a yes/no property all the same.
    pub known: Option<Known>,
}

/// What is known of a probability that was not solved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Known {
    /// At least this.
    pub low: f64,
    /// At most this.
    pub high: f64,
    /// What is certain by then.
    #[serde(flatten)]
    pub time: Moment,
}
