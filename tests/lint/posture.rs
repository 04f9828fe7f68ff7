//! Values of postures that nothing reaches.

use super::{none, one};

#[test]
fn a_value_that_no_rule_sets() {
    let fields = |effect: &str| {
        format!(
            "actors: {{ red: (postures: {{ army: (ladder: [calm, alert, war], start: calm) }}) }}, \
             rules: {{ rising: (every: \"7d\", when: \"red.army == calm\", then: [\"red.army {effect}\"]) }}"
        )
    };
    one("unreached-value", &fields("up"), &["`red.army`", "the value `war`"]);
    one("unreached-value", &fields("= war"), &["the value `alert`"]);
    none("unreached-value", &fields("up").replace("when: \"red.army == calm\",", ""));
}

#[test]
fn a_shared_ladder_is_reached_by_any_of_its_postures() {
    let fields = |second: &str| {
        format!(
            "ladders: {{ hostility: [calm, tense, war] }}, \
             actors: {{ red: (postures: {{ army: (ladder: hostility, start: calm) }}), \
             blue: (postures: {{ army: (ladder: hostility, start: calm) }}) }}, \
             rules: {{ red_rising: (every: \"7d\", then: [\"red.army up\"]), blue_rising: (every: \"7d\", then: [\"{second}\"]) }}"
        )
    };
    none("unreached-value", &fields("blue.army = tense"));
}

#[test]
fn what_a_parameter_may_bring_about_counts_as_reached() {
    let fields = "parameters: { cause: (one_of: [reply, chance], value: reply) }, \
                  actors: { red: (postures: { army: (states: [calm, war], start: calm) }) }, \
                  rules: { rival: (every: \"5d\", when: \"cause == chance\", then: [\"red.army = war\"]) }";
    none("unreached-value", fields);
}
