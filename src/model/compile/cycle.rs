//! Cycles of rules that set each other off within one instant, for ever (SEMANTICS 5): refused at load.
//!
//! Does not know probabilities: a rule takes part only if it follows its trigger with certainty and at once. A
//! cycle with a guard that the cascade itself may end is let through; the limit of firings watches over it.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::formula::{Condition, Slot, Tabulated};
use crate::model::{Branch, Clock, Effect, EventId, Model, Rule, RuleId, VariableId};

/// Reports every cycle. `guards` are the guards of `model.rules`, one by one, as trees.
pub fn refuse(model: &Model, guards: &[Condition], diagnostics: &mut Diagnostics) {
    let mut open: BTreeSet<RuleId> = all(model).filter(|id| certain(model.rule(*id))).collect();
    while let Some(cycle) = any_cycle(&mut open, model) {
        if endless(&cycle, model, guards) {
            diagnostics.push(mistake(&cycle, model));
            cycle.iter().for_each(|id| _ = open.remove(id));
        } else {
            open.remove(&cycle[0]);
        }
    }
}

fn all(model: &Model) -> impl Iterator<Item = RuleId> {
    (0..model.rules.len() as u32).map(RuleId)
}

/// Follows its trigger whenever its guard holds, at once, however often.
fn certain(rule: &Rule) -> bool {
    let Clock::Response { chance, delay, .. } = &rule.clock else { return false };
    chance.as_constant().is_some_and(|chance| chance >= 1.0)
        && delay.at_once() >= 1.0
        && rule.at_most.is_none()
        && rule.cooldown.is_none()
        && !rule.forbidden
        && rule.guard.as_constant() != Some(false)
}

/// Some cycle among `open`, first rule of the file first; rules that lie on none are taken out of `open` on the way.
fn any_cycle(open: &mut BTreeSet<RuleId>, model: &Model) -> Option<Vec<RuleId>> {
    loop {
        let start = *open.first()?;
        let mut path = vec![start];
        loop {
            let last = *path.last()?;
            match next(last, open, model) {
                None => {
                    open.remove(&last);
                    break;
                }
                Some(id) => match path.iter().position(|seen| *seen == id) {
                    Some(from) => {
                        let mut cycle = path.split_off(from);
                        let first = cycle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(index, _)| index);
                        cycle.rotate_left(first);
                        return Some(cycle);
                    }
                    None => path.push(id),
                },
            }
        }
    }
}

/// A rule of `open` that every firing of `id` triggers.
fn next(id: RuleId, open: &BTreeSet<RuleId>, model: &Model) -> Option<RuleId> {
    let listeners = surely_raised(model.rule(id)).into_iter().flat_map(|event| &model.event(event).listeners);
    listeners.copied().filter(|listener| open.contains(listener)).min()
}

/// The events that a firing raises whatever branch is drawn.
fn surely_raised(rule: &Rule) -> Vec<EventId> {
    match &rule.branches {
        crate::model::Branches::One(branch) => branch.raises.clone(),
        branches => {
            let common = |event: &&EventId| branches.iter().all(|branch| branch.raises.contains(event));
            rule.nothing.raises.iter().filter(common).copied().collect()
        }
    }
}

/// Whether all guards can hold together, and nothing that the cycle sets off can change what they read.
fn endless(cycle: &[RuleId], model: &Model, guards: &[Condition]) -> bool {
    let touched = touched(cycle, model);
    let ended = |slot: &Slot| match slot {
        Slot::Variable(id) => touched.variables.contains(id),
        Slot::Count(id) | Slot::AgeAtLeast(id, _) => touched.events.contains(&model.counters[id.0 as usize].event),
        Slot::During(..) | Slot::Day => false,
    };
    if cycle.iter().any(|id| model.rule(*id).guard.reads.iter().any(ended)) {
        return false;
    }
    let together = Condition::And(cycle.iter().map(|id| guards[id.0 as usize].clone()).collect());
    let together = Tabulated::condition(together, |slot| match slot {
        Slot::Variable(id) => (model.variable(id).low, model.variable(id).high),
        Slot::Count(id) => (0, model.counters[id.0 as usize].cap as i32),
        Slot::AgeAtLeast(..) | Slot::During(..) => (0, 1),
        Slot::Day => (0, model.calendar.day(model.calendar.steps)),
    });
    together.table().is_none_or(|table| table.contains(&true))
}

/// What a cascade can reach.
#[derive(Default)]
struct Touched {
    variables: BTreeSet<VariableId>,
    events: BTreeSet<EventId>,
}

/// Everything that firings of `rules`, and of what can follow them in the same instant, may write and raise.
fn touched(rules: &[RuleId], model: &Model) -> Touched {
    let mut touched = Touched::default();
    let mut seen: BTreeSet<RuleId> = rules.iter().copied().collect();
    let mut queue: Vec<RuleId> = rules.to_vec();
    while let Some(id) = queue.pop() {
        let rule = model.rule(id);
        let mut raised = Vec::new();
        for branch in rule.branches.iter().chain([&rule.nothing]) {
            raised.extend(&branch.raises);
            raised.extend(written(branch).flat_map(|variable| consequences(variable, model)));
            touched.variables.extend(written(branch));
        }
        let groups: Vec<EventId> = raised.iter().flat_map(|event| model.event(*event).groups.clone()).collect();
        for event in raised.into_iter().chain(groups) {
            touched.events.insert(event);
            for listener in &model.event(event).listeners {
                let at_once =
                    matches!(&model.rule(*listener).clock, Clock::Response { delay, .. } if delay.at_once() > 0.0);
                if at_once && seen.insert(*listener) {
                    queue.push(*listener);
                }
            }
        }
    }
    touched
}

fn written(branch: &Branch) -> impl Iterator<Item = VariableId> {
    branch.effects.iter().map(|effect| match effect {
        Effect::Set(id, _) | Effect::Add(id, _) | Effect::Map(id, _) => *id,
    })
}

/// The events that a change of `variable` may raise.
fn consequences(variable: VariableId, model: &Model) -> Vec<EventId> {
    let posture = &model.posture_events[variable.0 as usize];
    let moved = posture.rises.into_iter().chain(posture.falls).chain(posture.becomes.iter().copied().flatten());
    let reads = |condition: &Tabulated<bool>| condition.reads.contains(&Slot::Variable(variable));
    let turned = model.watches.iter().filter(|watch| reads(&watch.condition)).flat_map(|w| [w.begins, w.ends]);
    moved.chain(turned).collect()
}

fn mistake(cycle: &[RuleId], model: &Model) -> Diagnostic {
    let name = |id: &RuleId| format!("`{}`", model.rule(*id).id);
    let (first, rest) = (cycle[0], &cycle[1..]);
    let chain: Vec<String> = cycle.iter().chain([&first]).map(name).collect();
    let what = if rest.is_empty() {
        format!("the rule {} sets itself off again at once, without end", chain[0])
    } else {
        format!("these rules set each other off at once, without end: {}", chain.join(", then "))
    };
    let span = model.rule(first).span;
    let mut others: Vec<_> = rest.iter().map(|id| model.rule(*id)).filter(|rule| rule.span != span).collect();
    others.dedup_by_key(|rule| rule.span);
    let mistake = Diagnostic::error("endless-cycle", what, span);
    let mistake =
        others.into_iter().fold(mistake, |mistake, rule| mistake.related(rule.span, format!("`{}` is here", rule.id)));
    mistake
        .help("give one of them time (`after: \"1d\"`), a `chance` below 1, `at_most: 1` or a `cooldown`")
        .help("or a condition that what they do brings to an end, such as `when: \"tension < 80\"`")
}
