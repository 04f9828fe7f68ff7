//! Units that stand alone, each with one rule of every kind that runs by itself: a pressure that is felt more by a unit
//! that is tense, a response to some incidents after some days, and a recurring rule.

use std::fmt::Write as _;

/// How large the scenario is.
#[derive(Clone, Copy)]
pub struct Size {
    /// Units.
    pub units: usize,
    /// The horizon.
    pub days: u32,
    /// Questions.
    pub questions: usize,
    /// After how many units at the top a run stops, if it does.
    pub enough: Option<u64>,
}

/// The scenario.
pub fn text(size: Size) -> String {
    let Size { units, days, questions, enough } = size;
    let names = (0..units).map(|unit| format!("u{unit}")).collect::<Vec<_>>().join(", ");
    let mut asked = String::new();
    for question in 0..questions {
        let unit = question % units;
        let least = 1 + question / units % 4;
        writeln!(asked, "q{question}: (ask: \"ever(u{unit}.alert >= l{least})\"),").expect("a string takes all");
    }
    let tops = (0..units).map(|unit| format!("\"u{unit}.alert becomes l4\"")).collect::<Vec<_>>().join(", ");
    let stop = enough.map_or_else(String::new, |enough| {
        format!("events: {{ top: [{tops}] }},\n    stop_when: \"count(top) >= {enough}\",")
    });
    format!(
        r#"(
    simulate: 1,
    clock: (horizon: "{days}d"),
    ladders: {{ alert: [l0, l1, l2, l3, l4] }},
    actors: {{ "{{x}}": (for_each: {{x: [{names}]}}, postures: {{ alert: (ladder: alert, start: l0) }}) }},
    rules: {{
        "{{x}}_incident": (
            for_each: {{x: [{names}]}},
            pressure: [(when: "{{x}}.alert >= l2", is: "1 per 10d"), (is: "1 per 40d")],
            then: ["{{x}}.alert up"],
        ),
        "{{x}}_answers": (
            for_each: {{x: [{names}]}},
            on: ["{{x}}_incident"], chance: "40%", after: "2d to 9d",
            then: ["{{x}}.alert down"],
        ),
        "{{x}}_rests": (for_each: {{x: [{names}]}}, every: "30d", then: ["{{x}}.alert down"]),
    }},
    outcomes: [(name: high, when: "ever(u0.alert == l4)"), (name: low)],
    questions: {{ {asked} }},
    {stop}
)
"#
    )
}
