//! The quantile of Student's distribution that a 95 % interval of a mean needs, the same bits on every machine.
//!
//! Does not know what the mean is of.

use std::f64::consts::FRAC_PI_2;

use super::estimate::CONFIDENCE;

/// The normal quantile that goes with `CONFIDENCE`.
pub const NORMAL: f64 = 1.959_963_984_540_054;

/// From so many degrees of freedom the expansion is good to twelve digits.
const MANY: u64 = 200;

/// The `t` with `P(|T| <= t) = CONFIDENCE` for Student's `T` with so many degrees of freedom, at least 1.
pub fn quantile(freedom: u64) -> f64 {
    if freedom >= MANY {
        return expansion(freedom as f64);
    }
    let (mut below, mut above) = (0.0, FRAC_PI_2);
    for _ in 0..60 {
        let theta = f64::midpoint(below, above);
        if within(theta, freedom) < CONFIDENCE {
            below = theta;
        } else {
            above = theta;
        }
    }
    libm::tan(below) * libm::sqrt(freedom as f64)
}

/// `P(|T| <= t)` with `theta = atan(t / sqrt(freedom))`: the finite sums 26.7.3 and 26.7.4 of M. Abramowitz, I. A.
/// Stegun, "Handbook of Mathematical Functions" (1964).
fn within(theta: f64, freedom: u64) -> f64 {
    let (sine, cosine) = (libm::sin(theta), libm::cos(theta));
    let odd = freedom % 2 == 1;
    let (mut term, first) = if odd { (cosine, 3) } else { (1.0, 2) };
    let mut sum = if freedom == 1 { 0.0 } else { term };
    // Terms 1, 1/2 cos², 1·3/(2·4) cos⁴, … or cos, 2/3 cos³, 2·4/(3·5) cos⁵, …, to the power of freedom - 2.
    for k in (first..freedom.saturating_sub(1)).step_by(2) {
        term *= (k - 1) as f64 / k as f64 * cosine * cosine;
        sum += term;
    }
    if odd { (theta + sine * sum) / FRAC_PI_2 } else { sine * sum }
}

/// The Cornish-Fisher expansion, 26.7.5 of the same.
fn expansion(n: f64) -> f64 {
    let z = NORMAL;
    let s = z * z;
    let first = z * (s + 1.0) / 4.0;
    let second = z * ((5.0 * s + 16.0) * s + 3.0) / 96.0;
    let third = z * (((3.0 * s + 19.0) * s + 17.0) * s - 15.0) / 384.0;
    let fourth = z * ((((79.0 * s + 776.0) * s + 1482.0) * s - 1920.0) * s - 945.0) / 92_160.0;
    z + (first + (second + (third + fourth / n) / n) / n) / n
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn published_values() {
        for (freedom, t) in [(1, 12.706_204_7), (2, 4.302_652_7), (5, 2.570_581_8), (9, 2.262_157_2), (30, 2.042_272_5)]
        {
            assert!((quantile(freedom) - t).abs() < 1e-7, "{freedom}: {}", quantile(freedom));
        }
        assert!((quantile(1_000_000_000) - NORMAL).abs() < 1e-8);
    }

    #[test]
    fn another_implementation_agrees() {
        for freedom in (1..60).chain([99, 150, 199, 200, 201, 350, 1000, 10_000]) {
            let other = StudentsT::new(0.0, 1.0, freedom as f64).unwrap();
            let covered = 2.0 * other.cdf(quantile(freedom)) - 1.0;
            assert!((covered - CONFIDENCE).abs() < 1e-9, "{freedom}: {covered}");
        }
        assert!((expansion(200.0) - 1.971_896_224).abs() < 1e-8);
    }
}
