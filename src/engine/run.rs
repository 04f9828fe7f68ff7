//! One run: from occasion to occasion and boundary to boundary, each an instant, told to an observer.
//!
//! Does not know how occasions are generated, nor what is counted.

use super::bulk::Bulk;
use super::draws::{Draws, Remembered};
use super::hazard::{Hazards, Readers, Stands};
use super::lane::{Lane, Near, Next, Owner, Ruler};
use super::limits::{ASK, threshold};
use super::occasion::{Occasion, Randomness};
use crate::model::instant::{Instant, Runaway, Stage};
use crate::model::program;
use crate::model::schedule::following;
use crate::model::state::{NEVER, State};
use crate::model::{Model, Step};
use crate::observe::{Observer, Occurrence};

/// What all runs of a model share.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) hazards: Hazards,
    /// By pressure: what it does alone, if it does.
    alone: Box<[Option<Alone>]>,
    /// The state before boundary 0.
    start: State,
    /// By boundary: whether the observer wants to look at it.
    looks: Box<[bool]>,
    /// By boundary: the next after it at which the calendar or the observer wants something.
    planned: Box<[Step]>,
    /// Counters whose age some condition asks for.
    aging: Vec<usize>,
    pub(super) step_ticks: u64,
}

impl Layout {
    pub(super) fn new(model: &Model, observer: &impl Observer) -> Self {
        let (looks, hazards) = (looks(model, observer), Hazards::new(model));
        let aging = (0..model.counters.len()).filter(|index| !model.counters[*index].thresholds.is_empty());
        Self {
            alone: alone(model, &hazards),
            hazards,
            start: State::start(model),
            planned: following(model.calendar.steps, |step| {
                looks[step as usize] || model.schedule.next_after(step - 1) == step
            }),
            looks,
            aging: aging.collect(),
            step_ticks: model.calendar.ticks_per_step(),
        }
    }
}

/// A pressure of whose firing nothing comes but that one variable moves.
#[derive(Debug)]
struct Alone {
    rule: program::Alone,
    /// Who moves with the variable.
    readers: Readers,
}

/// By pressure: what it does alone, if it does and has not to be asked.
fn alone(model: &Model, hazards: &Hazards) -> Box<[Option<Alone>]> {
    let alone = |rule| model.program.alone(rule).map(|rule| Alone { rule, readers: hazards.readers(rule.variable) });
    hazards.standing().map(|rule| rule.and_then(alone)).collect()
}

/// By boundary: whether the observer wants to look at it.
fn looks(model: &Model, observer: &impl Observer) -> Box<[bool]> {
    let mut looks = vec![false; model.calendar.steps as usize + 1];
    for look in observer.looks(model) {
        // What lies beyond `T` is never seen.
        looks.get_mut(look as usize).into_iter().for_each(|wanted| *wanted = true);
    }
    looks.into()
}

/// Where a run takes place, and who is told.
pub(super) struct Place<'a, O> {
    pub(super) model: &'a Model,
    pub(super) layout: &'a Layout,
    pub(super) randomness: &'a Randomness,
    /// Number of the run.
    pub(super) run: u64,
    pub(super) observer: &'a mut O,
}

/// Who hears what happens in an instant: the hazards, and then the observer.
struct Heard<'a, O> {
    observer: &'a mut O,
    hazards: &'a Hazards,
    stands: &'a mut Stands,
}

impl<O: Observer> Observer for Heard<'_, O> {
    // An occurrence that is taken apart where it is put together never exists.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn observe(&mut self, model: &Model, state: &State, occurrence: Occurrence<'_>) {
        if let Occurrence::Changed(variable, from, to) = occurrence {
            self.hazards.move_by(to.wrapping_sub(from), self.hazards.readers(variable), self.stands);
        }
        self.observer.observe(model, state, occurrence);
    }
}

/// A run on its way.
#[derive(Debug)]
pub(super) struct Run {
    state: State,
    instant: Instant,
    remembered: Remembered,
    stands: Stands,
    /// The next boundary to be visited; past `K` when the run has ended.
    next: Step,
    /// The next boundary at which the calendar or the observer wants something.
    next_planned: Step,
    /// The next boundary at which an event is so long ago that a condition changes.
    next_age: Step,
}

impl Run {
    pub(super) fn new(model: &Model, layout: &Layout) -> Self {
        Self {
            state: layout.start.clone(),
            instant: Instant::new(),
            remembered: Remembered::new(model.rules.len()),
            stands: layout.hazards.start().clone(),
            next: 0,
            next_planned: 0,
            next_age: NEVER,
        }
    }

    /// Begins the run.
    pub(super) fn begin<O: Observer>(&mut self, place: &mut Place<'_, O>) {
        self.state.copy_from(&place.layout.start);
        self.instant.restart();
        self.stands.copy_from(place.layout.hazards.start());
        (self.next, self.next_planned, self.next_age, self.remembered.next_due) = (0, 0, NEVER, NEVER);
        place.observer.begin(place.model, &self.state, place.run);
    }

    /// Goes on to `end` (ticks), through the window of `ruler`, whose occasions are in `bulk`; `lane` puts them in order.
    ///
    /// # Errors
    /// `Runaway` if an instant does not settle.
    pub(super) fn advance<O: Observer>(
        &mut self,
        lane: &mut Lane,
        (ruler, bulk): (&Ruler, &Bulk),
        end: u64,
        place: &mut Place<'_, O>,
    ) -> Result<(), Runaway> {
        lane.restart(ruler);
        if self.state.stopped {
            lane.close();
        }
        loop {
            lane.look_until(ruler, self.boundary(place.layout).min(end));
            if let Some(near) = self.fire_all_alone(lane, ruler, place) {
                lane.pass(&near);
                self.fire(&lane.occasion(&near, ruler), place)?;
            } else if let Some(next) = self.next_occasion(lane, (ruler, bulk), place) {
                self.state.step = next.step;
                if !self.takes(&next, place) {
                    continue;
                }
                self.take(&next, place)?;
            } else if self.next >= place.model.calendar.steps || self.boundary(place.layout) >= end {
                return Ok(());
            } else {
                self.visit(place)?;
            }
            self.look_ahead(lane, place);
        }
    }

    /// The next occasion that may fire, where nothing is as simple as `fire_all_alone` would have it.
    #[inline]
    fn next_occasion<O>(&self, lane: &mut Lane, (ruler, bulk): (&Ruler, &Bulk), place: &Place<'_, O>) -> Option<Next> {
        if lane.passes_all(bulk.parts()) {
            return None;
        }
        let owner = Owner { bulk, randomness: place.randomness, run: place.run, hazards: &place.layout.hazards };
        lane.next(ruler, self.stands.limits(), owner)
    }

    /// Fires at occasions as long as nothing more can come of them than that one variable moves. The next, if that is near
    /// and fires, and more may come of it.
    // By itself, so that all that it looks at stays in registers.
    #[inline(never)]
    fn fire_all_alone<O: Observer>(
        &mut self,
        lane: &mut Lane,
        ruler: &Ruler,
        place: &mut Place<'_, O>,
    ) -> Option<Near> {
        loop {
            let near = lane.near(self.stands.limits())?;
            self.state.step = near.step;
            if !self.take_alone(near.pressure, || lane.occasion(&near, ruler), place) {
                return (self.stands.limits()[near.pressure] != ASK).then_some(near);
            }
            lane.pass(&near);
            if self.state.stopped {
                self.look_ahead(lane, place);
            }
        }
    }

    /// Fires at an occasion of a pressure, if nothing can come of it but that one variable moves; whether it did.
    #[inline]
    fn take_alone<O: Observer>(
        &mut self,
        pressure: usize,
        occasion: impl Fn() -> Occasion,
        place: &mut Place<'_, O>,
    ) -> bool {
        let (model, layout) = (place.model, place.layout);
        let Some(Alone { rule, readers }) = &layout.alone[pressure] else { return false };
        let by = self.instant.pressure_alone(rule, model, &mut self.state, place.observer);
        let Some(by) = by else { return false };
        layout.hazards.move_by(by, *readers, &mut self.stands);
        let now = || place.randomness.time(occasion(), rule.rule.0 as usize, place.run);
        place.observer.settled(model, &self.state, &now, false);
        true
    }

    /// The next boundary to be visited, ticks.
    fn boundary(&self, layout: &Layout) -> u64 {
        u64::from(self.next) * layout.step_ticks
    }

    /// The run has passed its last window: `T`.
    pub(super) fn end<O: Observer>(&mut self, place: &mut Place<'_, O>) {
        let model = place.model;
        let last = model.calendar.steps;
        if place.layout.looks[last as usize] {
            place.observer.looked(model, &self.state, last);
        }
        self.state.step = last;
        place.observer.settled(model, &self.state, &|| model.calendar.end_ticks(), true);
        place.observer.end(model, &self.state);
    }

    /// Whether the occasion, to which the run has come, lies below the hazard in force.
    #[inline]
    fn takes<O>(&self, next: &Next, place: &Place<'_, O>) -> bool {
        let Next { occasion, limit, .. } = next;
        let limit = place.layout.hazards.asked(*limit, occasion.pressure, &self.state, place.model);
        occasion.height() + 1 < limit || occasion.height() + 1 == limit && self.takes_narrowly(next, place)
    }

    /// Whether it does, to the last bit.
    #[cold]
    fn takes_narrowly<O>(&self, next: &Next, place: &Place<'_, O>) -> bool {
        let rule = place.layout.hazards.rule_of(next.occasion.pressure);
        let threshold = threshold(rule, &self.state, place.model);
        place.randomness.lies_below(next.occasion, rule.0 as usize, place.run, threshold)
    }

    /// Fires at an occasion.
    #[inline(never)]
    fn take<O: Observer>(&mut self, next: &Next, place: &mut Place<'_, O>) -> Result<(), Runaway> {
        // If no other is close to it, then `fire_alone` has tried.
        if !next.is_far && self.take_alone(next.occasion.pressure as usize, || next.occasion, place) {
            return Ok(());
        }
        self.fire(&next.occasion, place)
    }

    /// Fires at an occasion, whatever comes of it.
    fn fire<O: Observer>(&mut self, occasion: &Occasion, place: &mut Place<'_, O>) -> Result<(), Runaway> {
        let rule = place.layout.hazards.rule_of(occasion.pressure);
        self.act(Some(occasion), place, |instant, stage| instant.pressure(rule, stage))?;
        let now = || place.randomness.time(*occasion, rule.0 as usize, place.run);
        place.observer.settled(place.model, &self.state, &now, false);
        Ok(())
    }

    /// Goes through an instant: a boundary's, or that of an occasion.
    #[inline]
    fn act<O: Observer>(
        &mut self,
        occasion: Option<&Occasion>,
        place: &mut Place<'_, O>,
        instant: impl FnOnce(&mut Instant, &mut Stage<'_, Draws<'_>, Heard<'_, O>>) -> Result<(), Runaway>,
    ) -> Result<(), Runaway> {
        let (model, state, layout) = (place.model, &mut self.state, place.layout);
        let (randomness, run, step_ticks) = (place.randomness, place.run, layout.step_ticks);
        let (next_age, remembered) = (self.next_age, &mut self.remembered);
        let mut choice = Draws { randomness, run, occasion, step_ticks, next_age, remembered };
        let (observer, hazards) = (&mut *place.observer, &layout.hazards);
        let mut heard = Heard { observer, hazards, stands: &mut self.stands };
        let mut stage = Stage { model, state, choice: &mut choice, observer: &mut heard };
        instant(&mut self.instant, &mut stage)
    }

    /// Comes to a boundary.
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method itself is of one lifetime")]
    fn visit<O: Observer>(&mut self, place: &mut Place<'_, O>) -> Result<(), Runaway> {
        if place.layout.looks[self.next as usize] {
            place.observer.looked(place.model, &self.state, self.next);
        }
        self.state.step = self.next;
        if !self.state.stopped {
            self.act(None, place, |instant, stage| instant.boundary(stage))?;
        }
        let now = self.boundary(place.layout);
        place.observer.settled(place.model, &self.state, &|| now, true);
        self.next_planned = place.layout.planned[self.next as usize];
        Ok(())
    }

    /// After an instant: the next boundary to visit.
    #[inline]
    fn look_ahead<O>(&mut self, lane: &mut Lane, place: &Place<'_, O>) {
        let (model, layout) = (place.model, place.layout);
        if self.instant.moved_counters || self.state.step >= self.next_age {
            self.next_age = self.next_age(model, layout);
        }
        // What begins to be pending is noted as it comes.
        if self.instant.ended_pending {
            self.remembered.next_due = self.next_due(model);
        }
        self.next = self.next_planned.min(self.next_age);
        if self.state.stopped {
            // Nothing can fire any more.
            return lane.close();
        }
        self.next = self.next.min(self.remembered.next_due);
    }

    /// The next boundary at which an event is so long ago that a condition changes.
    fn next_age(&self, model: &Model, layout: &Layout) -> Step {
        let ages = layout.aging.iter().filter_map(|index| {
            let (thresholds, latest) = (&model.counters[*index].thresholds, self.state.latest[*index]);
            let age = if latest == NEVER { return None } else { self.state.step - latest };
            Some(latest + thresholds.get(thresholds.partition_point(|t| *t <= age))?)
        });
        ages.min().unwrap_or(NEVER)
    }

    /// The next boundary at which a pending response is due.
    fn next_due(&self, model: &Model) -> Step {
        let mut next = NEVER;
        self.state.pending.each(|slot, since| {
            next = next.min(since.saturating_add(self.remembered.delay(model.responses[slot])));
        });
        next
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{moves, scenarios};
    use super::*;
    use crate::model::RuleId;
    use crate::model::choice::{Answer, Cause, Choice, Identity};
    use crate::model::table::DelayTable;

    /// Writes down what it hears.
    #[derive(Default)]
    struct Heard(Vec<String>);

    impl Observer for Heard {
        fn observe(&mut self, _model: &Model, _state: &State, occurrence: Occurrence<'_>) {
            self.0.push(format!("{occurrence:?}"));
        }
    }

    /// Where nothing is left to chance.
    struct NoChance;

    impl Choice for NoChance {
        fn identify(&mut self, _: Cause, _: Step) -> Identity {
            Identity::default()
        }

        fn comes(&mut self, _: RuleId, _: Identity, _: f64, _: &DelayTable, _: Step) -> Answer {
            unreachable!("no response hears it")
        }

        fn due(&mut self, _: RuleId, _: &DelayTable, _: Step) -> bool {
            unreachable!("no boundary is visited")
        }

        fn remembered(&mut self, _: RuleId) -> Identity {
            unreachable!("no boundary is visited")
        }

        fn branch(&mut self, _: RuleId, _: Identity, _: &[f64]) -> usize {
            unreachable!("it has one branch")
        }
    }

    /// What fires alone does, tells and leaves behind what it would with all the ceremony of an instant.
    #[test]
    fn what_fires_alone_does_what_an_instant_does() {
        let mut alone_of = [0, 0, 0];
        for (model, count) in scenarios().iter().zip(&mut alone_of) {
            let rules: Vec<_> =
                (0..model.rules.len() as u32).filter_map(|id| model.program.alone(RuleId(id))).collect();
            let mut state = State::start(model);
            for (number, (variable, value)) in moves(model).take(2_000).enumerate() {
                state.values[variable.0 as usize] = value;
                // A run would have stopped there.
                if model.program.stop_when.as_ref().is_some_and(|stop| stop.of(&state, model)) {
                    continue;
                }
                let rule = &rules[number % rules.len()];
                let (mut quick, mut quick_heard) = (state.clone(), Heard::default());
                let (mut instant, old) = (Instant::new(), state.values[rule.variable.0 as usize]);
                let by = instant.pressure_alone(rule, model, &mut quick, &mut quick_heard);
                let Some(by) = by else {
                    assert!(quick == state && quick_heard.0.is_empty(), "refused, and something happened");
                    continue;
                };
                let (mut slow, mut slow_heard) = (state.clone(), Heard::default());
                let (choice, observer) = (&mut NoChance, &mut slow_heard);
                let mut stage = Stage { model, state: &mut slow, choice, observer };
                Instant::new().pressure(rule.rule, &mut stage).expect("it settles");
                assert_eq!(quick_heard.0, slow_heard.0);
                assert_eq!(quick, slow);
                assert_eq!(by, quick.values[rule.variable.0 as usize] - old);
                *count += 1;
            }
        }
        assert!(alone_of.iter().all(|count| *count > 20), "{alone_of:?} fired alone");
    }
}
