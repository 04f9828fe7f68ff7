//! Elementary effects: what moving one factor alone does, from many starting points.
//!
//! M. D. Morris, "Factorial Sampling Plans for Preliminary Computational Experiments", Technometrics 33, 161-174
//! (1991), doi:10.1080/00401706.1991.10484804; `mu_star`: F. Campolongo, J. Cariboni, A. Saltelli, "An effective
//! screening design for sensitivity analysis of large models", Environmental Modelling & Software 22, 1509-1518
//! (2007), doi:10.1016/j.envsoft.2006.10.004.
//!
//! Of names, which have no distance: a step goes to another name, each as likely, and counts in full.

use serde::Serialize;

use super::{Coordinate, deviation, mean};
use crate::analysis::draw::{Draws, Purpose};
use crate::analysis::student::NORMAL;

/// Levels of the grid on which a number moves; a step goes over `LEVELS / (2 (LEVELS - 1))` of it.
const LEVELS: usize = 4;
/// Bootstrap samples.
const RESAMPLES: usize = 1_000;

/// Trajectories through the cube: each visits one point more than there are coordinates and moves each once.
#[derive(Debug, Clone)]
pub struct Design {
    coordinates: Vec<Coordinate>,
    ends: (f64, f64),
    points: Vec<Vec<f64>>,
}

/// What moving one factor does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Index {
    /// Mean effect of moving it from the low to the high end of its grid; `None` of three or more names, whose steps
    /// have no direction. Of two names: from the first to the second.
    pub mu: Option<f64>,
    /// Mean size of the effect.
    pub mu_star: f64,
    /// Half width of its 95 % interval, by bootstrap over trajectories.
    pub mu_star_conf: f64,
    /// Standard deviation of the effect: large beside `mu_star` where the factor acts together with others, or bends.
    pub sigma: f64,
}

impl Design {
    /// So many trajectories; the grid of a number spans `ends` of the unit interval.
    pub fn new(coordinates: &[Coordinate], trajectories: usize, ends: (f64, f64), seed: u64) -> Self {
        let points = (0..trajectories)
            .flat_map(|number| {
                let mut draws = Draws::new(Purpose::Design, seed, "morris", number as u64);
                trajectory(coordinates, ends, &mut draws)
            })
            .collect();
        Self { coordinates: coordinates.to_vec(), ends, points }
    }

    /// Trajectories that somebody else made, one after the other.
    pub fn of_points(coordinates: &[Coordinate], ends: (f64, f64), points: Vec<Vec<f64>>) -> Self {
        Self { coordinates: coordinates.to_vec(), ends, points }
    }

    /// Where the function is wanted.
    pub fn points(&self) -> &[Vec<f64>] {
        &self.points
    }

    /// The indices by factor, from the function's value at every point.
    ///
    /// # Panics
    /// If there is not a value for every point, or a step moves nothing.
    pub fn indices(&self, outputs: &[f64], seed: u64) -> Vec<Index> {
        let effects = self.effects(outputs);
        let mut draws = Draws::new(Purpose::Resample, seed, "morris", 0);
        effects.iter().zip(&self.coordinates).map(|(effects, kind)| index(effects, *kind, &mut draws)).collect()
    }

    /// By factor: its effect in every trajectory.
    fn effects(&self, outputs: &[f64]) -> Vec<Vec<f64>> {
        assert_eq!(outputs.len(), self.points.len(), "a value at every point");
        let mut effects = vec![Vec::new(); self.coordinates.len()];
        let length = self.coordinates.len() + 1;
        for (points, outputs) in self.points.chunks_exact(length).zip(outputs.chunks_exact(length)) {
            for (two, change) in points.windows(2).zip(outputs.windows(2)) {
                let moved = two[0].iter().zip(&two[1]).position(|(before, after)| (before - after).abs() > 1e-12);
                let factor = moved.expect("a step moves one coordinate");
                let way = two[1][factor] - two[0][factor];
                let length = match self.coordinates[factor] {
                    Coordinate::Continuous => way / (self.ends.1 - self.ends.0),
                    Coordinate::Levels(_) => 1.0_f64.copysign(way),
                };
                effects[factor].push((change[1] - change[0]) / length);
            }
        }
        effects
    }
}

fn trajectory(coordinates: &[Coordinate], (low, high): (f64, f64), draws: &mut Draws) -> Vec<Vec<f64>> {
    let grid = |level: usize| low + (high - low) * level as f64 / (LEVELS - 1) as f64;
    let (mut point, mut to) = (Vec::new(), Vec::new());
    for coordinate in coordinates {
        let (from, next) = match coordinate {
            Coordinate::Continuous => {
                let from = draws.below(LEVELS);
                (grid(from), grid((from + LEVELS / 2) % LEVELS))
            }
            Coordinate::Levels(levels) => {
                let from = draws.below(*levels);
                let other = (from + 1 + draws.below(levels - 1)) % levels;
                (coordinate.middle(from), coordinate.middle(other))
            }
        };
        point.push(from);
        to.push(next);
    }
    let mut order: Vec<usize> = (0..coordinates.len()).collect();
    draws.shuffle(&mut order);
    let mut points = vec![point.clone()];
    for factor in order {
        point[factor] = to[factor];
        points.push(point.clone());
    }
    points
}

fn index(effects: &[f64], kind: Coordinate, draws: &mut Draws) -> Index {
    let sizes: Vec<f64> = effects.iter().map(|effect| effect.abs()).collect();
    let again: Vec<f64> =
        (0..RESAMPLES).map(|_| mean((0..sizes.len()).map(|_| sizes[draws.below(sizes.len())]))).collect();
    let directed = !matches!(kind, Coordinate::Levels(3..));
    Index {
        mu: directed.then(|| mean(effects.iter().copied())),
        mu_star: mean(sizes.iter().copied()),
        mu_star_conf: NORMAL * deviation(&again),
        sigma: deviation(effects),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUBE: [Coordinate; 3] = [Coordinate::Continuous, Coordinate::Levels(2), Coordinate::Levels(3)];

    #[test]
    fn a_trajectory_moves_every_coordinate_once_and_stays_on_the_grid() {
        let design = Design::new(&CUBE, 50, (0.05, 0.95), 1);
        assert_eq!(design.points().len(), 200);
        for points in design.points().chunks_exact(4) {
            for factor in 0..3 {
                let moves = points.windows(2).filter(|two| (two[0][factor] - two[1][factor]).abs() > 1e-9).count();
                assert_eq!(moves, 1);
            }
        }
        let mut visited: Vec<u32> = design.points().iter().map(|point| (point[0] * 100.0).round() as u32).collect();
        visited.sort_unstable();
        visited.dedup();
        assert_eq!(visited, [5, 35, 65, 95]);
    }

    /// `2 x + 3 [on] + c`, with `c` = 0, 0, 6: two of three steps between three names change it by 6.
    #[test]
    fn the_effects_of_a_sum_are_its_coefficients() {
        let design = Design::new(&CUBE, 400, (0.0, 1.0), 1);
        let value = |point: &Vec<f64>| {
            let third = if CUBE[2].level(point[2]) == Some(2) { 6.0 } else { 0.0 };
            2.0 * point[0] + if CUBE[1].level(point[1]) == Some(1) { 3.0 } else { 0.0 } + third
        };
        let outputs: Vec<f64> = design.points().iter().map(value).collect();
        let indices = design.indices(&outputs, 1);
        let near = |a: f64, b: f64, tolerance: f64| assert!((a - b).abs() < tolerance, "{a} {b}");
        near(indices[0].mu.unwrap(), 2.0, 1e-9);
        near(indices[0].sigma, 0.0, 1e-9);
        near(indices[1].mu.unwrap(), 3.0, 1e-9);
        assert_eq!(indices[2].mu, None);
        // Standard error 6 sqrt(2/9/400) = 0.14; the interval says so.
        near(indices[2].mu_star, 4.0, 0.5);
        near(indices[2].mu_star_conf, 1.96 * 0.1414, 0.03);
    }
}
