//! One run: from occasion to occasion and boundary to boundary, each an instant, told to an observer.
//!
//! Does not know how occasions are generated, nor what is counted.

use std::ops::Range;

use super::draws::{Draws, Remembered};
use super::occasion::{Block, Occasion, Threshold};
use crate::model::formula::{Slot, TABLE_LIMIT};
use crate::model::instant::{Instant, Runaway, Stage};
use crate::model::state::{NEVER, State};
use crate::model::{Clock, Model, RuleId, Step};
use crate::observe::Observer;

/// What all runs of a model share: its pressures and who depends on what.
#[derive(Debug)]
pub(super) struct Layout {
    /// The pressures, in file order.
    pub(super) pressures: Vec<Pressure>,
    /// By rule: its index among the pressures.
    index: Vec<Option<u32>>,
    /// By variable: the pressures whose hazard reads it.
    by_variable: Vec<Vec<u32>>,
    /// By counter: the pressures whose hazard reads it.
    by_counter: Vec<Vec<u32>>,
    /// Pressures whose hazard can change by the passing of time alone.
    by_time: Vec<u32>,
    /// The state before boundary 0.
    start: State,
    /// Boundaries that the observer wants to look at, ascending.
    looks: Vec<Step>,
    step_ticks: u64,
}

/// Of each variable its position, lowest value and stride; and the thresholds by their values.
type Thresholds = (Vec<(usize, i32, usize)>, Vec<Threshold>);

/// A pressure as the sampler sees it.
#[derive(Debug)]
pub(super) struct Pressure {
    pub(super) rule: RuleId,
    /// Its threshold while it is available, by the values of the variables that it reads: position, lowest value
    /// and stride of each. `None` if it reads other things too, or too many values.
    table: Option<Thresholds>,
    /// Whether it can become unavailable.
    limited: bool,
    /// The highest value of its hazard.
    pub(super) highest: Threshold,
    /// Place of its id among the pressures' ids in order of text: decides between two occasions at one tick.
    pub(super) rank: u32,
}

impl Layout {
    pub(super) fn new(model: &Model, observer: &impl Observer) -> Self {
        let mut layout = Self {
            pressures: Vec::new(),
            index: vec![None; model.rules.len()],
            by_variable: vec![Vec::new(); model.variables.len()],
            by_counter: vec![Vec::new(); model.counters.len()],
            by_time: Vec::new(),
            start: State::start(model),
            looks: observer.looks(model),
            step_ticks: model.calendar.ticks_per_step(),
        };
        layout.looks.sort_unstable();
        layout.looks.dedup();
        for (index, rule) in model.rules.iter().enumerate() {
            if let Clock::Pressure { hazard, highest } = &rule.clock {
                let pressure = layout.pressures.len() as u32;
                layout.index[index] = Some(pressure);
                let mut reads: Vec<Slot> = rule.guard.reads.iter().chain(&hazard.reads).copied().collect();
                reads.sort_unstable();
                reads.dedup();
                layout.depend(pressure, &reads, rule.cooldown.is_some());
                let highest = if rule.forbidden { 0.0 } else { *highest };
                layout.pressures.push(Pressure {
                    rule: RuleId(index as u32),
                    table: thresholds(model, RuleId(index as u32), &reads, &layout.start),
                    limited: rule.cooldown.is_some() || rule.at_most.is_some(),
                    highest: Threshold::of(highest),
                    rank: 0,
                });
            }
        }
        let mut by_text: Vec<usize> = (0..layout.pressures.len()).collect();
        by_text.sort_unstable_by_key(|p| &model.rule(layout.pressures[*p].rule).id);
        for (rank, pressure) in by_text.into_iter().enumerate() {
            layout.pressures[pressure].rank = rank as u32;
        }
        layout
    }

    fn depend(&mut self, pressure: u32, reads: &[Slot], cools: bool) {
        let mut by_time = cools;
        for slot in reads {
            match slot {
                Slot::Variable(id) => self.by_variable[id.0 as usize].push(pressure),
                Slot::Count(id) => self.by_counter[id.0 as usize].push(pressure),
                Slot::AgeAtLeast(id, _) => {
                    self.by_counter[id.0 as usize].push(pressure);
                    by_time = true;
                }
                Slot::During(..) | Slot::Day => by_time = true,
            }
        }
        if by_time {
            self.by_time.push(pressure);
        }
    }

    pub(super) fn rule_of(&self, pressure: u32) -> (usize, u32) {
        let pressure = &self.pressures[pressure as usize];
        (pressure.rule.0 as usize, pressure.rank)
    }
}

impl Pressure {
    fn threshold(&self, state: &State, model: &Model) -> Threshold {
        let Some((layout, table)) = &self.table else { return Threshold::of(state.hazard(self.rule, model)) };
        if self.limited && !state.available(self.rule, model) {
            return Threshold::default();
        }
        let index = |(variable, low, stride): &(usize, i32, usize)| (state.values[*variable] - low) as usize * stride;
        table[layout.iter().map(index).sum::<usize>()]
    }
}

/// The thresholds of a pressure that reads nothing but variables, over all that these can be.
fn thresholds(model: &Model, rule: RuleId, reads: &[Slot], start: &State) -> Option<Thresholds> {
    let (mut size, mut layout) = (1, Vec::new());
    for slot in reads.iter().rev() {
        let Slot::Variable(id) = slot else { return None };
        let variable = model.variable(*id);
        layout.push((id.0 as usize, variable.low, size));
        size *= (i64::from(variable.high) - i64::from(variable.low) + 1) as usize;
        if size > TABLE_LIMIT {
            return None;
        }
    }
    let mut state = start.clone();
    let values = (0..size).map(|index| {
        for ((variable, low, stride), slot) in layout.iter().zip(reads.iter().rev()) {
            let Slot::Variable(id) = slot else { unreachable!("looked at above") };
            let high = model.variable(*id).high;
            state.values[*variable] = low + (index / stride % (high - low + 1) as usize) as i32;
        }
        Threshold::of(state.hazard(rule, model))
    });
    let values = values.collect();
    Some((layout, values))
}

/// Where a run takes place, and who is told.
pub(super) struct Place<'a, 'r, O> {
    pub(super) model: &'a Model,
    pub(super) layout: &'a Layout,
    /// The randomness of the run's block.
    pub(super) block: &'a mut Block<'r>,
    /// The run's place in its block.
    pub(super) lane: usize,
    pub(super) observer: &'a mut O,
}

/// A run on its way.
#[derive(Debug)]
pub(super) struct Run {
    state: State,
    instant: Instant,
    remembered: Remembered,
    /// By pressure: the hazard in force.
    thresholds: Vec<Threshold>,
    /// The next boundary to be visited; past `K` when the run has ended.
    next: Step,
}

impl Run {
    pub(super) fn new(model: &Model, layout: &Layout) -> Self {
        Self {
            state: layout.start.clone(),
            instant: Instant::new(),
            remembered: Remembered::new(model.rules.len()),
            thresholds: vec![Threshold::default(); layout.pressures.len()],
            next: 0,
        }
    }

    /// Begins run number `run`.
    pub(super) fn begin<O: Observer>(&mut self, run: u64, place: &mut Place<'_, '_, O>) {
        self.state.copy_from(&place.layout.start);
        self.instant.restart();
        self.thresholds.fill(Threshold::default());
        self.next = 0;
        place.observer.begin(place.model, &self.state, run);
    }

    /// Goes on through `window`, whose occasions these are, in order of time.
    ///
    /// # Errors
    /// `Runaway` if an instant does not settle.
    pub(super) fn advance<O: Observer>(
        &mut self,
        occasions: &[Occasion],
        window: &Range<u64>,
        place: &mut Place<'_, '_, O>,
    ) -> Result<(), Runaway> {
        let mut ahead = occasions;
        loop {
            // Nothing can fire any more.
            if self.state.stopped {
                ahead = &[];
            }
            let boundary = u64::from(self.next) * place.layout.step_ticks;
            match ahead.split_first() {
                Some((occasion, rest)) if occasion.at < boundary.min(window.end) => {
                    ahead = rest;
                    if self.takes(*occasion, place) {
                        self.take(*occasion, place)?;
                    }
                }
                _ if self.next >= place.model.calendar.steps || boundary >= window.end => return Ok(()),
                _ => self.visit(place)?,
            }
        }
    }

    /// The run has passed its last window: `T`.
    pub(super) fn end<O: Observer>(&mut self, place: &mut Place<'_, '_, O>) {
        let model = place.model;
        let last = model.calendar.steps;
        if place.layout.looks.binary_search(&last).is_ok() {
            place.observer.looked(model, &self.state, last);
        }
        self.state.step = last;
        place.observer.settled(model, &self.state, &|| model.calendar.end_ticks(), true);
        place.observer.end(model, &self.state);
    }

    #[inline]
    fn takes<O>(&self, occasion: Occasion, place: &mut Place<'_, '_, O>) -> bool {
        let threshold = self.thresholds[occasion.pressure as usize];
        place.block.lies_below(occasion, place.layout.rule_of(occasion.pressure).0, place.lane, threshold)
    }

    fn take<O: Observer>(&mut self, occasion: Occasion, place: &mut Place<'_, '_, O>) -> Result<(), Runaway> {
        let (rule, _) = place.layout.rule_of(occasion.pressure);
        let now = place.block.time(occasion, rule, place.lane);
        let identity = place.block.identity(occasion, rule);
        self.state.step = (now / place.layout.step_ticks) as Step;
        self.instant_in(place, |instant, stage| instant.pressure(RuleId(rule as u32), identity, stage))?;
        place.observer.settled(place.model, &self.state, &|| now, false);
        self.look_ahead(place.model, place.layout, false);
        Ok(())
    }

    // The method's own path is not general enough over lifetimes.
    #[allow(clippy::redundant_closure_for_method_calls)]
    fn visit<O: Observer>(&mut self, place: &mut Place<'_, '_, O>) -> Result<(), Runaway> {
        if place.layout.looks.binary_search(&self.next).is_ok() {
            place.observer.looked(place.model, &self.state, self.next);
        }
        self.state.step = self.next;
        if !self.state.stopped {
            self.instant_in(place, |instant, stage| instant.boundary(stage))?;
        }
        let now = u64::from(self.next) * place.layout.step_ticks;
        place.observer.settled(place.model, &self.state, &|| now, true);
        self.look_ahead(place.model, place.layout, true);
        Ok(())
    }

    /// Lets an instant happen with this run's draws.
    fn instant_in<'r, O: Observer>(
        &mut self,
        place: &mut Place<'_, 'r, O>,
        happen: impl FnOnce(&mut Instant, &mut Stage<'_, Draws<'_, 'r>, O>) -> Result<(), Runaway>,
    ) -> Result<(), Runaway> {
        let mut choice = Draws {
            block: &mut *place.block,
            lane: place.lane,
            step_ticks: place.layout.step_ticks,
            remembered: &mut self.remembered,
        };
        let (model, state) = (place.model, &mut self.state);
        happen(&mut self.instant, &mut Stage { model, state, choice: &mut choice, observer: &mut *place.observer })
    }

    /// After an instant: the hazards that may have changed, and the next boundary to visit.
    fn look_ahead(&mut self, model: &Model, layout: &Layout, boundary: bool) {
        if self.state.stopped {
            self.thresholds.fill(Threshold::default());
            self.next = self.next_without_firings(model, layout);
            return;
        }
        if boundary && self.state.step == 0 {
            (0..layout.pressures.len()).for_each(|p| self.renew(p as u32, model, layout));
        } else {
            self.renew_changed(model, layout, boundary);
        }
        self.next = self.next_without_firings(model, layout).min(self.next_due(model)).min(self.next_ready(model));
    }

    fn renew(&mut self, pressure: u32, model: &Model, layout: &Layout) {
        self.thresholds[pressure as usize] = layout.pressures[pressure as usize].threshold(&self.state, model);
    }

    fn renew_changed(&mut self, model: &Model, layout: &Layout, boundary: bool) {
        for i in 0..self.instant.written.len() {
            let variable = self.instant.written[i].0 as usize;
            layout.by_variable[variable].iter().for_each(|p| self.renew(*p, model, layout));
        }
        for i in 0..self.instant.counted.len() {
            let counter = self.instant.counted[i].0 as usize;
            layout.by_counter[counter].iter().for_each(|p| self.renew(*p, model, layout));
        }
        for i in 0..self.instant.fired.len() {
            let pressure = layout.index[self.instant.fired[i].0 as usize];
            if let Some(pressure) = pressure.filter(|p| layout.pressures[*p as usize].limited) {
                self.renew(pressure, model, layout);
            }
        }
        if boundary {
            layout.by_time.iter().for_each(|p| self.renew(*p, model, layout));
        }
    }

    /// The next boundary at which the calendar, an age or the observer wants something.
    fn next_without_firings(&self, model: &Model, layout: &Layout) -> Step {
        let step = self.state.step;
        let look = layout.looks.get(layout.looks.partition_point(|look| *look <= step)).copied();
        let ages = model.counters.iter().zip(&self.state.latest).filter_map(|(counter, latest)| {
            let age = if *latest == NEVER { return None } else { step - latest };
            let next = counter.thresholds.get(counter.thresholds.partition_point(|t| *t <= age))?;
            Some(latest + next)
        });
        ages.chain(look).min().unwrap_or(NEVER).min(model.schedule.next_after(step))
    }

    /// The next boundary at which a pending response is due.
    fn next_due(&self, model: &Model) -> Step {
        let due = |(slot, since): (usize, Step)| since.saturating_add(self.remembered.delay(model.responses[slot]));
        self.state.pending.iter().map(due).min().unwrap_or(NEVER)
    }

    /// The next boundary at which a pressure that cools down is available again.
    fn next_ready(&self, model: &Model) -> Step {
        let step = self.state.step;
        self.state.ready.iter().copied().filter(|ready| *ready > step).min().unwrap_or(NEVER).min(model.calendar.steps)
    }
}
