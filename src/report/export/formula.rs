//! Conditions, numbers, questions and effects as JSON trees: `["+", ["var", "tension"], 5]`.
//!
//! Does not know rules. What each form means stands in `json`.

use serde_json::{Value, json};

use crate::model::formula::{Condition, Number, Slot, Tabulated};
use crate::model::{Ask, AskNumber, CounterId, Effect, EventId, Model, VariableId, When};

/// Names for the ids of a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trees<'a> {
    model: &'a Model,
}

impl<'a> Trees<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        Self { model }
    }

    pub(super) fn event(self, id: EventId) -> &'a str {
        &self.model.event(id).name
    }

    fn variable(self, id: VariableId) -> &'a str {
        &self.model.variable(id).name
    }

    fn counted(self, id: CounterId) -> &'a str {
        self.event(self.model.counters[id.0 as usize].event)
    }

    pub(super) fn condition(self, condition: &Tabulated<bool>) -> Value {
        self.of_condition(&condition.tree())
    }

    pub(super) fn number(self, number: &Tabulated<f64>) -> Value {
        self.of_number(&number.tree())
    }

    fn conditions<'c>(self, list: impl IntoIterator<Item = &'c Condition>) -> Vec<Value> {
        list.into_iter().map(|c| self.of_condition(c)).collect()
    }

    fn numbers(self, list: &[Number]) -> Vec<Value> {
        list.iter().map(|n| self.of_number(n)).collect()
    }

    fn of_condition(self, condition: &Condition) -> Value {
        match condition {
            Condition::Constant(truth) => json!(truth),
            Condition::Holds(slot) => self.holds(*slot),
            Condition::Compare(op, a, b) => json!([op.to_string(), self.of_number(a), self.of_number(b)]),
            Condition::Not(c) => json!(["not", self.of_condition(c)]),
            Condition::And(list) => json!(["and", self.conditions(list)]),
            Condition::Or(list) => json!(["or", self.conditions(list)]),
        }
    }

    fn holds(self, slot: Slot) -> Value {
        match slot {
            Slot::Variable(id) => json!(["is", self.variable(id)]),
            Slot::AgeAtLeast(id, steps) => json!(["since_at_least", self.counted(id), steps]),
            Slot::During(from, to) => json!(["during", from, to]),
            Slot::Count(_) | Slot::Day => json!(["!=", self.read(slot), 0]),
        }
    }

    fn read(self, slot: Slot) -> Value {
        match slot {
            Slot::Variable(id) => json!(["var", self.variable(id)]),
            Slot::Count(id) => json!(["count", self.counted(id)]),
            Slot::Day => json!(["day"]),
            Slot::AgeAtLeast(..) | Slot::During(..) => json!(["how_many", [self.holds(slot)]]),
        }
    }

    fn of_number(self, number: &Number) -> Value {
        match number {
            Number::Constant(x) => constant(*x),
            Number::Read(slot) => self.read(*slot),
            Number::Arithmetic(op, a, b) => json!([op.to_string(), self.of_number(a), self.of_number(b)]),
            Number::Min(list) => json!(["min", self.numbers(list)]),
            Number::Max(list) => json!(["max", self.numbers(list)]),
            Number::HowMany(list) => json!(["how_many", self.conditions(list)]),
            Number::Cases(cases, last) => {
                let case = |(when, is): &(Condition, Number)| json!([self.of_condition(when), self.of_number(is)]);
                json!(["cases", cases.iter().map(case).collect::<Vec<_>>(), self.of_number(last)])
            }
            Number::HazardWithin(p, days) => json!(["hazard_within", self.of_number(p), days]),
            Number::TimesOdds(p, factor) => json!(["times_odds", self.of_number(p), self.of_number(factor)]),
        }
    }

    pub(super) fn effect(self, effect: &Effect) -> Value {
        match effect {
            Effect::Set(id, to) => json!(["set", self.variable(*id), self.number(to)]),
            Effect::Add(id, by) => json!(["add", self.variable(*id), self.number(by)]),
            Effect::Map(id, to) => json!(["map", self.variable(*id), to.as_ref()]),
        }
    }

    pub(super) fn ask(self, ask: &Ask) -> Value {
        let all = |list: &[Ask]| list.iter().map(|a| self.ask(a)).collect::<Vec<_>>();
        match ask {
            Ask::Not(inner) => json!(["not", self.ask(inner)]),
            Ask::And(list) => json!(["and", all(list)]),
            Ask::Or(list) => json!(["or", all(list)]),
            Ask::Ever(c, by) => json!(["ever", self.condition(c), by.map(when)]),
            Ask::AtEnd(c) => json!(["at_end", self.condition(c)]),
            Ask::On(c, at) => json!(["on", self.condition(c), when(*at)]),
            Ask::Count(event, compared, by) => {
                json!(["count", self.event(*event), compared.op.to_string(), constant(compared.with), by.map(when)])
            }
            Ask::Before(a, b) => json!(["before", self.event(*a), self.event(*b)]),
            Ask::Then(a, b, steps) => json!(["then", self.event(*a), self.event(*b), steps]),
            Ask::Stays(c, steps) => json!(["stays", self.condition(c), steps]),
        }
    }

    pub(super) fn ask_number(self, ask: &AskNumber) -> Value {
        match ask {
            AskNumber::Count(event, by) => json!(["count", self.event(*event), by.map(when)]),
            AskNumber::AtEnd(n) => json!(["at_end", self.number(n)]),
            AskNumber::On(n, at) => json!(["on", self.number(n), when(*at)]),
            AskNumber::First(c) => json!(["first", self.condition(c)]),
            AskNumber::Total(n) => json!(["total", self.number(n)]),
            AskNumber::TotalTime(c) => json!(["total_time", self.condition(c)]),
            AskNumber::Highest(n) => json!(["highest", self.number(n)]),
        }
    }
}

fn when(when: When) -> Value {
    match when {
        When::Before(step) => json!(["before", step]),
        When::Settled(step) => json!(["settled", step]),
    }
}

/// A whole number without a point.
fn constant(x: f64) -> Value {
    const EXACT: f64 = (1_u64 << 53) as f64;
    if x.fract() == 0.0 && x.abs() < EXACT { json!(x as i64) } else { json!(x) }
}
