//! What makes a number shaky, as data: names and numbers for `report` to word.
//!
//! Does not know how it is said.

use crate::model::{RuleId, VariableId};

use super::estimate::Proportion;
use super::until::Lacking;

/// A number of hits below this makes a share shaky: its interval then reaches about a third up and down.
pub const FEW: u64 = 30;

/// An indicator is held at an end of its range often if it happens in more than this share of the runs.
pub const OFTEN: f64 = 0.1;

/// The relative standard error that `needed` runs would give.
pub const GOAL: f64 = 0.1;

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Index into `Model::outcomes`.
    Outcome(usize),
    /// Index into `Model::questions`.
    Question(usize),
}

/// What makes a number shaky.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// Fewer runs were done than asked for.
    Interrupted {
        /// Runs done.
        done: u64,
        /// Runs asked for.
        planned: u64,
    },
    /// Not one run hit: only an upper bound is known.
    NoHits {
        /// Of what.
        subject: Subject,
        /// The share.
        share: Proportion,
    },
    /// Some runs hit, but fewer than `FEW`.
    FewHits {
        /// Of what.
        subject: Subject,
        /// The share.
        share: Proportion,
        /// Runs for a relative standard error of `GOAL`, if the share is right.
        needed: u64,
    },
    /// The values are so skewed that the interval of their mean covers less often than it says.
    SkewedMean {
        /// Of what.
        subject: Subject,
        /// Their skewness.
        skewness: f64,
        /// Values for which the interval would hold.
        needed: u64,
    },
    /// All runs have the same value.
    ConstantMean {
        /// Of what.
        subject: Subject,
    },
    /// A rule that is not forbidden fired in no run.
    NeverFired {
        /// Which.
        rule: RuleId,
        /// How often it was due and pre-empted.
        preempted: u64,
        /// How often it was pending and lapsed.
        lapsed: u64,
    },
    /// Effects often went beyond the end of an indicator's range and were held there.
    Saturated {
        /// Which.
        variable: VariableId,
        /// Times a run.
        mean: f64,
        /// Runs in which it happened.
        share: Proportion,
    },
    /// All runs that were allowed were drawn, and something is not as precise as was wanted.
    Imprecise(Lacking),
    /// There were too many different paths: they were cut after so many milestones.
    PathsCut {
        /// So many.
        depth: usize,
    },
}
