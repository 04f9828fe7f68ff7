//! Poisson probabilities with bounds on what is cut off: the weights of uniformisation.
//!
//! Ratios to the mode, so nothing overflows; only products and sums of non-negative numbers, so every weight has a
//! small relative error (B. L. Fox, P. W. Glynn, "Computing Poisson probabilities", Communications of the ACM 31,
//! 440-445 (1988), doi:10.1145/42404.42409; the tails are bounded by geometric series instead of by their corollaries,
//! whose gaps D. N. Jansen lists in arXiv:1108.3560). Does not know what is weighted.

/// `P(N = n)` for `n` in `first ..= first + weights.len() - 1`, N being Poisson.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weights {
    /// The least `n`.
    pub(super) first: usize,
    /// The probabilities, normalised over the range: each at most `1 / (1 - cut)` times too high.
    pub(super) weights: Vec<f64>,
    /// At least the probability outside the range.
    pub(super) cut: f64,
    /// At least `Σ P(N > n)` over the `n` from the last of the range on: the time, in mean jumps, that is cut off.
    pub(super) time_cut: f64,
    /// `P(N > n)` for `n` from `first` to the last of the range, without the tail beyond it.
    beyond: Vec<f64>,
    /// The same for each `n` below `first`: there may be very many.
    all: f64,
    /// At most this many rounding errors of 2^-53 in each weight.
    pub(super) operations: u64,
}

impl Weights {
    /// The weights for mean `mean` (0 or more), with at most about `epsilon` cut off.
    ///
    /// # Panics
    /// If the mean is negative or not finite, or `epsilon` is not positive.
    pub(super) fn new(mean: f64, epsilon: f64) -> Self {
        assert!(mean >= 0.0 && mean.is_finite() && epsilon > 0.0, "mean {mean}, cut {epsilon}");
        let mode = mean.floor() as usize;
        let (right, right_cut) = side(epsilon, |i| mean / (mode + 1 + i) as f64);
        let (left, left_cut) = side(epsilon, |i| if i < mode { (mode - i) as f64 / mean } else { 0.0 });
        let first = mode - left.len();
        let mut weights: Vec<f64> = left.into_iter().rev().chain([1.0]).chain(right).collect();
        let total = sum(&weights);
        weights.iter_mut().for_each(|w| *w /= total);
        let last = first + weights.len() - 1;
        let ratio = mean / (last + 2) as f64;
        let (cut, right_cut) = ((left_cut + right_cut) / total, right_cut / total);
        let operations = 2 * weights.len() as u64 + 4;
        let (beyond, all) = beyond(&weights);
        Self { first, beyond, all, weights, cut, time_cut: right_cut / (1.0 - ratio), operations }
    }

    /// The greatest `n` of the range.
    pub(super) fn last(&self) -> usize {
        self.first + self.weights.len() - 1
    }

    /// `P(N > n)` for an `n` up to the last of the range, without the tail beyond it.
    pub(super) fn beyond(&self, n: usize) -> f64 {
        n.checked_sub(self.first).map_or(self.all, |i| self.beyond[i])
    }

    /// The same for every `n` from 0 to the last of the range.
    pub(super) fn all_beyond(&self) -> impl Iterator<Item = f64> {
        std::iter::repeat_n(self.all, self.first).chain(self.beyond.iter().copied())
    }

    /// `P(N = n)`, 0 outside the range.
    pub(super) fn at(&self, n: usize) -> f64 {
        n.checked_sub(self.first).and_then(|i| self.weights.get(i)).copied().unwrap_or(0.0)
    }
}

/// Ratios to the mode's probability going away from it, and a bound on the ratios left out. `factor(i)`: ratio `i` to
/// the one before it, falling.
fn side(epsilon: f64, factor: impl Fn(usize) -> f64) -> (Vec<f64>, f64) {
    let (mut ratios, mut sum, mut ratio) = (Vec::new(), 1.0, 1.0);
    loop {
        // What follows shrinks at least as fast as a geometric series.
        let next = ratio * factor(ratios.len());
        let left = next / (1.0 - factor(ratios.len() + 1));
        if left <= 0.5 * epsilon * sum {
            return (ratios, left);
        }
        ratio = next;
        ratios.push(ratio);
        sum += ratio;
    }
}

/// Of each place the sum of what comes after it, and the sum of all.
fn beyond(weights: &[f64]) -> (Vec<f64>, f64) {
    let mut beyond = vec![0.0; weights.len()];
    let mut sum = 0.0;
    for (beyond, weight) in beyond.iter_mut().zip(weights).rev() {
        *beyond = sum;
        sum += weight;
    }
    (beyond, sum)
}

/// A sum whose error does not grow with the number of terms (A. Neumaier, Zeitschrift für angewandte Mathematik und
/// Mechanik 54, 39-51 (1974), doi:10.1002/zamm.19740540106): for non-negative terms at most 2 units in the last place.
pub(super) fn sum<'a>(terms: impl IntoIterator<Item = &'a f64>) -> f64 {
    let mut total = Sum::default();
    terms.into_iter().for_each(|term| total.add(*term));
    total.value()
}

/// A sum in the making, with what rounding took from it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(super) fn add(&mut self, term: f64) {
        let new = self.sum + term;
        self.lost += if self.sum.abs() >= term.abs() { (self.sum - new) + term } else { (term - new) + self.sum };
        self.sum = new;
    }

    pub(super) fn value(&self) -> f64 {
        self.sum + self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ln P(N = n)`, by `statrs`' gamma function.
    fn reference(mean: f64, n: usize) -> f64 {
        let n = n as f64;
        n * libm::log(mean) - mean - statrs::function::gamma::ln_gamma(n + 1.0)
    }

    #[test]
    fn weights_are_poisson_probabilities() {
        for mean in [1e-9, 0.3, 1.0, 7.5, 40.0, 438.0, 5_000.0, 1e6] {
            let weights = Weights::new(mean, 1e-18);
            let spread = 8.0 * mean.sqrt() + 30.0;
            for n in (0..=weights.last()).filter(|n| (*n as f64 - mean).abs() < spread).step_by(1 + mean as usize / 50)
            {
                let expected = reference(mean, n);
                if expected < -300.0 || n < weights.first {
                    continue;
                }
                let error = (libm::log(weights.at(n)) - expected).abs();
                assert!(
                    error < 1e-11 * (1.0 + mean),
                    "mean {mean}, n {n}: {} for {}",
                    weights.at(n),
                    libm::exp(expected)
                );
            }
            assert!((sum(&weights.weights) - 1.0).abs() < 1e-14);
            assert!(weights.cut <= 1e-18);
        }
    }

    #[test]
    fn what_is_beyond_integrates_to_the_mean() {
        for mean in [0.2, 3.0, 60.0] {
            let weights = Weights::new(mean, 1e-20);
            // The mean of a number of jumps is the sum of the probabilities of more.
            let all: Vec<f64> = weights.all_beyond().collect();
            assert!((sum(&all) / mean - 1.0).abs() < 1e-13);
            assert!((0..all.len()).all(|n| all[n].to_bits() == weights.beyond(n).to_bits()));
            assert!(weights.time_cut < 1e-18);
        }
    }

    #[test]
    fn many_jumps_before_the_first_that_counts_take_no_memory() {
        let weights = Weights::new(1e9, 1e-18);
        assert!(weights.first > 999_000_000 && weights.beyond.len() < 1_000_000);
        assert!((weights.beyond(0) - 1.0).abs() < 1e-12 && weights.beyond(weights.last()) == 0.0);
    }

    #[test]
    fn no_mean_is_no_jump() {
        let weights = Weights::new(0.0, 1e-12);
        assert_eq!((weights.first, weights.weights.as_slice(), weights.cut), (0, [1.0].as_slice(), 0.0));
    }

    #[test]
    fn little_is_cut_however_little_may_be() {
        let weights = Weights::new(100.0, 1e-200);
        assert!(weights.cut <= 1e-200 && weights.last() < 800);
    }
}
