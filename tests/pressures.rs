//! Pressures against closed forms: counts, waiting times, competition, factors, cases, hazards that read the state.
//!
//! Every statistical check has a fixed seed and states its false-alarm rate in `support::FALSE_ALARM`. Single
//! probabilities with a published value stand in `tests/oracle/`.

use crate::support::{Scenario, Share, Values, chi_square};

fn poisson(mean: f64, count: u32) -> f64 {
    libm::exp(-mean + f64::from(count) * libm::log(mean) - libm::lgamma(f64::from(count) + 1.0))
}

/// Fourth central moment of a Poisson count.
fn fourth(mean: f64) -> f64 {
    mean + 3.0 * mean * mean
}

/// How many of `values` are 0, 1, …, `last`, and more.
fn tally(values: &Values, last: usize) -> Vec<u64> {
    let mut counts = vec![0; last + 2];
    values.0.iter().for_each(|v| counts[(*v as usize).min(last + 1)] += 1);
    counts
}

fn poisson_cells(mean: f64, last: u32) -> Vec<f64> {
    let mut cells: Vec<f64> = (0..=last).map(|k| poisson(mean, k)).collect();
    cells.push(1.0 - cells.iter().sum::<f64>());
    cells
}

#[test]
fn two_pressures_that_never_lapse_count_as_independent_poisson() {
    let runs = Scenario::new(
        r#"clock: (horizon: "365d"),
        rules: { a: (pressure: "1 per 10d"), b: (pressure: "1 per 20d") },
        questions: { a: (ask: "count(a)"), b: (ask: "count(b)") }"#,
    )
    .runs(10_000)
    .sample();
    let (a, b) = (runs.number("a"), runs.number("b"));
    a.mean_is(36.5);
    b.mean_is(18.25);
    a.variance_is(36.5, fourth(36.5));
    b.variance_is(18.25, fourth(18.25));
    chi_square(&tally(&a, 70), &poisson_cells(36.5, 70));
    chi_square(&tally(&b, 40), &poisson_cells(18.25, 40));
    // Independent: the mean of the product is that of no correlation.
    Values(a.0.iter().zip(&b.0).map(|(a, b)| (a - 36.5) * (b - 18.25)).collect()).mean_is(0.0);
}

#[test]
fn counts_in_disjoint_times_are_independent_whatever_the_step() {
    for step in ["1d", "6h", "4w"] {
        let runs = Scenario::new(
            r#"clock: (start: "2024-01-01", end: "2024-02-25", step: "STEP"),
            rules: { a: (pressure: "1 per 4d") },
            questions: { early: (ask: "count(a) by 2024-01-28"), all: (ask: "count(a)") }"#,
        )
        .with("STEP", step)
        .runs(5_000)
        .sample();
        let (early, all) = (runs.number("early"), runs.number("all"));
        let late = Values(all.0.iter().zip(&early.0).map(|(all, early)| all - early).collect());
        early.mean_is(7.0);
        late.mean_is(7.0);
        late.variance_is(7.0, fourth(7.0));
        Values(early.0.iter().zip(&late.0).map(|(e, l)| (e - 7.0) * (l - 7.0)).collect()).mean_is(0.0);
    }
}

#[test]
fn waiting_times_are_exponential() {
    let runs = Scenario::new(
        r#"clock: (horizon: "400d"),
        flags: { come: false },
        rules: { danger: (pressure: "0.675 within 14d", then: ["come = true"], at_most: 1) },
        questions: { when: (ask: "first(come)") }"#,
    )
    .runs(20_000)
    .sample();
    let rate: f64 = -libm::log(1.0 - 0.675) / 14.0;
    assert!((rate - 0.080_281).abs() < 5e-7);
    let when = runs.number("when");
    // Twenty intervals of equal probability.
    let mut counts = [0; 20];
    for t in when.0.iter().filter(|t| !t.is_nan()) {
        counts[((1.0 - libm::exp(-rate * t)) * 20.0) as usize] += 1;
    }
    chi_square(&counts, &[0.05; 20]);
    when.mean_is(1.0 / rate);
    when.variance_is(1.0 / (rate * rate), 9.0 / (rate * rate * rate * rate));
}

#[test]
fn competing_pressures_are_won_in_proportion_and_end_at_the_common_rate() {
    let runs = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2025-12-31"),
        flags: { happened: false },
        rules: {
            quick: (when: "not happened", pressure: "50% within 10d", then: ["happened = true"]),
            slow: (when: "not happened", pressure: "50% within 20d", then: ["happened = true"]),
        },
        questions: {
            first_wins: (ask: "quick before slow"),
            either: (ask: "ever(happened) by 2024-01-10"),
            when: (ask: "first(happened)"),
            both: (ask: "count(quick) >= 1 and count(slow) >= 1"),
        }"#,
    )
    .runs(20_000)
    .sample();
    runs.question("first_wins").is(2.0 / 3.0);
    runs.question("either").is(0.646_446_609);
    runs.question("both").is(0.0);
    let rate = core::f64::consts::LN_2 * (1.0 / 10.0 + 1.0 / 20.0);
    runs.number("when").mean_is(1.0 / rate);
    runs.number("when").variance_is(1.0 / (rate * rate), 9.0 / (rate * rate * rate * rate));
}

#[test]
fn factors_multiply_a_rate_while_they_hold() {
    // Days 10 to 19 count threefold, and the flag twice from day 15 on: 10·1 + 5·3 + 5·6 + 10·2 at 0.2 a day.
    let runs = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-30"),
        flags: { tense: false },
        rules: {
            turn: (at: "2024-01-16", then: ["tense = true"]),
            clash: (
                pressure: "0.2 per 1d",
                factors: [(when: "during(2024-01-11..2024-01-20)", rate_times: 3), (when: "tense", rate_times: 2)],
            ),
        },
        questions: { clashes: (ask: "count(clash)"), by_day_10: (ask: "count(clash) by 2024-01-10") }"#,
    )
    .runs(10_000)
    .sample();
    runs.number("clashes").mean_is(15.0);
    runs.number("clashes").variance_is(15.0, fourth(15.0));
    runs.number("by_day_10").mean_is(2.0);
}

#[test]
fn the_first_case_that_holds_gives_the_rate() {
    let runs = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-30"),
        parameters: { calm: (value: 3, per: "30d", says: "a month"), storm: (value: "50%", within: "5d") },
        indicators: { level: (range: (0, 9), start: 0) },
        rules: {
            rise: (every: "10d", then: ["level += 4"]),
            shot: (
                pressure: [
                    (when: "level >= 8", is: "0.1 * level per 1d"),
                    (when: "level >= 4", is: storm),
                    (is: calm),
                ],
            ),
        },
        questions: {
            calm: (ask: "count(shot) by 2024-01-10"),
            storm: (ask: "count(shot) by 2024-01-20"),
            all: (ask: "count(shot)"),
        }"#,
    )
    .runs(10_000)
    .sample();
    let storm = 2.0 * core::f64::consts::LN_2;
    runs.number("calm").mean_is(1.0);
    runs.number("storm").mean_is(1.0 + storm);
    runs.number("all").mean_is(1.0 + storm + 8.0);
}

#[test]
fn a_guard_that_does_not_hold_silences_a_pressure_and_a_horizon_ends_it() {
    let runs = Scenario::new(
        r#"clock: (start: "2024-01-01", end: "2024-01-30"),
        flags: { open: false },
        rules: {
            opens: (at: "2024-01-11", then: ["open = true"]),
            closes: (at: "2024-01-21", then: ["open = false"]),
            shot: (when: "open", pressure: "1 per 1d"),
            never: (when: "false", pressure: "5 per 1d"),
            zero: (pressure: "0 per 1d"),
        },
        questions: { before: (ask: "count(shot) by 2024-01-10"), all: (ask: "count(shot)"),
            never: (ask: "count(never)"), zero: (ask: "count(zero)") }"#,
    )
    .runs(5_000)
    .sample();
    runs.number("before").all_are(0.0);
    runs.number("never").all_are(0.0);
    runs.number("zero").all_are(0.0);
    runs.number("all").mean_is(10.0);
    runs.number("all").variance_is(10.0, fourth(10.0));
}

/// Probabilities of the final size 1 + k of an epidemic in `n` with one first case, from its jump chain.
fn final_sizes(n: usize, infection: f64, recovery: f64) -> Vec<f64> {
    // reached[s][i]: probability that the chain visits s susceptible and i infected.
    let mut reached = vec![vec![0.0; n + 1]; n];
    reached[n - 1][1] = 1.0;
    for s in (0..n).rev() {
        for i in (1..=n - s).rev() {
            let up = infection * s as f64 / n as f64;
            let here = reached[s][i];
            if s > 0 {
                reached[s - 1][i + 1] += here * up / (up + recovery);
            }
            reached[s][i - 1] += here * recovery / (up + recovery);
        }
    }
    (0..n).map(|k| reached[n - 1 - k][0]).collect()
}

#[test]
fn an_epidemic_has_its_final_size() {
    let exact = final_sizes(20, 1.8, 1.0);
    let runs = Scenario::new(
        r#"clock: (horizon: "60d"),
        parameters: { n: (value: 20, says: "people") },
        indicators: { susceptible: (range: (0, 19), start: 19), infected: (range: (0, 20), start: 1) },
        rules: {
            infection: (
                pressure: "1.8 * infected * susceptible / n per 1d",
                then: ["infected += 1", "susceptible -= 1"],
            ),
            recovery: (pressure: "1 * infected per 1d", then: ["infected -= 1"]),
        },
        questions: { size: (ask: "count(infection)"), left: (ask: "infected at end") }"#,
    )
    .runs(5_000)
    .sample();
    runs.number("left").all_are(0.0);
    chi_square(&tally(&runs.number("size"), 19)[..20], &exact);
}

#[test]
fn a_birth_and_death_chain_has_its_transient_distribution() {
    // D. G. Kendall, Annals of Mathematical Statistics 19, 1-15 (1948), doi:10.1214/aoms/1177730285, formula (10).
    let (birth, death, t): (f64, f64, f64) = (0.3, 0.2, 8.0);
    let growth = libm::exp((birth - death) * t);
    let gone = death * (growth - 1.0) / (birth * growth - death);
    let ratio = birth / death * gone;
    let mut exact = vec![gone];
    (1..40).for_each(|k| exact.push((1.0 - gone) * (1.0 - ratio) * libm::pow(ratio, f64::from(k - 1))));
    exact.push(1.0 - exact.iter().sum::<f64>());
    let runs = Scenario::new(
        r#"clock: (horizon: "8d"),
        indicators: { alive: (range: (0, 120), start: 1) },
        rules: {
            birth: (pressure: "0.3 * alive per 1d", then: ["alive += 1"]),
            death: (pressure: "0.2 * alive per 1d", then: ["alive -= 1"]),
        },
        questions: { alive: (ask: "alive at end") }"#,
    )
    .runs(10_000)
    .sample();
    chi_square(&tally(&runs.number("alive"), 39), &exact);
    runs.number("alive").mean_is(growth);
}

#[test]
fn a_gambler_is_ruined_in_proportion() {
    let ruin = |p: f64, i: f64, n: f64| {
        let r = (1.0 - p) / p;
        if p == 0.5 { i / n } else { (1.0 - libm::pow(r, i)) / (1.0 - libm::pow(r, n)) }
    };
    for (p, i) in [(0.5, 3), (0.45, 4), (0.6, 1), (0.3, 5)] {
        let runs = Scenario::new(
            r#"clock: (horizon: "60d"),
            parameters: { p: (value: 0.5, says: "share of the steps that go up") },
            actors: { walker: (postures: { rung: (ladder: [r0, r1, r2, r3, r4, r5, r6], start: rSTART) }) },
            rules: {
                climb: (when: "walker.rung in (r1, r2, r3, r4, r5)", pressure: "p per 6h", then: ["walker.rung up"]),
                slip: (when: "walker.rung in (r1, r2, r3, r4, r5)", pressure: "1 - p per 6h", then: ["walker.rung down"]),
            },
            questions: { top: (ask: "ever(walker.rung == r6)"), bottom: (ask: "walker.rung == r0 at end") }"#,
        )
        .with("START", &i.to_string())
        .set(&format!("p={p}"))
        .runs(4_000)
        .sample();
        let Share { hits, .. } = runs.question("bottom");
        assert_eq!(hits + runs.question("top").hits, 4_000, "all walks have ended");
        runs.question("top").is(ruin(p, f64::from(i), 6.0));
    }
}

#[test]
fn very_high_and_very_low_rates_keep_their_counts() {
    let runs = Scenario::new(
        r#"clock: (horizon: "2d", step: "1h"),
        rules: { swarm: (pressure: "50000 per 365d"), rare: (pressure: "1 per 20d"), rarest: (pressure: "1 per 20000d") },
        questions: { swarm: (ask: "count(swarm)"), rare: (ask: "count(rare) >= 1"), rarest: (ask: "count(rarest) >= 1") }"#,
    )
    .runs(10_000)
    .sample();
    let mean = 100_000.0 / 365.0;
    runs.number("swarm").mean_is(mean);
    runs.number("swarm").variance_is(mean, fourth(mean));
    runs.question("rare").is(1.0 - libm::exp(-0.1));
    runs.question("rarest").is(1.0 - libm::exp(-0.0001));
}

#[test]
fn a_cooldown_counts_from_the_step_of_the_firing() {
    // In each step from which it is available it fires with 1 - e^-0.7, once, and is back three boundaries later.
    let r = 1.0 - libm::exp(-0.7);
    let (mut counts, steps) = (vec![0.0; 24], 20);
    for k in (0..steps).rev() {
        counts[k] = r * (1.0 + counts[k + 3]) + (1.0 - r) * counts[k + 1];
    }
    let scenario = Scenario::new(
        r#"clock: (horizon: "20d"),
        rules: { shot: (pressure: "0.7 per 1d", cooldown: "3d") },
        questions: { shots: (ask: "count(shot)") }"#,
    );
    scenario.clone().runs(10_000).sample().number("shots").mean_is(counts[0]);
    for story in scenario.runs(300).stories() {
        let steps: Vec<u64> = story.iter().map(|told| told.day() as u64).collect();
        assert!(steps.windows(2).all(|pair| pair[1] >= pair[0] + 3), "{steps:?}");
    }
}

#[test]
fn at_most_bounds_the_firings_and_changes_nothing_before() {
    let runs = Scenario::new(
        r#"clock: (horizon: "10d"),
        rules: { shot: (pressure: "0.3 per 1d", at_most: 2) },
        questions: { shots: (ask: "count(shot)") }"#,
    )
    .runs(10_000)
    .sample();
    let (none, one) = (poisson(3.0, 0), poisson(3.0, 1));
    chi_square(&tally(&runs.number("shots"), 2), &[none, one, 1.0 - none - one, 0.0]);
}
