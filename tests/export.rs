//! A compiled scenario as other programs read it: every name is declared, every form is one of the page's.
//!
//! Does not know what a scenario gives: that the numbers come out is checked by who computes with them.

use std::collections::BTreeSet;

use serde_json::Value;
use simulate::report::export::dot::dot;
use simulate::report::export::json::json;

use crate::support::{Scenario, all_scenarios};

fn exported(scenario: &Scenario) -> Value {
    let text = json(&scenario.model());
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

fn gallery(name: &str) -> Scenario {
    let path = format!("{}/scenarios/{name}.ron", env!("CARGO_MANIFEST_DIR"));
    Scenario::file(name, &std::fs::read_to_string(path).unwrap())
}

/// Names that the rest may use.
struct Declared {
    variables: BTreeSet<String>,
    /// But those of groups.
    leaves: BTreeSet<String>,
    groups: BTreeSet<String>,
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap_or_else(|| panic!("{value} should be a list"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} should be a text"))
}

/// The branches of a rule, `otherwise` last.
fn branches(rule: &Value) -> impl Iterator<Item = &Value> {
    list(&rule["branches"]).iter().chain([&rule["otherwise"]].into_iter().filter(|branch| !branch.is_null()))
}

impl Declared {
    fn of(model: &Value) -> Self {
        let mut leaves = BTreeSet::from(["start".to_owned()]);
        for variable in list(&model["variables"]) {
            let name = text(&variable["name"]);
            for value in variable["values"].as_array().into_iter().flatten() {
                leaves.insert(format!("{name} becomes {}", text(value)));
            }
            if variable["kind"] == "posture" {
                leaves.extend([format!("{name} rises"), format!("{name} falls")]);
            }
        }
        for watched in list(&model["lets"]) {
            let name = text(&watched["name"]);
            leaves.extend([format!("{name} begins"), format!("{name} ends")]);
        }
        for rule in list(&model["rules"]) {
            leaves.insert(text(&rule["id"]).to_owned());
            // What a branch raises beside its own names is emitted, and declared by that.
            leaves.extend(branches(rule).flat_map(|branch| list(&branch["raises"])).map(|name| text(name).to_owned()));
        }
        let variables = list(&model["variables"]).iter().map(|variable| text(&variable["name"]).to_owned()).collect();
        let groups = model["groups"].as_object().unwrap().keys().cloned().collect();
        Self { variables, leaves, groups }
    }

    fn event(&self, name: &Value) {
        assert!(self.leaves.contains(text(name)) || self.groups.contains(text(name)), "{name} is no event");
    }

    fn leaf(&self, name: &Value) {
        let name = text(name);
        assert!(self.leaves.contains(name) && !self.groups.contains(name), "{name} is no event of its own");
    }

    fn variable(&self, name: &Value) {
        assert!(self.variables.contains(text(name)), "{name} is no variable");
    }

    fn all(&self, parts: &[Value], check: impl Fn(&Self, &Value)) {
        parts.iter().for_each(|part| check(self, part));
    }

    fn number(&self, number: &Value) {
        let Some(form) = number.as_array() else {
            return assert!(number.as_f64().is_some_and(f64::is_finite), "{number} is no number");
        };
        match (text(&form[0]), &form[1..]) {
            ("var", [name]) => self.variable(name),
            ("count", [name]) => self.event(name),
            ("day", []) => {}
            ("+" | "-" | "*" | "/" | "times_odds", [a, b]) => self.all(&[a.clone(), b.clone()], Self::number),
            ("min" | "max", [parts]) => self.all(list(parts), Self::number),
            ("how_many", [parts]) => self.all(list(parts), Self::condition),
            ("cases", [cases, last]) => {
                for case in list(cases) {
                    self.condition(&case[0]);
                    self.number(&case[1]);
                }
                self.number(last);
            }
            ("hazard_within", [p, days]) => {
                self.number(p);
                assert!(days.as_f64().is_some_and(|days| days > 0.0));
            }
            _ => panic!("{number} is no number"),
        }
    }

    fn condition(&self, condition: &Value) {
        let Some(form) = condition.as_array() else { return assert!(condition.is_boolean(), "{condition}") };
        match (text(&form[0]), &form[1..]) {
            ("is", [name]) => self.variable(name),
            ("since_at_least", [name, steps]) => {
                self.event(name);
                assert!(steps.is_u64());
            }
            ("during", [from, to]) => assert!(from.as_u64() <= to.as_u64()),
            ("==" | "!=" | "<" | "<=" | ">" | ">=", [a, b]) => self.all(&[a.clone(), b.clone()], Self::number),
            ("not", [inner]) => self.condition(inner),
            ("and" | "or", [parts]) => self.all(list(parts), Self::condition),
            _ => panic!("{condition} is no condition"),
        }
    }

    fn when(at: &Value) {
        let known =
            matches!(list(at).as_slice(), [word, step] if ["before", "settled"].contains(&text(word)) && step.is_u64());
        assert!(at.is_null() || known, "{at} is no time");
    }

    fn ask(&self, ask: &Value) {
        let form = list(ask);
        match (text(&form[0]), &form[1..]) {
            ("not", [inner]) => self.ask(inner),
            ("and" | "or", [parts]) => self.all(list(parts), Self::ask),
            ("at_end", [condition]) | ("stays", [condition, _]) => self.condition(condition),
            ("ever" | "on", [condition, at]) => {
                self.condition(condition);
                if !at.is_null() {
                    Self::when(at);
                }
            }
            ("count", [name, op, number, at]) => {
                self.event(name);
                assert!(["==", "!=", "<", "<=", ">", ">="].contains(&text(op)) && number.is_number());
                if !at.is_null() {
                    Self::when(at);
                }
            }
            ("before", [a, b]) | ("then", [a, b, _]) => self.all(&[a.clone(), b.clone()], Self::event),
            _ => panic!("{ask} is no question"),
        }
    }

    fn asked_number(&self, ask: &Value) {
        let form = list(ask);
        match (text(&form[0]), &form[1..]) {
            ("count", [name, at]) => {
                self.event(name);
                assert!(at.is_null() || at[1].is_u64());
            }
            ("at_end" | "total" | "highest", [number]) => self.number(number),
            ("on", [number, at]) => {
                self.number(number);
                Self::when(at);
            }
            ("first" | "total_time", [condition]) => self.condition(condition),
            _ => panic!("{ask} is no number of a run"),
        }
    }

    fn branch(&self, branch: &Value, draw: &str) {
        self.all(list(&branch["raises"]), Self::leaf);
        match draw {
            "weight" => self.number(&branch["weight"]),
            "odds" => {
                self.condition(&branch["when"]);
                self.number(&branch["odds"]);
            }
            _ => assert!(branch.get("weight").or(branch.get("odds")).is_none()),
        }
        for effect in list(&branch["effects"]) {
            self.variable(&effect[1]);
            match text(&effect[0]) {
                "map" => assert!(list(&effect[2]).iter().all(Value::is_i64)),
                word => {
                    assert!(["set", "add"].contains(&word), "{effect}");
                    self.number(&effect[2]);
                }
            }
        }
    }

    fn rule(&self, rule: &Value) {
        self.condition(&rule["when"]);
        let clock = &rule["clock"];
        if let Some(hazard) = clock.get("pressure") {
            self.number(hazard);
        } else if let Some(response) = clock.get("response") {
            assert!(!list(&response["on"]).is_empty(), "{rule}");
            self.all(list(&response["on"]), Self::event);
            self.number(&response["chance"]);
            assert!(list(&response["delay"]).is_sorted_by_key(Value::as_f64));
        } else {
            assert!(clock["at"].is_array() || clock["every"]["period"].as_u64() > Some(0), "{clock}");
        }
        let draw = text(&rule["draw"]);
        list(&rule["branches"]).iter().for_each(|branch| self.branch(branch, draw));
        if rule["otherwise"].is_object() {
            self.branch(&rule["otherwise"], "otherwise");
        }
    }
}

/// Reads the whole of it as the page says, and finds every name declared.
fn check(model: &Value) {
    let declared = Declared::of(model);
    for rule in list(&model["rules"]) {
        declared.rule(rule);
    }
    list(&model["lets"]).iter().for_each(|watched| declared.condition(&watched["is"]));
    for members in model["groups"].as_object().unwrap().values() {
        assert!(!list(members).is_empty());
        declared.all(list(members), Declared::leaf);
    }
    if !model["stop_when"].is_null() {
        declared.condition(&model["stop_when"]);
    }
    let (last, asked) = list(&model["outcomes"]).split_last().unwrap();
    assert!(last["ask"].is_null());
    asked.iter().for_each(|outcome| declared.ask(&outcome["ask"]));
    for question in list(&model["questions"]) {
        match question.get("number") {
            Some(number) => declared.asked_number(number),
            None => declared.ask(&question["ask"]),
        }
    }
}

#[test]
fn the_smallest_scenario_as_data() {
    insta::assert_snapshot!(json(&gallery("outreach").model()));
}

#[test]
fn every_scenario_is_exported_with_all_names_declared() {
    for (name, text) in all_scenarios() {
        check(&exported(&Scenario::file(&name, &text)));
    }
}

/// One of everything.
fn everything() -> Scenario {
    Scenario::new(
        r#"clock: (start: "2024-02-07T06:00", horizon: "30d", step: "6h"),
        actors: { a: (postures: { x: (ladder: [calm, tense, war], start: calm), y: (states: [idle, busy], start: idle) }) },
        indicators: { heat: (range: (-5, 5), start: 1, decays: (half_life: "3d", towards: 0, every: "1d")) },
        flags: { open: true },
        lets: { jammed: "heat > 3 and open" },
        events: { hostile: ["clash/war", "a.x rises", worse], worse: [shout, "jammed begins"] },
        stop_when: "a.x == war and heat >= 5",
        rules: {
            clash: (
                pressure: "2 per 10d", when: "open or not during(2024-02-09..2024-02-12)", at_most: 3, cooldown: "12h",
                factors: [(when: "since(shout) < 2d", rate_times: 3)],
                choose: { war: (weight: 0.25, then: ["a.x up", "heat += 2", "emit shout"]), noise: (weight: "max(0, heat) / 10"), otherwise: () },
            ),
            quiet: (pressure: "50% within 3d", then: ["a.x down", "a.y = busy"]),
            answer: (
                on: [hostile], chance: "min(0.9, 0.1 + how_many(open, a.y == busy) / 4)", after: "1d to 2d",
                if_lapsed: keep, again: restart, priority: 2,
                factors: [(when: "count(clash) >= 2", odds_times: 2)],
                choose: {
                    talk: (odds: 2, when: "a.x == calm", then: ["heat -= 1"]),
                    walk: (odds: [(when: "heat > 2", is: 3), (is: "1 + day / 30")], then: ["open = false"]),
                    otherwise: (),
                },
            ),
            session: (at: ["2024-02-20"], then: ["open = true"]),
            patrol: (every: "5d", then: ["heat += 1"]),
        },
        outcomes: [
            (name: war, when: "(ever(a.x == war) by 2024-02-20) or stays(a.x >= tense) for 2d"),
            (name: rest),
        ],
        questions: {
            twice: (ask: "(count(clash) >= 2 by 5d) and not (a.y == busy at end)"),
            order: (ask: "(clash before answer) or (clash then answer within 3d)"),
            on_day: (ask: "a.x == tense on 2024-02-12"),
            how_many: (ask: "count(hostile)"),
            end: (ask: "heat at end"),
            on: (ask: "heat on 3d"),
            first: (ask: "first(a.x == war)"),
            total: (ask: "total(heat)"),
            days: (ask: "total(open)"),
            peak: (ask: "highest(heat)"),
        },"#,
    )
    .force("clash/war@2024-02-10")
    .forbid("answer/walk")
}

#[test]
fn every_feature_of_the_language_is_exported_and_declared() {
    let model = exported(&everything());
    check(&model);
    let forms = model.to_string();
    let missing = |form: &str| !forms.contains(&format!("[\"{form}\""));
    let all = [
        "var",
        "count",
        "day",
        "+",
        "/",
        "min",
        "max",
        "how_many",
        "cases",
        "times_odds",
        "is",
        "since_at_least",
        "during",
        "==",
        ">",
        ">=",
        "not",
        "and",
        "or",
        "set",
        "add",
        "map",
        "ever",
        "at_end",
        "on",
        "before",
        "then",
        "stays",
        "first",
        "total",
        "total_time",
        "highest",
        "settled",
    ];
    assert_eq!(all.iter().filter(|form| missing(form)).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(model["start"], "2024-02-07T06:00");
    assert_eq!(model["step_days"], 0.25);
    assert_eq!(model["groups"]["hostile"], serde_json::json!(["clash/war", "shout", "a.x rises", "jammed begins"]));
    assert_eq!(model["rules"][0]["branches"][0]["raises"], serde_json::json!(["clash", "clash/war", "shout"]));
    assert_eq!(model["rules"][2]["branches"][1]["forbidden"], true);
    assert_eq!(model["forced"], serde_json::json!([{ "at": 11, "branch": 0, "rule": "clash" }]));
    assert_eq!(list(&model["rules"]).last().unwrap()["id"], "decay of heat");
}

#[test]
fn a_graph_has_an_edge_for_each_rule_that_can_move_the_posture() {
    let model = everything().forbid("quiet").model();
    let text = dot(&model, model.actors.first());
    let edges: Vec<&str> = text.lines().map(str::trim).filter(|line| line.contains("->")).collect();
    assert_eq!(
        edges,
        [
            r#""a.x calm" -> "a.x tense" [label="clash/war", style=solid];"#,
            r#""a.x tense" -> "a.x war" [label="clash/war", style=solid];"#,
        ]
    );
    assert!(text.contains(r#""a.x calm" [label="calm", penwidth=3];"#), "{text}");
    assert_eq!(dot(&model, None), text);
}

#[test]
fn an_edge_begins_where_the_guard_lets_it() {
    let model = Scenario::new(
        r#"clock: (start: "2024-02-01", horizon: "30d"), flags: { mad: false },
        actors: { a: (postures: { x: (ladder: [calm, tense, war, over], start: calm), y: (states: [idle, busy], start: idle) }) },
        rules: {
            pushes: (pressure: "1 per 10d", when: "a.x < war and a.y == idle", then: ["a.x up"]),
            back: (on: ["a.x becomes war"], after: "3d", when: "a.x == war", then: ["a.x = tense", "a.x down"]),
            never: (at: "2024-02-05", when: "a.y == busy", then: ["a.x = over"]),
        }"#,
    )
    .model();
    let text = dot(&model, None);
    let edges: Vec<&str> = text.lines().map(str::trim).filter(|line| line.contains("->")).collect();
    assert_eq!(
        edges,
        [
            r#""a.x calm" -> "a.x tense" [label="pushes", style=solid];"#,
            r#""a.x tense" -> "a.x war" [label="pushes", style=solid];"#,
            r#""a.x war" -> "a.x calm" [label="back", style=dashed];"#,
        ]
    );
}
