//! Checks of samples against known numbers. Each raises a false alarm with at most [`FALSE_ALARM`], and with a fixed
//! seed either always or never.
//!
//! Does not know where the samples come from, and shares no code with `analysis`, which it helps to check.

use statrs::distribution::{Beta, ChiSquared, ContinuousCDF, Normal};

/// Probability with which a check fails although the program is right, at most (asymptotically for means).
pub const FALSE_ALARM: f64 = 1e-6;

/// Runs with a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub hits: u64,
    pub runs: u64,
}

impl Share {
    /// The exact binomial interval contains `p`.
    #[track_caller]
    pub fn is(self, p: f64) {
        let (low, high) = share_interval(self.hits, self.runs, FALSE_ALARM);
        assert!((low..=high).contains(&p), "{p} is not in [{low}, {high}] from {} of {} runs", self.hits, self.runs);
    }
}

/// C. J. Clopper, E. S. Pearson, Biometrika 26, 404-413 (1934), doi:10.1093/biomet/26.4.404.
pub fn share_interval(hits: u64, runs: u64, alpha: f64) -> (f64, f64) {
    let (k, n) = (hits as f64, runs as f64);
    let quantile = |a: f64, b: f64, q: f64| Beta::new(a, b).unwrap().inverse_cdf(q);
    let low = if hits == 0 { 0.0 } else { quantile(k, n - k + 1.0, alpha / 2.0) };
    let high = if hits == runs { 1.0 } else { quantile(k + 1.0, n - k, 1.0 - alpha / 2.0) };
    (low, high)
}

/// A number of each run.
#[derive(Debug, Clone, PartialEq)]
pub struct Values(pub Vec<f64>);

impl Values {
    /// Those that are not "never".
    pub fn without_never(&self) -> Self {
        Self(self.0.iter().copied().filter(|x| !x.is_nan()).collect())
    }

    /// Their mean.
    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    /// Their variance, unbiased.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.0.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (self.0.len() as f64 - 1.0)
    }

    /// The mean of what they are drawn from is `mean`.
    #[track_caller]
    pub fn mean_is(&self, mean: f64) {
        let (low, high) = mean_interval(self.mean(), self.variance(), self.0.len() as u64);
        assert!((low..=high).contains(&mean), "mean {mean} is not in [{low}, {high}]");
    }

    /// The variance of what they are drawn from is `variance`; its fourth central moment is `fourth`.
    #[track_caller]
    pub fn variance_is(&self, variance: f64, fourth: f64) {
        let n = self.0.len() as f64;
        let error = ((fourth - variance * variance * (n - 3.0) / (n - 1.0)) / n).sqrt();
        let z = (self.variance() - variance) / error;
        assert!(z.abs() < widest(), "variance {} instead of {variance}: {z} standard errors", self.variance());
    }

    /// All are `value`.
    #[track_caller]
    pub fn all_are(&self, value: f64) {
        let other = self.0.iter().find(|x| (*x - value).abs() > 1e-9);
        assert!(other.is_none(), "{other:?} instead of {value}");
    }
}

/// Standard errors beyond which a normal variable lies with probability `FALSE_ALARM`.
fn widest() -> f64 {
    Normal::standard().inverse_cdf(1.0 - FALSE_ALARM / 2.0)
}

/// Normal interval of a mean; at least a rounding error wide.
pub fn mean_interval(mean: f64, variance: f64, runs: u64) -> (f64, f64) {
    let half = widest() * (variance / runs as f64).sqrt() + 1e-9 * mean.abs().max(1.0);
    (mean - half, mean + half)
}

/// The counts come from these probabilities, which sum to 1. Cells that expect fewer than 10 are pooled with the next.
///
/// K. Pearson, Philosophical Magazine 50, 157-175 (1900), doi:10.1080/14786440009463897.
#[track_caller]
pub fn chi_square(counts: &[u64], probabilities: &[f64]) {
    assert_eq!(counts.len(), probabilities.len());
    assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9, "probabilities sum to 1");
    let runs = counts.iter().sum::<u64>() as f64;
    let (mut cells, mut pooled) = (Vec::new(), (0.0, 0.0));
    for (count, p) in counts.iter().zip(probabilities) {
        assert!(*p > 0.0 || *count == 0, "{count} runs where there can be none");
        pooled = (pooled.0 + *count as f64, pooled.1 + p * runs);
        if pooled.1 >= 10.0 {
            cells.push(std::mem::take(&mut pooled));
        }
    }
    if let Some(last) = cells.last_mut() {
        *last = (last.0 + pooled.0, last.1 + pooled.1);
    }
    assert!(cells.len() > 1, "at least two cells to compare");
    let statistic: f64 = cells.iter().map(|(seen, expected)| (seen - expected) * (seen - expected) / expected).sum();
    let worst = ChiSquared::new((cells.len() - 1) as f64).unwrap().inverse_cdf(1.0 - FALSE_ALARM);
    assert!(statistic < worst, "chi-square {statistic} exceeds {worst}: {cells:?}");
}

#[test]
fn a_biased_coin_is_told_from_a_fair_one() {
    Share { hits: 5_100, runs: 10_000 }.is(0.5);
    Share { hits: 0, runs: 10_000 }.is(0.0);
    Share { hits: 10_000, runs: 10_000 }.is(1.0);
    let fails = |check: fn()| std::panic::catch_unwind(check).is_err();
    assert!(fails(|| Share { hits: 5_300, runs: 10_000 }.is(0.5)));
    assert!(fails(|| Share { hits: 1, runs: 10_000 }.is(0.0)));
    assert!(fails(|| chi_square(&[600, 400], &[0.5, 0.5])));
    assert!(fails(|| Values(vec![1.0; 10]).mean_is(1.001)));
}
