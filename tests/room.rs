//! What the solver may take: what does not fit is refused by counting, in words of its own, and whoever stops it waits
//! for next to nothing.
//!
//! Budgets are small here; what they are by default is tried by hand.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use simulate::exact::chain::{NoChain, graph};
use simulate::exact::solution::{Cause, Conduct, Limits, Progress, Reason, Refusal, Room, Solution, Wanted};
use simulate::exact::solve;
use simulate::model::Model;
use simulate::report::gather::gather_solution;
use simulate::report::text::{Detail, text};
use simulate::report::{Method, Origin};

use crate::support::Scenario;

const LIMITS: Limits = Limits { states: 2_000_000, room: Room::of(2_000_000), work: None, precision: 1e-9 };

/// So many bytes for the ways of one instant.
fn instant(bytes: u64) -> Limits {
    Limits { room: Room { instant: bytes, ..LIMITS.room }, ..LIMITS }
}

/// So many bytes for a slice.
fn slice(bytes: u64) -> Limits {
    Limits { room: Room { slice: bytes, ..LIMITS.room }, ..LIMITS }
}

fn solved(model: &Model, limits: &Limits) -> Solution {
    let wanted = Wanted { history: false, looks: Vec::new() };
    solve(model, &wanted, limits, &Conduct { stop: &false.into(), progress: &|_| {} })
}

/// Why the outcomes were not solved.
fn refused(model: &Model, limits: &Limits) -> Refusal {
    solved(model, limits).outcomes.expect_err("there is no room for it")
}

/// So many responses to `spark`, each left to chance; `due` says when they come.
fn sparks(many: usize, clock: &str, due: &str) -> Model {
    let answer = |n| format!(r#"answer_{n}: (on: [spark], chance: 0.5, {due} then: ["heat += 1"]),"#);
    let answers: String = (0..many).map(answer).collect();
    Scenario::new(&format!(
        r#"clock: (horizon: "4d"), indicators: {{ heat: (range: (0, {many}), start: 0) }},
        rules: {{ spark: ({clock}), {answers} }},
        outcomes: [(name: hot, when: "heat >= {} at end"), (name: cool)],
        questions: {{
            fires: (ask: "count(spark) >= 1"), hotter: (ask: "(heat == {many} at end) and (count(spark) >= 1)"),
        }},"#,
        many / 2
    ))
    .model()
}

/// A walk of so many independent indicators.
fn walks(many: usize) -> Model {
    let each = |text: &dyn Fn(usize) -> String| (0..many).map(text).collect::<String>();
    let ranges = each(&|n| format!("x{n}: (range: (0, 9), start: 0),"));
    let steps = each(&|n| format!(r#"step_{n}: (pressure: "1 per 3d", then: ["x{n} += 1"]),"#));
    let sum = (0..many).map(|n| format!("x{n}")).collect::<Vec<_>>().join(" + ");
    Scenario::new(&format!(
        r#"clock: (horizon: "5d"), indicators: {{ {ranges} }}, rules: {{ {steps} }},
        outcomes: [(name: far, when: "{sum} >= 20 at end"), (name: near)],"#
    ))
    .model()
}

const EVERY: &str = r#"every: "2d""#;
const PRESSED: &str = r#"pressure: "1 per 2d""#;

#[test]
fn ways_of_one_instant_are_refused_when_they_do_not_fit() {
    for (clock, due) in [(EVERY, r#"after: "3d","#), (EVERY, ""), (PRESSED, r#"after: "3d","#), (PRESSED, "")] {
        let model = sparks(12, clock, due);
        let spark = model.rules.iter().position(|rule| rule.id == "spark").unwrap() as u32;
        let Refusal { reason, contributors, .. } = refused(&model, &instant(1 << 20));
        let Reason::Ways { ways, cause: Cause::Rule(rule), asked: 12, .. } = reason else {
            panic!("{clock} {due}: {reason:?}")
        };
        assert_eq!(rule.0, spark, "{clock} {due}");
        // A state takes some hundreds of bytes, twelve answers have 4,096 ways.
        assert!((1_000..4_096).contains(&ways), "{clock} {due}: {ways}");
        assert!(contributors.is_empty(), "states are not what is too much");
    }
    for due in [r#"after: "3d","#, ""] {
        let few = sparks(10, EVERY, due);
        assert_eq!(solved(&few, &instant(4 << 20)), solved(&few, &LIMITS), "what fits is as it was: {due}");
    }
}

#[test]
fn ways_add_up_over_the_rules_of_a_boundary() {
    let toss = |n| {
        format!(r#"toss_{n}: (every: "1d", choose: {{ a: (weight: 0.5, then: ["x{n} = 1"]), b: (weight: 0.5) }}),"#)
    };
    let range = |n| format!("x{n}: (range: (0, 1), start: 0),");
    let ranges: String = (0..12).map(range).collect();
    let tosses: String = (0..12).map(toss).collect();
    let all = (0..12).map(|n| format!("x{n}")).collect::<Vec<_>>().join(" + ");
    let model = Scenario::new(&format!(
        r#"clock: (horizon: "2d"), indicators: {{ {ranges} }}, rules: {{ {tosses} }},
        outcomes: [(name: many, when: "{all} >= 6 at end"), (name: few)],"#
    ))
    .model();
    let reason = refused(&model, &instant(1 << 20)).reason;
    let Reason::Ways { ways: 1_000..4_096, cause: Cause::Rule(rule), asked: 1, .. } = reason else {
        panic!("{reason:?}")
    };
    assert!(model.rule(rule).id.starts_with("toss_"));
    assert!(solved(&model, &LIMITS).outcomes.is_ok());
}

#[test]
fn what_holds_it_is_not_tried_and_the_rest_is_solved() {
    let solution = solved(&sparks(12, EVERY, r#"after: "3d","#), &instant(1 << 20));
    assert!(solution.questions[0].is_ok(), "`spark` by itself is small");
    let mut reasons =
        [&solution.outcomes.as_ref().unwrap_err().reason, &solution.questions[1].as_ref().unwrap_err().reason];
    reasons.sort_by_key(|reason| matches!(reason, Reason::HoldsWays));
    assert!(matches!(reasons, [Reason::Ways { .. }, Reason::HoldsWays]), "{reasons:?}");
}

#[test]
fn states_are_refused_when_they_do_not_fit() {
    let model = walks(4);
    let Reason::Memory { states, room: 400_000, .. } = refused(&model, &slice(400_000)).reason else {
        panic!("{:?}", refused(&model, &slice(400_000)).reason)
    };
    assert!((500..9_999).contains(&states), "{states}");
    let all = solved(&model, &LIMITS);
    // Beside 10^4 there is one for each outcome that is certain.
    assert_eq!(all.slices[0].states, 10_002);
    assert_eq!(solved(&model, &slice(20_000_000)), all, "what fits is as it was");
}

#[test]
fn occasions_are_refused_when_what_is_kept_of_them_does_not_fit() {
    let model = Scenario::new(
        r#"clock: (horizon: "30d"), flags: { open: false, done: false },
        rules: {
            opens: (pressure: "9000 per 1d", then: ["open = true"]), shuts: (pressure: "9000 per 1d", then: ["open = false"]),
            comes: (when: "open", pressure: "1 per 90d", then: ["done = true"]),
        },
        outcomes: [(name: done, when: "ever(done)"), (name: not)],"#,
    )
    .model();
    let reason = refused(&model, &slice(100_000)).reason;
    assert!(matches!(reason, Reason::Jumps { room: 100_000, .. }), "{reason:?}");
}

#[test]
fn a_graph_has_no_more_room() {
    let model = sparks(22, PRESSED, "");
    let refused = graph(&model, 500).expect_err("it is far too large");
    assert!(matches!(refused, NoChain::TooLarge(Reason::Ways { asked: 22, .. })), "{refused:?}");
}

#[test]
fn what_is_refused_does_not_depend_on_threads() {
    let by = |threads: usize, model: &Model, limits: &Limits| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| solved(model, limits))
    };
    for (model, limits) in [(sparks(12, EVERY, ""), instant(1 << 20)), (walks(4), slice(400_000))] {
        assert_eq!(by(1, &model, &limits), by(4, &model, &limits));
    }
}

#[test]
fn refusals_say_what_was_too_much_and_what_helps() {
    let told = |model: &Model, limits: &Limits| {
        let origin = Origin {
            file: "scenario.ron".into(),
            digest: "0123456789abcdef".into(),
            simulate: "0.0.0".into(),
            semantics: 1,
            interrupted: false,
            command: "simulate solve scenario.ron".into(),
            method: Method::Solved { precision: limits.precision, max_states: limits.states },
        };
        let report = gather_solution(model, &solved(model, limits), origin);
        let codes: Vec<&str> = report.refusals.iter().map(|refusal| refusal.code.as_str()).collect();
        let told = anstream::adapter::strip_str(&text(&report, Detail::Brief)).to_string();
        let told = told.split("Not solved\n").nth(1).expect("something was refused");
        format!("{codes:?}\n{}", told.split("\nThese numbers").next().unwrap())
    };
    let start = Scenario::new(&sparks_at_start(12)).model();
    let all = [
        told(&sparks(12, EVERY, r#"after: "3d","#), &instant(1 << 20)),
        told(&start, &instant(1 << 20)),
        told(&walks(5), &slice(1 << 20)),
    ];
    insta::assert_snapshot!("refused_for_want_of_room", all.join("\n"));
}

/// The same responses to the start.
fn sparks_at_start(many: usize) -> String {
    let answer = |n| format!(r#"answer_{n}: (on: [start], chance: 0.5, after: "1d", then: ["heat += 1"]),"#);
    let answers: String = (0..many).map(answer).collect();
    format!(
        r#"clock: (start: "2024-02-01", horizon: "4d"), indicators: {{ heat: (range: (0, {many}), start: 0) }},
        rules: {{ {answers} }}, outcomes: [(name: hot, when: "heat >= 6 at end"), (name: cool)],"#
    )
}

/// Why the outcomes were not solved when somebody else stops it as soon as it has begun. No clock is looked at: what
/// does not hear of it within an instant, or between rows, goes on until the limits refuse it for another reason.
fn stopped_at_work(model: &Model) -> Refusal {
    let stop = AtomicBool::new(false);
    let wanted = Wanted { history: false, looks: Vec::new() };
    let limits = Limits { states: 200_000, ..LIMITS };
    let (tell, hear) = mpsc::channel();
    let progress = move |_: Progress| _ = tell.send(());
    std::thread::scope(|scope| {
        let stop = &stop;
        scope.spawn(move || stop.store(hear.recv().is_ok(), Ordering::Relaxed));
        let solution = solve(model, &wanted, &limits, &Conduct { stop, progress: &progress });
        drop(progress);
        solution.outcomes.expect_err("there is no room for it")
    })
}

#[test]
fn a_stop_is_heard_within_an_instant_and_between_rows() {
    let instants = [EVERY, PRESSED].map(|clock| sparks(100, clock, r#"after: "3d","#));
    for mut model in instants.into_iter().chain([sparks(100, PRESSED, ""), walks(9)]) {
        // They would come first, and be stopped instead.
        model.questions.clear();
        let refusal = stopped_at_work(&model);
        assert_eq!(refusal.reason, Reason::Interrupted);
        assert!(refusal.contributors.is_empty(), "they are counted over all states, which takes time");
    }
}
