//! One firing: the branch that is drawn, the effects, the events that are raised, and the responses that hear them.
//!
//! The inner half of `instant`; it does not know agendas or the end of an instant.

use super::event::{BranchIndex, NOTHING, Observer, Occurrence, Origin};
use super::instant::{Answer, Choice, Identity, Instant, LIMIT, Runaway, Stage};
use super::program::{Deed, Deeds, Kind, Limits, Lot, Move, MoveStep, Plain, Raised, close};
use super::state::State;
use super::{EventId, Model, RuleId};

/// A rule that is about to be reached, and the identity of its firing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Queued {
    pub(super) rule: RuleId,
    pub(super) identity: Identity,
}

/// A firing of which is to be told.
struct Fired {
    queued: Queued,
    branch: BranchIndex,
    origin: Origin,
    /// Firings of the run before it.
    number: u32,
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
        let rule = stage.model.program.rule(queued.rule);
        let mut keeps = false;
        if let Kind::Response(response) = &rule.kind {
            stage.state.pending.end(response.slot);
            self.moved_pending = true;
            keeps = response.keep;
        }
        let open = keeps || rule.guard.of(stage.state, stage.model);
        if !open || !stage.state.available(queued.rule, stage.model) {
            stage.tell(Occurrence::Preempted(queued.rule));
            return Ok(());
        }
        if let Some(plain) = stage.model.program.plain(queued.rule) {
            self.fire_plain((plain, queued.rule), origin, |_| queued.identity, stage);
            return self.check_limit(stage.state);
        }
        self.fire(queued, None, origin, stage)
    }

    /// Fires a rule of which nothing but its one change has to be worked out. `identity` is worked out if it is asked for.
    #[inline]
    pub(super) fn fire_plain<C: Choice, O: Observer>(
        &mut self,
        (plain, rule): (&Plain, RuleId),
        origin: Origin,
        identity: impl Fn(&mut Stage<'_, C, O>) -> Identity,
        stage: &mut Stage<'_, C, O>,
    ) {
        let id = plain.moves.variable;
        let old = stage.state.values[id.0 as usize];
        let step = plain.moves.after(old);
        if self.first.is_none() {
            // Only lets that turn ask for it.
            let asked = !stage.model.program.watches.is_empty();
            self.first = Some(if asked { identity(stage) } else { Identity::default() });
        }
        self.fired.push(rule);
        if step.new != old {
            self.turns_with = self.turns_with.or(plain.turns);
        }
        move_one(rule, (&plain.moves, step), stage.model, stage.state, stage.observer);
        let raised = plain.moves.raised(step);
        self.count(raised, stage.model, stage.state);
        let number = self.number();
        stage.tell(Occurrence::Fired { rule, branch: 0, origin, number, raised: &raised.events });
        if !raised.listeners.is_empty() {
            let identity = identity(stage);
            self.ask_listeners(raised, Trigger { identity, number: Some(number) }, stage);
        }
    }

    /// Fires a pressure's plain rule that nobody hears.
    #[inline]
    pub(super) fn fire_unheard(
        &mut self,
        rule: RuleId,
        moved: (&Move, MoveStep),
        model: &Model,
        state: &mut State,
        observer: &mut impl Observer,
    ) {
        move_one(rule, moved, model, state, observer);
        let (origin, number, raised) = (Origin::Pressure, self.number(), &moved.0.raised(moved.1).events);
        observer.observe(model, state, Occurrence::Fired { rule, branch: 0, origin, number, raised });
    }

    /// The number of the next firing in the run, which takes place.
    #[inline]
    fn number(&mut self) -> u32 {
        self.firings += 1;
        self.firings - 1
    }

    /// Stops an instant that does not come to an end.
    #[inline]
    pub(super) fn check_limit(&self, state: &State) -> Result<(), Runaway> {
        if self.fired.len() as u32 >= LIMIT { Err(self.runaway(state)) } else { Ok(()) }
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
        let rule = model.program.rule(queued.rule);
        let number = self.number();
        let index = forced.unwrap_or_else(|| self.draw(queued, &rule.deeds, stage));
        let deed = rule.deeds.at(index).filter(|deed| !deed.forbidden || origin == Origin::Forced);
        if rule.limits.any {
            use_up(&rule.limits, stage.state);
        }
        self.before.clear();
        self.first.get_or_insert(queued.identity);
        self.fired.push(queued.rule);
        let fired = |branch| Fired { queued, branch, origin, number };
        let Some(deed) = deed else { return self.raise(fired(NOTHING), &rule.nothing, stage) };
        self.apply(queued.rule, deed, stage);
        let fired = fired(index as BranchIndex);
        if let Some(raised) = deed.raises.after(&self.before, &stage.state.values) {
            return self.raise(fired, raised, stage);
        }
        let mut raised = std::mem::take(&mut self.space);
        deed.raises.put_together(&self.before, &stage.state.values, &mut raised, model);
        let done = self.raise(fired, &raised, stage);
        self.space = raised;
        done
    }

    /// Tells of a firing and asks who listens.
    fn raise(
        &mut self,
        fired: Fired,
        raised: &Raised,
        stage: &mut Stage<'_, impl Choice, impl Observer>,
    ) -> Result<(), Runaway> {
        let Fired { queued: Queued { rule, identity }, branch, origin, number } = fired;
        self.count(raised, stage.model, stage.state);
        stage.tell(Occurrence::Fired { rule, branch, origin, number, raised: &raised.events });
        self.check_limit(stage.state)?;
        self.ask_listeners(raised, Trigger { identity, number: Some(number) }, stage);
        Ok(())
    }

    /// The index of the branch: as many as there are for what they leave.
    fn draw(&mut self, queued: Queued, deeds: &Deeds, stage: &mut Stage<'_, impl Choice, impl Observer>) -> usize {
        let Deeds::Lot { lot, .. } = deeds else { return 0 };
        let (state, model) = (&*stage.state, stage.model);
        self.weights.clear();
        match lot {
            Lot::Fixed(weights) => self.weights.extend(weights),
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
        stage.choice.branch(queued.rule, queued.identity, &self.weights)
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
                self.turns_with = self.turns_with.or(stage.model.program.turns_with[index]);
            }
        }
        for (id, old) in &self.before {
            let new = stage.state.values[id.0 as usize];
            if new != *old {
                stage.tell(Occurrence::Changed(*id, *old, new));
            }
        }
    }

    /// Brings the counters of the raised events up to date.
    pub(super) fn count(&mut self, raised: &Raised, model: &Model, state: &mut State) {
        for counter in &raised.counters {
            let index = counter.0 as usize;
            state.counts[index] = (state.counts[index] + 1).min(model.counters[index].cap);
            state.latest[index] = state.step;
        }
        if !raised.counters.is_empty() {
            self.turns_with = self.turns_with.or(model.program.turns_with_counters);
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
        if !stage.state.available(rule, stage.model) || !compact.guard.of(stage.state, stage.model) {
            return stage.tell(Occurrence::NotOpen(rule, trigger));
        }
        // A restart draws a new delay; whether the response comes has been decided.
        let chance = if pending { 1.0 } else { response.chance.of(stage.state, stage.model) };
        let at_once = match stage.choice.comes(rule, by.identity, chance, &response.delay, stage.state.step) {
            Answer::Never => return stage.tell(Occurrence::LetPass(rule, trigger)),
            Answer::AtOnce(identity) => Some(identity),
            Answer::Later => None,
        };
        if pending {
            self.queue.retain(|queued| queued.rule != rule);
        }
        stage.state.pending.begin(response.slot, stage.state.step);
        self.moved_pending = true;
        if let Some(identity) = at_once {
            self.queue.push_back(Queued { rule, identity });
        }
        let (by, at_once) = (by.number, at_once.is_some());
        stage.tell(if pending {
            Occurrence::Restarted { rule, trigger, by, at_once }
        } else {
            Occurrence::Comes { rule, trigger, by, at_once }
        });
    }
}

/// Moves the variable of a plain rule and tells of it.
#[inline]
fn move_one(
    rule: RuleId,
    (moves, step): (&Move, MoveStep),
    model: &Model,
    state: &mut State,
    observer: &mut impl Observer,
) {
    let id = moves.variable;
    if step.held {
        observer.observe(model, state, Occurrence::Saturated(rule, id));
    }
    let old = std::mem::replace(&mut state.values[id.0 as usize], step.new);
    if step.new != old {
        observer.observe(model, state, Occurrence::Changed(id, old, step.new));
    }
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
