//! What the compiler makes of rules, parameters, templates and overrides: read off the model.
//!
//! Does not draw runs.

use simulate::model::event::NOTHING;
use simulate::model::state::State;
use simulate::model::{Branches, Clock, Effect, Model, Rule};

use crate::support::Scenario;

const RED: &str = "actors: { red: (postures: { army: (ladder: [calm, alert, war], start: calm) }) }, \
                   indicators: { tension: (range: (0, 100), start: 40) },";

fn scenario(rest: &str) -> Scenario {
    Scenario::new(&format!("clock: (start: \"2024-02-07\", horizon: \"90d\"), {RED} {rest}"))
}

fn rules(rules: &str) -> Scenario {
    scenario(&format!("rules: {{ {rules} }}"))
}

fn rule<'a>(model: &'a Model, id: &str) -> &'a Rule {
    model.rules.iter().find(|rule| rule.id == id).unwrap_or_else(|| panic!("there is no rule {id}"))
}

fn hazard(model: &Model, id: &str) -> f64 {
    let Clock::Pressure { hazard, highest } = &rule(model, id).clock else { panic!("{id} is no pressure") };
    let value = hazard.value(&State::start(model), model);
    assert!(value <= *highest, "{value} is above the highest, {highest}");
    value
}

fn chance(model: &Model, id: &str) -> f64 {
    let Clock::Response { chance, .. } = &rule(model, id).clock else { panic!("{id} is no response") };
    chance.value(&State::start(model), model)
}

fn is(found: f64, wanted: f64, within: f64) {
    assert!((found - wanted).abs() <= within, "{found} is not {wanted}");
}

#[track_caller]
fn refused(scenario: &Scenario, with: &str) {
    match scenario.compile() {
        Ok(_) => panic!("this compiles, and should be refused: {with}"),
        Err(told) => assert!(told.contains(with), "`{with}` is not in: {told}"),
    }
}

#[test]
fn hazards_are_per_day() {
    let model = rules(
        "a: (pressure: \"67.5% within 14d\"), b: (pressure: \"2.5 per 30d\"), c: (pressure: \"0.1 * tension per 1d\"), \
         d: (pressure: [(when: \"tension > 50\", is: \"2 per 1d\"), (is: \"1 per 1w\")], \
             factors: [(when: \"tension < 50\", rate_times: 3), (when: \"red.army == war\", rate_times: 7)])",
    )
    .model();
    // -ln(1 - 0.675) / 14
    is(hazard(&model, "a"), 0.080_280_7, 5e-8);
    is(hazard(&model, "b"), 2.5 / 30.0, 1e-15);
    is(hazard(&model, "c"), 4.0, 1e-12);
    is(hazard(&model, "d"), 3.0 / 7.0, 1e-12);
}

#[test]
fn odds_multiply_odds() {
    let model = rules(
        "a: (at: \"2024-03-01\"), b: (on: [a], chance: \"30%\", factors: [(when: \"tension == 40\", odds_times: 3)]), \
         c: (on: [a], chance: \"30%\", factors: [(when: \"tension == 40\", odds_times: 0)])",
    )
    .model();
    is(chance(&model, "b"), 0.5625, 1e-12);
    is(chance(&model, "c"), 0.0, 0.0);
}

#[test]
fn what_is_certain_can_be_called_off_by_odds_of_0() {
    let off = |when: &str| {
        rules(&format!("a: (at: \"2024-03-01\"), b: (on: [a], factors: [(when: \"tension {when}\", odds_times: 0)])"))
    };
    is(chance(&off("== 40").model(), "b"), 0.0, 0.0);
    is(chance(&off("!= 40").model(), "b"), 1.0, 0.0);
    refused(&off("== 40").with("odds_times: 0", "odds_times: 0.5"), "`odds_times` on a chance of 1");
}

#[test]
fn rates_may_be_parameters() {
    let scenario = scenario(
        "parameters: { clash_rate: (value: 0.22, range: (0.04, 0.39), per: \"1y\"), soon: (value: \"60%\", within: \"14d\") }, \
         rules: { a: (pressure: clash_rate), b: (pressure: soon) }",
    );
    let model = scenario.model();
    is(hazard(&model, "a"), 0.22 / 365.25, 1e-15);
    is(hazard(&model, "b"), -libm::log(0.4) / 14.0, 1e-12);
    assert_eq!(model.parameters[0].value, "0.22 per 1y");
    assert_eq!(model.parameters[0].allowed, "0.04 to 0.39");
    assert_eq!(model.parameters[0].was, None);
    let other = scenario.clone().set("clash_rate=0.1").model();
    is(hazard(&other, "a"), 0.1 / 365.25, 1e-15);
    assert_eq!(other.parameters[0].value, "0.1 per 1y");
    assert_eq!(other.parameters[0].was.as_deref(), Some("0.22 per 1y"));
    assert_eq!(other.overrides, ["--set clash_rate=0.1"]);
    refused(&scenario.clone().set("clash_rate=0.5"), "has the range 0.04 to 0.39, and 0.5 is outside");
    refused(&scenario.clone().set("clash_rat=0.1"), "there is no parameter `clash_rat`");
    refused(&scenario.clone().set("clash_rate"), "gives no value");
    refused(&scenario.clone().set("clash_rate=-1"), "of 0 or more, and this is the number -1");
    refused(&scenario.set("clash_rate=fast"), "is a number, and this is the name `fast`");
}

#[test]
fn choices_are_set_by_name_and_by_variant() {
    let scenario = scenario(
        "parameters: { line: (one_of: [back, neutral], value: neutral), p: (value: 0.2) }, \
         rules: { a: (at: \"2024-03-01\"), b: (on: [a], chance: [(when: \"line == back\", is: 0.9), (is: p)]) }, \
         variants: { backed: (set: {line: back}), likelier: (set: {p: 0.4}) }",
    );
    is(chance(&scenario.model(), "b"), 0.2, 0.0);
    is(chance(&scenario.clone().set("line=back").model(), "b"), 0.9, 0.0);
    let both = scenario.clone().variant("backed").variant("likelier").set("line=neutral").model();
    is(chance(&both, "b"), 0.4, 0.0);
    assert_eq!(both.overrides, ["--variant backed", "--variant likelier", "--set line=neutral"]);
    assert_eq!(both.parameters[0].was, None, "set back to what the file says");
    assert_eq!(both.parameters[1].was.as_deref(), Some("0.2"));
    refused(&scenario.clone().set("line=bak"), "the parameter `line` cannot be `bak`");
    refused(&scenario.clone().variant("baked"), "there is no variant `baked`");
    refused(&scenario.clone().set("p=1.5"), "uses `p` as a probability, and 1.5 is none");
    refused(&scenario.set("=1.5"), "`=1.5` does not say which parameter");
}

#[test]
fn what_is_set_is_not_blamed_for_what_a_formula_makes_of_it() {
    let scenario = scenario(
        "parameters: { p: (value: 0.5) }, \
         rules: { a: (pressure: \"p - 0.3 per 1d\"), b: (on: [a], chance: \"p + 0.4\") }",
    );
    // 0.9 is a probability. In binary 0.1 - 0.3 is a little more than -0.2.
    refused(&scenario.clone().set("p=0.9"), "`p + 0.4` can be 0.9 to 1.3, and a probability is due in line");
    refused(&scenario.set("p=0.1"), "a rate can be anything from `-0.2` to `0.2`");
}

#[test]
fn judgements_count_with_their_median() {
    let model = scenario(
        "words: icd203, parameters: { p: (value: \"likely\"), q: (value: \"about 10% to 40%\") }, \
         rules: { a: (at: \"2024-03-01\"), b: (on: [a], chance: p), c: (on: [a], chance: q) }",
    )
    .model();
    // Median of the logit-normal: the odds are the geometric mean of the odds of the ends.
    let odds = (0.55_f64 / 0.45 * 4.0).sqrt();
    is(chance(&model, "b"), odds / (1.0 + odds), 1e-12);
    assert_eq!(model.parameters[0].value, "likely");
    assert_eq!(model.parameters[0].band, Some((0.55, 0.8)));
    assert_eq!(model.parameters[1].band, Some((0.1, 0.4)));
}

#[test]
fn weights_sum_to_one_or_leave_the_rest() {
    let choose = |branches: &str| {
        scenario(&format!(
            "parameters: {{ p: (value: 0.3) }}, rules: {{ a: (pressure: \"1 per 30d\", choose: {{ {branches} }}) }}"
        ))
    };
    let model = choose("x: (weight: p), otherwise: (), y: (weight: 0.2)").model();
    let Branches::Weighted { branches, otherwise } = &rule(&model, "a").branches else { panic!("these are weights") };
    assert_eq!(branches.iter().map(|(_, branch)| branch.name.as_str()).collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(otherwise.as_ref().map(|branch| branch.name.as_str()), Some("otherwise"));
    choose("x: (weight: \"tension / 100\"), y: (weight: \"1 - tension / 100\")").model();
    choose("x: (weight: 0.1), y: (weight: 0.2), z: (weight: 0.7)").model();
    refused(&choose("x: (weight: 0.3), y: (weight: 0.6)"), "the weights sum to 0.9");
    refused(&choose("x: (weight: p), y: (weight: 0.8)").set("p=0.25"), "the weights sum to 1.05");
    refused(&choose("x: (weight: \"tension / 200\"), y: (weight: 0.5)"), "between 0.5 and 1, depending on the state");
    refused(&choose("x: (weight: 0.8), y: (weight: 0.4), otherwise: ()"), "the weights sum to 1.2");
    refused(&choose("x: (weight: 0.8), y: (odds: 4)"), "some branches have `weight` and some `odds`");
}

#[test]
fn what_does_not_go_with_the_clock_is_refused() {
    refused(&rules("a: (pressure: \"1 per 30d\", chance: 0.5)"), "`chance` on a pressure");
    refused(&rules("a: (at: \"2024-03-01\", after: \"3d\")"), "`after` on a dated rule");
    refused(&rules("a: (every: \"7d\", factors: [(rate_times: 2)])"), "`factors` on a recurring rule");
    refused(&rules("a: (pressure: \"1 per 30d\", priority: 3)"), "`priority` on a pressure");
    refused(&rules("a: (then: [\"tension += 1\"])"), "does not say when it fires");
    refused(&rules("a: (every: \"7d\", at: \"2024-03-01\")"), "has both `at` and `every`");
}

#[test]
fn dated_and_recurring_rules_stand_on_boundaries() {
    let model = rules(
        "a: (at: [\"2024-03-01\", \"2024-02-07\"]), b: (every: \"7d\"), c: (every: \"7d\", from: \"2024-02-08\"), \
         d: (every: \"300d\")",
    )
    .model();
    assert!(matches!(&rule(&model, "a").clock, Clock::Dated(steps) if *steps == [0, 23]));
    assert!(matches!(rule(&model, "b").clock, Clock::Recurring { from: 7, every: 7 }));
    assert!(matches!(rule(&model, "c").clock, Clock::Recurring { from: 1, every: 7 }));
    assert_eq!((0..=90).flat_map(|step| model.schedule.rules_at(step)).count(), 2 + 12 + 13, "`d` never comes round");
    refused(&rules("a: (at: \"2024-05-07\")"), "is after the last day of the run, `2024-05-06`");
    refused(&rules("a: (at: \"2024-02-06\")"), "is before the start of the run, `2024-02-07`");
    refused(&rules("a: (every: \"36h\")"), "not a whole number of steps");
}

#[test]
fn a_firing_raises_itself_its_branch_and_their_groups() {
    let model = scenario(
        "events: { bad: [\"clash/war\", sirens], any: [clash, drill] }, \
         rules: { clash: (pressure: \"1 per 30d\", choose: { war: (weight: 0.5, then: [\"emit sirens\"]), peace: (weight: 0.5) }), \
                  drill: (every: \"7d\"), run: (on: [bad, drill]), hide: (on: [bad]) }",
    )
    .model();
    let clash = rule(&model, "clash");
    let names = |events: &[simulate::model::EventId]| {
        let mut names: Vec<&str> = events.iter().map(|id| model.event(*id).name.as_str()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(&clash.branches.at(0).expect("war").raises), ["any", "bad", "clash", "clash/war", "sirens"]);
    assert_eq!(names(&clash.branches.at(1).expect("peace").raises), ["any", "clash", "clash/peace"]);
    assert_eq!(names(&clash.nothing.raises), ["any", "clash"]);
    assert!(clash.branches.at(usize::from(NOTHING)).is_none());
    let bad = model.events.iter().find(|event| event.name == "bad").expect("a group is an event");
    let listeners: Vec<&str> = bad.listeners.iter().map(|id| model.rule(*id).id.as_str()).collect();
    assert_eq!(listeners, ["run", "hide"], "in file order");
}

#[test]
fn forbidden_and_forced() {
    let scenario = scenario(
        "rules: { clash: (pressure: \"1 per 30d\", choose: { war: (weight: 0.1), otherwise: (), peace: (weight: 0.5) }), \
                  drill: (every: \"7d\") }, \
         variants: { early: (force: [(rule: \"clash/peace\", at: \"2024-02-09\")], forbid: [drill]) }",
    );
    let model =
        scenario.clone().variant("early").forbid("clash/otherwise").force("drill@2024-02-08").force("clash@3d").model();
    assert!(rule(&model, "drill").forbidden);
    assert!(!rule(&model, "clash").forbidden);
    assert!(rule(&model, "clash").branches.at(2).expect("otherwise stands last").forbidden);
    let forced: Vec<_> = model.forced.iter().map(|f| (f.at, f.rule.0, f.branch)).collect();
    assert_eq!(forced, [(1, 1, None), (2, 0, Some(1)), (3, 0, None)]);
    refused(&scenario.clone().forbid("clsh"), "there is no rule `clsh`");
    refused(&scenario.clone().forbid("clash/wr"), "the rule `clash` has no branch `wr`");
    refused(&scenario.clone().force("clash"), "does not say when");
    refused(&scenario.force("clash@2025-01-01"), "is after the last day of the run");
}

#[test]
fn indicators_decay_by_a_rule_at_the_end() {
    let model = Scenario::new(
        "clock: (horizon: \"90d\"), rules: { a: (every: \"1d\") }, \
         indicators: { heat: (range: (0, 100), start: 60, decays: (half_life: \"21d\", towards: 20, every: \"7d\")) }",
    )
    .model();
    let decay = model.rules.last().expect("there are rules");
    assert_eq!(decay.id, "decay of heat");
    assert!(matches!(decay.clock, Clock::Recurring { from: 7, every: 7 }));
    let Branches::One(branch) = &decay.branches else { panic!("a decay does one thing") };
    let [Effect::Map(_, to)] = branch.effects.as_slice() else { panic!("a decay is a table") };
    assert_eq!((to[60], to[21], to[20], to[0]), (51, 20, 20, 5));
}

#[test]
fn defaults_are_merged_field_by_field() {
    let model = scenario(
        "sources: { article: (title: \"Commentary\") }, defaults: (because: (source: article, kind: assumed, confidence: low), priority: 3), \
         rules: { a: (every: \"7d\", because: (kind: published)), b: (pressure: \"1 per 9d\"), c: (every: \"7d\", priority: 1) }",
    )
    .model();
    let because = rule(&model, "a").because.as_ref().expect("its own and the defaults");
    assert_eq!(because.source.as_ref().map(|s| s.value.as_str()), Some("article"));
    assert_eq!(
        format!("{:?}{:?}", rule(&model, "a").evidence, rule(&model, "a").confidence),
        "Some(Published)Some(Low)"
    );
    assert_eq!((rule(&model, "a").priority, rule(&model, "b").priority, rule(&model, "c").priority), (3, 0, 1));
}

#[test]
fn endless_cycles_are_refused_and_others_are_not() {
    let drill = "drill: (every: \"7d\")";
    let pair = |a: &str, b: &str| rules(&format!("{drill}, a: (on: [drill, b], {a}), b: (on: [a], {b})"));
    refused(&pair("", ""), "without end: `a`, then `b`, then `a`");
    refused(&rules("a: (on: [start, a])"), "the rule `a` sets itself off again at once");
    refused(&pair("when: \"red.army == calm\"", "then: [\"tension += 1\"]"), "without end");
    refused(&pair("choose: { x: (weight: 0.5), y: (weight: 0.5) }", ""), "without end");
    // Time, a lot, a limit, or a guard that the cascade may end.
    pair("after: \"1d\"", "").model();
    pair("chance: 0.99", "").model();
    pair("at_most: 5", "").model();
    pair("cooldown: \"1d\"", "").model();
    pair("when: \"tension < 80\"", "then: [\"tension += 1\"]").model();
    pair("when: \"count(a) < 5\"", "").model();
    // Guards that cannot hold together.
    pair("when: \"red.army == calm\"", "when: \"red.army == war\"").model();
}

#[test]
fn templates_make_rules_and_actors() {
    let model = Scenario::new(
        "clock: (horizon: \"90d\"), \
         actors: { \"{a}\": (for_each: {a: [red, blue]}, name: \"The {a} side\", postures: { army: (ladder: [calm, war], start: calm) }) }, \
         rules: { \"{x}_hits_{y}\": (for_each: {x: [red, blue], y: [red, blue]}, except: \"{x} == {y}\", says: \"{x} hits {y}\", \
             pressure: \"1 per 30d\", when: \"{x}.army == calm\", then: [\"{y}.army = war\"]), \
           answer: (on: [red_hits_blue, \"blue_hits_red\"]) }",
    )
    .model();
    let ids: Vec<&str> = model.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["red_hits_blue", "blue_hits_red", "answer"]);
    assert_eq!(model.actors[1].name, "The blue side");
    assert_eq!(model.rules[1].says, "blue hits red");
    assert_eq!(model.variables.iter().map(|v| v.name.as_str()).collect::<Vec<_>>(), ["red.army", "blue.army"]);
}
