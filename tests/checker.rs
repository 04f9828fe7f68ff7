//! A second implementation agrees: `tests/oracle/check.py`, which was written from the semantics page by someone who had
//! not read this code, answers what `simulate export json` writes, by brute force and with dense matrices.
//!
//! `SIMULATE_CHECKED=2000` compares so many scenarios instead of 200. Where Python has no numpy and scipy the test says
//! that it was skipped. Does not know who is right where the two differ.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use simulate::exact::solution::{Answer, Bounds, Conduct, Limits, Room, Solution, Wanted};
use simulate::exact::solve;
use simulate::model::Model;
use simulate::report::export::json::json;

use crate::random::scenario;
use crate::support::{Python, Scenario};

/// What the two may differ by: absolute below 1, relative above.
const TOLERANCE: f64 = 1e-9;
/// The most states of a slice of a scenario that is compared.
const STATES: usize = 120;
/// The most steps.
const STEPS: u32 = 40;
/// The most states of the checker, which does not slice; one scenario in ten may have more.
const CHECKER_STATES: &str = "400";

/// Everything about `model`, or `None` if some part of it has too many states.
fn solved(model: &Model) -> Option<Solution> {
    let wanted = Wanted { history: true, looks: Vec::new() };
    let limits = Limits { states: STATES, room: Room::of(STATES), work: None, precision: 1e-10 };
    let stop = false.into();
    let solution = solve(model, &wanted, &limits, &Conduct { stop: &stop, progress: &|_| {} });
    let all = solution.outcomes.is_ok()
        && solution.questions.iter().all(Result::is_ok)
        && solution.firings.iter().all(Result::is_ok);
    all.then_some(solution)
}

/// The difference, if it is one.
fn differs(what: &str, ours: Bounds, theirs: &Value) -> Option<String> {
    let tolerance = TOLERANCE * ours.value().abs().max(1.0);
    let same = |x: f64| (ours.value() - x).abs() <= tolerance && ours.high - ours.low <= tolerance;
    (!theirs.as_f64().is_some_and(same)).then(|| format!("{what}: {theirs}, solved {} to {}", ours.low, ours.high))
}

/// What differs in a question's answer.
fn question_differs(name: &str, ours: &Answer, theirs: &Value) -> Vec<String> {
    let one = |part: &str, bounds: Bounds, theirs: &Value| differs(&format!("question {name}{part}"), bounds, theirs);
    match ours {
        Answer::YesNo(chance) => one("", chance.yes, theirs).into_iter().collect(),
        Answer::Number(distribution) => {
            let ever = distribution.ever.as_ref().map(|ever| ever.yes);
            let ever_differs = ever.and_then(|ever| one(" ever", ever, &theirs["ever"]));
            // A mean over runs that are next to none has few digits.
            let is_asked = ever.is_none_or(|ever| ever.low > 1e-4);
            let mean = distribution.mean.filter(|_| is_asked);
            let mean_differs = mean.and_then(|mean| one(" mean", mean, &theirs["mean"]));
            ever_differs.into_iter().chain(mean_differs).collect()
        }
    }
}

/// What differs in a scenario.
fn differences(model: &Model, ours: &Solution, theirs: &Value) -> Vec<String> {
    let outcomes = ours.outcomes.as_ref().expect("all is solved");
    let of_outcome = |(outcome, chance): (&simulate::model::Outcome, &simulate::exact::solution::Chance)| {
        differs(&format!("outcome {}", outcome.name), chance.yes, &theirs["outcomes"][&outcome.name])
    };
    let mut all: Vec<String> = model.outcomes.iter().zip(&outcomes.value).filter_map(of_outcome).collect();
    for (question, found) in model.questions.iter().zip(&ours.questions) {
        let answer = &found.as_ref().expect("all is solved").value;
        all.extend(question_differs(&question.name, answer, &theirs["questions"][&question.name]));
    }
    for (rule, found) in model.rules.iter().zip(&ours.firings) {
        let bounds = found.as_ref().expect("all is solved").value;
        all.extend(differs(&format!("firings of {}", rule.id), bounds, &theirs["firings"][&rule.id]));
    }
    all
}

/// Small random scenarios: seed, model, solution.
fn small_ones() -> impl Iterator<Item = (u64, Model, Solution)> {
    (0..).filter_map(|seed| {
        let model = scenario(seed).scenario().model();
        let few = model.calendar.steps <= STEPS;
        let solution = few.then(|| solved(&model)).flatten()?;
        Some((seed, model, solution))
    })
}

/// What the checker says of each model, in one process.
fn checked(python: &Python, models: &[(u64, &Model)]) -> HashMap<u64, Value> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = |seed: u64, extension: &str| directory.path().join(format!("{seed}.{extension}"));
    for (seed, model) in models {
        fs::write(file(*seed, "json"), json(model)).expect("it can be written");
    }
    let batch = ["--limit".as_ref(), CHECKER_STATES.as_ref(), "--batch".as_ref(), directory.path()];
    python.run("check.py", &batch);
    let read = |seed: u64| fs::read_to_string(file(seed, "answers")).expect("it has been answered");
    let answers = |seed: u64| {
        let answers: Value = serde_json::from_str(&read(seed)).expect("valid JSON");
        assert!(answers.get("undefined").is_none(), "seed {seed}: {answers}");
        answers
    };
    models.iter().map(|(seed, _)| (*seed, answers(*seed))).collect()
}

#[test]
fn two_hundred_random_scenarios_have_the_same_answers() {
    let Some(python) = Python::with(&["numpy", "scipy"], true) else { return };
    let many = std::env::var("SIMULATE_CHECKED").map_or(200, |text| text.parse().expect("a number of scenarios"));
    let all: Vec<_> = small_ones().take(many + many / 10).collect();
    let models: Vec<_> = all.iter().map(|(seed, model, _)| (*seed, model)).collect();
    let theirs = checked(&python, &models);
    let answered = all.iter().filter(|(seed, ..)| theirs[seed].get("too_large").is_none());
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (seed, model, ours) in answered {
        compared += 1;
        wrong.extend(differences(model, ours, &theirs[seed]).iter().map(|d| format!("seed {seed}: {d}")));
    }
    assert!(compared >= many, "{compared} of {} scenarios are small enough for the checker", all.len());
    assert!(wrong.is_empty(), "{} differences in {compared} scenarios:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_scenario_that_means_something_else_differs() {
    let Some(python) = Python::with(&["numpy", "scipy"], true) else { return };
    let coin = |chance: &str| {
        let rules = format!(
            r#"clock: (horizon: "3d"), rules: {{ toss: (on: [start], chance: {chance}) }},
            questions: {{ often: (ask: "count(toss)"), heads: (ask: "count(toss) >= 1") }}"#
        );
        Scenario::new(&rules).model()
    };
    let (meant, said) = (coin("0.5"), coin("0.500000002"));
    let theirs = checked(&python, &[(0, &said)]);
    let told = differences(&meant, &solved(&meant).expect("two states"), &theirs[&0]);
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn the_checker_knows_its_closed_forms() {
    let Some(python) = Python::with(&["numpy", "scipy"], true) else { return };
    python.run("selftest.py", &[] as &[&Path]);
}
