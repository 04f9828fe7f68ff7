//! Rules that set each other off without delay.

use super::{none, one};

#[test]
fn two_rules_that_answer_each_other_at_once() {
    let fields = |after: &str| {
        format!(
            "rules: {{ spark: (every: \"7d\"), strike: (on: [spark, reply], chance: 0.5{after}), \
                 reply: (on: [strike], chance: 0.5) }}"
        )
    };
    one("zero-delay-cycle", &fields(""), &["`strike`, `reply`", "ends only by chance"]);
    none("zero-delay-cycle", &fields(", after: \"1d\""));
}

#[test]
fn a_limit_is_said_to_end_it() {
    let fields = "rules: { spark: (every: \"7d\"), strike: (on: [spark, reply], at_most: 3), reply: (on: [strike]) }";
    one("zero-delay-cycle", fields, &["by the limit"]);
}

#[test]
fn posture_changes_close_a_cycle_too() {
    let fields = |value: &str| {
        format!(
            "actors: {{ red: (postures: {{ army: (states: [calm, alert, war], start: calm) }}) }}, \
                 rules: {{ spark: (every: \"7d\", then: [\"red.army = alert\"]), \
                 calm_down: (on: [\"red.army becomes alert\"], chance: 0.5, then: [\"red.army = calm\"]), \
                 flare: (on: [\"red.army becomes calm\"], chance: 0.5, then: [\"red.army = {value}\"]) }}"
        )
    };
    one("zero-delay-cycle", &fields("alert"), &["`calm_down`, `flare`"]);
    none("zero-delay-cycle", &fields("war"));
}
