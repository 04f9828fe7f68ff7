//! Sampling: many runs in parallel, merged in run order, the same bytes whatever the threads.
//!
//! Does not know what is asked of the runs: that is the observers' business.

mod bins;
mod bulk;
mod draws;
#[cfg(test)]
mod fixture;
mod group;
mod hazard;
mod lane;
mod limits;
mod occasion;
mod poisson;
pub(crate) mod relay;
mod run;
mod sieve;
mod sip;
mod stream;
mod wide;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::model::instant::Runaway;
use crate::model::{Model, RuleId, Step, TICKS_PER_DAY};
use crate::observe::{Collector, Observer};
use bulk::Bulk;
use lane::{Lane, Ruler};
use occasion::{LANES, Randomness, Recipe, SLOTS, slot_ticks};
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
    /// How many runs that is: all of the plan's unless stopped, or enough before.
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

/// Occasions that one thread draws before its tally is merged, on average.
const OCCASIONS_A_CHUNK: f64 = 1_048_576.0;
/// Runs that one thread draws before its tally is merged: at least, at most.
const RUNS_A_CHUNK: (u64, u64) = (64, 2_048);
/// A chunk is at most this part of what is left to draw, if it is long enough then.
const CHUNKS: u64 = 16;
/// Chunks begun and not merged yet, for each thread; a stop waits for those.
const CHUNKS_A_THREAD: usize = 4;
/// Occasions of a run that are held in memory at once, on average, at most; 8 bytes each for all runs of a block, and
/// 12 for the part at hand.
const OCCASIONS_A_WINDOW: f64 = 262_144.0;

/// Draws the runs of `plan` and collects them.
///
/// # Errors
/// `RunError` for the first run that does not settle.
///
/// # Panics
/// If the operating system refuses to start a thread.
pub fn sample<C: Collector>(model: &Model, plan: &Plan, conduct: &Conduct<'_>) -> Result<Sampled<C>, RunError> {
    let never = Watch { every: u64::MAX, enough: &mut |_, _| false };
    sample_until(model, plan, never, conduct)
}

/// Looks at what is collected so far, always after the same numbers of runs.
pub struct Watch<'a, C> {
    /// So many runs apart: a multiple of `BLOCK`, or beyond the plan for no look.
    pub every: u64,
    /// Whether what was collected of so many runs is enough; no more are drawn then.
    pub enough: &'a mut (dyn FnMut(&C, u64) -> bool + Send),
}

/// Looks are a multiple of so many runs apart: these are laid out together.
pub const BLOCK: u64 = LANES as u64;

/// Draws runs until a look says that they are enough, at most those of `plan`. Looks are counted in runs alone, so the
/// same runs are drawn whatever the threads. Not all is drawn, either, if `conduct` says stop.
///
/// # Errors
/// `RunError` for the first run that does not settle.
///
/// # Panics
/// If the operating system refuses to start a thread, or looks are no multiple of `BLOCK` apart.
pub fn sample_until<C: Collector>(
    model: &Model,
    plan: &Plan,
    watch: Watch<'_, C>,
    conduct: &Conduct<'_>,
) -> Result<Sampled<C>, RunError> {
    assert!(watch.every >= plan.runs || watch.every.is_multiple_of(BLOCK), "looks split no block");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.threads.unwrap_or(0)).build();
    let pool = pool.expect("threads can be started");
    let fresh = C::fresh(model);
    let mut collected = fresh.clone();
    let randomness = Randomness::new(model, plan.seed, 0);
    let layout = Layout::new(model, &collected);
    let done = AtomicU64::new(0);
    let draw = |range: Range<u64>| {
        let part = chunk(Desk::new(model, &layout, &randomness), fresh.clone(), plan.seed, range.clone())?;
        let drawn = range.end - range.start;
        (conduct.progress)(done.fetch_add(drawn, Ordering::Relaxed) + drawn);
        Ok((part, range.end))
    };
    let longest = longest_chunk(&layout, model);
    let ahead = pool.current_num_threads() * CHUNKS_A_THREAD;
    let goes_on = |_: &Range<u64>| !conduct.stop.load(Ordering::Relaxed);
    let mut runs = 0;
    while runs < plan.runs {
        let look = plan.runs.min((runs / watch.every + 1).saturating_mul(watch.every));
        let chunks = chunks(runs..look, longest).take_while(goes_on);
        relay::in_order(&pool, ahead, chunks, draw, |(part, end)| {
            collected.merge(part);
            runs = end;
        })?;
        if runs < look || (watch.enough)(&collected, runs) {
            break;
        }
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

/// How many runs a chunk has, at most.
fn longest_chunk(layout: &Layout, model: &Model) -> u64 {
    let days = model.calendar.end_ticks() as f64 / TICKS_PER_DAY as f64;
    // A run costs something even without occasions.
    let occasions = 256.0 + layout.hazards.a_day() * days;
    let (least, most) = RUNS_A_CHUNK;
    ((OCCASIONS_A_CHUNK / occasions) as u64).clamp(least, most)
}

/// `runs` in chunks of whole blocks, of at most about `longest` runs: ever shorter ones towards the end, so that all threads
/// come to it together.
fn chunks(runs: Range<u64>, longest: u64) -> impl Iterator<Item = Range<u64>> {
    let mut start = runs.start;
    std::iter::from_fn(move || {
        let left = runs.end - start;
        let length = (left / CHUNKS).clamp(RUNS_A_CHUNK.0, longest).next_multiple_of(BLOCK).min(left);
        start += length;
        (length > 0).then(|| start - length..start)
    })
}

fn chunk<C: Collector>(mut desk: Desk<'_>, mut part: C, seed: u64, runs: Range<u64>) -> Result<C, RunError> {
    for start in runs.clone().step_by(LANES) {
        desk.block(seed, start..runs.end.min(start + LANES as u64), &mut part)?;
    }
    Ok(part)
}

/// Where one thread works: the occasions of a block, and one run at a time.
struct Desk<'a> {
    model: &'a Model,
    layout: &'a Layout,
    randomness: &'a Randomness,
    windows: Vec<Window>,
    bulk: Bulk,
    lane: Lane,
    run: Run,
}

/// A part of the horizon that is laid out at once: all of it, if it is not too full.
struct Window {
    end: u64,
    recipe: Recipe,
    ruler: Ruler,
}

impl<'a> Desk<'a> {
    fn new(model: &'a Model, layout: &'a Layout, randomness: &'a Randomness) -> Self {
        Self {
            model,
            layout,
            randomness,
            windows: windows(model, layout),
            bulk: Bulk::default(),
            lane: Lane::default(),
            run: Run::new(model, layout),
        }
    }

    /// Draws `runs`, all of one block.
    fn block(&mut self, seed: u64, runs: Range<u64>, observer: &mut impl Observer) -> Result<(), RunError> {
        if let [whole] = &self.windows[..] {
            self.randomness.lay_out(&whole.recipe, runs.start / LANES as u64, &mut self.bulk);
        }
        for run in runs {
            let done = self.draw(run, observer);
            done.map_err(|runaway| {
                let (step, rules) = runaway.into_parts();
                RunError { run, seed, step, rules }
            })?;
        }
        Ok(())
    }

    fn draw(&mut self, run: u64, observer: &mut impl Observer) -> Result<(), Runaway> {
        let (model, layout, randomness) = (self.model, self.layout, self.randomness);
        let mut place = Place { model, layout, randomness, run, observer };
        self.run.begin(&mut place);
        for Window { end, recipe, ruler } in &self.windows {
            if self.windows.len() > 1 {
                randomness.lay_out(recipe, run / LANES as u64, &mut self.bulk);
            }
            self.run.advance(&mut self.lane, (ruler, &self.bulk), *end, &mut place)?;
        }
        self.run.end(&mut place);
        Ok(())
    }
}

/// The horizon in as many windows as keep memory small.
fn windows(model: &Model, layout: &Layout) -> Vec<Window> {
    let (end, step) = (model.calendar.end_ticks(), layout.step_ticks);
    let highest = || layout.hazards.highest();
    let a_day = layout.hazards.a_day();
    let longest = (OCCASIONS_A_WINDOW / a_day * TICKS_PER_DAY as f64).min(end as f64) as u64;
    let longest = longest.min(Recipe::new(highest(), &(0..0)).slot * (SLOTS - 1));
    // Whole slots of the widest kind, so that none lies in two windows.
    let length = if longest < end { (longest / slot_ticks(0)).max(1) * slot_ticks(0) } else { end };
    let window = |start: u64| {
        let window = start..end.min(start + length);
        let recipe = Recipe::new(highest(), &window);
        let wanted = a_day * (window.end - start) as f64 / TICKS_PER_DAY as f64;
        Window { end: window.end, ruler: Ruler::new(&recipe, window, step, wanted), recipe }
    };
    (0..end).step_by(length as usize).map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::fixture::empty;

    /// Chunks hold every run once, whole blocks but for the last, none too long, and short ones at the end.
    #[test]
    fn chunks_are_blocks_and_grow_short_towards_the_end() {
        for (runs, longest) in
            [(0..1, 64), (0..64, 2_048), (0..65, 64), (8..41_703, 2_048), (0..1_000, 100), (0..0, 64)]
        {
            let all: Vec<Range<u64>> = chunks(runs.clone(), longest).collect();
            let starts: Vec<u64> = std::iter::once(runs.start).chain(all.iter().map(|chunk| chunk.end)).collect();
            assert!(all.iter().map(|chunk| chunk.start).eq(starts[..all.len()].iter().copied()), "{all:?}");
            assert_eq!(starts.last(), Some(&runs.end));
            let lengths: Vec<u64> = all.iter().map(|chunk| chunk.end - chunk.start).collect();
            assert!(lengths.windows(2).all(|pair| pair[0] >= pair[1] && pair[0] % BLOCK == 0), "{lengths:?}");
            assert!(lengths.iter().all(|length| (1..longest + BLOCK).contains(length)));
            assert!(lengths.last().is_none_or(|last| *last <= RUNS_A_CHUNK.0), "{lengths:?}");
        }
    }

    /// An empty sum of rates is -0, which once cut such a horizon into windows of 21 seconds.
    #[test]
    fn without_pressures_the_horizon_is_one_window() {
        let model = empty(3_000).finish();
        assert_eq!(windows(&model, &Layout::new(&model, &crate::model::event::Nobody)).len(), 1);
    }
}
