//! What a run costs against the number of rules, the horizon and the questions asked: one table, each row beside its first.
//!
//! The scenario is made up: units that stand alone, so that twice as many rules do twice as much. Everything is counted
//! that a report shows. One thread.

#![allow(clippy::print_stdout)]
// The other models are the other benches'.
#![allow(dead_code)]

mod scenario;

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use scenario::compiled;
use scenario::units::{Size, text};
use simulate::engine::{Conduct, Plan, sample};
use simulate::model::Model;
use simulate::observe::tally::Tally;

const REPETITIONS: usize = 5;

/// Seconds that a repetition lasts, about.
const ENOUGH: f64 = 0.3;

const USUAL: Size = Size { units: 10, days: 365, questions: 4, enough: None };

/// Seconds for so many runs, and firings in them.
fn seconds(model: &Model, runs: u64) -> (f64, f64) {
    let conduct = Conduct { stop: &AtomicBool::new(false), progress: &|_| {} };
    let start = Instant::now();
    let sampled = sample::<Tally>(model, &Plan { runs, seed: 1, threads: Some(1) }, &conduct);
    let seconds = start.elapsed().as_secs_f64();
    let tally = sampled.unwrap_or_else(|error| panic!("{error}")).collected;
    let rules = (0..model.rules.len() as u32).map(simulate::model::RuleId);
    let firings: u64 = rules.map(|rule| tally.rule(rule, simulate::observe::tally::Fate::Fired).times).sum();
    (seconds, firings as f64)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One row a size; the repetitions of all sizes are interleaved, so that what else the machine does slows all alike.
fn table(what: &str, sizes: &[(u32, Size)]) {
    let models: Vec<Model> = sizes.iter().map(|(_, size)| compiled(&text(*size))).collect();
    let runs: Vec<u64> = models.iter().map(|model| 64 + (64.0 * ENOUGH / seconds(model, 64).0) as u64).collect();
    let mut took = vec![Vec::new(); models.len()];
    let mut firings = vec![0.0; models.len()];
    for _ in 0..REPETITIONS {
        for (index, model) in models.iter().enumerate() {
            let (seconds, fired) = seconds(model, runs[index]);
            took[index].push(seconds / runs[index] as f64 * 1e6);
            firings[index] = fired / runs[index] as f64;
        }
    }
    let took: Vec<f64> = took.into_iter().map(median).collect();
    println!("{what:>10}      µs a run   against the first   firings a run   ns a firing");
    for (index, (value, _)) in sizes.iter().enumerate() {
        let (cost, fired) = (took[index], firings[index]);
        println!("{value:>10} {cost:>13.1} {:>18.2}x {fired:>15.1} {:>13.1}", cost / took[0], cost * 1e3 / fired);
    }
    println!();
}

fn main() {
    println!("cost of a run, everything counted, one thread, medians of {REPETITIONS} interleaved repetitions\n");
    let rules = [10, 100, 1_000].map(|units| (3 * units, Size { units: units as usize, ..USUAL }));
    let days = [90, 365, 3_650].map(|days| (days, Size { days, ..USUAL }));
    let questions = [0, 4, 40].map(|questions| (questions, Size { questions: questions as usize, ..USUAL }));
    table("rules", &rules);
    table("days", &days);
    table("questions", &questions);
}
