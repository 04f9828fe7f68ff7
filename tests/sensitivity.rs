//! Sensitivity indices against closed forms and against another implementation.
//!
//! `sensitivity/salib_1.6.0_*.csv` are designs that `SALib` 1.6.0 (<https://github.com/SALib/SALib>, MIT) made on the
//! unit cube, with Ishigami's function at each point as numpy computes it: `sample.sobol` (64 base points, scrambled,
//! seed 1), `sample.morris` (20 trajectories, 4 levels, seed 1), `sample.latin` (400 points, seed 1). The numbers below
//! are what its `analyze.sobol`, `analyze.morris` and `analyze.pawn` made of them; `S1`, which `SALib` has by another
//! estimator, is its `jansen_estimator` applied to the pairs of Jansen's first-order estimator.

use std::f64::consts::PI;

use simulate::analysis::sensitivity::Coordinate::{self, Continuous};
use simulate::analysis::sensitivity::{morris, pawn, sobol};

/// T. Ishigami, T. Homma (1990), doi:10.1109/ISUMA.1990.151285, with a = 7, b = 0.1, on the unit cube.
fn ishigami(point: &[f64]) -> f64 {
    let x = |i: usize| PI * (2.0 * point[i] - 1.0);
    let second = libm::sin(x(1));
    libm::sin(x(0)) + 7.0 * second * second + 0.1 * libm::pow(x(2), 4.0) * libm::sin(x(0))
}

/// The points of a file and the values beside them.
fn read(name: &str) -> (Vec<Vec<f64>>, Vec<f64>) {
    let path = format!("{}/tests/sensitivity/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut table = csv::Reader::from_path(path).unwrap();
    let rows: Vec<Vec<f64>> = table.deserialize().map(Result::unwrap).collect();
    rows.into_iter().map(|row| (row[..3].to_vec(), row[3])).unzip()
}

fn close(found: impl IntoIterator<Item = f64>, expected: &[f64], tolerance: f64) {
    let found: Vec<f64> = found.into_iter().collect();
    assert_eq!(found.len(), expected.len());
    let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < tolerance);
    assert!(near, "{found:?} against {expected:?}");
}

const CUBE: [Coordinate; 3] = [Continuous; 3];

#[test]
fn the_function_is_the_same_in_both_programs() {
    let (points, values) = read("salib_1.6.0_pawn.csv");
    close(points.iter().map(|point| ishigami(point)), &values, 1e-11);
}

#[test]
fn ishigami_has_its_closed_form() {
    let design = sobol::Design::new(&CUBE, 4096, 1);
    let outputs: Vec<f64> = design.points().iter().map(|point| ishigami(point)).collect();
    let found = design.indices(&outputs, 1).unwrap();
    close(found.iter().map(|index| index.first), &[0.3139, 0.4424, 0.0], 0.01);
    close(found.iter().map(|index| index.total), &[0.5576, 0.4424, 0.2437], 0.01);
}

/// I. M. Sobol's g function, a product of `(|4x - 2| + a) / (1 + a)`: partial variances `(1/3) / (1 + a)²`.
#[test]
fn sobols_g_has_its_closed_form() {
    let a = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0];
    let partial = a.map(|a| 1.0 / (3.0 * ((1.0_f64 + a) * (1.0 + a))));
    let variance = partial.iter().map(|v| 1.0 + v).product::<f64>() - 1.0;
    let design = sobol::Design::new(&[Continuous; 6], 4096, 1);
    let value = |point: &Vec<f64>| point.iter().zip(a).map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a)).product();
    let outputs: Vec<f64> = design.points().iter().map(value).collect();
    let found = design.indices(&outputs, 1).unwrap();
    close(found.iter().map(|index| index.first), &partial.map(|v| v / variance), 0.01);
    let total = partial.map(|v| v * (variance + 1.0) / (1.0 + v) / variance);
    close(found.iter().map(|index| index.total), &total, 0.01);
}

/// Pseudo-random base points, so that the bootstrap's assumption holds: 95 % intervals hold the truth about so often.
#[test]
fn intervals_of_indices_hold_the_truth() {
    let mut held = [0; 2];
    for seed in 0..100 {
        let mut draws = simulate::analysis::draw::Draws::new(simulate::analysis::draw::Purpose::Design, seed, "", 0);
        let mut outputs = Vec::new();
        for _ in 0..256 {
            let mut point = || -> Vec<f64> { (0..3).map(|_| draws.unit()).collect() };
            let (a, b) = (point(), point());
            outputs.push(ishigami(&a));
            for factor in 0..3 {
                let mut mixed = a.clone();
                mixed[factor] = b[factor];
                outputs.push(ishigami(&mixed));
            }
            outputs.push(ishigami(&b));
        }
        let found = sobol::indices(3, &outputs, seed).unwrap();
        held[0] += i32::from((found[0].first - 0.313_9).abs() < found[0].first_conf);
        held[1] += i32::from((found[2].total - 0.243_7).abs() < found[2].total_conf);
    }
    // 4.5 standard errors below 95.
    assert!(held.iter().all(|held| *held >= 85), "{held:?}");
}

#[test]
fn sobol_indices_are_those_of_another_implementation() {
    let (_, outputs) = read("salib_1.6.0_sobol.csv");
    let found = sobol::indices(3, &outputs, 1).unwrap();
    let total = [0.506_982_437_826_662_1, 0.476_270_064_855_523_9, 0.236_404_651_171_953_6];
    close(found.iter().map(|index| index.total), &total, 1e-12);
    let first = [0.333_907_516_670_844_5, 0.524_809_270_691_11, 0.037_229_876_474_929];
    close(found.iter().map(|index| index.first), &first, 1e-12);
    // Both by bootstrap, with other draws.
    close(found.iter().map(|index| index.total_conf), &[0.3389, 0.1621, 0.1134], 0.04);
    close(found.iter().map(|index| index.first_conf), &[0.2014, 0.1857, 0.2947], 0.04);
}

#[test]
fn elementary_effects_are_those_of_another_implementation() {
    let (points, outputs) = read("salib_1.6.0_morris.csv");
    let found = morris::Design::of_points(&CUBE, (0.0, 1.0), points).indices(&outputs, 1);
    let mu = [7.079_174_501_259_791, 0.787_5, 3.124_398_051_666_558_4];
    close(found.iter().map(|index| index.mu.unwrap()), &mu, 1e-9);
    let mu_star = [7.079_174_501_259_791, 7.875, 5.623_916_492_999_806];
    close(found.iter().map(|index| index.mu_star), &mu_star, 1e-9);
    let sigma = [6.378_993_338_634_062, 8.039_080_122_161_135, 7.981_791_894_094_316];
    close(found.iter().map(|index| index.sigma), &sigma, 1e-9);
    close(found.iter().map(|index| index.mu_star_conf), &[2.737, 0.0, 2.726], 0.25);
}

/// `SALib` leaves the point with the largest value out of the last slice: one of 50.
#[test]
fn pawn_distances_are_those_of_another_implementation() {
    let (points, outputs) = read("salib_1.6.0_pawn.csv");
    let found = pawn::indices(&CUBE, &points, &outputs, 8, 1);
    close(found.iter().map(|index| index.minimum), &[0.185, 0.262_5, 0.085], 1e-9);
    close(found.iter().map(|index| index.median), &[0.24, 0.348_75, 0.118_75], 0.01);
    close(found.iter().map(|index| index.mean), &[0.258_66, 0.345_06, 0.145_45], 0.003);
    close(found.iter().map(|index| index.maximum), &[0.365, 0.405, 0.243_62], 0.02);
    close(found.iter().map(|index| index.variation), &[0.260_8, 0.117_1, 0.378_9], 0.03);
}
