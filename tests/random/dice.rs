//! What is left to chance when a scenario is written.
//!
//! Does not know what it is asked for.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Draws that are a function of the seed.
pub struct Dice(ChaCha8Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// `0..n`
    pub fn below(&mut self, n: usize) -> usize {
        (self.0.next_u64() % n as u64) as usize
    }

    /// `low..=high`
    pub fn among(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// True so often in a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub fn one<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// One of them, if there are any.
    pub fn one_or_none<T: Clone>(&mut self, list: &[T]) -> Option<T> {
        if list.is_empty() { None } else { Some(self.one(list)) }
    }

    /// One of them by its weight.
    pub fn weighted<T: Copy>(&mut self, list: &[(usize, T)]) -> T {
        let mut left = self.below(list.iter().map(|(weight, _)| weight).sum());
        for (weight, item) in list {
            if left < *weight {
                return *item;
            }
            left -= weight;
        }
        unreachable!("the draw is below the sum of the weights")
    }

    /// A number in `[low, high)` with two digits behind the point.
    pub fn hundredths(&mut self, low: f64, high: f64) -> f64 {
        let (low, high) = ((low * 100.0).round() as usize, (high * 100.0).round() as usize);
        (low + self.below((high - low).max(1))) as f64 / 100.0
    }

    /// `n` different ones of `0..all`, ascending.
    pub fn different(&mut self, n: usize, all: usize) -> Vec<usize> {
        let mut left: Vec<usize> = (0..all).collect();
        while left.len() > n {
            let out = self.below(left.len());
            left.remove(out);
        }
        left
    }
}
