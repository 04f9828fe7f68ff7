//! The ring model at n = 5, 50 and 500: this engine beside a direct-method simulator of the same model written by hand.
//!
//! Does not know how the engine does it: the scenario goes in as text, and only firings and stops come out. One thread
//! each, the repetitions interleaved so that whatever else the machine does slows both alike; medians of processor time
//! where the system tells it (Linux), else of time on the wall. Both must give the known values, or the bench fails.

#![allow(clippy::print_stdout)]

mod ring;

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use ring::by_hand::{self, Sums};
use ring::scenario::{self, Count};
use simulate::diagnostic::Source;
use simulate::engine::{Conduct, Plan, sample};
use simulate::model::Model;
use simulate::model::compile::{Overrides, compile};

const REPETITIONS: u64 = 5;

/// Actors, and runs a repetition.
const SIZES: [(usize, u64); 3] = [(5, 60_000), (50, 4_000), (500, 320)];

/// Of n = 5, by uniformisation: share of the runs that stop, mean firings.
const EXACT: (f64, f64) = (0.305_936_853_130, 142.873_507);

/// Standard errors that a right simulator passes once in a million benches.
const WIDEST: f64 = 4.9;

/// Processor seconds of this process so far, in hundredths: fields 14 and 15 of `/proc/self/stat`.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name, in brackets, and may hold anything.
    let (_, fields) = text.rsplit_once(')')?;
    let ticks: Vec<f64> = fields.split_whitespace().skip(11).take(2).filter_map(|f| f.parse().ok()).collect();
    (ticks.len() == 2).then(|| (ticks[0] + ticks[1]) / 100.0)
}

struct Watch {
    wall: Instant,
    processor: Option<f64>,
}

impl Watch {
    fn start() -> Self {
        Self { wall: Instant::now(), processor: processor_seconds() }
    }

    fn seconds(&self) -> f64 {
        match (self.processor, processor_seconds()) {
            (Some(from), Some(to)) => to - from,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

#[derive(Default)]
struct Side {
    sums: Sums,
    runs_per_second: Vec<f64>,
    ns_per_event: Vec<f64>,
}

impl Side {
    fn repeat(&mut self, draw: impl FnOnce() -> Sums) {
        let watch = Watch::start();
        let sums = draw();
        let seconds = watch.seconds();
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

fn compiled(n: usize) -> Model {
    let text = scenario::text(n);
    let source = Source { name: "ring.ron", text: &text };
    let (document, mistakes) = simulate::scenario::read(&source);
    let document = document.unwrap_or_else(|| panic!("{mistakes:?}"));
    compile(&document, &source, &Overrides::default()).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
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

fn compare(n: usize, runs: u64) {
    let model = compiled(n);
    let (mut hand, mut engine) = (Side::default(), Side::default());
    for repetition in 0..REPETITIONS {
        hand.repeat(|| by_hand::sample(n, repetition * runs, runs, 1));
        engine.repeat(|| by_engine(&model, runs, repetition));
    }
    let mut ratios: Vec<f64> = hand.ns_per_event.iter().zip(&engine.ns_per_event).map(|(h, e)| h / e).collect();
    ratios.sort_by(f64::total_cmp);
    hand.print(&n.to_string(), "by hand", "1");
    engine.print("", "simulate", &format!("{:.2}x", median(&ratios)));
    println!("{:33}speed against the hand-written one, {:.2}x to {:.2}x", "", ratios[0], ratios[ratios.len() - 1]);
    if n == 5 {
        for (name, side) in [("by hand", &hand), ("simulate", &engine)] {
            check(&format!("{name}, share that stops"), side.sums.share(), (EXACT.0, 0.0));
            check(&format!("{name}, firings a run"), side.sums.firings_a_run(), (EXACT.1, 0.0));
        }
    }
    check("share that stops", engine.sums.share(), hand.sums.share());
    check("firings a run", engine.sums.firings_a_run(), hand.sums.firings_a_run());
}

fn main() {
    println!("ring of n actors, one thread, medians of {REPETITIONS} interleaved repetitions");
    println!("   n                  runs/s  ns/event    speed  stopped            firings a run");
    for (n, runs) in SIZES {
        compare(n, runs);
    }
}
