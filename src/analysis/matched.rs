//! The interval of a difference between two proportions of the same runs.
//!
//! Does not know what was counted, nor in which runs.

use super::binomial::clopper_pearson;
use super::estimate::{CONFIDENCE, Interval};

/// The interval of `P(gained) - P(lost)` at `CONFIDENCE`, of `runs` matched pairs of which `gained` are yes on the second
/// side alone and `lost` on the first alone. `[-1, 1]` without runs.
///
/// Clopper-Pearson intervals of both shares, joined by the method of variance estimates recovery with the covariance that
/// two shares of one multinomial have: G. Y. Zou, A. Donner, Statistics in Medicine 27, 1693-1702 (2008),
/// doi:10.1002/sim.3095; for matched pairs R. G. Newcombe, Statistics in Medicine 17, 2635-2650 (1998). Computed exactly over
/// a grid it covers 95.6 % at least (a test says so), where the score interval of T. Tango, Statistics in Medicine 17,
/// 891-908 (1998), falls to 92 % with few discordant pairs; it is at most a tenth wider than that.
///
/// # Panics
/// If more pairs are discordant than there are.
pub fn difference(gained: u64, lost: u64, runs: u64) -> Interval {
    assert!(gained + lost <= runs, "{gained} and {lost} of {runs} pairs");
    let ends = |hits| clopper_pearson(hits, runs, CONFIDENCE);
    joined(gained, ends(gained), lost, ends(lost), runs)
}

/// The same, the intervals of both shares being known.
fn joined(gained: u64, up: Interval, lost: u64, down: Interval, runs: u64) -> Interval {
    let share = |hits: u64| if runs == 0 { 0.0 } else { hits as f64 / runs as f64 };
    let (p, q) = (share(gained), share(lost));
    let inner = p > 0.0 && q > 0.0 && p < 1.0 && q < 1.0;
    // Minus the correlation of the two shares.
    let apart = if inner { libm::sqrt(p * q / ((1.0 - p) * (1.0 - q))) } else { 0.0 };
    let far = |x: f64, y: f64| libm::sqrt(x * x + y * y + 2.0 * apart * x * y);
    Interval {
        low: (p - q - far(p - up.low, down.high - q)).max(-1.0),
        high: (p - q + far(up.high - p, q - down.low)).min(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `P(b, c)` of a trinomial: both densities are binomial.
    fn density(b: u64, c: u64, runs: u64, p: f64, q: f64) -> f64 {
        use crate::analysis::binomial::density;
        let rest = (q / (1.0 - p)).min(1.0 - f64::EPSILON);
        density(b, runs, p) * density(c, runs - b, rest)
    }

    /// Exact: the coverage at (p, q) is the sum of the probabilities of all tables whose interval holds `p - q`. Counts
    /// above `most` are counted as missed.
    fn least_coverage(runs: u64, most: u64, means: &[f64]) -> f64 {
        let most = most.min(runs);
        let ends: Vec<Interval> = (0..=most).map(|hits| clopper_pearson(hits, runs, CONFIDENCE)).collect();
        let tables = (0..=most).flat_map(|b| (0..=most.min(runs - b)).map(move |c| (b, c)));
        let intervals: Vec<(u64, u64, Interval)> =
            tables.map(|(b, c)| (b, c, joined(b, ends[b as usize], c, ends[c as usize], runs))).collect();
        let share = |mean: &f64| mean / runs as f64;
        let pairs = means.iter().map(share).flat_map(|p| means.iter().map(share).map(move |q| (p, q)));
        let possible = pairs.filter(|(p, q)| q <= p && p + q <= 1.0);
        let covered = |(p, q): (f64, f64)| {
            let held = intervals.iter().filter(|(.., interval)| interval.contains(p - q));
            held.map(|(b, c, _)| density(*b, *c, runs, p, q)).sum::<f64>()
        };
        possible.map(covered).fold(1.0, f64::min)
    }

    #[test]
    fn it_never_covers_less_than_it_says() {
        let few = [0.05, 0.1, 0.3, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 19.0];
        let some = [0.05, 0.2, 0.5, 1.0, 1.4, 2.0, 2.7, 3.5, 5.0, 7.0, 10.0, 14.0, 20.0, 27.0, 35.0, 45.0, 55.0, 59.0];
        let rare = [0.05, 0.2, 0.5, 0.8, 1.0, 1.4, 2.0, 2.7, 3.5, 5.0, 7.0, 10.0, 14.0];
        let least = [least_coverage(20, 20, &few), least_coverage(60, 60, &some), least_coverage(100_000, 40, &rare)];
        assert!(least.iter().all(|coverage| (0.955..0.97).contains(coverage)), "{least:?}");
    }

    #[test]
    fn few_discordant_pairs_say_little() {
        let none = difference(0, 0, 100_000);
        assert!((none.high * 1e5 - 3.6889).abs() < 1e-3 && (none.low + none.high).abs() < 1e-15, "{none:?}");
        assert!(difference(5, 0, 100_000).low < 0.0, "five to nothing has a chance of 1 in 16");
        assert!(difference(6, 0, 100_000).low > 0.0, "six to nothing has one of 1 in 32");
        let (there, back) = (difference(40, 10, 1_000), difference(10, 40, 1_000));
        assert!((there.low + back.high).abs() < 1e-15 && (there.high + back.low).abs() < 1e-15);
    }

    /// With many pairs it is the normal interval: variance `(p + q - (p - q)²) / n`.
    #[test]
    fn many_pairs_have_the_normal_interval() {
        let (p, q, n) = (0.3, 0.2, 10_000_000.0);
        let half = 1.959_964 * libm::sqrt((p + q - (p - q) * (p - q)) / n);
        let found = difference(3_000_000, 2_000_000, 10_000_000);
        assert!((found.half_width() / half - 1.0).abs() < 1e-3, "{found:?} {half}");
        let all = difference(0, 0, 0);
        assert!(all.low <= -1.0 && all.high >= 1.0);
    }
}
