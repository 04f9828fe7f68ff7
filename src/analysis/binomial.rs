//! The binomial distribution to nearly full precision up to billions of runs, and the intervals that rest on it.
//!
//! Does not know what was counted. `statrs::function::beta` was tried first: its continued fraction stops after
//! 140 terms, and needs of the order of the square root of the number of runs.

use std::f64::consts::PI;

use super::estimate::Interval;

/// `P(X >= k)` for `X ~ Bin(n, p)`, `0 < p < 1`.
pub fn at_least(k: u64, n: u64, p: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n {
        return 0.0;
    }
    let (a, b) = (k as f64, (n - k) as f64 + 1.0);
    if p < (a + 1.0) / (a + b + 2.0) { upper_tail(k, n, p) } else { 1.0 - lower_tail(k - 1, n, p) }
}

/// `P(X <= k)` for `X ~ Bin(n, p)`, `0 < p < 1`.
pub fn at_most(k: u64, n: u64, p: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    let (a, b) = ((n - k) as f64, k as f64 + 1.0);
    if 1.0 - p < (a + 1.0) / (a + b + 2.0) { lower_tail(k, n, p) } else { 1.0 - upper_tail(k + 1, n, p) }
}

/// `P(X >= k)`, `1 <= k <= n`, by the continued fraction of `I_p(k, n - k + 1)`; quick where `k` is above the mean.
fn upper_tail(k: u64, n: u64, p: f64) -> f64 {
    density(k, n, p) * (1.0 - p) * fraction(k as f64, (n - k) as f64 + 1.0, p)
}

/// `P(X <= k)`, `0 <= k < n`: the upper tail of the misses.
fn lower_tail(k: u64, n: u64, p: f64) -> f64 {
    density(k, n, p) * p * fraction((n - k) as f64, k as f64 + 1.0, 1.0 - p)
}

/// `P(X = k)` for `X ~ Bin(n, p)`.
///
/// C. Loader, "Fast and accurate computation of binomial probabilities" (2000), the method of R's `dbinom`:
/// the saddle-point expansion keeps full precision where a difference of log-gammas loses all of it.
pub fn density(k: u64, n: u64, p: f64) -> f64 {
    let (x, m) = (k as f64, n as f64);
    if k == 0 {
        return libm::exp(m * libm::log1p(-p));
    }
    if k == n {
        return libm::exp(m * libm::log(p));
    }
    let log = stirling_error(m)
        - stirling_error(x)
        - stirling_error(m - x)
        - deviance(x, m * p)
        - deviance(m - x, m * (1.0 - p));
    libm::exp(log) * libm::sqrt(m / (2.0 * PI * x * (m - x)))
}

/// `ln(n!) - ln(sqrt(2 pi n) (n/e)^n)`, `n >= 1`.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return libm::lgamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - 0.5 * libm::log(2.0 * PI);
    }
    let square = n * n;
    let series = 1.0 / 1188.0 / square;
    let series = (1.0 / 1680.0 - series) / square;
    let series = (1.0 / 1260.0 - series) / square;
    let series = (1.0 / 360.0 - series) / square;
    (1.0 / 12.0 - series) / n
}

/// `x ln(x / mean) + mean - x`, without cancellation where `x` is near `mean`.
fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    if difference.abs() >= 0.1 * (x + mean) {
        return x * libm::log(x / mean) - difference;
    }
    let v = difference / (x + mean);
    let (mut sum, mut term) = (difference * v, 2.0 * x * v);
    for j in 1..1000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * j + 1);
        if next.to_bits() == sum.to_bits() {
            break;
        }
        sum = next;
    }
    sum
}

/// The continued fraction of the incomplete beta function by the modified Lentz method.
///
/// W. J. Lentz, Applied Optics 15, 668-671 (1976), doi:10.1364/AO.15.000668. Left of the mean it converges
/// within about the square root of `max(a, b)` terms.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..2_000_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a - 1.0 + 2.0 * m) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 1.0 + 2.0 * m));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    h
}

/// The Clopper-Pearson interval of the probability behind `hits` of `runs`, with this confidence: the one
/// interval that never covers less than it says.
///
/// C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
/// binomial", Biometrika 26, 404-413 (1934), doi:10.1093/biomet/26.4.404. `[0, 1]` if there are no runs.
pub fn clopper_pearson(hits: u64, runs: u64, confidence: f64) -> Interval {
    let tail = (1.0 - confidence) / 2.0;
    let low = if hits == 0 { 0.0 } else { lower_end(hits, runs, tail) };
    let high = match hits {
        _ if hits == runs => 1.0,
        0 => -libm::expm1(libm::log(tail) / runs as f64),
        _ => 1.0 - lower_end(runs - hits, runs, tail),
    };
    // Both ends are rounded outwards by more than the error of the tails and of the subtraction from 1.
    let slack = |p: f64| if p > 0.0 && p < 1.0 { 1e-12 * p.min(1.0 - p) + f64::EPSILON } else { 0.0 };
    Interval { low: (low - slack(low)).max(0.0), high: (high + slack(high)).min(1.0) }
}

/// The `p` at which `P(X >= k)` is `tail`, `1 <= k <= n`: Newton's method, kept inside a bracket.
fn lower_end(k: u64, n: u64, tail: f64) -> f64 {
    if k == n {
        return libm::exp(libm::log(tail) / n as f64);
    }
    let (mut below, mut above) = (0.0, k as f64 / n as f64);
    let mut p = first_guess(k, n);
    for _ in 0..200 {
        let excess = at_least(k, n, p) - tail;
        if excess > 0.0 {
            above = p;
        } else {
            below = p;
        }
        // d/dp P(X >= k) = k/p P(X = k).
        let newton = p - excess * p / (k as f64 * density(k, n, p));
        let next = if newton > below && newton < above { newton } else { f64::midpoint(below, above) };
        if (next - p).abs() <= 1e-14 * p {
            break;
        }
        p = next;
    }
    p
}

/// The lower end of the interval of Wilson, JASA 22, 209-212 (1927), doi:10.1080/01621459.1927.10502953.
fn first_guess(k: u64, n: u64) -> f64 {
    let (k, n, z) = (k as f64, n as f64, 1.96);
    let spread = z * libm::sqrt(k * (n - k) / n + z * z / 4.0);
    ((k + z * z / 2.0 - spread) / (n + z * z)).max(k / n * 1e-3)
}

/// Ranks (from 1) of the two order statistics of `n` values between which the quantile at `level` lies with this
/// confidence, whatever the distribution; `None` where the sample is too small to bound that side.
///
/// The number of values below the quantile is binomial: H. A. David, H. N. Nagaraja, "Order Statistics", 3rd ed.
/// (2003), section 7.1, doi:10.1002/0471722162.
pub fn quantile_ranks(n: u64, level: f64, confidence: f64) -> (Option<u64>, Option<u64>) {
    let tail = (1.0 - confidence) / 2.0;
    // Largest r with P(X < r) <= tail: then x_(r) lies at or below the quantile.
    let low = last_holding(n, |r| at_most(r - 1, n, level) <= tail);
    // Smallest s with P(X >= s) <= tail: then x_(s) lies at or above it.
    let high = last_holding(n, |r| at_least(r, n, level) > tail).map_or(Some(1), |r| (r < n).then_some(r + 1));
    (low, if n == 0 { None } else { high })
}

/// The largest of `1..=n` for which `holds`, where it holds of a first stretch only.
fn last_holding(n: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut yes, mut no) = (0, n + 1);
    while no - yes > 1 {
        let middle = yes + (no - yes) / 2;
        if holds(middle) { yes = middle } else { no = middle }
    }
    (yes > 0).then_some(yes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) {
        assert!((a - b).abs() <= relative * b.abs() + 1e-300, "{a:e} is not {b:e}");
    }

    /// `P(X >= k)` by adding up the whole distribution.
    fn summed(k: u64, n: u64, p: f64) -> f64 {
        (k..=n).rev().map(|i| density(i, n, p)).sum()
    }

    #[test]
    fn density_is_the_product_formula() {
        for (n, p) in [(1_u64, 0.3), (7, 0.5), (20, 0.01), (50, 0.97)] {
            for k in 0..=n {
                let choose: f64 = (0..k).map(|i| (n - i) as f64 / (k - i) as f64).product();
                close(density(k, n, p), choose * libm::pow(p, k as f64) * libm::pow(1.0 - p, (n - k) as f64), 1e-12);
            }
            close((0..=n).map(|k| density(k, n, p)).sum(), 1.0, 1e-13);
        }
    }

    #[test]
    fn tails_are_the_summed_densities() {
        for n in [1_u64, 2, 5, 30, 400] {
            for p in [1e-6, 0.01, 0.3, 0.5, 0.77, 0.999] {
                for k in 0..=n {
                    close(at_least(k, n, p), summed(k, n, p), 1e-11);
                    assert!((at_least(k, n, p) + if k == 0 { 0.0 } else { at_most(k - 1, n, p) } - 1.0).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn tail_of_a_billion() {
        // At the median of a symmetric binomial: P(X >= n/2) = (1 + P(X = n/2)) / 2.
        let n = 1_000_000_000;
        close(at_least(n / 2, n, 0.5), f64::midpoint(1.0, density(n / 2, n, 0.5)), 1e-12);
        close(density(n / 2, n, 0.5), libm::sqrt(2.0 / (PI * n as f64)), 1e-8);
    }

    /// Published: 10 of 100 gives [0.0490, 0.1762] (R `binom.test`); 0 of n closes at 1 - (0.025)^(1/n).
    #[test]
    fn known_intervals() {
        let known = [
            (10, 100, 0.049_004_689_2, 0.176_222_597_6),
            (1, 10, 0.002_528_578_544, 0.445_016_117_0),
            (5, 10, 0.187_086_028_2, 0.812_913_971_8),
        ];
        for (hits, runs, low, high) in known {
            let interval = clopper_pearson(hits, runs, 0.95);
            close(interval.low, low, 1e-8);
            close(interval.high, high, 1e-8);
        }
    }

    #[test]
    fn no_hits_and_all_hits() {
        for runs in [1_u64, 10, 100_000, 1_000_000_000] {
            let none = clopper_pearson(0, runs, 0.95);
            let bound = -libm::expm1(libm::log(0.025) / runs as f64);
            assert!(none.low == 0.0);
            close(none.high, bound, 1e-6);
            if runs >= 1000 {
                close(none.high, 3.6889 / runs as f64, 1e-2);
            }
            let all = clopper_pearson(runs, runs, 0.95);
            assert!(all.high >= 1.0);
            close(1.0 - all.low, bound, 1e-6);
        }
        let nothing = clopper_pearson(0, 0, 0.95);
        assert!(nothing.low <= 0.0 && nothing.high >= 1.0);
    }

    #[test]
    fn ends_solve_their_equations() {
        for runs in [3_u64, 100, 99_999, 10_000_000, 1_000_000_000] {
            for share in [0.0, 1e-6, 0.001, 0.1, 0.5, 0.9, 0.9999, 1.0] {
                let hits = (runs as f64 * share) as u64;
                let interval = clopper_pearson(hits, runs, 0.95);
                if hits > 0 {
                    close(at_least(hits, runs, interval.low), 0.025, 1e-4);
                }
                if hits < runs {
                    close(at_most(hits, runs, interval.high), 0.025, 1e-4);
                }
            }
        }
    }

    /// Exact: the coverage at p is the sum of the probabilities of all counts whose interval holds p.
    #[test]
    fn clopper_pearson_never_covers_less_than_it_says() {
        for n in [1_u64, 2, 10, 100, 1000] {
            let intervals: Vec<Interval> = (0..=n).map(|k| clopper_pearson(k, n, 0.95)).collect();
            let mut worst: f64 = 1.0;
            for i in 1..400 {
                let p = libm::pow(10.0, -4.0 + f64::from(i) * 0.01);
                let p = if p < 1.0 { p } else { 1.0 - 1e-9 };
                let held = (0..=n).filter(|k| {
                    let interval = intervals[*k as usize];
                    interval.low <= p && p <= interval.high
                });
                worst = worst.min(held.map(|k| density(k, n, p)).sum());
            }
            assert!(worst >= 0.95 - 1e-12, "n = {n}: {worst}");
            assert!(n < 1000 || worst < 0.96, "it is not needlessly wide: {worst}");
        }
    }

    /// Exact, for a continuous distribution: the interval holds the quantile unless fewer than r or at least s
    /// values lie below it.
    #[test]
    fn ranks_cover_the_quantile() {
        for n in [1_u64, 5, 6, 20, 101, 5000, 100_000] {
            for level in [0.05, 0.25, 0.5, 0.9, 0.95] {
                let (low, high) = quantile_ranks(n, level, 0.95);
                let missed_below = low.map_or(0.0, |r| at_most(r - 1, n, level));
                let missed_above = high.map_or(0.0, |s| at_least(s, n, level));
                assert!(missed_below <= 0.025 && missed_above <= 0.025);
                if n == 100_000 {
                    assert!(missed_below > 0.02 && missed_above > 0.02, "it is not needlessly wide");
                }
            }
        }
        assert_eq!(quantile_ranks(5, 0.5, 0.95), (None, None));
        assert_eq!(quantile_ranks(6, 0.5, 0.95), (Some(1), Some(6)));
        assert_eq!(quantile_ranks(0, 0.5, 0.95), (None, None));
    }
}
