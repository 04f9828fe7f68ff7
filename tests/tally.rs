//! What is counted of many runs is what the runs tell one by one, whatever the threads that count.
//!
//! Takes every scenario of the oracle directory and of the gallery.

use simulate::model::{Model, RuleId};
use simulate::observe::histogram::Unit;
use simulate::observe::tally::{Answers, Fate, Tally};

use crate::support::{Runs, Scenario, Told, all_scenarios};

const RUNS: u64 = 300;

fn assert_outcomes_agree(model: &Model, tally: &Tally, runs: &Runs) {
    for (index, outcome) in model.outcomes.iter().enumerate() {
        assert_eq!(tally.outcome(index).runs, runs.outcome(&outcome.name).hits, "outcome {}", outcome.name);
    }
}

fn assert_answers_agree(model: &Model, tally: &Tally, runs: &Runs) {
    for (index, question) in model.questions.iter().enumerate() {
        let values = runs.number(&question.name);
        match tally.answers(index) {
            Answers::YesNo(hits) => {
                assert_eq!(hits.runs, runs.question(&question.name).hits, "question {}", question.name);
                assert_eq!(hits.lowest, values.0.iter().position(|v| *v == 1.0).map(|run| run as u64));
            }
            Answers::Number(distribution) => {
                let values = values.without_never();
                assert_eq!(distribution.count(), values.0.len() as u64, "question {}", question.name);
                let unit = if distribution.unit == Unit::Seconds { 86_400.0 } else { 1.0 };
                if distribution.count() > 0 {
                    let (one, other) = (distribution.mean() / unit, values.mean());
                    assert!((one - other).abs() <= 1e-9 * other.abs().max(1.0), "{}: {one}, {other}", question.name);
                }
            }
        }
    }
}

fn assert_rules_agree(model: &Model, tally: &Tally, stories: &[Vec<Told>]) {
    for (index, rule) in model.rules.iter().enumerate() {
        let times = |is: &dyn Fn(&Told) -> bool| -> u64 {
            stories.iter().map(|story| story.iter().filter(|t| t.who == rule.id && is(t)).count() as u64).sum()
        };
        let told = |what: &'static str| times(&move |t: &Told| t.what == what);
        let id = RuleId(index as u32);
        assert_eq!(tally.rule(id, Fate::Fired).times, times(&Told::is_firing), "{}", rule.id);
        assert_eq!(tally.rule(id, Fate::Preempted).times, told("pre-empted"), "{}", rule.id);
        assert_eq!(tally.rule(id, Fate::Lapsed).times, told("lapsed"), "{}", rule.id);
        assert_eq!(tally.rule(id, Fate::LetPass).times, told("let pass"), "{}", rule.id);
    }
}

#[test]
fn a_tally_counts_what_the_runs_tell() {
    for (name, text) in all_scenarios() {
        let scenario = Scenario::file(&name, &text).runs(RUNS).seed(9);
        let (model, tally, runs) = (scenario.model(), scenario.collect::<Tally>(), scenario.sample());
        assert_eq!(tally.runs(), RUNS);
        assert_outcomes_agree(&model, &tally, &runs);
        assert_answers_agree(&model, &tally, &runs);
        assert_rules_agree(&model, &tally, &scenario.stories());
    }
}

/// A question may hear of what a rule moves and of nothing else that it does, or read how often and how long ago it fired.
#[test]
fn moves_counts_and_ages_are_heard_of() {
    let scenario = Scenario::new(
        r#"clock: (horizon: "60d"),
        actors: { a: (postures: { mood: (ladder: [calm, tense, hostile], start: calm) }) },
        rules: {
            stirs: (pressure: "0.2 per 1d", then: ["a.mood up"]),
            calms: (pressure: "0.1 per 1d", then: ["a.mood down"]),
        },
        questions: { rises: (ask: "count(a.mood rises)"), hostile: (ask: "count(a.mood becomes hostile)"),
            third: (ask: "first(count(calms) >= 3)"), quiet: (ask: "total(since(calms) >= 5d)") }"#,
    )
    .runs(RUNS);
    let (tally, runs) = (scenario.collect::<Tally>(), scenario.sample());
    assert!(runs.number("hostile").mean() > 1.0);
    assert_answers_agree(&scenario.model(), &tally, &runs);
}

#[test]
fn no_thread_changes_a_tally() {
    for (name, text) in all_scenarios() {
        let scenario = Scenario::file(&name, &text).runs(RUNS);
        let counted = |threads| format!("{:?}", scenario.clone().threads(threads).collect::<Tally>());
        let one = counted(1);
        for threads in [2, 3, 7] {
            assert!(one == counted(threads), "{name} with {threads} threads");
        }
    }
}
