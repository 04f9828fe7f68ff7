//! Two rules that can be due at one boundary, where it makes a difference which of them goes first.
//!
//! Compares the two orders on the values that both read and write; what other rules do in between is not looked at.
//! That an indicator is held at the end of its range in one order and not in the other does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::Subject;
use super::reach::{each_read_of_choice, each_read_of_firing};
use super::space::{Point, Space};
use super::timing::Timing;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::model::formula::Slot;
use crate::model::{Branch, Branches, Clock, Effect, Model, Rule, RuleId, VariableKind};

/// Instances of the same two templates that are compared, at most.
const INSTANCES: usize = 24;

/// Pairs that are looked at, at most.
const PAIRS: usize = 100_000;

/// Combinations tried for something better when only the odds were found to differ.
const PATIENCE: usize = 500;

/// Pairs of one variable that are named.
const NAMED: usize = 4;

/// A pair that does not commute, and what differs.
struct Conflict {
    first: RuleId,
    second: RuleId,
    /// What it is about, for people.
    about: String,
    story: String,
}

/// One warning for each variable that the order of rules in the file decides about.
pub(super) fn pairs(subject: &Subject<'_>, found: &mut Diagnostics) {
    let mut by_variable: BTreeMap<String, Vec<Conflict>> = BTreeMap::new();
    let mut tried: BTreeMap<(Span, Span), usize> = BTreeMap::new();
    for (a, b) in meeting(subject) {
        let spans = (subject.model.rule(a).span, subject.model.rule(b).span);
        let tries = tried.entry(spans).or_default();
        if *tries >= INSTANCES {
            continue;
        }
        *tries += 1;
        if let Some(conflict) = conflict(subject, a, b) {
            *tries = INSTANCES;
            by_variable.entry(conflict.about.clone()).or_default().push(conflict);
        }
    }
    for (about, conflicts) in by_variable {
        found.push(warning(subject.model, &about, &conflicts));
    }
}

/// Pairs in file order that share something, have one priority, and can be due at one boundary.
fn meeting(subject: &Subject<'_>) -> BTreeSet<(RuleId, RuleId)> {
    let model = subject.model;
    let mut writers: BTreeMap<Slot, Vec<RuleId>> = BTreeMap::new();
    let mut users: BTreeMap<Slot, Vec<RuleId>> = BTreeMap::new();
    for index in 0..model.rules.len() {
        let (id, rule) = (RuleId(index as u32), &model.rules[index]);
        if !on_boundaries(rule) || !subject.reach.fires(id) || rule.forbidden || !subject.written(index) {
            continue;
        }
        for slot in writes(rule, model) {
            writers.entry(slot).or_default().push(id);
        }
        for slot in touches(rule, model) {
            users.entry(slot).or_default().push(id);
        }
    }
    let timing = Timing::of(model);
    let (mut pairs, mut seen) = (BTreeSet::new(), BTreeSet::new());
    for (slot, writing) in &writers {
        for a in writing {
            for b in users.get(slot).into_iter().flatten().filter(|b| *b != a) {
                let (a, b) = (*a.min(b), *a.max(b));
                if model.rule(a).priority == model.rule(b).priority && seen.insert((a, b)) {
                    if !commute_plainly(model.rule(a), model.rule(b), model) && timing.meet(model, a, b) {
                        pairs.insert((a, b));
                    }
                    if seen.len() >= PAIRS {
                        return pairs;
                    }
                }
            }
        }
    }
    pairs
}

/// Stands on the agenda of boundaries.
fn on_boundaries(rule: &Rule) -> bool {
    match &rule.clock {
        Clock::Pressure { .. } => false,
        Clock::Response { delay, .. } => delay.at_once() < 1.0,
        Clock::Dated(_) | Clock::Recurring { .. } => true,
    }
}

/// Variables and counters that a firing may change.
fn writes(rule: &Rule, model: &Model) -> BTreeSet<Slot> {
    let mut slots = BTreeSet::new();
    let mut counted = |events: &[crate::model::EventId]| {
        for counter in events.iter().flat_map(|event| &model.event(*event).counters) {
            slots.insert(Slot::Count(*counter));
            let ages = &model.counters[counter.0 as usize].thresholds;
            slots.extend(ages.iter().map(|age| Slot::AgeAtLeast(*counter, *age)));
        }
    };
    for branch in rule.branches.iter() {
        counted(&branch.raises);
        for effect in &branch.effects {
            let posture = &model.posture_events[effect.target().0 as usize];
            let events: Vec<_> =
                posture.becomes.iter().flatten().chain(&posture.rises).chain(&posture.falls).copied().collect();
            counted(&events);
        }
    }
    slots.extend(rule.branches.iter().flat_map(|b| &b.effects).map(|effect| Slot::Variable(effect.target())));
    slots
}

/// What the rule reads when it is reached, and what it writes.
fn touches(rule: &Rule, model: &Model) -> BTreeSet<Slot> {
    let mut slots = writes(rule, model);
    slots.extend(&rule.guard.reads);
    each_read_of_firing(rule, &mut |slot| _ = slots.insert(slot));
    slots
}

/// Whether neither reads what the other writes, and what both write they only add to.
fn commute_plainly(a: &Rule, b: &Rule, model: &Model) -> bool {
    let apart = |x: &Rule, y: &Rule| {
        let read = reads(y);
        writes(x, model).iter().all(|slot| !read.contains(slot))
    };
    let adds = |rule: &Rule| {
        let effects = rule.branches.iter().flat_map(|branch| &branch.effects);
        let (added, set): (Vec<_>, Vec<_>) = effects.partition(|effect| matches!(effect, Effect::Add(..)));
        let targets = |list: Vec<&Effect>| list.into_iter().map(Effect::target).collect::<BTreeSet<_>>();
        (targets(added), targets(set))
    };
    let ((added_a, set_a), (added_b, set_b)) = (adds(a), adds(b));
    let clash =
        set_a.iter().any(|v| set_b.contains(v) || added_b.contains(v)) || set_b.iter().any(|v| added_a.contains(v));
    !clash && apart(a, b) && apart(b, a)
}

/// What the rule reads when it is reached, without the variables that it only adds to.
fn reads(rule: &Rule) -> BTreeSet<Slot> {
    let mut slots: BTreeSet<Slot> = rule.guard.reads.iter().copied().collect();
    each_read_of_choice(rule, &mut |slot| _ = slots.insert(slot));
    for effect in rule.branches.iter().flat_map(|branch| &branch.effects) {
        match effect {
            Effect::Set(_, number) | Effect::Add(_, number) => slots.extend(&number.reads),
            Effect::Map(id, _) => _ = slots.insert(Slot::Variable(*id)),
        }
    }
    slots
}

/// Compares the two orders, point by point.
fn conflict(subject: &Subject<'_>, a: RuleId, b: RuleId) -> Option<Conflict> {
    let model = subject.model;
    let (first, second) = (model.rule(a), model.rule(b));
    let slots: Vec<Slot> = touches(first, model).union(&touches(second, model)).copied().collect();
    let space = subject.reach.space(slots);
    let duel = Duel { model, space: &space, first, second };
    let (mut of_degree, mut left) = (None, PATIENCE);
    let certain = space.visit(|point| {
        left -= usize::from(of_degree.is_some());
        match duel.differs(point) {
            Some(difference) if !difference.of_degree => ControlFlow::Break(Some(difference)),
            found => {
                of_degree = of_degree.take().or(found);
                if left == 0 { ControlFlow::Break(None) } else { ControlFlow::Continue(()) }
            }
        }
    });
    let Difference { about, story, .. } = certain.flatten().or(of_degree)?;
    Some(Conflict { first: a, second: b, about, story })
}

/// What differs between the two orders.
struct Difference {
    about: String,
    story: String,
    /// Only the odds of a branch differ, not what happens.
    of_degree: bool,
}

/// Two rules and what they share.
struct Duel<'a> {
    model: &'a Model,
    space: &'a Space,
    first: &'a Rule,
    second: &'a Rule,
}

/// How one order went.
#[derive(Debug, PartialEq)]
struct Ending {
    values: Vec<i32>,
    fired: (bool, bool),
    saturated: bool,
    weights: (Vec<f64>, Vec<f64>),
}

impl Duel<'_> {
    fn differs(&self, point: &Point<'_>) -> Option<Difference> {
        let held = |rule: &Rule| rule.guard.holds_where(&|s| point.read(s));
        let pending = |rule: &Rule| matches!(rule.clock, Clock::Response { keep: false, .. });
        // A pending response whose guard failed earlier has been cancelled by now.
        if pending(self.first) && !held(self.first) || pending(self.second) && !held(self.second) {
            return None;
        }
        let mut of_degree = None;
        for i in branches(self.first) {
            for j in branches(self.second) {
                let ab = self.play(point, i, j, true);
                let ba = self.play(point, i, j, false);
                // Which of two instances of one template acts is no matter if the same comes of it.
                let alike = self.first.span == self.second.span && ab.values == ba.values;
                if ab.saturated || ba.saturated || ab == ba || alike {
                    continue;
                }
                let difference = self.tell(&ab, &ba);
                if !difference.of_degree {
                    return Some(difference);
                }
                of_degree = Some(difference);
            }
        }
        of_degree
    }

    fn play(&self, point: &Point<'_>, i: &Branch, j: &Branch, first_goes_first: bool) -> Ending {
        let mut ending = Ending {
            values: point.values.to_vec(),
            fired: (false, false),
            saturated: false,
            weights: (Vec::new(), Vec::new()),
        };
        for first in [first_goes_first, !first_goes_first] {
            let (rule, branch) = if first { (self.first, i) } else { (self.second, j) };
            let keeps = matches!(rule.clock, Clock::Response { keep: true, .. });
            if !keeps && !rule.guard.holds_where(&|s| self.at(&ending.values, s)) {
                continue;
            }
            let weights = self.weights(rule, &ending.values);
            if first {
                (ending.fired.0, ending.weights.0) = (true, weights);
            } else {
                (ending.fired.1, ending.weights.1) = (true, weights);
            }
            self.fire(branch, &mut ending);
        }
        ending
    }

    fn at(&self, values: &[i32], slot: Slot) -> i32 {
        values[self.place(slot).expect("the space holds every slot that is read")]
    }

    fn place(&self, slot: Slot) -> Option<usize> {
        self.space.slots().binary_search(&slot).ok()
    }

    /// The chances of the branches, as far as they depend on the state.
    fn weights(&self, rule: &Rule, values: &[i32]) -> Vec<f64> {
        let read = |slot: Slot| self.at(values, slot);
        match &rule.branches {
            Branches::One(_) => Vec::new(),
            Branches::Weighted { branches, .. } => branches.iter().map(|(w, _)| w.value_where(&read)).collect(),
            Branches::Odds { branches, .. } => {
                let odds = |when: bool, odds: f64| if when { odds } else { 0.0 };
                branches.iter().map(|(when, n, _)| odds(when.holds_where(&read), n.value_where(&read))).collect()
            }
        }
    }

    fn fire(&self, branch: &Branch, ending: &mut Ending) {
        let before = ending.values.clone();
        for effect in &branch.effects {
            let variable = self.model.variable(effect.target());
            let (new, saturated) = effect.result(&|s| self.at(&ending.values, s), variable.low, variable.high);
            ending.saturated |= saturated;
            if let Some(place) = self.place(Slot::Variable(effect.target())) {
                ending.values[place] = new;
            }
        }
        self.count(branch, &before, &mut ending.values);
    }

    /// Brings counts and ages up to date.
    fn count(&self, branch: &Branch, before: &[i32], values: &mut [i32]) {
        let mut events = branch.raises.clone();
        for effect in &branch.effects {
            let Some(place) = self.place(Slot::Variable(effect.target())) else { continue };
            let (old, new) = (before[place], values[place]);
            let posture = &self.model.posture_events[effect.target().0 as usize];
            if old != new {
                events.extend(if new > old { posture.rises } else { posture.falls });
                events.extend(posture.becomes.get(new as usize).copied().flatten());
            }
        }
        let groups: Vec<_> = events.iter().flat_map(|event| self.model.event(*event).groups.clone()).collect();
        events.extend(groups);
        events.sort_unstable();
        events.dedup();
        let counters: BTreeSet<_> = events.iter().flat_map(|event| &self.model.event(*event).counters).collect();
        for (place, slot) in self.space.slots().iter().enumerate() {
            match slot {
                Slot::Count(id) if counters.contains(id) => {
                    values[place] = (values[place] + 1).min(self.model.counters[id.0 as usize].cap as i32);
                }
                Slot::AgeAtLeast(id, age) if counters.contains(id) => values[place] = i32::from(*age == 0),
                _ => {}
            }
        }
    }

    /// What differs between the orders, and what that is about.
    fn tell(&self, ab: &Ending, ba: &Ending) -> Difference {
        let (a, b) = (&self.first.id, &self.second.id);
        let differing = self.space.slots().iter().enumerate().find_map(|(i, slot)| match slot {
            Slot::Variable(id) if ab.values[i] != ba.values[i] => Some((*id, ab.values[i], ba.values[i])),
            _ => None,
        });
        let about = differing.map(|(id, ..)| Slot::Variable(id)).or_else(|| self.shared());
        let about = about.map_or_else(String::new, |slot| self.name(slot));
        let certain = |story: String| Difference { about: about.clone(), story, of_degree: false };
        if ab.fired.1 != ba.fired.1 && !ab.fired.1 {
            return certain(format!("if `{a}` goes first, `{b}` no longer fires"));
        }
        if ab.fired.0 != ba.fired.0 && !ba.fired.0 {
            return certain(format!("if `{b}` goes first, `{a}` no longer fires"));
        }
        if ab.fired != ba.fired {
            let (rule, other) = if ab.fired.0 == ba.fired.0 { (b, a) } else { (a, b) };
            return certain(format!("`{rule}` fires only if `{other}` has gone first"));
        }
        if let Some((id, x, y)) = differing {
            let variable = self.model.variable(id);
            let (x, y) = (value(variable, x), value(variable, y));
            return certain(format!("if `{a}` goes first, `{}` ends as {x}; if `{b}` does, as {y}", variable.name));
        }
        // All such pairs are told together.
        let story = format!("how likely a branch is depends on which of `{a}` and `{b}` goes first");
        Difference { about: "the odds of a branch".to_owned(), story, of_degree: true }
    }

    /// What one of the two writes and the other reads or writes; variables before counts.
    fn shared(&self) -> Option<Slot> {
        let common = |rule: &Rule, other: &Rule| {
            let theirs = touches(other, self.model);
            writes(rule, self.model).into_iter().find(|slot| theirs.contains(slot))
        };
        common(self.first, self.second).into_iter().chain(common(self.second, self.first)).min()
    }

    fn name(&self, slot: Slot) -> String {
        match slot {
            Slot::Variable(id) => format!("`{}`", self.model.variable(id).name),
            Slot::Count(id) | Slot::AgeAtLeast(id, _) => {
                format!("what `{}` brings about", self.model.event(self.model.counters[id.0 as usize].event).name)
            }
            Slot::During(..) | Slot::Day => "the day".to_owned(),
        }
    }
}

/// The branches that are tried: all of a few.
fn branches(rule: &Rule) -> impl Iterator<Item = &Branch> {
    rule.branches.iter().filter(|branch| !branch.forbidden).take(8)
}

fn value(variable: &crate::model::Variable, value: i32) -> String {
    match &variable.kind {
        VariableKind::Posture { values, .. } => format!("`{}`", values[value as usize]),
        VariableKind::Indicator => value.to_string(),
        VariableKind::Flag => format!("`{}`", value != 0),
    }
}

fn warning(model: &Model, about: &str, conflicts: &[Conflict]) -> Diagnostic {
    let one = &conflicts[0];
    let (first, second) = (model.rule(one.first), model.rule(one.second));
    let message = format!(
        "`{}` and `{}` can fall on one boundary, and which stands first decides about {about}",
        first.id, second.id,
    );
    let mut warning = Diagnostic::warning("order-matters", message, first.span).help(one.story.clone());
    if second.span != first.span {
        warning = warning.related(second.span, "the other one");
    }
    if conflicts.len() > 1 {
        let name = |c: &Conflict| format!("`{}` and `{}`", model.rule(c.first).id, model.rule(c.second).id);
        let named: Vec<String> = conflicts[1..].iter().take(NAMED).map(name).collect();
        let more = conflicts.len() - 1 - named.len();
        let more = match more {
            0 => String::new(),
            1 => "; and 1 more pair".to_owned(),
            _ => format!("; and {more} more pairs"),
        };
        warning = warning.help(format!("the same holds of {}{more}", named.join("; ")));
    }
    warning
        .help("the one that stands first in the file goes first; say what you mean with `priority` (higher goes first)")
}
