//! The exact solver against closed forms, and the promises that it makes about its own numbers.

use simulate::exact::solution::{Answer, Bounds, Conduct, Limits, Part, Reason, Room, Solution, Wanted};
use simulate::exact::solve;
use simulate::model::Model;

use crate::support::Scenario;

const LIMITS: Limits = Limits { states: 200_000, room: Room::of(200_000), work: None, precision: 1e-9 };

fn solved_within(model: &Model, limits: &Limits) -> Solution {
    let stop = false.into();
    let wanted = Wanted { history: true, looks: vec![model.calendar.steps] };
    solve(model, &wanted, limits, &Conduct { stop: &stop, progress: &|_| {} })
}

fn solved(inside: &str) -> Solution {
    solved_within(&Scenario::new(inside).model(), &LIMITS)
}

/// Probability of an outcome.
fn outcome(solution: &Solution, index: usize) -> Bounds {
    solution.outcomes.as_ref().expect("it is small").value[index].yes
}

/// Probability of yes, or the mean.
fn question(solution: &Solution, index: usize) -> Bounds {
    match &solution.questions[index].as_ref().expect("it is small").value {
        Answer::YesNo(chance) => chance.yes,
        Answer::Number(number) => number.mean.expect("it has one"),
    }
}

#[track_caller]
fn assert_exactly(found: Bounds, expected: f64) {
    let slack = 1e-14 * expected.abs();
    assert!(found.low - slack <= expected && expected <= found.high + slack, "{found:?} does not hold {expected}");
    assert!(found.relative_width() <= 1e-9, "{found:?} is too wide");
}

/// A ring of `n` rivals that stops when `stop` are at war (`scenarios/ring.ron` is `n` = 5).
fn ring(n: usize, stop: usize) -> String {
    let names: Vec<char> = ('a'..).take(n).collect();
    let list = |each: &dyn Fn(usize) -> String| (0..n).map(each).collect::<Vec<_>>().join(", ");
    let pair = |key: &str, far: usize| list(&|i| format!("{{x: {}, {key}: {}}}", names[i], names[(i + far) % n]));
    let (all, wars) = (list(&|i| names[i].to_string()), list(&|i| format!("{}.stance == war", names[i])));
    let (next, far) = (pair("next", 1), pair("far", 2));
    format!(
        r#"
        clock: (horizon: "365d"),
        ladders: {{ hostility: [calm, uneasy, tense, alarmed, striking, war] }},
        actors: {{ "{{x}}": (for_each: {{x: [{all}]}}, postures: {{ stance: (ladder: hostility, start: calm) }}) }},
        lets: {{ at_war: "how_many({wars})" }},
        rules: {{
            "{{x}}_rises_beside_{{next}}": (
                for_each: [{next}],
                when: "{{x}}.stance < war",
                pressure: [(when: "{{next}}.stance > {{x}}.stance", is: "0.12 per 1d"), (is: "0.02 per 1d")],
                then: ["{{x}}.stance up"],
            ),
            "{{x}}_calms": (
                for_each: {{x: [{all}]}},
                when: "{{x}}.stance > calm and {{x}}.stance < war",
                pressure: "0.08 per 1d",
                then: ["{{x}}.stance down"],
            ),
            "{{x}}_is_alarmed_by_{{far}}": (
                for_each: [{far}],
                when: "{{x}}.stance <= tense and {{far}}.stance >= striking",
                pressure: "0.05 per 1d",
                then: ["{{x}}.stance = alarmed"],
            ),
        }},
        stop_when: "at_war >= {stop}",
        outcomes: [(name: stopped, when: "ever(at_war >= {stop})"), (name: held)],
        questions: {{ stopped_after: (ask: "first(at_war >= {stop})") }},"#
    )
}

#[test]
fn the_ring_has_its_published_values() {
    let model = Scenario::new(&ring(5, 2)).model();
    let stop = false.into();
    let wanted = Wanted { history: false, looks: Vec::new() };
    let solution = solve(&model, &wanted, &LIMITS, &Conduct { stop: &stop, progress: &|_| {} });
    let found = outcome(&solution, 0);
    assert!((found.value() - 0.305_936_853_130).abs() < 5e-13, "{found:?}");
    assert!((question(&solution, 0).value() - 229.940_951).abs() < 5e-7);
    assert_eq!(solution.slices.len(), 1, "the outcome and the time until it stand on one slice");
}

#[test]
fn what_is_rare_has_as_many_digits_as_what_is_not() {
    let solution = solved(
        r#"
        clock: (horizon: "1d"),
        actors: { a: (postures: { x: (ladder: [low, high], start: low) }) },
        rules: {
            rare: (pressure: "1e-12 per 1d", then: ["a.x = high"]),
            often: (pressure: "5 per 1d"),
        },
        outcomes: [(name: high, when: "ever(a.x == high)"), (name: low)],
        questions: {
            never: (ask: "not ever(a.x == high)"),
            many: (ask: "count(often) >= 41"),
            both: (ask: "ever(a.x == high) and count(often) >= 25"),
        },"#,
    );
    let rare = -libm::expm1(-1e-12);
    assert_exactly(outcome(&solution, 0), rare);
    let chance = &solution.outcomes.as_ref().unwrap().value;
    assert_exactly(chance[1].no, rare);
    assert_exactly(chance[1].yes, libm::exp(-1e-12));
    let never = match &solution.questions[0].as_ref().unwrap().value {
        Answer::YesNo(chance) => chance.clone(),
        Answer::Number(_) => unreachable!("it is a yes/no question"),
    };
    assert_exactly(never.no, rare);
    // Upper tails of a Poisson number with mean 5, summed from the small end.
    let tail = |from: u32| (from..200).rev().map(|n| poisson(5.0, n)).sum::<f64>();
    assert!(tail(41) < 1e-20);
    let many = question(&solution, 1);
    assert!((many.value() / tail(41) - 1.0).abs() < 1e-9 && many.relative_width() <= 1e-9, "{many:?}, {}", tail(41));
    let both = question(&solution, 2);
    assert!((both.value() / (rare * tail(25)) - 1.0).abs() < 1e-9 && both.relative_width() <= 1e-9, "{both:?}");
}

/// `P(N = n)`, as a product of ratios that are near 1.
fn poisson(mean: f64, n: u32) -> f64 {
    (1..=n).map(|k| mean / f64::from(k)).product::<f64>() * libm::exp(-mean)
}

#[test]
fn a_cascade_that_may_begin_again_is_summed_and_not_unrolled() {
    let solution = solved(
        r#"
        clock: (horizon: "2d"),
        rules: {
            spark: (every: "1d", at_most: 1),
            again: (on: [spark, again], chance: 0.999),
        },
        outcomes: [(name: often, when: "count(again) >= 3"), (name: seldom)],
        questions: { times: (ask: "count(again)") },"#,
    );
    assert_exactly(outcome(&solution, 0), 0.999 * 0.999 * 0.999);
    assert_exactly(question(&solution, 0), 999.0);
}

#[test]
fn a_long_time_keeps_its_digits() {
    let solution = solved(
        r#"
        clock: (horizon: "3650d"),
        actors: { lamp: (postures: { light: (states: [dark, lit], start: dark) }) },
        rules: {
            lights: (when: "lamp.light == dark", pressure: "3 per 1d", then: ["lamp.light = lit"]),
            dims: (when: "lamp.light == lit", pressure: "7 per 1d", then: ["lamp.light = dark"]),
        },
        outcomes: [(name: lit, when: "lamp.light == lit at end"), (name: dark)],
        questions: { days_lit: (ask: "total(lamp.light == lit)") },"#,
    );
    assert_exactly(outcome(&solution, 0), 0.3);
    assert_exactly(question(&solution, 0), 0.3 * (3_650.0 - 0.1));
}

#[test]
fn an_unrelated_part_changes_no_bit() {
    let part = |more: &str| {
        format!(
            r#"
            clock: (horizon: "20d"),
            actors: {{ a: (postures: {{ x: (ladder: [low, mid, high], start: low) }}) }},
            indicators: {{ heat: (range: (0, 9), start: 3), other: (range: (0, 9), start: 3) }},
            rules: {{
                climb: (pressure: "0.2 per 1d", then: ["a.x up", "heat += 1"]),
                {more}
                answer: (on: [climb], chance: 0.6, after: "1d to 4d", then: ["a.x down"]),
            }},
            outcomes: [(name: high, when: "ever(a.x == high)"), (name: low)],
            questions: {{ answers: (ask: "count(answer)") }},"#
        )
    };
    let alone = solved(&part(""));
    let together = solved(&part(
        r#"unrelated: (pressure: "0.4 per 1d", then: ["other += 2"]), echo: (on: [unrelated], after: "2d", then: ["other -= 1"]),"#,
    ));
    assert_eq!(outcome(&alone, 0), outcome(&together, 0));
    assert_eq!(question(&alone, 0), question(&together, 0));
    let slice = together.outcomes.as_ref().unwrap().slice;
    assert_eq!(together.slices[slice].rules.len(), 2, "{:?}", together.slices[slice]);
    assert_eq!(together.slices[slice].variables.len(), 1, "`heat` is written and never read");
}

#[test]
fn too_many_states_are_refused_with_what_makes_them_many() {
    let model = Scenario::new(
        r#"
        clock: (horizon: "30d"),
        actors: { a: (postures: { x: (ladder: [low, high], start: low) }) },
        indicators: { heat: (range: (0, 99), start: 50) },
        rules: {
            sure: (every: "2d", at_most: 1, choose: { yes: (weight: 0.25, then: ["a.x = high"]), no: (weight: 0.75) }),
            warms: (every: "1d", choose: { more: (weight: 0.5, then: ["heat += 3"]), less: (weight: 0.5, then: ["heat -= 2"]) }),
            answer: (on: [warms], chance: 0.5, after: "1d to 9d", then: ["heat += 1"]),
            high: (when: "heat > 90", pressure: "0.1 per 1d", then: ["a.x = high"]),
        },
        outcomes: [(name: high, when: "ever(a.x == high)"), (name: low)],
        questions: { high: (ask: "ever(a.x == high)") },"#,
    )
    .model();
    let stop = false.into();
    let (wanted, limits) = (Wanted { history: false, looks: Vec::new() }, Limits { states: 60, ..LIMITS });
    let solution = solve(&model, &wanted, &limits, &Conduct { stop: &stop, progress: &|_| {} });
    let refusal = solution.questions[0].as_ref().unwrap_err();
    let Reason::States { limit: 60, step } = refusal.reason else { panic!("{:?}", refusal.reason) };
    assert!(step > 3, "{step}");
    let Part::Variable(first) = refusal.contributors[0].part else { panic!("{:?}", refusal.contributors) };
    assert_eq!(model.variable(first).name, "heat");
    let known = refusal.known.expect("a yes/no question has bounds");
    assert!(known.low >= 0.249_999 && known.high <= 1.0, "{known:?}");
    let whole = solved_within(&model, &LIMITS);
    let truth = question(&whole, 0);
    assert!(known.low <= truth.low && truth.high <= known.high, "{known:?} {truth:?}");
}

#[test]
fn probabilities_grow_to_the_answer_and_sum_to_one() {
    let solution = solved_within(&Scenario::new(&ring(3, 2)).model(), &LIMITS);
    let chances = &solution.outcomes.as_ref().unwrap().value;
    let sum: f64 = chances.iter().map(|chance| chance.yes.value()).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    let by = &chances[0].by;
    assert_eq!((by.len(), by[364].0), (365, 365));
    assert!(by.is_sorted_by(|(_, a), (_, b)| a.value() <= b.value()));
    assert_eq!(by[364].1, chances[0].yes);
    let ends: f64 = solution.occupancy[0].as_ref().unwrap().value.at[0].1.iter().map(Bounds::value).sum();
    assert!((ends - 1.0).abs() < 1e-12);
}

#[test]
fn a_count_that_two_outcomes_compare_with_one_constant_is_right_for_both() {
    let found = solved(
        r#"clock: (horizon: "4d"), flags: { fair: false },
        rules: { toss: (pressure: "1 per 1d"), weather: (on: [start], chance: 0.25, then: ["fair = true"]) },
        outcomes: [
            (name: many, when: "(count(toss) >= 2) and (fair at end)"),
            (name: two, when: "count(toss) == 2"),
            (name: rest),
        ],"#,
    );
    let none_or_one = 5.0 * libm::exp(-4.0);
    assert_exactly(outcome(&found, 0), 0.25 * (1.0 - none_or_one));
    assert_exactly(outcome(&found, 1), 0.75 * 8.0 * libm::exp(-4.0));
}

/// What decides a question may come in the same instant as something that it waits for, and then that matters to nobody.
#[test]
fn what_a_decided_question_waited_for_makes_no_other_state() {
    let solution = solved(
        r#"
        clock: (horizon: "20d"),
        actors: { north: (postures: { army: (states: [open, closed], start: open) }) },
        flags: { alarm: (start: false) },
        rules: {
            strike: (pressure: "0.1 per 1d", then: ["north.army = closed"]),
            reply: (pressure: "0.05 per 1d"),
            alarm_sounds: (when: "not alarm", pressure: "0.03 per 1d", then: ["alarm = true"]),
        },
        outcomes: [(name: any)],
        questions: { q: (ask: "ever(north.army == closed and alarm) or not (reply before strike)") },
        "#,
    );
    // No: the reply came first, and strike and alarm did not both come.
    let by = |rate: f64| -libm::expm1(-rate * 20.0);
    let reply_first = 0.05 / 0.15 * by(0.15);
    let strike_after_reply = by(0.1) - 0.1 / 0.15 * by(0.15);
    assert_exactly(question(&solution, 0), 1.0 - (reply_first - strike_after_reply * by(0.03)));
}

/// A loop without an end, which the check for such loops does not see because `chance` is no constant.
fn endless(entry: &str) -> Solution {
    solved(&format!(
        r#"
        clock: (horizon: "3d"),
        flags: {{ seen: false }},
        rules: {{
            tick: (every: "1d", choose: {{ round: (weight: 0.5), past: (weight: 0.5, then: ["seen = true"]) }}),
            ping: (on: ["{entry}", pong], chance: "max(1, how_many(seen))"),
            pong: (on: [ping]),
        }},
        outcomes: [(name: seen, when: "ever(seen)"), (name: unseen)],
        questions: {{ pings: (ask: "count(ping) >= 5") }},"#
    ))
}

#[test]
fn an_item_of_a_boundary_that_comes_to_no_end_loses_what_entered_it() {
    let solution = endless("tick/round");
    let slice = &solution.slices[solution.questions[0].as_ref().expect("it is small").slice];
    assert!((slice.unsettled - 0.75).abs() < 1e-12, "{}", slice.unsettled);
    let pings = question(&solution, 0);
    assert!(pings.low <= 0.0 && pings.high >= 0.75, "{pings:?}");
}

#[test]
fn a_start_that_comes_to_no_end_loses_everything() {
    let solution = endless("start");
    let slice = &solution.slices[solution.questions[0].as_ref().expect("it is small").slice];
    assert!((slice.unsettled - 1.0).abs() < 1e-12, "{}", slice.unsettled);
}
