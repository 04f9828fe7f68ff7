//! What in a scenario needs the calendar, and so keeps it from being a chain in continuous time.
//!
//! Does not know states.

use crate::model::formula::Slot;
use crate::model::{Asked, Branches, Clock, Model, Rule, RuleId, VariableId};

use super::Time;
use crate::exact::slice::{Closure, Root, sliced};

/// Something that needs the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// A rule's id, a let's name, or `stop_when`.
    pub name: String,
    /// What about it.
    pub why: &'static str,
}

/// Everything that a scenario asks.
pub(super) fn asked(model: &Model) -> Vec<Asked> {
    let outcomes = model.outcomes.iter().filter_map(|outcome| outcome.ask.clone()).map(Asked::YesNo);
    outcomes.chain(model.questions.iter().map(|question| question.ask.clone())).collect()
}

/// The slice of everything that a scenario asks, or all of it if it asks nothing.
pub(super) fn slice_of_all(model: &Model, asked: &[Asked]) -> Closure {
    if !asked.is_empty() {
        return Closure::of(model, asked.iter().map(Root::Asked));
    }
    let variables = (0..model.variables.len()).map(|index| Root::Variable(VariableId(index as u32)));
    let rules = (0..model.rules.len()).map(|index| Root::Rule(RuleId(index as u32)));
    Closure::of(model, variables.chain(rules))
}

/// How time goes in what a scenario asks about: continuously if a pressure matters.
pub(super) fn time_of(model: &Model) -> Time {
    let asked = asked(model);
    let closure = Closure::of(model, asked.iter().map(Root::Asked));
    if pressures(model, &closure).is_empty() { Time::Discrete } else { Time::Continuous }
}

/// The pressures of a slice.
pub(super) fn pressures(model: &Model, closure: &Closure) -> Vec<RuleId> {
    let is_pressure = |id: &RuleId| matches!(model.rule(*id).clock, Clock::Pressure { .. });
    closure.rule_ids().into_iter().filter(is_pressure).collect()
}

/// What needs the calendar in the slice `closure` of `model`, whose questions are `asked`.
pub(super) fn obstacles(model: &Model, closure: &Closure, asked: &[Asked]) -> Vec<Obstacle> {
    let model = sliced(model, closure, asked);
    let mut found = Vec::new();
    let mut note = |name: &str, why| found.push(Obstacle { name: name.to_owned(), why });
    for id in closure.rule_ids() {
        let rule = model.rule(id);
        let forced = model.forced.iter().any(|forced| forced.rule == id);
        reasons(rule, forced).into_iter().for_each(|why| note(&rule.id, why));
    }
    for (watch, _) in model.watches.iter().zip(&closure.watches).filter(|(_, inside)| **inside) {
        if reads_time(&watch.condition.reads) {
            note(&watch.name, READS);
        }
    }
    if model.stop_when.as_ref().is_some_and(|stop| reads_time(&stop.reads)) {
        note("stop_when", READS);
    }
    found
}

const READS: &str = "asks for the date or for how long ago something was";

/// Whether something reads the calendar.
pub(super) fn reads_time(reads: &[Slot]) -> bool {
    reads.iter().any(|slot| matches!(slot, Slot::AgeAtLeast(..) | Slot::During(..) | Slot::Day))
}

/// What about a rule needs the calendar.
fn reasons(rule: &Rule, forced: bool) -> Vec<&'static str> {
    let clock = match &rule.clock {
        Clock::Pressure { .. } => None,
        Clock::Response { delay, .. } => (delay.certain() != Some(0)).then_some("does not follow at once"),
        Clock::Dated(steps) => (!steps.is_empty()).then_some("has a date"),
        Clock::Recurring { .. } => Some("recurs"),
    };
    let others = [
        (rule.cooldown.is_some(), "has a cooldown"),
        (reads_time(&all_reads(rule)), READS),
        (forced, "is forced at a date"),
    ];
    clock.into_iter().chain(others.into_iter().filter(|(applies, _)| *applies).map(|(_, why)| why)).collect()
}

/// Everything that a rule reads.
fn all_reads(rule: &Rule) -> Vec<Slot> {
    let mut reads = rule.guard.reads.clone();
    if let Clock::Pressure { hazard: number, .. } | Clock::Response { chance: number, .. } = &rule.clock {
        reads.extend(&number.reads);
    }
    match &rule.branches {
        Branches::One(_) => {}
        Branches::Weighted { branches, .. } => branches.iter().for_each(|(weight, _)| reads.extend(&weight.reads)),
        Branches::Odds { branches, .. } => {
            branches.iter().for_each(|(when, odds, _)| reads.extend(when.reads.iter().chain(&odds.reads)));
        }
    }
    rule.branches.iter().flat_map(|branch| &branch.effects).for_each(|effect| reads.extend(effect.reads()));
    reads
}
