//! Two engines, one meaning: sampler and solver must agree on everything that both compute.
//!
//! All intervals of a scenario hold together with probability 99.9 % at least (`analysis::agree`), the seeds are fixed.

use std::path::Path;

use simulate::analysis::agree::{Agreement, agreement};
use simulate::engine::{Conduct, Plan, sample};
use simulate::exact::solution::{self, Limits, Wanted};
use simulate::exact::solve;
use simulate::model::Model;
use simulate::observe::occupancy::dates;
use simulate::observe::tally::Tally;

use crate::support::{Scenario, scenarios_in};

/// What both engines say of `model`; a part of more than `states` states is not solved.
pub fn compare(model: &Model, runs: u64, states: usize) -> Agreement {
    let plan = Plan { runs, seed: 1, threads: None };
    let stop = false.into();
    let sampled = sample::<Tally>(model, &plan, &Conduct { stop: &stop, progress: &|_| {} }).expect("it settles");
    let wanted = Wanted { history: true, looks: dates(&model.calendar) };
    let limits = Limits { states, work: Some(2_000_000_000), precision: 1e-9 };
    let solution = solve(model, &wanted, &limits, &solution::Conduct { stop: &stop, progress: &|_| {} });
    agreement(model, &solution, &sampled.collected)
}

/// What disagrees, one line each.
pub fn told(model: &Model, agreement: &Agreement) -> Vec<String> {
    let line = |c: &simulate::analysis::agree::Comparison| {
        let (low, high) = (c.interval.low, c.interval.high);
        format!("{:?}: sampled {} [{low}, {high}], solved {} ", c.quantity, c.sampled, c.exact.value())
    };
    let title = &model.title;
    agreement.disagreements().map(|comparison| format!("{title}: {}", line(comparison))).collect()
}

fn disagreements(directory: &str, runs: u64, states: usize) -> (Vec<String>, usize) {
    let mut all = Vec::new();
    let mut compared = 0;
    for path in scenarios_in(Path::new(directory)) {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let model = Scenario::file(&path.to_string_lossy(), &text).model();
        let agreement = compare(&model, runs, states);
        compared += agreement.comparisons.len();
        all.extend(told(&model, &agreement));
    }
    (all, compared)
}

#[test]
fn engines_agree_on_the_oracle_scenarios() {
    let (wrong, compared) = disagreements("tests/oracle", 20_000, 100_000);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 500, "{compared}");
}
