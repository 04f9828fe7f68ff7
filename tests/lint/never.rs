//! Rules that can never fire.

use super::{none, one};

const ACTOR: &str = "actors: { red: (postures: { army: (ladder: [calm, alert, war], start: calm) }) }";

#[test]
fn a_guard_that_no_reached_value_satisfies() {
    let fields = |set: &str| {
        format!(
            "{ACTOR}, rules: {{ rising: (every: \"7d\", then: [\"red.army = {set}\"]), \
             strike: (pressure: \"1 per 10d\", when: \"red.army == war\") }}"
        )
    };
    one("never-fires", &fields("alert"), &["`strike` can never fire"]);
    none("never-fires", &fields("war"));
}

#[test]
fn a_guard_that_contradicts_itself() {
    let fields = |guard: &str| {
        format!(
            "indicators: {{ heat: (range: (0, 9), start: 5) }}, rules: {{ \
                 warm: (every: \"1d\", then: [\"heat += 1\"]), cool: (every: \"2d\", then: [\"heat -= 1\"]), \
                 odd: (at: \"2024-01-05\", when: \"{guard}\") }}"
        )
    };
    one("never-fires", &fields("heat > 7 and heat < 3"), &["`odd`"]);
    none("never-fires", &fields("heat > 7 or heat < 3"));
}

#[test]
fn a_trigger_that_nothing_raises() {
    let fields = |event: &str| {
        format!(
            "{ACTOR}, rules: {{ begin: (at: \"2024-01-05\", then: [\"red.army = alert\", \"emit alarm\"]), \
                 answer: (on: [\"{event}\"]) }}"
        )
    };
    one("never-fires", &fields("red.army falls"), &["`answer`", "take the rule out"]);
    one("never-fires", &fields("red.army becomes war"), &["`answer`"]);
    for event in ["red.army rises", "red.army becomes alert", "alarm", "begin", "start"] {
        none("never-fires", &fields(event));
    }
}

#[test]
fn a_chance_of_zero_but_not_one_that_a_parameter_makes_zero() {
    let fields = |chance: &str| {
        format!(
            "parameters: {{ p: (value: 0, range: (0, 1), because: (kind: assumed)) }}, \
                 rules: {{ answer: (on: [start], chance: {chance}) }}"
        )
    };
    one("never-fires", &fields("0"), &["`answer`"]);
    none("never-fires", &fields("p"));
}

#[test]
fn a_rule_that_a_choice_switches_off_is_left_alone() {
    let fields = "parameters: { cause: (one_of: [reply, chance], value: reply) }, \
                  rules: { rival: (at: \"2024-01-05\", when: \"cause == chance\"), heir: (on: [rival]) }";
    none("never-fires", fields);
}

#[test]
fn instances_of_a_template_are_told_together() {
    let fields = |start: &str| {
        format!(
            "actors: {{ red: (postures: {{ army: (ladder: [calm, war], start: {start}) }}), \
             blue: (postures: {{ army: (ladder: [calm, war], start: calm) }}) }}, \
             rules: {{ \"{{x}}_strikes\": (for_each: {{x: [red, blue]}}, every: \"7d\", when: \"{{x}}.army == war\") }}"
        )
    };
    one("never-fires", &fields("calm"), &["`{x}_strikes`"]);
    one("never-fires", &fields("war"), &["`blue_strikes`"]);
}

#[test]
fn a_count_without_occurrences_stays_at_zero() {
    let fields = |guard: &str| {
        format!(
            "rules: {{ a: (every: \"7d\"), b: (on: [c], chance: 0.5, after: \"1d\"), c: (on: [b], after: \"1d\"), \
                 d: (every: \"2d\", when: \"{guard}\") }}"
        )
    };
    // b and c wait for each other for ever.
    assert_eq!(super::warnings("never-fires", &fields("count(b) >= 1")).len(), 3);
    assert_eq!(super::warnings("never-fires", &fields("count(a) >= 1")).len(), 2);
}
