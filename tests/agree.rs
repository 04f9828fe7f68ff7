//! Two engines, one meaning: sampler and solver must agree on everything that both compute.
//!
//! Seeds are fixed, but for those of random scenarios, which can begin elsewhere (`random::first_seed`). Right engines would
//! fail a test of this file with probability `FALSE_ALARM` at most (Bonferroni over its scenarios and, within one, over all
//! quantities: `analysis::agree`).

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use simulate::analysis::agree::{Agreement, Comparison, agreement};
use simulate::engine::Plan;
use simulate::exact::solution::{Conduct, Limits, Room, Solution, Wanted};
use simulate::exact::solve;
use simulate::model::Model;
use simulate::observe::occupancy::dates;
use simulate::observe::tally::Tally;
use simulate::report::agree::agreed;

use crate::random;
use crate::support::{Scenario, collect, scenarios_in};

/// Of a whole test.
const FALSE_ALARM: f64 = 1e-3;

/// Everything of `model` that takes at most `states` states and not too much work.
fn solution(model: &Model, states: usize) -> Solution {
    let stop = false.into();
    let wanted = Wanted { history: true, looks: dates(&model.calendar) };
    let limits = Limits { states, room: Room::of(states), work: Some(300_000_000), precision: 1e-9 };
    solve(model, &wanted, &limits, &Conduct { stop: &stop, progress: &|_| {} })
}

fn tally(model: &Model, runs: u64) -> Tally {
    collect(model, &Plan { runs, seed: 1, threads: None })
}

/// What both engines say of `model`.
pub fn compare(model: &Model, runs: u64, states: usize, false_alarm: f64) -> Agreement {
    agreement(model, &solution(model, states), &tally(model, runs), false_alarm)
}

/// What disagrees, one line each.
pub fn told(name: &str, agreement: &Agreement) -> Vec<String> {
    let line = |c: &Comparison| {
        let (low, high) = (c.interval.low, c.interval.high);
        format!("{name}: {:?}: sampled {} [{low}, {high}], solved {}", c.quantity, c.sampled, c.exact.value())
    };
    agreement.disagreements().map(line).collect()
}

/// Asserts that engines agree on all of these, and on how many quantities at least.
fn assert_agreed(models: impl ExactSizeIterator<Item = (String, Model)>, runs: u64, states: usize, least: usize) {
    let each = FALSE_ALARM / models.len() as f64;
    let (mut compared, mut wrong) = (0, Vec::new());
    for (name, model) in models {
        let agreement = naming(&name, || compare(&model, runs, states, each));
        compared += agreement.comparisons.len();
        wrong.extend(told(&name, &agreement));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared >= least, "only {compared} quantities were compared");
}

/// What `work` gives; if it panics, `name` says of what it did.
#[allow(clippy::print_stderr)]
fn naming<T>(name: &str, work: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        eprintln!("this was {name}");
        resume_unwind(panic)
    })
}

/// Asserts that engines agree on this, and on how many quantities at least.
fn assert_sound(inside: &str, least: usize) {
    let model = Scenario::new(inside).model();
    assert_agreed(std::iter::once(("it".to_owned(), model)), 20_000, 10_000, least);
}

fn files(directory: &str) -> impl ExactSizeIterator<Item = (String, Model)> {
    scenarios_in(Path::new(directory)).into_iter().map(|path| {
        let (name, text) = (path.to_string_lossy().into_owned(), std::fs::read_to_string(&path).expect("it is there"));
        let model = Scenario::file(&name, &text).model();
        (name, model)
    })
}

#[test]
fn engines_agree_on_the_oracle_scenarios() {
    assert_agreed(files("tests/oracle"), 5_000, 3_000, 500);
}

#[test]
fn engines_agree_on_the_gallery() {
    assert_agreed(files("scenarios"), 5_000, 8_000, 300);
}

#[test]
fn engines_agree_on_two_thousand_random_scenarios() {
    let first = random::first_seed();
    let models: Vec<u64> = (0..2_000).map(|number: u64| first.wrapping_add(number)).collect();
    let model = |seed: u64| (format!("random scenario {seed}"), random::scenario(seed).scenario().model());
    assert_agreed(models.into_iter().map(model), 400, 1_500, 100_000);
}

/// What a question waits for can hang on more than a pressure has to do with, and may have come when the pressure's moves
/// are learnt: they must not be taken for those of other states then (random scenario 3,182).
#[test]
fn what_comes_as_moves_are_learnt_is_not_learnt() {
    let inside = r#"
        clock: (horizon: "7d"),
        ladders: { stance: [calm, uneasy] },
        actors: {
            red: (postures: { stance: (ladder: stance, start: uneasy) }),
            blue: (postures: { stance: (ladder: stance, start: uneasy) }),
        },
        rules: {
            red_stirs: (pressure: "0.3 per 1d", then: ["red.stance = uneasy"]),
            red_rests: (pressure: "0.3 per 1d", then: ["red.stance = calm"]),
            blue_stirs: (pressure: "0.3 per 1d", then: ["blue.stance = uneasy"]),
            blue_rests: (pressure: "0.3 per 1d", then: ["blue.stance = calm"]),
        },
        outcomes: [
            (name: both, when: "(stays(blue.stance >= uneasy) for 2d) and ever(blue.stance < red.stance)"),
            (name: neither),
        ],"#;
    assert_sound(inside, 2);
}

/// What decides a question may leave a part of it unasked that is past its date: that must not begin to wait again, for then
/// a pressure that has nothing to do with it would seem to bring it about (random scenario 14,588).
#[test]
fn what_is_not_asked_any_more_comes_no_more() {
    let inside = r#"
        clock: (horizon: "4d"),
        indicators: { x: (range: (0, 1), start: 0), y: (range: (0, 1), start: 0) },
        rules: {
            x_rises: (pressure: "0.5 per 1d", then: ["x = 1"]),
            y_rises: (pressure: "0.5 per 1d", then: ["y = 1"]),
            y_falls: (pressure: "0.5 per 1d", then: ["y = 0"]),
            spark: (pressure: "1 per 1d"),
            clash: (pressure: "0.2 per 1d"),
            talks: (pressure: "0.2 per 1d"),
        },
        outcomes: [
            (name: early, when: "clash before talks"),
            (name: other, when: "(ever(x > 0) by 1d) or not (count(spark) == 2)"),
            (name: neither),
        ],
        questions: { up: (ask: "ever(y > 0) or count(spark) >= 2") },"#;
    assert_sound(inside, 4);
}

/// Bins of several values end where the range does, be that as high as can be: there is nothing beyond.
#[test]
fn what_is_compared_ends_with_the_range() {
    let inside = r#"
        clock: (horizon: "12d"),
        indicators: { odd: (range: (0, 1000), start: 0), top: (range: (2147482647, 2147483647), start: 2147482647) },
        rules: {
            odd_rises: (pressure: "0.1 per 1d", then: ["odd = 1000"]),
            top_rises: (pressure: "0.1 per 1d", then: ["top = 2147483647"]),
        },"#;
    assert_sound(inside, 2 * 501);
    let model = Scenario::new(inside).model();
    let solved = solution(&model, 10_000);
    let both = agreement(&model, &solved, &tally(&model, 200), FALSE_ALARM);
    let rows = agreed(&model, &both, &solved, 1, String::new()).rows;
    let at_end = |name: &str| {
        let rows = rows.iter().filter(|row| row.name.starts_with(name) && row.name.ends_with("at the end of day 12"));
        rows.map(|row| row.name.split(" at the end").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (odd, top) = (at_end("odd is"), at_end("top is"));
    assert_eq!((odd.len(), top.len()), (501, 501));
    assert_eq!((&*odd[0], &*odd[499], &*odd[500]), ("odd is 0 to 1", "odd is 998 to 999", "odd is 1000"));
    assert_eq!((&*top[499], &*top[500]), ("top is 2147483645 to 2147483646", "top is 2147483647"));
}

#[test]
fn engines_that_mean_different_things_disagree() {
    let scenario = |chance: &str| {
        let inside = r#"
            clock: (horizon: "20d"),
            indicators: { heat: (range: (0, 5), start: 0) },
            rules: {
                spark: (pressure: "0.3 per 1d"),
                fire: (on: [spark], chance: CHANCE, after: "1d to 3d", then: ["heat += 1"]),
            },
            outcomes: [(name: hot, when: "ever(heat >= 3)"), (name: cool)],
            questions: { fires: (ask: "count(fire)") },"#;
        Scenario::new(&inside.replace("CHANCE", chance)).model()
    };
    let (one, other) = (scenario("0.5"), scenario("0.53"));
    let right = agreement(&one, &solution(&one, 10_000), &tally(&one, 40_000), FALSE_ALARM);
    assert_eq!(told("right", &right), Vec::<String>::new());
    let wrong = agreement(&one, &solution(&other, 10_000), &tally(&one, 40_000), FALSE_ALARM);
    assert!(wrong.disagreements().count() >= 4, "{:?}", told("wrong", &wrong));
}
