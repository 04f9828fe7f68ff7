//! Rules that can set each other off without delay, round and round.
//!
//! Cycles that are certain never to end are refused by the compiler; these end only by chance, guard or limit.

use std::collections::BTreeSet;

use super::{Subject, listed};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::formula::Slot;
use crate::model::{Branch, Clock, Effect, EventId, Model, Rule, RuleId};

/// One warning for each set of rules that can all set each other off.
pub(super) fn cycles(subject: &Subject<'_>, found: &mut Diagnostics) {
    let model = subject.model;
    let at_once: Vec<RuleId> = model.responses.iter().copied().filter(|id| takes_part(subject, *id)).collect();
    let mut done: BTreeSet<RuleId> = BTreeSet::new();
    let mut spans = BTreeSet::new();
    for id in &at_once {
        if done.contains(id) {
            continue;
        }
        if let Some(path) = back_to(*id, &at_once, model) {
            done.extend(&path);
            if spans.insert(model.rule(*id).span) {
                found.push(warning(model, &path));
            }
        }
    }
}

fn takes_part(subject: &Subject<'_>, id: RuleId) -> bool {
    let rule = subject.model.rule(id);
    matches!(&rule.clock, Clock::Response { delay, .. } if delay.at_once() > 0.0) && subject.reach.fires(id)
}

/// The shortest way from a rule back to itself, over rules of `among`; it begins with the rule.
fn back_to(start: RuleId, among: &[RuleId], model: &Model) -> Option<Vec<RuleId>> {
    let mut paths = vec![vec![start]];
    let mut seen: BTreeSet<RuleId> = BTreeSet::new();
    while !paths.is_empty() {
        let mut longer = Vec::new();
        for path in paths {
            let last = *path.last().expect("a path is not empty");
            for next in set_off(model.rule(last), model) {
                if next == start {
                    return Some(path);
                }
                if among.binary_search(&next).is_ok() && seen.insert(next) {
                    longer.push([path.as_slice(), &[next]].concat());
                }
            }
        }
        paths = longer;
    }
    None
}

/// Rules that a firing of `rule` may trigger, in file order.
fn set_off(rule: &Rule, model: &Model) -> BTreeSet<RuleId> {
    let mut events: BTreeSet<EventId> = BTreeSet::new();
    for branch in rule.branches.iter().filter(|b| !b.forbidden).chain([&rule.nothing]) {
        events.extend(&branch.raises);
        branch.effects.iter().for_each(|effect| changed(effect, model, &mut events));
        turned(branch, &mut events, model);
    }
    let groups: Vec<EventId> = events.iter().flat_map(|event| model.event(*event).groups.clone()).collect();
    events.extend(groups);
    events.iter().flat_map(|event| &model.event(*event).listeners).copied().collect()
}

/// Posture changes that an effect may raise.
fn changed(effect: &Effect, model: &Model, events: &mut BTreeSet<EventId>) {
    let posture = &model.posture_events[effect.target().0 as usize];
    events.extend(posture.rises.iter().chain(&posture.falls));
    match effect {
        Effect::Set(_, to) if to.table().is_some() => {
            let values = to.table().into_iter().flatten().map(|value| *value as usize);
            events.extend(values.filter_map(|value| posture.becomes.get(value).copied().flatten()));
        }
        _ => events.extend(posture.becomes.iter().copied().flatten()),
    }
}

/// Lets that may begin or end with what a branch writes and counts.
fn turned(branch: &Branch, events: &mut BTreeSet<EventId>, model: &Model) {
    let written: BTreeSet<Slot> = branch.effects.iter().map(|effect| Slot::Variable(effect.target())).collect();
    let counted: BTreeSet<_> = events.iter().flat_map(|event| &model.event(*event).counters).copied().collect();
    for watch in &model.watches {
        let touched = watch.condition.reads.iter().any(|slot| match slot {
            Slot::Variable(_) => written.contains(slot),
            Slot::Count(id) | Slot::AgeAtLeast(id, _) => counted.contains(id),
            Slot::During(..) | Slot::Day => false,
        });
        if touched {
            events.extend([watch.begins, watch.ends]);
        }
    }
}

fn warning(model: &Model, path: &[RuleId]) -> Diagnostic {
    let first = model.rule(path[0]);
    let names = path.iter().map(|id| model.rule(*id).id.as_str());
    let message = if path.len() == 1 {
        format!("the rule `{}` can set itself off again in the same instant", first.id)
    } else {
        format!("these rules can set each other off in the same instant, round and round: {}", listed(names))
    };
    let limited = path.iter().any(|id| model.rule(*id).at_most.is_some() || model.rule(*id).cooldown.is_some());
    let ends = if limited {
        "it ends by the limit that one of them has"
    } else {
        "it ends only by chance or when a guard fails; a run of 10,000 firings in one instant stops the program"
    };
    let mut warning = Diagnostic::warning("zero-delay-cycle", message, first.span).label(ends);
    let mut spans = BTreeSet::from([first.span]);
    for id in &path[1..] {
        let rule = model.rule(*id);
        if spans.insert(rule.span) {
            warning = warning.related(rule.span, format!("`{}` is part of it", rule.id));
        }
    }
    warning.help("give one of them time with `after: \"1d\"`, or a limit with `at_most` or `cooldown`")
}
