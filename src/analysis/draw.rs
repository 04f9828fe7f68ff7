//! The draws of a study: which values of the doubtful numbers to try, and which of its points to take again.
//!
//! Does not draw for a run: those draws come from `engine/occasion.rs` alone, and none of them depends on any draw here.
//! So a point of a study meets the same occasions as every other point (SEMANTICS 7).

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// What a stream of draws is for; streams for different purposes have nothing to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The value of a judgement in one world (SEMANTICS 7: keyed by seed, parameter, world).
    Judgement,
    /// The points of a design.
    Design,
    /// Which of the points, or of the runs, a bootstrap takes again.
    Resample,
}

impl Purpose {
    fn context(self) -> &'static str {
        match self {
            Self::Judgement => "simulate semantics 1 study judgement",
            Self::Design => "simulate semantics 1 study design",
            Self::Resample => "simulate semantics 1 study resample",
        }
    }
}

/// A stream of draws: a pure function of purpose, seed, name and number, so that one more name moves no draw of another.
#[derive(Debug, Clone)]
pub struct Draws {
    generator: ChaCha8Rng,
}

/// 2⁻⁵³.
const UNIT: f64 = 1.0 / 9_007_199_254_740_992.0;

impl Draws {
    /// The stream of `name` (a parameter, a source, a method) and `number` (a world, a quantity) under `seed`.
    pub fn new(purpose: Purpose, seed: u64, name: &str, number: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(purpose.context());
        hasher.update(&seed.to_le_bytes());
        hasher.update(name.as_bytes());
        let mut generator = ChaCha8Rng::from_seed(*hasher.finalize().as_bytes());
        generator.set_stream(number);
        Self { generator }
    }

    /// 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Uniform in (0, 1), never an end: quantile functions are finite there.
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) * (2.0 * UNIT)
    }

    /// Uniform in 0 to `bound` - 1, by the high half of a product; the bias is below `bound` / 2⁶⁴.
    ///
    /// # Panics
    /// If `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        assert!(bound > 0, "one of none");
        ((u128::from(self.bits()) * bound as u128) >> 64) as usize
    }

    /// Puts `items` in random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(purpose: Purpose, seed: u64, name: &str, number: u64) -> u64 {
        Draws::new(purpose, seed, name, number).bits()
    }

    #[test]
    fn a_stream_is_keyed_by_all_that_names_it() {
        let here = first(Purpose::Judgement, 1, "outreach", 7);
        assert_eq!(here, first(Purpose::Judgement, 1, "outreach", 7));
        assert_ne!(here, first(Purpose::Design, 1, "outreach", 7));
        assert_ne!(here, first(Purpose::Judgement, 2, "outreach", 7));
        assert_ne!(here, first(Purpose::Judgement, 1, "outreach2", 7));
        assert_ne!(here, first(Purpose::Judgement, 1, "outreach", 8));
    }

    #[test]
    fn draws_are_uniform() {
        let mut draws = Draws::new(Purpose::Design, 3, "", 0);
        let units: Vec<f64> = (0..100_000).map(|_| draws.unit()).collect();
        let mean = units.iter().sum::<f64>() / 1e5;
        let square = units.iter().map(|u| u * u).sum::<f64>() / 1e5;
        // Standard errors 0.00091 and 0.00094.
        assert!((mean - 0.5).abs() < 0.004 && (square - 1.0 / 3.0).abs() < 0.004, "{mean} {square}");
        let mut counts = [0; 6];
        (0..60_000).for_each(|_| counts[draws.below(6)] += 1);
        assert!(counts.iter().all(|count: &i32| (count - 10_000).abs() < 400), "{counts:?}");
    }

    #[test]
    fn every_order_comes_as_often() {
        let mut draws = Draws::new(Purpose::Resample, 3, "", 0);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..60_000 {
            let mut items = [0, 1, 2];
            draws.shuffle(&mut items);
            *counts.entry(items).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|count: &i32| (count - 10_000).abs() < 400), "{counts:?}");
    }
}
