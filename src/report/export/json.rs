//! A compiled scenario as JSON, for programs that check this one or compute something else (`simulate export json`).
//!
//! Format `simulate-model`, version 1. Everything is as it stands after templates, parameters and overrides; times are
//! numbers of steps, and boundaries are `0..steps`.
//!
//! ```text
//! { "format": "simulate-model", "version": 1, "title": "…", "step_days": 1.0, "steps": 30, "start": "2024-02-07" | null,
//!   "variables": [{"name", "kind": "posture" | "indicator" | "flag", "low", "high", "start", "values": [names of 0..]}],
//!   "lets": [{"name", "is": COND}],         those whose `NAME begins` or `NAME ends` somebody asks for, in file order
//!   "groups": {"hostile": [EVENT…]},        events that stand for any of several; the members are no groups
//!   "rules": [{                             in file order; decays are recurring rules at the end
//!     "id", "when": COND, "forbidden", "at_most": n | null, "cooldown": steps | null, "priority",
//!     "clock": {"pressure": NUM}            hazard per day, factors included
//!            | {"response": {"on": [EVENT…], "chance": NUM, "delay": [P(d<=0), P(d<=1), …], "keep", "restart"}}
//!            | {"at": [k…]} | {"every": {"from": k, "period": steps}},
//!     "draw": "only" | "weight" | "odds", "branches": [BRANCH…], "otherwise": BRANCH | null}],
//!   "forced": [{"at": k, "rule", "branch": index | null}],     `otherwise` is the index after the branches
//!   "stop_when": COND | null,
//!   "outcomes": [{"name", "ask": ASK | null}],                 only the last has null
//!   "questions": [{"name", "ask": ASK} | {"name", "number": NUMBER}] }
//!
//! BRANCH  {"name", "weight": NUM | "when": COND and "odds": NUM, "forbidden", "raises": [EVENT…],
//!          "effects": [["set", VAR, NUM] | ["add", VAR, NUM] | ["map", VAR, [new value by old value minus low]]]}
//!         raised are the rule's own event, `rule/branch` and emitted names; posture changes and groups follow from them
//! EVENT   start, RULE, RULE/BRANCH, an emitted name, VAR becomes VALUE, VAR rises, VAR falls, LET begins, LET ends, a group
//! NUM     number | ["var", VAR] | ["count", EVENT] | ["day"] | ["+" | "-" | "*" | "/", NUM, NUM] | ["min", [NUM…]]
//!         | ["max", [NUM…]] | ["how_many", [COND…]] | ["cases", [[COND, NUM]…], NUM]
//!         | ["hazard_within", p, days], which is -ln(1 - p) / days | ["times_odds", p, factor], odds of p times factor
//! COND    true | false | ["is", FLAG] | ["since_at_least", EVENT, steps], also if it never occurred
//!         | ["during", from, to], from <= step < to | ["==" | "!=" | "<" | "<=" | ">" | ">=", NUM, NUM]
//!         | ["not", COND] | ["and", [COND…]] | ["or", [COND…]]
//! ASK     ["not", ASK] | ["and", [ASK…]] | ["or", [ASK…]] | ["ever", COND, WHEN | null] | ["at_end", COND]
//!         | ["on", COND, WHEN] | ["count", EVENT, OP, number, WHEN | null] | ["before", EVENT, EVENT]
//!         | ["then", EVENT, EVENT, steps] | ["stays", COND, steps]
//! NUMBER  ["count", EVENT, WHEN | null] | ["at_end", NUM] | ["on", NUM, WHEN] | ["first", COND] | ["total", NUM]
//!         | ["total_time", COND] | ["highest", NUM]
//! WHEN    ["before", k]: instants with a step number below k; the state just before the instant of boundary k
//!         | ["settled", k]: up to and including the instant of boundary k
//! ```

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::formula::Trees;
use crate::model::{Asked, Calendar, Clock, Event, EventId, Model, RuleId, Step, VariableKind};
use crate::model::{Branch as ModelBranch, Branches, Rule as ModelRule, Variable as ModelVariable};
use crate::scenario::quantity::Moment;

/// Version of the format; it changes when a field changes its name or its meaning.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Variable<'a> {
    name: &'a str,
    kind: &'static str,
    low: i32,
    high: i32,
    start: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<&'a [String]>,
}

#[derive(Serialize)]
struct Let<'a> {
    name: &'a str,
    is: Value,
}

#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    when: Value,
    forbidden: bool,
    at_most: Option<u32>,
    cooldown: Option<Step>,
    priority: i64,
    clock: Timing<'a>,
    draw: &'static str,
    branches: Vec<Branch<'a>>,
    otherwise: Option<Branch<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Timing<'a> {
    Pressure(Value),
    Response { on: Vec<&'a str>, chance: Value, delay: Vec<f64>, keep: bool, restart: bool },
    At(&'a [Step]),
    Every { from: Step, period: Step },
}

#[derive(Serialize)]
struct Branch<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    odds: Option<Value>,
    forbidden: bool,
    effects: Vec<Value>,
    raises: Vec<&'a str>,
}

#[derive(Serialize)]
struct Forced<'a> {
    at: Step,
    rule: &'a str,
    branch: Option<usize>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    name: &'a str,
    ask: Option<Value>,
}

#[derive(Serialize)]
struct Question<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<Value>,
}

/// `model` as one JSON object, an entry of a list a line.
pub fn json(model: &Model) -> String {
    let exporter = Exporter::of(model);
    let trees = exporter.trees;
    let forced = model
        .forced
        .iter()
        .map(|f| Forced { at: f.at, rule: &model.rule(f.rule).id, branch: f.branch })
        .collect::<Vec<_>>();
    let fields = [
        one("format", &"simulate-model"),
        one("version", &VERSION),
        one("title", &model.title),
        one("step_days", &(model.calendar.step_seconds as f64 / 86_400.0)),
        one("steps", &model.calendar.steps),
        one("start", &start(&model.calendar)),
        list("variables", &model.variables.iter().map(variable).collect::<Vec<_>>()),
        list("lets", &exporter.lets()),
        one("groups", &exporter.groups()),
        list(
            "rules",
            &model.rules.iter().enumerate().map(|(i, r)| exporter.rule(RuleId(i as u32), r)).collect::<Vec<_>>(),
        ),
        list("forced", &forced),
        one("stop_when", &model.stop_when.as_ref().map(|stop| trees.condition(stop))),
        list("outcomes", &exporter.outcomes()),
        list("questions", &exporter.questions()),
    ];
    format!("{{\n  {}\n}}\n", fields.join(",\n  "))
}

fn one(key: &str, value: &impl Serialize) -> String {
    format!("\"{key}\": {}", line(value))
}

fn list<T: Serialize>(key: &str, entries: &[T]) -> String {
    if entries.is_empty() {
        return format!("\"{key}\": []");
    }
    let lines: Vec<String> = entries.iter().map(line).collect();
    format!("\"{key}\": [\n    {}\n  ]", lines.join(",\n    "))
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain values whose maps have strings as keys")
}

/// Time 0: a day, or an instant where it is no midnight.
fn start(calendar: &Calendar) -> Option<String> {
    let seconds = calendar.start?;
    let whole_day = seconds.rem_euclid(86_400) == 0;
    Some(if whole_day { Moment::at_seconds(seconds).date() } else { Moment { seconds, whole_day }.to_string() })
}

fn variable(variable: &ModelVariable) -> Variable<'_> {
    let (kind, values) = match &variable.kind {
        VariableKind::Posture { values, .. } => ("posture", Some(values.as_slice())),
        VariableKind::Indicator => ("indicator", None),
        VariableKind::Flag => ("flag", None),
    };
    Variable { name: &variable.name, kind, low: variable.low, high: variable.high, start: variable.start, values }
}

struct Exporter<'a> {
    model: &'a Model,
    trees: Trees<'a>,
    /// By event: it is a group.
    is_group: Vec<bool>,
}

impl<'a> Exporter<'a> {
    fn of(model: &'a Model) -> Self {
        let mut is_group = vec![false; model.events.len()];
        model.events.iter().flat_map(|event| &event.groups).for_each(|group| is_group[group.0 as usize] = true);
        Self { model, trees: Trees::of(model), is_group }
    }

    fn lets(&self) -> Vec<Let<'a>> {
        self.model.watches.iter().map(|w| Let { name: &w.name, is: self.trees.condition(&w.condition) }).collect()
    }

    fn groups(&self) -> BTreeMap<&'a str, Vec<&'a str>> {
        let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for event in &self.model.events {
            let Event { name, groups: of, .. } = event;
            of.iter().for_each(|group| groups.entry(self.trees.event(*group)).or_default().push(name));
        }
        groups
    }

    fn rule(&self, id: RuleId, rule: &'a ModelRule) -> Rule<'a> {
        let (draw, branches, otherwise) = self.branches(&rule.branches);
        Rule {
            id: &rule.id,
            when: self.trees.condition(&rule.guard),
            forbidden: rule.forbidden,
            at_most: rule.at_most.map(|(_, most)| most),
            cooldown: rule.cooldown.map(|(_, steps)| steps),
            priority: rule.priority,
            clock: self.timing(id, rule),
            draw,
            branches,
            otherwise,
        }
    }

    fn timing(&self, id: RuleId, rule: &'a ModelRule) -> Timing<'a> {
        match &rule.clock {
            Clock::Pressure { hazard, .. } => Timing::Pressure(self.trees.number(hazard)),
            Clock::Response { chance, delay, keep, restart, .. } => {
                let heard = self.model.events.iter().filter(|event| event.listeners.contains(&id));
                Timing::Response {
                    on: heard.map(|event| event.name.as_str()).collect(),
                    chance: self.trees.number(chance),
                    delay: (0..=delay.longest()).map(|steps| delay.by(steps)).collect(),
                    keep: *keep,
                    restart: *restart,
                }
            }
            Clock::Dated(steps) => Timing::At(steps),
            Clock::Recurring { from, every } => Timing::Every { from: *from, period: *every },
        }
    }

    fn branches(&self, of: &'a Branches) -> (&'static str, Vec<Branch<'a>>, Option<Branch<'a>>) {
        let plain = |branch: &'a ModelBranch| self.branch(branch);
        match of {
            Branches::One(branch) => ("only", vec![plain(branch)], None),
            Branches::Weighted { branches, otherwise } => {
                let weighted = branches.iter().map(|(weight, branch)| {
                    let weight = Some(self.trees.number(weight));
                    Branch { weight, ..plain(branch) }
                });
                ("weight", weighted.collect(), otherwise.as_ref().map(plain))
            }
            Branches::Odds { branches, otherwise } => {
                let drawn = branches.iter().map(|(when, odds, branch)| {
                    let (when, odds) = (Some(self.trees.condition(when)), Some(self.trees.number(odds)));
                    Branch { when, odds, ..plain(branch) }
                });
                ("odds", drawn.collect(), otherwise.as_ref().map(plain))
            }
        }
    }

    fn branch(&self, branch: &'a ModelBranch) -> Branch<'a> {
        let own = |event: &&EventId| !self.is_group[event.0 as usize];
        Branch {
            name: &branch.name,
            weight: None,
            when: None,
            odds: None,
            forbidden: branch.forbidden,
            effects: branch.effects.iter().map(|effect| self.trees.effect(effect)).collect(),
            raises: branch.raises.iter().filter(own).map(|event| self.trees.event(*event)).collect(),
        }
    }

    fn outcomes(&self) -> Vec<Outcome<'a>> {
        let ask = |o: &'a crate::model::Outcome| o.ask.as_ref().map(|ask| self.trees.ask(ask));
        self.model.outcomes.iter().map(|o| Outcome { name: &o.name, ask: ask(o) }).collect()
    }

    fn questions(&self) -> Vec<Question<'a>> {
        let question = |q: &'a crate::model::Question| match &q.ask {
            Asked::YesNo(ask) => Question { name: &q.name, ask: Some(self.trees.ask(ask)), number: None },
            Asked::Number(ask) => Question { name: &q.name, ask: None, number: Some(self.trees.ask_number(ask)) },
        };
        self.model.questions.iter().map(question).collect()
    }
}
