//! Every scenario of the gallery: runs a second with one thread and with all, as a user would run it.
//!
//! Does not know what is in the scenarios. `cargo bench --bench engine -- peninsula` takes those whose name contains
//! the word.

#![allow(clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use simulate::diagnostic::Source;
use simulate::engine::{Conduct, Plan, sample};
use simulate::model::Model;
use simulate::model::compile::{Overrides, compile};
use simulate::observe::tally::Tally;

const REPETITIONS: usize = 3;

/// A repetition lasts about this long.
const ENOUGH: Duration = Duration::from_millis(1_500);

fn gallery() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ron"));
    files.sort();
    files
}

fn compiled(path: &Path) -> Model {
    let text = fs::read_to_string(path).unwrap();
    let name = path.display().to_string();
    let source = Source { name: &name, text: &text };
    let (document, mistakes) = simulate::scenario::read(&source);
    let document = document.unwrap_or_else(|| panic!("{name}: {mistakes:?}"));
    compile(&document, &source, &Overrides::default()).unwrap_or_else(|mistakes| panic!("{name}: {mistakes:?}"))
}

/// Seconds for so many runs, with everything counted that a report shows.
fn seconds(model: &Model, runs: u64, threads: Option<usize>) -> f64 {
    let conduct = Conduct { stop: &AtomicBool::new(false), progress: &|_| {} };
    let start = Instant::now();
    let sampled = sample::<Tally>(model, &Plan { runs, seed: 1, threads }, &conduct);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(sampled.unwrap_or_else(|error| panic!("{error}")).runs, runs);
    seconds
}

/// How many runs last about `ENOUGH` on one thread.
fn runs_enough(model: &Model) -> u64 {
    let mut runs = 256;
    loop {
        let took = seconds(model, runs, Some(1));
        if took > ENOUGH.as_secs_f64() / 8.0 {
            return ((runs as f64 * ENOUGH.as_secs_f64() / took) as u64).max(256);
        }
        runs *= 4;
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("gallery, medians of {REPETITIONS} repetitions");
    println!("scenario                     runs     runs/s, 1 thread   runs/s, {cores} threads");
    for path in gallery() {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !wanted.is_empty() && !wanted.iter().any(|word| name.contains(word.as_str())) {
            continue;
        }
        let model = compiled(&path);
        let runs = runs_enough(&model);
        let (mut one, mut all) = (Vec::new(), Vec::new());
        for _ in 0..REPETITIONS {
            one.push(runs as f64 / seconds(&model, runs, Some(1)));
            all.push(runs as f64 / seconds(&model, runs, None));
        }
        println!("{name:20} {runs:>12} {:>20.0} {:>18.0}", median(one), median(all));
    }
}
