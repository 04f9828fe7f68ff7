//! What the instant of a pressure can have to do with: the parts of a state that it may read or write.
//!
//! Found from the rules alone, so it holds for every state. Conditions that are only looked at when the instant has
//! settled, `stop_when` and what `ever` and `first` wait for, are left out. Does not know how states are packed.

use crate::model::formula::Slot;
use crate::model::{Clock, EventId, Model, Rule, RuleId};
use crate::observe::question::{Looks, Monitors};

use super::slice::each_branch_read;

/// Parts of a state that belong together: in two states that agree in them, a pressure does the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reach {
    /// By variable.
    pub(super) variables: Vec<bool>,
    /// By counter: its count and its age.
    pub(super) counters: Vec<bool>,
    /// By response slot.
    pub(super) pending: Vec<bool>,
    /// By cooldown slot.
    pub(super) cooldowns: Vec<bool>,
    /// By limit slot.
    pub(super) limits: Vec<bool>,
    /// Everything that questions remember.
    pub(super) marks: bool,
    /// The date.
    pub(super) time: bool,
}

struct Growing<'m> {
    model: &'m Model,
    monitors: &'m Monitors,
    reach: Reach,
    /// By variable and by counter: it may be written.
    written: (Vec<bool>, Vec<bool>),
    /// By rule: it may fire.
    fires: Vec<bool>,
    raised: Vec<bool>,
    open: Vec<RuleId>,
}

impl Reach {
    /// That of the pressure `rule`.
    pub(super) fn of(model: &Model, monitors: &Monitors, rule: RuleId) -> Self {
        let slots = |has: fn(&Rule) -> bool| vec![false; model.rules.iter().filter(|rule| has(rule)).count()];
        let reach = Self {
            variables: vec![false; model.variables.len()],
            counters: vec![false; model.counters.len()],
            pending: vec![false; model.responses.len()],
            cooldowns: slots(|rule| rule.cooldown.is_some()),
            limits: slots(|rule| rule.at_most.is_some()),
            marks: false,
            time: false,
        };
        let mut growing = Growing {
            model,
            monitors,
            written: (reach.variables.clone(), reach.counters.clone()),
            reach,
            fires: vec![false; model.rules.len()],
            raised: vec![false; model.events.len()],
            open: Vec::new(),
        };
        growing.begin(rule);
        while growing.grow() || growing.turn() {}
        growing.settle();
        growing.reach
    }
}

impl Growing<'_> {
    fn read(&mut self, slots: &[Slot]) {
        for slot in slots {
            match slot {
                Slot::Variable(id) => self.reach.variables[id.0 as usize] = true,
                Slot::Count(id) | Slot::AgeAtLeast(id, _) => self.reach.counters[id.0 as usize] = true,
                Slot::During(..) | Slot::Day => self.reach.time = true,
            }
        }
    }

    /// Whether any of these may have been written.
    fn writes(&self, slots: &[Slot]) -> bool {
        let (variables, counters) = &self.written;
        slots.iter().any(|slot| match slot {
            Slot::Variable(id) => variables[id.0 as usize],
            Slot::Count(id) | Slot::AgeAtLeast(id, _) => counters[id.0 as usize],
            Slot::During(..) | Slot::Day => false,
        })
    }

    fn begin(&mut self, id: RuleId) {
        let model = self.model;
        self.may_fire(id);
        if let Clock::Pressure { hazard, .. } = &model.rule(id).clock {
            self.read(&hazard.reads);
        }
    }

    /// What decides whether a rule fires; and it may.
    fn may_fire(&mut self, id: RuleId) {
        let model = self.model;
        let rule = model.rule(id);
        if rule.forbidden {
            return;
        }
        self.open_to(rule);
        if !std::mem::replace(&mut self.fires[id.0 as usize], true) {
            self.open.push(id);
        }
    }

    /// Guard and availability.
    fn open_to(&mut self, rule: &Rule) {
        self.read(&rule.guard.reads);
        rule.cooldown.iter().for_each(|(slot, _)| self.reach.cooldowns[*slot] = true);
        rule.at_most.iter().for_each(|(slot, _)| self.reach.limits[*slot] = true);
    }

    /// What the rules do that may fire; whether there were any.
    fn grow(&mut self) -> bool {
        let Some(id) = self.open.pop() else { return false };
        let model = self.model;
        let rule = model.rule(id);
        each_branch_read(&rule.branches, &mut |reads| self.read(reads));
        for branch in rule.branches.iter().chain([&rule.nothing]) {
            for effect in &branch.effects {
                self.read(&effect.reads());
                let target = effect.target().0 as usize;
                // Whether it changes decides what is raised.
                (self.reach.variables[target], self.written.0[target]) = (true, true);
                let events = &model.posture_events[target];
                let changes = events.becomes.iter().copied().chain([events.rises, events.falls]).flatten();
                changes.for_each(|event| self.raise_with_groups(event));
            }
            branch.raises.iter().for_each(|event| self.raise(*event));
        }
        true
    }

    fn raise_with_groups(&mut self, event: EventId) {
        let model = self.model;
        self.raise(event);
        model.event(event).groups.iter().for_each(|group| self.raise(*group));
    }

    fn raise(&mut self, id: EventId) {
        if std::mem::replace(&mut self.raised[id.0 as usize], true) {
            return;
        }
        let model = self.model;
        let event = model.event(id);
        for counter in &event.counters {
            let index = counter.0 as usize;
            (self.reach.counters[index], self.written.1[index]) = (true, true);
        }
        self.reach.marks |= self.monitors.hears(id);
        for listener in &event.listeners {
            let rule = model.rule(*listener);
            let Clock::Response { slot, chance, delay, .. } = &rule.clock else {
                unreachable!("only responses listen")
            };
            self.reach.pending[*slot] = true;
            self.read(&chance.reads);
            self.open_to(rule);
            if delay.at_once() > 0.0 {
                self.may_fire(*listener);
            }
        }
    }

    /// Lets that may turn; whether any is new.
    fn turn(&mut self) -> bool {
        let model = self.model;
        for watch in &model.watches {
            let known = self.raised[watch.begins.0 as usize] && self.raised[watch.ends.0 as usize];
            if !known && self.writes(&watch.condition.reads) {
                self.read(&watch.condition.reads);
                self.raise_with_groups(watch.begins);
                self.raise_with_groups(watch.ends);
                return true;
            }
        }
        false
    }

    /// Responses that may lapse, and what questions follow.
    fn settle(&mut self) {
        let model = self.model;
        for (slot, id) in model.responses.iter().enumerate() {
            let guard = &model.rule(*id).guard.reads;
            if self.writes(guard) {
                self.reach.pending[slot] = true;
                self.read(guard);
            }
        }
        for (_, looks) in self.monitors.lookers() {
            if let Looks::At(reads) = looks
                && self.writes(reads)
            {
                self.reach.marks = true;
                self.read(reads);
            }
        }
    }
}
