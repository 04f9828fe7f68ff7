//! `--until`: runs are drawn until something is precise enough, and its interval still holds.
//!
//! Does not know how the interval is computed.

use std::sync::atomic::AtomicBool;

use simulate::analysis::binomial::clopper_pearson;
use simulate::analysis::estimate::{CONFIDENCE, Interval};
use simulate::analysis::watched::sequence;
use simulate::engine::{Conduct, Plan, Sampled, Watch, sample, sample_until};
use simulate::model::Model;
use simulate::observe::tally::Tally;

use crate::support::{Ran, Scenario};

const CAMPAIGNS: u64 = 400;
static GO_ON: AtomicBool = AtomicBool::new(false);
static CONDUCT: Conduct<'static> = Conduct { stop: &GO_ON, progress: &|_| {} };

/// Ends that are solved by hand: the pressure comes within its window with 30 %, and its reply then with 1 in 15.
fn model() -> Model {
    Scenario::new(
        r#"clock: (horizon: "14d"),
        rules: { danger: (pressure: "30% within 14d"), reply: (on: [danger], when: "count(danger) == 1", chance: "1 in 15") },
        outcomes: [
            (name: answered, when: "count(reply) >= 1"), (name: came, when: "count(danger) >= 1"), (name: quiet),
        ]"#,
    )
    .model()
}

fn drawn(model: &Model, plan: &Plan, mut enough: impl FnMut(&Tally, u64) -> bool + Send) -> Sampled<Tally> {
    sample_until(model, plan, Watch { every: 64, enough: &mut enough }, &CONDUCT).expect("it settles")
}

/// In how many campaigns some look finds an interval that leaves out the truth, by outcome.
fn excluded(model: &Model, interval: impl Fn(u64, u64) -> Interval + Sync) -> [u64; 2] {
    let mut excluded = [0; 2];
    for seed in 0..CAMPAIGNS {
        let mut missed = [false; 2];
        drawn(model, &Plan { runs: 40 * 64, seed, threads: Some(1) }, |tally, runs| {
            for (index, truth) in [0.02, 0.28].into_iter().enumerate() {
                missed[index] |= !interval(tally.outcome(index).runs, runs).contains(truth);
            }
            false
        });
        (0..2).for_each(|index| excluded[index] += u64::from(missed[index]));
    }
    excluded
}

/// 400 campaigns of 40 looks through the engine against probabilities known exactly. False-alarm rate: more than 40 of 400
/// at 5 % each has a probability of 1.4e-5, an outcome. An interval for one look fails.
#[test]
fn the_truth_is_left_out_by_any_look_in_no_more_campaigns_than_promised() {
    let model = model();
    let always = excluded(&model, sequence);
    assert!(always.iter().all(|missed| *missed <= 40), "{always:?}");
    let once = excluded(&model, |hits, runs| clopper_pearson(hits, runs, CONFIDENCE));
    assert!(once.iter().all(|missed| *missed > 40), "{once:?}");
}

#[test]
fn looks_come_after_the_same_runs_whatever_the_threads_and_end_the_batch() {
    let model = model();
    for threads in [1, 2, 3] {
        let mut looks = Vec::new();
        let plan = Plan { runs: 1_000, seed: 5, threads: Some(threads) };
        let ended = drawn(&model, &plan, |tally, runs| {
            looks.push((runs, tally.runs()));
            runs >= 300
        });
        assert_eq!(looks, [64, 128, 192, 256, 320].map(|runs| (runs, runs)));
        let same: Sampled<Tally> = sample(&model, &Plan { runs: 320, ..plan }, &CONDUCT).expect("it settles");
        assert_eq!(ended.runs, 320);
        for index in 0..3 {
            assert_eq!(ended.collected.outcome(index), same.collected.outcome(index));
        }
        let mut last = 0;
        let all = drawn(&model, &plan, |_, runs| {
            last = runs;
            false
        });
        assert_eq!((all.runs, last), (1_000, 1_000), "the last look is at the end");
    }
}

fn told(options: &[&str]) -> String {
    Ran::simulate(options).succeeds()
}

#[test]
fn the_same_bytes_whatever_the_threads_and_from_its_own_command() {
    let typed = ["scenarios/outreach.ron", "--until", "talks:+-10%rel", "--no-exact"];
    let report = told(&[&typed[..], &["--threads", "1"]].concat());
    assert_eq!(report, told(&[&typed[..], &["--threads", "2"]].concat()));
    let again = report.lines().find_map(|line| line.strip_prefix("again:   simulate ")).expect("it says how");
    assert_eq!(again, "scenarios/outreach.ron --until 'talks:±10%rel' --max-runs 10000000 --seed 1 --no-exact");
    assert_eq!(report, told(&again.replace('\'', "").split(' ').collect::<Vec<_>>()));
    assert!(report.contains("drawn until `talks` is known to ±10 % of itself: reached."), "{report}");
}

#[test]
fn the_report_names_its_method_and_is_as_precise_as_asked() {
    let json = told(&["scenarios/outreach.ron", "--until", "±2%", "--no-exact", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let until = &report["origin"]["until"];
    assert_eq!(until["intervals"], "beta-mixture confidence sequence");
    assert_eq!((&until["reached"], &until["wanted"]), (&true.into(), &"±2%".into()));
    for outcome in report["outcomes"].as_array().expect("outcomes") {
        let share = |field: &str| outcome["share"][field].as_f64().expect("a number");
        assert_eq!(outcome["share"]["accuracy"], "time-uniform");
        let reach = (share("high") - share("value")).max(share("value") - share("low"));
        assert!(reach <= 0.02, "{outcome}");
        let here = sequence(outcome["share"]["hits"].as_u64().expect("hits"), share("runs") as u64);
        assert!((here.low - share("low")).abs() < 1e-12 && (here.high - share("high")).abs() < 1e-12);
    }
}

#[test]
fn when_the_runs_allowed_are_not_enough_it_says_what_is_lacking() {
    let report =
        told(&["scenarios/outreach.ron", "--until", "talks:±1%rel", "--max-runs", "2000", "--no-exact", "--all"]);
    for part in ["NOT reached", "2,000 runs were not enough for the precision wanted: `talks` to ±", "--max-runs "] {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert!(!report.contains("INTERRUPTED"), "{report}");
}

#[test]
fn what_cannot_be_meant_is_refused_with_the_way_out() {
    let file = "scenarios/outreach.ron";
    for (until, rest, part) in [
        ("1%", &[][..], "`1%` is no precision: write `±1%`"),
        ("±0%", &[], "cannot be reached: the precision lies above 0 %"),
        ("talk:±1%", &[], "did you mean `talks`?"),
        ("xyzzy:±1%", &[], "neither an outcome nor a yes/no question"),
        ("±1%", &["--runs", "500"], "cannot be used with '--runs <N>'"),
        ("±1%", &["--max-runs", "0"], "at least one run is needed"),
    ] {
        let ran = Ran::simulate(&[&[file, "--until", until][..], rest].concat());
        assert!(ran.out.is_empty(), "{until}: {}", ran.out);
        ran.fails(2, &[part]);
    }
    let number = Ran::simulate(&["tests/oracle/geometric_cascade.ron", "--until", "aftershocks:±1%"]);
    number.fails(2, &["question `aftershocks` asks for a number"]);
}
