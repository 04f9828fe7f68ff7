//! Simulators and a solver of some models as one would write them for that model and no other: the yardsticks.
//!
//! Do not know the program: each is written from what its model says in `scenario`.

pub mod ring;
pub mod ring_solved;
pub mod units;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Days until a run ends by itself.
pub const DAYS: u32 = 365;

/// What happened in many runs, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Runs.
    pub runs: u64,
    /// Runs that stopped before the horizon.
    pub stopped: u64,
    /// Firings.
    pub firings: u64,
    /// Squares of the firings of each run.
    pub firings_squared: f64,
}

impl Sums {
    /// Takes in a run.
    pub fn add_run(&mut self, firings: u64, stopped: bool) {
        self.runs += 1;
        self.stopped += u64::from(stopped);
        self.firings += firings;
        self.firings_squared += (firings * firings) as f64;
    }

    /// Takes in the runs of another.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.stopped += other.stopped;
        self.firings += other.firings;
        self.firings_squared += other.firings_squared;
    }

    /// Share of the runs that stopped, and its standard error.
    pub fn share(&self) -> (f64, f64) {
        let (n, p) = (self.runs as f64, self.stopped as f64 / self.runs as f64);
        (p, (p * (1.0 - p) / n).sqrt())
    }

    /// Firings a run, and their standard error.
    pub fn firings_a_run(&self) -> (f64, f64) {
        let (n, mean) = (self.runs as f64, self.firings as f64 / self.runs as f64);
        (mean, ((self.firings_squared / n - mean * mean) / n).sqrt())
    }
}

/// Draws runs `first` to `first + runs` by `run`, each from a stream of its own: it returns its firings, and whether it
/// stopped.
fn sample(first: u64, runs: u64, seed: u64, mut run: impl FnMut(&mut ChaCha8Rng) -> (u64, bool)) -> Sums {
    let (key, mut sums) = (ChaCha8Rng::seed_from_u64(seed), Sums::default());
    for number in first..first + runs {
        let mut draws = key.clone();
        draws.set_stream(number);
        let (firings, stopped) = run(&mut draws);
        sums.add_run(firings, stopped);
    }
    sums
}

#[inline]
fn uniform(draws: &mut ChaCha8Rng) -> f64 {
    (draws.next_u64() >> 11) as f64 * f64::EPSILON / 2.0
}

/// The yardstick takes the platform's logarithm, which is quicker than the portable one.
#[inline]
#[allow(clippy::disallowed_methods)]
fn exponential(draws: &mut ChaCha8Rng) -> f64 {
    -(1.0 - uniform(draws)).ln()
}
