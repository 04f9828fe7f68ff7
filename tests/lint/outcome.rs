//! Outcomes that an earlier one always takes first.

use super::{none, one};

fn outcomes(first: &str, second: &str) -> String {
    format!(
        "actors: {{ red: (postures: {{ army: (ladder: [calm, alert, war], start: calm) }}) }}, \
         rules: {{ rising: (pressure: \"1 per 7d\", then: [\"red.army up\"]), sinking: (pressure: \"1 per 7d\", then: [\"red.army down\"]) }}, \
         outcomes: [(name: first, when: \"{first}\"), (name: second, when: \"{second}\"), (name: rest)]"
    )
}

#[test]
fn what_implies_an_earlier_outcome_is_never_reached() {
    for (first, second) in [
        ("ever(red.army == war)", "ever(red.army == war)"),
        ("ever(red.army >= alert)", "ever(red.army == war)"),
        ("ever(red.army >= alert)", "ever(red.army == war) by 2024-01-10"),
        ("ever(red.army >= alert)", "red.army == war at end"),
        ("ever(red.army >= alert)", "stays(red.army == war) for 3d"),
        ("count(rising) >= 2", "count(rising) >= 5"),
        ("count(rising) >= 2", "count(rising) >= 2 by 2024-01-10"),
        ("ever(red.army == alert) or ever(red.army == war)", "ever(red.army == war) and count(rising) >= 1"),
        ("rising before sinking", "rising before sinking"),
        ("not ever(red.army == war)", "not ever(red.army >= alert)"),
    ] {
        one("shadowed-outcome", &outcomes(first, second), &["no run can end as `second`", "`first` takes it first"]);
    }
}

#[test]
fn an_outcome_that_always_holds_takes_all_the_others() {
    let found = super::warnings("shadowed-outcome", &outcomes("ever(red.army >= calm)", "count(rising) >= 1"));
    assert_eq!(found.len(), 2, "{found:#?}");
}

#[test]
fn what_may_happen_alone_is_left_alone() {
    for (first, second) in [
        ("ever(red.army == war)", "ever(red.army >= alert)"),
        ("ever(red.army == war) by 2024-01-10", "ever(red.army == war)"),
        ("red.army == war at end", "ever(red.army == war)"),
        ("count(rising) >= 5", "count(rising) >= 2"),
        ("count(rising) >= 2 by 2024-01-10", "count(rising) >= 2"),
        ("count(rising) == 2", "count(rising) >= 2"),
        ("rising before sinking", "sinking before rising"),
        ("stays(red.army == war) for 3d", "stays(red.army == war) for 2d"),
    ] {
        none("shadowed-outcome", &outcomes(first, second));
    }
}
