//! The ring model.
//!
//! n actors stand on a ring, each with a posture 0 to 5, all at 0. Per day, an actor below 5 goes up one at 0.02, at 0.12
//! while the next actor stands higher; from 1 to 4 it goes down one at 0.08; at 2 or lower it goes to 3 at 0.05 while
//! the actor two further stands at 4 or 5. A run stops when 2 actors (n = 5) or n/2 actors stand at 5, or after 365 days.

/// The scenario of `n` actors, of which so many at 5 stop a run.
pub fn text(n: usize, enough: usize) -> String {
    let actor = |i: usize| format!("a{}", i % n);
    let rows = |name: &str, by: usize| -> String {
        (0..n).map(|i| format!("{{x: {}, {name}: {}}}", actor(i), actor(i + by))).collect::<Vec<_>>().join(", ")
    };
    let (next, far) = (rows("next", 1), rows("far", 2));
    let names = (0..n).map(actor).collect::<Vec<_>>().join(", ");
    let falls = (0..n).map(|i| format!("\"{}.stance becomes p5\"", actor(i))).collect::<Vec<_>>().join(", ");
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
