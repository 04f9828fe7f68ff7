//! One instant, from its agenda to its end (SEMANTICS 5), written once for both engines.
//!
//! Wherever chance decides, it asks a `Choice`: the sampler answers from its draws, the solver takes every
//! answer with its probability. It does not know where the answers come from, and tells what happens to an
//! `Observer` without knowing who listens.
//!
//! The solver merges equal states on the way, so the parts of an instant can be called one by one: [`Instant::open`],
//! [`Instant::agenda`], for each item [`Instant::begin_item`] and [`Instant::reach_next`] until the queue is empty,
//! [`Instant::begin_turn`] and the queue again until nothing turns, [`Instant::settle`]. [`Instant::boundary`] and
//! [`Instant::pressure`] are these in order.

use std::collections::VecDeque;

use super::event::{Observer, Occurrence, Origin};
use super::firing::{Queued, Trigger};
use super::state::State;
use super::table::DelayTable;
use super::{Clock, CounterId, EventId, Model, RuleId, Step, VariableId, WatchId};

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
    fn identify(&mut self, cause: Cause, step: Step) -> Identity;

    /// Does the response come, with this chance, and is it at once? If later, it is remembered under `identity`.
    fn comes(&mut self, rule: RuleId, identity: Identity, chance: f64, delay: &DelayTable, step: Step) -> Answer;

    /// Is the pending response due now, being of this age?
    fn due(&mut self, rule: RuleId, delay: &DelayTable, age: Step) -> bool;

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
    pub step: Step,
    /// The rules that fired last, each once, in file order.
    pub rules: Vec<RuleId>,
}

/// A run that reaches this many firings in one instant is stopped.
pub const LIMIT: u32 = 10_000;

/// Firings at the limit among which the cycle is looked for.
const CYCLE_WINDOW: usize = 256;

/// Who and what an instant works with.
#[derive(Debug)]
pub struct Stage<'a, C, O> {
    /// The rules.
    pub model: &'a Model,
    /// The state that they change.
    pub state: &'a mut State,
    /// Where chance decides.
    pub choice: &'a mut C,
    /// Who is told.
    pub observer: &'a mut O,
}

impl<C: Choice, O: Observer> Stage<'_, C, O> {
    pub(super) fn tell(&mut self, occurrence: Occurrence<'_>) {
        self.observer.observe(self.model, self.state, occurrence);
    }

    pub(super) fn identify(&mut self, cause: Cause) -> Identity {
        self.choice.identify(cause, self.state.step)
    }
}

/// Work space of instants; it holds no state from one to the next, but the count of firings in the run.
#[derive(Debug, Default)]
pub struct Instant {
    pub(super) queue: VecDeque<Queued>,
    /// Events of the firing, or of the let, that is being told.
    pub(super) raised: Vec<EventId>,
    pub(super) asked: Vec<(RuleId, EventId)>,
    pub(super) weights: Vec<f64>,
    /// Variables that the present firing wrote, with their values before.
    pub(super) before: Vec<(VariableId, i32)>,
    turned: Vec<(usize, bool)>,
    /// Slots of the responses that lapse as the instant settles.
    lapsed: Vec<usize>,
    agenda: Vec<Item>,
    /// Variables that some effect wrote with a new value since `open`; may repeat.
    pub written: Vec<VariableId>,
    /// Counters that moved since `open`; may repeat.
    pub counted: Vec<CounterId>,
    /// Rules that fired since `open`, in order.
    pub fired: Vec<RuleId>,
    turns: u32,
    pub(super) first: Option<Identity>,
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
        self.fired.clear();
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
    pub fn boundary(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        self.open();
        if stage.state.step == 0 {
            self.start(stage)?;
        }
        let mut agenda = std::mem::take(&mut self.agenda);
        self.agenda(stage.model, stage.state, &mut agenda);
        let done = agenda.iter().try_for_each(|item| self.item(*item, stage));
        self.agenda = agenda;
        done?;
        while self.turn(stage)? {}
        self.settle(stage);
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
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> Result<(), Runaway> {
        self.open();
        self.begin_pressure(rule, identity, stage)?;
        self.drain(stage)?;
        while self.turn(stage)? {}
        self.settle(stage);
        Ok(())
    }

    /// A pressure's firing alone; the queue is left as it is then.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn begin_pressure(
        &mut self,
        rule: RuleId,
        identity: Identity,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> Result<(), Runaway> {
        self.fire(Queued { rule, identity }, None, Origin::Pressure, stage)
    }

    /// Raises `start`; the first thing at boundary 0.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn start(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        self.begin_start(stage);
        self.drain(stage)
    }

    /// Raises `start`; the queue is left as it is then.
    pub fn begin_start(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        let identity = stage.identify(Cause::Start);
        self.raise(stage.model.start_event, stage);
        stage.tell(Occurrence::Started(&self.raised));
        self.ask_listeners(Trigger { identity, number: None }, stage);
    }

    /// Fills `agenda` with the items of boundary `state.step` in their order.
    pub fn agenda(&self, model: &Model, state: &State, agenda: &mut Vec<Item>) {
        agenda.clear();
        let forced = model.forced.iter().enumerate().filter(|(_, f)| f.at == state.step);
        agenda.extend(forced.map(|(index, _)| Item::Forced(index)));
        let first = agenda.len();
        let pending = state.pending.iter().filter(|(_, since)| *since < state.step);
        agenda.extend(pending.map(|(slot, _)| Item::Rule(model.responses[slot])));
        agenda.extend(model.schedule.rules_at(state.step).map(Item::Rule));
        agenda[first..].sort_by_key(|item| match item {
            Item::Rule(id) => (std::cmp::Reverse(model.rule(*id).priority), *id),
            Item::Forced(_) => unreachable!("forced items stand before"),
        });
    }

    /// Reaches one item of the agenda and empties the queue behind it.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn item(&mut self, item: Item, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        self.begin_item(item, stage)?;
        self.drain(stage)
    }

    /// Reaches one item; the queue is left as it is then.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn begin_item(&mut self, item: Item, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        match item {
            Item::Forced(index) => {
                let forced = stage.model.forced[index];
                let identity = stage.identify(Cause::Forced(forced.rule, index));
                self.fire(Queued { rule: forced.rule, identity }, forced.branch, Origin::Forced, stage)?;
            }
            Item::Rule(rule) => match &stage.model.rule(rule).clock {
                Clock::Response { slot, delay, .. } => {
                    // Restarted since the agenda was made: its entry is withdrawn.
                    let now = stage.state.step;
                    let age = stage.state.pending.since(*slot).filter(|since| *since < now).map(|since| now - since);
                    if !age.is_some_and(|age| stage.choice.due(rule, delay, age)) {
                        return Ok(());
                    }
                    let identity = stage.choice.remembered(rule);
                    self.reach(Queued { rule, identity }, Origin::Response, stage)?;
                }
                Clock::Dated(_) | Clock::Recurring { .. } => {
                    let identity = stage.identify(Cause::Calendar(rule));
                    self.reach(Queued { rule, identity }, Origin::Calendar, stage)?;
                }
                Clock::Pressure { .. } => unreachable!("a pressure is on no agenda"),
            },
        }
        Ok(())
    }

    /// Compares every watched let with the end of the last turn, raises what differs and empties the queue.
    /// Whether anything differed: if so, it is called again.
    ///
    /// # Errors
    /// `Runaway` if the firings, or the turns, of the instant reach `LIMIT`.
    pub fn turn(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<bool, Runaway> {
        let turned = self.begin_turn(stage)?;
        self.drain(stage)?;
        Ok(turned)
    }

    /// Compares every watched let with the end of the last turn and raises what differs; the queue is left as it is
    /// then. Whether anything differed.
    ///
    /// # Errors
    /// `Runaway` if the turns of the instant reach `LIMIT`.
    pub fn begin_turn(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<bool, Runaway> {
        self.turned.clear();
        for (index, watch) in stage.model.watches.iter().enumerate() {
            let holds = watch.condition.holds(stage.state, stage.model);
            if holds != stage.state.held[index] {
                stage.state.held[index] = holds;
                self.turned.push((index, holds));
            }
        }
        if self.turned.is_empty() {
            return Ok(false);
        }
        self.turns += 1;
        if self.turns >= LIMIT {
            return Err(self.runaway(stage.state));
        }
        for i in 0..self.turned.len() {
            let (index, holds) = self.turned[i];
            let watch = &stage.model.watches[index];
            let event = if holds { watch.begins } else { watch.ends };
            let identity = stage.identify(Cause::Turned(event, self.turns, self.first));
            self.raise(event, stage);
            stage.tell(Occurrence::Turned(WatchId(index as u32), holds, &self.raised));
            self.ask_listeners(Trigger { identity, number: None }, stage);
        }
        Ok(true)
    }

    /// The instant has settled: lapses, then `stop_when`.
    pub fn settle(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        let model = stage.model;
        self.lapsed.clear();
        for (slot, _) in stage.state.pending.iter() {
            let rule = model.rule(model.responses[slot]);
            let keep = matches!(rule.clock, Clock::Response { keep: true, .. });
            if !keep && !rule.guard.holds(stage.state, model) {
                self.lapsed.push(slot);
            }
        }
        for slot in &self.lapsed {
            stage.state.pending.end(*slot);
            stage.tell(Occurrence::Lapsed(model.responses[*slot]));
        }
        if let Some(stop) = &model.stop_when {
            stage.state.stopped |= self.may_stop(model) && stop.holds(stage.state, model);
        }
    }

    /// Whether anything that `stop_when` reads can have changed in this instant.
    fn may_stop(&self, model: &Model) -> bool {
        model.stop_reads_time
            || !self.counted.is_empty()
            || self.first.is_none()
            || self.written.iter().any(|id| model.stop_reads[id.0 as usize])
    }

    pub(super) fn runaway(&self, state: &State) -> Runaway {
        let from = self.fired.len().saturating_sub(CYCLE_WINDOW);
        let mut rules = self.fired[from..].to_vec();
        rules.sort_unstable();
        rules.dedup();
        Runaway { step: state.step, rules }
    }

    fn drain(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        while self.reach_next(stage)? {}
        Ok(())
    }

    /// Reaches the first of the queue; whether there was one.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn reach_next(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<bool, Runaway> {
        let Some(queued) = self.queue.pop_front() else { return Ok(false) };
        self.reach(queued, Origin::Response, stage)?;
        Ok(true)
    }

    /// The rules that wait in the queue, first to be reached first.
    pub fn waiting(&self) -> impl Iterator<Item = RuleId> {
        self.queue.iter().map(|queued| queued.rule)
    }

    /// Makes these rules the queue. Their draws have no address: for a `Choice` that takes every answer.
    pub fn line_up(&mut self, rules: &[RuleId]) {
        self.queue.clear();
        self.queue.extend(rules.iter().map(|rule| Queued { rule: *rule, identity: Identity::default() }));
    }

    /// Leaves in `raised` an event that is no firing's, and counts it.
    fn raise(&mut self, event: EventId, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        self.raised.clear();
        self.raised.push(event);
        self.raised.extend(&stage.model.event(event).groups);
        self.raised.sort_unstable();
        self.count(stage.model, stage.state);
    }
}
