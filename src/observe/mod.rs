//! What a run tells, and how it is counted.
//!
//! Does not know where the runs come from; every tally is made of integers, so merging does not depend on order.

pub mod firings;
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

use crate::model::state::State;
use crate::model::{Model, Step};

/// An observer of many runs that can be split among threads: each has a copy of its own, merged in run order.
pub trait Collector: Observer + Clone + Send + Sync {
    /// One that has seen no run.
    fn fresh(model: &Model) -> Self;

    /// Takes in what another has counted of later runs.
    fn merge(&mut self, later: Self);
}

/// Two at once.
impl<A: Observer, B: Observer> Observer for (A, B) {
    fn looks(&self, model: &Model) -> Vec<Step> {
        let mut looks = self.0.looks(model);
        looks.extend(self.1.looks(model));
        looks
    }

    fn begin(&mut self, model: &Model, state: &State, run: u64) {
        self.0.begin(model, state, run);
        self.1.begin(model, state, run);
    }

    // An occurrence that is taken apart where it is put together never exists.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn observe(&mut self, model: &Model, state: &State, occurrence: Occurrence<'_>) {
        self.0.observe(model, state, occurrence);
        self.1.observe(model, state, occurrence);
    }

    fn looked(&mut self, model: &Model, state: &State, step: Step) {
        self.0.looked(model, state, step);
        self.1.looked(model, state, step);
    }

    fn settled(&mut self, model: &Model, state: &State, now: &dyn Fn() -> u64, boundary: bool) {
        self.0.settled(model, state, now, boundary);
        self.1.settled(model, state, now, boundary);
    }

    fn end(&mut self, model: &Model, state: &State) {
        self.0.end(model, state);
        self.1.end(model, state);
    }
}

impl<A: Collector, B: Collector> Collector for (A, B) {
    fn fresh(model: &Model) -> Self {
        (A::fresh(model), B::fresh(model))
    }

    fn merge(&mut self, later: Self) {
        self.0.merge(later.0);
        self.1.merge(later.1);
    }
}
