//! Rules whose order in the file decides.

use super::{none, one, warnings};

fn two(first: &str, second: &str) -> String {
    format!(
        "actors: {{ red: (postures: {{ army: (states: [calm, alert, war], start: calm) }}) }}, \
         indicators: {{ heat: (range: (0, 20), start: 5), cold: (range: (0, 20), start: 5) }}, \
         flags: {{ open: false }}, \
         rules: {{ a: (every: \"7d\", {first}), b: (every: \"7d\", {second}) }}"
    )
}

#[test]
fn two_rules_that_set_one_posture_differently() {
    let fields = two("then: [\"red.army = alert\"]", "then: [\"red.army = war\"]");
    one("order-matters", &fields, &["`a` and `b`", "decides about `red.army`", "`war`", "`alert`", "priority"]);
}

#[test]
fn a_rule_that_takes_the_others_guard_away() {
    let fields = two("when: \"not open\", then: [\"open = true\"]", "when: \"not open\", then: [\"heat += 1\"]");
    one("order-matters", &fields, &["if `a` goes first, `b` no longer fires"]);
    let fields = two("then: [\"open = true\"]", "when: \"open\", then: [\"heat += 1\"]");
    one("order-matters", &fields, &["`b` fires only if `a` has gone first"]);
}

#[test]
fn rules_that_commute_are_left_alone() {
    none("order-matters", &two("then: [\"heat += 3\"]", "then: [\"heat -= 2\"]"));
    none("order-matters", &two("then: [\"heat += 3\"]", "then: [\"cold += 1\"]"));
    none("order-matters", &two("then: [\"red.army = war\"]", "then: [\"red.army = war\"]"));
    // They read and write the same, and yet no state shows a difference.
    none(
        "order-matters",
        &two("when: \"heat > 2\", then: [\"heat += 1\"]", "when: \"heat >= 3\", then: [\"heat += 2\"]"),
    );
}

#[test]
fn sums_and_assignments_do_not_commute() {
    one("order-matters", &two("then: [\"heat = 3\"]", "then: [\"heat += 1\"]"), &["`heat`", "4", "3"]);
    one("order-matters", &two("then: [\"heat = cold\"]", "then: [\"cold = 1\"]"), &["`heat`"]);
}

#[test]
fn a_priority_says_what_is_meant() {
    let fields = two("priority: 1, then: [\"red.army = alert\"]", "then: [\"red.army = war\"]");
    none("order-matters", &fields);
}

#[test]
fn rules_that_never_meet_are_left_alone() {
    let fields =
        two("from: \"2024-01-08\", then: [\"red.army = alert\"]", "from: \"2024-01-09\", then: [\"red.army = war\"]");
    none("order-matters", &fields);
    let dated = "flags: { open: false }, rules: { a: (at: \"2024-01-05\", then: [\"open = true\"]), \
                 b: (at: \"2024-01-06\", then: [\"open = false\"]) }";
    none("order-matters", dated);
    one("order-matters", &dated.replace("2024-01-06", "2024-01-05"), &["`open`"]);
}

#[test]
fn pressures_are_never_due_at_one_boundary() {
    let fields = "flags: { open: false }, rules: { a: (pressure: \"1 per 7d\", then: [\"open = true\"]), \
                  b: (pressure: \"1 per 9d\", then: [\"open = false\"]) }";
    none("order-matters", fields);
}

#[test]
fn delayed_responses_can_meet_and_immediate_ones_cannot() {
    let fields = |after: &str| {
        format!(
            "actors: {{ red: (postures: {{ army: (states: [calm, alert, war], start: calm) }}) }}, \
                 rules: {{ spark: (at: \"2024-01-05\"), \
                 a: (on: [spark], when: \"red.army == calm\", after: \"{after}\", then: [\"red.army = alert\"]), \
                 b: (on: [spark], when: \"red.army == calm\", after: \"{after}\", then: [\"red.army = war\"]) }}"
        )
    };
    one("order-matters", &fields("1d to 3d"), &["`a`", "no longer fires"]);
    none("order-matters", &fields("0d"));
}

#[test]
fn counts_and_ages_are_part_of_it() {
    let fields = two("then: [\"cold += 1\"]", "when: \"count(a) >= 2\", then: [\"heat += 1\"]");
    one("order-matters", &fields, &["`b` fires only if `a` has gone first"]);
    let fields = two("then: [\"cold += 1\"]", "when: \"since(a) >= 7d\", then: [\"heat += 1\"]");
    one("order-matters", &fields, &["if `a` goes first, `b` no longer fires"]);
}

#[test]
fn weights_that_read_what_another_writes() {
    let fields = two(
        "then: [\"heat += 1\"]",
        "choose: { x: (odds: \"1 + heat\", then: [\"cold += 1\"]), y: (odds: 2, then: [\"cold -= 1\"]) }",
    );
    one("order-matters", &fields, &["how likely a branch is"]);
}

#[test]
fn pairs_about_one_variable_are_told_together() {
    let fields = "actors: { red: (postures: { army: (states: [a, b, c, d], start: a) }) }, rules: { \
                  one: (every: \"7d\", then: [\"red.army = b\"]), two: (every: \"7d\", then: [\"red.army = c\"]), \
                  three: (every: \"7d\", then: [\"red.army = d\"]) }";
    let found = warnings("order-matters", fields);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("`one` and `three`; `two` and `three`"), "{found:#?}");
}

#[test]
fn what_one_rule_sets_off_never_meets_it() {
    let fields = |spark: &str| {
        format!(
            "actors: {{ red: (postures: {{ army: (states: [calm, alert, war], start: calm) }}) }}, rules: {{ \
             spark: ({spark}), \
             a: (on: [spark], after: \"1d to 3d\", then: [\"red.army = alert\"]), \
             b: (on: [a], after: \"1d to 3d\", then: [\"red.army = war\"]) }}"
        )
    };
    none("order-matters", &fields("at: \"2024-01-05\""));
    one("order-matters", &fields("every: \"2d\""), &["`a` and `b`"]);
}

#[test]
fn delays_that_never_end_on_one_day_keep_two_rules_apart() {
    let fields = |second: &str| {
        format!(
            "actors: {{ red: (postures: {{ army: (states: [calm, alert, war], start: calm) }}) }}, rules: {{ \
             spark: (at: \"2024-01-05\"), \
             a: (on: [spark], after: \"1d to 3d\", then: [\"red.army = alert\"]), \
             b: (on: [spark], after: \"{second}\", then: [\"red.army = war\"]) }}"
        )
    };
    none("order-matters", &fields("4d to 6d"));
    one("order-matters", &fields("2d to 6d"), &["`a` and `b`"]);
    one("order-matters", &fields("2d"), &["`a` and `b`"]);
}

#[test]
fn instances_of_one_template_that_do_the_same_are_left_alone() {
    let fields = |effects: &str| {
        format!(
            "indicators: {{ heat: (range: (0, 20), start: 5) }}, flags: {{ a: false, b: false }}, \
             rules: {{ \"{{x}}_acts\": (for_each: {{x: [a, b]}}, every: \"7d\", when: \"heat < 9\", then: [{effects}]) }}"
        )
    };
    none("order-matters", &fields("\"heat += 1\""));
    one("order-matters", &fields("\"heat += 1\", \"{x} = true\""), &["`a_acts` and `b_acts`", "no longer fires"]);
}
