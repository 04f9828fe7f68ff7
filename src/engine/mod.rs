//! Sampling: many runs in parallel, merged in run order, the same bytes whatever the threads.
//!
//! Does not know what is asked of the runs: that is the observers' business.

mod draws;
mod occasion;
mod run;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use crate::model::instant::Runaway;
use crate::model::{Clock, Model, RuleId, Step, TICKS_PER_DAY};
use crate::observe::{Collector, Observer};
use occasion::{Block, LANES, Occasion, Randomness};
use run::{Layout, Place, Run};

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

/// A run that could not be finished: it reached `model::instant::LIMIT` firings in one instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("run {run} of seed {seed}: 10,000 firings in one instant, in step {step}")]
pub struct RunError {
    /// The run.
    pub run: u64,
    /// The seed.
    pub seed: u64,
    /// The step number of the instant.
    pub step: Step,
    /// The rules in the cycle, in file order.
    pub rules: Vec<RuleId>,
}

/// Blocks that one thread draws before its tally is merged.
const BLOCKS_A_CHUNK: u64 = 8;
/// Runs of a chunk.
const CHUNK: u64 = BLOCKS_A_CHUNK * LANES as u64;
/// Chunks in flight for each thread; a stop waits for those.
const CHUNKS_A_THREAD: u64 = 4;
/// Occasions of a run that are held in memory at once, on average, at most.
const OCCASIONS_A_WINDOW: f64 = 65_536.0;

/// Draws the runs of `plan` and collects them.
///
/// # Errors
/// `RunError` for the first run that does not settle.
///
/// # Panics
/// If the operating system refuses to start a thread.
pub fn sample<C: Collector>(model: &Model, plan: &Plan, conduct: &Conduct<'_>) -> Result<Sampled<C>, RunError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.threads.unwrap_or(0)).build();
    let pool = pool.expect("threads can be started");
    pool.install(|| sample_in_pool(model, plan, conduct))
}

fn sample_in_pool<C: Collector>(model: &Model, plan: &Plan, conduct: &Conduct<'_>) -> Result<Sampled<C>, RunError> {
    let mut collected = C::fresh(model);
    let randomness = Randomness::new(model, plan.seed, 0);
    let layout = Layout::new(model, &collected);
    let done = AtomicU64::new(0);
    let mut runs = 0;
    let wave = rayon::current_num_threads() as u64 * CHUNKS_A_THREAD * CHUNK;
    while runs < plan.runs && !conduct.stop.load(Ordering::Relaxed) {
        let starts: Vec<u64> = (runs..plan.runs.min(runs + wave)).step_by(CHUNK as usize).collect();
        let parts: Vec<Result<C, RunError>> = starts
            .par_iter()
            .map(|start| {
                let range = *start..plan.runs.min(start + CHUNK);
                let length = range.end - range.start;
                let part = chunk(model, &layout, &randomness, plan.seed, range);
                (conduct.progress)(done.fetch_add(length, Ordering::Relaxed) + length);
                part
            })
            .collect();
        for part in parts {
            collected.merge(part?);
        }
        runs = plan.runs.min(runs + wave);
    }
    Ok(Sampled { collected, runs })
}

/// Draws run number `run` alone: the same as in the batch.
///
/// # Errors
/// `RunError` if it does not settle.
pub fn run_one(model: &Model, seed: u64, run: u64, observer: &mut impl Observer) -> Result<(), RunError> {
    let randomness = Randomness::new(model, seed, 0);
    let layout = Layout::new(model, observer);
    let mut desk = Desk::new(model, &layout, &randomness);
    desk.block(seed, run..run + 1, observer)
}

fn chunk<C: Collector>(
    model: &Model,
    layout: &Layout,
    randomness: &Randomness,
    seed: u64,
    runs: Range<u64>,
) -> Result<C, RunError> {
    let mut part = C::fresh(model);
    let mut desk = Desk::new(model, layout, randomness);
    for start in runs.clone().step_by(LANES) {
        desk.block(seed, start..runs.end.min(start + LANES as u64), &mut part)?;
    }
    Ok(part)
}

/// Where one thread works: the occasions of a block, and one run at a time.
struct Desk<'a> {
    model: &'a Model,
    layout: &'a Layout,
    block: Block<'a>,
    occasions: Box<[Vec<Occasion>; LANES]>,
    run: Run,
    window: u64,
}

impl<'a> Desk<'a> {
    fn new(model: &'a Model, layout: &'a Layout, randomness: &'a Randomness) -> Self {
        Self {
            model,
            layout,
            block: Block::new(randomness, 0),
            occasions: Box::new(std::array::from_fn(|_| Vec::new())),
            run: Run::new(model, layout),
            window: window_ticks(model),
        }
    }

    /// Draws `runs`, all of one block.
    fn block(&mut self, seed: u64, runs: Range<u64>, observer: &mut impl Observer) -> Result<(), RunError> {
        self.block.restart(runs.start / LANES as u64);
        let end = self.model.calendar.end_ticks();
        if self.window >= end {
            let lane = |run: u64| (run % LANES as u64) as usize;
            self.fill(&(0..end), lane(runs.start)..lane(runs.end - 1) + 1);
        }
        for run in runs {
            let done = self.draw(run, observer);
            done.map_err(|Runaway { step, rules }| RunError { run, seed, step, rules })?;
        }
        Ok(())
    }

    fn draw(&mut self, run: u64, observer: &mut impl Observer) -> Result<(), Runaway> {
        let (model, layout) = (self.model, self.layout);
        let (lane, end) = ((run % LANES as u64) as usize, model.calendar.end_ticks());
        self.run.begin(run, &mut Place { model, layout, block: &mut self.block, lane, observer });
        for start in (0..end).step_by(self.window as usize) {
            let window = start..end.min(start + self.window);
            if self.window < end {
                self.fill(&window, lane..lane + 1);
            }
            let occasions = &mut self.occasions[lane];
            self.block.order(occasions, lane, model.calendar.ticks_per_step(), &window, |p| layout.rule_of(p));
            let mut place = Place { model, layout, block: &mut self.block, lane, observer };
            self.run.advance(occasions, &window, &mut place)?;
        }
        self.run.end(&mut Place { model, layout, block: &mut self.block, lane, observer });
        Ok(())
    }

    /// Lays out the occasions of `lanes` in `window`.
    fn fill(&mut self, window: &Range<u64>, lanes: Range<usize>) {
        self.occasions[lanes.clone()].iter_mut().for_each(Vec::clear);
        for (index, pressure) in self.layout.pressures.iter().enumerate() {
            if pressure.highest.is_positive() {
                let rule = pressure.rule.0 as usize;
                self.block.occasions(rule, index as u32, pressure.highest, window, lanes.clone(), &mut self.occasions);
            }
        }
    }
}

/// How much of the horizon is laid out at once: all of it, or as many days as keep memory small.
fn window_ticks(model: &Model) -> u64 {
    let per_day: f64 = model
        .rules
        .iter()
        .map(|rule| if let Clock::Pressure { highest, .. } = rule.clock { highest } else { 0.0 })
        .sum();
    let end = model.calendar.end_ticks();
    let days = OCCASIONS_A_WINDOW / per_day.max(f64::MIN_POSITIVE);
    if days * TICKS_PER_DAY as f64 >= end as f64 {
        return end;
    }
    // Whole steps, so that no boundary falls inside two windows.
    let step = model.calendar.ticks_per_step();
    (((days * TICKS_PER_DAY as f64) as u64) / step).max(1) * step
}
