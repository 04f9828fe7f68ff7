//! One firing: the branch that is drawn, the effects, the events that are raised, and the responses that hear them.
//!
//! The inner half of `instant`; it does not know agendas or the end of an instant.

use super::event::{BranchIndex, NOTHING, Observer, Occurrence, Origin};
use super::instant::{Answer, Choice, First, Identity, Instant, Runaway, Stage};
use super::program::{Alone, Compact, Deed, Deeds, Kind, Limits, Lot, MoveStep, Plain, Raised, close};
use super::queue::Queued;
use super::state::{NEVER, State};
use super::{CounterId, EventId, Model, RuleId, Step, VariableId};

/// A firing of which is to be told.
#[derive(Clone, Copy)]
struct Fired {
    rule: RuleId,
    branch: BranchIndex,
    origin: Origin,
}

/// What raised the events that listeners are asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trigger {
    pub(super) identity: Identity,
    /// Number of the firing, if it was one.
    pub(super) number: Option<u32>,
}

impl Instant {
    /// A response whose time has come: fires, or is pre-empted.
    pub(super) fn reach(
        &mut self,
        queued: Queued,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> Result<(), Runaway> {
        let response = stage.model.program.rule(queued.rule).response();
        stage.state.pending.end(response.slot);
        self.fire(queued, None, Origin::Response, stage)
    }

    /// Fires a rule of which nothing but its one change has to be worked out. `identity` is worked out if it is asked for.
    // Decays of indicators are most of what there is to do at most boundaries.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(super) fn fire_plain<C: Choice, O: Observer>(
        &mut self,
        (plain, rule): (&Plain, RuleId),
        origin: Origin,
        identity: impl Fn(&mut Stage<'_, C, O>) -> Identity,
        stage: &mut Stage<'_, C, O>,
    ) {
        self.note(rule, First::Rule(rule));
        let step = plain.moves.after(stage.state.values[plain.moves.variable.0 as usize]);
        if move_one(rule, (plain.moves.variable, step), stage.model, stage.state, stage.observer) {
            self.turns_with = self.turns_with.or(plain.turns);
        }
        let raised = plain.moves.raised(step);
        if !step.is_heard() && !step.is_counted() {
            let (number, raised) = (self.number(), &raised.events);
            return stage.tell(Occurrence::Fired { rule, branch: 0, origin, number, raised });
        }
        let identity = identity(stage);
        self.raise(Fired { rule, branch: 0, origin }, identity, raised, stage);
    }

    /// Fires a pressure's plain rule that no response hears.
    #[inline]
    pub(super) fn fire_unheard(
        &mut self,
        alone: &Alone,
        step: MoveStep,
        model: &Model,
        state: &mut State,
        observer: &mut impl Observer,
    ) {
        move_one(alone.rule, (alone.variable, step), model, state, observer);
        if step.is_counted() {
            self.count_unheard(alone, step, model, state);
        }
        let (rule, number) = (alone.rule, self.number());
        let raised = model.program.raised(alone, step).map_or(&[][..], |raised| &raised.events);
        observer.observe(model, state, Occurrence::Fired { rule, branch: 0, origin: Origin::Pressure, number, raised });
    }

    /// Brings the counters up to date of a firing that no response hears; by itself, since few firings are counted.
    #[inline(never)]
    fn count_unheard(&mut self, alone: &Alone, step: MoveStep, model: &Model, state: &mut State) {
        let raised = model.program.raised(alone, step);
        raised.into_iter().for_each(|raised| self.count_some(raised, model, state));
    }

    /// The number of the next firing in the run, which takes place.
    #[inline]
    fn number(&mut self) -> u32 {
        self.firings += 1;
        self.firings - 1
    }

    /// Fires, with the branch that is forced or else drawn. What has been due is pre-empted if its guard or availability
    /// stands in the way.
    pub(super) fn fire(
        &mut self,
        queued: Queued,
        forced: Option<usize>,
        origin: Origin,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> Result<(), Runaway> {
        let Queued { rule, identity } = queued;
        let compact = stage.model.program.rule(rule);
        if matches!(origin, Origin::Calendar | Origin::Response) && !is_open(compact, stage.state, stage.model) {
            stage.tell(Occurrence::Preempted(rule));
            return Ok(());
        }
        let index = forced.unwrap_or_else(|| self.draw(queued, &compact.deeds, stage));
        let deed = compact.deeds.at(index).filter(|deed| !deed.forbidden || origin == Origin::Forced);
        if compact.limits.any {
            use_up(&compact.limits, stage.state);
        }
        self.note(rule, First::Known(identity));
        let branch = if deed.is_some() { index as BranchIndex } else { NOTHING };
        let fired = Fired { rule, branch, origin };
        match deed {
            Some(deed @ Deed { alone: Some(moves), .. }) => {
                let index = moves.variable.0 as usize;
                let step = moves.after(stage.state.values[index]);
                if move_one(rule, (moves.variable, step), stage.model, stage.state, stage.observer) {
                    self.turns_with = self.turns_with.or(deed.turns);
                }
                self.raise(fired, identity, moves.raised(step), stage);
            }
            Some(deed) => self.fire_deed(fired, identity, deed, stage),
            None => self.raise(fired, identity, &compact.nothing, stage),
        }
        self.check_limit(stage.state)
    }

    /// Does a deed of several changes, or none, or of one that reads other things, and tells of it.
    #[inline]
    fn fire_deed(
        &mut self,
        fired: Fired,
        identity: Identity,
        deed: &Deed,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) {
        self.before.clear();
        self.apply(fired.rule, deed, stage);
        if let Some(raised) = deed.raises.after(&self.before, &stage.state.values) {
            return self.raise(fired, identity, raised, stage);
        }
        let mut raised = std::mem::take(&mut self.space);
        deed.raises.put_together(&self.before, &stage.state.values, &mut raised, stage.model);
        self.raise(fired, identity, &raised, stage);
        self.space = raised;
    }

    /// Tells of a firing and asks who listens.
    fn raise(
        &mut self,
        Fired { rule, branch, origin }: Fired,
        identity: Identity,
        raised: &Raised,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) {
        let number = self.number();
        self.count(raised, stage.model, stage.state);
        stage.tell(Occurrence::Fired { rule, branch, origin, number, raised: &raised.events });
        if !raised.listeners.is_empty() {
            self.ask_listeners(raised, Trigger { identity, number: Some(number) }, stage);
        }
    }

    /// The index of the branch: as many as there are for what they leave.
    #[inline]
    fn draw(&mut self, by: Queued, deeds: &Deeds, stage: &mut Stage<'_, impl Choice, impl Observer>) -> usize {
        match deeds {
            Deeds::One(_) => 0,
            Deeds::Lot { lot, .. } => self.cast(by, lot, stage),
        }
    }

    /// Draws by a lot.
    fn cast(
        &mut self,
        Queued { rule, identity }: Queued,
        lot: &Lot,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> usize {
        let (state, model) = (&*stage.state, stage.model);
        self.weights.clear();
        match lot {
            Lot::Fixed(weights) => return stage.choice.branch(rule, identity, weights),
            Lot::Weights { weights, closed } => {
                self.weights.extend(weights.iter().map(|weight| weight.of(state, model)));
                if *closed {
                    close(&mut self.weights);
                }
            }
            Lot::Odds(odds) => {
                let odds =
                    odds.iter().map(|(when, odds)| if when.of(state, model) { odds.of(state, model) } else { 0.0 });
                self.weights.extend(odds);
                let sum: f64 = self.weights.iter().sum();
                if sum == 0.0 {
                    return self.weights.len();
                }
                self.weights.iter_mut().for_each(|w| *w /= sum);
                close(&mut self.weights);
            }
        }
        stage.choice.branch(rule, identity, &self.weights)
    }

    fn apply(&mut self, rule: RuleId, deed: &Deed, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        for change in &deed.changes {
            let (id, index) = (change.variable, change.variable.0 as usize);
            let old = stage.state.values[index];
            let (new, held) = change.result(old, stage.state, stage.model);
            if held {
                stage.tell(Occurrence::Saturated(rule, id));
            }
            stage.state.values[index] = new;
            if new != old && !self.before.iter().any(|(seen, _)| *seen == id) {
                self.before.push((id, old));
            }
        }
        if !self.before.is_empty() {
            self.turns_with = self.turns_with.or(deed.turns);
        }
        for (id, old) in &self.before {
            let new = stage.state.values[id.0 as usize];
            if new != *old {
                stage.tell(Occurrence::Changed(*id, *old, new));
            }
        }
    }

    /// Brings the counters of the raised events up to date.
    #[inline]
    pub(super) fn count(&mut self, raised: &Raised, model: &Model, state: &mut State) {
        if !raised.counters.is_empty() {
            self.count_some(raised, model, state);
        }
    }

    fn count_some(&mut self, raised: &Raised, model: &Model, state: &mut State) {
        self.moved_counters = true;
        for counter in &raised.counters {
            if count_one(*counter, model, state) {
                self.turns_with = self.turns_with.or(model.program.turns_with_counters);
            }
        }
    }

    /// Asks every response that listens to one of `raised`, in file order, each once.
    pub(super) fn ask_listeners(
        &mut self,
        raised: &Raised,
        by: Trigger,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) {
        for (rule, event) in &raised.listeners {
            self.ask(*rule, *event, by, stage);
        }
    }

    fn ask(&mut self, rule: RuleId, trigger: EventId, by: Trigger, stage: &mut Stage<'_, impl Choice, impl Observer>) {
        let compact = stage.model.program.rule(rule);
        let response = compact.response();
        let pending = stage.state.pending.since(response.slot).is_some();
        if pending && !response.restart {
            return stage.tell(Occurrence::Ignored(rule, trigger));
        }
        let chance = response.asked.chance(&compact.guard, stage.state, stage.model);
        let Some(chance) = chance.filter(|_| stage.state.allows(&compact.limits)) else {
            return stage.tell(Occurrence::NotOpen(rule, trigger));
        };
        // A restart draws a new delay; whether the response comes has been decided.
        let chance = if pending { 1.0 } else { chance };
        let at_once = match stage.choice.comes(rule, by.identity, chance, &response.delay, stage.state.step) {
            Answer::Never => return stage.tell(Occurrence::LetPass(rule, trigger)),
            Answer::AtOnce(identity) => Some(identity),
            Answer::Later => None,
        };
        if pending {
            self.queue.withdraw(rule);
            self.ended_pending = true;
        }
        stage.state.pending.begin(response.slot, stage.state.step);
        if let Some(identity) = at_once {
            self.queue.push(Queued { rule, identity });
        }
        let (by, at_once) = (by.number, at_once.is_some());
        stage.tell(if pending {
            Occurrence::Restarted { rule, trigger, by, at_once }
        } else {
            Occurrence::Comes { rule, trigger, by, at_once }
        });
    }
}

/// Whether a rule that is due may fire.
#[inline]
fn is_open(compact: &Compact, state: &State, model: &Model) -> bool {
    let keeps = matches!(&compact.kind, Kind::Response(response) if response.keep);
    (keeps || compact.guard.of(state, model)) && state.allows(&compact.limits)
}

/// Counts an occurrence; whether any condition can have turned with that.
#[inline]
fn count_one(counter: CounterId, model: &Model, state: &mut State) -> bool {
    let (index, counter) = (counter.0 as usize, &model.counters[counter.0 as usize]);
    let count = (state.counts[index] + 1).min(counter.cap);
    let more = std::mem::replace(&mut state.counts[index], count) != count;
    let latest = std::mem::replace(&mut state.latest[index], state.step);
    let was_old = |least: &Step| latest == NEVER || state.step - latest >= *least;
    more || counter.thresholds.first().is_some_and(was_old)
}

/// Moves the one variable of a firing and tells of it; whether its value is another one now.
#[allow(clippy::inline_always)]
#[inline(always)]
fn move_one(
    rule: RuleId,
    (id, step): (VariableId, MoveStep),
    model: &Model,
    state: &mut State,
    observer: &mut impl Observer,
) -> bool {
    if step.is_held() {
        observer.observe(model, state, Occurrence::Saturated(rule, id));
    }
    let old = std::mem::replace(&mut state.values[id.0 as usize], step.new);
    if step.new != old {
        observer.observe(model, state, Occurrence::Changed(id, old, step.new));
    }
    step.new != old
}

/// A firing of a rule that has limits counts against them.
fn use_up(limits: &Limits, state: &mut State) {
    if let Some((slot, _)) = limits.at_most {
        state.used[slot] += 1;
    }
    if let Some((slot, steps)) = limits.cooldown {
        state.ready[slot] = state.step.saturating_add(steps);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fixture::compiled;

    /// Counting an occurrence says that something can have turned whenever something has, and not every time.
    #[test]
    fn a_count_turns_something_or_says_that_it_does_not() {
        let text = r#"(simulate: 1, title: "t", clock: (horizon: "90d"),
            indicators: { x: (range: (0, 9), start: 0) },
            lets: { quiet: "since(spark) >= 3d", silent: "since(spark) >= 7d", few: "count(spark) < 4" },
            rules: {
                spark: (pressure: "1 per 1d", then: ["x += 1"]),
                calm: (on: ["quiet begins"], then: ["x -= 1"]),
                peace: (on: ["silent begins"], then: ["x -= 2"]),
                dull: (on: ["few ends"], then: ["x -= 1"]),
            },
            outcomes: [(name: high, when: "ever(x > 2)"), (name: low)])"#;
        let model = compiled(text);
        assert_eq!((model.watches.len(), model.counters.len()), (3, 2), "one counts, the other remembers when");
        let mut state = State::start(&model);
        let truths = |state: &State| model.watches.iter().map(|w| w.condition.holds(state, &model)).collect::<Vec<_>>();
        let mut said = Vec::new();
        for step in [0, 1, 2, 4, 7, 8, 8, 15, 16] {
            state.step = step;
            let before = truths(&state);
            let turn = [0, 1].map(|counter| count_one(CounterId(counter), &model, &mut state));
            let turns = turn.contains(&true);
            assert!(turns || truths(&state) == before, "at {step}");
            said.push(turns);
        }
        // Four by their number, the others three days or more after the one before.
        assert_eq!(said, [true, true, true, true, true, false, false, true, false]);
    }
}
