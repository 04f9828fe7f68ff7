//! Two models of 5, 50 and 500 actors: this engine beside direct-method simulators of the same models written by hand. On
//! the ring every rule is a pressure that hangs on its neighbours; of the units each has a rule of every kind.
//!
//! Does not know how the engine does it: the scenario goes in as text, and only firings and stops come out. One thread
//! each, the repetitions interleaved so that whatever else the machine does slows both alike; medians of processor time.
//! Both must give the known values, or the bench fails.

#![allow(clippy::print_stdout)]
// The yardstick of the solver is the other bench's.
#![allow(dead_code)]

mod by_hand;
mod scenario;

use std::sync::atomic::AtomicBool;

use by_hand::{DAYS, Sums};
use cpu_time::ProcessTime;
use scenario::{compiled, ring, units};
use simulate::engine::{Conduct, Plan, sample};
use simulate::model::Model;
use simulate::model::state::State;
use simulate::observe::{Collector, Observer, Occurrence};

const REPETITIONS: u64 = 5;

/// A model.
struct Kind {
    name: &'static str,
    /// Actors, and runs a repetition.
    sizes: [(usize, u64); 3],
    text: fn(usize) -> String,
    /// Draws so many runs of so many actors from a run on, under a seed.
    by_hand: fn(usize, u64, u64, u64) -> Sums,
    /// Of the first size: share of the runs that stop, mean firings.
    exact: Option<(f64, f64)>,
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "ring",
        sizes: [(5, 60_000), (50, 4_000), (500, 320)],
        text: |n| ring::text(n, by_hand::ring::enough(n)),
        by_hand: by_hand::ring::sample,
        // By uniformisation.
        exact: Some((0.305_936_853_130, 142.873_507)),
    },
    Kind {
        name: "units",
        sizes: [(5, 60_000), (50, 4_000), (500, 320)],
        text: |units| {
            let enough = Some(by_hand::units::enough(units));
            units::text(units::Size { units, days: DAYS, questions: 0, enough })
        },
        by_hand: by_hand::units::sample,
        exact: None,
    },
];

/// Standard errors that a right simulator passes once in a million benches.
const WIDEST: f64 = 4.9;

#[derive(Default)]
struct Side {
    sums: Sums,
    runs_per_second: Vec<f64>,
    ns_per_event: Vec<f64>,
}

impl Side {
    fn repeat(&mut self, draw: impl FnOnce() -> Sums) {
        let start = ProcessTime::now();
        let sums = draw();
        let seconds = start.elapsed().as_secs_f64();
        self.runs_per_second.push(sums.runs as f64 / seconds);
        self.ns_per_event.push(seconds * 1e9 / sums.firings as f64);
        self.sums.add(&sums);
    }

    fn print(&self, n: &str, name: &str, ratio: &str) {
        let (share, share_error) = self.sums.share();
        let (firings, firings_error) = self.sums.firings_a_run();
        println!(
            "{n:>4}  {name:9} {:>11.0} {:>9.1}  {ratio:>7}  {share:.4} ± {share_error:.4}  {firings:9.2} ± {firings_error:.2}",
            median(&self.runs_per_second),
            median(&self.ns_per_event),
        );
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// What is counted of our runs.
#[derive(Debug, Clone, Default)]
struct Count {
    /// Over all runs.
    sums: Sums,
    firings: u64,
}

impl Observer for Count {
    fn begin(&mut self, _model: &Model, _state: &State, _run: u64) {
        self.firings = 0;
    }

    fn observe(&mut self, _model: &Model, _state: &State, occurrence: Occurrence<'_>) {
        self.firings += u64::from(matches!(occurrence, Occurrence::Fired { .. }));
    }

    fn end(&mut self, _model: &Model, state: &State) {
        self.sums.add_run(self.firings, state.stopped);
    }
}

impl Collector for Count {
    fn fresh(_model: &Model) -> Self {
        Self::default()
    }

    fn merge(&mut self, later: Self) {
        self.sums.add(&later.sums);
    }
}

fn by_engine(model: &Model, runs: u64, seed: u64) -> Sums {
    let conduct = Conduct { stop: &AtomicBool::new(false), progress: &|_| {} };
    let plan = Plan { runs, seed, threads: Some(1) };
    sample::<Count>(model, &plan, &conduct).unwrap_or_else(|error| panic!("{error}")).collected.sums
}

/// `seen`, with its standard error, is `expected`, with its.
fn check(what: &str, seen: (f64, f64), expected: (f64, f64)) {
    let error = (seen.1 * seen.1 + expected.1 * expected.1).sqrt();
    let z = (seen.0 - expected.0) / error;
    assert!(z.abs() < WIDEST, "{what}: {} instead of {}, {z:.1} standard errors away", seen.0, expected.0);
}

fn compare(kind: &Kind, (n, runs): (usize, u64), exact: Option<(f64, f64)>) {
    let model = compiled(&(kind.text)(n));
    let (mut hand, mut engine) = (Side::default(), Side::default());
    for repetition in 0..REPETITIONS {
        hand.repeat(|| (kind.by_hand)(n, repetition * runs, runs, 1));
        engine.repeat(|| by_engine(&model, runs, repetition));
    }
    let mut ratios: Vec<f64> = hand.ns_per_event.iter().zip(&engine.ns_per_event).map(|(h, e)| h / e).collect();
    ratios.sort_by(f64::total_cmp);
    hand.print(&n.to_string(), "by hand", "1");
    engine.print("", "simulate", &format!("{:.2}x", median(&ratios)));
    println!("{:33}speed against the hand-written one, {:.2}x to {:.2}x", "", ratios[0], ratios[ratios.len() - 1]);
    for (name, side) in [("by hand", &hand), ("simulate", &engine)] {
        if let Some((share, firings)) = exact {
            check(&format!("{name}, share that stops"), side.sums.share(), (share, 0.0));
            check(&format!("{name}, firings a run"), side.sums.firings_a_run(), (firings, 0.0));
        }
    }
    check("share that stops", engine.sums.share(), hand.sums.share());
    check("firings a run", engine.sums.firings_a_run(), hand.sums.firings_a_run());
}

fn main() {
    for kind in &KINDS {
        println!("{} of n actors, one thread, medians of {REPETITIONS} interleaved repetitions", kind.name);
        println!("   n                  runs/s  ns/event    speed  stopped            firings a run");
        for (index, size) in kind.sizes.into_iter().enumerate() {
            compare(kind, size, kind.exact.filter(|_| index == 0));
        }
        println!();
    }
}
