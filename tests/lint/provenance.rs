//! Rules and numbers that do not say where they come from.

use super::{none, one};

#[test]
fn a_rule_without_because() {
    one("no-because", "rules: { a: (at: \"2024-01-05\") }", &["`a` does not say why"]);
    one("no-because", "rules: { a: (at: \"2024-01-05\"), b: (at: \"2024-01-06\") }", &["2 rules", "`a`, `b`"]);
    none("no-because", "rules: { a: (at: \"2024-01-05\", because: (kind: assumed)) }");
    none("no-because", "defaults: (because: (kind: assumed)), rules: { a: (at: \"2024-01-05\") }");
}

#[test]
fn a_number_without_a_kind_of_evidence() {
    let rule = |because: &str| format!("rules: {{ a: (pressure: \"1 per 7d\", because: ({because})) }}");
    one("no-evidence", &rule("note: \"so it is said\""), &["`a`", "what they rest on"]);
    none("no-evidence", &rule("kind: data"));
    none("no-evidence", "rules: { a: (at: \"2024-01-05\", because: (note: \"so it is said\")) }");
    let parameter = |because: &str| {
        format!(
            "parameters: {{ p: (value: 0.3{because}) }}, rules: {{ a: (on: [start], chance: p, because: (kind: assumed)) }}"
        )
    };
    one("no-evidence", &parameter(""), &["`p`"]);
    none("no-evidence", &parameter(", because: (kind: elicited)"));
}
