//! Sobol' indices: how the variance of a result is shared out among the factors.
//!
//! The design is A. Saltelli's, the estimators of both indices are M. J. W. Jansen's: A. Saltelli et al., "Variance
//! based sensitivity analysis of model output. Design and estimator for the total sensitivity index", Computer Physics
//! Communications 181, 259-270 (2010), doi:10.1016/j.cpc.2009.09.018, table 2, (c) and (f). They are sums of squares
//! of differences, so a constant added to the result changes no bit of meaning.
//!
//! Does not know what a factor is; whether the result has noise of its own is the caller's business.

use serde::Serialize;

use super::{Coordinate, deviation, mean};
use crate::analysis::design::sobol_points;
use crate::analysis::draw::{Draws, Purpose};
use crate::analysis::student::NORMAL;

/// Bootstrap samples.
const RESAMPLES: usize = 500;

/// The most factors: the Sobol' sequence is made for pairs of them up to here.
pub const MOST_FACTORS: usize = 500;

/// For each of `base` points `a` and their partners `b`: `a`, then `a` with each coordinate in turn taken from `b`,
/// then `b`.
#[derive(Debug, Clone)]
pub struct Design {
    factors: usize,
    points: Vec<Vec<f64>>,
}

/// What one factor does to the variance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Index {
    /// First-order index: the share of the variance that goes if this factor were known. An estimate; it may come out
    /// below 0.
    #[serde(rename = "S1")]
    pub first: f64,
    /// Half width of its 95 % interval, by bootstrap over base points.
    #[serde(rename = "S1_conf")]
    pub first_conf: f64,
    /// Total index: the share of the variance that stays if all others were known.
    #[serde(rename = "ST")]
    pub total: f64,
    /// Half width of its 95 % interval, by bootstrap over base points.
    #[serde(rename = "ST_conf")]
    pub total_conf: f64,
}

impl Design {
    /// A design of so many base points, best a power of two; it has `base` · (factors + 2) points.
    ///
    /// # Panics
    /// If there are more than [`MOST_FACTORS`] coordinates.
    pub fn new(coordinates: &[Coordinate], base: usize, seed: u64) -> Self {
        let factors = coordinates.len();
        assert!(factors <= MOST_FACTORS, "{factors} factors");
        let mut points = Vec::with_capacity(base * (factors + 2));
        for pair in sobol_points(2 * factors, base as u64, seed).chunks_exact(2 * factors) {
            let (a, b) = pair.split_at(factors);
            points.push(a.to_vec());
            for factor in 0..factors {
                let mut mixed = a.to_vec();
                mixed[factor] = b[factor];
                points.push(mixed);
            }
            points.push(b.to_vec());
        }
        Self { factors, points }
    }

    /// Where the function is wanted.
    pub fn points(&self) -> &[Vec<f64>] {
        &self.points
    }

    /// The indices by factor, from the function's value at every point; `None` if these do not vary.
    ///
    /// # Panics
    /// If there is not a value for every point.
    pub fn indices(&self, outputs: &[f64], seed: u64) -> Option<Vec<Index>> {
        assert_eq!(outputs.len(), self.points.len(), "a value at every point");
        indices(self.factors, outputs, seed)
    }
}

/// The indices of so many factors from `outputs` in the order of Saltelli's design (which is that of `SALib` too, without
/// second order); `None` if these do not vary.
pub fn indices(factors: usize, outputs: &[f64], seed: u64) -> Option<Vec<Index>> {
    let blocks: Vec<&[f64]> = outputs.chunks_exact(factors + 2).collect();
    let all: Vec<usize> = (0..blocks.len()).collect();
    let estimate = shares(factors, &blocks, &all)?;
    let mut draws = Draws::new(Purpose::Resample, seed, "sobol", 0);
    let mut again = vec![(Vec::new(), Vec::new()); factors];
    for _ in 0..RESAMPLES {
        let taken: Vec<usize> = all.iter().map(|_| draws.below(all.len())).collect();
        for (found, into) in shares(factors, &blocks, &taken).into_iter().flatten().zip(&mut again) {
            into.0.push(found.0);
            into.1.push(found.1);
        }
    }
    let each = estimate.into_iter().zip(&again);
    let index = each.map(|((first, total), (firsts, totals))| Index {
        first,
        first_conf: NORMAL * deviation(firsts),
        total,
        total_conf: NORMAL * deviation(totals),
    });
    Some(index.collect())
}

/// First-order and total index of every factor from the blocks `taken`.
fn shares(factors: usize, blocks: &[&[f64]], taken: &[usize]) -> Option<Vec<(f64, f64)>> {
    let last = factors + 1;
    let ends = || taken.iter().flat_map(|at| [blocks[*at][0], blocks[*at][last]]);
    let middle = mean(ends());
    let variance = mean(ends().map(|value| (value - middle) * (value - middle)));
    if variance <= 0.0 || !variance.is_finite() {
        return None;
    }
    let half_square = |factor: usize, end: usize| {
        let difference = |at: &usize| blocks[*at][end] - blocks[*at][factor + 1];
        mean(taken.iter().map(|at| difference(at) * difference(at))) / (2.0 * variance)
    };
    Some((0..factors).map(|factor| (1.0 - half_square(factor, last), half_square(factor, 0))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_vary_has_no_indices() {
        assert_eq!(indices(2, &[4.0; 40], 1), None);
    }

    /// `c + 2 u` with `c` one of 0, 0, 6: variances 8 and 1/3, no interaction; the third does nothing.
    #[test]
    fn names_need_no_order() {
        let cube = [Coordinate::Levels(3), Coordinate::Continuous, Coordinate::Levels(2)];
        let design = Design::new(&cube, 1024, 1);
        let value = |point: &Vec<f64>| if cube[0].level(point[0]) == Some(1) { 6.0 } else { 0.0 } + 2.0 * point[1];
        let outputs: Vec<f64> = design.points().iter().map(value).collect();
        let found = design.indices(&outputs, 1).unwrap();
        let all = 8.0 + 1.0 / 3.0;
        for (index, share) in found.iter().zip([8.0 / all, 1.0 / 3.0 / all, 0.0]) {
            assert!((index.first - share).abs() < 0.01, "{index:?}");
            assert!((index.total - share).abs() < 0.01, "{index:?}");
        }
    }
}
