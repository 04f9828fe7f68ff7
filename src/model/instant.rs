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

pub use super::agenda::Item;
use super::agenda::fill;
pub use super::choice::{Answer, Cause, Choice, Identity};
use super::event::{Observer, Occurrence, Origin};
use super::firing::Trigger;
use super::program::{Alone, Kind, Raised, Turns};
use super::queue::{Queue, Queued};
use super::state::State;
use super::{Model, RuleId, Step, VariableId, WatchId};

/// The first firing of an instant: its identity is worked out only if somebody asks for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum First {
    Known(Identity),
    /// Of this rule, at its occasion or boundary.
    Rule(RuleId),
}

/// More than `LIMIT` firings in one instant.
// Behind a pointer: every firing says whether it is one, and says so in a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runaway(Box<(Step, Vec<RuleId>)>);

impl Runaway {
    /// The boundary number of the instant, and the rules that fired last, each once, in file order.
    pub fn into_parts(self) -> (Step, Vec<RuleId>) {
        *self.0
    }
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
    // See `Observer::observe` of the tally: what nobody asks for costs nothing then.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(super) fn tell(&mut self, occurrence: Occurrence<'_>) {
        self.observer.observe(self.model, self.state, occurrence);
    }

    #[inline]
    pub(super) fn identify(&mut self, cause: Cause) -> Identity {
        self.choice.identify(cause, self.state.step)
    }

    /// The identity of the first firing.
    fn identity(&mut self, first: First) -> Identity {
        match first {
            First::Known(identity) => identity,
            First::Rule(rule) => match self.model.program.rule(rule).kind {
                Kind::Pressure { .. } => self.identify(Cause::Occasion(rule)),
                Kind::Calendar | Kind::Response(_) => self.identify(Cause::Calendar(rule)),
            },
        }
    }
}

/// Work space of instants; it holds no state from one to the next, but the count of firings in the run.
#[derive(Debug)]
pub struct Instant {
    pub(super) queue: Queue,
    pub(super) weights: Vec<f64>,
    /// Variables that the present firing wrote, with their values before.
    pub(super) before: Vec<(VariableId, i32)>,
    /// Where events are put together that could not be worked out beforehand.
    pub(super) space: Raised,
    turned: Vec<(usize, bool)>,
    /// Slots of the responses that lapse as the instant settles.
    lapsed: Vec<usize>,
    agenda: Vec<Item>,
    /// What can turn with all that has moved since `open`; of the watched lets, since they were last compared.
    pub(super) turns_with: Turns,
    /// Firings since `open`.
    fired: u32,
    /// The rules of the last of them, in turn.
    fired_last: [RuleId; CYCLE_WINDOW],
    /// Some response that was pending has lapsed, or was restarted.
    pub ended_pending: bool,
    /// Some event was counted.
    pub moved_counters: bool,
    turns: u32,
    /// The first firing, and the latest of the others, which is written so that nothing has to be asked.
    firsts: [First; 2],
    /// Firings of the run so far.
    pub(super) firings: u32,
}

impl Default for Instant {
    fn default() -> Self {
        Self {
            queue: Queue::default(),
            weights: Vec::new(),
            before: Vec::new(),
            space: Raised::default(),
            turned: Vec::new(),
            lapsed: Vec::new(),
            agenda: Vec::new(),
            turns_with: Turns::NOTHING,
            fired: 0,
            fired_last: [RuleId(0); CYCLE_WINDOW],
            ended_pending: false,
            moved_counters: false,
            turns: 0,
            firsts: [First::Rule(RuleId(0)); 2],
            firings: 0,
        }
    }
}

impl Instant {
    /// A work space for a run that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the run before.
    pub fn restart(&mut self) {
        self.firings = 0;
        self.queue.clear();
        self.open();
    }

    /// Begins an instant. The queue is empty, as the one before has left it, or is lined up next.
    #[inline]
    pub fn open(&mut self) {
        self.fired = 0;
        self.ended_pending = false;
        self.moved_counters = false;
        self.turns_with = Turns::NOTHING;
        self.turns = 0;
    }

    /// The whole instant of boundary `state.step`.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn boundary(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        self.open();
        let (model, step) = (stage.model, stage.state.step);
        self.turns_with = model.program.turn_at(step, model);
        if stage.choice.may_any_be_old(step) && model.program.is_age_reached(stage.state) {
            self.turns_with = self.turns_with.or(model.program.turns_with_ages);
        }
        if step == 0 {
            self.turns_with = Turns::ANYTHING;
            self.start(stage)?;
        }
        if !model.forced.is_empty() || stage.choice.may_any_be_due(step) {
            self.items(stage)?;
        } else {
            for rule in model.schedule.rules_at(step) {
                self.fire_on_calendar(*rule, stage)?;
                self.drain(stage)?;
            }
        }
        self.close(stage)
    }

    /// All items of the boundary's agenda.
    #[inline(never)]
    fn items(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        let mut agenda = std::mem::take(&mut self.agenda);
        let step = stage.state.step;
        stage.choice.go_through_pending();
        fill(stage.model, stage.state, &mut agenda, |rule, age| stage.choice.may_be_due(rule, age, step));
        let mut done = Ok(());
        for item in &agenda {
            done = self.begin_item(*item, stage).and_then(|()| self.drain(stage));
            if done.is_err() {
                break;
            }
        }
        self.agenda = agenda;
        done
    }

    /// The whole instant of a pressure's firing, if nothing can come of it but that one variable moves: by so much. `None` if
    /// more can come of it; nothing happens then.
    // Asked for at each of a run's occasions.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub fn pressure_alone(
        &mut self,
        alone: &Alone,
        model: &Model,
        state: &mut State,
        observer: &mut impl Observer,
    ) -> Option<i32> {
        let old = state.values[alone.variable.0 as usize];
        let step = model.program.step(alone, old);
        let is_alone = !step.is_heard() && (alone.may_be_counted || !step.is_counted());
        if !is_alone || state.pending.meets(alone.guards) {
            return None;
        }
        self.fire_unheard(alone, step, model, state, observer);
        if alone.stop || step.is_counted() {
            state.stopped |= model.program.stop_when.as_ref().is_some_and(|stop| stop.of(state, model));
        }
        Some(step.new.wrapping_sub(old))
    }

    /// The whole instant of a pressure's firing.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn pressure(&mut self, rule: RuleId, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        self.open();
        match stage.model.program.plain(rule) {
            Some(plain) => {
                let identity = |stage: &mut Stage<'_, _, _>| stage.identify(Cause::Occasion(rule));
                self.fire_plain((plain, rule), Origin::Pressure, identity, stage);
            }
            None => self.begin_pressure(rule, stage)?,
        }
        self.drain(stage)?;
        self.close(stage)
    }

    /// A pressure's firing alone; the queue is left as it is then.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn begin_pressure(
        &mut self,
        rule: RuleId,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> Result<(), Runaway> {
        let identity = stage.identify(Cause::Occasion(rule));
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
        let raised = &stage.model.program.start;
        self.count(raised, stage.model, stage.state);
        stage.tell(Occurrence::Started(&raised.events));
        let identity = stage.identify(Cause::Start);
        self.ask_listeners(raised, Trigger { identity, number: None }, stage);
    }

    /// Fills `agenda` with the items of boundary `state.step` in their order.
    pub fn agenda(&self, model: &Model, state: &State, agenda: &mut Vec<Item>) {
        fill(model, state, agenda, |_, _| true);
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
                self.fire(Queued { rule: forced.rule, identity }, forced.branch, Origin::Forced, stage)
            }
            Item::Rule(rule) => match &stage.model.program.rule(rule).kind {
                Kind::Response(response) => {
                    // Restarted since the agenda was made: its entry is withdrawn.
                    let now = stage.state.step;
                    let since = stage.state.pending.since(response.slot).filter(|since| *since < now);
                    if !since.is_some_and(|since| stage.choice.due(rule, &response.delay, now - since)) {
                        return Ok(());
                    }
                    let identity = stage.choice.remembered(rule);
                    self.reach(Queued { rule, identity }, stage)
                }
                Kind::Calendar => self.fire_on_calendar(rule, stage),
                Kind::Pressure { .. } => unreachable!("a pressure is on no agenda"),
            },
        }
    }

    /// Reaches a rule of the calendar; the queue is left as it is then.
    // Decays of indicators are most of what there is to do at most boundaries.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn fire_on_calendar(
        &mut self,
        rule: RuleId,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> Result<(), Runaway> {
        let Some(plain) = stage.model.program.plain(rule).filter(|plain| plain.always) else {
            let identity = stage.identify(Cause::Calendar(rule));
            return self.fire(Queued { rule, identity }, None, Origin::Calendar, stage);
        };
        let identity = |stage: &mut Stage<'_, _, _>| stage.identify(Cause::Calendar(rule));
        self.fire_plain((plain, rule), Origin::Calendar, identity, stage);
        self.check_limit(stage.state)
    }

    /// When all items are done: turns until nothing does, and then the instant settles.
    #[inline]
    fn close(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        if self.turns_with.any_watch() {
            self.turn_all(stage)?;
        }
        self.settle_what_moved(stage);
        Ok(())
    }

    /// Turns until nothing does, asking only the watched lets that may have turned since they were last compared.
    #[inline(never)]
    fn turn_all(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        while self.turns_with.any_watch() {
            let which = self.turns_with;
            self.turns_with = which.but_watches();
            if self.compare(which, stage)? {
                self.drain(stage)?;
            }
        }
        Ok(())
    }

    /// Compares every watched let with the end of the last turn and raises what differs; the queue is left as it is
    /// then. Whether anything differed.
    ///
    /// # Errors
    /// `Runaway` if the turns of the instant reach `LIMIT`.
    pub fn begin_turn(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<bool, Runaway> {
        self.compare(Turns::ANYTHING, stage)
    }

    /// `begin_turn` that asks only the watched lets of `which`.
    fn compare(&mut self, which: Turns, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<bool, Runaway> {
        self.turned.clear();
        let watches = stage.model.program.watches.iter().enumerate();
        for (index, watch) in watches.filter(|(index, _)| which.watch(*index)) {
            let holds = watch.condition.of(stage.state, stage.model);
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
            let (watch, raises) = (&stage.model.watches[index], &stage.model.program.watches[index]);
            let (event, raised) = if holds { (watch.begins, &raises.begins) } else { (watch.ends, &raises.ends) };
            self.count(raised, stage.model, stage.state);
            stage.tell(Occurrence::Turned(WatchId(index as u32), holds, &raised.events));
            if !raised.listeners.is_empty() {
                let first = (self.fired > 0).then(|| stage.identity(self.firsts[0]));
                let identity = stage.identify(Cause::Turned(event, self.turns, first));
                self.ask_listeners(raised, Trigger { identity, number: None }, stage);
            }
        }
        Ok(true)
    }

    /// The instant has settled: lapses, then `stop_when`.
    pub fn settle(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        self.turns_with = Turns::ANYTHING;
        self.settle_what_moved(stage);
    }

    /// `settle` that asks only what can have turned: what has not holds as it did at the end of the last instant, or as
    /// the guard of a response that was triggered in this one did then.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn settle_what_moved(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        let model = stage.model;
        if stage.state.pending.meets(self.turns_with.guards()) {
            self.lapse(stage);
        }
        if self.turns_with.stop()
            && let Some(stop) = &model.program.stop_when
        {
            stage.state.stopped |= stop.of(stage.state, model);
        }
    }

    /// Cancels the pending responses whose guards do not hold any more.
    #[inline(never)]
    fn lapse(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        let model = stage.model;
        self.lapsed.clear();
        stage.state.pending.each_of(self.turns_with.guards(), |slot, _| {
            let rule = model.program.rule(model.responses[slot]);
            if !rule.response().keep && !rule.guard.of(stage.state, model) {
                self.lapsed.push(slot);
            }
        });
        for slot in &self.lapsed {
            stage.state.pending.end(*slot);
            self.ended_pending = true;
            stage.tell(Occurrence::Lapsed(model.responses[*slot]));
        }
    }

    /// Notes a firing.
    #[inline]
    pub(super) fn note(&mut self, rule: RuleId, firing: First) {
        self.firsts[usize::from(self.fired > 0)] = firing;
        self.fired_last[self.fired as usize % CYCLE_WINDOW] = rule;
        self.fired += 1;
    }

    /// Stops an instant that does not come to an end.
    #[inline]
    pub(super) fn check_limit(&self, state: &State) -> Result<(), Runaway> {
        if self.fired >= LIMIT { Err(self.runaway(state)) } else { Ok(()) }
    }

    #[cold]
    fn runaway(&self, state: &State) -> Runaway {
        let mut rules = self.fired_last[..CYCLE_WINDOW.min(self.fired as usize)].to_vec();
        rules.sort_unstable();
        rules.dedup();
        Runaway(Box::new((state.step, rules)))
    }

    #[inline]
    fn drain(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<(), Runaway> {
        while !self.queue.is_empty() {
            self.reach_next(stage)?;
        }
        Ok(())
    }

    /// Reaches the first of the queue; whether there was one.
    ///
    /// # Errors
    /// `Runaway` if the firings of the instant reach `LIMIT`.
    pub fn reach_next(&mut self, stage: &mut Stage<'_, impl Choice, impl Observer>) -> Result<bool, Runaway> {
        let Some(queued) = self.queue.pop() else { return Ok(false) };
        self.reach(queued, stage)?;
        Ok(true)
    }

    /// The rules that wait in the queue, first to be reached first.
    pub fn waiting(&self) -> impl Iterator<Item = RuleId> {
        self.queue.rules()
    }

    /// Makes these rules the queue. Their draws have no address: for a `Choice` that takes every answer.
    pub fn line_up(&mut self, rules: &[RuleId]) {
        self.queue.clear();
        rules.iter().for_each(|rule| self.queue.push(Queued { rule: *rule, identity: Identity::default() }));
    }
}
