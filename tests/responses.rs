//! Responses: whether they come, when, what cancels, keeps, restarts or limits them.
//!
//! Every statistical check has a fixed seed and states its false-alarm rate in `support::FALSE_ALARM`.

use crate::support::{Scenario, Share, Told, chi_square};

/// One response to `start` with this delay, over 40 days.
fn answered(after: &str) -> Scenario {
    Scenario::new(
        r#"clock: (horizon: "40d"),
        flags: { yes: false },
        rules: { answer: (on: [start], AFTER then: ["yes = true"]) },
        questions: { when: (ask: "first(yes)") }"#,
    )
    .with("AFTER", after)
    .runs(20_000)
}

/// Runs by the boundary of the answer; last those without.
fn boundaries(scenario: &Scenario, last: usize) -> Vec<u64> {
    let mut counts = vec![0; last + 2];
    for when in scenario.sample().number("when").0 {
        assert!(when.is_nan() || when == libm::floor(when), "{when} is a boundary");
        counts[if when.is_nan() { last + 1 } else { when as usize }] += 1;
    }
    counts
}

/// `P(d = k)` for k = 0 to `last`, and the rest, from `P(d <= k)`.
fn masses(last: usize, cumulative: impl Fn(f64) -> f64) -> Vec<f64> {
    let by: Vec<f64> = (0..=last).map(|k| cumulative(k as f64)).collect();
    let mut masses: Vec<f64> = (0..=last).map(|k| by[k] - if k == 0 { 0.0 } else { by[k - 1] }).collect();
    masses.push(1.0 - by[last]);
    masses
}

#[test]
fn a_fixed_delay_is_that_many_boundaries() {
    for (after, day) in [("", 0.0), (r#"after: "1d","#, 1.0), (r#"after: "3d","#, 3.0), (r#"after: "39d","#, 39.0)] {
        answered(after).runs(50).sample().number("when").all_are(day);
    }
    // Due at the end: nothing fires there.
    assert!(answered(r#"after: "40d","#).runs(50).sample().number("when").0.iter().all(|when| when.is_nan()));
}

#[test]
fn an_even_delay_is_even() {
    let even = |k: f64| ((k - 1.0) / 6.0).clamp(0.0, 1.0);
    chi_square(&boundaries(&answered(r#"after: "1d to 7d","#), 8), &masses(8, even));
    let from_0 = |k: f64| (k / 4.0).min(1.0);
    chi_square(&boundaries(&answered(r#"after: "0d to 4d","#), 5), &masses(5, from_0));
}

#[test]
fn a_typical_delay_is_lognormal_rounded_up() {
    let (mu, sigma): (f64, f64) = (1.700_598_690_831, 0.365_981_745_913);
    assert!((libm::exp(mu) - 5.477).abs() < 5e-4, "the median of SEMANTICS 9");
    let phi = |x: f64| 0.5 * libm::erfc(-x / core::f64::consts::SQRT_2);
    let lognormal = |k: f64| if k > 0.0 { phi((libm::log(k) - mu) / sigma) } else { 0.0 };
    assert!((lognormal(10.0) - 0.95).abs() < 1e-9);
    chi_square(&boundaries(&answered(r#"after: "typically 3d to 10d","#), 25), &masses(25, lognormal));
}

#[test]
fn a_tabulated_delay_follows_its_points_and_its_last_value_is_the_chance() {
    let table = |k: f64| if k <= 7.0 { 0.4 * k / 7.0 } else { (0.4 + 0.2 * (k - 7.0) / 7.0).min(0.6) };
    chi_square(&boundaries(&answered(r#"after: [("7d", "40%"), ("14d", "60%")],"#), 15), &masses(15, table));
}

#[test]
fn a_chance_below_one_leaves_the_rest_out_for_ever() {
    let even = |k: f64| 0.35 * ((k - 2.0) / 3.0).clamp(0.0, 1.0);
    chi_square(&boundaries(&answered(r#"chance: "35%", after: "2d to 5d","#), 6), &masses(6, even));
    let likely = answered(r#"chance: "1 in 4","#).sample().number("when");
    Share { hits: likely.0.iter().filter(|when| **when == 0.0).count() as u64, runs: 20_000 }.is(0.25);
}

#[test]
fn a_delay_shorter_than_a_step_ends_at_the_next_boundary() {
    // Whole steps only: with steps of 6 hours, 18 hours are three.
    let scenario = Scenario::new(
        r#"clock: (horizon: "5d", step: "6h"),
        flags: { yes: false },
        rules: { answer: (on: [start], after: "18h", then: ["yes = true"]) },
        questions: { when: (ask: "first(yes)") }"#,
    );
    scenario.clone().runs(20).sample().number("when").all_are(0.75);
    let mistake = scenario.with("6h", "4h").compile().unwrap_err();
    assert!(mistake.contains("18h"), "a delay that is no whole number of steps: {mistake}");
}

#[test]
fn a_delay_after_a_pressure_counts_boundaries_strictly_after() {
    let scenario = Scenario::new(
        r#"clock: (horizon: "60d"),
        rules: { shot: (pressure: "1 per 20d", at_most: 1), echo: (on: [shot], after: "2d") }"#,
    );
    let mut echoes = 0;
    for story in scenario.runs(500).stories() {
        let day = |who: &str| story.iter().find(|t| t.who == who && t.is_firing()).map(Told::day);
        if let (Some(shot), Some(echo)) = (day("shot"), day("echo")) {
            assert_eq!(echo, libm::floor(shot) + 2.0);
            echoes += 1;
        }
    }
    assert!(echoes > 300);
}

#[test]
fn odds_factors_act_on_the_odds() {
    let talks = |factors: &str| {
        let scenario = Scenario::new(
            r#"clock: (horizon: "3d"),
            parameters: { us_line: (one_of: [back, neutral, disrupt], value: neutral, says: "line") },
            rules: { talks: (on: [start], chance: "30%", factors: FACTORS) },
            questions: { talks: (ask: "count(talks) >= 1") }"#,
        );
        scenario.with("FACTORS", factors).runs(20_000)
    };
    let both = r#"[(when: "us_line == back", odds_times: 3), (when: "us_line == disrupt", odds_times: 0.3)]"#;
    talks(both).sample().question("talks").is(0.3);
    talks(both).set("us_line=back").sample().question("talks").is(0.5625);
    let odds = 0.3 * 0.3 / 0.7;
    talks(both).set("us_line=disrupt").sample().question("talks").is(odds / (1.0 + odds));
    talks("[(odds_times: 3), (odds_times: 3)]").sample().question("talks").is(27.0 / 34.0);
    talks("[(odds_times: 0)]").sample().question("talks").is(0.0);
}

#[test]
fn a_response_lapses_unless_it_is_already_in_motion() {
    let scenario = Scenario::new(
        r#"clock: (horizon: "30d"),
        flags: { crisis: true },
        rules: {
            passes: (when: "crisis", pressure: "0.1 per 1d", then: ["crisis = false"]),
            lapses: (on: [start], when: "crisis", after: "5d"),
            goes_on: (on: [start], when: "crisis", after: "5d", if_lapsed: keep),
        },
        questions: { lapses: (ask: "count(lapses) >= 1"), goes_on: (ask: "count(goes_on) >= 1") }"#,
    );
    let runs = scenario.clone().runs(20_000).sample();
    runs.question("lapses").is(libm::exp(-0.5));
    runs.question("goes_on").is(1.0);
    for story in scenario.runs(200).stories() {
        let find = |who: &str, what: &str| story.iter().find(|t| t.who == who && t.what == what).map(|t| t.at);
        match find("lapses", "fires") {
            Some(at) => assert_eq!((at, None), (find("goes_on", "fires").unwrap(), find("lapses", "lapsed"))),
            None => assert_eq!(find("lapses", "lapsed"), find("passes", "fires"), "cancelled in the same instant"),
        }
    }
}

#[test]
fn a_guard_that_recovers_within_the_instant_does_not_lapse() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-10"),
        flags: { open: true },
        rules: {
            waits: (on: [start], when: "open", after: "5d"),
            shuts: (at: "2024-01-03", then: ["open = false"]),
            opens: (on: [shuts], then: ["open = true"]),
        }"#,
    )
    .story(0);
    assert!(story.iter().any(|t| t.who == "waits" && t.what == "fires" && t.day() == 5.0), "{story:?}");
    assert!(!story.iter().any(|t| t.what == "lapsed"), "{story:?}");
}

#[test]
fn a_trigger_while_pending_is_ignored_or_restarts() {
    let scenario = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-20"),
        rules: {
            leaflet: (at: ["2024-01-02", "2024-01-04", "2024-01-06"]),
            reply: (on: [leaflet], after: "3d"),
            patient_reply: (on: [leaflet], after: "3d", again: restart),
        }"#,
    );
    let story = scenario.story(7);
    let told = |who: &str| -> Vec<(f64, &str)> {
        story.iter().filter(|t| t.who == who).map(|t| (t.day(), t.what.as_str())).collect()
    };
    assert_eq!(told("reply"), [(1.0, "comes"), (3.0, "ignored"), (4.0, "fires"), (5.0, "comes"), (8.0, "fires")]);
    assert_eq!(told("patient_reply"), [(1.0, "comes"), (3.0, "restarted"), (5.0, "restarted"), (8.0, "fires")]);
}

#[test]
fn a_restart_draws_a_new_delay_and_does_not_ask_the_chance_again() {
    // Triggers on days 0 and 3, delay 1 to 5 days evenly from 0: P(1) = … = P(5) = 1/5. What is left at day 3 starts again.
    let runs = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-31"),
        flags: { replied: false },
        rules: {
            second_call: (at: "2024-01-04"),
            reply: (
                on: [start, second_call], when: "not replied", chance: "40%", after: "0d to 5d", again: restart,
                then: ["replied = true"],
            ),
        },
        questions: { when: (ask: "first(replied)") }"#,
    )
    .runs(20_000)
    .sample();
    // Items go by place in the file at one boundary: the call comes before a reply due on day 3, and withdraws it.
    let (first, second) = (0.4 * 0.4, 0.4 * 0.6 + 0.6 * 0.4);
    let mut exact = vec![0.0, 0.2 * 0.4, 0.2 * 0.4, 0.0];
    exact.extend([second / 5.0; 5]);
    exact.push(1.0 - first - second);
    let mut counts = vec![0; 10];
    runs.number("when").0.iter().for_each(|when| counts[if when.is_nan() { 9 } else { *when as usize }] += 1);
    chi_square(&counts, &exact);
}

#[test]
fn at_most_and_cooldown_bind_responses_at_trigger_and_at_firing() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-31"),
        rules: {
            call: (every: "2d", from: "2024-01-02"),
            twice: (on: [call], at_most: 2),
            rests: (on: [call], cooldown: "5d"),
            other_way: (every: "1d", from: "2024-01-05", at_most: 1),
        }"#,
    )
    .story(0);
    let days =
        |who: &str| -> Vec<f64> { story.iter().filter(|t| t.who == who && t.is_firing()).map(Told::day).collect() };
    assert_eq!(days("twice"), [1.0, 3.0]);
    assert_eq!(days("rests"), [1.0, 7.0, 13.0, 19.0, 25.0]);
    assert_eq!(days("other_way"), [4.0]);
    assert!(story.iter().any(|t| t.who == "twice" && t.what == "not open"));
}

#[test]
fn a_kept_response_that_is_used_up_is_still_preempted() {
    let story = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-31"),
        rules: {
            call: (at: "2024-01-02"),
            answer: (on: [call], after: "5d", if_lapsed: keep, at_most: 1),
        },
        variants: { early: (force: [(rule: answer, at: "2024-01-04")]) }"#,
    )
    .variant("early")
    .story(0);
    let told: Vec<(f64, &str)> =
        story.iter().filter(|t| t.who == "answer").map(|t| (t.day(), t.what.as_str())).collect();
    assert_eq!(told, [(1.0, "comes"), (3.0, "fires"), (6.0, "pre-empted")]);
}
