//! Scenarios as models, and random moves of their variables, for the tests of this module.
//!
//! Does not know what is tested.

use crate::model::fixture::compiled;
use crate::model::{Model, VariableId};

/// What one of its firings raises is counted, and ends the run.
const COUNTED: &str = r#"(
    simulate: 1,
    title: "Counted",
    clock: (horizon: "365d"),
    ladders: { stance: [low, middle, high] },
    actors: { "{x}": (for_each: {x: [a, b]}, postures: { stance: (ladder: stance, start: low) }) },
    events: { fall: ["a.stance becomes high", "b.stance becomes high"] },
    rules: {
        "{x}_rises": (for_each: {x: [a, b]}, pressure: "0.1 per 1d", then: ["{x}.stance up"]),
        "{x}_calms": (for_each: {x: [a, b]}, pressure: "0.1 per 1d", then: ["{x}.stance down"]),
    },
    outcomes: [(name: stopped, when: "count(fall) >= 1"), (name: went_on)],
    stop_when: "count(fall) >= 1",
)"#;

/// The ring, the peninsula, and one in which firings are counted.
pub(super) fn scenarios() -> [Model; 3] {
    [include_str!("../../scenarios/ring.ron"), include_str!("../../scenarios/peninsula.ron"), COUNTED].map(compiled)
}

/// Which variable moves, and to what value: looks random, and is always the same.
pub(super) fn moves(model: &Model) -> impl Iterator<Item = (VariableId, i32)> {
    let mut state = 1_u64;
    let mut below = move |end: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    std::iter::repeat_with(move || {
        let index = below(model.variables.len() as u64) as u32;
        let variable = &model.variables[index as usize];
        let span = (i64::from(variable.high) - i64::from(variable.low) + 1) as u64;
        (VariableId(index), variable.low + below(span) as i32)
    })
}
