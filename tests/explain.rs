//! What is printed back of a scenario and of its rules.
//!
//! Does not know how an explanation is made up: it looks at the words.

use simulate::analysis::answered::answered;
use simulate::diagnostic::Source;
use simulate::model::compile::{Overrides, compile};
use simulate::model::{Model, RuleId};
use simulate::report::explain::explain;
use simulate::scenario::document::Document;
use simulate::scenario::read;

use crate::support::Scenario;

/// A scenario from `scenarios/`, under these values of parameters.
fn gallery(name: &str, set: &[&str]) -> (Model, Document) {
    let path = format!("{}/scenarios/{name}.ron", env!("CARGO_MANIFEST_DIR"));
    understood(&std::fs::read_to_string(path).expect("the gallery is there"), set)
}

fn understood(text: &str, set: &[&str]) -> (Model, Document) {
    let source = Source { name: "test.ron", text };
    let (document, mistakes) = read(&source);
    assert!(!mistakes.has_errors(), "{mistakes:#?}");
    let document = document.expect("a scenario without mistakes has a document");
    let set = set.iter().map(ToString::to_string).collect();
    let overrides = Overrides { set, ..Overrides::default() };
    let model = compile(&document, &source, &overrides).unwrap_or_else(|found| panic!("{found:#?}"));
    (model, document)
}

/// The explanation as it looks in a pipe: without styles.
fn told((model, document): &(Model, Document), rule: Option<&str>) -> String {
    let text = explain(model, document, rule).expect("there is that rule");
    anstream::adapter::strip_str(&text).to_string()
}

/// A year with these rules and more.
fn year(rules: &str) -> (Model, Document) {
    let text = format!(
        "(simulate: 1, title: \"test\", clock: (start: \"2024-01-01\", horizon: \"364d\"), words: icd203, \
         parameters: {{ likely_so: (value: \"likely\"), line: (one_of: [back, neutral], value: neutral) }}, \
         flags: {{ open: true }}, indicators: {{ tension: (range: (0, 100), start: 60) }}, \
         rules: {{ {rules} }}, outcomes: [(name: all)])"
    );
    understood(&text, &[])
}

/// The words of an explanation on one line.
fn words(scenario: &(Model, Document), rule: &str) -> String {
    told(scenario, Some(rule)).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn says(scenario: &(Model, Document), rule: &str, parts: &[&str]) {
    let text = words(scenario, rule);
    for part in parts {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn the_smallest_scenario_as_a_whole() {
    insta::assert_snapshot!(told(&gallery("outreach", &[]), None));
}

#[test]
fn each_rule_of_the_smallest_scenario() {
    let scenario = gallery("outreach", &[]);
    let rules: Vec<String> = scenario.0.rules.iter().map(|rule| told(&scenario, Some(&rule.id))).collect();
    insta::assert_snapshot!(rules.join("\n"));
}

#[test]
fn every_line_of_the_gallery_fits_a_terminal() {
    for name in ["outreach", "cmtc", "july1914", "ring", "peninsula"] {
        let scenario = gallery(name, &[]);
        let mut texts = vec![told(&scenario, None)];
        texts.extend(scenario.0.rules.iter().map(|rule| told(&scenario, Some(&rule.id))));
        for line in texts.iter().flat_map(|text| text.lines()) {
            assert!(line.chars().count() <= 80, "{name}: {line}");
            assert!(!line.ends_with(' '), "{name}: {line}");
        }
    }
}

#[test]
fn a_pressure_and_what_it_comes_to() {
    let scenario = year("a: (pressure: \"60% within 14d\", factors: [(when: \"open\", rate_times: 2)])");
    says(
        &scenario,
        "a",
        &[
            "60 % within 14d as a pressure: 6.3 % a day, median day 11, 90 % by day 36, 99.7 % by day 90",
            "with rate_times 2 while open: 12 % a day, median day 6",
        ],
    );
}

#[test]
fn a_chance_with_its_factors() {
    let factors = "factors: [(when: \"open\", odds_times: 3), (when: \"line == back\", odds_times: 0.5)]";
    let scenario = year(&format!("a: (on: [start], chance: \"30%\", {factors}), b: (on: [a], chance: likely_so)"));
    says(
        &scenario,
        "a",
        &[
            "chance 30 %",
            "with odds_times 3 while open: 56 %",
            "with odds_times 0.5 while line == back (not in force in this run): 18 %",
        ],
    );
    says(&scenario, "b", &["chance likely_so (69 %)"]);
}

#[test]
fn a_delay_and_what_lies_beyond_the_end() {
    let scenario = year("a: (on: [start], after: \"typically 3d to 10d\"), b: (on: [start], after: \"100d to 400d\")");
    says(&scenario, "a", &["typically 3d to 10d", "median 6 days, 5 % within 3 days, 95 % within 10 days"]);
    says(
        &scenario,
        "b",
        &["on the first day, 12 % of the delays end after the run", "half way through, 73 % end after it"],
    );
}

#[test]
fn triggers_that_come_again_find_the_answer_pending() {
    let scenario = year(
        "leaflets: (every: \"7d\"), reply: (on: [leaflets], chance: \"60%\", after: \"3d to 20d\"), \
         anew: (on: [leaflets], after: \"3d to 20d\", again: restart), \
         clash: (pressure: \"1 per 10d\"), answer: (on: [clash], after: \"5d\")",
    );
    // A reply after d days finds (d / 7, rounded down) leaflets on its way: of 4 to 20 days 3 none, 7 one, 7 two.
    let on_the_way = (7.0 + 2.0 * 7.0) / 17.0;
    let share = 100.0 / (1.0 / 0.6 + on_the_way);
    says(
        &scenario,
        "reply",
        &[&format!("every 7 days by leaflets it answers {share:.0} % of the triggers"), "not 60 %"],
    );
    // Only a delay of less than a week ends before the next leaflet: 3 of 17.
    says(&scenario, "anew", &["it answers 18 % of the triggers in the long run, not 100 %"]);
    says(&scenario, "answer", &["on average every 10 days by clash it answers 69 % of the triggers"]);
}

#[test]
fn the_share_that_is_answered_is_what_runs_show() {
    for (trigger, reply, runs) in [
        ("every: \"7d\"", "chance: \"60%\", after: \"3d to 20d\"", 60),
        ("every: \"7d\"", "after: \"14d\", priority: 1", 2),
        ("every: \"7d\"", "after: \"3d to 20d\", again: restart", 100),
        ("pressure: \"1 per 10d\"", "chance: \"40%\", after: \"typically 3d to 30d\"", 100),
        ("pressure: \"5 per 1d\"", "after: \"2d\"", 3),
    ] {
        let scenario = Scenario::new(&format!(
            "clock: (horizon: \"4000d\"), rules: {{ sign: ({trigger}), reply: (on: [sign], {reply}) }}, \
             questions: {{ signs: (ask: \"count(sign)\"), replies: (ask: \"count(reply)\") }}"
        ));
        let computed = answered(&scenario.model(), RuleId(1)).expect("it can be computed").share;
        assert!((computed.0 - computed.1).abs() < 1e-12);
        let runs = scenario.runs(runs).sample();
        let seen = runs.number("replies").mean() / runs.number("signs").mean();
        assert!((computed.0 / seen - 1.0).abs() < 0.03, "{trigger}, {reply}: computed {}, seen {seen}", computed.0);
    }
}

#[test]
fn branches_limits_and_effects() {
    let scenario = year(
        "a: (every: \"30d\", from: \"2024-02-01\", at_most: 3, cooldown: \"40d\", priority: 2, \
         choose: { win: (odds: 3, then: [\"tension -= 5\", \"open = false\"]), lose: (odds: 1, then: [\"emit alarm\"]) }), \
         b: (on: [alarm], when: \"open\", after: \"2d\", if_lapsed: keep, then: [\"tension = 80\"])",
    );
    says(
        &scenario,
        "a",
        &[
            "every 30 days, first on 2024-02-01: 12 times in the run",
            "at most 3 times in a run; not again for 40 days after it has fired; priority 2",
            "a/win, 75 %: tension falls by 5, then open is set to false.",
            "a/lose, 25 %: the event alarm is raised.",
            "sets off b",
        ],
    );
    says(&scenario, "b", &["only while open", "fires even if its guard has failed by then", "tension is set to 80"]);
}

#[test]
fn instances_of_a_template_are_explained_with_their_own_words() {
    let scenario = year(
        "\"{x}_acts\": (for_each: {x: [red, blue]}, pressure: \"1 per 7d\", then: [\"emit {x}_moved\"]), \
         watch: (on: [red_moved])",
    );
    says(&scenario, "red_acts", &["the event red_moved is raised", "sets off watch"]);
    says(&scenario, "{x}_acts", &["A template that stands for 2 rules: red_acts, blue_acts"]);
}

#[test]
fn an_unknown_rule_gets_the_nearest_name() {
    let (model, document) = year("clash: (pressure: \"1 per 7d\")");
    let error = explain(&model, &document, Some("clahs")).unwrap_err();
    assert_eq!(error.to_string(), "there is no rule `clahs`; did you mean `clash`?");
}

#[test]
fn overrides_are_said() {
    let scenario = gallery("peninsula", &["us_line=back"]);
    let text = told(&scenario, None);
    assert!(text.contains("changed: --set us_line=back"), "{}", &text[..800]);
    assert!(text.contains("us_line = back (the file says"));
}
