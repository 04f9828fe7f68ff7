//! What a run tells, and how it is counted.
//!
//! Does not know where the runs come from; every tally is made of integers, so merging does not depend on order.

#[cfg(test)]
pub(crate) mod fixture;
pub mod histogram;
pub mod occupancy;
pub mod often;
pub mod path;
pub mod question;
pub mod register;
pub mod tally;
pub mod trace;

pub use crate::model::event::{Nobody, Observer, Occurrence, Origin};

use crate::model::Model;

/// An observer of many runs that can be split among threads: each has its own, merged in run order.
pub trait Collector: Observer + Send + Sized {
    /// One that has seen no run.
    fn fresh(model: &Model) -> Self;

    /// Takes in what another has counted of later runs.
    fn merge(&mut self, later: Self);
}
