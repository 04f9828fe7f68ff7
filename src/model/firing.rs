//! One firing: the branch that is drawn, the effects, the events that are raised, and the responses that hear them.
//!
//! The inner half of `instant`; it does not know agendas or the end of an instant.

use super::event::{BranchIndex, NOTHING, Observer, Occurrence, Origin};
use super::instant::{Answer, Cause, Choice, Identity, Instant, LIMIT, Runaway, Stage};
use super::state::State;
use super::{Branch, Branches, Clock, Effect, EventId, Model, RuleId, VariableKind};

/// A rule that is about to be reached, and the identity of its firing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queued {
    pub(super) rule: RuleId,
    pub(super) identity: Identity,
}

/// What raised the events that listeners are asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trigger {
    pub(super) identity: Identity,
    /// Number of the firing, if it was one.
    pub(super) number: Option<u32>,
}

impl Instant {
    /// A due item: fires, or is pre-empted if its guard or availability stands in the way.
    pub(super) fn reach(
        &mut self,
        queued: Queued,
        origin: Origin,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> Result<(), Runaway> {
        let rule = stage.model.rule(queued.rule);
        let mut keeps = false;
        if let Clock::Response { slot, keep, .. } = rule.clock {
            stage.state.pending.end(slot);
            keeps = keep;
        }
        let open = keeps || rule.guard.holds(stage.state, stage.model);
        if !open || !stage.state.available(queued.rule, stage.model) {
            stage.tell(Occurrence::Preempted(queued.rule));
            return Ok(());
        }
        self.fire(queued, None, origin, stage)
    }

    /// Fires, with the branch that is forced or else drawn.
    pub(super) fn fire(
        &mut self,
        queued: Queued,
        forced: Option<usize>,
        origin: Origin,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> Result<(), Runaway> {
        let model = stage.model;
        let rule = model.rule(queued.rule);
        let number = self.firings();
        let index = forced.unwrap_or_else(|| self.draw(queued, stage));
        let (branch, index) = match rule.branches.at(index) {
            Some(branch) if !branch.forbidden || origin == Origin::Forced => (branch, index as BranchIndex),
            _ => (&rule.nothing, NOTHING),
        };
        if let Some((slot, _)) = rule.at_most {
            stage.state.used[slot] += 1;
        }
        if let Some((slot, steps)) = rule.cooldown {
            stage.state.ready[slot] = stage.state.step.saturating_add(steps);
        }
        self.apply(queued.rule, branch, stage);
        self.raise_firing(branch, model, stage.state);
        self.first.get_or_insert(queued.identity);
        self.fired.push(queued.rule);
        self.count(model, stage.state);
        stage.tell(Occurrence::Fired { rule: queued.rule, branch: index, origin, number, raised: &self.raised });
        if self.fired.len() as u32 >= LIMIT {
            return Err(self.runaway(stage.state));
        }
        self.ask_listeners(Trigger { identity: queued.identity, number: Some(number) }, stage);
        Ok(())
    }

    /// The index of the branch: as many as there are for what they leave.
    fn draw(&mut self, queued: Queued, stage: &mut Stage<'_, impl Choice, impl Observer>) -> usize {
        let (state, model) = (&*stage.state, stage.model);
        self.weights.clear();
        match &model.rule(queued.rule).branches {
            Branches::One(_) => return 0,
            Branches::Weighted { branches, otherwise } => {
                self.weights.extend(branches.iter().map(|(weight, _)| weight.value(state, model)));
                if otherwise.is_none() {
                    close(&mut self.weights);
                }
            }
            Branches::Odds { branches, .. } => {
                let odds = branches.iter().map(
                    |(when, odds, _)| {
                        if when.holds(state, model) { odds.value(state, model) } else { 0.0 }
                    },
                );
                self.weights.extend(odds);
                let sum: f64 = self.weights.iter().sum();
                if sum == 0.0 {
                    return self.weights.len();
                }
                self.weights.iter_mut().for_each(|w| *w /= sum);
                close(&mut self.weights);
            }
        }
        stage.choice.branch(queued.rule, queued.identity, &self.weights)
    }

    fn apply(&mut self, rule: RuleId, branch: &Branch, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        self.before.clear();
        for effect in &branch.effects {
            let (id, wanted) = effect.wanted(stage.state, stage.model);
            let variable = stage.model.variable(id);
            let held = wanted.clamp(f64::from(variable.low), f64::from(variable.high));
            // Held at an end, it is that end exactly.
            #[allow(clippy::float_cmp)]
            if held != wanted && variable.kind == VariableKind::Indicator {
                stage.tell(Occurrence::Saturated(rule, id));
            }
            let value = &mut stage.state.values[id.0 as usize];
            let (old, new) = (*value, held as i32);
            *value = new;
            if new != old && !self.before.iter().any(|(seen, _)| *seen == id) {
                self.before.push((id, old));
                self.written.push(id);
            }
        }
        for (id, old) in &self.before {
            let new = stage.state.values[id.0 as usize];
            if new != *old {
                stage.tell(Occurrence::Changed(*id, *old, new));
            }
        }
    }

    /// Leaves in `raised` the events of the firing, ascending, each once.
    fn raise_firing(&mut self, branch: &Branch, model: &Model, state: &State) {
        self.raised.clear();
        self.raised.extend(&branch.raises);
        let fixed = self.raised.len();
        for (id, old) in &self.before {
            let new = state.values[id.0 as usize];
            if new == *old || !matches!(model.variable(*id).kind, VariableKind::Posture { .. }) {
                continue;
            }
            let events = &model.posture_events[id.0 as usize];
            let moved = if new > *old { events.rises } else { events.falls };
            let became = events.becomes.get(new as usize).copied().flatten();
            for event in moved.into_iter().chain(became) {
                self.raised.push(event);
                self.raised.extend(&model.event(event).groups);
            }
        }
        if self.raised.len() > fixed {
            self.raised.sort_unstable();
            self.raised.dedup();
        }
    }

    /// Brings the counters of the raised events up to date.
    pub(super) fn count(&mut self, model: &Model, state: &mut State) {
        for event in &self.raised {
            for counter in &model.event(*event).counters {
                let index = counter.0 as usize;
                state.counts[index] = (state.counts[index] + 1).min(model.counters[index].cap);
                state.latest[index] = state.step;
                self.counted.push(*counter);
            }
        }
    }

    /// Asks every response that listens to one of `raised`, in file order, each once.
    pub(super) fn ask_listeners(&mut self, by: Trigger, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        self.asked.clear();
        for event in &self.raised {
            self.asked.extend(stage.model.event(*event).listeners.iter().map(|rule| (*rule, *event)));
        }
        if self.asked.len() > 1 {
            self.asked.sort_unstable();
            self.asked.dedup_by_key(|(rule, _)| *rule);
        }
        for i in 0..self.asked.len() {
            let (rule, event) = self.asked[i];
            self.ask(rule, event, by, stage);
        }
    }

    fn ask(&mut self, rule: RuleId, trigger: EventId, by: Trigger, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        let compiled = stage.model.rule(rule);
        let Clock::Response { slot, chance, delay, restart, .. } = &compiled.clock else {
            unreachable!("only responses listen")
        };
        let pending = stage.state.pending.since(*slot).is_some();
        if pending && !restart {
            return stage.tell(Occurrence::Ignored(rule, trigger));
        }
        if !stage.state.available(rule, stage.model) || !compiled.guard.holds(stage.state, stage.model) {
            return stage.tell(Occurrence::NotOpen(rule, trigger));
        }
        let identity = stage.identify(Cause::Response(rule, by.identity));
        // A restart draws a new delay; whether the response comes has been decided.
        let chance = if pending { 1.0 } else { chance.value(stage.state, stage.model) };
        let at_once = match stage.choice.comes(rule, identity, chance, delay, stage.state.step) {
            Answer::Never => return stage.tell(Occurrence::LetPass(rule, trigger)),
            Answer::AtOnce => true,
            Answer::Later => false,
        };
        if pending {
            self.queue.retain(|queued| queued.rule != rule);
        }
        stage.state.pending.begin(*slot, stage.state.step);
        if at_once {
            self.queue.push_back(Queued { rule, identity });
        }
        let by = by.number;
        stage.tell(if pending {
            Occurrence::Restarted { rule, trigger, by, at_once }
        } else {
            Occurrence::Comes { rule, trigger, by, at_once }
        });
    }
}

/// Gives the last branch that can be drawn what the others leave of 1, so that no rounding error is nobody's.
fn close(weights: &mut [f64]) {
    if let Some(last) = weights.iter().rposition(|w| *w > 0.0) {
        let others: f64 = weights[..last].iter().sum();
        weights[last] = (1.0 - others).max(0.0);
    }
}

impl Effect {
    /// The variable that it writes, and the value before it is held within the variable's range.
    pub fn wanted(&self, state: &State, model: &Model) -> (super::VariableId, f64) {
        match self {
            Self::Set(id, value) => (*id, value.value(state, model)),
            Self::Add(id, by) => (*id, f64::from(state.values[id.0 as usize]) + by.value(state, model)),
            Self::Map(id, to) => {
                let from = state.values[id.0 as usize] - model.variable(*id).low;
                (*id, f64::from(to[from as usize]))
            }
        }
    }
}
