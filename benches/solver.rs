//! The solver on the ring model at n = 5, 6 and 7, beside a solver of the same model written by hand.
//!
//! Does not know how the solver does it: the scenario goes in as text, and the probability that a run stops comes out.
//! What it takes for the first day is taken for exploring, as all states are found at the start; what a year takes longer
//! than that for the jumps. One thread each, the repetitions interleaved, medians. Both must give the same probability,
//! or the bench fails.

#![allow(clippy::print_stdout)]
// The other models, and the yardsticks of the sampler, are the other benches'.
#![allow(dead_code)]

mod by_hand;
mod scenario;

use std::time::Instant;

use by_hand::ring::enough;
use by_hand::ring_solved;
use scenario::{compiled, ring};
use simulate::exact::solution::{Conduct, Limits, Room, Wanted};
use simulate::exact::solve;
use simulate::model::Model;

const REPETITIONS: usize = 5;
const SIZES: [usize; 3] = [5, 6, 7];
const LIMITS: Limits = Limits { states: 2_000_000, room: Room::of(2_000_000), work: None, precision: 1e-9 };

/// The probability that a run of `model` stops, and how many states there are.
fn solved(model: &Model) -> (f64, usize) {
    let conduct = Conduct { stop: &false.into(), progress: &|_| {} };
    let solution = solve(model, &Wanted { history: false, looks: Vec::new() }, &LIMITS, &conduct);
    let outcomes = solution.outcomes.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    (outcomes.value[0].yes.value(), solution.slices[outcomes.slice].states)
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let watch = Instant::now();
    let done = work();
    (watch.elapsed().as_secs_f64(), done)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Seconds for exploring and for the jumps, a repetition.
#[derive(Default)]
struct Side {
    explore: Vec<f64>,
    jumps: Vec<f64>,
}

fn compare(n: usize) {
    let year = ring::text(n, enough(n));
    let (day, year) = (compiled(&year.replace("365d", "1d")), compiled(&year));
    let (mut hand, mut solver) = (Side::default(), Side::default());
    let (mut work, mut states) = (0.0, 0);
    for _ in 0..REPETITIONS {
        let (seconds, chain) = timed(|| ring_solved::explore(n));
        hand.explore.push(seconds);
        let (seconds, (jumps, expected)) = timed(|| chain.year());
        hand.jumps.push(seconds);
        let (exploring, _) = timed(|| solved(&day));
        let (seconds, (found, reached)) = timed(|| solved(&year));
        solver.explore.push(exploring);
        solver.jumps.push(seconds - exploring);
        assert!((found / expected - 1.0).abs() < 1e-11, "n = {n}: {found} instead of {expected}");
        // Ours has one more: that the run has stopped.
        assert_eq!(reached, chain.states() + 1, "n = {n}");
        (work, states) = ((jumps * chain.entries()) as f64, reached);
    }
    let ratio =
        |hand: &[f64], ours: &[f64]| median(&hand.iter().zip(ours).map(|(hand, ours)| hand / ours).collect::<Vec<_>>());
    for (name, side) in [("by hand", &hand), ("simulate", &solver)] {
        println!(
            "{n:>4} {states:>8}  {name:9} {:>10.2} {:>7.2}x {:>12.0} {:>7.2}x",
            states as f64 / median(&side.explore) / 1e6,
            ratio(&hand.explore, &side.explore),
            work / median(&side.jumps) / 1e6,
            ratio(&hand.jumps, &side.jumps),
        );
    }
}

fn main() {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap_or_else(|error| panic!("{error}"));
    println!("ring of n actors solved, one thread, medians of {REPETITIONS} interleaved repetitions");
    println!("   n   states             explored/µs   speed  multiplied/µs   speed");
    one.install(|| SIZES.into_iter().for_each(compare));
}
