//! Parameters and lets without effect.

use super::{none, one, warnings};

fn with(rule: &str) -> String {
    format!(
        "parameters: {{ p: (value: 0.3), line: (one_of: [hard, soft], value: hard) }}, \
         flags: {{ open: false }}, lets: {{ wide: \"open and line == soft\" }}, \
         rules: {{ a: (on: [start], {rule}) }}"
    )
}

#[test]
fn a_parameter_that_nothing_names() {
    one("unused-parameter", &with("when: \"wide\""), &["`p` has no effect", "nothing uses it"]);
    none("unused-parameter", &with("when: \"wide\", chance: p"));
    none("unused-parameter", &with("when: \"wide\", choose: { x: (weight: p), y: (weight: \"1 - p\") }"));
    none("unused-parameter", &with("when: \"wide\", factors: [(odds_times: p)], chance: 0.5"));
}

#[test]
fn a_let_that_nothing_names_keeps_its_parameters_idle() {
    let fields = with("chance: p");
    one("unused-let", &fields, &["`wide` has no effect"]);
    one("unused-parameter", &fields, &["`line`", "only names without effect use it"]);
}

#[test]
fn events_questions_and_templates_name_too() {
    none("unused-let", &with("when: \"count(b) == 0\"").replace("a: (", "b: (on: [\"wide begins\"]), a: ("));
    let fields = with("chance: p") + ", questions: { q: (ask: \"wide at end\") }";
    assert!(warnings("unused-let", &fields).is_empty() && warnings("unused-parameter", &fields).is_empty());
    let templated = "parameters: { rate_x: (value: 2, per: \"30d\"), rate_y: (value: 3, per: \"30d\") }, \
                     rules: { \"{v}_acts\": (for_each: {v: [x, y]}, pressure: \"rate_{v}\") }";
    none("unused-parameter", templated);
}
