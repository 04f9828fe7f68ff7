//! Whether a response is open to a trigger and with what chance it follows: one look where both stand in one table.
//!
//! Does not know what is drawn, nor limits.

use std::sync::Arc;

use crate::model::Model;
use crate::model::formula::{Look, Quick, Slot, Tabulated, variables};
use crate::model::state::State;

/// The guard and the chance of a response.
#[derive(Debug, Clone)]
pub enum Asked {
    /// Over a few variables: the chance, or `CLOSED`.
    Together(Look, Arc<[f64]>),
    /// The guard is asked first, and then the chance.
    Apart(Quick<f64>),
}

/// Stands for a chance where the guard does not hold.
const CLOSED: f64 = -1.0;

/// The most entries that a table may have: it is made for every response, and beside those of guard and chance.
const MOST: usize = 256;

impl Asked {
    /// Of a response with this guard and this chance.
    pub fn new(guard: &Tabulated<bool>, chance: &Tabulated<f64>, model: &Model) -> Self {
        let table = tabulate(guard, chance, model);
        table.map_or_else(|| Self::Apart(chance.into()), |(look, chances)| Self::Together(look, chances))
    }

    /// The chance that it follows; `None` if its guard, which is this, does not hold.
    #[inline]
    pub fn chance(&self, guard: &Quick<bool>, state: &State, model: &Model) -> Option<f64> {
        match self {
            Self::Together(look, chances) => {
                let chance = chances[look.at(&state.values)];
                (chance >= 0.0).then_some(chance)
            }
            Self::Apart(chance) => guard.of(state, model).then(|| chance.of(state, model)),
        }
    }
}

/// Both in one table; `None` if they read other things than a few variables.
fn tabulate(guard: &Tabulated<bool>, chance: &Tabulated<f64>, model: &Model) -> Option<(Look, Arc<[f64]>)> {
    let domains = variables([&guard.reads, &chance.reads], model)?;
    let (look, size) = Look::over(&domains, MOST)?;
    let mut values = vec![0; model.variables.len()];
    let entry = |index: usize| {
        look.set(index, &domains, &mut values);
        let read = |slot: Slot| match slot {
            Slot::Variable(id) => values[id.0 as usize],
            _ => unreachable!("it reads nothing but variables"),
        };
        if guard.holds_where(&read) { chance.value_where(&read) } else { CLOSED }
    };
    Some((look, (0..size).map(entry).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Clock;
    use crate::model::fixture::compiled;

    /// Whatever the variables hold, one table says what guard and chance say, and where there is none they are asked.
    #[test]
    fn one_look_says_what_guard_and_chance_say() {
        let text = r#"(simulate: 1, title: "t", clock: (horizon: "9d"),
            indicators: { x: (range: (-2, 3), start: 0), y: (range: (0, 4), start: 0), z: (range: (0, 99), start: 0) },
            rules: {
                spark: (pressure: "1 per 1d", then: ["x += 1", "y += 1", "z += 1"]),
                always: (on: [spark], then: ["z -= 1"]),
                mixed: (on: [spark], when: "x < 2", chance: "0.1 + 0.2 * y", then: ["y -= 3"]),
                closed: (on: [spark], when: "x > 2", chance: 0, then: ["x -= 4"]),
                wide: (on: [spark], when: "z < 50 and y > 1", chance: 0.5, then: ["x -= 1"]),
                counted: (on: [spark], when: "count(spark) < 3", chance: 0.25, then: ["x -= 1"]),
            },
            outcomes: [(name: high, when: "ever(x > 2)"), (name: low)])"#;
        let model = compiled(text);
        let mut state = State::start(&model);
        let mut together = Vec::new();
        for (rule, compact) in model.rules.iter().zip(&model.program.rules) {
            let Clock::Response { chance, .. } = &rule.clock else { continue };
            let asked = &compact.response().asked;
            together.push((rule.id.as_str(), matches!(asked, Asked::Together(..))));
            for index in 0..6 * 5 * 100 {
                state.values = [index % 6 - 2, index / 6 % 5, index / 30].into();
                let meant = rule.guard.holds(&state, &model).then(|| chance.value(&state, &model));
                assert_eq!(asked.chance(&compact.guard, &state, &model), meant, "{} at {:?}", rule.id, state.values);
            }
        }
        let expected = [("always", true), ("mixed", true), ("closed", true), ("wide", false), ("counted", false)];
        assert_eq!(together, expected);
    }
}
