//! Which rules can move a posture, from which state to which.
//!
//! An over-estimate like the reach that it rests on: what it does not list cannot happen; what it lists perhaps can.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::reach::Reach;
use super::space::Space;
use crate::model::formula::{Slot, Tabulated};
use crate::model::{Branch, Clock, Effect, Model, RuleId, VariableId, VariableKind};

/// One way for a posture to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// The posture.
    pub posture: VariableId,
    /// The rule that moves it.
    pub rule: RuleId,
    /// Index of the branch, `otherwise` after the others; 0 for a rule without branches.
    pub branch: usize,
    /// The value before.
    pub from: i32,
    /// The value after, another one.
    pub to: i32,
}

/// Every move that the rules of `model` can make, by posture, rule, branch and values. What is forbidden moves nothing.
pub fn moves(model: &Model) -> Vec<Move> {
    let reach = Reach::of(model, &[]);
    let mut found = Vec::new();
    for (index, rule) in model.rules.iter().enumerate() {
        let id = RuleId(index as u32);
        if rule.forbidden || !reach.fires(id) {
            continue;
        }
        // With `keep` or under `force` the guard is not asked when it fires.
        let keeps = matches!(rule.clock, Clock::Response { keep: true, .. });
        let guard = (!keeps && !model.forced.iter().any(|f| f.rule == id)).then_some(&rule.guard);
        for (branch, drawn) in rule.branches.iter().enumerate().filter(|(_, b)| !b.forbidden) {
            for posture in postures(model, drawn) {
                let change = Change { model, reach: &reach, effects: relevant(drawn, posture), guard, posture };
                let pairs = change.pairs();
                found.extend(pairs.into_iter().map(|(from, to)| Move { posture, rule: id, branch, from, to }));
            }
        }
    }
    found.sort_unstable();
    found
}

/// The postures that a branch writes.
fn postures(model: &Model, branch: &Branch) -> BTreeSet<VariableId> {
    let is_posture = |id: &VariableId| matches!(model.variable(*id).kind, VariableKind::Posture { .. });
    branch.effects.iter().map(Effect::target).filter(is_posture).collect()
}

/// The effects of a branch on which the value of `posture` after it depends, in their order.
fn relevant(branch: &Branch, posture: VariableId) -> Vec<&Effect> {
    let mut matters = BTreeSet::from([posture]);
    let mut found: Vec<&Effect> = Vec::new();
    for effect in branch.effects.iter().rev() {
        if matters.remove(&effect.target()) {
            matters.extend(effect.reads().into_iter().filter_map(|slot| match slot {
                Slot::Variable(id) => Some(id),
                _ => None,
            }));
            found.push(effect);
        }
    }
    found.reverse();
    found
}

/// What one branch does to one posture.
struct Change<'a> {
    model: &'a Model,
    reach: &'a Reach,
    /// Those that matter to the posture, in their order.
    effects: Vec<&'a Effect>,
    guard: Option<&'a Tabulated<bool>>,
    posture: VariableId,
}

impl Change<'_> {
    fn pairs(&self) -> BTreeSet<(i32, i32)> {
        let all = self.reach.of_variable(self.posture);
        let mut pairs = BTreeSet::new();
        for from in all {
            if self.guard.is_some_and(|guard| !self.can_hold(guard, *from)) {
                continue;
            }
            let results = self.results(*from, self.guard).or_else(|| self.results(*from, None));
            pairs.extend(results.as_ref().unwrap_or(all).iter().map(|to| (*from, *to)));
        }
        pairs.retain(|(from, to)| from != to);
        pairs
    }

    fn can_hold(&self, guard: &Tabulated<bool>, from: i32) -> bool {
        self.space(guard.reads.clone(), from).some(|p| guard.holds_where(&|s| p.read(s))) != Some(false)
    }

    /// The values after the branch; `None` if there is too much to look at.
    fn results(&self, from: i32, guard: Option<&Tabulated<bool>>) -> Option<BTreeSet<i32>> {
        let mut slots: Vec<Slot> = self.effects.iter().flat_map(|effect| effect.reads()).collect();
        slots.push(Slot::Variable(self.posture));
        slots.extend(guard.iter().flat_map(|g| &g.reads));
        let space = self.space(slots, from);
        let mut found = BTreeSet::new();
        space.complete().then(|| {
            space.visit::<()>(|point| {
                if guard.is_none_or(|g| g.holds_where(&|s| point.read(s))) {
                    found.insert(self.after(&|s| point.read(s)));
                }
                ControlFlow::Continue(())
            });
            found
        })
    }

    /// The value after all effects in their order.
    fn after(&self, before: &impl Fn(Slot) -> i32) -> i32 {
        let mut written: BTreeMap<VariableId, i32> = BTreeMap::new();
        for effect in &self.effects {
            let id = effect.target();
            let read = |slot| match slot {
                Slot::Variable(id) if written.contains_key(&id) => written[&id],
                _ => before(slot),
            };
            let variable = self.model.variable(id);
            let (new, _) = effect.result(&read, variable.low, variable.high);
            written.insert(id, new);
        }
        written.get(&self.posture).copied().unwrap_or_else(|| before(Slot::Variable(self.posture)))
    }

    /// All combinations of what `slots` can hold while the posture is at `from`.
    fn space(&self, slots: Vec<Slot>, from: i32) -> Space {
        let here = Slot::Variable(self.posture);
        Space::new(slots, |slot| if slot == here { vec![from] } else { self.reach.of_slot(slot) })
    }
}
