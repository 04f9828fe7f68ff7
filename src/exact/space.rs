//! The reachable states of a slice and how they lead to each other, found as they are needed.
//!
//! Does not know how probable they are.

mod press;
mod standing;

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::model::instant::{Instant, Item};
use crate::model::state::State;
use crate::model::{Clock, Model, RuleId, Step, VariableId};
use crate::observe::question::{Memory, Monitors, Settled};

use super::awaited::Awaited;
use super::cascade::{Act, Cascade, FlowOf, Midway};
use super::layout::{Layout, What};
use super::means::Means;
use super::moves::Moves;
use super::reach::Reach;
use super::rows::{Rows, merged};
use super::slice::Closure;
use super::solution::{Contributor, Reason};
use super::states::{StateId, States};
use super::turns;
use press::Ahead;
use standing::Standing;

/// Where the mass of instants that do not settle goes.
pub(super) const UNSETTLED: StateId = 0;

/// A row takes about as long as so many multiplications of a jump, and so many for each entry.
const ROW: u64 = 500;
const ENTRY: u64 = 100;

/// A state whose answers are all certain has one of these; 0 is a state that has none.
pub(super) type Verdict = u16;

/// A pressure in a state: where it leads with what rate, and what it counts with what rate, per day.
#[derive(Debug)]
pub(super) struct Pressed {
    pub(super) rule: RuleId,
    pub(super) to: Vec<(StateId, f64)>,
    pub(super) flows: Vec<(u32, f64)>,
}

/// The states of a slice.
#[derive(Debug)]
pub(super) struct Space<'m> {
    pub(super) model: &'m Model,
    monitors: &'m Monitors,
    layout: Layout,
    states: States,
    /// By state: nothing in it moves while nothing happens.
    still: Vec<bool>,
    /// By state: the answer that is certain, from 1.
    verdicts: Vec<Verdict>,
    /// By answer: the one state in which it is certain, once there is one; not of a number, which is part of the state.
    ends: Vec<Option<StateId>>,
    cascade: Cascade<'m>,
    pressures: Vec<RuleId>,
    /// What was unpacked; away while an act reads it.
    from: Option<Midway>,
    words: Vec<u64>,
    agenda: Vec<Item>,
    means: Means<'m>,
    /// The state from which pressures act; whether `from` is that.
    standing: Standing,
    unpacked: bool,
    awaited: Awaited,
    /// What states would be if nothing were certain in them, one after the other, if that is wanted.
    plain: Vec<u64>,
    keep_plain: bool,
    /// Where those of the present row lead that are followed, and what it will be.
    ahead: Ahead,
    entries: Vec<(StateId, f64)>,
    /// What the pressures of the present row count.
    counted: Vec<(u32, f64)>,
    /// Each question for itself, not a list of which the first yes counts: nothing is ever over.
    each: bool,
    /// The boundary from which on nothing changes in a state in which nothing moves; that is `T` at the earliest.
    quiet_from: Option<Step>,
    /// Transitions made so far, as elementary steps.
    made: u64,
    /// What is known of pressures, bytes.
    learnt: u64,
}

impl<'m> Space<'m> {
    /// The space of `model`, sliced to `closure`, that takes no more than `means`.
    pub(super) fn new(
        model: &'m Model,
        closure: &Closure,
        monitors: &'m Monitors,
        flow_of: FlowOf,
        means: Means<'m>,
    ) -> Self {
        let layout = Layout::new(model, closure, monitors);
        let mut states = States::new(layout.words());
        // No packed state has all bits set.
        let words = vec![u64::MAX; layout.words()];
        states.enter(&words);
        let is_pressure = |id: &RuleId| matches!(model.rule(*id).clock, Clock::Pressure { .. });
        let pressures: Vec<RuleId> = closure.rule_ids().into_iter().filter(is_pressure).collect();
        let reaches: Vec<Reach> = pressures.iter().map(|id| Reach::of(model, monitors, *id)).collect();
        let moves = reaches.iter().map(|reach| Moves::new(layout.mask(reach))).collect();
        Self {
            model,
            monitors,
            states,
            still: vec![true],
            verdicts: vec![0],
            ends: vec![None; if monitors.are_yes_no() { monitors.len() + 1 } else { 0 }],
            cascade: Cascade::new(model, monitors, flow_of, means),
            pressures,
            standing: Standing::new(moves, &reaches.iter().map(|reach| reach.time).collect::<Vec<_>>()),
            unpacked: false,
            awaited: Awaited::new(model, monitors),
            plain: Vec::new(),
            keep_plain: false,
            ahead: Ahead::default(),
            entries: Vec::new(),
            counted: Vec::new(),
            from: Some(Midway { state: State::start(model), memory: monitors.begin(), queue: Vec::new() }),
            words,
            layout,
            agenda: Vec::new(),
            means,
            each: false,
            quiet_from: Some(model.calendar.steps).filter(|last| monitors.rest_at(*last)),
            made: 0,
            learnt: 0,
        }
    }

    /// The same for questions that are each asked for themselves: what every one of them remembers is kept to the end.
    pub(super) fn for_each_question(mut self) -> Self {
        self.each = true;
        self
    }

    /// The parts of a state and what each stands at; not of `UNSETTLED`.
    pub(super) fn parts(&self, id: StateId) -> impl Iterator<Item = (What, i64)> {
        self.layout.parts_of(self.states.words(id))
    }

    /// States reached.
    pub(super) fn len(&self) -> usize {
        self.states.len() - 1
    }

    /// What it may take.
    pub(super) fn means(&self) -> Means<'m> {
        self.means
    }

    /// Whether there is room for the states, what is known of them, and so many bytes besides.
    ///
    /// # Errors
    /// There is not.
    pub(super) fn check_room(&self, besides: u64, step: Step) -> Result<(), Reason> {
        let of_states = self.states.bytes() + (size_of_val(&*self.still) + size_of_val(&*self.verdicts)) as u64;
        let room = self.means.room.slice;
        if of_states + self.learnt + besides <= room {
            return Ok(());
        }
        Err(Reason::Memory { states: self.len(), room, step })
    }

    /// Sorts states by what they stand for.
    ///
    /// # Errors
    /// It is to stop.
    pub(super) fn sort(&self, states: &mut [StateId]) -> Result<(), Reason> {
        // The first words lie together, not all over the memory.
        let mut keyed: Vec<(u64, StateId)> = states.iter().map(|id| (self.states.words(*id)[0], *id)).collect();
        let words = |id| self.states.words(id);
        let compare = |(a, id): &(u64, StateId), (b, other): &(u64, StateId)| {
            a.cmp(b).then_with(|| words(*id).cmp(words(*other)))
        };
        turns::sort(&mut keyed, compare, || self.means.go_on())?;
        states.iter_mut().zip(keyed).for_each(|(state, (_, id))| *state = id);
        Ok(())
    }

    /// Whether nothing in `state` moves while nothing happens.
    pub(super) fn is_still(&self, state: StateId) -> bool {
        self.still[state as usize]
    }

    /// The answer that is certain in `state`, from 1; 0 if none is.
    pub(super) fn verdict(&self, state: StateId) -> Verdict {
        self.verdicts[state as usize]
    }

    /// At most this many roundings in a probability of one instant.
    pub(super) fn roundings(&self) -> u64 {
        // A rate times a probability, and the sum of what leads to the same state.
        self.cascade.roundings + 4 * self.cascade.ways.depth as u64 + 2
    }

    /// Elementary steps so far.
    pub(super) fn work(&self) -> u64 {
        self.made + self.cascade.work
    }

    /// What makes the states so many.
    pub(super) fn contributors(&self) -> Vec<Contributor> {
        self.layout.contributors(self.states.iter().skip(1), || self.means.is_stopped())
    }

    /// States that differ in more than what questions remember.
    pub(super) fn bare(&self) -> usize {
        self.layout.bare(self.states.iter().skip(1))
    }

    /// Whether `highest` or the like took too many values.
    pub(super) fn has_no_finite_state(&self) -> bool {
        self.layout.values.overflow()
    }

    /// What questions remember in `id`, not `UNSETTLED`, in step `step`.
    pub(super) fn memory(&mut self, id: StateId, step: Step) -> &Memory {
        let from = self.from.as_mut().expect("what was unpacked has been put back");
        self.layout.remember(self.states.words(id), step, self.monitors, &mut from.memory);
        &from.memory
    }

    /// Calls `see` with the state and memory that `id` stands for in step `step`; not for `UNSETTLED`.
    pub(super) fn look<T>(&mut self, id: StateId, step: Step, see: impl FnOnce(&Midway) -> T) -> T {
        let (from, _) = self.unpack(id, step);
        let seen = see(&from);
        self.from = Some(from);
        seen
    }

    /// The state and memory of `id`, to be put back into `from`; and whether every answer is certain.
    fn unpack(&mut self, id: StateId, step: Step) -> (Midway, bool) {
        let mut from = self.from.take().expect("what was unpacked has been put back");
        let into = (&mut from.state, &mut from.memory);
        let done = self.layout.unpack(self.states.words(id), step, (self.model, self.monitors), into);
        (from, done)
    }

    /// The states after boundary 0.
    ///
    /// # Errors
    /// Too many states.
    pub(super) fn begin(&mut self, rows: &mut Rows) -> Result<Vec<(StateId, f64)>, Reason> {
        let start = Midway { state: State::start(self.model), memory: self.monitors.begin(), queue: Vec::new() };
        let mut entries = self.boundary_from(start, 0, true)?;
        merged(&mut entries);
        rows.enter(UNSETTLED, &entries, &self.cascade.take_flows());
        Ok(entries)
    }

    /// Makes the row of `id` at boundary `step`.
    ///
    /// # Errors
    /// Too many states.
    pub(super) fn cross(&mut self, id: StateId, step: Step, rows: &mut Rows) -> Result<(), Reason> {
        let stays = id == UNSETTLED || self.verdicts[id as usize] > 0;
        let rests = self.quiet_from.is_some_and(|quiet| step >= quiet) && self.is_still(id);
        // That it rests is checked by every test.
        if stays || rests && !cfg!(debug_assertions) {
            self.made += ROW + ENTRY;
            rows.enter(id, &[(id, 1.0)], &self.cascade.take_flows());
            return Ok(());
        }
        let (mut from, _) = self.unpack(id, step - 1);
        self.monitors.on_looked(&mut from.memory, self.model, &from.state, step);
        from.state.step = step;
        let entries = self.boundary_from(from.clone(), step, false);
        self.from = Some(from);
        let mut entries = entries?;
        merged(&mut entries);
        debug_assert!(!rests || entries == [(id, 1.0)], "a state in which nothing moves becomes {entries:?}");
        self.made += ROW + ENTRY * entries.len() as u64;
        rows.enter(id, &entries, &self.cascade.take_flows());
        Ok(())
    }

    /// The states after the instant of boundary `step`.
    fn boundary_from(&mut self, from: Midway, step: Step, first: bool) -> Result<Vec<(StateId, f64)>, Reason> {
        if from.state.stopped || step >= self.model.calendar.steps {
            // Nothing happens any more; monitors go on.
            self.cascade.make_leaf(from);
            return Ok(vec![(self.finish(true, step)?, 1.0)]);
        }
        self.cascade.begin_instant();
        let mut agenda = std::mem::take(&mut self.agenda);
        // What responds to the start is not of age 1 yet.
        Instant::new().agenda(self.model, &from.state, &mut agenda);
        let mut now = vec![(from, 1.0)];
        if first {
            now = self.all(now, Act::Start, step)?;
        }
        for item in &agenda {
            if now.iter().any(|(midway, _)| self.may_act(*item, &midway.state)) {
                now = self.all(now, Act::Item(*item), step)?;
            }
        }
        self.agenda = agenda;
        let mut entries = Vec::new();
        self.end(now, true, step, &mut entries)?;
        Ok(entries)
    }

    /// Whether an item can do anything: a response that is not due at its age cannot.
    fn may_act(&self, item: Item, state: &State) -> bool {
        let Item::Rule(rule) = item else { return true };
        let Clock::Response { slot, delay, .. } = &self.model.rule(rule).clock else { return true };
        state.pending.since(*slot).is_some_and(|since| delay.hazard(state.step - since) > 0.0)
    }

    /// `act` and what follows from the queue, from each of these; equal results are merged.
    fn all(&mut self, now: Vec<(Midway, f64)>, act: Act, step: Step) -> Result<Vec<(Midway, f64)>, Reason> {
        let (mut next, mut seeds) = (Vec::new(), Vec::new());
        for (from, mass) in &now {
            let every = self.cascade.every(from, act, *mass, |cascade, mass| {
                let leaf = (cascade.keep_leaf()?, mass);
                let list = if leaf.0.queue.is_empty() { &mut next } else { &mut seeds };
                list.push(leaf);
                Ok(())
            });
            every.map_err(|halt| halt.at(step))?;
        }
        if !seeds.is_empty() {
            next.extend(self.cascade.resolve(seeds, false).map_err(|halt| halt.at(step))?);
        }
        now.into_iter().for_each(|(from, _)| self.cascade.spare(from));
        let next = joined(next, self.means)?;
        self.cascade.hold_only(next.len());
        Ok(next)
    }

    /// Lets these come to the end of their instant, settle, and enters where they lead.
    fn end(
        &mut self,
        midways: Vec<(Midway, f64)>,
        boundary: bool,
        step: Step,
        entries: &mut Vec<(StateId, f64)>,
    ) -> Result<(), Reason> {
        let mut open = Vec::new();
        for (midway, mass) in midways {
            if self.cascade.is_through(&midway) {
                self.cascade.make_leaf(midway);
                entries.push((self.settle(boundary, step)?, mass));
            } else {
                open.push((midway, mass));
            }
        }
        if !open.is_empty() {
            for (midway, mass) in self.cascade.resolve(open, true).map_err(|halt| halt.at(step))? {
                self.cascade.make_leaf(midway);
                entries.push((self.settle(boundary, step)?, mass));
            }
        }
        // Also of what was resolved before: an item of the agenda may not come to an end either.
        let lost = std::mem::take(&mut self.cascade.unsettled);
        if lost > 0.0 {
            entries.push((UNSETTLED, lost));
        }
        Ok(())
    }

    /// `leaf` settles; its state.
    fn settle(&mut self, boundary: bool, step: Step) -> Result<StateId, Reason> {
        self.cascade.settle();
        self.finish(boundary, step)
    }

    /// Monitors hear that `leaf` has settled; its state.
    fn finish(&mut self, boundary: bool, step: Step) -> Result<StateId, Reason> {
        self.means.go_on()?;
        let Midway { state, memory, .. } = &mut self.cascade.leaf;
        // Times are read off the clock of the solver, not remembered: `now` is always the start.
        self.monitors.on_settled(memory, &Settled { model: self.model, state, now: &|| 0, boundary });
        let asked = self.monitors.len();
        let certain = if asked == 0 || self.each { None } else { self.monitors.first_certain(memory, asked) };
        self.monitors.forget(memory, !self.each);
        if self.keep_plain {
            self.layout.pack(state, memory, self.monitors, false, &mut self.words);
            self.plain.extend_from_slice(&self.words);
        }
        // What questions remember besides may differ, and matters to nobody any more.
        let end = certain.and_then(|answer| self.ends.get_mut(answer));
        if let Some(Some(end)) = end {
            return Ok(*end);
        }
        let still = self.layout.pack(state, memory, self.monitors, certain.is_some(), &mut self.words);
        let (id, new) = self.states.enter(&self.words);
        if let Some(end) = end {
            *end = Some(id);
        }
        if new {
            self.still.push(still);
            self.verdicts.push(certain.map_or(0, |answer| answer as Verdict + 1));
            if self.states.len() > self.means.states {
                return Err(Reason::States { limit: self.means.states, step });
            }
        }
        Ok(id)
    }

    /// The value of a variable of the slice in a state; not of `UNSETTLED`.
    pub(super) fn value(&self, id: StateId, variable: VariableId) -> Option<i32> {
        self.layout.value(self.states.words(id), variable)
    }
}

/// Equal ones merged, in the order in which they first come.
fn joined(midways: Vec<(Midway, f64)>, means: Means<'_>) -> Result<Vec<(Midway, f64)>, Reason> {
    if midways.len() < 2 {
        return Ok(midways);
    }
    let hasher = DefaultHashBuilder::default();
    let mut index: HashTable<usize> = HashTable::new();
    let mut all: Vec<(Midway, f64)> = Vec::with_capacity(midways.len());
    for (midway, mass) in midways {
        means.go_on()?;
        let hash = hasher.hash_one(&midway);
        if let Some(known) = index.find(hash, |known| all[*known].0 == midway) {
            all[*known].1 += mass;
        } else {
            index.insert_unique(hash, all.len(), |known| hasher.hash_one(&all[*known].0));
            all.push((midway, mass));
        }
    }
    Ok(all)
}
