//! Sampling: many runs in parallel, merged in run order, the same bytes whatever the threads.
//!
//! Does not know what is asked of the runs: that is the observers' business.

use std::sync::atomic::AtomicBool;

use crate::model::{Model, RuleId, Step};
use crate::observe::{Collector, Observer};

/// Which runs to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How many, from run 0.
    pub runs: u64,
    /// The seed: with the scenario it decides everything.
    pub seed: u64,
    /// Threads; `None` for one a core. No result depends on it.
    pub threads: Option<usize>,
}

/// What the outside world has to do with a batch of runs while it is drawn.
#[derive(Clone, Copy)]
pub struct Conduct<'a> {
    /// Set to stop after the blocks in flight.
    pub stop: &'a AtomicBool,
    /// Called now and then with the number of runs done so far, from any thread.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// Runs 0 to `runs`, counted.
#[derive(Debug, Clone)]
pub struct Sampled<C> {
    /// What was counted.
    pub collected: C,
    /// How many runs that is: all of the plan's unless stopped.
    pub runs: u64,
}

/// A run that could not be finished.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("run {run} of seed {seed}: 10,000 firings in one instant, at boundary {step}")]
pub struct RunError {
    /// The run.
    pub run: u64,
    /// The seed.
    pub seed: u64,
    /// The boundary number of the instant.
    pub step: Step,
    /// The rules in the cycle, in file order.
    pub rules: Vec<RuleId>,
}

/// Draws the runs of `plan` and collects them.
///
/// # Errors
/// `RunError` for the first run that does not settle.
pub fn sample<C: Collector>(_model: &Model, _plan: &Plan, _conduct: &Conduct<'_>) -> Result<Sampled<C>, RunError> {
    unimplemented!("the engine is being written")
}

/// Draws run number `run` alone: the same as in the batch.
///
/// # Errors
/// `RunError` if it does not settle.
pub fn run_one(_model: &Model, _seed: u64, _run: u64, _observer: &mut impl Observer) -> Result<(), RunError> {
    unimplemented!("the engine is being written")
}
