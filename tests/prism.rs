//! Scenarios as Markov chains for model checkers: what is written, what it gives, and what is refused.
//!
//! What it gives is computed from the chain by the plainest means, and where Python has stormpy by Storm from the text;
//! where not, the test says that it was skipped. Does not know how the solver solves.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use simulate::exact::chain::{Chain, NoChain, Reading, Time, chain, graph};
use simulate::exact::solution::{Answer, Bounds, Conduct, Limits, Room, Wanted};
use simulate::exact::solve;
use simulate::model::Model;
use simulate::report::export::dot::states;
use simulate::report::export::prism::{prism, told};

use crate::random::{Kind, scenario_of};
use crate::support::{Python, Scenario, scenarios_in};

/// What two ways may differ by: absolute below 1, relative above.
const TOLERANCE: f64 = 1e-9;
/// The most states of a chain that is compared.
const STATES: usize = 3_000;
/// Random scenarios of each kind.
const RANDOM: usize = 40;

/// A crisis of three rungs: pressures, what follows at once, a choice, a count, a loop of zero delay.
fn continuous() -> Scenario {
    Scenario::new(
        r#"title: "A crisis", clock: (horizon: "30d"),
        actors: { north: (postures: { army: (ladder: [calm, tense, war], start: calm) }) },
        indicators: { heat: (range: (-1, 2), start: 0, says: "How heated it is.") },
        rules: {
            incident: (pressure: "1 per 10d", when: "north.army < war", choose: {
                grave: (weight: 0.25, then: ["north.army up"]), minor: (weight: 0.75, then: ["heat += 1"]) }),
            talks: (pressure: "60% within 14d", when: "north.army == tense", then: ["north.army down", "heat -= 1"]),
            answer: (on: ["north.army rises"], chance: "40%", then: ["heat += 1"]),
        },
        outcomes: [(name: war, when: "ever(north.army == war)"), (name: peace)],
        questions: {
            hot: (ask: "heat >= 1 at end"),
            early: (ask: "ever(north.army == war) by 10d"),
            incidents: (ask: "count(incident)"),
            heat_then: (ask: "heat on 5d"),
            hours: (ask: "total(north.army == tense)"),
            first_war: (ask: "first(north.army == war)"),
            quick: (ask: "incident then talks within 3d"),
        },"#,
    )
}

/// The same without pressures.
fn discrete() -> Scenario {
    Scenario::new(
        r#"title: "Rounds", clock: (start: "2024-02-01", horizon: "4d"),
        flags: { open: true }, indicators: { heat: (range: (0, 3), start: 0) },
        rules: {
            round: (every: "1d", when: open, choose: { worse: (weight: 0.5, then: ["heat += 1"]), same: (weight: 0.5) }),
            alarm: (on: ["round/worse"], chance: "30%", after: "1d", then: ["open = false"]),
            reset: (at: "2024-02-04", then: ["open = true"]),
        },
        outcomes: [(name: high, when: "heat >= 2 at end"), (name: low)],
        questions: {
            alarms: (ask: "count(alarm)"),
            heat_then: (ask: "heat on 2024-02-02"),
            shut: (ask: "total(not open)"),
            top: (ask: "highest(heat)"),
            before: (ask: "alarm before reset"),
        },"#,
    )
}

fn texts(scenario: &Scenario) -> String {
    let model = scenario.model();
    let chain = chain(&model, 1_000).unwrap_or_else(|why| panic!("{}", told(&model, &why)));
    let prism = prism(&model, &chain);
    format!("{}\n---- properties\n{}", prism.model, prism.properties)
}

#[test]
fn a_crisis_in_continuous_time() {
    insta::assert_snapshot!(texts(&continuous()));
}

#[test]
fn rounds_in_steps() {
    insta::assert_snapshot!(texts(&discrete()));
}

#[test]
fn the_states_of_a_mixture_can_be_drawn() {
    let mixture = Scenario::new(
        r#"clock: (horizon: "3d"), flags: { open: true },
        rules: { shuts: (pressure: "1 per 10d", when: open, then: ["open = false"]),
                 opens: (on: [shuts], after: "1d", then: ["open = true"]) },
        questions: { end: (ask: "open at end") },"#,
    );
    let model = mixture.model();
    insta::assert_snapshot!(states(&model, &graph(&model, 100).unwrap()));
    assert!(matches!(graph(&model, 2), Err(NoChain::TooLarge(_))));
}

fn refusal(scenario: &Scenario, limit: usize) -> String {
    let model = scenario.model();
    told(&model, &chain(&model, limit).unwrap_err())
}

#[test]
fn a_mixture_is_refused_and_what_stands_in_the_way_is_named() {
    let mixture = continuous().with(
        "talks: (",
        r#"late: (on: [incident], after: "2d", cooldown: "5d", then: ["heat -= 1"]),
           patrol: (every: "7d", then: ["heat += 1"]),
           fades: (pressure: "1 per 9d", when: "since(incident) > 4d", then: ["heat -= 1"]),
           talks: ("#,
    );
    insta::assert_snapshot!("a_mixture_has_no_form", refusal(&mixture, 1_000));
    insta::assert_snapshot!("too_many_states", refusal(&continuous(), 10));
    let by_chance =
        continuous().with("talks: (", "opening: (on: [start], chance: 0.5, then: [\"heat += 1\"]), talks: (");
    insta::assert_snapshot!("a_start_left_to_chance", refusal(&by_chance, 1_000));
    let nothing = Scenario::new(
        r#"clock: (horizon: "3d"), flags: { a: true }, rules: { r: (every: "1d", then: ["a = false"]) },"#,
    );
    insta::assert_snapshot!("nothing_is_asked", refusal(&nothing, 1_000));
}

/// What the solver says, by name of outcome or question.
fn solved(model: &Model) -> BTreeMap<(bool, String), Bounds> {
    let limits = Limits { states: 200_000, room: Room::of(200_000), work: None, precision: 1e-10 };
    let stop = false.into();
    let wanted = Wanted { history: false, looks: Vec::new() };
    let solution = solve(model, &wanted, &limits, &Conduct { stop: &stop, progress: &|_| {} });
    let chances = solution.outcomes.expect("it has few states").value;
    let outcomes = model.outcomes.iter().zip(chances).map(|(o, chance)| ((true, o.name.clone()), chance.yes));
    let answer = |answer: Answer| match answer {
        Answer::YesNo(chance) => Some(chance.yes),
        Answer::Number(distribution) => distribution.mean,
    };
    let questions = model.questions.iter().zip(solution.questions);
    let questions = questions.filter_map(|(q, found)| Some(((false, q.name.clone()), answer(found.ok()?.value)?)));
    outcomes.chain(questions).collect()
}

/// What differs from the solver, `values` being those of the chain's properties and then of its rewards.
fn differences(name: &str, chain: &Chain, values: &[f64], solved: &BTreeMap<(bool, String), Bounds>) -> Vec<String> {
    let asked = chain.properties.iter().map(|p| ((p.is_outcome, p.name.clone()), 0.0));
    let asked: Vec<_> = asked.chain(chain.rewards.iter().map(|r| ((false, r.name.clone()), r.offset))).collect();
    assert_eq!(asked.len(), values.len(), "{name}");
    let differs = |((key, offset), value): (((bool, String), f64), &f64)| {
        let (ours, theirs) = (solved[&key].value(), value + offset);
        let same = (ours - theirs).abs() <= TOLERANCE * ours.abs().max(1.0);
        (!same).then(|| format!("{name}: {}: {theirs}, solved {ours}", key.1))
    };
    asked.into_iter().zip(values).filter_map(differs).collect()
}

/// The distribution a moment later, and what a step of `chain` adds to it: uniformised at `rate`, or one step.
fn step(chain: &Chain, rate: f64, mass: &[f64]) -> Vec<f64> {
    let mut next = vec![0.0; mass.len()];
    for (state, moves) in chain.moves.iter().enumerate() {
        let out: Vec<(usize, f64)> = moves.iter().flat_map(|one| one.to.iter().copied()).collect();
        let leaves: f64 = out.iter().map(|(_, weight)| weight / rate).sum();
        out.iter().for_each(|(to, weight)| next[*to] += mass[state] * weight / rate);
        next[state] += mass[state] * (1.0 - leaves);
    }
    next
}

/// The distribution at `time`, and the time spent in each state until then.
fn distribution(chain: &Chain, time: f64) -> (Vec<f64>, Vec<f64>) {
    let mut mass = vec![0.0; chain.states.len()];
    mass[0] = 1.0;
    let mut spent = vec![0.0; mass.len()];
    let add = |sum: &mut [f64], mass: &[f64], by: f64| sum.iter_mut().zip(mass).for_each(|(s, m)| *s += m * by);
    if chain.time == Time::Discrete {
        for _ in 0..time as u32 {
            add(&mut spent, &mass, 1.0);
            mass = step(chain, 1.0, &mass);
        }
        return (mass, spent);
    }
    let out = |moves: &Vec<simulate::exact::chain::Move>| moves.iter().flat_map(|m| &m.to).map(|(_, r)| r).sum::<f64>();
    let rate = 1.1 * chain.moves.iter().map(out).fold(1e-9, f64::max);
    // A Poisson number of jumps of mean at most 20 in each part, summed until nothing is left.
    let parts = (rate * time / 20.0).ceil().max(1.0);
    let jumps = rate * time / parts;
    for _ in 0..parts as u32 {
        let mut after = vec![0.0; mass.len()];
        let (mut weight, mut tail) = (libm::exp(-jumps), 1.0 - libm::exp(-jumps));
        for jump in 1..200 {
            add(&mut after, &mass, weight);
            add(&mut spent, &mass, tail / rate);
            mass = step(chain, rate, &mass);
            weight *= jumps / f64::from(jump);
            tail = (tail - weight).max(0.0);
        }
        mass = after;
    }
    (mass, spent)
}

/// The chain's own answers.
fn plainly(chain: &Chain) -> Vec<f64> {
    let property = |p: &simulate::exact::chain::Property| {
        let (mass, _) = distribution(chain, p.at);
        mass.iter().zip(&p.holds).filter(|(_, holds)| **holds).map(|(mass, _)| mass).sum()
    };
    let reward = |r: &simulate::exact::chain::Reward| -> f64 {
        let (mass, spent) = distribution(chain, r.at);
        let weights = if r.reading == Reading::Total { spent } else { mass };
        weights.iter().zip(&r.values).map(|(weight, value)| weight * value).sum()
    };
    chain.properties.iter().map(property).chain(chain.rewards.iter().map(reward)).collect()
}

struct Case {
    name: String,
    model: Model,
    chain: Chain,
}

/// The oracle's scenarios that are chains, and random ones of both kinds.
fn cases() -> Vec<Case> {
    let case = |name: String, scenario: &Scenario| {
        let model = scenario.model();
        let chain = chain(&model, STATES).ok()?;
        Some(Case { name, model, chain })
    };
    let oracle = scenarios_in("tests/oracle").into_iter().filter_map(|path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        case(name.clone(), &Scenario::file(&name, &text))
    });
    let mut cases: Vec<Case> = oracle.collect();
    assert!(cases.len() >= 20, "{} oracle scenarios are chains", cases.len());
    for (kind, letter) in [(Kind::PressuresOnly, "p"), (Kind::NoPressures, "n")] {
        let random = (0..10 * RANDOM as u64)
            .filter_map(|seed| case(format!("{letter}{seed}"), &scenario_of(seed, kind).scenario()))
            .take(RANDOM);
        let before = cases.len();
        cases.extend(random);
        assert_eq!(cases.len() - before, RANDOM, "{kind:?}");
    }
    cases.extend([("crisis", continuous()), ("rounds", discrete())].map(|(n, s)| case(n.to_owned(), &s).unwrap()));
    cases
}

#[test]
fn a_chain_gives_what_the_solver_gives() {
    let mut wrong = Vec::new();
    for Case { name, model, chain } in cases() {
        wrong.extend(differences(&name, &chain, &plainly(&chain), &solved(&model)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn storm_gives_what_the_solver_gives() {
    let Some(python) = Python::with(&["stormpy"], false) else { return };
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, extension: &str| directory.path().join(format!("{name}.{extension}"));
    let cases = cases();
    for Case { name, model, chain } in &cases {
        let written = prism(model, chain);
        fs::write(file(name, "prism"), written.model).unwrap();
        fs::write(file(name, "props"), written.properties).unwrap();
    }
    python.run("storm.py", &[directory.path()]);
    let mut wrong = Vec::new();
    for Case { name, model, chain } in &cases {
        let text = fs::read_to_string(file(name, "answers")).unwrap();
        let values: Vec<f64> = serde_json::from_str(&text).unwrap();
        wrong.extend(differences(name, chain, &values, &solved(model)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
