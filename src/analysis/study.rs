//! Many points of one scenario, each measured with the same luck: the loop that bands and sensitivity share.
//!
//! Does not know how points were chosen. Every point is compiled anew and draws the same occasions (SEMANTICS 7), so what
//! differs between two points is what was set, and not the draw.

use std::sync::atomic::{AtomicU64, Ordering};

use super::factor::{Setting, under};
use super::measure::{Budget, Measured, measure};
use crate::diagnostic::{Diagnostics, Source};
use crate::engine::relay::in_order;
use crate::engine::{Conduct, Plan, RunError};
use crate::model::compile::{Overrides, compile};
use crate::scenario::document::Document;

/// What is measured at every point.
#[derive(Clone, Copy)]
pub struct Study<'a> {
    /// The scenario.
    pub document: &'a Document,
    /// Its text.
    pub source: &'a Source<'a>,
    /// What is changed at every point.
    pub base: &'a Overrides,
    /// The runs of one point. No result depends on the threads.
    pub plan: Plan,
    /// What is solved.
    pub budget: Budget,
}

/// Why there are no numbers.
#[derive(Debug)]
pub enum Failed {
    /// At these settings the scenario holds mistakes.
    Mistaken(Vec<Setting>, Diagnostics),
    /// At these settings a run does not settle.
    Unsettled(Vec<Setting>, RunError),
    /// Somebody stopped it.
    Stopped,
}

/// Points begun and not handed over yet, for each thread.
const POINTS_A_THREAD: usize = 4;

impl Study<'_> {
    /// Measures `points` in parallel and hands them to `fold` in order. `conduct.progress` hears of points.
    ///
    /// # Errors
    /// `Failed` for the first point that has no numbers.
    ///
    /// # Panics
    /// If the operating system refuses to start a thread.
    pub fn each(
        &self,
        points: &[Vec<Setting>],
        conduct: &Conduct<'_>,
        mut fold: impl FnMut(usize, Measured),
    ) -> Result<(), Failed> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.plan.threads.unwrap_or(0)).build();
        let pool = pool.expect("threads can be started");
        let ahead = pool.current_num_threads() * POINTS_A_THREAD;
        let done = AtomicU64::new(0);
        let one = |(index, settings): (usize, &Vec<Setting>)| {
            let found = self.at(settings, conduct);
            (conduct.progress)(done.fetch_add(1, Ordering::Relaxed) + 1);
            found.map(|found| (index, found))
        };
        in_order(&pool, ahead, points.iter().enumerate(), one, |(index, found)| fold(index, found))
    }

    /// The scenario as it is: its runs are drawn in parallel, and `conduct.progress` hears of none.
    ///
    /// # Errors
    /// It has no numbers.
    pub fn base(&self, conduct: &Conduct<'_>) -> Result<Measured, Failed> {
        let model = compile(self.document, self.source, self.base)
            .map_err(|mistakes| Failed::Mistaken(Vec::new(), mistakes))?;
        let quiet = Conduct { stop: conduct.stop, progress: &|_| {} };
        let measured =
            measure(&model, &self.plan, &self.budget, &quiet).map_err(|error| Failed::Unsettled(Vec::new(), error))?;
        if conduct.stop.load(Ordering::Relaxed) { Err(Failed::Stopped) } else { Ok(measured) }
    }

    /// One point.
    ///
    /// # Errors
    /// It has no numbers.
    pub fn at(&self, settings: &[Setting], conduct: &Conduct<'_>) -> Result<Measured, Failed> {
        // A judgement has a 5 % point and a 95 % point, and values beyond.
        let overrides = Overrides { beyond_range: true, ..under(self.base, settings) };
        let model = compile(self.document, self.source, &overrides)
            .map_err(|mistakes| Failed::Mistaken(settings.to_vec(), mistakes))?;
        let quiet = Conduct { stop: conduct.stop, progress: &|_| {} };
        let plan = Plan { threads: Some(1), ..self.plan };
        let measured = measure(&model, &plan, &self.budget, &quiet)
            .map_err(|error| Failed::Unsettled(settings.to_vec(), error))?;
        if conduct.stop.load(Ordering::Relaxed) { Err(Failed::Stopped) } else { Ok(measured) }
    }
}
