//! The generated scenarios compile, run, and use every feature of the language.
//!
//! `SIMULATE_RANDOM_SEEDS=10000` tries so many instead.
//!
//! Does not know whether their results are right.

use std::collections::BTreeMap;

use simulate::diagnostic::Source;
use simulate::engine::Plan;
use simulate::model::compile::examine;
use simulate::model::{Clock, Model};
use simulate::scenario::read;

use super::{Generated, Kind, scenario, scenario_of};
use crate::support::{Runs, collect};

/// The seeds that are tried; of the two lesser kinds fewer.
fn seeds(kind: Kind) -> std::ops::Range<u64> {
    let asked = std::env::var("SIMULATE_RANDOM_SEEDS").map(|text| text.parse().expect("a number of seeds"));
    0..asked.unwrap_or(if kind == Kind::Mixed { 300 } else { 150 })
}

const KINDS: [Kind; 3] = [Kind::Mixed, Kind::PressuresOnly, Kind::NoPressures];

/// The mistakes that reading and compiling finds.
fn mistakes(generated: &Generated) -> Vec<String> {
    let source = Source { name: "random.ron", text: &generated.text };
    let (document, mut told) = read(&source);
    if let Some(document) = document {
        told.append(examine(&document, &source, &generated.overrides).1);
    }
    let mistake = |d: &simulate::diagnostic::Diagnostic| d.severity == simulate::diagnostic::Severity::Error;
    told.iter().filter(|d| mistake(d)).map(|d| format!("{}: {}", d.code, d.message)).collect()
}

#[test]
fn every_one_compiles() {
    let mut bad = BTreeMap::new();
    for kind in KINDS {
        for seed in seeds(kind) {
            let generated = scenario_of(seed, kind);
            let found = mistakes(&generated);
            if !found.is_empty() {
                bad.insert((seed, format!("{kind:?}")), (found, generated.text));
            }
        }
    }
    let shown: Vec<String> =
        bad.iter().map(|(seed, (found, text))| format!("{seed:?}: {found:#?}\n{text}")).take(5).collect();
    assert!(bad.is_empty(), "{} do not compile:\n{}", bad.len(), shown.join("\n"));
}

/// The model; every mistake has been reported by `every_one_compiles`.
fn models(kind: Kind) -> impl Iterator<Item = (u64, Model)> {
    seeds(kind).filter_map(move |seed| scenario_of(seed, kind).scenario().compile().ok().map(|model| (seed, model)))
}

#[test]
fn every_one_runs() {
    for kind in KINDS {
        for (seed, model) in models(kind) {
            let runs: Runs = collect(&model, &Plan { runs: 200, seed, threads: Some(1) });
            assert_eq!(runs.runs(), 200);
        }
    }
}

#[test]
fn a_kind_has_the_clocks_that_it_promises() {
    let is_pressure = |clock: &Clock| matches!(clock, Clock::Pressure { .. });
    for (seed, model) in models(Kind::PressuresOnly) {
        let at_once = |clock: &Clock| matches!(clock, Clock::Response { delay, .. } if delay.at_once() >= 1.0);
        assert!(model.rules.iter().all(|rule| is_pressure(&rule.clock) || at_once(&rule.clock)), "seed {seed}");
        assert!(model.rules.iter().any(|rule| is_pressure(&rule.clock)), "seed {seed}");
    }
    for (seed, model) in models(Kind::NoPressures) {
        assert!(!model.rules.iter().any(|rule| is_pressure(&rule.clock)), "seed {seed}");
    }
}

/// What each feature looks like in a file, and which kinds have it: M, P, N. The words before ` & ` and behind it must
/// both occur in one line.
const FEATURES: &[(&str, &str)] = &[
    // Clocks.
    ("MP", "pressure: \" &  per "),
    ("MP", "pressure: \" & % within "),
    ("MP", "pressure: speed"),
    ("MP", "pressure: menace"),
    ("MP", "pressure: \"share within"),
    ("MP", "pressure: \"about "),
    ("MP", "pressure: \"unlikely within"),
    ("MP", "pressure: [(when:"),
    ("MP", "pressure: \" & heat) per"),
    ("MP", "pressure: \" & how_many("),
    ("MPN", "on: [strike]"),
    ("MPN", "on: [\"strike/"),
    ("MPN", "on: [ & sirens"),
    ("MPN", "on: [ & trouble"),
    ("MN", "on: [start]"),
    ("MPN", " becomes "),
    ("MPN", " rises\""),
    ("MPN", " falls\""),
    ("MPN", " begins\""),
    ("MPN", " ends\""),
    ("MPN", "after: \"0d\""),
    ("MN", "after: \"1d\""),
    ("MN", "after: \" & h to "),
    ("MN", "after: \"0d to "),
    ("MN", "after: \"typically "),
    ("MN", "after: [(\""),
    ("MN", "at: \"2024-"),
    ("MN", "at: [\"2024-"),
    ("MN", "every: \" & then: ["),
    ("MN", "from: \"2024-"),
    // Chances, factors, limits.
    ("MPN", "chance: 0."),
    ("MPN", "chance: \" & %\""),
    ("MPN", "chance: \"1 in "),
    ("MPN", "chance: \" & likely\""),
    ("MPN", "chance: \"about "),
    ("MPN", "chance: share"),
    ("MPN", "chance: \"0.1 + "),
    ("MPN", "chance: \"min("),
    ("MPN", "chance: [(when:"),
    ("MP", "rate_times: 2"),
    ("MP", "rate_times: 0)"),
    ("MP", "rate_times: ["),
    ("MP", "rate_times: \""),
    ("MPN", "odds_times: 3"),
    ("MPN", "odds_times: 0)"),
    ("MPN", "odds_times: ["),
    ("MN", "odds_times: \"0.5 + "),
    ("MN", "if_lapsed: keep"),
    ("MN", "if_lapsed: cancel"),
    ("MN", "again: restart"),
    ("MN", "again: ignore"),
    ("MPN", "at_most: "),
    ("MN", "cooldown: "),
    ("MPN", "priority: -1"),
    ("MPN", "priority: 2"),
    // What rules do.
    ("MPN", "choose: {mild: (weight: 0."),
    ("MPN", "choose: {mild: (weight: \" & %\""),
    ("MPN", "(weight: [(when:"),
    ("MPN", "(weight: share & 1 - share"),
    ("MPN", "weight:  & otherwise: ("),
    ("MPN", "odds:  & otherwise: ("),
    ("MPN", "odds:  & , when: "),
    ("MPN", "odds: \""),
    ("MPN", "odds: ["),
    ("MPN", "emit news"),
    ("MPN", ".army up\""),
    ("MPN", " up 2\""),
    ("MPN", " down\""),
    ("MPN", "red.stance = "),
    ("MPN", "heat += "),
    ("MPN", "heat -= "),
    ("MPN", "alarm = not alarm"),
    // Declarations.
    ("MPN", "for_each: {x: [red, blue]}"),
    ("MPN", "for_each: [{x: red, y: blue}"),
    ("MPN", "except: "),
    ("MPN", "ladder: hostility"),
    ("MPN", "ladder: [calm, uneasy"),
    ("MPN", "states: ["),
    ("MN", "decays: "),
    ("MPN", "one_of: "),
    ("MPN", "unrest: [trouble"),
    ("MPN", "load: "),
    ("MPN", "variants: & forbid: "),
    ("MN", "variants: & force: "),
    ("MPN", "variants: & set: "),
    ("MPN", "stop_when: "),
    ("MN", "step: \"6h\""),
    ("MPN", "step: \"1w\""),
    ("MPN", "horizon: "),
    ("MPN", "end: \"2024"),
    ("MPN", "words: nato"),
    // Conditions.
    ("MPN", "when: \" & count("),
    ("MPN", "count( & ) == need"),
    ("MN", "when: \" & since("),
    ("MN", "since( &  pause"),
    ("MN", "when: \" & during("),
    ("MN", "when: \" & day >= "),
    ("MPN", "when: \" & how_many("),
    ("MPN", "when: \" &  in ("),
    ("MPN", "when: \" & not ("),
    ("MPN", "when: \" &  or "),
    ("MPN", "red.stance > blue.stance"),
    ("MPN", "line == hard"),
    // Questions.
    ("MPN", "ask: \"ever("),
    ("MPN", "ask: \"ever( &  by 2024"),
    ("MPN", "ask: \"ever( &  by  & d\""),
    ("MPN", "ask: \"count( & ) by "),
    ("MPN", "ask: \"count( & ) >= "),
    ("MPN", "ask: \"count( & ) == "),
    ("MPN", "ask: \"count( & )\""),
    ("MPN", "ask: \" & .army  &  at end"),
    ("MPN", " at end\""),
    ("MPN", "ask: \" &  on 2024"),
    ("MPN", "ask: \" &  on 2d"),
    ("MPN", "ask: \"heat at end"),
    ("MPN", "ask: \" &  before "),
    ("MPN", "ask: \" &  then  &  within "),
    ("MPN", "ask: \"stays( & ) for "),
    ("MPN", "ask: \"not ("),
    ("MPN", "ask: \"( & ) and ("),
    ("MPN", "ask: \"( & ) or not ("),
    ("MPN", "ask: \"first("),
    ("MPN", "ask: \"total("),
    ("MPN", "ask: \"total(heat"),
    ("MPN", "ask: \"highest("),
    ("MPN", "(name: first_end, when: \" & ever("),
    ("MPN", "(name: first_end, when: \" &  before "),
];

/// Whether all parts of `feature` occur, in this order, in one line.
fn occurs(feature: &str, text: &str) -> bool {
    text.lines().any(|line| {
        let mut rest = Some(line);
        for part in feature.split(" & ") {
            rest = rest.and_then(|rest| rest.split_once(part)).map(|(_, rest)| rest);
        }
        rest.is_some()
    })
}

#[test]
fn every_feature_of_the_language_is_used() {
    let mut missing = Vec::new();
    for (letter, kind) in ["M", "P", "N"].iter().zip(KINDS) {
        let texts: Vec<String> = (0..300).map(|seed| scenario_of(seed, kind).text).collect();
        for (_, feature) in FEATURES.iter().filter(|(kinds, _)| kinds.contains(letter)) {
            let times = texts.iter().filter(|text| occurs(feature, text)).count();
            if times < 2 {
                missing.push(format!("{kind:?}: `{feature}` in {times} scenarios"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn overrides_are_in_force_here_and_there() {
    let all: Vec<Generated> = seeds(Kind::Mixed).map(scenario).collect();
    let many = |has: fn(&Generated) -> bool| all.iter().filter(|one| has(one)).count();
    assert!(many(|one| !one.overrides.variants.is_empty()) >= 5);
    assert!(many(|one| !one.overrides.forbid.is_empty()) >= 5);
    assert!(many(|one| !one.overrides.force.is_empty()) >= 5);
    assert!(many(|one| !one.overrides.set.is_empty()) >= 2);
}

#[test]
fn a_scenario_is_a_function_of_its_seed() {
    assert_eq!(scenario(7).text, scenario(7).text);
    assert_ne!(scenario(7).text, scenario(8).text);
}

#[test]
fn things_happen_and_come_to_an_end() {
    for kind in KINDS {
        let mut idle = 0;
        for (seed, _) in models(kind).take(60) {
            let stories = scenario_of(seed, kind).scenario().runs(40).stories();
            let firings = stories.iter().flatten().filter(|told| told.is_firing()).count() as f64 / 40.0;
            assert!(firings < 100.0, "{kind:?}, seed {seed}: {firings} firings a run");
            idle += usize::from(firings < 0.5);
        }
        assert!(idle <= 12, "{kind:?}: in {idle} of 60 scenarios next to nothing happens");
    }
}
