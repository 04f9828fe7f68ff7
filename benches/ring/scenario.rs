//! The ring model as an analyst would write it, for any number of actors, and what is counted of its runs.
//!
//! Does not know how it is drawn.

use simulate::model::state::State;
use simulate::model::{Model, TICKS_PER_DAY};
use simulate::observe::{Collector, Observer, Occurrence};

use super::by_hand::{Sums, enough};

/// The scenario of `n` actors.
pub fn text(n: usize) -> String {
    let actor = |i: usize| format!("a{}", i % n);
    let rows = |name: &str, by: usize| -> String {
        (0..n).map(|i| format!("{{x: {}, {name}: {}}}", actor(i), actor(i + by))).collect::<Vec<_>>().join(", ")
    };
    let (next, far) = (rows("next", 1), rows("far", 2));
    let names = (0..n).map(actor).collect::<Vec<_>>().join(", ");
    let falls = (0..n).map(|i| format!("\"{}.stance becomes p5\"", actor(i))).collect::<Vec<_>>().join(", ");
    let enough = enough(n);
    format!(
        r#"(
    simulate: 1,
    title: "Ring of {n}",
    clock: (horizon: "365d"),
    ladders: {{ stance: [p0, p1, p2, p3, p4, p5] }},
    actors: {{
        "{{x}}": (for_each: {{x: [{names}]}}, postures: {{ stance: (ladder: stance, start: p0) }}),
    }},
    events: {{ fall: [{falls}] }},
    rules: {{
        "{{x}}_rises_beside_{{next}}": (
            for_each: [{next}],
            when: "{{x}}.stance < p5",
            pressure: [(when: "{{next}}.stance > {{x}}.stance", is: "0.12 per 1d"), (is: "0.02 per 1d")],
            then: ["{{x}}.stance up"],
        ),
        "{{x}}_calms": (
            for_each: {{x: [{names}]}},
            when: "{{x}}.stance in (p1, p2, p3, p4)",
            pressure: "0.08 per 1d",
            then: ["{{x}}.stance down"],
        ),
        "{{x}}_is_alarmed_by_{{far}}": (
            for_each: [{far}],
            when: "{{far}}.stance >= p4 and {{x}}.stance <= p2",
            pressure: "0.05 per 1d",
            then: ["{{x}}.stance = p3"],
        ),
    }},
    outcomes: [(name: stopped, when: "count(fall) >= {enough}"), (name: went_on)],
    stop_when: "count(fall) >= {enough}",
)
"#
    )
}

/// What the bench counts of our runs.
#[derive(Debug, Clone, Default)]
pub struct Count {
    /// Over all runs.
    pub sums: Sums,
    firings: u64,
    stopped: bool,
}

impl Observer for Count {
    fn begin(&mut self, _model: &Model, _state: &State, _run: u64) {
        (self.firings, self.stopped) = (0, false);
    }

    fn observe(&mut self, _model: &Model, _state: &State, occurrence: Occurrence<'_>) {
        self.firings += u64::from(matches!(occurrence, Occurrence::Fired { .. }));
    }

    fn settled(&mut self, _model: &Model, state: &State, now: &dyn Fn() -> u64, _boundary: bool) {
        if state.stopped && !self.stopped {
            self.stopped = true;
            self.sums.stopped += 1;
            self.sums.stop_time += now() as f64 / TICKS_PER_DAY as f64;
        }
    }

    fn end(&mut self, _model: &Model, _state: &State) {
        self.sums.runs += 1;
        self.sums.firings += self.firings;
        self.sums.firings_squared += (self.firings * self.firings) as f64;
    }
}

impl Collector for Count {
    fn fresh(_model: &Model) -> Self {
        Self::default()
    }

    fn merge(&mut self, later: Self) {
        self.sums.add(&later.sums);
    }
}
