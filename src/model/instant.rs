//! One instant, from its agenda to its end (SEMANTICS 5), written once for both engines.
//!
//! Wherever chance decides, it asks a `Choice`: the sampler answers from its draws, the solver takes every
//! answer with its probability. It does not know where the answers come from, and tells what happens to an
//! `Observer` without knowing who listens.
//!
//! The solver merges equal states between items, so the parts of an instant can be called one by one:
//! [`Instant::open`], [`Instant::agenda`], [`Instant::item`] for each, [`Instant::turn`] until nothing turns,
//! [`Instant::settle`]. [`Instant::boundary`] and [`Instant::pressure`] are these in order.

use std::collections::VecDeque;

use super::event::{BranchIndex, NOTHING, Observer, Occurrence, Origin};
use super::state::{NEVER, State};
use super::table::DelayTable;
use super::{Branch, Branches, Clock, Effect, EventId, Model, RuleId, VariableKind};

/// Identity of a firing: the address of the draws that descend from it (SEMANTICS 7). Not state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Identity(pub u64);

/// What an identity is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A dated or recurring rule at the present boundary.
    Calendar(RuleId),
    /// The n-th forced firing of the model.
    Forced(RuleId, usize),
    /// A response to a trigger of this identity.
    Response(RuleId, Identity),
    /// The event `start`.
    Start,
    /// The event `begins` or `ends`, for the n-th time in this instant, whose first firing was this; `None` if there was none.
    Turned(EventId, u32, Option<Identity>),
}

/// Whether a triggered response comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Not for this trigger.
    Never,
    /// In this instant.
    AtOnce,
    /// At a later boundary.
    Later,
}

/// Where chance decides.
pub trait Choice {
    /// The identity that goes with a cause. Must not depend on anything else than the cause and `step`.
    fn identify(&mut self, cause: Cause, step: super::Step) -> Identity;

    /// Does the response come, with this chance, and is it at once? If later, it is remembered under `identity`.
    fn comes(&mut self, rule: RuleId, identity: Identity, chance: f64, delay: &DelayTable, step: super::Step)
    -> Answer;

    /// Is the pending response due now, being of this age?
    fn due(&mut self, rule: RuleId, delay: &DelayTable, age: super::Step) -> bool;

    /// The identity under which a pending response was remembered.
    fn remembered(&mut self, rule: RuleId) -> Identity;

    /// Which branch, by these probabilities? `weights.len()` stands for what they leave of 1.
    fn branch(&mut self, rule: RuleId, identity: Identity, weights: &[f64]) -> usize;
}

/// One entry of a boundary's agenda.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Index into `Model::forced`.
    Forced(usize),
    /// A pending response of age 1 or more, or a dated or recurring rule of this boundary.
    Rule(RuleId),
}

/// More than `LIMIT` firings in one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runaway {
    /// The boundary number of the instant.
    pub step: super::Step,
    /// The rules that fired last, each once, in file order.
    pub rules: Vec<RuleId>,
}

/// A run that reaches this many firings in one instant is stopped.
pub const LIMIT: u32 = 10_000;

/// Firings at the limit among which the cycle is looked for.
const CYCLE_WINDOW: u32 = 256;

#[derive(Debug, Clone, Copy)]
struct Queued {
    rule: RuleId,
    identity: Identity,
}

/// What raised a trigger.
#[derive(Debug, Clone, Copy)]
struct Trigger {
    identity: Identity,
    number: Option<u32>,
}

/// Work space of instants; it holds no state from one to the next, but the count of firings in the run.
#[derive(Debug, Default)]
pub struct Instant {
    queue: VecDeque<Queued>,
    raised: Vec<EventId>,
    asked: Vec<(RuleId, EventId)>,
    turned: Vec<(usize, bool)>,
    weights: Vec<f64>,
    before: Vec<(super::VariableId, i32)>,
    agenda: Vec<Item>,
    /// Variables that some effect wrote with a new value since `open`; may repeat.
    pub written: Vec<super::VariableId>,
    /// Counters that moved since `open`; may repeat.
    pub counted: Vec<super::CounterId>,
    /// Rules that fired since `open`.
    pub fired: Vec<RuleId>,
    turns: u32,
    first: Option<Identity>,
    firings_before: u32,
}

impl Instant {
    /// A work space for a run that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the run before.
    pub fn restart(&mut self) {
        self.firings_before = 0;
        self.open();
    }

    /// Firings of the run so far.
    pub fn firings(&self) -> u32 {
        self.firings_before + self.fired.len() as u32
    }

    /// Begins an instant.
    pub fn open(&mut self) {
        self.firings_before += self.fired.len() as u32;
        self.queue.clear();
        self.written.clear();
        self.counted.clear();
        self.fired.clear();
        self.turns = 0;
        self.first = None;
    }

    /// The whole instant of boundary `state.step`.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn boundary(
        &mut self,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) -> Result<(), Runaway> {
        self.open();
        if state.step == 0 {
            self.start(model, state, choice, observer)?;
        }
        let mut agenda = std::mem::take(&mut self.agenda);
        self.agenda(model, state, &mut agenda);
        let done = agenda.iter().try_for_each(|item| self.item(*item, model, state, choice, observer));
        self.agenda = agenda;
        done?;
        while self.turn(model, state, choice, observer)? {}
        self.settle(model, state, observer);
        Ok(())
    }

    /// The whole instant of a pressure's firing.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn pressure(
        &mut self,
        rule: RuleId,
        identity: Identity,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) -> Result<(), Runaway> {
        self.open();
        self.fire(Queued { rule, identity }, None, Origin::Pressure, model, state, choice, observer)?;
        self.drain(model, state, choice, observer)?;
        while self.turn(model, state, choice, observer)? {}
        self.settle(model, state, observer);
        Ok(())
    }

    /// Raises `start`; the first thing at boundary 0.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn start(
        &mut self,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) -> Result<(), Runaway> {
        self.raised.clear();
        self.raised.push(model.start_event);
        self.raised.extend(&model.event(model.start_event).groups);
        let identity = choice.identify(Cause::Start, state.step);
        self.count(model, state);
        observer.observe(model, state, Occurrence::Started(&self.raised));
        self.ask_listeners(Trigger { identity, number: None }, model, state, choice, observer);
        self.drain(model, state, choice, observer)
    }

    /// Fills `agenda` with the items of boundary `state.step` in their order.
    pub fn agenda(&self, model: &Model, state: &State, agenda: &mut Vec<Item>) {
        agenda.clear();
        let forced = model.forced.iter().enumerate().filter(|(_, f)| f.at == state.step);
        agenda.extend(forced.map(|(index, _)| Item::Forced(index)));
        let first = agenda.len();
        let of_age = |slot: usize| state.pending[slot] != NEVER && state.pending[slot] < state.step;
        agenda.extend(
            (0..model.responses.len()).filter(|slot| of_age(*slot)).map(|slot| Item::Rule(model.responses[slot])),
        );
        agenda.extend(model.schedule.rules_at(state.step).map(Item::Rule));
        agenda[first..].sort_by_key(|item| match item {
            Item::Rule(id) => (-model.rule(*id).priority, *id),
            Item::Forced(_) => unreachable!("forced items stand before"),
        });
    }

    /// Reaches one item of the agenda and empties the queue behind it.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn item(
        &mut self,
        item: Item,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) -> Result<(), Runaway> {
        match item {
            Item::Forced(index) => {
                let forced = model.forced[index];
                let identity = choice.identify(Cause::Forced(forced.rule, index), state.step);
                let queued = Queued { rule: forced.rule, identity };
                self.fire(queued, forced.branch, Origin::Forced, model, state, choice, observer)?;
            }
            Item::Rule(rule) => match &model.rule(rule).clock {
                Clock::Response { slot, delay, .. } => {
                    // Restarted or cancelled since the agenda was made: its entry is withdrawn.
                    let since = state.pending[*slot];
                    if since == NEVER || since >= state.step || !choice.due(rule, delay, state.step - since) {
                        return Ok(());
                    }
                    let identity = choice.remembered(rule);
                    self.reach(Queued { rule, identity }, Origin::Response, model, state, choice, observer)?;
                }
                Clock::Dated(_) | Clock::Recurring { .. } => {
                    let identity = choice.identify(Cause::Calendar(rule), state.step);
                    self.reach(Queued { rule, identity }, Origin::Calendar, model, state, choice, observer)?;
                }
                Clock::Pressure { .. } => unreachable!("a pressure is on no agenda"),
            },
        }
        self.drain(model, state, choice, observer)
    }

    /// Compares every watched let with the end of the last turn, raises what differs and empties the queue.
    /// Whether anything differed: if so, it is called again.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn turn(
        &mut self,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) -> Result<bool, Runaway> {
        self.turned.clear();
        for (index, watch) in model.watches.iter().enumerate() {
            let holds = watch.condition.holds(state, model);
            if holds != state.held[index] {
                state.held[index] = holds;
                self.turned.push((index, holds));
            }
        }
        if self.turned.is_empty() {
            return Ok(false);
        }
        self.turns += 1;
        if self.turns >= LIMIT {
            return Err(self.runaway(state));
        }
        for i in 0..self.turned.len() {
            let (index, holds) = self.turned[i];
            let watch = &model.watches[index];
            let event = if holds { watch.begins } else { watch.ends };
            self.raised.clear();
            self.raised.push(event);
            self.raised.extend(&model.event(event).groups);
            self.count(model, state);
            let identity = choice.identify(Cause::Turned(event, self.turns, self.first), state.step);
            observer.observe(model, state, Occurrence::Turned(super::WatchId(index as u32), holds, &self.raised));
            self.ask_listeners(Trigger { identity, number: None }, model, state, choice, observer);
        }
        self.drain(model, state, choice, observer)?;
        Ok(true)
    }

    /// The instant has settled: lapses, then `stop_when`.
    pub fn settle(&mut self, model: &Model, state: &mut State, observer: &mut impl Observer) {
        for slot in 0..model.responses.len() {
            if state.pending[slot] == NEVER {
                continue;
            }
            let rule = model.responses[slot];
            let compiled = model.rule(rule);
            let keep = matches!(compiled.clock, Clock::Response { keep: true, .. });
            if !keep && !compiled.guard.holds(state, model) {
                state.pending[slot] = NEVER;
                observer.observe(model, state, Occurrence::Lapsed(rule));
            }
        }
        if let Some(stop) = &model.stop_when {
            state.stopped = state.stopped || (self.may_stop(model) && stop.holds(state, model));
        }
    }

    /// Whether anything that `stop_when` reads can have changed in this instant.
    fn may_stop(&self, model: &Model) -> bool {
        model.stop_reads_time
            || !self.counted.is_empty()
            || self.first.is_none()
            || self.written.iter().any(|id| model.stop_reads[id.0 as usize])
    }

    fn runaway(&self, state: &State) -> Runaway {
        let from = self.fired.len().saturating_sub(CYCLE_WINDOW as usize);
        let mut rules = self.fired[from..].to_vec();
        rules.sort_unstable();
        rules.dedup();
        Runaway { step: state.step, rules }
    }

    fn drain(
        &mut self,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) -> Result<(), Runaway> {
        while let Some(queued) = self.queue.pop_front() {
            self.reach(queued, Origin::Response, model, state, choice, observer)?;
        }
        Ok(())
    }

    /// A due item: fires, or is pre-empted if its guard or availability stands in the way.
    fn reach(
        &mut self,
        queued: Queued,
        origin: Origin,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) -> Result<(), Runaway> {
        let rule = model.rule(queued.rule);
        let mut keeps = false;
        if let Clock::Response { slot, keep, .. } = rule.clock {
            state.pending[slot] = NEVER;
            keeps = keep;
        }
        if !state.available(queued.rule, model) || !(keeps || rule.guard.holds(state, model)) {
            observer.observe(model, state, Occurrence::Preempted(queued.rule));
            return Ok(());
        }
        self.fire(queued, None, origin, model, state, choice, observer)
    }

    #[allow(clippy::too_many_arguments)]
    fn fire(
        &mut self,
        queued: Queued,
        forced_branch: Option<usize>,
        origin: Origin,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) -> Result<(), Runaway> {
        let rule = model.rule(queued.rule);
        let number = self.firings();
        let index = forced_branch.unwrap_or_else(|| self.draw(queued, model, state, choice));
        let (branch, index) = match rule.branches.at(index) {
            Some(branch) if !branch.forbidden || origin == Origin::Forced => (branch, index as BranchIndex),
            _ => (&rule.nothing, NOTHING),
        };
        if let Some((slot, _)) = rule.at_most {
            state.used[slot] += 1;
        }
        if let Some((slot, steps)) = rule.cooldown {
            state.ready[slot] = state.step.saturating_add(steps);
        }
        self.apply(queued.rule, branch, model, state, observer);
        self.raise_posture_changes(branch, model, state);
        self.first.get_or_insert(queued.identity);
        self.fired.push(queued.rule);
        self.count(model, state);
        let raised = &self.raised;
        observer.observe(model, state, Occurrence::Fired { rule: queued.rule, branch: index, origin, number, raised });
        if self.fired.len() as u32 >= LIMIT {
            return Err(self.runaway(state));
        }
        self.ask_listeners(Trigger { identity: queued.identity, number: Some(number) }, model, state, choice, observer);
        Ok(())
    }

    fn draw(&mut self, queued: Queued, model: &Model, state: &State, choice: &mut impl Choice) -> usize {
        self.weights.clear();
        match &model.rule(queued.rule).branches {
            Branches::One(_) => return 0,
            Branches::Weighted { branches, .. } => {
                self.weights.extend(branches.iter().map(|(weight, _)| weight.value(state, model)));
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
            }
        }
        choice.branch(queued.rule, queued.identity, &self.weights)
    }

    fn apply(&mut self, rule: RuleId, branch: &Branch, model: &Model, state: &mut State, observer: &mut impl Observer) {
        self.before.clear();
        for effect in &branch.effects {
            let (id, wanted) = match effect {
                Effect::Set(id, value) => (*id, value.value(state, model)),
                Effect::Add(id, by) => (*id, f64::from(state.values[id.0 as usize]) + by.value(state, model)),
                Effect::Map(id, to) => {
                    let from = state.values[id.0 as usize] - model.variable(*id).low;
                    (*id, f64::from(to[from as usize]))
                }
            };
            let variable = model.variable(id);
            let old = state.values[id.0 as usize];
            let held = wanted.clamp(f64::from(variable.low), f64::from(variable.high));
            let new = held as i32;
            if held < wanted || held > wanted {
                observer.observe(model, state, Occurrence::Saturated(rule, id));
            }
            if new != old {
                state.values[id.0 as usize] = new;
                if !self.before.iter().any(|(seen, _)| *seen == id) {
                    self.before.push((id, old));
                    self.written.push(id);
                }
            }
        }
        for (id, old) in &self.before {
            let new = state.values[id.0 as usize];
            if new != *old {
                observer.observe(model, state, Occurrence::Changed(*id, *old, new));
            }
        }
    }

    /// Leaves in `raised` the events of the firing, ascending, each once.
    fn raise_posture_changes(&mut self, branch: &Branch, model: &Model, state: &State) {
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

    fn count(&mut self, model: &Model, state: &mut State) {
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
    fn ask_listeners(
        &mut self,
        trigger: Trigger,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) {
        self.asked.clear();
        for event in &self.raised {
            self.asked.extend(model.event(*event).listeners.iter().map(|rule| (*rule, *event)));
        }
        if self.asked.len() > 1 {
            self.asked.sort_unstable();
            self.asked.dedup_by_key(|(rule, _)| *rule);
        }
        for i in 0..self.asked.len() {
            let (rule, event) = self.asked[i];
            self.ask(rule, event, trigger, model, state, choice, observer);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn ask(
        &mut self,
        rule: RuleId,
        trigger: EventId,
        by: Trigger,
        model: &Model,
        state: &mut State,
        choice: &mut impl Choice,
        observer: &mut impl Observer,
    ) {
        let compiled = model.rule(rule);
        let Clock::Response { slot, chance, delay, restart, .. } = &compiled.clock else {
            unreachable!("only responses listen")
        };
        let pending = state.pending[*slot] != NEVER;
        if pending && !restart {
            observer.observe(model, state, Occurrence::Ignored(rule, trigger));
            return;
        }
        if !state.available(rule, model) || !compiled.guard.holds(state, model) {
            observer.observe(model, state, Occurrence::NotOpen(rule, trigger));
            return;
        }
        let identity = choice.identify(Cause::Response(rule, by.identity), state.step);
        let chance = if pending { 1.0 } else { chance.value(state, model) };
        let at_once = match choice.comes(rule, identity, chance, delay, state.step) {
            Answer::Never => {
                observer.observe(model, state, Occurrence::LetPass(rule, trigger));
                return;
            }
            Answer::AtOnce => true,
            Answer::Later => false,
        };
        if pending {
            self.queue.retain(|queued| queued.rule != rule);
        }
        state.pending[*slot] = state.step;
        if at_once {
            self.queue.push_back(Queued { rule, identity });
        }
        let by = by.number;
        let occurrence = if pending {
            Occurrence::Restarted { rule, trigger, by, at_once }
        } else {
            Occurrence::Comes { rule, trigger, by, at_once }
        };
        observer.observe(model, state, occurrence);
    }
}

impl Branches {
    /// The branch at `index`, `otherwise` standing after the others; `None`: nothing happens.
    pub fn at(&self, index: usize) -> Option<&Branch> {
        match self {
            Self::One(branch) => Some(branch),
            Self::Weighted { branches, otherwise } => {
                branches.get(index).map(|(_, branch)| branch).or(otherwise.as_ref())
            }
            Self::Odds { branches, otherwise } => {
                branches.get(index).map(|(_, _, branch)| branch).or(otherwise.as_ref())
            }
        }
    }

    /// All branches in file order, `otherwise` last.
    pub fn iter(&self) -> impl Iterator<Item = &Branch> {
        let (one, weighted, odds, otherwise): (Option<&Branch>, &[_], &[_], Option<&Branch>) = match self {
            Self::One(branch) => (Some(branch), &[], &[], None),
            Self::Weighted { branches, otherwise } => (None, branches, &[], otherwise.as_ref()),
            Self::Odds { branches, otherwise } => (None, &[], branches, otherwise.as_ref()),
        };
        one.into_iter()
            .chain(weighted.iter().map(|(_, branch): &(super::formula::Tabulated<f64>, Branch)| branch))
            .chain(odds.iter().map(
                |(_, _, branch): &(super::formula::Tabulated<bool>, super::formula::Tabulated<f64>, Branch)| branch,
            ))
            .chain(otherwise)
    }
}
