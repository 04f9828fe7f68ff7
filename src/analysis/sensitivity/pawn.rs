//! PAWN: how far the distribution of a result moves when one factor is held in a part of its range.
//!
//! F. Pianosi, T. Wagener, "Distribution-based sensitivity analysis from a generic input-output sample",
//! Environmental Modelling & Software 108, 197-207 (2018), doi:10.1016/j.envsoft.2018.07.019. The distance is that of
//! Kolmogorov and Smirnov between the values in one slice of a factor and all values.
//!
//! A factor without any effect has distances above 0 too, because slices are small; how large is found by dealing the
//! values out at random: F. Khorashadi Zadeh et al., "Comparison of variance-based and moment-independent global
//! sensitivity analysis approaches by application to the SWAT model", Environmental Modelling & Software 91, 210-222
//! (2017), doi:10.1016/j.envsoft.2017.02.001.

use serde::Serialize;

use super::{Coordinate, mean};
use crate::analysis::draw::{Draws, Purpose};

/// How often the values are dealt out at random.
const DEALS: usize = 200;

/// How far one factor moves the distribution; all in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Index {
    /// The smallest distance of a slice.
    pub minimum: f64,
    /// The mean distance.
    pub mean: f64,
    /// The median distance.
    pub median: f64,
    /// The largest distance.
    pub maximum: f64,
    /// Standard deviation of the distances by their mean.
    #[serde(rename = "CV")]
    pub variation: f64,
    /// A factor without effect, sliced the same way, has a median distance below this in 95 of 100 samples.
    pub dummy: f64,
}

impl Index {
    /// Whether the factor does more than a factor without effect would.
    pub fn stands_out(&self) -> bool {
        self.median > self.dummy
    }
}

/// The indices by factor, from any sample of the cube and the function's value at every point. Numbers are cut into
/// `slices` of equally many points, names each by itself.
///
/// # Panics
/// If there is not a value for every point.
pub fn indices(
    coordinates: &[Coordinate],
    points: &[Vec<f64>],
    outputs: &[f64],
    slices: usize,
    seed: u64,
) -> Vec<Index> {
    assert_eq!(points.len(), outputs.len(), "a value at every point");
    let ranked = Ranked::new(outputs);
    let one = |(factor, kind): (usize, &Coordinate)| {
        let values: Vec<f64> = points.iter().map(|point| point[factor]).collect();
        let mut slice_of = slice(*kind, &values, slices);
        let distances = ranked.distances(&slice_of);
        let mut draws = Draws::new(Purpose::Resample, seed, "pawn", factor as u64);
        let mut deals: Vec<f64> = (0..DEALS)
            .map(|_| {
                draws.shuffle(&mut slice_of);
                median(ranked.distances(&slice_of))
            })
            .collect();
        deals.sort_by(f64::total_cmp);
        index(distances, deals[DEALS * 95 / 100])
    };
    coordinates.iter().enumerate().map(one).collect()
}

fn index(distances: Vec<f64>, dummy: f64) -> Index {
    let middle = mean(distances.iter().copied());
    let spread = mean(distances.iter().map(|distance| (distance - middle) * (distance - middle)));
    Index {
        minimum: distances.iter().copied().fold(1.0, f64::min),
        mean: middle,
        maximum: distances.iter().copied().fold(0.0, f64::max),
        variation: if middle > 0.0 { libm::sqrt(spread) / middle } else { 0.0 },
        median: median(distances),
        dummy,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

/// Which slice each point lies in.
fn slice(kind: Coordinate, values: &[f64], slices: usize) -> Vec<usize> {
    if let Coordinate::Levels(_) = kind {
        return values.iter().map(|value| kind.level(*value).unwrap_or(0)).collect();
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut found = vec![0; values.len()];
    for (rank, at) in order.into_iter().enumerate() {
        found[at] = rank * slices / values.len();
    }
    found
}

/// Values in ascending order.
struct Ranked<'a> {
    values: &'a [f64],
    order: Vec<usize>,
}

impl<'a> Ranked<'a> {
    fn new(values: &'a [f64]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        Self { values, order }
    }

    /// Of every slice that is not empty: the largest distance between its distribution function and that of all.
    fn distances(&self, slice_of: &[usize]) -> Vec<f64> {
        let slices = slice_of.iter().max().map_or(0, |most| most + 1);
        let mut size = vec![0_usize; slices];
        slice_of.iter().for_each(|slice| size[*slice] += 1);
        let (mut below, mut widest) = (vec![0_usize; slices], vec![0.0_f64; slices]);
        let all = self.order.len() as f64;
        for (rank, at) in self.order.iter().enumerate() {
            below[slice_of[*at]] += 1;
            let next = self.order.get(rank + 1).map(|next| self.values[*next]);
            if next.is_some_and(|next| next.total_cmp(&self.values[*at]).is_eq()) {
                continue;
            }
            for slice in (0..slices).filter(|slice| size[*slice] > 0) {
                let apart = below[slice] as f64 / size[slice] as f64 - (rank + 1) as f64 / all;
                widest[slice] = widest[slice].max(apart.abs());
            }
        }
        widest.into_iter().zip(size).filter(|(_, size)| *size > 0).map(|(widest, _)| widest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_is_the_widest_gap_of_two_distribution_functions() {
        let values = [1.0, 2.0, 2.0, 3.0, 4.0, 5.0];
        let found = Ranked::new(&values).distances(&[0, 0, 1, 1, 1, 1]);
        // Slice 0 holds 1 and 2: at 2 it is complete, and all stand at a half. Slice 1 holds 2, 3, 4, 5: a quarter
        // against a half at 2.
        assert!((found[0] - 0.5).abs() < 1e-15 && (found[1] - 0.25).abs() < 1e-15, "{found:?}");
    }

    #[test]
    fn only_what_acts_stands_out() {
        let cube = [Coordinate::Levels(2), Coordinate::Continuous, Coordinate::Continuous, Coordinate::Levels(3)];
        let mut draws = Draws::new(Purpose::Design, 4, "test", 0);
        let points: Vec<Vec<f64>> = (0..600).map(|_| (0..4).map(|_| draws.unit()).collect()).collect();
        let value = |point: &Vec<f64>| if cube[0].level(point[0]) == Some(1) { 0.5 } else { 0.0 } + point[1];
        let outputs: Vec<f64> = points.iter().map(value).collect();
        let found = indices(&cube, &points, &outputs, 10, 1);
        assert_eq!(found.iter().map(Index::stands_out).collect::<Vec<_>>(), [true, true, false, false], "{found:?}");
    }
}
