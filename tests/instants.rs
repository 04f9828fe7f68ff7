//! What happens at one instant and in which order: queues, priorities, pre-emption, beginnings and ends, interventions.
//!
//! What follows from what is certain here, be it from when a pressure happens to fire; how often chance decides which way
//! is asked in `pressures` and `responses`.

use simulate::model::Model;
use simulate::model::event::Origin;
use simulate::model::state::State;
use simulate::observe::{Collector, Observer, Occurrence};

use crate::support::{Scenario, Told, chi_square};

/// `(day, rule, what)` of the lines about rules that fire or are kept from it.
fn lines(story: &[Told]) -> Vec<(f64, &str, &str)> {
    story.iter().map(|t| (t.day(), t.who.as_str(), t.what.as_str())).collect()
}

fn fired(story: &[Told]) -> Vec<(f64, &str)> {
    story.iter().filter(|t| t.is_firing()).map(|t| (t.day(), t.who.as_str())).collect()
}

#[test]
fn a_response_whose_guard_is_broken_at_its_boundary_is_preempted_and_not_cancelled() {
    let scenario = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-10"),
        flags: { open: true },
        rules: {
            shut: (at: "2024-01-04", then: ["open = false"]),
            enter: (on: [start], when: "open", after: "3d"),
            come_later: (on: [start], when: "open", after: "4d"),
        }"#,
    );
    let story = scenario.story(0);
    assert_eq!(
        lines(&story)[2..],
        [(3.0, "shut", "fires"), (3.0, "enter", "pre-empted"), (3.0, "come_later", "lapsed")]
    );
    // The same two the other way round: it is let in before the door shuts.
    let urgent = scenario.with(r#"after: "3d""#, r#"after: "3d", priority: 1"#).story(0);
    assert_eq!(lines(&urgent)[2..4], [(3.0, "enter", "fires"), (3.0, "shut", "fires")]);
}

#[test]
fn items_go_by_priority_then_by_place_in_the_file_then_by_binding() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-03"),
        rules: {
            c: (at: "2024-01-02"),
            "t_{x}_{y}": (for_each: {x: [q, p], y: [n, m]}, at: "2024-01-02"),
            b: (every: "1d", priority: -1),
            a: (on: [start], after: "1d", priority: 2),
        }"#,
    )
    .story(0);
    let day_1: Vec<&str> = fired(&story).into_iter().filter(|(day, _)| *day == 1.0).map(|(_, who)| who).collect();
    assert_eq!(day_1, ["a", "c", "t_q_n", "t_q_m", "t_p_n", "t_p_m", "b"]);
}

#[test]
fn the_queue_is_first_in_first_out_and_emptied_before_the_next_item() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-03"),
        rules: {
            one: (at: "2024-01-02"),
            another: (at: "2024-01-02"),
            grandchild: (on: [child]),
            child: (on: [one]),
            other_child: (on: [one]),
            cousin: (on: [another]),
        }"#,
    )
    .story(0);
    let order: Vec<&str> = fired(&story).into_iter().map(|(_, who)| who).collect();
    assert_eq!(order, ["one", "child", "other_child", "grandchild", "another", "cousin"]);
}

#[test]
fn one_firing_is_one_trigger_whatever_it_raises() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-10"),
        actors: { a: (postures: { mood: (ladder: [low, middle, high], start: low) }) },
        events: { stir: [push, "a.mood rises", "a.mood becomes high"] },
        rules: {
            push: (at: ["2024-01-02", "2024-01-03", "2024-01-04"], then: ["a.mood up", "emit cry"]),
            once: (on: [push, "a.mood rises", "a.mood becomes middle", cry, stir]),
            at_high: (on: ["a.mood becomes high"]),
            at_rise: (on: ["a.mood rises"]),
        }"#,
    )
    .story(0);
    let days = |rule: &str| -> Vec<f64> {
        fired(&story).into_iter().filter(|(_, who)| *who == rule).map(|(day, _)| day).collect()
    };
    assert_eq!(days("once"), [1.0, 2.0, 3.0]);
    assert!(!story.iter().any(|t| t.what == "ignored"), "asked once a firing: {story:?}");
    assert_eq!(days("at_high"), [2.0]);
    assert_eq!(days("at_rise"), [1.0, 2.0], "a push on the highest rung raises nothing");
}

#[test]
fn what_differs_after_the_whole_firing_counts() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-10"),
        actors: { a: (postures: { mood: (ladder: [low, middle, high], start: low) }) },
        rules: {
            wobble: (at: "2024-01-02", then: ["a.mood = high", "a.mood = low"]),
            hop: (at: "2024-01-03", then: ["a.mood up", "a.mood up"]),
            through_middle: (on: ["a.mood becomes middle"]),
            on_high: (on: ["a.mood becomes high"]),
            back_low: (on: ["a.mood becomes low", "a.mood falls"]),
        }"#,
    )
    .story(0);
    assert_eq!(fired(&story), [(1.0, "wobble"), (2.0, "hop"), (2.0, "on_high")]);
}

#[test]
fn beginnings_and_ends_are_told_when_the_items_are_done() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-20"),
        indicators: { tension: (range: (0, 100), start: 60) },
        lets: { crisis: "tension > 80", calm: "tension < 20" },
        rules: {
            goes_up: (at: "2024-01-03", then: ["tension += 30"]),
            back_down_at_once: (at: "2024-01-03", then: ["tension -= 30"]),
            really_up: (at: "2024-01-05", then: ["tension += 30"]),
            alarm: (on: ["crisis begins"], then: ["tension = 0"]),
            relief: (on: ["crisis ends"]),
            peace: (on: ["calm begins"], then: ["tension = 50"]),
        }"#,
    )
    .story(0);
    let at_4: Vec<(&str, &str)> = story.iter().filter(|t| t.day() == 4.0).map(|t| (&*t.who, &*t.what)).collect();
    assert!(!story.iter().any(|t| t.day() == 2.0 && t.who == "crisis"), "no crisis at the end of that instant");
    let order: Vec<(&str, &str)> = at_4.into_iter().filter(|(_, what)| !what.starts_with("comes")).collect();
    assert_eq!(
        order,
        [
            ("really_up", "fires"),
            ("crisis", "begins"),
            ("alarm", "fires"),
            ("crisis", "ends"),
            ("calm", "begins"),
            ("relief", "fires"),
            ("peace", "fires"),
            ("calm", "ends"),
        ]
    );
}

#[test]
fn counts_and_ages_are_up_to_date_before_any_listener_is_asked() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-31"),
        rules: {
            test: (at: ["2024-01-03", "2024-01-05", "2024-01-06", "2024-01-20"]),
            third: (on: [test], when: "count(test) == 3"),
            not_again_soon: (on: [test], when: "since(test) == 0d"),
            never_before: (on: [start], when: "since(test) > 1000d"),
            quiet_check: (every: "1d", when: "since(test) == 5d"),
        }"#,
    )
    .story(0);
    let days = |rule: &str| -> Vec<f64> {
        fired(&story).into_iter().filter(|(_, who)| *who == rule).map(|(day, _)| day).collect()
    };
    assert_eq!(days("third"), [5.0]);
    assert_eq!(days("not_again_soon"), [2.0, 4.0, 5.0, 19.0]);
    assert_eq!(days("never_before"), [0.0]);
    assert_eq!(days("quiet_check"), [10.0, 24.0]);
}

#[test]
fn a_quiet_stretch_begins_at_a_boundary_without_any_rule_there() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-31"),
        lets: { quiet: "since(test) >= 7d", window: "during(2024-01-20..2024-01-22)" },
        rules: {
            test: (at: ["2024-01-03", "2024-01-06"]),
            relax: (on: ["quiet begins"]),
            tense_up: (on: ["quiet ends"]),
            opens: (on: ["window begins"]),
            closes: (on: ["window ends"]),
        }"#,
    )
    .story(0);
    assert_eq!(
        fired(&story),
        [(2.0, "test"), (2.0, "tense_up"), (5.0, "test"), (12.0, "relax"), (19.0, "opens"), (22.0, "closes")]
    );
}

#[test]
fn forced_firings_come_first_in_the_order_given_and_ask_nothing() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-10"),
        rules: {
            planned: (at: "2024-01-04", priority: 1000),
            impossible: (when: "false", pressure: "1 per 1d", choose: { war: (weight: 0.5), peace: (weight: 0.5) }),
            waiting: (on: [start], after: "5d"),
        }"#,
    )
    .force("waiting@2024-01-04")
    .force("impossible/peace@2024-01-04")
    .story(0);
    assert_eq!(
        lines(&story)[1..],
        [
            (3.0, "waiting", "fires"),
            (3.0, "impossible", "fires as peace"),
            (3.0, "planned", "fires"),
            (5.0, "waiting", "fires"),
        ]
    );
}

#[test]
fn a_forbidden_branch_is_drawn_and_nothing_happens() {
    let scenario = Scenario::new(
        r#"clock: (horizon: "1d"),
        flags: { struck: false },
        rules: { clash: (on: [start], choose: { hit: (weight: 0.3, then: ["struck = true"]), miss: (weight: 0.7) }) },
        questions: { struck: (ask: "struck at end"), clashes: (ask: "count(clash)"), misses: (ask: "count(clash/miss)") }"#,
    );
    let runs = scenario.clone().sample();
    runs.question("struck").is(0.3);
    let forbidden = scenario.clone().forbid("clash/hit").sample();
    forbidden.question("struck").is(0.0);
    forbidden.number("clashes").all_are(1.0);
    assert_eq!(forbidden.number("misses"), runs.number("misses"), "the other branch has the runs that it had");
    scenario.forbid("clash").sample().number("clashes").all_are(0.0);
}

#[test]
fn branches_are_drawn_by_weight_or_by_odds_among_those_that_are_open() {
    let branches = |clock: &str, list: &str| {
        let scenario = Scenario::new(
            r#"clock: (horizon: "1d"),
            parameters: { closed: (value: 0, says: "one if the middle is closed") },
            indicators: { cohesion: (range: (0, 100), start: 20), seen: (range: (0, 9), start: 0) },
            rules: { pick: (on: [start], choose: LIST) },
            questions: { seen: (ask: "seen at end") }"#,
        );
        let values = scenario.with("LIST", list).set(clock).runs(20_000).sample().number("seen");
        let mut counts = [0; 4];
        values.0.iter().for_each(|v| counts[*v as usize] += 1);
        counts
    };
    let open = "closed=0";
    let weighted = r#"{ a: (weight: "50%", then: ["seen = 1"]), b: (weight: 0.2, then: ["seen = 2"]), otherwise: (then: ["seen = 3"]) }"#;
    chi_square(&branches(open, weighted)[1..], &[0.5, 0.2, 0.3]);
    let odds = r#"{ a: (odds: "35 + cohesion / 4", then: ["seen = 1"]),
        b: (odds: 40, when: "closed == 0", then: ["seen = 2"]), c: (odds: 20, then: ["seen = 3"]) }"#;
    chi_square(&branches(open, odds)[1..], &[0.4, 0.4, 0.2]);
    chi_square(&branches("closed=1", odds), &[0.0, 2.0 / 3.0, 0.0, 1.0 / 3.0]);
    let none = r#"{ a: (odds: "cohesion - 20", when: "cohesion >= 20", then: ["seen = 1"]),
        b: (odds: 1, when: "cohesion > 50", then: ["seen = 2"]), otherwise: (then: ["seen = 3"]) }"#;
    assert_eq!(branches(open, &none.replace("cohesion - 20", "max(0, cohesion - 20)")), [0, 0, 0, 20_000]);
    let nothing = r#"{ a: (odds: 1, when: "cohesion > 50", then: ["seen = 1"]) }"#;
    assert_eq!(branches(open, nothing), [20_000, 0, 0, 0]);
}

#[test]
fn effects_apply_in_order_and_saturate() {
    let scenario = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-10"),
        actors: { a: (postures: { mood: (ladder: [r0, r1, r2, r3], start: r1) }) },
        indicators: { x: (range: (-5, 10), start: 3), y: (range: (0, 100), start: 0) },
        flags: { f: false },
        rules: {
            one: (at: "2024-01-02", then: ["x += 4", "y = x * 2", "x += 100", "f = x == 10"]),
            two: (at: "2024-01-03", then: ["x -= 50", "a.mood up 5", "y -= 4"]),
            three: (at: "2024-01-04", then: ["a.mood down 2"]),
        },
        questions: {
            x1: (ask: "x on 2024-01-02"), y1: (ask: "y on 2024-01-02"), f1: (ask: "f on 2024-01-02"),
            x2: (ask: "x on 2024-01-03"), y2: (ask: "y at end"), top: (ask: "a.mood == r3 on 2024-01-03"),
            last: (ask: "a.mood == r1 at end"), peak: (ask: "highest(x)"),
        }"#,
    );
    let runs = scenario.runs(3).sample();
    for (question, value) in [("x1", 10.0), ("y1", 14.0), ("x2", -5.0), ("y2", 10.0), ("peak", 10.0)] {
        runs.number(question).all_are(value);
    }
    for question in ["f1", "top", "last"] {
        runs.question(question).is(1.0);
        assert_eq!(runs.question(question).hits, 3, "{question}");
    }
}

#[test]
fn an_indicator_decays_towards_its_target_by_half_lives() {
    let scenario = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-06-30"),
        indicators: { tension: (range: (0, 100), start: 100, decays: (half_life: "21d", towards: 20, every: "7d")) },
        rules: { nothing: (at: "2024-01-02") },
        questions: { day_6: (ask: "tension on 2024-01-07"), day_7: (ask: "tension on 2024-01-08"),
            day_14: (ask: "tension on 2024-01-15"), last: (ask: "tension at end"),
            falling: (ask: "first(tension == 20)") }"#,
    );
    let runs = scenario.runs(2).sample();
    // Each week the distance to 20 shrinks to 2^(-1/3) of it, rounded towards 20, by a point at least.
    let (mut tension, mut weeks) = (100.0, vec![100.0]);
    while tension > 20.0 {
        let next = 20.0 + libm::floor((tension - 20.0) * libm::pow(2.0, -1.0 / 3.0) + 1e-9);
        tension = if next < tension { next } else { tension - 1.0 };
        weeks.push(tension);
    }
    for (question, value) in [("day_6", 100.0), ("day_7", weeks[1]), ("day_14", weeks[2]), ("last", 20.0)] {
        runs.number(question).all_are(value);
    }
    runs.number("falling").all_are(7.0 * (weeks.len() - 1) as f64);
}

#[test]
fn stop_when_ends_events_and_leaves_the_state_as_it_is() {
    let scenario = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-10"),
        flags: { over: false, late: false },
        rules: {
            stops: (at: "2024-01-04", then: ["over = true"]),
            same_boundary: (at: "2024-01-04"),
            later: (at: "2024-01-05", then: ["late = true"]),
            shot: (pressure: "5 per 1d"),
        },
        questions: { over: (ask: "over at end"), late: (ask: "ever(late)"), held: (ask: "stays(over) for 5d"),
            time: (ask: "total(over)"), same: (ask: "count(same_boundary)") },
        stop_when: "over""#,
    );
    let runs = scenario.clone().runs(20).sample();
    assert_eq!(runs.question("over").hits, 20);
    assert_eq!(runs.question("late").hits, 0);
    assert_eq!(runs.question("held").hits, 20, "boundaries go on for the monitors");
    runs.number("time").all_are(7.0);
    runs.number("same").all_are(1.0);
    assert!(scenario.story(3).iter().all(|t| t.day() <= 3.0));
}

#[test]
fn questions_mean_what_they_say() {
    let scenario = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-31"),
        indicators: { x: (range: (0, 10), start: 0) },
        rules: {
            nothing_of_the_kind: (when: "false", pressure: "1 per 1d"),
            a: (at: "2024-01-05", then: ["x = 4"]),
            b: (at: ["2024-01-08", "2024-01-20"], then: ["x = 7"]),
            c: (on: [b], then: ["x = 1"]),
            d: (at: "2024-01-25", then: ["x = 2"]),
        },
        events: { both: [a, b] },
        questions: {
            yes_ever: (ask: "ever(x == 4)"),
            no_ever_within_an_instant: (ask: "ever(x == 7)"),
            no_ever_by: (ask: "ever(x == 4) by 2024-01-04"),
            yes_ever_by: (ask: "ever(x == 4) by 2024-01-05"),
            yes_at_end: (ask: "x == 2 at end"),
            yes_on: (ask: "x == 4 on 2024-01-07"),
            no_on: (ask: "x == 4 on 2024-01-08"),
            yes_count: (ask: "count(b) >= 2"),
            no_count_by: (ask: "count(b) >= 2 by 2024-01-19"),
            yes_count_group: (ask: "count(both) == 3"),
            yes_before: (ask: "a before b"),
            no_before: (ask: "b before a"),
            yes_before_never: (ask: "a before nothing_of_the_kind"),
            no_before_same: (ask: "a before both"),
            yes_then: (ask: "a then b within 3d"),
            no_then: (ask: "a then b within 2d"),
            yes_then_second: (ask: "b then d within 5d"),
            yes_then_same_step: (ask: "b then c within 0d"),
            no_then_back: (ask: "c then b within 1d"),
            yes_stays: (ask: "stays(x == 4) for 2d"),
            no_stays: (ask: "stays(x == 4) for 3d"),
            yes_stays_last: (ask: "stays(x == 2) for 7d"),
            no_stays_last: (ask: "stays(x == 2) for 8d"),
            yes_not: (ask: "not ever(x == 9)"),
            yes_and: (ask: "ever(x == 4) and (ever(x == 2) or ever(x == 9))"),
        }"#,
    );
    let runs = scenario.runs(2).sample();
    for (name, hits) in runs.yes_no() {
        assert_eq!(hits, if name.starts_with("yes") { 2 } else { 0 }, "{name}");
    }
}

#[test]
fn numbers_of_a_run_mean_what_they_say() {
    let scenario = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-31"),
        indicators: { x: (range: (0, 10), start: 1) },
        rules: { a: (at: "2024-01-05", then: ["x = 4"]), b: (at: ["2024-01-11", "2024-01-21"], then: ["x += 2"]) },
        questions: {
            twice: (ask: "count(b)"), early: (ask: "count(b) by 2024-01-15"),
            last: (ask: "x at end"), on_day: (ask: "x on 2024-01-04"), on_time: (ask: "x on 2024-01-05T00:00"),
            when_high: (ask: "first(x >= 4)"), never: (ask: "first(x > 8)"), at_once: (ask: "first(x > 0)"),
            area: (ask: "total(x)"), days: (ask: "total(x >= 4)"), top: (ask: "highest(x)"),
        }"#,
    );
    let runs = scenario.runs(2).sample();
    let expected = [
        ("twice", 2.0),
        ("early", 1.0),
        ("last", 8.0),
        ("on_day", 1.0),
        ("on_time", 4.0),
        ("when_high", 4.0),
        ("at_once", 0.0),
        ("area", 4.0 + 6.0 * 4.0 + 10.0 * 6.0 + 11.0 * 8.0),
        ("days", 27.0),
        ("top", 8.0),
    ];
    for (question, value) in expected {
        let values = runs.number(question);
        assert!(values.0.iter().all(|v| (v - value).abs() < 1e-9), "{question}: {values:?} instead of {value}");
    }
    assert!(runs.number("never").0.iter().all(|when| when.is_nan()));
}

#[test]
fn an_instant_without_end_names_seed_run_and_rules() {
    use simulate::engine::{Plan, run_one};
    let model = Scenario::new(
        r#"clock: (horizon: "10d"),
        rules: {
            spark: (pressure: "3 per 1d"),
            ping: (on: [spark, pong], chance: "99.9999999%"),
            pong: (on: [ping], chance: "99.9999999%"),
        }"#,
    )
    .model();
    let mut nobody = simulate::observe::Nobody;
    let plan = Plan { runs: 1, seed: 5, threads: None };
    let error = run_one(&model, plan.seed, 3, &mut nobody).unwrap_err();
    let names: Vec<&str> = error.rules.iter().map(|rule| model.rule(*rule).id.as_str()).collect();
    assert_eq!((error.seed, error.run, names), (5, 3, vec!["ping", "pong"]));
}

#[test]
fn a_scenario_that_has_no_variables_runs() {
    let scenario = Scenario::new(
        r#"
        clock: (horizon: "30d"),
        rules: { strikes: (pressure: "1 per 1d"), answers: (on: [strikes], after: "1d") },
        outcomes: [(name: often, when: "count(answers) >= 2"), (name: seldom)],
        "#,
    );
    let stories = scenario.runs(20).stories();
    assert!(stories.iter().all(|story| fired(story).len() > 10));
}

/// All lines of a story that say this of this rule.
fn times(story: &[Told], who: &str, what: &str) -> Vec<u64> {
    story.iter().filter(|t| t.who == who && t.what == what).map(|t| t.at).collect()
}

/// The firing of a pressure at which something turns ends with that, whatever it moves besides: a count or a value is
/// reached, and somebody hears of it, or waits for it no longer.
#[test]
fn what_turns_with_a_pressure_turns_in_its_instant() {
    let firings = [
        r#"then: ["x += 1"]"#,
        r#"then: ["y += 1", "x += 1"]"#,
        r#"choose: { dull: (weight: 1e-12), otherwise: (then: ["x += 1"]) }"#,
    ];
    let waits = |when: &str| format!(r#"after_all: (on: [start], when: "{when}", after: "390d")"#);
    let hears = r#"after_all: (on: ["much begins"])"#;
    let turns = [
        (r#"lets: { much: "count(spark) >= 3" },"#, hears.to_owned(), "fires"),
        (r#"lets: { much: "x >= 3" },"#, hears.to_owned(), "fires"),
        ("", waits("count(spark) < 3"), "lapsed"),
        ("", waits("x < 3"), "lapsed"),
        // Somebody hears what turns, and the others are asked all the same.
        (r#"lets: { much: "x >= 3" },"#, format!(r#"echo: (on: ["much begins"]), {}"#, waits("x < 3")), "lapsed"),
        (r#"lets: { much: "x >= 3" }, stop_when: "x >= 3","#, hears.to_owned(), "fires"),
    ];
    for (firing, (with, rule, what)) in firings.iter().flat_map(|firing| turns.iter().map(move |turn| (firing, turn))) {
        let story = Scenario::new(&format!(
            r#"clock: (horizon: "400d"),
            indicators: {{ x: (range: (0, 99), start: 0), y: (range: (0, 99), start: 0) }},
            {with}
            rules: {{ spark: (pressure: "0.1 per 1d", {firing}), {rule} }}"#
        ))
        .story(0);
        let sparks: Vec<u64> = story.iter().filter(|t| t.who == "spark").map(|t| t.at).collect();
        assert_eq!(times(&story, "after_all", what), [sparks[2]], "{firing}, {with} {rule}");
        assert_eq!(sparks.len() == 3, with.contains("stop_when"), "{firing}, {with} {rule}");
    }
}

#[test]
fn an_age_that_a_question_asks_for_counts_from_the_latest_firing_of_a_pressure() {
    let scenario = Scenario::new(
        r#"clock: (horizon: "400d"),
        indicators: { x: (range: (0, 99), start: 0) },
        rules: { spark: (pressure: "0.1 per 1d", then: ["x += 1"]) },
        questions: { quiet: (ask: "total(since(spark) >= 5d)") }"#,
    );
    let sparks: Vec<f64> = scenario.story(0).iter().map(Told::day).collect();
    let ends = sparks.iter().skip(1).chain(&[400.0]);
    let stretches = sparks.iter().zip(ends).map(|(spark, end)| (end - spark.floor() - 5.0).max(0.0));
    let quiet = sparks[0] + stretches.sum::<f64>();
    assert!((scenario.runs(1).sample().number("quiet").0[0] - quiet).abs() < 1e-6);
}

/// Of lets that are watched, and of responses that wait, there may be more than have a bit each.
#[test]
fn lets_begin_and_responses_lapse_however_many_there_are() {
    const MANY: usize = 70;
    let each = |text: &str| (0..MANY).map(|index| text.replace('#', &index.to_string())).collect::<String>();
    let story = Scenario::new(&format!(
        r#"clock: (horizon: "99d"),
        indicators: {{ x: (range: (0, 99), start: 0) }},
        lets: {{ {} }},
        rules: {{ grows: (every: "1d", then: ["x += 1"]), {} }}"#,
        each(r#"above_#: "x > #", "#),
        each(r#"hears_#: (on: ["above_# begins"]), waits_#: (on: [start], when: "x <= #", after: "98d"), "#),
    ))
    .story(0);
    let growth = times(&story, "grows", "fires");
    assert!(growth.len() > MANY);
    for (index, at) in growth.iter().take(MANY).enumerate() {
        assert_eq!(times(&story, &format!("hears_{index}"), "fires"), [*at], "{index}");
        assert_eq!(times(&story, &format!("waits_{index}"), "lapsed"), [*at], "{index}");
    }
}

#[test]
fn what_was_in_motion_before_the_first_instant_ended_stays_so() {
    let story = Scenario::new(
        r#"clock: (horizon: "9d"),
        flags: { open: true },
        rules: {
            goes_on: (on: [start], when: "open", after: "2d", if_lapsed: keep),
            stops: (on: [start], when: "open", after: "2d"),
            shuts: (on: [start], then: ["open = false"]),
        }"#,
    )
    .story(0);
    assert_eq!(fired(&story), [(0.0, "shuts"), (2.0, "goes_on")]);
    assert_eq!(times(&story, "stops", "lapsed"), [0]);
}

#[test]
fn stop_when_can_hold_from_the_start() {
    let scenario = Scenario::new(
        r#"clock: (horizon: "9d"),
        flags: { over: true },
        rules: { opens: (on: [start]), soon: (on: [start], after: "1d"), shot: (pressure: "5 per 1d"), daily: (every: "1d") },
        stop_when: "over""#,
    );
    assert!(scenario.runs(20).stories().iter().all(|story| !story.is_empty() && story.iter().all(|t| t.at == 0)));
}

/// How much may happen in an instant, and what luck it brings, does not depend on the instants before.
#[test]
fn every_instant_begins_anew() {
    let story = Scenario::new(
        r#"clock: (horizon: "12000d"),
        indicators: { x: (range: (0, 1), start: 0) },
        lets: { high: "x == 1" },
        rules: {
            opens: (on: [start]),
            flips: (every: "1d", then: ["x = 1 - x"]),
            echoes: (on: [flips], chance: 0.5),
            hears: (on: ["high begins"], chance: 0.5),
        }"#,
    )
    .story(0);
    let [flips, echoes, hears] = ["flips", "echoes", "hears"].map(|who| times(&story, who, "fires").len());
    // Five standard deviations: a false alarm in a million.
    assert!(flips > 11_990 && echoes.abs_diff(6_000) < 300 && hears.abs_diff(3_000) < 200, "{echoes}, {hears}");
}

#[test]
fn a_rule_that_moves_one_thing_keeps_to_its_limits_and_its_guard() {
    let story = Scenario::new(
        r#"clock: (horizon: "40d"),
        indicators: { x: (range: (0, 99), start: 0), full: (range: (0, 99), start: 0) },
        rules: {
            shoots: (pressure: "1 per 1d", at_most: 2, then: ["x += 1"]),
            rests: (pressure: "1 per 1d", cooldown: "3d", then: ["x += 1"]),
            drums: (every: "1d", at_most: 2, then: ["x += 1"]),
            fills: (every: "1d", when: "full < 3", then: ["full += 1"]),
        }"#,
    )
    .story(0);
    let often = ["shoots", "drums", "fills"].map(|who| times(&story, who, "fires").len());
    assert_eq!(often, [2, 2, 3]);
    let rests: Vec<u64> =
        fired(&story).into_iter().filter(|(_, who)| *who == "rests").map(|(day, _)| day as u64).collect();
    assert!(rests.len() > 5 && rests.windows(2).all(|pair| pair[1] >= pair[0] + 3), "{rests:?}");
}

/// By run: of which origin each firing is, by its number.
#[derive(Debug, Clone, Default)]
struct Origins(Vec<Vec<Origin>>);

impl Observer for Origins {
    fn begin(&mut self, _: &Model, _: &State, _: u64) {
        self.0.push(Vec::new());
    }

    fn observe(&mut self, _: &Model, _: &State, occurrence: Occurrence<'_>) {
        if let Occurrence::Fired { origin, number, .. } = occurrence {
            let run = self.0.last_mut().expect("it has begun");
            assert_eq!(number as usize, run.len(), "firings are numbered from the beginning of the run");
            run.push(origin);
        }
    }
}

impl Collector for Origins {
    fn fresh(_: &Model) -> Self {
        Self::default()
    }

    fn merge(&mut self, later: Self) {
        self.0.extend(later.0);
    }
}

/// Whatever a rule does, and whoever hears it.
#[test]
fn a_firing_tells_its_number_and_its_origin() {
    for then in ["", r#", then: ["x += 1"]"#, r#", then: ["x += 1", "y += 1"]"#] {
        for heard in ["other", "daily", "spark"] {
            let scenario = Scenario::new(&format!(
                r#"clock: (horizon: "3d"),
                indicators: {{ x: (range: (0, 99), start: 0), y: (range: (0, 99), start: 0) }},
                rules: {{
                    daily: (every: "1d"{then}),
                    spark: (pressure: "2 per 1d"{then}),
                    other: (every: "2d"),
                    hears: (on: [{heard}]),
                }}"#
            ));
            let told = scenario.clone().runs(5).collect::<Origins>().0;
            for (origins, story) in told.iter().zip(scenario.runs(5).stories()) {
                let meant = story.iter().filter(|t| t.is_firing()).map(|t| match t.who.as_str() {
                    "spark" => Origin::Pressure,
                    "hears" => Origin::Response,
                    _ => Origin::Calendar,
                });
                assert_eq!(*origins, meant.collect::<Vec<_>>(), "{then}, {heard}");
            }
        }
    }
}

#[test]
fn a_range_may_end_where_numbers_do() {
    for (low, high) in [(i32::MIN, i32::MIN + 9), (i32::MAX - 9, i32::MAX)] {
        let scenario = Scenario::new(&format!(
            r#"clock: (horizon: "90d"),
            indicators: {{ x: (range: ({low}, {high}), start: {low}) }},
            rules: {{ grows: (pressure: "1 per 1d", when: "x < {high}", then: ["x += 1"]), rests: (every: "30d", then: ["x -= 1"]) }},
            questions: {{ top: (ask: "highest(x)"), last: (ask: "x at end") }},"#
        ));
        let tally = scenario.collect::<simulate::observe::tally::Tally>();
        assert_eq!(tally.runs(), 10_000, "{low} to {high}");
        assert!(scenario.runs(20).sample().number("top").mean() > f64::from(low) + 8.0);
    }
}
