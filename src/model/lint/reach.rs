//! What can happen at all: values that variables can take, rules that can fire, events that can be raised.
//!
//! An over-estimate: variables are taken one by one, whatever the others are, so that "cannot" is certain and "can"
//! is not. Rules that a parameter or an override has switched off count as able to fire, since another run has them on.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::space::{Point, Space};
use crate::model::formula::{Slot, Tabulated};
use crate::model::{Branch, Branches, Clock, Effect, EventId, Model, Rule, RuleId, VariableId, VariableKind};

/// What can happen at all.
pub(super) struct Reach {
    values: Vec<BTreeSet<i32>>,
    /// By variable: what is known to be found without a look at its values.
    ends: Vec<Ends>,
    raised: Vec<bool>,
    fires: Vec<bool>,
    largest_day: i32,
    caps: Vec<u32>,
    /// By counter: its event.
    counted: Vec<EventId>,
    /// By rule: what it listens to.
    triggers: Vec<Vec<EventId>>,
    /// Grows with every value found.
    version: Vec<u32>,
}

/// All values of a variable from `from` up to the end of its range are found, and all from its beginning to `to`.
#[derive(Debug, Clone, Copy)]
struct Ends {
    from: i64,
    to: i64,
}

/// Where the text of a rule names a parameter: with another value of it, that part may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Switch {
    /// In its guard.
    pub(super) guard: bool,
    /// In its rate, chance, factors, branches or effects.
    pub(super) numbers: bool,
}

/// Why a rule cannot fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Nothing raises what it listens to.
    Untriggered,
    /// Its guard never holds.
    Guard,
    /// Its rate or chance is 0 wherever its guard holds.
    Unlikely,
}

impl Reach {
    /// What can happen in `model`. `switches` go with its rules one by one.
    pub(super) fn of(model: &Model, switches: &[Switch]) -> Self {
        let mut reach = Self {
            values: model.variables.iter().map(|v| BTreeSet::from([v.start])).collect(),
            ends: model
                .variables
                .iter()
                .map(|v| Ends { from: i64::from(v.high) + 1, to: i64::from(v.low) - 1 })
                .collect(),
            raised: vec![false; model.events.len()],
            fires: vec![false; model.rules.len()],
            largest_day: model.calendar.day(model.calendar.steps),
            caps: model.counters.iter().map(|c| c.cap).collect(),
            counted: model.counters.iter().map(|c| c.event).collect(),
            triggers: triggers(model),
            version: vec![0; model.variables.len()],
        };
        reach.raise(model, model.start_event);
        let mut looked: Vec<Option<u64>> = vec![None; model.rules.len()];
        loop {
            let mut changed = false;
            for (index, seen) in looked.iter_mut().enumerate() {
                let id = RuleId(index as u32);
                let stamp = Some(reach.stamp(model, id));
                if *seen != stamp {
                    *seen = stamp;
                    changed = true;
                    reach.look(model, id, switches.get(index).copied().unwrap_or_default());
                }
            }
            changed |= reach.turn(model);
            if !changed {
                return reach;
            }
        }
    }

    /// The values that a variable can take.
    pub(super) fn of_variable(&self, id: VariableId) -> &BTreeSet<i32> {
        &self.values[id.0 as usize]
    }

    pub(super) fn fires(&self, id: RuleId) -> bool {
        self.fires[id.0 as usize]
    }

    /// The values that a slot can hold.
    pub(super) fn of_slot(&self, slot: Slot) -> Vec<i32> {
        let raised = |counter: crate::model::CounterId| self.raised[self.counted[counter.0 as usize].0 as usize];
        match slot {
            Slot::Variable(id) => self.of_variable(id).iter().copied().collect(),
            Slot::Count(id) if raised(id) => (0..=self.caps[id.0 as usize] as i32).collect(),
            Slot::Count(_) => vec![0],
            Slot::AgeAtLeast(id, _) if !raised(id) => vec![1],
            Slot::AgeAtLeast(..) | Slot::During(..) => vec![0, 1],
            Slot::Day => (0..=self.largest_day).collect(),
        }
    }

    /// All combinations of what `slots` can hold.
    pub(super) fn space(&self, slots: Vec<Slot>) -> Space {
        Space::new(slots, |slot| self.of_slot(slot))
    }

    /// Why `rule` cannot fire, if it cannot.
    pub(super) fn reason(&self, model: &Model, rule: RuleId) -> Option<Reason> {
        let compiled = model.rule(rule);
        if !self.triggered(model, rule) {
            return Some(Reason::Untriggered);
        }
        if !self.can_hold(&compiled.guard) {
            return Some(Reason::Guard);
        }
        (!self.likely(compiled)).then_some(Reason::Unlikely)
    }

    /// Whether the guard holds and the rate or chance is more than 0 for some combination.
    fn likely(&self, rule: &Rule) -> bool {
        let number = match &rule.clock {
            Clock::Pressure { hazard: number, .. } | Clock::Response { chance: number, .. } => Some(number),
            Clock::Dated(_) | Clock::Recurring { .. } => None,
        };
        let mut slots = rule.guard.reads.clone();
        slots.extend(number.iter().flat_map(|n| &n.reads));
        let is = |point: &Point<'_>| {
            rule.guard.holds_where(&|s| point.read(s)) && number.is_none_or(|n| n.value_where(&|s| point.read(s)) > 0.0)
        };
        self.space(slots).some(is) != Some(false)
    }

    /// What a look at the rule depends on: if it is the same as before, there is nothing new to see.
    fn stamp(&self, model: &Model, id: RuleId) -> u64 {
        let rule = model.rule(id);
        let mut stamp = 0;
        let mut add = |slot: Slot| {
            stamp += match slot {
                Slot::Variable(id) => u64::from(self.version[id.0 as usize]),
                Slot::Count(id) | Slot::AgeAtLeast(id, _) => {
                    u64::from(self.raised[self.counted[id.0 as usize].0 as usize])
                }
                Slot::During(..) | Slot::Day => 0,
            };
        };
        each_read(rule, &mut add);
        rule.branches.iter().flat_map(|b| &b.effects).for_each(|effect| add(Slot::Variable(effect.target())));
        stamp * 2 + u64::from(self.triggered(model, id))
    }

    /// Something that it listens to can be raised; true of rules that need no trigger.
    fn triggered(&self, model: &Model, id: RuleId) -> bool {
        let heard = || self.triggers[id.0 as usize].iter().any(|event| self.raised[event.0 as usize]);
        !matches!(model.rule(id).clock, Clock::Response { .. }) || heard()
    }

    fn look(&mut self, model: &Model, id: RuleId, switch: Switch) {
        let rule = model.rule(id);
        let forced = model.forced.iter().any(|f| f.rule == id);
        let open = switch.guard || switch.numbers && self.can_hold(&rule.guard) || self.likely(rule);
        let acts = forced || open && self.triggered(model, id);
        if !acts {
            return;
        }
        self.fires[id.0 as usize] = true;
        rule.nothing.raises.iter().for_each(|event| self.raise(model, *event));
        // With `keep` or under `force` the guard is not asked when it fires.
        let keeps = matches!(rule.clock, Clock::Response { keep: true, .. });
        let guard = (!keeps && !forced && !switch.guard).then_some(&rule.guard);
        for (index, branch) in rule.branches.iter().enumerate() {
            if switch.numbers || forced || self.can_be_drawn(&rule.branches, index) {
                branch.raises.iter().for_each(|event| self.raise(model, *event));
                self.apply(model, branch, guard);
            }
        }
    }

    fn can_hold(&self, guard: &Tabulated<bool>) -> bool {
        self.space(guard.reads.clone()).some(|p| guard.holds_where(&|s| p.read(s))) != Some(false)
    }

    fn can_be_drawn(&self, branches: &Branches, index: usize) -> bool {
        match branches {
            Branches::One(_) => true,
            Branches::Weighted { branches, .. } => branches.get(index).is_none_or(|(weight, _)| {
                self.space(weight.reads.clone()).some(|p| weight.value_where(&|s| p.read(s)) > 0.0) != Some(false)
            }),
            Branches::Odds { branches, .. } => branches.get(index).is_none_or(|(when, odds, _)| {
                let slots = when.reads.iter().chain(&odds.reads).copied().collect();
                let is = |p: &Point<'_>| when.holds_where(&|s| p.read(s)) && odds.value_where(&|s| p.read(s)) > 0.0;
                self.space(slots).some(is) != Some(false)
            }),
        }
    }

    fn apply(&mut self, model: &Model, branch: &Branch, guard: Option<&Tabulated<bool>>) {
        let mut written: BTreeSet<VariableId> = BTreeSet::new();
        for effect in &branch.effects {
            let target = effect.target();
            let reads_written = |slot: &Slot| matches!(slot, Slot::Variable(id) if written.contains(id));
            // What an earlier effect of the branch has changed is no longer as the guard found it.
            let guard = guard.filter(|g| !g.reads.iter().any(reads_written));
            self.write(model, effect, guard);
            written.insert(target);
        }
    }

    fn write(&mut self, model: &Model, effect: &Effect, guard: Option<&Tabulated<bool>>) {
        let target = effect.target();
        if self.has_all_of(model, effect) {
            return;
        }
        let mut slots = vec![Slot::Variable(target)];
        slots.extend(effect.reads());
        if let Some(guard) = guard {
            slots.extend(&guard.reads);
        }
        let space = self.space(slots);
        if !space.complete() {
            return match guard {
                Some(_) => self.write(model, effect, None),
                None => self.anything(model, target),
            };
        }
        let variable = model.variable(target);
        let mut changes: Vec<(i32, i32)> = Vec::new();
        space.visit::<()>(|point| {
            if guard.is_none_or(|g| g.holds_where(&|s| point.read(s))) {
                let old = point.read(Slot::Variable(target));
                let (new, _) = effect.result(&|s| point.read(s), variable.low, variable.high);
                // Of combinations that follow each other most are alike.
                if changes.last() != Some(&(old, new)) {
                    changes.push((old, new));
                }
            }
            ControlFlow::Continue(())
        });
        if variable.kind == VariableKind::Indicator && matches!(effect, Effect::Add(..)) {
            return self.drift(model, target, &changes);
        }
        changes.sort_unstable();
        changes.dedup();
        for (old, new) in changes {
            self.change(model, target, old, new);
        }
    }

    /// Whether all values that `effect` can lead to are found, and nothing else tells of it. Many rules may move one
    /// indicator, and the first few of them leave the others nothing to find.
    fn has_all_of(&self, model: &Model, effect: &Effect) -> bool {
        let target = effect.target();
        let (variable, values) = (model.variable(target), self.of_variable(target));
        if variable.kind != VariableKind::Indicator {
            return false;
        }
        let Ends { from, to } = self.ends[target.0 as usize];
        let lowest = values.first().is_some_and(|lowest| from <= i64::from(*lowest));
        let highest = values.last().is_some_and(|highest| i64::from(*highest) <= to);
        match effect {
            Effect::Add(_, amount) => match amount.as_constant() {
                Some(amount) if amount >= 0.0 => lowest,
                Some(_) => highest,
                None => lowest && highest,
            },
            Effect::Set(..) | Effect::Map(..) => {
                values.len() as i64 == i64::from(variable.high) - i64::from(variable.low) + 1
            }
        }
    }

    /// Steps of 1 through a long range would take as many rounds: what moves once is taken to go all the way.
    fn drift(&mut self, model: &Model, target: VariableId, changes: &[(i32, i32)]) {
        let variable = model.variable(target);
        let up = changes.iter().filter(|(old, new)| new > old).map(|(old, _)| *old).min();
        let down = changes.iter().filter(|(old, new)| new < old).map(|(old, _)| *old).max();
        let Ends { from, to } = self.ends[target.0 as usize];
        if let Some(old) = up {
            (old..=variable.high)
                .take_while(|value| i64::from(*value) < from)
                .for_each(|value| self.found(target, value));
            self.ends[target.0 as usize].from = from.min(i64::from(old));
        }
        if let Some(old) = down {
            (variable.low..=old)
                .rev()
                .take_while(|value| i64::from(*value) > to)
                .for_each(|value| self.found(target, value));
            self.ends[target.0 as usize].to = to.max(i64::from(old));
        }
    }

    fn change(&mut self, model: &Model, target: VariableId, old: i32, new: i32) {
        if old == new {
            return;
        }
        match model.variable(target).kind {
            VariableKind::Posture { .. } => {
                let events = &model.posture_events[target.0 as usize];
                let moved = if new > old { events.rises } else { events.falls };
                let became = events.becomes.get(new as usize).copied().flatten();
                moved.into_iter().chain(became).for_each(|event| self.raise(model, event));
                self.found(target, new);
            }
            VariableKind::Indicator | VariableKind::Flag => self.found(target, new),
        }
    }

    fn anything(&mut self, model: &Model, target: VariableId) {
        let (low, high) = (model.variable(target).low, model.variable(target).high);
        (low..=high).for_each(|value| self.found(target, value));
        let events = &model.posture_events[target.0 as usize];
        let all = events.becomes.iter().copied().flatten().chain(events.rises).chain(events.falls);
        all.collect::<Vec<_>>().into_iter().for_each(|event| self.raise(model, event));
    }

    fn found(&mut self, id: VariableId, value: i32) {
        if self.values[id.0 as usize].insert(value) {
            self.version[id.0 as usize] += 1;
        }
    }

    fn raise(&mut self, model: &Model, event: EventId) {
        self.raised[event.0 as usize] = true;
        for group in &model.event(event).groups {
            self.raised[group.0 as usize] = true;
        }
    }

    /// Lets that can hold and can fail begin and end. Whether that is new.
    fn turn(&mut self, model: &Model) -> bool {
        let mut changed = false;
        for watch in &model.watches {
            if self.raised[watch.begins.0 as usize] {
                continue;
            }
            let space = self.space(watch.condition.reads.clone());
            let can = |truth: bool| space.some(|p| watch.condition.holds_where(&|s| p.read(s)) == truth) != Some(false);
            if can(true) && can(false) {
                self.raise(model, watch.begins);
                self.raise(model, watch.ends);
                changed = true;
            }
        }
        changed
    }
}

/// By rule: what it listens to.
fn triggers(model: &Model) -> Vec<Vec<EventId>> {
    let mut triggers = vec![Vec::new(); model.rules.len()];
    for (index, event) in model.events.iter().enumerate() {
        event.listeners.iter().for_each(|rule| triggers[rule.0 as usize].push(EventId(index as u32)));
    }
    triggers
}

/// Calls `see` with every slot that a rule's guard, numbers, branches and effects read.
pub(super) fn each_read(rule: &Rule, see: &mut impl FnMut(Slot)) {
    rule.guard.reads.iter().for_each(|s| see(*s));
    match &rule.clock {
        Clock::Pressure { hazard: number, .. } | Clock::Response { chance: number, .. } => {
            number.reads.iter().for_each(|s| see(*s));
        }
        Clock::Dated(_) | Clock::Recurring { .. } => {}
    }
    each_read_of_firing(rule, see);
}

/// Calls `see` with every slot that a firing reads: weights, odds and effects.
pub(super) fn each_read_of_firing(rule: &Rule, see: &mut impl FnMut(Slot)) {
    each_read_of_choice(rule, see);
    rule.branches.iter().flat_map(|b| &b.effects).flat_map(Effect::reads).for_each(see);
}

/// Calls `see` with every slot that the draw of a branch reads: weights, odds and their conditions.
pub(super) fn each_read_of_choice(rule: &Rule, see: &mut impl FnMut(Slot)) {
    match &rule.branches {
        Branches::One(_) => {}
        Branches::Weighted { branches, .. } => {
            branches.iter().flat_map(|(weight, _)| &weight.reads).for_each(|s| see(*s));
        }
        Branches::Odds { branches, .. } => {
            branches.iter().flat_map(|(when, odds, _)| when.reads.iter().chain(&odds.reads)).for_each(|s| see(*s));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::compiled;

    /// What `x`, in 0 to 10 and at first 3, can be; `y` is 0 or 1. Each rule has a guard and an effect.
    fn x_can_be(rules: &[(&str, &str)]) -> Vec<i32> {
        let rule = |(index, (when, then)): (usize, &(&str, &str))| {
            format!("r{index}: (pressure: \"1 per 9d\", when: \"{when}\", then: [\"{then}\"]),")
        };
        let rules: String = rules.iter().enumerate().map(rule).collect();
        let model = compiled(&format!(
            "(simulate: 1, clock: (horizon: \"9d\"), outcomes: [(name: all)], \
             indicators: {{ x: (range: (0, 10), start: 3), y: (range: (0, 1), start: 0) }}, \
             rules: {{ {rules} flip: (pressure: \"1 per 9d\", then: [\"y = 1 - y\"]) }})"
        ));
        Reach::of(&model, &[]).of_variable(VariableId(0)).iter().copied().collect()
    }

    #[test]
    fn what_moves_once_goes_all_the_way() {
        let from_3: Vec<i32> = (3..=10).collect();
        let always = "x >= 0";
        assert_eq!(x_can_be(&[(always, "x += 1"), (always, "x += 7"), ("x > 9", "x += 2")]), from_3);
        assert_eq!(x_can_be(&[("x < 4", "x += 1")]), from_3);
        assert_eq!(x_can_be(&[("x < 3", "x += 1")]), [3]);
        assert_eq!(x_can_be(&[(always, "x -= 1"), (always, "x -= 2")]), [0, 1, 2, 3]);
        assert_eq!(x_can_be(&[(always, "x += y")]), from_3);
        assert_eq!(x_can_be(&[(always, "x += 1"), (always, "x += y")]), from_3);
    }

    #[test]
    fn what_is_found_later_counts_too() {
        let all: Vec<i32> = (0..=10).collect();
        let (always, top) = ("x >= 0", "x == 10");
        assert_eq!(x_can_be(&[(always, "x += 1"), (always, "x += 2"), (top, "x -= 1")]), all);
        assert_eq!(x_can_be(&[(always, "x += 1"), (always, "x += y"), (top, "x -= y")]), all);
        assert_eq!(x_can_be(&[(top, "x = 1"), (always, "x += 1")]), (1..=10).collect::<Vec<_>>());
        assert_eq!(
            x_can_be(&[(always, "x -= 1"), ("x == 0", "x = 8"), ("x == 8", "x = 9")]),
            (0..=9).collect::<Vec<_>>()
        );
        assert_eq!(x_can_be(&[("x == 3", "x = 5"), ("x == 5", "x = 7")]), [3, 5, 7]);
    }
}
